"""What a JSON Schema keyword may hold, judged by the validator that twins run with."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jsonschema_rs

from twingen.ingest.reader import Place, Reading

# Type names that occur in real documents; `any` means that the keyword says nothing.
TYPES = {
    "any": "any",
    "array": "array",
    "bool": "boolean",
    "boolean": "boolean",
    "date": "string",
    "date-time": "string",
    "datetime": "string",
    "double": "number",
    "file": "string",
    "float": "number",
    "int": "integer",
    "integer": "integer",
    "list": "array",
    "long": "integer",
    "map": "object",
    "null": "null",
    "number": "number",
    "object": "object",
    "str": "string",
    "string": "string",
    "uuid": "string",
}


@lru_cache(maxsize=4096)
def sound_pattern(pattern: str) -> bool:
    """Return whether `pattern` compiles as an ECMA 262 regular expression."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


def unsound(schema: dict[str, Any], place: Place, reading: Reading) -> dict[str, Any]:
    """Return `schema` without the keywords that the meta-schema refuses, each a repair."""
    for _ in range(50):
        error = _first_error(schema)
        if error is None:
            return schema
        cut = _cut(list(error.instance_path))
        where = place
        for token in cut:
            where = where / token
        schema = _without(schema, cut)
        reading.repair(
            "invalid-keyword",
            f"JSON Schema does not allow this: {error.message[:200]}",
            where,
            evidence=error.message[:200],
            remove=True,
            left_out=f"the keyword {cut[-1]}" if cut else "the schema",
        )
        if not cut:
            return {}
    return {}


def _first_error(schema: dict[str, Any]) -> Any:
    try:
        if jsonschema_rs.meta.is_valid(schema):
            return None
        jsonschema_rs.meta.validate(schema)
    except jsonschema_rs.ValidationError as error:
        return error
    return None


def _cut(path: list[str | int]) -> list[str | int]:
    """Return the path to the keyword to drop: an item of a list goes with its keyword."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    return path


def _without(schema: Any, path: list[str | int]) -> Any:
    if not path:
        return {}
    key = path[0]
    if isinstance(schema, dict):
        if len(path) == 1:
            return {k: v for k, v in schema.items() if k != key}
        return {k: _without(v, path[1:]) if k == key else v for k, v in schema.items()}
    return [_without(v, path[1:]) if i == key else v for i, v in enumerate(schema)]
