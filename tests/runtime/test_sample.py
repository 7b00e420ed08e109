"""Samples are valid, repeatable and finite."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.contract.model import Example, MediaType, Operation, Response, Schema
from twingen.runtime.sample import SampledResponse, sample, sample_response
from twingen.runtime.validation import Schemas, violations


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


COMPONENTS: dict[str, Schema] = {
    "Base": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}, "id": {"type": "string", "readOnly": True}},
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"a-child": ref("A")["$ref"], "b-child": ref("B")["$ref"]},
        },
    },
    "A": {"allOf": [ref("Base"), {"properties": {"a": {"type": "integer"}}}]},
    "B": {"allOf": [ref("Base"), {"properties": {"b": {"type": "integer"}}, "required": ["b"]}]},
    "Tree": {
        "type": "object",
        "required": ["name", "children"],
        "properties": {
            "name": {"type": "string"},
            "parent": ref("Tree"),
            "children": {"type": "array", "items": ref("Tree")},
        },
    },
    "Node": {"oneOf": [ref("Branch"), ref("Leaf")]},
    "Branch": {"type": "object", "required": ["left"], "properties": {"left": ref("Node")}},
    "Leaf": {"type": "object", "required": ["leaf"], "properties": {"leaf": {"const": 1}}},
    "Endless": {"type": "object", "required": ["next"], "properties": {"next": ref("Endless")}},
}
SCHEMAS = Schemas(COMPONENTS)


@pytest.mark.parametrize("minimal", [False, True])
@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^[A-Z]{3}-\\d+$"},
        {"type": "string", "pattern": "^(?:v1|v2)\\.[^a-z]{2,4}$", "maxLength": 6},
        {"type": "string", "pattern": "^\\w+@\\w+$", "minLength": 12},
        {"type": "string", "minLength": 30, "maxLength": 40},
        {"type": "string", "maxLength": 2},
        *({"type": "string", "format": name} for name in
          ("date-time", "date", "time", "duration", "uuid", "email", "uri", "uri-reference",
           "hostname", "ipv4", "ipv6", "json-pointer", "regex", "int64", "byte")),
        {"type": "integer", "minimum": 1000, "multipleOf": 7},
        {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 2},
        {"type": "integer", "maximum": -5},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
        {"type": "number", "minimum": 0.1, "maximum": 0.2},
        {"type": ["null", "string"]},
        {"enum": [None, "x"]},
        {"const": {"a": 1}},
        {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "uniqueItems": True},
        {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2},
        {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2},
        {"allOf": [{"required": ["a"]}, {"properties": {"a": {"type": "integer"}}}]},
        {"type": "object", "required": ["a"], "allOf": [
            {"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"minLength": 9}}}]},
        {"oneOf": [{"type": "integer", "minimum": 5, "maximum": 4}, {"type": "string"}]},
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}],
         "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
        {"anyOf": [False, {"type": "boolean"}]},
        *(ref(name) for name in ("A", "B", "Base", "Tree", "Node")),
        {"type": "array", "items": ref("Tree"), "minItems": 1},
        {"type": "string", "format": "email", "example": "not an address"},
        True,
    ],
)  # fmt: skip
def test_samples_are_valid(schema: Any, minimal: bool) -> None:
    value = sample(schema, SCHEMAS, seed="s", minimal=minimal)
    assert violations(SCHEMAS.response_validator(schema), value) == []
    assert sample(schema, SCHEMAS, seed="s", minimal=minimal) == value


def test_another_seed_is_another_value() -> None:
    schema = {"type": "string", "format": "uuid"}
    assert sample(schema, SCHEMAS, seed="1") != sample(schema, SCHEMAS, seed="2")


def test_published_values_come_first_where_they_are_valid() -> None:
    assert sample({"type": "string", "example": "x"}, SCHEMAS, seed="s") == "x"
    assert sample({"type": "integer", "default": 7}, SCHEMAS, seed="s") == 7
    assert sample({"type": "integer", "examples": ["x", 9]}, SCHEMAS, seed="s") == 9
    assert isinstance(sample({"type": "integer", "example": "x"}, SCHEMAS, seed="s"), int)


def test_discriminators_name_their_branch() -> None:
    assert sample(ref("B"), SCHEMAS, seed="s")["kind"] == "b-child"
    assert sample(ref("Base"), SCHEMAS, seed="s")["kind"] == "a-child"
    either = {
        "oneOf": [ref("B"), ref("A")],
        "discriminator": {"propertyName": "kind", "mapping": {"bee": "B", "ay": "A"}},
    }
    # What holds under B holds under A too, so that only A's values are of one branch.
    assert sample(either, SCHEMAS, seed="s")["kind"] == "ay"


def test_each_side_leaves_out_the_other_sides_properties() -> None:
    schema = {
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "password": {"type": "string", "writeOnly": True},
        },
        "required": ["id", "password"],
    }
    assert set(sample(schema, SCHEMAS, seed="s")) == {"id"}
    assert set(sample(schema, SCHEMAS, seed="s", side="request")) == {"password"}


def test_minimal_leaves_out_what_is_optional() -> None:
    assert sample(ref("B"), SCHEMAS, seed="s", minimal=True).keys() == {"kind", "b"}
    assert sample(ref("B"), SCHEMAS, seed="s").keys() == {"kind", "id", "b"}


def test_what_cannot_be_satisfied_still_ends() -> None:
    assert isinstance(sample(ref("Endless"), SCHEMAS, seed="s"), dict)
    loop = Schemas(
        {"Loop": {"oneOf": [{"allOf": [ref("Loop"), {"title": str(n)}]} for n in "abc"]}}
    )
    sample(ref("Loop"), loop, seed="s")
    assert sample({"enum": []}, SCHEMAS, seed="s") is None
    assert isinstance(sample({"type": "string", "pattern": "(?<=x)("}, Schemas({}), seed="s"), str)


def operation(*responses: Response) -> Operation:
    return Operation(key="GET /x", id="x", method="GET", path="/x", responses=responses)


def test_a_response_prefers_a_valid_published_example() -> None:
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
    media = MediaType(
        type="application/json",
        schema=schema,
        examples=(Example(name="bad", value={"n": "1"}), Example(name="good", value={"n": 42})),
    )
    documented = operation(Response(status="200", content=(media,)))
    assert sample_response(documented, 200, SCHEMAS) == SampledResponse(
        status=200, media=media, value={"n": 42}, source="example"
    )
    bare = MediaType(type="application/json", schema=schema)
    found = sample_response(operation(Response(status="2XX", content=(bare,))), 201, SCHEMAS)
    assert (found.source, found.media) == ("schema", bare)
    assert violations(SCHEMAS.response_validator(schema), found.value) == []


def test_a_status_without_a_body() -> None:
    documented = operation(Response(status="204"), Response(status="default"))
    assert sample_response(documented, 204, SCHEMAS) == SampledResponse(status=204)
    assert sample_response(documented, 500, SCHEMAS).source == "none"
    assert sample_response(operation(), 200, SCHEMAS).media is None
