"""Plants what a recording shows of the time before it: learnt from the answers, and counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from twingen.errors import TwingenError
from twingen.runtime import paths
from twingen.runtime.app import TwinApp
from twingen.runtime.http import Request
from twingen.runtime.refusal import Refusal
from twingen.runtime.run import Run
from twingen.runtime.scope import Scope
from twingen.twin.model import Operation
from twingen.verify.recordings.model import Cassette
from twingen.verify.recordings.pairing import leaves
from twingen.verify.recordings.routing import Routed
from twingen.verify.recordings.sending import parsed

_STEP = re.compile(r"path\[(\d+)\]")
_MAKES = frozenset({"create", "upsert"})
_CHANGES = frozenset({"update", "replace", "transition"})
_READS = frozenset({"item", "collection"})


@dataclass(frozen=True, slots=True)
class Planted:
    """`records` were planted and `refused` could not be; `places` are the exchanges that showed
    them first, `names` their ids.
    """

    records: int = 0
    refused: int = 0
    places: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()

    def __add__(self, other: Planted) -> Planted:
        return Planted(self.records + other.records, self.refused + other.refused)


def plant(
    run: Run, world_name: str, cassette: Cassette, routed: Sequence[Routed | None]
) -> Planted:
    """Make the records that a cassette's answers show and nothing in it had made.

    Only successful answers of operations on a known resource count. Their exchanges must not be
    judged: what they answered is where it was learnt.
    """
    made: set[str] = set()
    names: set[str] = set()
    places: set[int] = set()
    records = refused = 0
    for number, (exchange, where) in enumerate(zip(cassette.exchanges, routed, strict=True)):
        operation = where.route.operation if where is not None and where.route is not None else None
        if where is None or operation is None or exchange.status >= 300:
            continue
        body = parsed(exchange.response.body)
        if operation.effect in _MAKES or (exchange.method == "POST" and not _shows(operation)):
            made |= {str(value) for _, value in leaves(body) if isinstance(value, (str, int))}
            continue
        if not _shows(operation) or _named_made(where, made):
            continue
        scope = Scope(where.app.engine, run.world(where.app, world_name), Request("SEED", "/"))
        for name, data in _records(where.app, operation, body):
            if name in names or name in made:
                continue
            names.add(name)
            try:
                _make(where.app, scope, operation, where, name, data)
            except (Refusal, TwingenError, LookupError, TypeError, ValueError):
                refused += 1
            else:
                records += 1
                places.add(number)
    return Planted(records, refused, frozenset(places), frozenset(names))


def _shows(operation: Operation) -> bool:
    """Return whether an operation answers records of its resource that were there before."""
    if operation.effect == "none":
        return operation.target in _READS
    return operation.effect in _CHANGES


def _named_made(where: Routed, made: set[str]) -> bool:
    """Return whether a request is about something that the recording made: then the twin has its own."""
    return any(value in made for value in where.params)


def _records(app: TwinApp, operation: Operation, body: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield id and data of the records of the operation's resource in an answer."""
    kind = app.engine.kinds.get(operation.resource)
    if kind is None or kind.id_path is None or kind.resource.edge or kind.resource.singleton:
        return
    if operation.target == "collection" or operation.many or isinstance(body, list):
        items = body if isinstance(body, list) else _longest_list(body)
    else:
        items = [body]
    for item in items:
        name = paths.get(item, kind.id_path) if isinstance(item, dict) else None
        if isinstance(name, (str, int)) and not isinstance(name, bool):
            yield str(name), item


def _longest_list(body: Any) -> list[Any]:
    """Return the list of objects inside an envelope."""
    if not isinstance(body, dict):
        return []
    lists = [v for v in body.values() if isinstance(v, list) and all(isinstance(x, dict) for x in v)]
    return max(lists, key=len, default=[])


def _make(
    app: TwinApp, scope: Scope, operation: Operation, where: Routed, name: str, data: dict[str, Any]
) -> None:
    engine = app.engine
    kind = engine.kinds[operation.resource]
    if kind.links_at is not None:
        data = paths.without(data, kind.links_at)
    refs = {}
    for find in operation.find:
        step = _STEP.fullmatch(find.by.strip())
        if step is not None and find.resource in kind.refs and int(step.group(1)) < len(where.params):
            refs[find.resource] = where.params[int(step.group(1))]
    row = engine.lookup(scope.world, operation.resource, name)
    if row is not None:
        engine.write(scope, row, paths.merged(row.data, data), touch=False)
    else:
        row = engine.create(scope, operation.resource, dict(data), refs, id=name)
    through = operation.through
    if through is not None and operation.find:
        edge = engine.kinds[through.edge]
        ends = {**{parent: parent for parent in edge.resource.parents}, **edge.resource.edge}
        tied = {end: name if end == through.take else where.params[0] for end in ends}
        engine.create(scope, through.edge, {}, tied)

