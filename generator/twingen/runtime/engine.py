"""The behaviour of one twin's resources, over any world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import orjson

from twingen.errors import FormatError
from twingen.runtime import changes, creation, events, reading
from twingen.runtime.handlers import Handlers
from twingen.runtime.ids import compile_style
from twingen.runtime.kinds import CompiledGuard, CompiledReaction, CompiledResource
from twingen.runtime.refusal import Refusal
from twingen.runtime.samples import Samples
from twingen.runtime.savepoint import Savepoint
from twingen.runtime.store import Row
from twingen.runtime.world import World
from twingen.twin.expression import compile_expression
from twingen.twin.functions import NOTHING
from twingen.twin.model import Service, Twin


class Engine:
    """The resources of one twin, compiled, and what can happen to their records."""

    def __init__(self, twin: Twin):
        self.twin = twin
        self.service: Service = twin.service
        self.names = {
            name: compile_expression(text) for name, text in twin.service.names.items()
        }
        self.kinds = {resource.name: CompiledResource(resource) for resource in twin.resources}
        self.salt = f"{twin.seed}/{twin.name}"
        self.token = compile_style(twin.service.auth.token)(f"{twin.world}/credential", 0, 0)
        self.samples = Samples(twin)
        self.handlers = Handlers(twin)
        self.hosts = frozenset(
            "/".join(server.url.split("/")[:3]) for server in twin.contract.servers if "//" in server.url
        )
        self.reactions: dict[str, list[CompiledReaction]] = {}
        self.children: dict[str, list[tuple[str, str]]] = defaultdict(list)
        # A handler may refuse after records were written: such writes can be taken back.
        self.savepoint: Savepoint | None = None
        self.handled = any(r.handler for one in twin.resources for r in one.reactions)
        for resource in twin.resources:
            for reaction in resource.reactions:
                compiled = CompiledReaction(reaction, resource.name)
                self.reactions.setdefault(reaction.event, []).append(compiled)
            for parent in resource.parents:
                self.children[parent].append((resource.name, parent))
            for end, other in resource.edge.items():
                self.children[other].append((resource.name, end))

    def keys(self) -> dict[str, dict[str, Any]]:
        """Return how each collection is indexed, for the worlds that this twin runs in."""
        keys: dict[str, dict[str, Any]] = {}
        for kind in self.kinds.values():
            keys.setdefault(kind.store, {}).update(kind.keys)
        return keys

    def kind(self, name: str) -> CompiledResource:
        try:
            return self.kinds[name]
        except KeyError:
            raise FormatError(
                f"there is no resource {name!r}",
                where=str(self.twin.path or self.twin.name),
                remedy=f"resources of this twin: {', '.join(sorted(self.kinds))}",
            ) from None

    def mint(self, world: World, style: str, serial: int = 0) -> str:
        world.counter = number = world.counter + 1
        return compile_style(style)(f"{world.seed}/{self.salt}", number, serial)

    def guard(self, scope: Any, guards: tuple[CompiledGuard, ...]) -> None:
        """Raise the Refusal of the first guard that is broken."""
        for guard in guards:
            if bool(guard.test(scope)) is not guard.wanted:
                raise Refusal(
                    guard.error, **{name: evaluate(scope) for name, evaluate in guard.give.items()}
                )

    lookup = reading.lookup
    select = reading.select
    count = reading.count
    render = reading.render

    create = creation.create
    identifier = creation.new_id

    write = changes.write
    delete = changes.delete
    forget = changes.forget
    transition = changes.transition

    spawn = events.spawn
    change = events.change
    emit = events.emit
    run_timers = events.run_timers


def dumps(value: Any, scope: Any, show: Callable[[Row], Any] | None = None) -> bytes:
    """Return JSON; records inside are shown by `show`, by default whole."""

    def default(item: Any) -> Any:
        if isinstance(item, Row):
            return scope.engine.render(scope, item) if show is None else show(item)
        if item is NOTHING:
            return None
        if isinstance(item, tuple | set | frozenset):
            return list(item)
        if isinstance(item, Iterator):
            return list(islice(item, 10_000))
        raise TypeError(type(item).__name__)

    if type(value) is Row:
        record = value
        value = default(record)
        if type(value) is orjson.Fragment and record.shown is not None:
            return record.shown[1]
    try:
        return orjson.dumps(value, default)
    except TypeError:
        import json

        return json.dumps(value, default=default, separators=(",", ":")).encode("utf-8", "replace")
