"""A contract survives being written and read."""

from __future__ import annotations

import json
from dataclasses import replace

from twingen.contract.document import dump, load
from twingen.contract.model import (
    Body,
    Contract,
    Document,
    Example,
    Header,
    MediaType,
    Operation,
    Origin,
    Parameter,
    Repair,
    Response,
    SecurityScheme,
    Server,
)

ORIGIN = Origin(document="api.yaml", pointer="/paths/~1x/get", line=7)
FULL = Operation(
    key="POST /v1/x/{+}",
    id="post",
    method="POST",
    path="/v1/x/{+rest}",
    base_path="/v1",
    aliases=("/upload/x",),
    summary="S",
    description="D",
    tags=("t",),
    parameters=(
        Parameter(name="rest", location="path", required=True, style="simple", explode=False),
        Parameter(name="q", location="query", media_type="application/json", description="d",
                  schema={"type": "object"}, deprecated=True,
                  examples=(Example(name="e", value=None, origin=ORIGIN),)),
        Parameter(name="h", location="header", style="simple", explode=True),
        Parameter(name="deep", location="query", style="deepObject", explode=True),
    ),
    body=Body(
        required=True,
        description="B",
        content=(MediaType(type="application/json", schema={}, encoding={"f": "text/plain"},
                           examples=(Example(name="one", value=0, summary="s"),)),
                 MediaType(type="text/plain")),
    ),
    responses=(
        Response(status="200", headers=(Header(name="X", schema={"type": "integer"},
                                               required=True, description="x"),)),
        Response(status="4XX", description="bad", content=(MediaType(type="a/b"),)),
        Response(status="default"),
    ),
    security=({"token": ("a", "b")}, {}),
    deprecated=True,
    extensions={"x-tier": {"a": 1}},
    origin=ORIGIN,
)  # fmt: skip
PLAIN = Operation(key="GET /a", id="a", method="GET", path="/a")
CONTRACT = Contract(
    title="T",
    version="1",
    description="D",
    servers=(
        Server(url="https://{tenant}.example/v1", description="s"),
        Server(url="/relative"),
        Server(url="https://files.example", host="files.example"),
    ),
    operations=(
        FULL,
        PLAIN,
        replace(PLAIN, key="GET /a#two", id="a2"),
        replace(PLAIN, key="files.example GET /a", id="a3", host="files.example", security=()),
        replace(PLAIN, key="GET /a#saml", id="a4", path="/a#saml"),
        replace(FULL, key="GET /v1/x/{+}", id="get", method="GET", body=None),
    ),
    schemas={"S": {"type": "object", "properties": {"$ref": {"type": "string"}}}},
    security_schemes={
        "token": SecurityScheme(
            name="token", type="apiKey", location="header", parameter="Authorization",
            prefix="SSWS ", description="d", scopes=("a",), details={"x-a": 1},
        ),
        "odd": SecurityScheme(name="odd", type="http", scheme="postbody"),
    },
    common_parameters=("fields",),
    documents=(Document(path="api.yaml", format="OpenAPI 3.0.3", title="T", operations=6),),
    repairs=(
        Repair(kind="dangling-ref", target="$.x", reason="r", evidence="e", origin=ORIGIN,
               update={}),
        Repair(kind="invalid-pattern", target="$.y", reason="r", evidence="e", remove=True),
    ),
)  # fmt: skip


def test_round_trip_through_json() -> None:
    document = json.loads(json.dumps(dump(CONTRACT)))
    again = load(document)
    assert again == CONTRACT
    assert again.operations[0].origin == ORIGIN
    assert again.operations[0].parameters[1].examples[0].origin == ORIGIN
    assert json.dumps(dump(again)) == json.dumps(dump(CONTRACT))


def test_shape_of_the_document() -> None:
    document = dump(CONTRACT)
    assert document["openapi"] == "3.1.0"
    assert document["servers"][0] == {
        "url": "https://{tenant}.example",
        "description": "s",
        "variables": {"tenant": {"default": "tenant"}},
        "x-twingen": {"url": "https://{tenant}.example/v1"},
    }
    assert list(document["paths"]) == [
        "/v1/x/{rest}", "/a", "/a#variant", "/a#files.example", "/a#saml",
    ]  # fmt: skip
    assert document["paths"]["/a"]["get"] == {
        "operationId": "a",
        "responses": {},
        "x-twingen": {"key": "GET /a"},
    }


def test_a_contract_of_nothing_but_a_title() -> None:
    contract = Contract(title="T")
    assert load(dump(contract)) == contract
