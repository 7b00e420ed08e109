"""Requests that list several records: the list in them, and its members made different."""

from __future__ import annotations

from typing import Any

from twingen.contract.model import Operation as Documented, Schema
from twingen.contract.schemas import properties, resolve
from twingen.runtime.validation import Schemas
from twingen.twin.model import Operation
from twingen.verify.requests import Sent, varied


def members(operation: Operation, value: Any) -> list[Any]:
    """Return the members of the list that an operation goes over."""
    _, _, name = (operation.each or "").partition(".")
    found = value.get(name) if name and isinstance(value, dict) else value
    return found if isinstance(found, list) else []


def with_members(operation: Operation, value: Any, listed: list[Any]) -> Any:
    """Return a request with other members in its list."""
    _, _, name = (operation.each or "").partition(".")
    return {**(value if isinstance(value, dict) else {}), name: listed} if name else listed


def different(
    operation: Operation, documented: Documented, schemas: Schemas, sent: Sent, number: int,
    unique: frozenset[str],
) -> Sent:  # fmt: skip
    """Return the request with its list's first member only, changed differently for every number."""
    listed = members(operation, sent.value)
    items = items_of(operation, documented, schemas, sent.media)
    if not listed or not isinstance(listed[0], dict):
        return sent
    validator = schemas.request_validator(items, lenient=True, nulls=True)
    member = varied(listed[0], items, schemas, validator, number, unique)
    return sent._replace(value=with_members(operation, sent.value, [member]))


def items_of(operation: Operation, documented: Documented, schemas: Schemas, media: str | None) -> Schema:
    _, _, name = (operation.each or "").partition(".")
    for content in documented.body.content if documented.body else ():
        if content.type == media and content.schema is not None:
            schema: Any = content.schema
            if name:
                schema = properties(schema, schemas.schemas).get(name, {})
            items = resolve(schema, schemas.schemas).get("items")
            return items if isinstance(items, dict) else {}
    return {}
