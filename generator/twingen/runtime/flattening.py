"""A schema with its references and allOf folded into one level, for generators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.runtime.flavours import PREFIX
from twingen.runtime.validation import Schemas

_LOWER = frozenset(
    {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"}
)
_UPPER = frozenset(
    {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"}
)
_DEEPEST = 64


class Flat:
    """One level of a schema.

    `keywords` are merged, references and allOf gone; `names` the components met on the way,
    outermost first; `unions` the lists of branches of which one (each) has to hold.
    """

    __slots__ = ("keywords", "names", "properties", "required", "source", "unions")

    def __init__(self, source: Any):
        self.source = source
        self.keywords: dict[str, Any] = {}
        self.names: list[str] = []
        self.properties: dict[str, Any] = {}
        self.required: dict[str, None] = {}
        self.unions: list[list[Any]] = []


def flattened(schema: Any, schemas: Schemas) -> Flat:
    """Return `schema` folded into one level; worked out once per schema object."""
    memo: dict[int, Flat] = schemas.memo.setdefault(Flat, {})
    found = memo.get(id(schema))
    if found is None:
        found = Flat(schema)
        _fold(schema, found, schemas, 0)
        memo[id(schema)] = found
    return found


def combined(schema: Any, branch: Any, schemas: Schemas) -> Flat:
    """Return `schema` without its unions folded together with `branch`."""
    memo: dict[tuple[int, int], Flat] = schemas.memo.setdefault("branches", {})
    key = (id(schema), id(branch))
    found = memo.get(key)
    if found is None:
        found = Flat((schema, branch))
        _fold(schema, found, schemas, 0)
        found.unions.clear()
        _fold(branch, found, schemas, 0)
        memo[key] = found
    return found


def _fold(schema: Any, flat: Flat, schemas: Schemas, depth: int) -> None:
    if schema is False:
        flat.keywords["enum"] = []
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(PREFIX)
        if name not in flat.names:
            flat.names.append(name)
            target = schemas.resolve({"$ref": reference}) if "/" in name else (
                schemas.schemas.get(name)
            )  # fmt: skip
            _fold(target, flat, schemas, depth + 1)
    for keyword, value in schema.items():
        match keyword:
            case "$ref":
                continue
            case "allOf" if isinstance(value, (list, tuple)):
                for part in value:
                    _fold(part, flat, schemas, depth + 1)
            case "oneOf" | "anyOf" if isinstance(value, (list, tuple)) and value:
                flat.unions.append(list(value))
            case "properties" if isinstance(value, Mapping):
                for name, part in value.items():
                    before = flat.properties.get(name)
                    both = before is not None and before is not part
                    flat.properties[name] = {"allOf": [before, part]} if both else part
            case "required" if isinstance(value, (list, tuple)):
                flat.required.update(dict.fromkeys(value))
            case _:
                _merge(keyword, value, flat.keywords)


def _merge(keyword: str, value: Any, into: dict[str, Any]) -> None:
    before = into.get(keyword)
    if before is None or before == value:
        into[keyword] = value
    elif keyword == "type":
        old, new = _as_list(before), _as_list(value)
        into["type"] = [name for name in old if name in new] or (
            ["integer"] if "integer" in (*old, *new) and "number" in (*old, *new) else new
        )
    elif keyword == "enum":
        into["enum"] = [option for option in before if option in value]
    elif keyword in _LOWER:
        into[keyword] = max(before, value)
    elif keyword in _UPPER:
        into[keyword] = min(before, value)
    elif keyword in ("items", "additionalProperties"):
        into[keyword] = {"allOf": [before, value]} if value is not True else before
    else:
        into[keyword] = value


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
