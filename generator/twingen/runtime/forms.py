"""Form bodies under their schema: typed fields, bracketed names, JSON inside a field, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from twingen.contract.model import Schema
from twingen.runtime.coercion import ANYTHING, Coercion, Shape, graft, split_brackets
from twingen.runtime.multipart import Part, header_parameters
from twingen.runtime.pairs import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a form, or the media of an upload."""

    filename: str | None = None
    content_type: str = ""
    content: bytes = b""


def form_value(
    pairs: Iterable[tuple[str, str]], schema: Schema | None, coercion: Coercion
) -> dict[str, Any]:
    """Return the object that (decoded name, raw value) pairs of a form spell."""
    return _object(((name, plain(raw)) for name, raw in pairs), schema, coercion)


def multipart_value(
    parts: Iterable[Part], schema: Schema | None, coercion: Coercion
) -> dict[str, Any]:
    """Return the object that the parts of a multipart/form-data body spell."""
    return _object(((part.name, _part_value(part)) for part in parts), schema, coercion)


def _part_value(part: Part) -> Any:
    kind, parameters = header_parameters(part.content_type)
    if part.filename is None and (kind in ("", "text/plain") or kind.endswith("json")):
        try:
            text = part.content.decode(parameters.get("charset", "utf-8"))
            return orjson.loads(text) if kind.endswith("json") else text
        except (ValueError, LookupError):
            pass
    return File(filename=part.filename, content_type=part.content_type, content=part.content)


def _object(
    fields: Iterable[tuple[str, Any]], schema: Schema | None, coercion: Coercion
) -> dict[str, Any]:
    shape = coercion.shape(schema if schema is not None else ANYTHING)
    texts: dict[str, list[Any]] = {}
    trees: dict[str, Any] = {}
    for name, value in fields:
        if name not in shape.properties and "[" in name and isinstance(value, str):
            parts = split_brackets(name)
            if parts is not None and graft(trees, [parts[0], *parts[1]], value):
                continue
        texts.setdefault(name, []).append(value)
    out: dict[str, Any] = {}
    for name, values in texts.items():
        out[name] = _field(values, shape.properties.get(name, shape.additional), coercion)
    for name, tree in trees.items():
        if name not in out:
            out[name] = coercion.tree(tree, shape.properties.get(name, shape.additional))
    return out


def _field(values: list[Any], schema: Any, coercion: Coercion) -> Any:
    shape: Shape = coercion.shape(schema if isinstance(schema, Mapping) else ANYTHING)
    typed = [_typed(value, shape) for value in values]
    if len(typed) > 1:
        if shape.is_array:
            return [_item(value, shape, coercion) for value in values]
        return typed if not shape.types else typed[-1] if coercion.lenient else typed
    value = typed[0]
    if shape.is_array and not isinstance(value, list) and "string" not in shape.types:
        return [_item(values[0], shape, coercion)]
    return value


def _typed(value: Any, shape: Shape) -> Any:
    return shape.text(value) if isinstance(value, str) else value


def _item(value: Any, shape: Shape, coercion: Coercion) -> Any:
    return coercion.items(shape, [value])[0] if isinstance(value, str) else value
