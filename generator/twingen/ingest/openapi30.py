"""Schemas of OpenAPI 3.0 and Swagger 2.0 → JSON Schema 2020-12, one level at a time."""

from __future__ import annotations

from typing import Any

_UNIONS = ("$ref", "allOf", "anyOf", "oneOf")


def modernise(schema: dict[str, Any]) -> dict[str, Any]:
    """Return `schema` with the keywords that 3.0 has or means differently rewritten.

    `nullable` without a type of its own stands for what its author meant: null, or the rest.
    """
    found = dict(schema)
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        flag = found.get(exclusive)
        if isinstance(flag, bool):
            del found[exclusive]
            if flag and limit in found:
                found[exclusive] = found.pop(limit)
    if isinstance(found.get("items"), list):
        found["prefixItems"] = found.pop("items")
        if "additionalItems" in found:
            found["items"] = found.pop("additionalItems")
    found.pop("additionalItems", None)
    if found.pop("nullable", None) is True or found.pop("x-nullable", None) is True:
        found = _nullable(found)
    return found


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if any(keyword in schema for keyword in _UNIONS):
        kept = {k: v for k, v in schema.items() if k in ("description", "title", "readOnly")}
        rest = {k: v for k, v in schema.items() if k not in kept}
        return {**kept, "anyOf": [rest, {"type": "null"}]}
    if isinstance(kind, str):
        schema["type"] = [kind, "null"]
    elif isinstance(kind, list) and "null" not in kind:
        schema["type"] = [*kind, "null"]
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema
