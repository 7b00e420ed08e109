"""JSON Patch (RFC 6902): a list of operations on one document, all of them or none."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from twingen.contract.model import MediaType, Schema
from twingen.contract.schemas import properties, resolve

MEDIA = "application/json-patch+json"
# What its media type says, whatever the schema beside it does.
SCHEMA = {"type": "array", "items": {"type": "object"}}
_END = "-"


class PatchError(ValueError):
    """A patch that cannot be applied; its text says why."""


def takes_patches(media: MediaType, schemas: Mapping[str, Schema]) -> bool:
    """Return whether a body is a patch: by its type, or as a list of steps that have an `op` and a `path`."""
    if media.type == MEDIA:
        return True
    items = resolve(media.schema or {}, schemas).get("items")
    return isinstance(items, Mapping) and {"op", "path"} <= set(properties(items, schemas))


def patched(document: Any, operations: Any) -> Any:
    """Return the document as the operations leave it; the one given stays as it is."""
    if not isinstance(operations, list):
        raise PatchError("a list of operations is expected")
    result = copy.deepcopy(document)
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise PatchError("an operation with a path is expected")
        result = _applied(result, operation, str(operation.get("op")))
    return result


def _applied(document: Any, operation: dict[str, Any], kind: str) -> Any:
    path = _steps(operation["path"])
    if kind in {"add", "replace", "test"} and "value" not in operation:
        raise PatchError(f"{kind} needs a value")
    if kind == "add":
        return _put(document, path, operation["value"])
    if kind == "remove":
        return _without(document, path)
    if kind == "replace":
        _at(document, path)
        return _put(_without(document, path), path, operation["value"]) if path else operation["value"]
    if kind in {"move", "copy"}:
        source = _steps(str(operation.get("from", "")))
        value = copy.deepcopy(_at(document, source))
        return _put(_without(document, source) if kind == "move" else document, path, value)
    if kind == "test":
        if _at(document, path) != operation["value"]:
            raise PatchError(f"{operation['path']} has another value")
        return document
    raise PatchError(f"{kind} is no operation")


def _steps(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise PatchError(f"{pointer} is no path")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _at(document: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            raise PatchError(f"/{'/'.join(path)} is not there")
    return document


def _put(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    above, last = _at(document, path[:-1]), path[-1]
    if isinstance(above, dict):
        above[last] = value
    elif isinstance(above, list) and (last == _END or (last.isdecimal() and int(last) <= len(above))):
        above.insert(len(above) if last == _END else int(last), value)
    else:
        raise PatchError(f"/{'/'.join(path)} is no place for a value")
    return document


def _without(document: Any, path: list[str]) -> Any:
    if not path:
        raise PatchError("the whole document cannot be removed")
    _at(document, path)
    above, last = _at(document, path[:-1]), path[-1]
    if isinstance(above, list):
        del above[int(last)]
    else:
        del above[last]
    return document
