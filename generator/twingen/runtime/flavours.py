"""A contract's schemas as requests and as responses see them.

A flavour rewrites a schema for validation only: readOnly properties stop being required in
requests, writeOnly ones are refused in responses, annotations are dropped, and the ranges that
`int32` and `int64` promise become bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import jsonschema_rs

from twingen.contract.model import Schema

PREFIX = "#/components/schemas/"

_MAPS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SINGLE = frozenset(
    {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
     "unevaluatedItems", "unevaluatedProperties"}
)  # fmt: skip
_KEPT = frozenset(
    {"type", "enum", "const", "format", "pattern", "minimum", "maximum", "exclusiveMinimum",
     "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems",
     "uniqueItems", "minProperties", "maxProperties", "minContains", "maxContains",
     "dependentRequired"}
)  # fmt: skip
_SAME_VALUE = frozenset({"allOf", "anyOf", "oneOf", "if", "then", "else"})
_JOINED = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
_COMPOSITE = frozenset({"$ref", "allOf", "anyOf", "oneOf", "not", "if", "const"})
_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_COUNTS = frozenset(
    {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
     "minContains", "maxContains"}
)  # fmt: skip
_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})


@dataclass(frozen=True, slots=True)
class Flavour:
    """Which side a value comes from, and what is overlooked.

    `lenient`: branches of a oneOf may overlap, and an object closed beside a union or allOf is
    closed around their properties too. `nulls`: null stands for an absent property.
    """

    side: Literal["request", "response"]
    lenient: bool = False
    nulls: bool = False

    @property
    def urn(self) -> str:
        return f"urn:twin:{self.side}:{int(self.lenient)}{int(self.nulls)}"


class Converter:
    """Rewrites schemas to one flavour; `schemas` are the components that references name."""

    __slots__ = ("_base", "_flag", "_flavour", "_names", "_schemas")

    def __init__(self, flavour: Flavour, schemas: Mapping[str, Schema], urn: str):
        self._flavour = flavour
        self._schemas = schemas
        self._base = urn
        self._flag = "readOnly" if flavour.side == "request" else "writeOnly"
        self._names: dict[int, frozenset[str]] = {}

    def convert(self, schema: Any, above: frozenset[str] = frozenset()) -> Any:
        """Return `schema` rewritten; `above` are flagged properties of the composite around it."""
        if not isinstance(schema, Mapping):
            return schema if isinstance(schema, (bool, list)) else True
        flagged = above
        if "required" in schema or "allOf" in schema:
            flagged = above | self._flagged_names(schema)
        out: dict[str, Any] = {}
        for key, value in schema.items():
            if key in _KEPT:
                out[key] = value
            elif key == "properties" and isinstance(value, Mapping):
                out[key] = self._properties(value, schema.get("required"))
            elif key in _MAPS and isinstance(value, Mapping):
                out[key] = {name: self.convert(part) for name, part in value.items()}
            elif key in _LISTS and isinstance(value, (list, tuple)):
                inner = flagged if key in _SAME_VALUE else frozenset()
                if key == "oneOf" and self._flavour.lenient:
                    key = "anyOf" if "anyOf" not in schema else key
                out[key] = [self.convert(part, inner) for part in value]
            elif key in _SINGLE:
                out[key] = self.convert(value, flagged if key in _SAME_VALUE else frozenset())
            elif key == "required":
                if not isinstance(value, (list, tuple)):
                    out[key] = value
                elif kept := [name for name in value if name not in flagged]:
                    out[key] = kept
            elif key == "$ref":
                out[key] = self._base + value if str(value).startswith("#") else value
        if "format" in out:
            _bound(out)
        closed = out.get("additionalProperties") is False
        if closed and self._flavour.lenient and not _JOINED.isdisjoint(out):
            out["unevaluatedProperties"] = out.pop("additionalProperties")
        return out

    def _properties(self, properties: Mapping[str, Any], required: Any) -> dict[str, Any]:
        required = required if isinstance(required, (list, tuple)) else ()
        out: dict[str, Any] = {}
        for name, part in properties.items():
            if self._flag == "writeOnly" and self._flagged(part):
                out[name] = False
                continue
            converted = self.convert(part)
            if self._flavour.nulls and name not in required:
                converted = _nullable(converted)
            out[name] = converted
        return out

    def _flagged(self, schema: Any) -> bool:
        for _ in range(16):
            if not isinstance(schema, Mapping):
                return False
            if schema.get(self._flag) is True:
                return True
            if "$ref" in schema:
                schema = self._target(schema["$ref"])
            elif isinstance(parts := schema.get("allOf"), list) and len(parts) == 1:
                schema = parts[0]
            else:
                return False
        return False

    def _target(self, reference: Any) -> Any:
        if isinstance(reference, str) and reference.startswith(PREFIX):
            return self._schemas.get(reference[len(PREFIX) :])
        return None

    def _flagged_names(self, schema: Mapping[str, Any]) -> frozenset[str]:
        """Return the flagged properties of `schema`, those that it takes over by allOf included."""
        known = self._names.get(id(schema))
        if known is not None:
            return known
        names: set[str] = set()
        seen: set[int] = set()
        waiting: list[Any] = [schema]
        while waiting:
            part = waiting.pop()
            if not isinstance(part, Mapping) or id(part) in seen:
                continue
            seen.add(id(part))
            properties = part.get("properties")
            if isinstance(properties, Mapping):
                names.update(name for name, value in properties.items() if self._flagged(value))
            parts = part.get("allOf")
            waiting.extend(parts if isinstance(parts, (list, tuple)) else ())
            waiting.append(self._target(part.get("$ref")))
        self._names[id(schema)] = frozenset(names)
        return self._names[id(schema)]


def _bound(out: dict[str, Any]) -> None:
    bounds = _RANGES.get(out["format"]) if isinstance(out["format"], str) else None
    types = out.get("type")
    if bounds is None or "integer" not in (types if isinstance(types, list) else [types]):
        return
    if types == "integer":
        del out["format"]  # on strings it is a check of its own
    low, high = bounds
    minimum, maximum = out.get("minimum", low), out.get("maximum", high)
    out["minimum"] = max(minimum, low) if isinstance(minimum, (int, float)) else minimum
    out["maximum"] = min(maximum, high) if isinstance(maximum, (int, float)) else maximum


def _nullable(schema: Any) -> Any:
    if not isinstance(schema, dict) or not schema:
        return schema
    if _COMPOSITE.isdisjoint(schema):
        out = dict(schema)
        if isinstance(types := out.get("type"), str):
            out["type"] = types if types == "null" else [types, "null"]
        elif isinstance(types, list) and "null" not in types:
            out["type"] = [*types, "null"]
        if isinstance(options := out.get("enum"), list) and None not in options:
            out["enum"] = [*options, None]
        return out
    return {"anyOf": [schema, {"type": "null"}]}


def repaired(schema: Any, known: Callable[[str], bool], report: Callable[[str], None]) -> Any:
    """Return a converted `schema` without what does not compile.

    `report` is told what was left out, `known` says whether a reference resolves.
    """
    if not isinstance(schema, dict):
        return schema if isinstance(schema, bool) else True
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "items" and isinstance(value, list):
            out["prefixItems"] = [repaired(part, known, report) for part in value]
        elif key in _MAPS:
            out[key] = {
                name: repaired(part, known, report)
                for name, part in value.items()
                if key != "patternProperties" or _checked("pattern", name, report)
            }
        elif key in _LISTS:
            if parts := [repaired(part, known, report) for part in value]:
                out[key] = parts
        elif key in _SINGLE:
            out[key] = repaired(value, known, report)
        elif key == "$ref":
            if isinstance(value, str) and known(value):
                out[key] = value
            else:
                report(f"reference '#{str(value).partition('#')[2]}' does not resolve")
        elif _checked(key, value, report):
            out[key] = value
    return out


def _checked(key: str, value: Any, report: Callable[[str], None]) -> bool:
    fine = True
    if key == "pattern":
        try:
            jsonschema_rs.Draft202012Validator({"pattern": value})
        except ValueError:
            fine = False
    elif key == "type":
        names = value if isinstance(value, list) else [value]
        fine = bool(names) and all(isinstance(n, str) and n in _TYPES for n in names)
        fine = fine and len(set(names)) == len(names)
    elif key == "required":
        fine = isinstance(value, list) and all(isinstance(name, str) for name in value)
        fine = fine and len(set(value)) == len(value)
    elif key == "enum":
        fine = isinstance(value, list)
    elif key == "format":
        fine = isinstance(value, str)
    elif key in _COUNTS:
        fine = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    elif key in _NUMBERS:
        fine = isinstance(value, (int, float)) and not isinstance(value, bool)
        fine = fine and (key != "multipleOf" or value > 0)
    elif key == "uniqueItems":
        fine = isinstance(value, bool)
    elif key == "dependentRequired":
        fine = isinstance(value, Mapping)
    if not fine:
        report(f"{key} {value!r} does not compile")
    return fine
