"""Contracts in many files."""

from __future__ import annotations

from typing import Any

from tests.ingest.conftest import Ingest, answering, openapi

OK: dict[str, Any] = {"responses": {"200": {"description": "ok"}}}


def test_references_are_relative_to_the_file_that_holds_them(ingest: Ingest) -> None:
    got = ingest(
        {
            "openapi.yaml": openapi(
                {"/pets": {"$ref": "paths/pets.yaml"}, "/x": {"get": OK}},
                {"Error": {"type": "object"}},
            ),
            "paths/pets.yaml": {
                "get": {
                    "parameters": [{"$ref": "../common.yaml#/parameters/Limit"}],
                    "responses": {
                        "200": {
                            "description": "ok",
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": "../schemas/pet.yaml#/Pet"},
                                    "examples": {"one": {"$ref": "../common.yaml#/examples/One"}},
                                }
                            },
                        },
                        "400": {"$ref": "../common.yaml#/responses/Bad"},
                    },
                }
            },
            "schemas/pet.yaml": {
                "Pet": {"properties": {"tag": {"$ref": "#/Tag"}, "owner": {"$ref": "owner.yaml"}}},
                "Tag": {"type": "string"},
            },
            "schemas/owner.yaml": {"properties": {"pets": {"$ref": "pet.yaml#/Pet"},
                                                  "tag": {"$ref": "#/$defs/Tag"}},
                                   "$defs": {"Tag": {"type": "integer"}}},
            "common.yaml": {
                "parameters": {"Limit": {"name": "limit", "in": "query"}},
                "examples": {"One": {"value": {"tag": "a"}}},
                "responses": {
                    "Bad": {
                        "description": "bad",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "openapi.yaml#/components/schemas/Error"}
                            }
                        },
                    }
                },
            },
        }
    )  # fmt: skip
    pets = got.operation("GET /pets")
    assert [p.name for p in pets.parameters] == ["limit"]
    assert pets.responses[0].content[0].schema == {"$ref": "#/components/schemas/Pet"}
    assert pets.responses[0].content[0].examples[0].value == {"tag": "a"}
    assert pets.responses[1].content[0].schema == {"$ref": "#/components/schemas/Error"}
    schemas = got.contract.schemas
    assert schemas["Pet"]["properties"] == {
        "tag": {"$ref": "#/components/schemas/Tag"},
        "owner": {"$ref": "#/components/schemas/owner"},
    }
    assert schemas["owner"]["properties"] == {
        "pets": {"$ref": "#/components/schemas/Pet"},
        "tag": {"$ref": "#/components/schemas/owner_Tag"},
    }
    assert (schemas["Tag"], schemas["owner_Tag"]) == ({"type": "string"}, {"type": "integer"})
    assert pets.origin is not None
    assert (pets.origin.document, pets.origin.pointer, pets.origin.line) == (
        "paths/pets.yaml", "/get", 1,
    )  # fmt: skip
    assert got.diagnostics == ()


def test_listed_schemas_keep_their_names(ingest: Ingest) -> None:
    got = ingest(
        {
            "api.yaml": openapi(
                {"/x": {"get": answering({"$ref": "./pet.yaml"})}},
                {"Animal": {"$ref": "./pet.yaml"}, "pet": {"type": "null"}},
            ),
            "pet.yaml": {"type": "object", "properties": {"next": {"$ref": "#"}}},
        }
    )
    assert got.operation("GET /x").responses[0].content[0].schema == {
        "$ref": "#/components/schemas/Animal"
    }
    assert got.contract.schemas["Animal"]["properties"] == {
        "next": {"$ref": "#/components/schemas/Animal"}
    }


def test_trouble_is_reported_where_it_stands(ingest: Ingest) -> None:
    get = answering({"$ref": "./schemas.yaml#/A"})
    got = ingest(
        {
            "api.yaml": openapi({"/x": {"get": get}}),
            "schemas.yaml": "A:\n  properties:\n    b:\n      $ref: '#/Gone'\n",
        }
    )
    assert got.contract.schemas["A"] == {"properties": {"b": {}}}
    assert got.said("dangling-ref") == [
        "warning: schemas.yaml:3 /A/properties/b: the reference schemas.yaml#/Gone leads nowhere "
        "[dangling-ref] (left out: what it refers to)"
    ]


def test_references_out_of_the_folder_and_to_the_network(ingest: Ingest) -> None:
    schemas = {
        "A": {"$ref": "../../etc/passwd"},
        "B": {"$ref": "https://example.com/b.yaml#/B"},
        "C": {"$ref": "/etc/passwd"},
        "D": {"$ref": "gone.yaml"},
    }
    got = ingest({"api.yaml": openapi({"/x": {"get": OK}}, schemas)})
    assert got.contract.schemas == {name: {} for name in "ABCD"}
    assert len(got.said("outside-folder")) == 2
    assert got.said("remote-reference") == [
        "warning: api.yaml:15 /components/schemas/B: https://example.com/b.yaml#/B is not in the "
        "folder; twingen fetches nothing [remote-reference] (left out: what it refers to)"
    ]
    assert len(got.repairs("dangling-ref")) == 4


def test_properties_and_examples_that_look_like_references(ingest: Ingest) -> None:
    schema = {
        "properties": {"$ref": {"type": "string"}, "b": {"$ref": "b.yaml"}},
        "example": {"$ref": "gone.yaml"},
    }
    got = ingest({"api.yaml": openapi({"/x": {"get": OK}}, {"A": schema}), "b.yaml": {}})
    assert got.contract.schemas["A"] == {
        "properties": {"$ref": {"type": "string"}, "b": {"$ref": "#/components/schemas/b"}},
        "examples": [{"$ref": "gone.yaml"}],
    }


def test_contracts_that_are_only_parts_of_another(ingest: Ingest) -> None:
    got = ingest(
        {
            "root.yaml": openapi(
                {"/a": {"$ref": "part.yaml#/paths/~1a"}, "/b": {"get": OK}},
                info={"title": "Root", "version": "1"},
            ),
            "part.yaml": openapi({"/a": {"get": OK}}),
            "shared.yaml": openapi({}, {"S": {"type": "string"}}),
        }
    )
    assert got.keys == ["GET /a", "GET /b"]
    assert got.contract.title == "Root"


def test_circular_path_items_do_not_hang(ingest: Ingest) -> None:
    got = ingest(
        {
            "api.yaml": openapi({"/a": {"$ref": "a.yaml"}, "/b": {"get": OK}}),
            "a.yaml": {"$ref": "b.yaml"},
            "b.yaml": {"$ref": "a.yaml"},
        }
    )
    assert got.keys == ["GET /b"]


def test_hundreds_of_files(ingest: Ingest) -> None:
    files: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for number in range(300):
        paths[f"/things{number}"] = {"$ref": f"paths/{number}.yaml"}
        files[f"paths/{number}.yaml"] = {"get": answering({"$ref": f"../schemas/{number}.yaml"})}
        files[f"schemas/{number}.yaml"] = {
            "properties": {"next": {"$ref": f"{(number + 1) % 300}.yaml"}}
        }
    got = ingest({"api.yaml": openapi(paths), **files})
    assert len(got.keys) == len(got.contract.schemas) == 300
