"""A small service that keeps its contract, the same with planted defects, and servers that are broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tests.runtime.making import twin_of
from twingen.report.model import Finding, Note
from twingen.runtime.http import Request, Response
from twingen.runtime.run import Run
from twingen.twin.model import Twin
from twingen.verify.contract import check_contract
from twingen.verify.events import Event, Found, Noted, NotTried, Tried
from twingen.verify.target import InProcess

ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}},
}
NEW: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 40},
        "count": {"type": "integer", "minimum": 0, "maximum": 1000},
    },
}
ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, **NEW["properties"]},
}


def body(schema: Any, **examples: Any) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": schema}
    if examples:
        media["examples"] = {name: {"value": value} for name, value in examples.items()}
    return {"description": "A body.", "content": {"application/json": media}}


def refusals(*statuses: str) -> dict[str, Any]:
    return {status: body(ERROR) for status in statuses}


def openapi(**changes: Any) -> dict[str, Any]:
    """Return the service's document; `changes` are laid over its path items by name of operation."""
    one = {"name": "item", "in": "path", "required": True, "schema": {"type": "string"}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}}
    operations: dict[str, dict[str, Any]] = {
        "list": {
            "parameters": [limit],
            "responses": {"200": body({"type": "array", "items": ITEM}), **refusals("400", "401")},
        },
        "make": {
            "requestBody": {**body(NEW, lamp={"name": "Lamp", "count": 2}), "required": True},
            "responses": {"201": body(ITEM), **refusals("400", "401", "415")},
        },
        "read": {
            "parameters": [one],
            "responses": {"200": body(ITEM), **refusals("401", "404")},
        },
        "drop": {
            "parameters": [one],
            "responses": {"204": {"description": "Gone."}, **refusals("401", "404")},
        },
    }
    for name, change in changes.items():
        operations[name] = {**operations[name], **change}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "security": [{"token": []}],
        "paths": {
            "/items": {
                "get": {"operationId": "list", **operations["list"]},
                "post": {"operationId": "make", **operations["make"]},
            },
            "/items/{item}": {
                "get": {"operationId": "read", **operations["read"]},
                "delete": {"operationId": "drop", **operations["drop"]},
            },
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


SERVICE = """
    service: small
    validation: {bodies: strict, parameters: strict}
    errors:
      body: {error: "{case}"}
      cases:
        unauthenticated: {status: 401}
        unknown_route: {status: 404}
        not_found: {status: 404}
        method_not_allowed: {status: 405}
        unsupported_media_type: {status: 415}
        invalid: {status: 400}
        malformed: {status: 400}
    paging:
      simple: {limit: limit, default_limit: 20, max_limit: 50}
    """
ITEMS = """\
    resource: item
    operations:
      GET /items: {does: list, page: simple}
      POST /items: {does: create, answer: {status: 201}}
      GET /items/{}: {does: read, find: {item: "path[0]"}}
      DELETE /items/{}: {does: delete, find: {item: "path[0]"}, answer: {status: 204, empty: true}}
    """


@cache
def sound() -> Twin:
    return twin_of(openapi(), ITEMS, service=SERVICE)


class Spoilt(InProcess):
    """A twin whose answers are changed on their way out."""

    def __init__(self, twin: Twin, spoil: Callable[[Request, Response], None]):
        run = Run([twin], needs_bodies=True)
        super().__init__(run, run.apps[0])
        self.spoil = spoil

    def send(self, request: Request) -> Response:
        response = super().send(request)
        self.spoil(request, response)
        return response


class Heard:
    """What a check said, sorted."""

    def __init__(self, events: Iterator[Event]):
        self.events = list(events)
        found: dict[str, Finding] = {}
        for event in self.events:
            if isinstance(event, Found):
                found.setdefault(event.finding.identity, event.finding)
        self.findings = list(found.values())
        self.notes: list[Note] = [event.note for event in self.events if isinstance(event, Noted)]
        self.not_tried = {e.operation: e.why for e in self.events if isinstance(e, NotTried)}

    def tallies(self, column: str) -> dict[str, tuple[int, int]]:
        """Return cases and failures of every operation."""
        sums: dict[str, tuple[int, int]] = {}
        for event in self.events:
            if isinstance(event, Tried) and event.column == column:
                cases, failed = sums.get(event.operation, (0, 0))
                sums[event.operation] = cases + event.cases, failed + event.failed
        return sums

    @property
    def named(self) -> set[tuple[str, str]]:
        return {(finding.operation, finding.check) for finding in self.findings}


def check(twin: Twin, **options: Any) -> Heard:
    """Check the parts of the contract that do not depend on the seed, unless told otherwise."""
    options.setdefault("phases", ("examples", "coverage"))
    return Heard(check_contract(twin, **options))
