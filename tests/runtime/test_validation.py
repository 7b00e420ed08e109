"""Requests and responses under a contract's schemas."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.contract.model import Schema
from twingen.runtime.validation import Schemas, marks_null, violations


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


COMPONENTS: dict[str, Schema] = {
    "Id": {"type": "string", "readOnly": True},
    "Secret": {"type": "string", "writeOnly": True},
    "User": {
        "type": "object",
        "required": ["id", "login", "password"],
        "properties": {
            "id": ref("Id"),
            "login": {"type": "string", "format": "email"},
            "password": {"allOf": [ref("Secret")]},
            "age": {"type": "integer", "format": "int32"},
            "big": {"type": "string", "format": "int64"},
            "manager": ref("User"),
            "odd": {"type": "string", "format": "no-such-format"},
        },
        "additionalProperties": False,
    },
    "Base": {
        "type": "object",
        "properties": {"id": ref("Id"), "kind": {"type": "string"}},
        "discriminator": {"propertyName": "kind", "mapping": {"child": ref("Child")["$ref"]}},
    },
    "Child": {"allOf": [ref("Base"), {"type": "object", "required": ["id", "kind"]}]},
    "Cat": {"type": "object", "required": ["name"], "properties": {"type": {"enum": ["cat"]}}},
    "Dog": {
        "type": "object",
        "required": ["name"],
        "properties": {"type": {"enum": ["dog"]}, "age": {"type": "integer"}},
    },
    "Pet": {"oneOf": [ref("Cat"), ref("Dog")]},
}


@pytest.fixture
def schemas() -> Schemas:
    return Schemas(COMPONENTS)


def kinds(found: list[Any]) -> list[tuple[str, str]]:
    return [(violation.pointer, violation.kind) for violation in found]


def test_requests_need_no_read_only_properties(schemas: Schemas) -> None:
    user = schemas.request_validator(ref("User"))
    assert violations(user, {"login": "a@b.c", "password": "x"}) == []
    child = schemas.request_validator(ref("Child"))
    assert kinds(violations(child, {})) == [("/kind", "required")]


def test_responses_hold_no_write_only_properties(schemas: Schemas) -> None:
    user = schemas.response_validator(ref("User"))
    assert violations(user, {"id": "1", "login": "a@b.c"}) == []
    found = violations(user, {"id": "1", "login": "a@b.c", "password": "x"})
    assert kinds(found) == [("/password", "writeOnly")]
    assert found[0].message == '"password" is not allowed here'
    assert kinds(violations(user, {"login": "a@b.c"})) == [("/id", "required")]


def test_leaves_say_where_what_and_what_was_expected(schemas: Schemas) -> None:
    user = schemas.request_validator(ref("User"))
    (found,) = violations(user, {"login": "a@b.c", "password": "x", "manager": {"age": "7"}})[:1]
    value = {"login": 5, "password": "x", "manager": {"login": "a@b.c", "password": "", "age": "7"}}
    first, second = violations(user, value)
    assert found.pointer.startswith("/manager")
    assert (first.pointer, first.name, first.expected) == ("/login", "login", "string")
    assert first.message == '5 is not of type "string"'
    assert (second.pointer, second.kind) == ("/manager/age", "type")
    unknown = violations(user, {"login": "a@b.c", "password": "", "x": 1})
    assert [violation.kind for violation in unknown] == ["additionalProperties"]


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("age", 2**31, "maximum"),
        ("age", -(2**31) - 1, "minimum"),
        ("big", "9223372036854775808", "format"),
        ("big", "ten", "format"),
        ("login", "nobody", "format"),
        ("odd", 1, "type"),
    ],
)
def test_formats(schemas: Schemas, name: str, value: Any, kind: str) -> None:
    user = schemas.request_validator(ref("User"))
    body = {"login": "a@b.c", "password": "x", name: value}
    assert kinds(violations(user, body)) == [(f"/{name}", kind)]
    fine = {"login": "a@b.c", "password": "x", "age": 2**31 - 1, "big": "-5", "odd": "?"}
    assert violations(user, fine) == []


def test_null_stands_for_absent_where_asked(schemas: Schemas) -> None:
    body = {"login": "a@b.c", "password": "x", "age": None, "manager": None}
    strict = schemas.request_validator(ref("User"))
    assert {violation.pointer for violation in violations(strict, body)} == {"/age", "/manager"}
    assert violations(schemas.request_validator(ref("User"), nulls=True), body) == []
    nameless = {**body, "login": None}
    found = violations(schemas.request_validator(ref("User"), nulls=True), nameless)
    assert kinds(found) == [("/login", "type")]


def test_nulls_are_marked_by_types_and_not_by_data() -> None:
    number = {"type": "integer"}
    assert not marks_null({"properties": {"n": number}, "example": {"type": "null"}, "enum": [{"type": "null"}]})
    assert marks_null({"properties": {"n": {"type": ["integer", "null"]}}})
    assert marks_null({"items": {"anyOf": [number, {"type": "null"}]}})


def test_overlapping_branches(schemas: Schemas) -> None:
    value = {"name": "x"}
    strict = schemas.request_validator(ref("Pet"))
    assert kinds(violations(strict, value)) == [("", "oneOf")]
    assert violations(schemas.request_validator(ref("Pet"), lenient=True), value) == []


def test_the_branch_that_was_meant_is_reported(schemas: Schemas) -> None:
    pet = schemas.request_validator(ref("Pet"))
    value = {"type": "dog", "name": "x", "age": "old"}
    assert kinds(violations(pet, value)) == [("/age", "type")]
    assert kinds(violations(pet, 5)) == [("", "oneOf")]


def test_an_object_closed_beside_a_union_is_closed_around_it() -> None:
    schema = {
        "additionalProperties": False,
        "oneOf": [{"properties": {"a": {}}, "required": ["a"]}],
    }
    schemas = Schemas({})
    assert violations(schemas.request_validator(schema), {"a": 1}) != []
    lenient = schemas.request_validator(schema, lenient=True)
    assert violations(lenient, {"a": 1}) == []
    assert violations(lenient, {"a": 1, "b": 1}) != []


def test_what_does_not_compile_is_left_out_and_said() -> None:
    told: list[str] = []
    components: dict[str, Schema] = {
        "Bad": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "pattern": "(", "minLength": 2},
                "kind": {"type": "strin"},
                "gone": ref("Nowhere"),
                "pair": {"type": "array", "items": [{"type": "string"}]},
            },
            "required": "code",
        },
        "Good": {"type": "string"},
    }
    schemas = Schemas(components, report=told.append)
    assert violations(schemas.request_validator(ref("Good")), 1) != []
    assert told == []
    bad = schemas.request_validator(ref("Bad"))
    assert violations(bad, {"kind": 1, "gone": 1, "code": "xx", "pair": ["a"]}) == []
    assert kinds(violations(bad, {"code": "x", "pair": [1]})) == [
        ("/code", "minLength"),
        ("/pair/0", "type"),
    ]
    assert told == [
        "Bad: pattern '(' does not compile",
        "Bad: type 'strin' does not compile",
        "Bad: reference '#/components/schemas/Nowhere' does not resolve",
        "Bad: required 'code' does not compile",
    ]


def test_validators_are_compiled_once(schemas: Schemas) -> None:
    inline = {"type": "array", "items": ref("User")}
    assert schemas.request_validator(inline) is schemas.request_validator(inline)
    assert schemas.request_validator(ref("User")) is schemas.request_validator(ref("User"))
    assert schemas.request_validator(inline) is not schemas.response_validator(inline)


def test_violations_are_capped_and_short(schemas: Schemas) -> None:
    many = schemas.request_validator({"type": "array", "items": {"type": "string"}})
    assert len(violations(many, list(range(500)))) == 20
    (one,) = violations(many, [["x" * 5000]])
    assert len(one.message) < 400


def test_values_that_json_cannot_hold_are_violations(schemas: Schemas) -> None:
    text = schemas.request_validator({"type": "string"})
    for value in (b"x", "\ud800"):
        (found,) = violations(text, value)
        assert found.kind == "type"


def test_unions_twenty_deep() -> None:
    components: dict[str, Schema] = {
        f"L{n}": {"oneOf": [{"type": "object", "properties": {"next": ref(f"L{n + 1}")},
                             "required": ["next"], "additionalProperties": False},
                            {"type": "integer"}]}
        for n in range(20)
    }  # fmt: skip
    components["L20"] = {"type": "string"}
    value: Any = 5
    for _ in range(20):
        value = {"next": value}
    found = violations(Schemas(components).request_validator(ref("L0")), value)
    assert kinds(found) == [("/next" * 20, "type")]


def test_composites_that_share_parents_are_not_walked_twice() -> None:
    components: dict[str, Schema] = {
        f"D{n}": {"allOf": [ref(f"D{n + 1}"), ref(f"D{n + 1}"), {"required": ["id"]}]}
        for n in range(40)
    }
    components["D40"] = {"properties": {"id": {"type": "integer", "readOnly": True}}}
    schemas = Schemas(components)
    assert violations(schemas.request_validator({"allOf": [ref("D38")]}), {}) == []


def test_resolve_survives_loops_and_holes() -> None:
    schemas = Schemas({"A": ref("B"), "B": ref("A"), "C": {"properties": {"x": {"type": "null"}}}})
    assert schemas.resolve(ref("A")) == {}
    assert schemas.resolve(ref("Nowhere")) == {}
    assert schemas.resolve(ref("C/properties/x")) == {"type": "null"}
