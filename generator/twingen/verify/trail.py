"""What was asked of a server before: which requests made the records that a later one speaks of.

On another server, or after a restart, ids are others. So commands that are to be repeated begin
with the requests that made what they need, and take the ids from the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from twingen.runtime.http import Request, Response

Place = tuple[str | int, ...]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What may be an id: a shell and a path take it as it is, and it is no word of the API; a member that
# is called one may be shorter.
_ID = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._~-]{5,127}\Z")
_SHORT = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._~-]{2,127}\Z")
# So many values of one answer are looked at, and so many members of a list for what links them.
_VALUES = 2_000
_LINKS = 5


@dataclass(frozen=True, slots=True)
class Birth:
    """Where a value was first seen: the step, its place in the answer, whether the request had it already."""

    step: int
    place: Place
    echoed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A request to be made first; `takes` are the values of its answer that later ones need."""

    request: Request
    takes: Mapping[str, Place] = field(default_factory=dict)


class Trail:
    """Remembers successful requests by what their answers were the first to show.

    What the server took in although the contract forbids it is remembered too: see `is_spoiled`.
    """

    def __init__(self) -> None:
        self._spoiled: set[tuple[str, bytes]] = set()
        self._requests: dict[int, Request] = {}
        self._births: dict[str, Birth] = {}
        self._writes: list[tuple[int, frozenset[str]]] = []
        self._numbers: dict[int, int] = {}
        self._count = 0

    def spoil(self, body: bytes) -> None:
        """Remember the members of a JSON body that should have been refused."""
        try:
            waiting: list[tuple[str, Any]] = [("", orjson.loads(body))]
        except ValueError:
            return
        while waiting:
            name, value = waiting.pop()
            self._spoiled.add((name, _canonical(value)))
            if isinstance(value, dict):
                waiting += value.items()
            elif isinstance(value, list):
                waiting += [(name, inner) for inner in value]

    def is_spoiled(self, place: Sequence[str | int], value: Any) -> bool:
        """Return whether a bad body had this very value under the name that it has at `place`."""
        name = next((step for step in reversed(place) if isinstance(step, str)), "")
        return (name, _canonical(value)) in self._spoiled

    def note(self, request: Request, response: Response) -> None:
        """Remember a request and its answer; refusals leave nothing."""
        self._count += 1
        number = self._count
        self._numbers[_line(request)] = number
        if not 200 <= response.status < 300:
            return
        writes = request.method not in _SAFE
        said = set(_said(request))
        kept = False
        for place, value in _values(response.body):
            if value in self._births:
                continue
            echoed = value in said
            if not (writes if echoed else _is_id(place, value)):
                continue
            self._births[value] = Birth(number, place, echoed)
            kept = True
        if writes:
            self._writes.append((number, frozenset(said & self._births.keys())))
        if kept or writes:
            self._requests[number] = request

    def before(self, requests: Sequence[Request], body: bytes) -> list[Step]:
        """Return what to ask first, so that `requests` mean the same on a server as it was at first.

        `body` is the answer to the last of them.
        """
        if not requests:
            return []
        needed: set[int] = set()
        for request in requests:
            self._need(request, needed)
            self._need_turn(request, needed)
        self._need_links(requests[-1], body, needed)
        steps = [self._requests[number] for number in sorted(needed)]
        return [Step(request=one, takes=takes) for one, takes in self._taken(sorted(needed), steps, requests)]

    def _need(self, request: Request, needed: set[int]) -> None:
        for value in self._spoken(request):
            self._need_step(self._births[value].step, needed)

    def _need_step(self, number: int, needed: set[int]) -> None:
        if number not in needed:
            needed.add(number)
            self._need(self._requests[number], needed)

    def _need_turn(self, request: Request, needed: set[int]) -> None:
        """Add the last thing done to a record before it is deleted: it may have had to be stopped first."""
        if request.method != "DELETE":
            return
        ends = self._numbers.get(_line(request), self._count + 1)
        for number, _ in reversed(self._writes):
            if number < ends and self._requests[number].path.startswith(f"{request.path}/"):
                self._need_step(number, needed)
                return

    def _need_links(self, request: Request, body: bytes, needed: set[int]) -> None:
        """Add what made the answer show records that the request does not name."""
        named = set(self._spoken(request))
        shown = list(dict.fromkeys(
            value for _, value in _values(body)
            if value in self._births and not self._births[value].echoed and value not in named
        ))  # fmt: skip
        if not named:
            if shown and self._requests[self._births[shown[0]].step].method not in _SAFE:
                self._need_step(self._births[shown[0]].step, needed)
            return
        ends = self._numbers.get(_line(request), self._count + 1)
        for value in shown[:_LINKS]:
            for number, mentioned in reversed(self._writes):
                if number < ends and value in mentioned and mentioned & named:
                    self._need_step(number, needed)
                    return

    def _spoken(self, request: Request) -> Iterator[str]:
        """Yield the values that a request needs somebody to have made: ids anywhere, others in its path."""
        for value in _said(request):
            birth = self._births.get(value)
            if birth is not None and not birth.echoed:
                yield value
        for value in _steps(request.path):
            birth = self._births.get(value)
            if birth is not None and birth.echoed and _ID.match(value):
                yield value

    def _taken(
        self, numbers: Sequence[int], steps: Sequence[Request], requests: Sequence[Request]
    ) -> Iterator[tuple[Request, dict[str, Place]]]:
        wanted = {value for request in (*steps, *requests) for value in self._spoken(request)}
        for number, request in zip(numbers, steps, strict=True):
            births = {value: self._births[value] for value in wanted}
            yield request, {
                value: birth.place
                for value, birth in sorted(births.items())
                if birth.step == number and not birth.echoed
            }


def _canonical(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)
    except TypeError:  # a number that is too long for it
        return repr(value).encode()


def _is_id(place: Place, value: str) -> bool:
    name = str(place[-1]) if place else ""
    return bool(_ID.match(value) or (name.lower().endswith("id") and _SHORT.match(value)))


def _line(request: Request) -> int:
    return hash((request.method, request.path, request.query, request.body))


def _said(request: Request) -> Iterator[str]:
    """Yield the values in a request: steps of the path, arguments, texts in a JSON body."""
    yield from _steps(request.path)
    yield from (value for _, value in parse_qsl(request.query))
    yield from (value for _, value in _values(request.body))


def _steps(path: str) -> Iterable[str]:
    return (unquote(step) for step in path.split("/") if step)


def _values(body: bytes) -> Iterator[tuple[Place, str]]:
    """Yield the texts in a JSON body with their places."""
    try:
        waiting: list[tuple[Place, Any]] = [((), orjson.loads(body))]
    except ValueError:
        return
    seen = 0
    while waiting and seen < _VALUES:
        place, value = waiting.pop()
        if isinstance(value, str):
            seen += 1
            yield place, value
        elif isinstance(value, dict):
            waiting += [((*place, name), inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [((*place, index), inner) for index, inner in reversed(list(enumerate(value)))]
