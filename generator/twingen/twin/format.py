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

_TWIN = "twingen.twin"


@cache
def schema(package: str = _TWIN) -> dict[str, Any]:
    """Return the JSON Schema of the twin format, or of the format that another package defines."""
    document: dict[str, Any] = orjson.loads(
        files(package).joinpath("format.schema.json").read_bytes()
    )
    return document


@cache
def _validator(kind: str, package: str) -> Any:
    return jsonschema_rs.Draft202012Validator({**schema(package), "$ref": f"#/$defs/{kind}"})


def check(value: Any, kind: str, *, file: str, text: str, package: str = _TWIN) -> None:
    """Raise FormatError for the first thing in `value` that the format's `kind` does not allow.

    `kind` is resource, service, seed, ui or deviations, or what the `format.schema.json` of another
    `package` defines; `text` is the file as read, for line numbers.
    """
    validator = _validator(kind, package)
    if validator.is_valid(value):
        return
    whole = schema(package)
    path, message, remedy = _explain(next(iter(validator.iter_errors(value))), value, whole)
    line = line_of(text, path)
    dotted = ".".join(str(step) for step in path)
    raise FormatError(
        f"{message}{f' (at {dotted})' if dotted else ''}",
        where=f"{file}:{line}" if line else file,
        remedy=remedy,
    )


def _explain(error: Any, value: Any, whole: Mapping[str, Any]) -> tuple[list[str | int], str, str | None]:
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
            return _explain(leaf, value, whole)
    if name == "additionalProperties":
        unexpected = details.get("unexpected") or _unexpected(error, value, whole)
        key = unexpected[0] if unexpected else "?"
        allowed = _allowed(error, whole)
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


def _definition(error: Any, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    node: Any = whole
    for step in list(error.schema_path)[:-1]:
        while isinstance(node, Mapping) and "$ref" in node and step not in node:
            node = _resolve(node["$ref"], whole)
        if step == "$ref":
            node = _resolve(node["$ref"], whole)
        else:
            node = node[int(step)] if isinstance(node, list) else node.get(str(step), {})
    return node if isinstance(node, Mapping) else {}


def _resolve(reference: str, whole: Mapping[str, Any]) -> Any:
    node: Any = whole
    for step in reference.removeprefix("#/").split("/"):
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def _allowed(error: Any, whole: Mapping[str, Any]) -> list[str]:
    text = str(getattr(error, "absolute_keyword_location", "") or "")
    if "/$defs/" in text:
        node = _resolve("#/" + text.split("#/", 1)[1].rsplit("/", 1)[0], whole)
    else:
        node = _definition(error, whole)
    return sorted(node.get("properties", {}))


def _unexpected(error: Any, value: Any, whole: Mapping[str, Any]) -> list[str]:
    found = _at(value, list(error.instance_path))
    allowed = set(_allowed(error, whole))
    return [key for key in found if key not in allowed] if isinstance(found, Mapping) else []
