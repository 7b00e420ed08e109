"""Each pass: a small contract in, YAML out, compared whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.making import contract_of, document
from tests.test_pipeline import contract as people
from twingen.contract.model import Contract
from twingen.contract.pages import Page
from twingen.infer import infer
from twingen.infer.aliases import aliases
from twingen.infer.collections import collections
from twingen.infer.conventions import conventions
from twingen.infer.draft import Draft
from twingen.pipeline import _whole
from twingen.twin.model import Service
from twingen.twin.write import dump_resource, dump_service


def draft(openapi: dict[str, Any], *pages: Page) -> Draft:
    return Draft(contract=contract_of(openapi), service=Service(name="t"), pages=pages)


def resources(found: Draft) -> dict[str, str]:
    return {
        resource.name: dump_resource(resource, "t")
        for resource in _whole(found.resources, found.operations)
    }


def _nested() -> dict[str, Any]:
    def listed(member: str, name: str) -> dict[str, Any]:
        items = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
        shape = {"type": "object", "properties": {member: items, "total": {"type": "integer"}}}
        return {"200": {"description": "x", "content": {"application/json": {"schema": shape}}}}

    def one(name: str, status: str = "200", example: Any = None) -> dict[str, Any]:
        media: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{name}"}}
        if example is not None:
            media["example"] = example
        return {status: {"description": "x", "content": {"application/json": media}}}

    sent = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Label"}}}}
    query = [
        {"name": name, "in": "query", "schema": {"type": "integer" if name != "q" else "string"}}
        for name in ("startAt", "maxResults", "q")
    ]
    example = {"id": "5f0c1d2e3a4b", "title": "One"}
    shape = document(
        "GET /repos\nGET /repos/{repo}\nGET /repos/{repo}/labels\nPOST /repos/{repo}/labels 201\n"
        "GET /repos/{repo}/labels/{name}\nDELETE /repos/{repo}/labels/{name} 204\nGET /search",
        {
            "GET /repos": {"responses": listed("repos", "Repo"), "parameters": query},
            "GET /repos/{repo}": {"responses": one("Repo", example=example)},
            "GET /repos/{repo}/labels": {"responses": listed("values", "Label")},
            "POST /repos/{repo}/labels": {"responses": one("Label", "201"), "requestBody": sent},
            "GET /repos/{repo}/labels/{name}": {"responses": one("Label")},
        },
    )
    text = {"type": "string"}
    shape["components"]["schemas"] = {
        "Repo": {"type": "object", "properties": {"id": text, "title": text}},
        "Label": {"type": "object", "properties": {"name": text, "color": text}},
    }
    return shape


def test_collections_inside_collections() -> None:
    found = collections(draft(_nested()))
    assert resources(found) == {"repo": REPO, "label": LABEL}
    assert "GET /search" not in found.operations


REPO = """\
resource: repo
about: What /repos/{} names.
schema: Repo
id: '{hex:12}'
samples: ['GET /repos/{} 200 #example']
operations:
  GET /repos:
    does: list
    page: offset
    parameters:
      q: {use: ignored, why: no rule tells what it does}
    answer:
      body: {repos: '{page.items}', total: '{page.total}'}
    inferred: ['collections: GET answers a list of it']
  GET /repos/{}:
    does: read
    find: {repo: 'path[0]'}
    inferred: ['collections: GET of read']
inferred: ['collections: /repos/{} answers an object with ''id''']
"""
LABEL = """\
resource: label
about: What /repos/{}/labels/{} names.
schema: Label
id: {field: name, mint: '{base62:20}', take: input.name}
parent: repo
operations:
  GET /repos/{}/labels:
    does: list
    find: {repo: 'path[0]'}
    answer:
      body: {values: '{page.items}', total: '{page.total}'}
    inferred: ['collections: GET answers a list of it']
  POST /repos/{}/labels:
    does: create
    find: {repo: 'path[0]'}
    answer:
      headers:
        location: '{base}/repos/{quote(path[0])}/labels/{quote(record.name)}'
    inferred: ['collections: POST of create']
  GET /repos/{}/labels/{}:
    does: read
    find: {repo: 'path[0]', label: 'path[1]'}
    inferred: ['collections: GET of read']
  DELETE /repos/{}/labels/{}:
    does: delete
    find: {repo: 'path[0]', label: 'path[1]'}
    inferred: ['collections: DELETE of delete']
inferred: ['collections: /repos/{}/labels/{} answers an object with ''name''']
"""


def test_collections() -> None:
    found = collections(draft(people("GET /users\nPOST /users 201\nGET /users/{id}\nPUT /users/{id}\n")))
    assert resources(found) == {"user": USER}


USER = """\
resource: user
about: What /users/{} names.
schema: User
id: '{base62:20}'
server_set: {created: '{now}'}
read_only: [id]
operations:
  GET /users:
    does: list
    inferred: ['collections: GET answers a list of it']
  POST /users:
    does: create
    answer:
      headers: {location: '{base}/users/{quote(record.id)}'}
    inferred: ['collections: POST of create']
  GET /users/{}:
    does: read
    find: {user: 'path[0]'}
    inferred: ['collections: GET of read']
  PUT /users/{}:
    does: replace
    find: {user: 'path[0]'}
    inferred: ['collections: PUT of replace']
inferred: ['collections: /users/{} answers an object with ''id''']
"""


def test_conventions() -> None:
    def failing(*bodies: tuple[str, Any]) -> dict[str, Any]:
        media = {status: {"description": "x", "content": {"application/json": {"example": body}}} for status, body in bodies}
        return {"responses": {"200": {"description": "x"}, **media}}

    found = conventions(draft(document("GET /a\nGET /b\nGET /c", {
        "GET /a": failing(("404", {"code": "E7", "text": "no {thing}"}), ("401", {"code": "E1"})),
        "GET /b": failing(("404", {"code": "E7", "text": "no {thing}"}), ("418", {"code": "T"})),
        "GET /c": failing(("404", {"code": "E8"}), ("400", "text")),
    })))  # fmt: skip
    assert dump_service(found.service) == SERVICE


SERVICE = """\
service: t
auth: {scheme: token}
errors:
  cases:
    unauthenticated:
      status: 401
      body: {code: E1}
    not_found:
      status: 404
      body: {code: E7, text: 'no {{thing}}'}
inferred:
- 'error-envelope: 401 as in 1 published examples'
- 'error-envelope: 404 as in 2 published examples'
"""


def test_a_record_is_not_what_is_left_of_a_deleted_one() -> None:
    def answers(schema: Any) -> dict[str, Any]:
        return {"responses": {"200": {"description": "x", "content": {"application/json": {"schema": schema}}}}}

    shape = document("GET /users\nPOST /users\nGET /users/{id}", {
        "GET /users": answers({"type": "array", "items": {"$ref": "#/components/schemas/User"}}),
        "POST /users": answers({"$ref": "#/components/schemas/User"}),
        "GET /users/{id}": answers({"anyOf": [{"$ref": f"#/components/schemas/{n}"} for n in ("Gone", "User")]}),
    })  # fmt: skip
    user = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
    gone = {"type": "object", "properties": {"id": {"type": "string"}, "deleted": {"const": True}}}
    shape["components"] = {"schemas": {"User": user, "Gone": gone}}
    found = collections(draft(shape)).resources["user"]
    assert (found.schema, found.defaults) == ("User", {})


def test_what_operations_say_of_their_own_trouble_is_nobody_elses() -> None:
    """Of failures that differ the form is learnt, not the words; a lone 405 is not about methods."""
    def failing(status: str, body: Any) -> dict[str, Any]:
        content = {"application/json": {"example": body}}
        return {"responses": {"200": {"description": "x"}, status: {"description": "x", "content": content}}}

    found = conventions(draft(document("GET /a\nGET /b\nGET /c\nGET /d\nGET /e\nGET /f\nGET /g", {
        "GET /a": failing("404", {"messages": ["No such {field}."], "at": "http://x/a", "n": 4, "v": "1.0"}),
        "GET /b": failing("404", {"messages": ["The page is gone"], "at": "http://x/b", "n": 4, "v": "1.0"}),
        "GET /c": failing("404", {"messages": ["No user found"], "at": "http://x/b", "n": 4, "v": "1.0"}),
        "GET /d": failing("405", {"message": "Pull request is not mergeable"}),
        "GET /e": failing("409", {"code": "name_taken", "message": "That name is taken"}),
        "GET /f": failing("400", {"code": "bad"}),
    })))  # fmt: skip
    assert dump_service(found.service) == OWN_TROUBLE


OWN_TROUBLE = """\
service: t
auth: {scheme: token}
errors:
  cases:
    not_found:
      status: 404
      summary: Not Found
      body:
        messages: ['{summary}']
        n: 4
        v: '1.0'
    method_not_allowed:
      status: 405
      summary: Method Not Allowed
      body: {message: '{summary}'}
    conflict:
      status: 409
      summary: Conflict
      body: {message: '{summary}'}
inferred:
- 'error-envelope: 404 in the form of 3 published examples'
- 'error-envelope: 405 in the form of 1 published examples'
- 'error-envelope: 409 in the form of 1 published examples'
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Version 2 and version 3 have the same operations.", {"/rest/2": "/rest/3"}),
        ("Use /rest/2/ or /rest/3/. Both are identical endpoints? No idea.", {}),
        ("The operations of version 2 and version 3 are the same API, mostly.", {"/rest/2": "/rest/3"}),
        ("Version 3 is the latest. Version 2 is the same as before.", {}),
        ("", {}),
    ],
)
def test_aliases(text: str, expected: dict[str, str]) -> None:
    shape = document("GET /a\nGET /b\nGET /c\nGET /d\nGET /e")
    shape["servers"] = [{"url": "https://x.example/rest/3"}]
    found = aliases(draft(shape, Page(path="page.md", title="Page", text=text)))
    assert found.aliases == expected


def test_all_passes_leave_the_contract_alone() -> None:
    contract: Contract = contract_of(_nested())
    found = infer(contract, "t")
    assert found.contract == contract
    assert infer(contract, "t") == found
