"""Swagger 2.0, the sound and the odd."""

from __future__ import annotations

from typing import Any

from tests.ingest.conftest import Ingest

OK: dict[str, Any] = {"responses": {"200": {"description": "ok"}}}


def swagger(paths: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"swagger": "2.0", "info": {"title": "S", "version": "1"}, "paths": paths, **rest}


def test_bodies_and_responses(ingest: Ingest) -> None:
    document = swagger(
        {
            "/pets/{id}": {
                "parameters": [{"$ref": "#/parameters/Id"}],
                "put": {
                    "consumes": ["application/json", "text/xml"],
                    "parameters": [
                        {"name": "pet", "in": "body", "required": True,
                         "schema": {"$ref": "#/definitions/Pet"}},
                        {"name": "tags", "in": "query", "type": "array",
                         "items": {"type": "string"}, "collectionFormat": "multi"},
                        {"name": "ids", "in": "query", "type": "array", "items": {},
                         "collectionFormat": "pipes"},
                    ],
                    "responses": {
                        "200": {
                            "description": "ok",
                            "schema": {"$ref": "#/definitions/Pet"},
                            "examples": {"application/json": {"name": "Rex"}},
                            "headers": {"X-Count": {"type": "integer"}},
                        },
                        "default": {"$ref": "#/responses/Error"},
                    },
                },
            }
        },
        host="api.example",
        basePath="/v1",
        schemes=["http", "https"],
        produces=["application/json"],
        parameters={"Id": {"name": "id", "in": "path", "type": "integer", "required": True}},
        responses={"Error": {"description": "bad", "schema": {"type": "string"}}},
        definitions={"Pet": {"type": "object", "properties": {"name": {"x-nullable": True,
                                                                       "type": "string"}}}},
    )  # fmt: skip
    got = ingest({"api.json": document})
    put = got.operation("PUT /v1/pets/{}")
    assert [(p.name, p.location, p.style, p.explode) for p in put.parameters] == [
        ("tags", "query", "form", True),
        ("ids", "query", "pipeDelimited", False),
        ("id", "path", "simple", False),
    ]
    assert put.body is not None and put.body.required
    assert [m.type for m in put.body.content] == ["application/json", "text/xml"]
    assert put.body.content[0].schema == {"$ref": "#/components/schemas/Pet"}
    assert put.responses[0].content[0].examples[0].value == {"name": "Rex"}
    assert put.responses[0].headers[0].schema == {"type": "integer"}
    assert put.responses[1].content[0].schema == {"type": "string"}
    assert got.contract.schemas["Pet"]["properties"]["name"] == {"type": ["string", "null"]}
    assert [s.url for s in got.contract.servers] == [
        "https://api.example/v1", "http://api.example/v1",
    ]  # fmt: skip


def test_forms(ingest: Ingest) -> None:
    fields = [
        {"name": "channel", "in": "formData", "type": "string", "required": True},
        {"name": "count", "in": "formData", "type": "integer"},
    ]
    file = {"name": "file", "in": "formData", "type": "file"}
    both = ["application/x-www-form-urlencoded", "application/json"]
    got = ingest(
        {
            "api.yaml": swagger(
                {
                    "/plain": {"post": {**OK, "parameters": fields}},
                    "/both": {"post": {**OK, "parameters": fields, "consumes": both}},
                    "/file": {"post": {**OK, "parameters": [file]}},
                }
            )
        }
    )
    kinds = {o.path: [m.type for m in o.body.content] for o in got.contract.operations if o.body}
    assert kinds == {
        "/plain": ["application/x-www-form-urlencoded"],
        "/both": both,
        "/file": ["multipart/form-data"],
    }
    plain = got.operation("POST /plain").body
    assert plain is not None
    assert plain.content[0].schema == {
        "type": "object",
        "properties": {"channel": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["channel"],
    }


def test_what_swagger_does_not_allow_but_documents_hold(ingest: Ingest) -> None:
    schema = {
        "type": ["object", "null"],
        "properties": {
            "pair": {"type": "array", "items": [{"type": "string"}], "additionalItems": False},
            "kind": {"type": "string", "x-examples": ["a"]},
        },
        "discriminator": "kind",
    }
    got = ingest({"api.yaml": swagger({"/x": {"get": OK}}, definitions={"S": schema})})
    assert got.contract.schemas["S"] == {
        "type": ["object", "null"],
        "properties": {
            "pair": {"type": "array", "prefixItems": [{"type": "string"}], "items": {"not": {}}},
            "kind": {"type": "string", "x-examples": ["a"]},
        },
        "discriminator": {"propertyName": "kind"},
    }


def test_security(ingest: Ingest) -> None:
    definitions = {
        "basic": {"type": "basic"},
        "key": {"type": "apiKey", "in": "query", "name": "k"},
        "oauth": {"type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://a/",
                  "tokenUrl": "https://t/", "scopes": {"read": "Read"}},
    }  # fmt: skip
    document = swagger({"/x": {"get": OK}}, securityDefinitions=definitions,
                       security=[{"oauth": ["read"]}])  # fmt: skip
    got = ingest({"api.yaml": document})
    schemes = got.contract.security_schemes
    assert (schemes["basic"].type, schemes["basic"].scheme) == ("http", "basic")
    assert (schemes["key"].location, schemes["key"].parameter) == ("query", "k")
    assert schemes["oauth"].scopes == ("read",)
    assert list(schemes["oauth"].details["flows"]) == ["authorizationCode"]
    assert got.operation("GET /x").security == ({"oauth": ("read",)},)


def test_places_are_those_of_the_swagger_document(ingest: Ingest) -> None:
    definitions = {"A": {"properties": {"b": {"$ref": "#/definitions/Gone"}}}}
    got = ingest({"api.yaml": swagger({"/x": {"get": OK}}, definitions=definitions)})
    (said,) = got.said("dangling-ref")
    assert said.startswith("warning: api.yaml:14 /definitions/A/properties/b: ")
    assert got.repairs("dangling-ref") == ["$.components.schemas.A.properties.b"]


def test_parts_in_other_files(ingest: Ingest) -> None:
    body = {"name": "b", "in": "body", "schema": {"$ref": "pet.yaml"}}
    got = ingest(
        {
            "api.yaml": swagger({"/x": {"post": {**OK, "parameters": [body]}}}),
            "pet.yaml": {"type": "object"},
        }
    )
    assert got.contract.schemas == {"pet": {"type": "object"}}
