"""Contracts in short form, for fixtures: what each operation takes and answers, by name of schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.runtime.making import contract_of, document
from twingen.contract.pages import Page
from twingen.infer.draft import Draft
from twingen.twin.model import Service

Short = Mapping[str, Any]


def drafted(short: Short) -> Draft:
    """Return the draft that passes start from."""
    pages = tuple(Page(path=path, title=path, text=text) for path, text in short.get("pages", {}).items())
    return Draft(contract=contract_of(openapi_of(short)), service=Service(name="t"), pages=pages)


def openapi_of(short: Short) -> dict[str, Any]:
    """Return the document that a contract in short form stands for.

    `operations` maps `GET /notes` to what it takes: `query` (name → type or schema), `takes` and
    `answers` (a schema's name, a list of it, or an envelope of such), `status`, `example`, `about`.
    `schemas` maps names to fields (name → type or schema); `pages` are Markdown texts by path.
    """
    operations = short["operations"]
    routes = "\n".join(f"{route} {_status(told or {})}" for route, told in operations.items())
    more = {route: _operation(told or {}) for route, told in operations.items()}
    openapi = document(routes, more)
    for route, told in operations.items():
        method, path = route.split()
        stated = openapi["paths"][path][method.lower()]
        stated["parameters"] = [*stated["parameters"], *stated.pop("query", ())]
        if "takes" not in (told or {}):
            stated.pop("requestBody", None)
    openapi["components"]["schemas"] = {
        name: {"type": "object", "properties": {field: _schema(type) for field, type in fields.items()}}
        for name, fields in short.get("schemas", {}).items()
    }
    return openapi


def _status(told: Short) -> int:
    return int(told.get("status", 200 if "answers" in told or "example" in told else 204))


def _operation(told: Short) -> dict[str, Any]:
    made: dict[str, Any] = {"description": told.get("about", "")}
    made["query"] = [
        {"name": name, "in": "query", "schema": _schema(type), **_details(type)}
        for name, type in told.get("query", {}).items()
    ]
    if "takes" in told:
        made["requestBody"] = {"content": {"application/json": {"schema": _schema(told["takes"])}}}
    if "answers" in told or "example" in told:
        media: dict[str, Any] = {"schema": _schema(told["answers"])} if "answers" in told else {}
        if "example" in told:
            media["example"] = told["example"]
        answer = {"description": "Done.", "content": {"application/json": media}}
        made["responses"] = {str(_status(told)): answer}
    return made


def _details(type: Any) -> dict[str, Any]:
    """Return what is said of a parameter beside its schema."""
    if not isinstance(type, dict):
        return {}
    return {name: type[name] for name in ("description", "style", "explode", "required") if name in type}


def _schema(type: Any) -> dict[str, Any]:
    match type:
        case str() if type[:1].isupper():
            return {"$ref": f"#/components/schemas/{type}"}
        case str():
            return {"type": type}
        case [inner]:
            return {"type": "array", "items": _schema(inner)}
        case dict() if not type.keys() & {"type", "enum", "$ref", "anyOf", "schema"}:
            return {"type": "object", "properties": {name: _schema(one) for name, one in type.items()}}
    schema = dict(type.get("schema", type))
    return {name: one for name, one in schema.items() if name not in {"style", "explode", "required"}}
