"""Where the answers of a twin and of a server differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from twingen.verify.outcome import brief
from twingen.verify.parity.folding import Folding
from twingen.verify.scenarios.exchange import Exchange

Kind = Literal["status", "missing", "extra", "type", "value", "course"]


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


_NOTHING = _Nothing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`path` is where in the body, list positions folded; `missing` is in the server's answer only."""

    kind: Kind
    path: str
    twin: str
    server: str


def differences(
    twin: Exchange, double: Exchange | None, server: Exchange, folding: Folding
) -> Iterator[Difference]:
    """Yield what differs between two answers to the same request.

    `double` is the twin's answer in another world, which shows what it minted.
    """
    if twin.status != server.status:
        yield Difference(kind="status", path="", twin=_answer(twin), server=_answer(server))
        return
    other = double.answer if double is not None and double.status == twin.status else twin.answer
    yield from _Walk(folding, lists=twin.method == "GET").walk("", twin.answer, other, server.answer)


def _answer(exchange: Exchange) -> str:
    if exchange.status is None:
        return exchange.trouble
    body = exchange.response.body.decode("utf-8", "replace") if exchange.response else ""
    return f"{exchange.status} {brief(body)}".rstrip()


class _Walk:
    """Goes through two bodies side by side, with the twin's other one to tell what is minted."""

    def __init__(self, folding: Folding, *, lists: bool):
        self.folding = folding
        self.lists = lists

    def walk(self, path: str, twin: Any, double: Any, server: Any) -> Iterator[Difference]:
        if isinstance(twin, dict) and isinstance(server, dict):
            yield from self._objects(path, twin, double if isinstance(double, dict) else twin, server)
        elif isinstance(twin, list) and isinstance(server, list):
            yield from self._lists(path, twin, double if isinstance(double, list) else twin, server)
        elif _type(twin) != _type(server):
            yield Difference(kind="type", path=path, twin=f"{_type(twin)} {brief(twin)}", server=f"{_type(server)} {brief(server)}")
        elif not isinstance(twin, (dict, list)) and not self.folding.same(twin, double, server):
            known = self.folding.theirs(twin)
            hint = f" (elsewhere {brief(known)})" if known != twin else ""
            yield Difference(kind="value", path=path, twin=brief(twin), server=brief(server) + hint)

    def _objects(
        self, path: str, twin: Mapping[str, Any], double: Mapping[str, Any], server: Mapping[str, Any]
    ) -> Iterator[Difference]:
        # A member may be named by an identifier, which each side minted for itself.
        names = {name: str(self.folding.theirs(name)) for name in twin}
        doubled = dict(zip(twin, double, strict=False)) if len(twin) == len(double) else {}
        for name, theirs in names.items():
            where = f"{path}.{name}" if path else name
            if theirs in server:
                other = double.get(name, double.get(doubled.get(name, name), _NOTHING))
                yield from self.walk(where, twin[name], twin[name] if other is _NOTHING else other, server[theirs])
            else:
                yield Difference(kind="extra", path=where, twin=brief(twin[name]), server="nothing")
        for name in server:
            if name not in names.values():
                where = f"{path}.{name}" if path else name
                yield Difference(kind="missing", path=where, twin="nothing", server=brief(server[name]))

    def _lists(self, path: str, twin: list[Any], double: list[Any], server: list[Any]) -> Iterator[Difference]:
        inside = f"{path}[]"
        if not self._of_records(path, twin, double, server):
            if len(twin) != len(server):
                yield Difference(kind="value", path=path, twin=f"{len(twin)} members", server=f"{len(server)} members")
            for number, (one, other) in enumerate(zip(twin, server, strict=False)):
                yield from self.walk(inside, one, double[number] if number < len(double) else one, other)
            return
        yield from self._records(path, twin, double, server)

    def _of_records(self, path: str, twin: list[Any], double: list[Any], server: list[Any]) -> bool:
        """Return whether a list holds records of the world, of which each server has others as well."""
        if any(self._names(one) for one in twin) or any(self._named(one) for one in server):
            return True
        if not self.lists or "." in path or "[" in path:
            return False
        return any(set(_scalars(one)) - set(_scalars(other)) for one, other in zip(twin, double, strict=False))

    def _records(self, path: str, twin: list[Any], double: list[Any], server: list[Any]) -> Iterator[Difference]:
        """Compare records that the trajectory knows; each server has others of its own beside them."""
        inside = f"{path}[]"
        left = list(server)
        strangers: list[Any] = []
        order: list[int] = []
        for number, one in enumerate(twin):
            names = {self.folding.theirs(value) for value in self._names(one)}
            if not names:
                strangers.append(one)
                continue
            match = next((other for other in left if names & set(_scalars(other))), _NOTHING)
            if match is _NOTHING:
                yield Difference(kind="extra", path=inside, twin=brief(one), server="nothing")
                continue
            left.remove(match)
            order.append(next(place for place, other in enumerate(server) if other is match))
            yield from self.walk(inside, one, double[number] if len(double) == len(twin) else one, match)
        if order != sorted(order):
            yield Difference(kind="value", path=path, twin="one order", server="another order")
        for other in left:
            if self._named(other):
                yield Difference(kind="missing", path=inside, twin="nothing", server=brief(other))
        unknown = [other for other in left if not self._named(other)]
        if strangers and unknown:
            yield from _shapes(inside, strangers[0], unknown[0])

    def _names(self, value: Any) -> list[Any]:
        """Return the minted values by which the trajectory knows one of the twin's records."""
        return [one for one in _scalars(value) if self.folding.known(one)]

    def _named(self, value: Any) -> list[Any]:
        return [one for one in _scalars(value) if self.folding.knows_theirs(one)]


def _shapes(path: str, twin: Any, server: Any) -> Iterator[Difference]:
    """Yield what differs in the members of two records that are not the same one."""
    if isinstance(twin, dict) and isinstance(server, dict):
        for name in twin.keys() - server.keys():
            yield Difference(kind="extra", path=f"{path}.{name}", twin=brief(twin[name]), server="nothing")
        for name in server.keys() - twin.keys():
            yield Difference(kind="missing", path=f"{path}.{name}", twin="nothing", server=brief(server[name]))


def _scalars(value: Any) -> list[Any]:
    """Return a record's own scalars: those of its members, and of lists and the text itself."""
    if isinstance(value, dict):
        return [one for one in value.values() if isinstance(one, (str, int)) and not isinstance(one, bool)]
    return [value] if isinstance(value, (str, int)) and not isinstance(value, bool) else []


def _type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case _:
            return "object"
