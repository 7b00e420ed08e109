"""Postman collections: schemas, examples, addresses and authentication come from what was saved."""

from __future__ import annotations

import json
from typing import Any

from tests.ingest.conftest import Ingest

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(*items: Any, **more: Any) -> str:
    info = {"name": "Kennel", "schema": SCHEMA}
    return json.dumps({"info": info, "item": list(items), **more})


def request(name: str, method: str, url: Any, *responses: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "request": {"method": method, "url": url, **more}, "response": list(responses)}


def saved(name: str, code: int, body: Any = None, **more: Any) -> dict[str, Any]:
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    return {"name": name, "code": code, "body": text, "_postman_previewlanguage": "json", **more}


def raw(body: Any) -> dict[str, Any]:
    return {"mode": "raw", "raw": json.dumps(body), "options": {"raw": {"language": "json"}}}


KENNEL = collection(
    {
        "name": "Dogs",
        "item": [
            request(
                "Add a dog", "POST", "{{baseUrl}}/v1/dogs",
                saved("Rex was added", 201, {"id": "d1", "name": "Rex", "age": 3, "owner": None}),
                saved("No name", 400, {"error": "name is missing"}),
                body=raw({"name": "Rex", "age": 3}),
                description="Adds a dog to the kennel.",
            ),
            request(
                "List dogs", "GET",
                {
                    "raw": "{{baseUrl}}/v1/dogs?limit=20&sort=name",
                    "host": ["{{baseUrl}}"],
                    "path": ["v1", "dogs"],
                    "query": [
                        {"key": "limit", "value": "20", "description": "Page size."},
                        {"key": "sort", "value": "name", "description": "(Required) A field."},
                    ],
                },
                saved("Two dogs", 200, [{"id": "d1", "name": "Rex"}, {"id": "d2", "name": "Ada"}]),
            ),
            request(
                "Get a dog", "GET",
                {
                    "raw": "{{baseUrl}}/v1/dogs/:dogId",
                    "variable": [{"key": "dogId", "value": "d1", "description": "Which dog."}],
                },
                saved("Rex", 200, {"id": "d1", "name": "Rex"}),
                saved("Ada", 200, {"id": "d2", "name": "Ada", "age": 4}),
            ),
            request("Delete a dog", "DELETE", "{{baseUrl}}/v1/dogs/{{dog_id}}", saved("Gone", 204)),
        ],
    },
    request("Is it up", "GET", "https://status.kennel.example/up", auth={"type": "noauth"}),
    auth={"type": "bearer", "bearer": [{"key": "token", "value": "secret"}]},
    variable=[{"key": "baseUrl", "value": "https://api.kennel.example"}],
)  # fmt: skip


def test_operations_come_from_requests(ingest: Ingest) -> None:
    found = ingest({"kennel.json": KENNEL})
    assert [(o.method, o.path, o.id) for o in found.contract.operations] == [
        ("POST", "/v1/dogs", "addADog"),
        ("GET", "/v1/dogs", "listDogs"),
        ("GET", "/v1/dogs/{dogId}", "getADog"),
        ("DELETE", "/v1/dogs/{dog_id}", "deleteADog"),
        ("GET", "/up", "isItUp"),
    ]
    assert found.contract.operations[0].tags == ("Dogs",)
    assert found.contract.operations[0].description == "Adds a dog to the kennel."
    assert [s.url for s in found.contract.servers][:1] == ["https://api.kennel.example"]


def test_bodies_and_their_examples(ingest: Ingest) -> None:
    create = ingest({"kennel.json": KENNEL}).contract.operations[0]
    assert create.body is not None
    (media,) = create.body.content
    assert media.type == "application/json"
    assert media.schema == {
        "type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    }  # fmt: skip
    assert [(e.name, e.value) for e in media.examples] == [("Rex was added", {"name": "Rex", "age": 3})]
    created, refused = create.responses
    assert (created.status, refused.status) == ("201", "400")
    (answer,) = created.content
    assert answer.schema is not None
    assert answer.schema["properties"]["owner"] == {}, "null tells that a member exists, not its type"
    assert [e.name for e in answer.examples] == ["Rex was added"]


def test_what_all_answers_have_is_required(ingest: Ingest) -> None:
    get = ingest({"kennel.json": KENNEL}).contract.operations[2]
    (media,) = get.responses[0].content
    assert media.schema == {
        "type": "object",
        "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["id", "name"],
    }


def test_parameters(ingest: Ingest) -> None:
    contract = ingest({"kennel.json": KENNEL}).contract
    listed = {p.name: p for p in contract.operations[1].parameters}
    assert listed["limit"].schema == {"type": "integer"}
    assert (listed["limit"].required, listed["sort"].required) == (False, True)
    (identifier,) = contract.operations[2].parameters
    assert (identifier.location, identifier.required) == ("path", True)
    assert identifier.description == "Which dog."


def test_authentication(ingest: Ingest) -> None:
    contract = ingest({"kennel.json": KENNEL}).contract
    assert contract.security_schemes["bearer"].scheme == "bearer"
    assert contract.operations[0].security == ({"bearer": ()},)
    assert contract.operations[4].security == ()
    assert "secret" not in repr(contract)


def test_an_identifier_in_a_path_is_a_parameter_and_said(ingest: Ingest) -> None:
    found = ingest({"c.json": collection(request("One", "GET", "https://a.example/v1/dogs/4711"))})
    assert [o.path for o in found.contract.operations] == ["/v1/dogs/{dogId}"]
    assert found.said("postman-identifier") == [
        "note: c.json:1 /item/0/request/url: the segment '4711' looks like an identifier: "
        "it is taken for {dogId} [postman-identifier]"
    ]


def test_what_is_not_understood_is_said(ingest: Ingest) -> None:
    broken = request(
        "Odd", "POST", "https://a.example/odd", saved("Half", 200, '{"a": '),
        body={"mode": "carrier-pigeon"}, auth={"type": "hawk"},
    )  # fmt: skip
    found = ingest({"c.json": collection(broken, request("None", "LINK", "https://a.example/x"))})
    assert found.said("postman-body") == [
        "warning: c.json:1 /item/0/request/body: a body of mode 'carrier-pigeon' is not understood "
        "[postman-body] (left out: the body)"
    ]
    assert len(found.said("postman-example")) == 1
    assert len(found.said("postman-auth")) == 1
    assert len(found.said("postman-method")) == 1


def test_forms_and_files(ingest: Ingest) -> None:
    form = request(
        "Log in", "POST", "https://a.example/login",
        body={"mode": "urlencoded", "urlencoded": [{"key": "user", "value": "ada"}]},
    )  # fmt: skip
    upload = request(
        "Upload", "POST", "https://a.example/files",
        body={"mode": "formdata", "formdata": [
            {"key": "title", "value": "x", "type": "text"}, {"key": "file", "type": "file", "src": "a.png"},
        ]},
    )  # fmt: skip
    first, second = ingest({"c.json": collection(form, upload)}).contract.operations
    assert first.body is not None and second.body is not None
    assert [m.type for m in first.body.content] == ["application/x-www-form-urlencoded"]
    assert [m.type for m in second.body.content] == ["multipart/form-data"]
    schema = second.body.content[0].schema
    assert schema is not None
    assert schema["properties"]["file"] == {"type": "string", "format": "binary"}


def test_variables_are_filled_in_examples(ingest: Ingest) -> None:
    body = {"mode": "raw", "raw": '{"pack": {{size}}, "name": "{{who}}"}'}
    found = ingest({
        "c.json": collection(
            request("Pack", "POST", "https://a.example/packs", body=body),
            variable=[{"key": "size", "value": 3}, {"key": "who", "value": "Rex"}],
        )
    })  # fmt: skip
    body_read = found.contract.operations[0].body
    assert body_read is not None
    assert body_read.content[0].examples[0].value == {"pack": 3, "name": "Rex"}
