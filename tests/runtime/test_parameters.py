"""Raw path, query and headers to typed values and violations."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.contract.model import Location, Operation, Parameter, Schema
from twingen.runtime.parameters import Arguments, ParameterDecoder, compile_parameters
from twingen.runtime.validation import Schemas

INTEGERS: Schema = {"type": "array", "items": {"type": "integer"}}
LOOP = "#/components/schemas/Loop"
STRINGS: Schema = {"type": "array", "items": {"type": "string"}}
COLOUR: Schema = {
    "type": "object",
    "properties": {"R": {"type": "integer"}, "name": {"type": "string"}},
}


def decoder(*parameters: Parameter, path: str = "/x", lenient: bool = False) -> ParameterDecoder:
    operation = Operation(key=f"GET {path}", id="x", method="GET", path=path, parameters=parameters)
    schemas = Schemas({"Colour": COLOUR, "Sort": {"type": "string", "enum": ["asc", "desc"]}})
    return compile_parameters(operation, schemas, lenient=lenient)


def query(schema: Schema, text: str, *, lenient: bool = False, **options: Any) -> Arguments:
    parameter = Parameter(name="p", location="query", schema=schema, **options)
    return decoder(parameter, lenient=lenient).decode((), text)


@pytest.mark.parametrize(
    ("schema", "options", "text", "value"),
    [
        ({"type": "string"}, {}, "p=a%20b+c", "a b c"),
        ({"type": "string"}, {}, "p=007", "007"),
        ({"type": "string"}, {}, "p=", ""),
        ({}, {}, "p=5", "5"),
        ({"type": "integer"}, {}, "p=-5", -5),
        ({"type": "number"}, {}, "p=1.5e3", 1500.0),
        ({"type": "boolean"}, {}, "p=false", False),
        ({"type": ["integer", "string"]}, {}, "p=5", 5),
        ({"type": ["integer", "string"]}, {}, "p=five", "five"),
        ({"type": ["integer", "null"]}, {}, "p=", None),
        ({"oneOf": [{"enum": ["all"]}, {"type": "integer"}]}, {}, "p=5", 5),
        ({"oneOf": [{"enum": ["all"]}, {"type": "integer"}]}, {}, "p=all", "all"),
        ({"$ref": "#/components/schemas/Sort"}, {}, "p=asc", "asc"),
        (INTEGERS, {}, "p=1&p=2", [1, 2]),
        (INTEGERS, {}, "p[]=1&p[]=2", [1, 2]),
        (INTEGERS, {}, "p[1]=2&p[0]=1", [1, 2]),
        (INTEGERS, {"explode": False}, "p=1,2", [1, 2]),
        (INTEGERS, {"explode": False}, "p=1%2C2", [1, 2]),
        (STRINGS, {"explode": False}, "p=a%2Cb,c", ["a,b", "c"]),
        (STRINGS, {"explode": False}, "p=", []),
        (STRINGS, {"explode": False, "style": "spaceDelimited"}, "p=a%20b", ["a", "b"]),
        (STRINGS, {"explode": False, "style": "pipeDelimited"}, "p=a%7Cb", ["a", "b"]),
        (STRINGS, {"explode": True, "style": "pipeDelimited"}, "p=a%7Cb&p=c", ["a|b", "c"]),
        (COLOUR, {}, "R=1&name=x", {"R": 1, "name": "x"}),
        ({"$ref": "#/components/schemas/Colour"}, {"explode": False}, "p=R,1", {"R": 1}),
        (COLOUR, {"style": "deepObject"}, "p[R]=1&p[name]=n", {"R": 1, "name": "n"}),
        (
            {"type": "object", "properties": {"a": {"type": "array", "items": COLOUR}}},
            {"style": "deepObject"},
            "p[a][0][R]=1&p[a][1][R]=2",
            {"a": [{"R": 1}, {"R": 2}]},
        ),
        ({"type": "object"}, {"style": "deepObject"}, "p[a][b]=1", {"a": {"b": "1"}}),
        (COLOUR, {"media_type": "application/json"}, "p=%7B%22R%22:1%7D", {"R": 1}),
    ],
)
def test_query_values_are_typed(
    schema: Schema, options: dict[str, Any], text: str, value: Any
) -> None:
    found = query(schema, text, **options)
    assert found.query == {"p": value}
    assert type(found.query["p"]) is type(value)
    assert found.violations == []
    assert found.undocumented == {}


@pytest.mark.parametrize(
    ("schema", "options", "text", "kinds"),
    [
        ({"type": "integer"}, {}, "p=x", ["type"]),
        ({"type": "integer"}, {}, "p=", ["type"]),
        ({"type": "integer"}, {}, "p=1_0", ["type"]),
        ({"type": "integer"}, {}, "p=%D9%A3", ["type"]),
        ({"type": "number"}, {}, "p=nan", ["type"]),
        ({"type": "number"}, {}, "p=1e999", ["type"]),
        ({"type": "boolean"}, {}, "p=True", ["type"]),
        ({"type": "integer", "format": "int32"}, {}, "p=-2147483649", ["minimum"]),
        ({"type": "integer", "format": "int64"}, {}, "p=9223372036854775808", ["maximum"]),
        ({"type": "integer"}, {}, "p=" + "9" * 5000, ["type"]),
        ({"type": "integer", "maximum": 200}, {}, "p=201", ["maximum"]),
        ({"type": "string", "enum": ["a"]}, {}, "p=b", ["enum"]),
        ({"type": "string", "pattern": "^a+$"}, {}, "p=b", ["pattern"]),
        ({"type": "string", "format": "date-time"}, {}, "p=yesterday", ["format"]),
        ({"type": "string", "minLength": 1}, {}, "p=", ["minLength"]),
        ({"type": "string"}, {}, "p=a&p=b", ["type"]),
        (INTEGERS, {}, "p=1&p=x", ["type"]),
        (COLOUR, {"style": "deepObject"}, "p=red", ["type"]),
        (COLOUR, {"style": "deepObject"}, "p[R]=1&p[R][x]=2", ["type"]),
        (COLOUR, {"media_type": "application/json"}, "p={", ["contentMediaType"]),
        ({"type": "string"}, {"required": True}, "", ["required"]),
        ({"type": "string"}, {"required": True}, "q=1", ["required"]),
    ],
)
def test_broken_constraints_are_named(
    schema: Schema, options: dict[str, Any], text: str, kinds: list[str]
) -> None:
    found = query(schema, text, **options)
    assert [violation.kind for violation in found.violations] == kinds
    assert {(v.location, v.name) for v in found.violations} == {("query", "p")}


def test_a_violation_says_what_was_expected() -> None:
    (violation,) = query(INTEGERS, "p=1&p=x").violations
    assert violation.pointer == "/1"
    assert violation.expected == "integer"
    assert violation.message == '"x" is not of type "integer"'


def test_lenient_takes_what_people_send() -> None:
    assert query({"type": "boolean"}, "p=True", lenient=True).query == {"p": True}
    assert query({"type": "boolean"}, "p=0", lenient=True).query == {"p": False}
    found = query({"type": "string"}, "p=a&p=b", lenient=True)
    assert (found.query, found.violations) == ({"p": "b"}, [])


def test_undocumented_names_are_kept_apart() -> None:
    found = query({"type": "string"}, "p=1&zz=2&zz=3&flag&x[y]=4&=5")
    assert found.query == {"p": "1"}
    assert found.undocumented == {"zz": "3", "flag": "", "x[y]": "4", "": "5"}
    assert found.violations == []


def test_a_documented_name_with_brackets_is_just_a_name() -> None:
    parameter = Parameter(name="ids[]", location="query", schema=INTEGERS)
    assert decoder(parameter).decode((), "ids[]=1&ids[]=2").query == {"ids[]": [1, 2]}


@pytest.mark.parametrize(
    "text",
    ["%", "%zz=%", "p=%ff%fe", "p=%00", "&&&==", "p[=1", "p]=1", "p[[a]]=1", "p[99999999999]=1",
     "p[a]=1&p[a][b]=2&p=3", "\ud800=1", "p" + "[a]" * 99 + "=1"],
)  # fmt: skip
def test_no_query_is_too_broken(text: str) -> None:
    for schema in ({"type": "string"}, INTEGERS, COLOUR, {}):
        found = query(schema, text)
        assert all("\ud800" not in name for name in found.undocumented)
    query(COLOUR, text.encode("utf-8", "surrogatepass"), style="deepObject")  # type: ignore[arg-type]


def test_a_huge_query_is_refused_unread() -> None:
    found = query(INTEGERS, "&".join(["p=1"] * 2001))
    (violation,) = found.violations
    assert (violation.kind, violation.expected, found.query) == ("maxItems", 2000, {})


@pytest.mark.parametrize(
    ("style", "explode", "schema", "text", "value"),
    [
        ("simple", False, {"type": "integer"}, "5", 5),
        ("simple", False, INTEGERS, "3,4", [3, 4]),
        ("simple", False, COLOUR, "R,1,name,x", {"R": 1, "name": "x"}),
        ("simple", True, COLOUR, "R=1,name=x", {"R": 1, "name": "x"}),
        ("label", False, {"type": "integer"}, ".5", 5),
        ("label", False, INTEGERS, ".3,4", [3, 4]),
        ("label", True, INTEGERS, ".3.4", [3, 4]),
        ("label", True, COLOUR, ".R=1.name=x", {"R": 1, "name": "x"}),
        ("matrix", False, {"type": "integer"}, ";p=5", 5),
        ("matrix", False, INTEGERS, ";p=3,4", [3, 4]),
        ("matrix", True, INTEGERS, ";p=3;p=4", [3, 4]),
        ("matrix", False, COLOUR, ";p=R,1", {"R": 1}),
        ("matrix", True, COLOUR, ";R=1;name=x", {"R": 1, "name": "x"}),
    ],
)
def test_path_styles(style: str, explode: bool, schema: Schema, text: str, value: Any) -> None:
    parameter = Parameter(
        name="p", location="path", required=True, schema=schema, style=style, explode=explode
    )
    found = decoder(parameter, path="/x/{p}").decode((text,))
    assert found.path == {"p": value}
    assert found.violations == []


def test_a_bad_path_value_is_a_violation_of_the_path() -> None:
    parameter = Parameter(name="p", location="path", schema={"type": "integer"}, style="label")
    (violation,) = decoder(parameter, path="/x/{p}").decode(("5",)).violations
    assert (violation.location, violation.name, violation.kind) == ("path", "p", "type")


def test_headers_and_cookies() -> None:
    def at(name: str, location: Location, schema: Schema, style: str) -> Parameter:
        return Parameter(
            name=name, location=location, schema=schema, style=style, explode=False, required=True
        )

    compiled = decoder(
        at("X-Ids", "header", INTEGERS, "simple"),
        at("Accept", "header", {"type": "string", "enum": ["a/b"]}, "simple"),
        at("sid", "cookie", {"type": "integer"}, "form"),
    )
    found = compiled.decode((), "", {"x-ids": "1, 2", "accept": "*/*", "cookie": "a=b; sid=7"})
    assert (found.header, found.cookie, found.violations) == ({"X-Ids": [1, 2]}, {"sid": 7}, [])
    missing = compiled.decode((), "", {})
    assert [(v.location, v.name, v.kind) for v in missing.violations] == [
        ("header", "X-Ids", "required"),
        ("cookie", "sid", "required"),
    ]


def test_names_that_collide_stay_apart() -> None:
    same = {"name": "id", "schema": {"type": "string"}}
    compiled = decoder(
        Parameter(location="path", style="simple", **same),  # type: ignore[arg-type]
        Parameter(location="query", **same),  # type: ignore[arg-type]
        path="/x/{id}",
    )
    found = compiled.decode(("1",), "id=2")
    assert (found.path, found.query, found.values) == ({"id": "1"}, {"id": "2"}, {"id": "1"})


def test_unions_that_loop_end() -> None:
    loop = {"oneOf": [{"$ref": "#/components/schemas/Loop"}, {"allOf": [{"$ref": LOOP}]}] * 3}
    operation = Operation(
        key="GET /x",
        id="x",
        method="GET",
        path="/x",
        parameters=(Parameter(name="p", location="query", schema={"$ref": LOOP}),),
    )
    assert compile_parameters(operation, Schemas({"Loop": loop})).defaults == {}


def test_defaults_are_known_but_not_filled_in() -> None:
    parameter = Parameter(name="n", location="query", schema={"type": "integer", "default": 20})
    compiled = decoder(parameter)
    assert compiled.defaults == {"n": 20}
    assert compiled.decode().query == {}
