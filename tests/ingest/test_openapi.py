"""OpenAPI 3: what a reader must make of sound and of odd documents."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ingest.conftest import Ingest, answering, openapi
from twingen.contract.schemas import properties

OK: dict[str, Any] = {"responses": {"200": {"description": "ok"}}}


def schema_of(ingest: Ingest, schema: Any, version: str = "3.0.3", **others: Any) -> Any:
    document = openapi({"/x": {"get": OK}}, {"S": schema, **others}, openapi=version)
    return ingest({"api.yaml": document}).contract.schemas["S"]


def test_operation_with_everything(ingest: Ingest) -> None:
    document = openapi(
        {
            "/pets/{petId}": {
                "parameters": [{"name": "petId", "in": "path", "schema": {"type": "integer"}}],
                "put": {
                    "operationId": "putPet",
                    "tags": ["pets"],
                    "deprecated": True,
                    "x-tier": 2,
                    "parameters": [
                        {"name": "q", "in": "query", "content": {"application/json": {}}},
                        {"name": "ids", "in": "query", "explode": False},
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    },
                    "responses": {
                        "4XX": {"description": "bad"},
                        "default": {"description": "worse", "headers": {"X": {"schema": {}}}},
                    },
                },
            }
        },
        servers=[{"url": "https://api.example/v1/"}],
    )
    got = ingest({"api.yaml": document}).operation("PUT /v1/pets/{}")
    assert (got.id, got.method, got.path, got.base_path, got.host) == (
        "putPet", "PUT", "/v1/pets/{petId}", "/v1", "",
    )  # fmt: skip
    assert [(p.name, p.location, p.required, p.style, p.explode, p.media_type)
            for p in got.parameters] == [
        ("petId", "path", True, "simple", False, None),
        ("q", "query", False, "form", True, "application/json"),
        ("ids", "query", False, "form", False, None),
    ]  # fmt: skip
    assert [r.status for r in got.responses] == ["4XX", "default"]
    assert got.responses[1].headers[0].name == "X"
    assert (got.tags, got.deprecated, got.extensions) == (("pets",), True, {"x-tier": 2})
    assert got.body is not None and got.body.required
    assert got.origin is not None and got.origin.line == 12


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"type": "string", "nullable": True, "enum": ["a"]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        (
            {"nullable": True, "allOf": [{"type": "object"}]},
            {"anyOf": [{"allOf": [{"type": "object"}]}, {"type": "null"}]},
        ),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"example": 3}, {"examples": [3]}),
        ({"type": "any"}, {}),
        ({"type": "file"}, {"format": "binary", "type": "string"}),
        ({"type": "string", "enum": ["a", None]}, {"type": "string", "enum": ["a", None]}),
        ({"items": [{"type": "string"}]}, {"prefixItems": [{"type": "string"}]}),
    ],
)
def test_schemas_of_3_0_become_2020_12(ingest: Ingest, written: Any, read: Any) -> None:
    assert schema_of(ingest, written) == read


def test_boolean_schemas(ingest: Ingest) -> None:
    schema = {"properties": {"a": True, "b": False}, "additionalProperties": False}
    assert schema_of(ingest, schema, "3.1.0") == {
        "properties": {"a": {}, "b": {"not": {}}},
        "additionalProperties": False,
    }


def test_tuples_in_3_1_as_they_were_before(ingest: Ingest) -> None:
    schema = {"items": [{"type": "string"}, {}], "additionalItems": False, "nullable": True}
    got = ingest({"api.yaml": openapi({"/x": {"get": OK}}, {"A": schema}, openapi="3.1.0")})
    assert got.contract.schemas["A"] == {
        "prefixItems": [{"type": "string"}, {}], "items": {"not": {}}, "nullable": True,
    }  # fmt: skip
    assert got.repairs("tuple-items") == ["$.components.schemas.A"]


def test_operations_that_are_none_are_said(ingest: Ingest) -> None:
    paths: dict[str, Any] = {"/x": {"get": OK, "put": None, "post": [], "patch": "later"}}
    got = ingest({"api.yaml": openapi(paths)})
    assert [operation.method for operation in got.contract.operations] == ["GET"]
    assert [line.partition(" (")[2] for line in got.said("unexpected-value")] == [
        "left out: put /x)", "left out: post /x)", "left out: patch /x)",
    ]  # fmt: skip


def test_required_flags_on_properties(ingest: Ingest) -> None:
    schema = {"properties": {"a": {"type": "string", "required": True}}, "required": ["b"]}
    assert schema_of(ingest, schema) == {
        "properties": {"a": {"type": "string"}},
        "required": ["a", "b"],
    }


def test_a_property_named_ref_is_a_property(ingest: Ingest) -> None:
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}}}
    assert schema_of(ingest, schema) == schema


def test_references_inside_examples_are_data(ingest: Ingest) -> None:
    schema = {"type": "object", "example": {"$ref": "#/nowhere"}, "default": {"$ref": "#/x"}}
    got = schema_of(ingest, schema)
    assert got["examples"] == [{"$ref": "#/nowhere"}]
    assert got["default"] == {"$ref": "#/x"}


def test_dangling_reference(ingest: Ingest) -> None:
    schemas = {"A": {"properties": {"b": {"$ref": "#/components/schemas/Gone"}}}}
    got = ingest({"api.yaml": openapi({"/x": {"get": OK}}, schemas)})
    assert got.contract.schemas["A"] == {"properties": {"b": {}}}
    assert got.repairs("dangling-ref") == ["$.components.schemas.A.properties.b"]
    assert got.said("dangling-ref") == [
        "warning: api.yaml:15 /components/schemas/A/properties/b: the reference "
        "#/components/schemas/Gone leads nowhere [dangling-ref] (left out: what it refers to)"
    ]


def test_reference_that_is_not_text(ingest: Ingest) -> None:
    schemas = {"A": {"$ref": 5, "title": "A"}}
    got = ingest({"api.yaml": openapi({"/x": {"get": OK}}, schemas)})
    assert got.contract.schemas["A"] == {"title": "A"}
    assert got.repairs("ref-not-text") == ["$.components.schemas.A"]


def test_references_into_the_middle(ingest: Ingest) -> None:
    paths = {
        "/x": {"get": answering({"type": "object", "title": "X"})},
        "/y": {
            "get": answering(
                {"$ref": "#/paths/~1x/get/responses/200/content/application~1json/schema"}
            )
        },
        "/z": {"get": answering({"$ref": "#/components/schemas/A/properties/b"})},
    }
    schemas = {"A": {"properties": {"b": {"type": "string"}}}}
    got = ingest({"api.yaml": openapi(paths, schemas)})
    by_key = {o.key: o.responses[0].content[0].schema for o in got.contract.operations}
    assert by_key["GET /z"] == {"$ref": "#/components/schemas/A_b"}
    assert got.contract.schemas["A_b"] == {"type": "string"}
    target = (by_key["GET /y"] or {})["$ref"].rpartition("/")[2]
    assert got.contract.schemas[target] == {"type": "object", "title": "X"}


def test_references_outside_of_schemas(ingest: Ingest) -> None:
    paths = {
        "/a": {"$ref": "#/x-items/a"},
        "/b": {
            "post": {
                "parameters": [{"$ref": "#/components/parameters/P"}],
                "requestBody": {"$ref": "#/components/requestBodies/B"},
                "responses": {"200": {"$ref": "#/components/responses/R"}},
            }
        },
    }
    media = {"schema": {}, "examples": {"one": {"$ref": "#/components/examples/E"}}}
    components = {
        "parameters": {"P": {"name": "p", "in": "query"}},
        "requestBodies": {"B": {"content": {"application/json": media}}},
        "responses": {"R": {"headers": {"H": {"$ref": "#/components/headers/H"}}}},
        "headers": {"H": {"schema": {"type": "integer"}}},
        "examples": {"E": {"value": {"n": 1}}},
    }  # fmt: skip
    document = openapi(paths, components=components, **{"x-items": {"a": {"get": OK}}})
    got = ingest({"api.yaml": document})
    assert got.keys == ["GET /a", "POST /b"]
    post = got.operation("POST /b")
    assert post.parameters[0].name == "p"
    assert post.body is not None
    assert post.body.content[0].examples[0].value == {"n": 1}
    assert post.responses[0].headers[0].schema == {"type": "integer"}


def test_discriminator_loop(ingest: Ingest) -> None:
    schemas = {
        "Base": {
            "type": "object",
            "properties": {"kind": {"type": "string"}},
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"a": "#/components/schemas/Child", "b": "Child", "c": "Gone"},
            },
        },
        "Child": {
            "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"x": {}}}],
        },
    }
    got = ingest({"api.yaml": openapi({"/x": {"get": OK}}, schemas)})
    mapping = got.contract.schemas["Base"]["discriminator"]["mapping"]
    assert mapping == dict.fromkeys("ab", "#/components/schemas/Child")
    assert list(properties(got.contract.schemas["Child"], got.contract.schemas)) == ["kind", "x"]


def test_examples_that_are_json_inside_text(ingest: Ingest) -> None:
    get = answering({"type": "object"}, example='{"id": 1}')
    got = ingest({"api.yaml": openapi({"/x": {"get": get}})})
    assert got.operation("GET /x").responses[0].content[0].examples[0].value == {"id": 1}
    assert got.said("example-text") == [
        "note: api.yaml:1: 1 examples were JSON inside of text; they are parsed [example-text]"
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("string", "placeholder-example"), ("...", "placeholder-example"),
     ('{"a": ', "malformed-example")],
)  # fmt: skip
def test_examples_that_show_nothing_are_dropped(ingest: Ingest, text: str, kind: str) -> None:
    get = answering({"type": "object"}, example=text)
    got = ingest({"api.yaml": openapi({"/x": {"get": get}})})
    assert got.operation("GET /x").responses[0].content[0].examples == ()
    assert got.repairs(kind) == [
        "$.paths['/x'].get.responses['200'].content['application/json'].example"
    ]


def test_text_stays_an_example_of_a_string(ingest: Ingest) -> None:
    get = answering({"type": "string"}, example="string")
    got = ingest({"api.yaml": openapi({"/x": {"get": get}})})
    assert got.operation("GET /x").responses[0].content[0].examples[0].value == "string"


def test_examples_that_contradict_their_schema_stay(ingest: Ingest) -> None:
    schema = {"$ref": "#/components/schemas/Pet"}
    get = {**answering(schema, example={"id": None}), "operationId": "getPet"}
    pet = {"type": "object", "properties": {"id": {"type": "string"}}}
    got = ingest({"api.yaml": openapi({"/x": {"get": get}}, {"Pet": pet})})
    assert got.operation("GET /x").responses[0].content[0].examples[0].value == {"id": None}
    assert got.said("example-contradicts-schema") == [
        "note: api.yaml:15 /paths/~1x/get/responses/200/content/application~1json/example: "
        "1 of 1 examples of getPet contradict their schema; example: null is not of type "
        '"string" (at /id) [example-contradicts-schema]'
    ]


def test_media_types_are_normalised(ingest: Ingest) -> None:
    content: dict[str, Any] = {
        "application/json, okta-version=1.0.0": {"schema": {}},
        "Application/JSON;Charset=UTF-8": {},
        "application/vnd.acme+json": {},
        "json": {},
    }
    body = {"post": {**OK, "requestBody": {"content": content}}}
    got = ingest({"api.yaml": openapi({"/x": body})})
    read = got.operation("POST /x").body
    assert read is not None
    assert [media.type for media in read.content] == [
        "application/json; okta-version=1.0.0",
        "application/json; charset=utf-8",
        "application/vnd.acme+json",
        "application/json",
    ]
    assert len(got.repairs("illegal-media-type")) == 2


def test_odd_paths(ingest: Ingest) -> None:
    paths = {
        "/users/{id}.json": {"get": OK},
        "/compare/{base}...{head}": {"get": OK},
        "/login#saml": {"get": OK},
        "pets": {"get": OK},
        "/dir/": {"get": OK},
        "/go?action=stop": {"get": OK},
    }
    got = ingest({"api.yaml": openapi(paths)})
    assert got.keys == [
        "GET /users/{}.json",
        "GET /compare/{}...{}",
        "GET /login#saml",
        "GET /pets",
        "GET /dir/",
        "GET /go#action=stop",
    ]
    assert [p.name for p in got.contract.operations[1].parameters] == ["base", "head"]
    assert len(got.said("path-without-slash")) == 1


def test_operation_ids_are_made_and_made_unique(ingest: Ingest) -> None:
    paths = {
        "/a/{x}": {"get": OK},
        "/b": {"get": {**OK, "operationId": "same"}, "put": {**OK, "operationId": "same"}},
        "/a/{y}": {"get": OK},
    }
    got = ingest({"api.yaml": openapi(paths)})
    assert [(o.key, o.id) for o in got.contract.operations] == [
        ("GET /a/{}", "get_a_x"),
        ("GET /b", "same"),
        ("PUT /b", "same_2"),
        ("GET /a/{}#get_a_y", "get_a_y"),
    ]


def test_path_parameters_are_those_of_the_template(ingest: Ingest) -> None:
    get = {**OK, "parameters": [{"name": "other", "in": "path"}, {"name": "q", "in": "query"},
                                {"name": "q", "in": "query"}]}  # fmt: skip
    got = ingest({"api.yaml": openapi({"/a/{id}": {"get": get}})})
    assert [p.name for p in got.operation("GET /a/{}").parameters] == ["q", "id"]
    assert got.repairs("undeclared-path-parameter") == ["$.paths['/a/{id}'].get.parameters"]
    assert len(got.said("parameter-not-in-path")) == 1
    assert len(got.said("repeated-parameter")) == 1


def test_servers(ingest: Ingest) -> None:
    paths = {
        "/a": {"get": OK},
        "/b": {"get": {**OK, "servers": [{"url": "https://files.example/up"}]}},
        "/c": {"servers": [{"url": "/other"}], "get": OK},
    }
    servers = [
        {"url": "https://{region}.example/{v}/", "variables": {"region": {"default": "eu"},
                                                              "v": {"default": "v2"}}},
        {"url": "https://sandbox.example/v1"},
    ]  # fmt: skip
    got = ingest({"api.yaml": openapi(paths, servers=servers)})
    assert got.keys == ["GET /v2/a", "files.example GET /up/b", "GET /other/c"]
    assert got.contract.operations[0].aliases == ("/v1/a",)
    assert [(s.url, s.host) for s in got.contract.servers] == [
        ("https://{region}.example/{v}/", ""),
        ("https://sandbox.example/v1", ""),
        ("https://files.example/up", "files.example"),
    ]


@pytest.mark.parametrize(
    ("description", "prefix"),
    [
        ("Prefixed with SSWS: `Authorization: SSWS {API Token}`", "SSWS "),
        ('Send "Token <your key>" along', "Token "),
        ("Just the key.", ""),
        ("The `Authorization` header", ""),
    ],
)
def test_token_prefix_is_learnt(ingest: Ingest, description: str, prefix: str) -> None:
    scheme = {"type": "apiKey", "in": "header", "name": "Authorization", "description": description}
    components = {
        "securitySchemes": {"token": scheme, "odd": {"type": "http", "scheme": "postBody"}}
    }
    document = openapi({"/x": {"get": OK}, "/y": {"get": {**OK, "security": []}}},
                       components=components, security=[{"token": []}])  # fmt: skip
    got = ingest({"api.yaml": document})
    assert got.contract.security_schemes["token"].prefix == prefix
    assert got.contract.security_schemes["odd"].scheme == "postbody"
    assert [o.security for o in got.contract.operations] == [({"token": ()},), ()]


def test_body_parameter_in_openapi_3(ingest: Ingest) -> None:
    post = {**OK, "parameters": [{"name": "b", "in": "body", "schema": {"type": "array"}}]}
    got = ingest({"api.yaml": openapi({"/x": {"post": post}})})
    body = got.operation("POST /x").body
    assert body is not None and body.content[0].schema == {"type": "array"}


def test_pattern_that_is_no_regular_expression(ingest: Ingest) -> None:
    schemas = {"A": {"type": "string", "pattern": "([a-z"}}
    got = ingest({"api.yaml": openapi({"/x": {"get": OK}}, schemas)})
    assert got.contract.schemas["A"] == {"type": "string"}
    (repair,) = got.contract.repairs
    assert (repair.kind, repair.target, repair.evidence, repair.remove) == (
        "invalid-pattern", "$.components.schemas.A.pattern", "'([a-z'", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "keyword", [{"minLength": "three"}, {"enum": "a"}, {"type": "strng"}, {"allOf": []},
                {"required": "id"}, {"properties": []}, {"multipleOf": 0}],
)  # fmt: skip
def test_keyword_with_an_illegal_value_is_dropped(ingest: Ingest, keyword: Any) -> None:
    got = ingest({"api.yaml": openapi({"/x": {"get": OK}}, {"A": {"title": "A", **keyword}})})
    assert got.contract.schemas["A"] == {"title": "A"}
    assert len(got.repairs("invalid-keyword")) == 1


def test_schema_names_are_made_legal(ingest: Ingest) -> None:
    schemas = {"List«Pet»": {"items": {"$ref": "#/components/schemas/List%C2%ABPet%C2%BB"}}}
    got = ingest({"api.yaml": openapi({"/x": {"get": OK}}, schemas)})
    assert got.contract.schemas == {
        "List_Pet": {"items": {"$ref": "#/components/schemas/List_Pet"}}
    }


def test_recursive_schemas(ingest: Ingest) -> None:
    schemas = {
        "A": {"properties": {"b": {"$ref": "#/components/schemas/B"}}},
        "B": {"$ref": "#/components/schemas/C"},
        "C": {"$ref": "#/components/schemas/B"},
    }
    got = ingest(
        {"api.yaml": openapi({"/x": {"get": answering(schemas["A"], example={})}}, schemas)}
    )
    assert properties(got.contract.schemas["B"], got.contract.schemas) == {}


def test_webhooks_and_callbacks_are_said(ingest: Ingest) -> None:
    paths = {"/x": {"get": {**OK, "callbacks": {"done": {}}}}}
    got = ingest({"api.yaml": openapi(paths, webhooks={"hook": {}})})
    assert len(got.said("webhooks")) == len(got.said("callbacks")) == 1
