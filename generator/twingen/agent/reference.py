"""The twin format as a reference for the prompt, made from its JSON Schema and functions."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from twingen.twin.format import schema
from twingen.twin.functions import CONTEXT_FUNCTIONS, FUNCTIONS

_SHOWN = (
    "resource", "operation", "find", "guard", "first", "spawn", "change", "reaction", "treatment", "answer",
    "link", "move", "variant", "unique", "service", "case", "paging", "seed", "ui",
)  # fmt: skip


def format_reference() -> str:
    """Return every key of the format with its type and meaning, and the names of functions."""
    definitions = schema()["$defs"]
    lines: list[str] = []
    for name in _SHOWN:
        lines += _definition(name, definitions[name])
    names = sorted([*FUNCTIONS, *CONTEXT_FUNCTIONS])
    lines.append(f"functions of expressions: {', '.join(_signature(name) for name in names)}")
    return "\n".join(lines)


def _definition(name: str, node: Mapping[str, Any]) -> Iterator[str]:
    described = next((one for one in (node, *node.get("oneOf", ())) if "properties" in one), node)
    required = ", ".join(described.get("required", ()))
    yield f"{name}: {described.get('description', '')}" + (f" (needs {required})" if required else "")
    yield from _members(described, "  ")


def _members(node: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, member in node.get("properties", {}).items():
        yield f"{indent}{key}: {_type(member)}{_about(member)}"
        inner = member.get("items", member)
        for one in (inner, *inner.get("oneOf", ())):
            if "properties" in one:
                yield from _members(one, indent + "  ")


def _about(member: Mapping[str, Any]) -> str:
    text = member.get("description") or next((one["description"] for one in member.get("oneOf", ()) if "description" in one), "")
    return f". {text}" if text else ""


def _type(node: Mapping[str, Any]) -> str:
    if "enum" in node:
        return " | ".join(str(value) for value in node["enum"])
    if "$ref" in node:
        return str(node["$ref"]).rsplit("/", 1)[-1]
    if "oneOf" in node:
        return " or ".join(dict.fromkeys(_type(one) for one in node["oneOf"]))
    kind = node.get("type", "any")
    if kind == "array":
        return f"[{_type(node.get('items', {}))}]"
    if kind == "object" and isinstance(node.get("additionalProperties"), Mapping) and node["additionalProperties"]:
        return f"{{name: {_type(node['additionalProperties'])}}}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _signature(name: str) -> str:
    function = FUNCTIONS.get(name)
    if function is None:
        return f"{name}(...)"
    try:
        return f"{name}({', '.join(inspect.signature(function).parameters)})"
    except (TypeError, ValueError):
        return f"{name}(...)"
