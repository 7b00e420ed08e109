"""The schema that a few examples have in common, where no document gives one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genson import SchemaBuilder


def schema_of(examples: Sequence[Any], *, required: bool) -> dict[str, Any]:
    """Return a JSON Schema that every example satisfies.

    `required` keeps the members that all of them have as required. A member that is only ever
    null may be anything: null says that it exists, not what it holds.
    """
    builder = SchemaBuilder(schema_uri=None)
    for example in examples:
        builder.add_object(example)
    found: dict[str, Any] = _loosened(builder.to_schema(), required)
    return found


def _loosened(schema: Any, required: bool) -> Any:
    if isinstance(schema, list):
        return [_loosened(part, required) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == {"type": "null"}:
        return {}
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "required":
            if required:
                found[key] = value
        elif key == "properties":
            found[key] = {name: _loosened(part, required) for name, part in value.items()}
        else:
            found[key] = _loosened(value, required)
    return found
