"""Looking things up in a contract: success schemas, examples, path shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from twingen.contract.keys import unnamed
from twingen.contract.model import Contract, Example, Operation, Schema
from twingen.contract.schemas import properties, resolve, schema_name, types, variants

_FORMAT = re.compile(r"\.(json|xml)$")
_SAYS_NOTHING = frozenset({"description", "title", "example", "examples", "nullable"})


def segments(path: str) -> tuple[str, ...]:
    """Return a path's segments with its parameters unnamed: names differ from path to path.

    The suffix of a format (`/calls/{id}.json`) says nothing of what the path means.
    """
    return tuple(_FORMAT.sub("", unnamed(path.partition("#")[0])).strip("/").split("/"))


def is_parameter(segment: str) -> bool:
    """Return whether a segment is one plain parameter (not partial, not spanning)."""
    return segment.startswith("{") and segment.endswith("}") and segment.count("{") == 1 and (
        not segment.startswith("{+")
    )


def success_schema(operation: Operation) -> Schema | None:
    """Return the schema of the lowest documented 2xx with a JSON body, as written (maybe a $ref).

    Where none is written, or one that admits anything, it is the outline of the published example.
    """
    for response in sorted(operation.responses, key=lambda r: r.status):
        if response.status.startswith("2"):
            for media in response.content:
                if "json" in media.type:
                    if media.schema is not None and set(media.schema) - _SAYS_NOTHING:
                        return media.schema
                    if media.examples and isinstance(media.examples[0].value, (dict, list)):
                        return outline(media.examples[0].value)
    return None


def outline(value: Any) -> Schema:
    """Return the schema that a published value suggests: its members and their types."""
    match value:
        case dict():
            return {"type": "object", "properties": {name: outline(one) for name, one in value.items()}}
        case list():
            return {"type": "array", "items": outline(value[0]) if value else {}}
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
    return {}


def request_schema(operation: Operation) -> Schema | None:
    for media in operation.body.content if operation.body else ():
        if media.schema is not None and ("json" in media.type or "form" in media.type):
            return media.schema
    return None


def success_examples(operation: Operation) -> Iterator[tuple[str, Example]]:
    """Yield status and example of every JSON success."""
    for response in operation.responses:
        if response.status.startswith("2"):
            for media in response.content:
                if "json" in media.type:
                    for example in media.examples:
                        yield response.status, example


def record_properties(schema: Schema | None, contract: Contract) -> dict[str, Schema]:
    """Return a record's properties; of a union those of all its branches."""
    if schema is None:
        return {}
    found = properties(schema, contract.schemas)
    if found:
        return found
    for branch in variants(schema, contract.schemas).values():
        for name, member in properties(branch, contract.schemas).items():
            found.setdefault(name, member)
    return found


def facts(schema: Schema, contract: Contract) -> dict[str, Any]:
    """Return what is said of one value: references followed, and the parts of an allOf laid together."""
    plain = resolve(schema, contract.schemas)
    found: dict[str, Any] = {}
    for part in plain.get("allOf", ()):
        if isinstance(part, dict):
            found.update(resolve(part, contract.schemas))
    found.update({name: value for name, value in plain.items() if name != "allOf"})
    if "allOf" in plain and "type" not in found and "enum" in found:
        found["type"] = "string"
    return found


def is_object(schema: Schema | None, contract: Contract) -> bool:
    if schema is None:
        return False
    plain = resolve(schema, contract.schemas)
    return "object" in types(plain) or bool(record_properties(schema, contract)) or any(
        key in plain for key in ("oneOf", "anyOf")
    )


def list_items(schema: Schema | None, contract: Contract) -> tuple[str | None, Schema] | None:
    """Return where the records of a list are, and their schema.

    The first is None for a bare array, else the envelope's member that holds the array of objects
    (the only one, or the one whose items are no scalars); None when this is no list.
    """
    if schema is None:
        return None
    plain = resolve(schema, contract.schemas)
    items = plain.get("items")
    if "array" in types(plain) and isinstance(items, dict):
        return None, items
    found = []
    for name, member in record_properties(schema, contract).items():
        inner = resolve(member, contract.schemas)
        inner_items = inner.get("items")
        if "array" in types(inner) and isinstance(inner_items, dict) and not _scalar(inner_items, contract):
            found.append((name, inner_items))
    return found[0] if len(found) == 1 else None


def _scalar(schema: Schema, contract: Contract) -> bool:
    """Return whether a schema is known to hold no object."""
    plain = resolve(schema, contract.schemas)
    kinds = types(plain)
    return bool(kinds) and "object" not in kinds and not record_properties(schema, contract)


def name_of(schema: Schema | None) -> str | None:
    return None if schema is None else schema_name(schema)


def example_items(value: Any, member: str | None) -> list[Any]:
    items = value.get(member) if member is not None and isinstance(value, dict) else value
    return items if isinstance(items, list) else []
