"""Finds the operations that a method and a path mean: a trie of path segments.

At every segment a literal beats a partial one (`{id}.json`, `{range}:append`), which beats a plain
parameter, which beats `{+name}` that spans segments; what dead-ends, or lacks the method, is given
up for the next best. A path that no template describes is tried without the slash at its end, then
with repeated slashes as one; it is never normalised otherwise: `.` and `..` are unknown routes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")

_PARAMETER = re.compile(r"\{(\+?)[^{}]*\}")
_NOT_VALUES = frozenset({"", ".", ".."})
_MOST_SEGMENTS = 256


class Match(Generic[T]):
    """What a path leads to.

    `values` are the candidates in the order they were added (several where `#fragments` share a
    route; `discriminators` has their fragments), () when the path is known but not with this
    method: then `allow` lists the methods of the best template for the `Allow` header. `params` are
    the path parameters' percent-decoded texts in order.
    """

    __slots__ = ("allow", "discriminators", "params", "values")

    def __init__(
        self,
        values: tuple[T, ...],
        params: tuple[str, ...] = (),
        discriminators: tuple[str, ...] = (),
        allow: tuple[str, ...] = (),
    ):
        self.values = values
        self.params = params
        self.discriminators = discriminators
        self.allow = allow

    @property
    def value(self) -> T:
        """The first candidate; only where `values` is not empty."""
        return self.values[0]

    def __repr__(self) -> str:
        return f"Match({self.values!r}, {self.params!r}, allow={self.allow!r})"


class _End(Generic[T]):
    """The operations of one method at one place."""

    __slots__ = ("discriminators", "implied", "values")

    def __init__(
        self, values: tuple[T, ...], discriminators: tuple[str, ...], *, implied: bool = False
    ):
        self.values = values
        self.discriminators = discriminators
        self.implied = implied


class _Node(Generic[T]):
    __slots__ = ("ends", "literals", "partials", "plain", "spans")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        self.partials: list[tuple[_Partial, _Node[T]]] = []
        self.plain: _Node[T] | None = None
        self.spans: list[tuple[_Partial, _Node[T]]] = []
        self.ends: dict[str, _End[T]] = {}


class _Partial:
    """A segment of literals and parameters; the longest literal end counts most."""

    __slots__ = ("key", "pattern", "prefix", "rank", "suffix")

    def __init__(self, segment: str):
        literals = _PARAMETER.sub("\0", segment).split("\0")
        self.key = tuple(literals)
        self.prefix, self.suffix = literals[0], literals[-1]
        self.rank = (-len(self.suffix), -len("".join(literals)))
        self.pattern = None
        if len(literals) > 2:
            inner = "(.+?)".join(re.escape(part) for part in literals[:-1])
            self.pattern = re.compile(f"{inner}(.+){re.escape(self.suffix)}", re.DOTALL)

    def match(self, segment: str) -> tuple[str, ...] | None:
        if self.pattern is not None:
            found = self.pattern.fullmatch(segment)
            return found.groups() if found else None
        end = len(segment) - len(self.suffix)
        if (
            end > len(self.prefix)
            and segment.startswith(self.prefix)
            and segment.endswith(self.suffix)
        ):
            return (segment[len(self.prefix) : end],)
        return None


class Router(Generic[T]):
    """Routes by method and path; templates are added before the first match."""

    __slots__ = ("_root", "_static")

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._static: dict[str, dict[str, Match[T]]] = {}

    def add(self, method: str, template: str, value: T) -> None:
        """Add an operation; what follows `#` in `template` tells operations of one route apart."""
        path, _, discriminator = template.partition("#")
        node = self._root
        for segment in path.split("/"):
            node = _child(node, segment)
        method = method.upper()
        end = node.ends.get(method)
        if end is None or end.implied:
            end = _End((value,), (discriminator,))
        else:
            end = _End((*end.values, value), (*end.discriminators, discriminator))
        node.ends[method] = end
        head = node.ends.get("HEAD")
        if method == "GET" and (head is None or head.implied):
            node.ends["HEAD"] = _End(end.values, end.discriminators, implied=True)
        if "{" not in path:
            self._static[path] = {
                name: Match(known.values, (), known.discriminators)
                for name, known in node.ends.items()
            }

    def match(self, method: str, path: str) -> Match[T] | None:
        """Return what `path` leads to, None when no template does (see `Match`)."""
        static = self._static.get(path)
        if static is not None:
            found = static.get(method)
            if found is not None:
                return found
        segments = path.split("/")
        if "%" in path:
            return self._search(method, segments)
        node = self._root
        params: list[str] = []
        for segment in segments:
            child = node.literals.get(segment)
            if child is None:
                child = node.plain
                if child is None or node.partials or segment in _NOT_VALUES:
                    return self._search(method, segments)
                params.append(segment)
            node = child
        end = node.ends.get(method)
        if end is None:
            return self._search(method, segments)
        return Match(end.values, tuple(params), end.discriminators)

    def _search(self, method: str, raw: list[str]) -> Match[T] | None:
        """Search with backtracking for the path as it is, then for what it may have meant."""
        if len(raw) > _MOST_SEGMENTS:
            return None
        for segments in _readings(raw):
            search: _Search[T] = _Search(method, segments)
            found = search.visit(self._root, 0, ())
            if found is not None:
                return found
            if search.allowed:
                return Match((), (), (), tuple(sorted(search.allowed | {"OPTIONS"})))
        return None


def _readings(raw: list[str]) -> Iterator[list[str]]:
    """Yield the segments as they are, without the slash at the end, with repeated slashes as one."""
    yield raw
    if len(raw) > 2 and raw[-1] == "":
        yield raw[:-1]
    if "" in raw[1:-1]:
        single = [raw[0], *(segment for segment in raw[1:] if segment)]
        if len(single) > 1:
            yield single


class _Search(Generic[T]):
    """One search; `allowed` are the methods of the best place that the path names."""

    __slots__ = ("allowed", "method", "raw", "segments")

    def __init__(self, method: str, raw: list[str]):
        self.method = method
        self.raw = raw
        self.segments = [unquote(part) if "%" in part else part for part in raw]
        self.allowed: frozenset[str] = frozenset()

    def visit(self, node: _Node[T], at: int, params: tuple[str, ...]) -> Match[T] | None:
        if at == len(self.raw):
            end = node.ends.get(self.method)
            if end is not None:
                return Match(end.values, params, end.discriminators)
            self.allowed = self.allowed or frozenset(node.ends)
            return None
        segment = self.segments[at]
        child = node.literals.get(segment)
        if child is not None:
            found = self.visit(child, at + 1, params)
            if found is not None:
                return found
        if segment in _NOT_VALUES:
            return None
        for partial, child in node.partials:
            values = self._partly(partial, at)
            if values is not None:
                found = self.visit(child, at + 1, params + values)
                if found is not None:
                    return found
        if node.plain is not None:
            found = self.visit(node.plain, at + 1, (*params, segment))
            if found is not None:
                return found
        return self._span(node, at, params) if node.spans else None

    def _partly(self, partial: _Partial, at: int) -> tuple[str, ...] | None:
        """Match the segment as sent, so that an encoded delimiter belongs to the parameter."""
        raw = self.raw[at]
        values = partial.match(raw)
        if "%" not in raw:
            return values
        if values is not None:
            return tuple(unquote(value) for value in values)
        return partial.match(self.segments[at])

    def _span(self, node: _Node[T], at: int, params: tuple[str, ...]) -> Match[T] | None:
        """Try the shortest span first: what follows a spanning parameter is worth more than it."""
        for last in range(at, len(self.raw)):
            if self.segments[last] in _NOT_VALUES:
                return None
            for partial, child in node.spans:
                values = partial.match("/".join(self.segments[at : last + 1]))
                if values is not None:
                    found = self.visit(child, last + 1, params + values)
                    if found is not None:
                        return found
        return None


def _child(node: _Node[T], segment: str) -> _Node[T]:
    if "{" not in segment or not (found := list(_PARAMETER.finditer(segment))):
        return node.literals.setdefault(segment, _Node())
    spanning = any(match.group(1) for match in found)
    if not spanning and found[0].group() == segment:
        if node.plain is None:
            node.plain = _Node()
        return node.plain
    partial = _Partial(segment)
    edges = node.spans if spanning else node.partials
    for known, child in edges:
        if known.key == partial.key:
            return child
    child = _Node()
    edges.append((partial, child))
    edges.sort(key=lambda edge: edge[0].rank)
    return child
