"""What of a request is held against the contract, and what a service leaves to its operations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.making import Caller, document, twin_of

BOX = "resource: box\noperations:\n  POST /boxes: {does: create}\n"
SERVICE = "service: small\nerrors: {cases: {unauthenticated: {status: 401}, invalid: {status: 400}}}\n"


def taking(properties: dict[str, Any], validation: str = "{}", **more: Any) -> Caller:
    """Return a caller of a twin that makes boxes of these properties."""
    schema = {"type": "object", "properties": properties}
    content = {"application/json": {"schema": schema}}
    operation = {"requestBody": {"content": content}, **more}
    openapi = document("POST /boxes", {"POST /boxes": operation})
    return Caller(twin_of(openapi, BOX, service=f"{SERVICE}validation: {validation}\n"))


def test_null_is_refused_where_the_contract_tells_what_else_may_be_null() -> None:
    number, either = {"type": "integer"}, {"type": ["string", "null"]}
    assert taking({"n": number})("POST", "/boxes", {"n": None}).status == 200
    marked = taking({"n": number, "note": either})
    assert marked("POST", "/boxes", {"note": None}).status == 200
    assert marked("POST", "/boxes", {"n": None}).status == 400
    missing = taking({"n": number, "note": either}, "{nulls: missing}")
    assert missing.json("POST", "/boxes", {"n": None, "note": "x"})["note"] == "x"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/boxes", {"name": "longer", "parts": "[1]"}, 200),
        ("/boxes?deep=100", {"on": True}, 200),
        ("/boxes", {"name": 5}, 400),
        ("/boxes", {"on": "2"}, 400),
        ("/boxes?deep=many", {}, 400),
    ],
)
def test_only_the_types_of_scalars_may_be_checked(path: str, body: dict[str, Any], status: int) -> None:
    properties = {
        "name": {"type": "string", "maxLength": 3}, "on": {"type": "boolean"},
        "parts": {"type": "array"}, "needed": {"type": "string"},
    }  # fmt: skip
    deep = {"name": "deep", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 9}}
    call = taking(properties, "{bodies: types, parameters: types}", parameters=[deep])
    assert call("POST", path, body).status == status


def test_what_paging_reads_it_refuses_in_its_own_words() -> None:
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    openapi = document("GET /boxes", {"GET /boxes": {"parameters": [limit]}})
    service = (
        "service: small\nvalidation: {parameters: types}\npaging: {some: {limit: limit, bad_limit: odd_limit}}\n"
        "errors: {cases: {unauthenticated: {status: 401}, invalid: {status: 400}, odd_limit: {status: 422}}}\n"
    )
    box = "resource: box\noperations:\n  GET /boxes: {does: list, page: some}\n"
    call = Caller(twin_of(openapi, box, service=service))
    assert call("GET", "/boxes?limit=many").status == 422
    assert call("GET", "/boxes?limit=").status == 400
