"""Checking a file of a twin against the format: a wrong key gets file, line and the nearest right one."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
import orjson

from twingen.errors import FormatError
from twingen.twin.yaml import line_of


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the twin format."""
    document: dict[str, Any] = orjson.loads(
        files("twingen.twin").joinpath("format.schema.json").read_bytes()
    )
    return document


@cache
def _validator(kind: str) -> Any:
    return jsonschema_rs.Draft202012Validator({**schema(), "$ref": f"#/$defs/{kind}"})


def check(value: Any, kind: str, *, file: str, text: str) -> None:
    """Raise FormatError for the first thing in `value` that the format's `kind` does not allow.

    `kind` is resource, service, seed, ui or deviations; `text` is the file as read, for line numbers.
    """
    validator = _validator(kind)
    if validator.is_valid(value):
        return
    path, message, remedy = _explain(next(iter(validator.iter_errors(value))), value)
    line = line_of(text, path)
    dotted = ".".join(str(step) for step in path)
    raise FormatError(
        f"{message}{f' (at {dotted})' if dotted else ''}",
        where=f"{file}:{line}" if line else file,
        remedy=remedy,
    )


def _explain(error: Any, value: Any) -> tuple[list[str | int], str, str | None]:
    """Return path, message and remedy of the most telling leaf of a validation error."""
    path = list(error.instance_path)
    name = error.kind.name
    details = error.kind.as_dict()
    if name in {"anyOf", "oneOf", "oneOfNotValid", "oneOfMultipleValid"}:
        branches = [branch for branch in details.get("context", []) if branch]
        if branches:
            deepest = max(branches, key=lambda branch: max(len(e.instance_path) for e in branch))
            leaf = max(deepest, key=lambda e: (e.kind.name == "additionalProperties", len(e.instance_path)))
            objects = [b for b in branches if not any(e.kind.name == "type" for e in b)]
            if objects and leaf not in objects[0]:
                leaf = objects[0][0]
            return _explain(leaf, value)
    if name == "additionalProperties":
        unexpected = details.get("unexpected") or _unexpected(error, value)
        key = unexpected[0] if unexpected else "?"
        allowed = _allowed(error)
        close = get_close_matches(str(key), allowed, 1, 0.5)
        remedy = (
            f"did you mean {close[0]!r}?" if close else f"keys allowed here: {', '.join(allowed)}"
        )
        return [*path, key], f"unknown key {key!r}", remedy
    if name == "required":
        missing = details.get("property")
        missing = missing.strip('"') if isinstance(missing, str) else missing
        return path, f"the key {missing!r} is missing", None
    if name == "enum":
        options = details.get("options")
        options = [str(option) for option in options] if isinstance(options, list) else []
        found = _at(value, path)
        close = get_close_matches(str(found), options, 1, 0.5)
        remedy = f"did you mean {close[0]!r}?" if close else f"one of {', '.join(options)}"
        return path, f"{found!r} is not allowed here", remedy
    return path, error.message[:300], None


def _at(value: Any, path: list[str | int]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _definition(error: Any) -> Mapping[str, Any]:
    node: Any = schema()
    for step in list(error.schema_path)[:-1]:
        while isinstance(node, Mapping) and "$ref" in node and step not in node:
            node = _resolve(node["$ref"])
        if step == "$ref":
            node = _resolve(node["$ref"])
        else:
            node = node[int(step)] if isinstance(node, list) else node.get(str(step), {})
    return node if isinstance(node, Mapping) else {}


def _resolve(reference: str) -> Any:
    node: Any = schema()
    for step in reference.removeprefix("#/").split("/"):
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def _allowed(error: Any) -> list[str]:
    text = str(getattr(error, "absolute_keyword_location", "") or "")
    if "/$defs/" in text:
        node = _resolve("#/" + text.split("#/", 1)[1].rsplit("/", 1)[0])
    else:
        node = _definition(error)
    return sorted(node.get("properties", {}))


def _unexpected(error: Any, value: Any) -> list[str]:
    found = _at(value, list(error.instance_path))
    allowed = set(_allowed(error))
    return [key for key in found if key not in allowed] if isinstance(found, Mapping) else []
