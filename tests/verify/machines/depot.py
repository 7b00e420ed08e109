"""An invented service with one of each thing that machines hold laws on."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.runtime.making import document, twin_of
from twingen.twin.model import Twin

_STRING = {"type": "string"}
_CRATE = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
        "label": {"type": "string"},
        "weight": {"type": "number"},
        "size": {"type": "object", "properties": {"wide": {"type": "number"}, "tall": {"type": "number"}}},
        "secret": {"type": "string", "writeOnly": True},
        "grade": {"type": "string"},
        "state": {"type": "string", "readOnly": True},
        "created": {"type": "string", "readOnly": True},
        "changed": {"type": "string", "readOnly": True},
    },
}
_SENT = {"name": "Oak crate", "label": "North", "weight": 3, "size": {"wide": 2, "tall": 4}, "secret": "s3"}
_HALL = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}, "code": {"type": "string"}}}
_SHELF = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}, "height": {"type": "number"}}}
_RULES = {"type": "object", "properties": {"most": {"type": "integer"}, "note": {"type": "string"}}}
_QUERY = [
    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
    {"name": "after", "in": "query", "schema": {"type": "string"}},
    *({"name": name, "in": "query", "schema": _STRING} for name in ("label", "q", "part", "filter", "sort", "dir")),
]
_PAGE = [
    {"name": "size", "in": "query", "schema": {"type": "integer"}},
    {"name": "start", "in": "query", "schema": {"type": "integer"}},
]


def _body(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


def _answer(schema: dict[str, Any], status: str = "200") -> dict[str, Any]:
    return {"responses": {status: {"description": "Done.", "content": {"application/json": {"schema": schema}}}}}


def _both(schema: dict[str, Any], example: Any, status: str = "200") -> dict[str, Any]:
    return {**_body(schema, example), **_answer(schema, status)}


DOCUMENT = document(
    """
    GET /crates
    POST /crates 201
    GET /crates/{crate}
    PATCH /crates/{crate}
    PUT /crates/{crate}
    DELETE /crates/{crate} 204
    POST /crates/{crate}/seal
    POST /crates/{crate}/open
    POST /crates/{crate}/scrap
    GET /crates/{crate}/notes
    GET /halls
    POST /halls 201
    GET /halls/{hall}
    PATCH /halls/{hall}
    DELETE /halls/{hall} 204
    GET /halls/{hall}/shelves
    POST /halls/{hall}/shelves 201
    GET /halls/{hall}/shelves/{shelf}
    DELETE /halls/{hall}/shelves/{shelf} 204
    GET /halls/{hall}/crates
    GET /crates/{crate}/halls
    PUT /halls/{hall}/crates/{crate} 204
    DELETE /halls/{hall}/crates/{crate} 204
    GET /rules
    PUT /rules
    """,
    {
        "GET /crates": {"parameters": _QUERY, **_answer({"type": "array", "items": _CRATE})},
        "POST /crates": _both(_CRATE, _SENT, "201"),
        "GET /crates/{crate}": _answer(_CRATE),
        "PATCH /crates/{crate}": _both({**_CRATE, "required": []}, _SENT),
        "PUT /crates/{crate}": _both(_CRATE, _SENT),
        "POST /halls": _both(_HALL, {"name": "Main", "code": "M1"}, "201"),
        "GET /halls/{hall}": _answer(_HALL),
        "PATCH /halls/{hall}": _both(_HALL, {"name": "Main", "code": "M1"}),
        "GET /halls": {"parameters": _PAGE, **_answer({"type": "object", "properties": {"halls": {"type": "array", "items": _HALL}}})},
        "POST /halls/{hall}/shelves": _both(_SHELF, {"name": "Upper", "height": 2}, "201"),
        "GET /halls/{hall}/shelves/{shelf}": _answer(_SHELF),
        "GET /halls/{hall}/shelves": _answer({"type": "array", "items": _SHELF}),
        "GET /rules": _answer(_RULES),
        "PUT /rules": _both(_RULES, {"most": 3, "note": "Careful"}),
    },
)
_CRATES = """\
    resource: crate
    defaults: {grade: plain}
    read_only: [state, created]
    server_set: {state: OPEN, created: "{now}"}
    touch: {changed: "{now}"}
    write_only: {secret: null}
    derived: {notes: "{count('note', crate=record)}"}
    unique: [{fields: [name], fold_case: true}]
    spawn: [{resource: note, refs: {crate: "{record}"}, data: {text: "made"}}]
    lifecycle:
      field: state
      states: [OPEN, SEALED, SCRAPPED]
      moves:
        seal: {from: OPEN, to: SEALED, set: {sealed: "{now}"}}
        open: {from: SEALED, to: OPEN}
        scrap: {from: [OPEN, SEALED], to: SCRAPPED}
    operations:
      GET /crates:
        does: list
        page: cursor
        parameters:
          label: equals
          q: {use: prefix, fields: [name]}
          part: {use: contains, fields: [name]}
          filter: {use: filter, names: {name: name, label: label}}
          sort: {use: sort, names: {name: name, label: label}}
          dir: order
      POST /crates:
        does: create
        guards: [{when: body.weight > 900, error: too_heavy}]
        answer: {status: 201}
      GET /crates/{}: {does: read, find: {crate: "path[0]"}}
      PATCH /crates/{}:
        does: update
        find: {crate: "path[0]"}
        guards: [{when: record.state == 'SCRAPPED', error: gone_for_good}]
      PUT /crates/{}: {does: replace, find: {crate: "path[0]"}}
      DELETE /crates/{}:
        does: delete
        find: {crate: "path[0]"}
        first: [{when: record.state != 'SCRAPPED', move: scrap}]
      POST /crates/{}/seal: {does: transition, move: seal, find: {crate: "path[0]"}}
      POST /crates/{}/open: {does: transition, move: open, find: {crate: "path[0]"}}
      POST /crates/{}/scrap:
        does: transition
        move: scrap
        find: {crate: "path[0]"}
        change: [{resource: note, where: {crate: "{record}"}, set: {text: "scrapped"}}]
    """
_NOTES = """\
    resource: note
    parent: crate
    on: [{event: crate.updated, where: {crate: "{record}"}, set: {text: "changed"}}]
    operations:
      GET /crates/{}/notes: {does: list, find: {crate: "path[0]"}}
    """
_HALLS = """\
    resource: hall
    unique: [{fields: [code]}]
    operations:
      GET /halls: {does: list, page: offset, answer: {body: {halls: "{page.items}", total: "{page.total}"}}}
      POST /halls: {does: create, answer: {status: 201}}
      GET /halls/{}: {does: read, find: {hall: "path[0]"}}
      PATCH /halls/{}: {does: update, find: {hall: "path[0]"}}
      DELETE /halls/{}: {does: delete, find: {hall: "path[0]"}}
      GET /crates/{}/halls:
        does: list
        find: {crate: "path[0]"}
        through: {edge: storage, take: hall}
    """
_SHELVES = """\
    resource: shelf
    parent: hall
    unique: [{fields: [name], within: [hall]}]
    operations:
      GET /halls/{}/shelves: {does: list, find: {hall: "path[0]"}}
      POST /halls/{}/shelves: {does: create, find: {hall: "path[0]"}, answer: {status: 201}}
      GET /halls/{}/shelves/{}: {does: read, find: {hall: "path[0]", shelf: "path[1]"}}
      DELETE /halls/{}/shelves/{}: {does: delete, find: {hall: "path[0]", shelf: "path[1]"}}
    """
_STORAGE = """\
    resource: storage
    edge: {hall: hall, crate: crate}
    operations:
      PUT /halls/{}/crates/{}: {does: link, find: {hall: "path[0]", crate: "path[1]"}}
      DELETE /halls/{}/crates/{}: {does: unlink, find: {hall: "path[0]", crate: "path[1]"}}
      GET /halls/{}/crates:
        does: list
        of: crate
        find: {hall: "path[0]"}
        through: {edge: storage, take: crate}
    """
_RULES_OF = """\
    resource: rules
    singleton: true
    operations:
      GET /rules: {does: read-singleton}
      PUT /rules: {does: write-singleton}
    """
_SERVICE = """\
    service: depot
    errors:
      body: {error: "{case}"}
      cases:
        unauthenticated: {status: 401}
        unknown_route: {status: 404}
        not_found: {status: 404}
        illegal_move: {status: 409}
        conflict: {status: 409}
        malformed: {status: 400}
        invalid: {status: 400}
        bad_filter: {status: 400}
        bad_cursor: {status: 400}
        too_heavy: {status: 422}
        gone_for_good: {status: 410}
    paging:
      cursor: {limit: limit, cursor: after, default_limit: 20, max_limit: 50, over: error, link_header: true}
      offset: {limit: size, offset: start, default_limit: 10, max_limit: 50}
    """


@cache
def depot() -> Twin:
    """Return the twin without defects."""
    return twin_of(DOCUMENT, _CRATES, _NOTES, _HALLS, _SHELVES, _STORAGE, _RULES_OF, service=_SERVICE)
