"""What schemas say, references and allOf followed."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.contract.schemas import (
    properties,
    references,
    required,
    resolve,
    schema_name,
    subschemas,
    types,
    variants,
)


def ref(name: str, **siblings: Any) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", **siblings}


SCHEMAS: dict[str, dict[str, Any]] = {
    "Base": {
        "type": "object",
        "properties": {"kind": {"type": "string"}, "note": {"type": "string"}},
        "required": ["kind"],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"},
        },
    },
    "Cat": {
        "allOf": [ref("Base"), {"properties": {"lives": {"type": "integer"}}}],
        "properties": {"note": {"maxLength": 5}},
        "required": ["lives"],
    },
    "Dog": {"allOf": [ref("Base")]},
    "Alias": ref("Cat", description="An alias."),
    "Loop": ref("Loop2"),
    "Loop2": ref("Loop"),
    "Self": {"allOf": [ref("Self"), {"properties": {"a": {}}}]},
    "Open": {"discriminator": {"propertyName": "t"}},
    "Child": {"allOf": [ref("Open")]},
}


def test_resolve() -> None:
    assert resolve({"type": "string"}, SCHEMAS) == {"type": "string"}
    assert resolve(ref("Dog"), SCHEMAS) is SCHEMAS["Dog"]
    assert resolve(ref("Alias", title="T"), SCHEMAS) == {
        **SCHEMAS["Cat"], "description": "An alias.", "title": "T",
    }  # fmt: skip
    assert resolve(ref("Loop", title="T"), SCHEMAS) == {"title": "T"}
    assert resolve(ref("Gone"), SCHEMAS) == {}
    assert resolve({"$ref": {"type": "string"}}, SCHEMAS) == {"$ref": {"type": "string"}}


def test_properties() -> None:
    assert properties(ref("Alias"), SCHEMAS) == {
        "kind": {"type": "string"},
        "note": {"type": "string", "maxLength": 5},
        "lives": {"type": "integer"},
    }
    assert properties(ref("Self"), SCHEMAS) == {"a": {}}
    assert properties({"anyOf": [ref("Dog"), {"type": "null"}]}, SCHEMAS).keys() == {"kind", "note"}
    assert properties({"oneOf": [ref("Cat"), ref("Dog")]}, SCHEMAS) == {}
    assert properties({"properties": {"$ref": {"type": "string"}}}, {}) == {
        "$ref": {"type": "string"}
    }


def test_required() -> None:
    assert required(ref("Alias"), SCHEMAS) == {"kind", "lives"}


def test_variants() -> None:
    assert variants(ref("Base"), SCHEMAS) == {"cat": ref("Cat"), "dog": ref("Dog")}
    assert variants(ref("Open"), SCHEMAS) == {"Child": ref("Child")}
    assert variants({"oneOf": [ref("Cat"), {"title": "T"}, {}]}, SCHEMAS) == {
        "Cat": ref("Cat"), "T": {"title": "T"}, "2": {},
    }  # fmt: skip
    assert variants({"oneOf": [ref("Base"), {"type": "null"}]}, SCHEMAS).keys() == {"cat", "dog"}
    assert variants({"type": "string"}, SCHEMAS) == {}


def test_subschemas_and_references_leave_data_alone() -> None:
    schema = {
        "properties": {"a/b": {"items": ref("Cat")}, "$ref": ref("Dog"), "example": {}},
        "example": ref("No"),
        "default": ref("No"),
        "enum": [ref("No")],
        "x-more": {"items": ref("No")},
        "additionalProperties": False,
        "allOf": [{"not": ref("Base")}],
        "discriminator": {"propertyName": "p", "mapping": {"a": "#/components/schemas/Self"}},
    }
    assert [pointer for pointer, _ in subschemas(schema)] == [
        "",
        "/properties/a~1b",
        "/properties/a~1b/items",
        "/properties/$ref",
        "/properties/example",
        "/allOf/0",
        "/allOf/0/not",
    ]
    assert references(schema) == {"Cat", "Dog", "Base", "Self"}


def test_schema_name() -> None:
    assert schema_name(ref("Cat")) == "Cat"
    assert schema_name({"$ref": {"type": "string"}}) is None


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({}, set()),
        ({"type": ["string", "null"]}, {"string", "null"}),
        ({"const": 1}, {"integer"}),
        ({"enum": ["a", None]}, {"string", "null"}),
        ({"anyOf": [ref("Base"), {"type": "null"}]}, {"object", "null"}),
        ({"properties": {}}, {"object"}),
        ({"items": {}}, {"array"}),
        (ref("Alias"), {"object"}),
        (ref("Loop"), set()),
    ],
)
def test_types(schema: dict[str, Any], found: set[str]) -> None:
    assert types(schema, SCHEMAS) == found
