"""Add an operation that only prose documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from twingen.agent.citations import CLAIMS, unresolved
from twingen.agent.desk import Desk, ToolError
from twingen.agent.evidence import Quote
from twingen.agent.tool import Tool, taking
from twingen.contract.additions import CITES
from twingen.contract.keys import operation_key, parameter_names

FOLDER = "additions/"
_PREFIX = "#/components/schemas/"
_PATH = re.compile(r"/[^\s?#]*")
# A page seldom lists every answer: one that it does not list is no breach of what it documents.
_UNLISTED = {"default": {"description": "What the page does not list."}}
_MEMBERS = frozenset({
    "operationId", "summary", "description", "tags", "parameters", "requestBody", "responses", "security", "deprecated",
})  # fmt: skip


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    method, path, operation = given["method"].upper(), given["path"], dict(given["operation"])
    quotes = [Quote(page=one["page"], quote=one["quote"]) for one in given["quotes"]]
    key = operation_key(method, path)
    wrong = [reason for quote in quotes if (reason := unresolved(desk, quote))]
    if not _PATH.fullmatch(path):
        wrong.append(f"{path!r} is no path template")
    if key in desk.slices.operations:
        wrong.append(f"the contract documents {key} already")
    if key not in desk.unit.keys and not any(_names(path, quote.quote) for quote in quotes):
        wrong.append(f"no quote names {path}, and the pages of your unit do not either")
    if not any(quote.page in desk.library.pages for quote in quotes):
        wrong.append("no quote is of a page")
    if not isinstance(operation.get("responses"), Mapping):
        wrong.append("an operation needs `responses`, as far as the page tells them")
    wrong += [
        f"{name!r} is none of the members of an operation: {', '.join(sorted(_MEMBERS))}"
        for name in sorted(set(operation) - _MEMBERS)
    ]
    wrong += _parameters(path, operation)
    schemas, schemes = given.get("schemas", {}), given.get("security_schemes", {})
    known = set(desk.slices.contract.schemas) | set(schemas)
    wrong += [
        f"there is no schema {name!r}: give it under `schemas`"
        for name in sorted({*_references(operation), *_references(schemas)} - known)
    ]
    wrong += [
        f"there is no security scheme {name!r}: give it under `security_schemes`"
        for name in sorted(_asked(operation) - set(desk.slices.contract.security_schemes) - set(schemes))
    ]
    wrong = wrong or _invalid(desk, method, path, operation, schemas, schemes)
    if wrong:
        raise ToolError("not added:\n" + "\n".join(wrong[:10]))
    operation["responses"] = {**_UNLISTED, **operation["responses"]}
    operation[CITES] = [quote.as_dict() for quote in quotes]
    value = {
        "method": method.lower(), "path": path, "operation": operation, "schemas": schemas, "security_schemes": schemes,
    }  # fmt: skip
    desk.written[f"{FOLDER}{key}"] = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    left = [one for one in desk.unit.keys if f"{FOLDER}{one}" not in desk.written]
    return f"{key} is added; {len(left)} of your unit are left" + (f": {', '.join(left[:8])}" if left else "")


def _names(path: str, quote: str) -> bool:
    """Return whether a quote holds a path: its fixed parts in order."""
    fixed = [part for part in path.split("/") if part and "{" not in part]
    pattern = r"/(?:[^\s]*/)?".join(re.escape(part) for part in fixed)
    return bool(fixed) and re.search(pattern, quote) is not None


def _parameters(path: str, operation: Mapping[str, Any]) -> list[str]:
    declared = {
        one.get("name") for one in operation.get("parameters", ()) if isinstance(one, Mapping) and one.get("in") == "path"
    }
    return [f"the path's parameter {name!r} is not declared" for name in parameter_names(path) if name not in declared]


def _asked(operation: Mapping[str, Any]) -> set[str]:
    ways = operation.get("security", ())
    return {name for way in ways if isinstance(way, Mapping) for name in way} if isinstance(ways, list) else set()


def _invalid(
    desk: Desk, method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any], schemes: Mapping[str, Any],
) -> list[str]:  # fmt: skip
    """Return what openapi-spec-validator has against the operation in a document of its own."""
    from openapi_spec_validator import OpenAPIV31SpecValidator

    known: dict[str, Any] = {name: {} for name in {*_references(operation), *_references(schemas)}}
    document: dict[str, Any] = {
        "openapi": "3.1.0", "info": {"title": "An addition", "version": "0"},
        "paths": {path: {method.lower(): operation}},
        "components": {"schemas": {**known, **schemas}, "securitySchemes": schemes},
    }  # fmt: skip
    try:
        return [f"no valid OpenAPI: {error.message[:200]}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
    except (Exception, RecursionError) as error:
        return [f"no valid OpenAPI: {type(error).__name__}: {error}"[:200]]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(_PREFIX)
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


ADD_OPERATION = Tool(
    name="add_operation",
    description=(
        "Add one operation that the contract lacks, as an OpenAPI 3.1 operation object (operationId, summary, parameters, "
        "requestBody, responses, security) with the schemas it refers to as #/components/schemas/NAME. Say only what the page "
        "says; leave out what it does not. `quotes` are words of the page that name the operation and its facts."
    ),
    input=taking(
        ("method", "path", "operation", "quotes"),
        method={"type": "string", "enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]},
        path={"type": "string", "description": "full path template on the host, base path included"},
        operation={"type": "object"},
        schemas={"type": "object", "additionalProperties": {"type": "object"}},
        security_schemes={
            "type": "object", "additionalProperties": {"type": "object"},
            "description": "how requests are let in, if pages tell: OpenAPI security schemes that `security` names",
        },
        quotes=CLAIMS["items"]["properties"]["quotes"],
    ),
    run=run,
    about=lambda given: f"{given.get('method')} {given.get('path')}",
)
