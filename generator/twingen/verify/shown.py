"""Looking into answers: the lists in them, the records in those, and what was sent in what is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from twingen.runtime import paths
from twingen.verify.outcome import brief

Path = tuple[str, ...]
_DEPTH = 3


def lists_in(body: Any, depth: int = _DEPTH) -> Iterator[list[Any]]:
    """Yield the outermost lists of an answer."""
    if isinstance(body, list):
        yield body
    elif isinstance(body, dict) and depth:
        for member in body.values():
            yield from lists_in(member, depth - 1)


def is_of(member: Any, identifier: str, path: Path | None) -> bool:
    """Return whether a list's member stands for the record of that id."""
    if not isinstance(member, dict):
        return not isinstance(member, list) and str(member) == identifier
    path = path or ("id",)
    if paths.has(member, path):
        return str(paths.get(member, path)) == identifier
    inner = [one for one in member.values() if isinstance(one, dict)]
    if any(str(paths.get(one, path)) == identifier for one in inner):
        return True
    return any(
        str(one) == identifier for one in member.values() if isinstance(one, str) and len(one) > 3
    )


def times_listed(body: Any, identifier: str, path: Path | None) -> int:
    """Return how often a record stands in the list that shows it most often."""
    return max(
        (sum(is_of(one, identifier, path) for one in items) for items in lists_in(body)), default=0
    )


def records_in(body: Any, path: Path | None) -> list[Any]:
    """Return the members of an answer's list of records: the longest, if there are several."""
    found = list(lists_in(body))
    named = [
        items
        for items in found
        if path is not None and items and isinstance(items[0], dict) and paths.has(items[0], path)
    ]
    return max(named or found, key=len, default=[])


def member_of(body: Any, identifier: str, path: Path | None) -> Any:
    """Return the member of a list that stands for a record, None without one."""
    for items in lists_in(body):
        for one in items:
            if is_of(one, identifier, path):
                return one
    return None


def unlike(sent: Any, shown: Any, skip: Callable[[Path], bool]) -> tuple[str, str, str] | None:
    """Return the first sent value that is not shown: its path, itself, and what stands there."""
    for path, value in _leaves(sent, ()):
        if any(skip(path[: end + 1]) for end in range(len(path))):
            continue
        if paths.has(shown, path[:1]):
            there = paths.get(shown, path)
            if not _same(value, there):
                return ".".join(path), brief(value), brief(there)
        elif value in (False, "", [], {}):
            continue  # left out like what is not set
        elif not any(_same(value, there) for there in named(shown, path[-1])):
            return ".".join(path), brief(value), "nothing"
    return None


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _leaves(member, (*path, name))
    elif path and value is not None:
        yield path, value


def named(value: Any, name: str, depth: int = 6) -> Iterator[Any]:
    """Yield the members of that name, wherever they stand."""
    if depth and isinstance(value, dict):
        if name in value:
            yield value[name]
        for member in value.values():
            yield from named(member, name, depth - 1)
    elif depth and isinstance(value, list):
        for member in value[:50]:
            yield from named(member, name, depth - 1)


def _same(sent: Any, shown: Any) -> bool:
    if isinstance(sent, dict):
        return isinstance(shown, dict) and all(
            value is None or _same(value, shown.get(name)) for name, value in sent.items()
        )
    if isinstance(sent, list):
        return isinstance(shown, list) and len(sent) == len(shown) and all(
            _same(one, other) for one, other in zip(sent, shown, strict=True)
        )
    return bool(sent == shown) or (shown is not None and _text(sent) == _text(shown))


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
