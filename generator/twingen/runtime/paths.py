"""Dotted paths into records. Nothing is changed in place: what is set copies along its path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Path = tuple[str, ...]


def split(path: str) -> Path:
    return tuple(path.split("."))


def get(data: Any, path: Path) -> Any:
    """Return the value at `path`, None where it leads nowhere."""
    for step in path:
        if type(data) is dict:
            data = data.get(step)
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data


def getter(path: Path) -> Callable[[dict[str, Any]], Any]:
    """Return the function that gets what is at `path` of an object."""
    if len(path) == 1:
        (only,) = path
        return lambda data: data.get(only)
    if len(path) == 2:
        head, last = path

        def second(data: dict[str, Any]) -> Any:
            inner = data.get(head)
            return inner.get(last) if type(inner) is dict else get(inner, (last,))

        return second
    return lambda data: get(data, path)


def has(data: Any, path: Path) -> bool:
    for step in path[:-1]:
        data = data.get(step) if isinstance(data, dict) else None
    return isinstance(data, dict) and path[-1] in data


def put(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return `data` with `value` at `path`; only the objects on the way are new."""
    head, rest = path[0], path[1:]
    result = dict(data)
    if rest:
        inner = result.get(head)
        result[head] = put(inner if isinstance(inner, dict) else {}, rest, value)
    else:
        result[head] = value
    return result


def without(data: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return `data` with what is at `path` left out."""
    head, rest = path[0], path[1:]
    if head not in data:
        return data
    result = dict(data)
    if not rest:
        del result[head]
        return result
    inner = result[head]
    if isinstance(inner, dict):
        result[head] = without(inner, rest)
    elif isinstance(inner, list):
        result[head] = [without(item, rest) if isinstance(item, dict) else item for item in inner]
    return result


def merged(base: Any, change: Any) -> Any:
    """Return `base` with the members of `change` laid over it, objects member by member."""
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    result = dict(base)
    for name, value in change.items():
        result[name] = merged(result[name], value) if name in result else value
    return result


def picked(data: Mapping[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    """Return only what is at `paths`."""
    result: dict[str, Any] = {}
    for path in paths:
        if has(data, path):
            result = put(result, path, get(data, path))
    return result


def folded(value: Any) -> Any:
    """Return a value as an index key: text case-folded, unhashable values as None."""
    if isinstance(value, str):
        return value.casefold()
    return value if isinstance(value, (int, float)) else None
