"""A small service with one of each thing that laws are about, and twins of it with planted defects."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from tests.runtime.making import document, twin_of
from twingen.twin.model import Operation, Twin

_ITEM = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
        "price": {"type": "number"},
        "state": {"type": "string", "readOnly": True},
    },
}
_QUERY = [
    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
    {"name": "after", "in": "query", "schema": {"type": "string"}},
    {"name": "name", "in": "query", "schema": {"type": "string"}},
    {"name": "filter", "in": "query", "schema": {"type": "string"}},
    {"name": "sort", "in": "query", "schema": {"type": "string"}},
]


def _body(schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
    media = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {"content": {"application/json": media}}


def _answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"200": {"description": "Done.", **_body(schema)}}


_SENT = {"requestBody": _body(_ITEM, {"name": "Lamp", "price": 3}), "responses": _answer(_ITEM)}
_LIST = _answer({"type": "array", "items": _ITEM})
_LIMITS = {"type": "object", "properties": {"most": {"type": "integer"}}}
DOCUMENT = document(
    """
    GET /items
    POST /items
    GET /items/{item}
    PATCH /items/{item}
    DELETE /items/{item} 204
    POST /items/{item}/close
    POST /items/{item}/open
    GET /tags
    POST /tags
    PUT /items/{item}/tags/{tag} 204
    DELETE /items/{item}/tags/{tag} 204
    GET /items/{item}/tags
    GET /limits
    PUT /limits
    """,
    {
        "GET /items": {"parameters": _QUERY, "responses": _LIST},
        "POST /items": _SENT,
        "PATCH /items/{item}": {"requestBody": _SENT["requestBody"], "responses": _answer(_ITEM)},
        "POST /tags": {"requestBody": _body(_ITEM, {"name": "Red"}), "responses": _answer(_ITEM)},
        "GET /limits": {"responses": _answer(_LIMITS)},
        "PUT /limits": {"requestBody": _body(_LIMITS, {"most": 3}), "responses": _answer(_LIMITS)},
    },
)
_ITEMS = """\
    resource: item
    schema: Item
    server_set: {state: OPEN}
    lifecycle:
      field: state
      states: [OPEN, CLOSED]
      moves:
        close: {from: OPEN, to: CLOSED}
        open: {from: CLOSED, to: OPEN}
    operations:
      GET /items:
        does: list
        page: cursor
        parameters:
          name: equals
          filter: filter
          sort: sort
      POST /items: {does: create}
      GET /items/{}: {does: read, find: {item: "path[0]"}}
      PATCH /items/{}: {does: update, find: {item: "path[0]"}}
      DELETE /items/{}: {does: delete, find: {item: "path[0]"}}
      POST /items/{}/close: {does: transition, move: close, find: {item: "path[0]"}}
      POST /items/{}/open: {does: transition, move: open, find: {item: "path[0]"}}
    """
_TAGS = """\
    resource: tag
    operations:
      GET /tags: {does: list}
      POST /tags: {does: create}
      GET /items/{}/tags:
        does: list
        find: {item: "path[0]"}
        through: {edge: tagging, take: tag}
    """
_TAGGINGS = """\
    resource: tagging
    edge: {item: item, tag: tag}
    operations:
      PUT /items/{}/tags/{}: {does: link, find: {item: "path[0]", tag: "path[1]"}}
      DELETE /items/{}/tags/{}: {does: unlink, find: {item: "path[0]", tag: "path[1]"}}
    """
_SETTINGS = """\
    resource: limits
    singleton: true
    operations:
      GET /limits: {does: read-singleton}
      PUT /limits: {does: write-singleton}
    """
_SERVICE = """\
    service: small
    errors:
      body: {error: "{case}"}
      cases:
        unauthenticated: {status: 401}
        unknown_route: {status: 404}
        not_found: {status: 404}
        illegal_move: {status: 409}
        invalid: {status: 400}
    paging:
      cursor: {limit: limit, cursor: after, default_limit: 20, link_header: true}
    """


@cache
def whole() -> Twin:
    """Return the twin without defects."""
    return twin_of(DOCUMENT, _ITEMS, _TAGS, _TAGGINGS, _SETTINGS, service=_SERVICE)


def with_defect(key: str, **changes: Any) -> Twin:
    """Return the twin with one operation changed."""
    twin = whole()
    return replace(
        twin,
        resources=tuple(
            replace(
                resource,
                operations=tuple(
                    replace(operation, **changes) if operation.key == key else operation
                    for operation in resource.operations
                ),
            )
            for resource in twin.resources
        ),
    )


def operation_of(twin: Twin, key: str) -> Operation:
    return next(op for resource in twin.resources for op in resource.operations if op.key == key)
