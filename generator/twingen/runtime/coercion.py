"""Text to typed values: what a query, a form or a header means under a schema.

Coercion never fails: text that fits no type of its schema stays text, for a validator to refuse.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from twingen.contract.model import Schema
from twingen.runtime.validation import Schemas
from twingen.runtime.violation import fits

_JSON_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    list: "array",
    dict: "object",
}
_UNION = ("oneOf", "anyOf")
_DEPTH = 32
_UNFIT = object()
# One object, since shapes are cached by identity.
ANYTHING: dict[str, Any] = {}

Coercer = Callable[[str], Any]


def _integer(text: str) -> Any:
    digits = text[1:] if text[:1] == "-" else text
    if digits.isascii() and digits.isdigit() and len(digits) <= 40:
        return int(text)
    return _UNFIT


def _number(text: str) -> Any:
    if (whole := _integer(text)) is not _UNFIT:
        return whole
    if not text or text[-1] not in "0123456789." or "_" in text or not text.isascii():
        return _UNFIT
    try:
        value = float(text)
    except ValueError:
        return _UNFIT
    return value if math.isfinite(value) and text == text.strip() else _UNFIT


def _boolean(text: str) -> Any:
    return True if text == "true" else False if text == "false" else _UNFIT


def _lenient_boolean(text: str) -> Any:
    text = text.lower()
    if text in ("true", "1"):
        return True
    return False if text in ("false", "0") else _UNFIT


def _null(text: str) -> Any:
    return None if text in ("", "null") else _UNFIT


def _string(text: str) -> Any:
    return text


def _json(kind: type) -> Coercer:
    opening = "{" if kind is dict else "["

    def parse(text: str) -> Any:
        if text.lstrip()[:1] != opening:
            return _UNFIT
        try:
            value = orjson.loads(text)
        except ValueError:
            return _UNFIT
        return value if type(value) is kind else _UNFIT

    return parse


_SCALARS: dict[str, Coercer] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "null": _null,
    "array": _json(list),
    "object": _json(dict),
}


class Shape:
    """What coercion has to know of a schema, worked out once.

    `types` are the JSON types it admits in document order, () when it admits any.
    """

    __slots__ = ("_coercion", "additional", "items", "properties", "schema", "text", "types")

    def __init__(self, coercion: Coercion, schema: Any):
        self._coercion = coercion
        self.schema = schema
        self.properties: dict[str, Any] = {}
        self.items: Any = None
        self.additional: Any = None
        types: list[str] = []
        self._gather(schema, types, set())
        self.types = tuple(dict.fromkeys(types))
        self.text = self._text()

    @property
    def is_array(self) -> bool:
        return "array" in self.types

    @property
    def is_object(self) -> bool:
        return "object" in self.types

    @property
    def is_scalar(self) -> bool:
        return not (self.is_array or self.is_object)

    def _gather(self, schema: Any, types: list[str], seen: set[int]) -> None:
        schema = self._coercion.schemas.resolve(schema)
        if not isinstance(schema, Mapping) or id(schema) in seen:
            return
        seen.add(id(schema))
        declared = schema.get("type")
        if isinstance(declared, str):
            types.append(declared)
        elif isinstance(declared, (list, tuple)):
            types.extend(name for name in declared if isinstance(name, str))
        elif isinstance(options := schema.get("enum"), (list, tuple)):
            types.extend(_JSON_TYPES.get(type(option), "string") for option in options)
        elif "const" in schema:
            types.append(_JSON_TYPES.get(type(schema["const"]), "string"))
        elif isinstance(schema.get("properties"), Mapping):
            types.append("object")
        elif "items" in schema:
            types.append("array")
        if self.items is None:
            self.items = schema.get("items")
        if isinstance(properties := schema.get("properties"), Mapping):
            for name, part in properties.items():
                self.properties.setdefault(name, part)
        if self.additional is None and schema.get("additionalProperties"):
            self.additional = schema["additionalProperties"]
        for keyword in ("allOf", *_UNION):
            parts = schema.get(keyword)
            for part in parts if isinstance(parts, (list, tuple)) else ():
                self._gather(part, types, seen)

    def _text(self) -> Coercer:
        lenient = self._coercion.lenient
        known = [name for name in self.types if name in _SCALARS]
        if not known or known == ["string"]:
            return _string
        parsers = [
            _lenient_boolean if lenient and name == "boolean" else _SCALARS[name] for name in known
        ]
        if len(parsers) == 1:
            only = parsers[0]

            def single(text: str) -> Any:
                value = only(text)
                return text if value is _UNFIT else value

            return single
        return self._union(parsers)

    def _union(self, parsers: list[Coercer]) -> Coercer:
        def first_that_fits(text: str) -> Any:
            values = [value for parse in parsers if (value := parse(text)) is not _UNFIT]
            if not values:
                return text
            if len(values) > 1:
                for value in values:
                    if self._coercion.fits(self.schema, value):
                        return value
            return values[0]

        return first_that_fits


class Coercion:
    """Coerces by the schemas of one contract.

    `lenient` also takes `True`, `FALSE`, `1` and `0` for booleans, and JSON texts for arrays.
    """

    __slots__ = ("_shapes", "lenient", "schemas")

    def __init__(self, schemas: Schemas, *, lenient: bool = False):
        self.schemas = schemas
        self.lenient = lenient
        self._shapes: dict[int, tuple[Any, Shape]] = {}

    @classmethod
    def of(cls, schemas: Schemas, *, lenient: bool = False) -> Coercion:
        """Return the coercion that all operations of a contract share."""
        key = (cls, lenient)
        found: Coercion | None = schemas.memo.get(key)
        if found is None:
            found = schemas.memo[key] = cls(schemas, lenient=lenient)
        return found

    def shape(self, schema: Any) -> Shape:
        entry = self._shapes.get(id(schema))
        if entry is None:
            entry = self._shapes[id(schema)] = (schema, Shape(self, schema))
        return entry[1]

    def fits(self, schema: Schema, value: Any) -> bool:
        return fits(self.schemas.request_validator(schema), value)

    def items(self, shape: Shape, texts: Iterable[str]) -> list[Any]:
        """Return the typed items of an array."""
        if not isinstance(shape.items, Mapping):
            return list(texts)
        coerce = self.shape(shape.items).text
        return [coerce(text) for text in texts]

    def members(self, shape: Shape, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Return the typed properties of an object."""
        return {name: self._member(shape, name).text(text) for name, text in pairs}

    def _member(self, shape: Shape, name: str) -> Shape:
        part = shape.properties.get(name, shape.additional)
        return self.shape(part if isinstance(part, Mapping) else ANYTHING)

    def tree(self, value: Any, schema: Any, depth: int = 0) -> Any:
        """Return nested dicts and lists of texts (see `Brackets`) with their leaves typed."""
        if depth > _DEPTH:
            return value
        shape = self.shape(schema if isinstance(schema, Mapping) else ANYTHING)
        if isinstance(value, dict):
            if _is_list(value, shape):
                ordered = [value[key] for key in sorted(value, key=int)]
                return [self.tree(item, shape.items, depth + 1) for item in ordered]
            parts = shape.properties
            return {
                name: self.tree(part, parts.get(name, shape.additional), depth + 1)
                for name, part in value.items()
            }
        if isinstance(value, list):
            if shape.is_scalar and shape.types:
                return shape.text(value[-1]) if self.lenient and len(value) == 1 else value
            return [self.tree(item, shape.items, depth + 1) for item in value]
        if not isinstance(value, str):
            return value
        typed = shape.text(value)
        if shape.is_array and "string" not in shape.types and isinstance(typed, str):
            return self.items(shape, [value])
        return typed


def _is_list(value: dict[str, Any], shape: Shape) -> bool:
    if not all(key.isascii() and key.isdigit() and len(key) < 10 for key in value):
        return False
    return shape.is_array or not shape.types


def split_brackets(name: str) -> tuple[str, list[str]] | None:
    """Split `a[b][]` into `a` and its steps `b` and ``; None if the brackets do not balance."""
    base, opening, rest = name.partition("[")
    if not opening or not base or not rest.endswith("]"):
        return None
    steps = rest[:-1].split("][")
    if len(steps) > _DEPTH or any("[" in step or "]" in step for step in steps):
        return None
    return base, steps


def graft(tree: dict[str, Any], path: list[str], value: str) -> bool:
    """Put `value` at `path` of nested dicts; repeats and `[]` make lists. False: conflict."""
    append = path[-1] == ""
    steps = path[:-1] if append else path
    node = tree
    for step in steps[:-1]:
        step = step or "0"
        child = node.setdefault(step, {})
        if not isinstance(child, dict):
            return False
        node = child
    last = steps[-1] or "0"
    if last not in node:
        node[last] = [value] if append else value
    elif isinstance(node[last], list):
        node[last].append(value)
    elif isinstance(node[last], str):
        node[last] = [node[last], value]
    else:
        return False
    return True
