"""What happens to records: made, changed, moved, deleted, with all that follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import orjson

from twingen.errors import FormatError
from twingen.runtime import paths
from twingen.runtime.clock import delay_of
from twingen.runtime.handlers import Handlers
from twingen.runtime.http import Request
from twingen.runtime.ids import compile_style
from twingen.runtime.kinds import (
    CompiledChange,
    CompiledGuard,
    CompiledReaction,
    CompiledResource,
    CompiledSpawn,
    apply,
    apply_missing,
)  # fmt: skip
from twingen.runtime.refusal import Refusal, Unwritten
from twingen.runtime.samples import Samples
from twingen.runtime.savepoint import Savepoint
from twingen.runtime.scope import Scope
from twingen.runtime.store import Row
from twingen.runtime.world import Timer, World
from twingen.twin.expression import compile_expression
from twingen.twin.functions import NOTHING
from twingen.twin.model import Service, Twin

_MOST_TIMERS = 10_000  # in one go; the rest waits for the next request
_KEYS = (str, int, float)  # what an index holds
_MINTS = 1_000  # tries before a style of ids counts as used up
_DEEPEST = 12  # reactions to reactions; a loop in a twin ends here, loudly


class Engine:
    """The behaviour of one twin's resources, over any world."""

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
        self.reactions: dict[str, list[CompiledReaction]] = defaultdict(list)
        self.children: dict[str, list[tuple[str, str]]] = defaultdict(list)
        # A handler may refuse after records were written: such writes can be taken back.
        self.savepoint: Savepoint | None = None
        self.handled = any(r.handler for one in twin.resources for r in one.reactions)
        for resource in twin.resources:
            for reaction in resource.reactions:
                self.reactions[reaction.event].append(CompiledReaction(reaction, resource.name))
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

    # Reading

    def lookup(
        self, world: World, resource: str, identifier: Any, scope: Any = None
    ) -> Row | None:
        """Return the record that `identifier` names by id, word or alternate field, or None."""
        if isinstance(identifier, Row):
            return identifier
        if identifier is None or isinstance(identifier, (dict, list)):
            return None
        kind = self.kind(resource)
        collection = world.reading(kind.store)
        text = identifier if isinstance(identifier, str) else str(identifier)
        found = collection.get(text)
        if found is not None:
            return found
        if kind.words and text in kind.words:
            meant = kind.words[text](scope)
            return meant if isinstance(meant, Row) or meant is None else collection.get(str(meant))
        for index in kind.also:
            if collection.indexed(index):
                wanted = paths.folded(identifier) if kind.fold else identifier
                if index.startswith("computed:") and collection.count(index, wanted) > 1:
                    continue
                found = next(collection.where(index, wanted), None)
                if found is not None:
                    return found
        return None

    def select(
        self, world: World, resource: str, where: Mapping[str, Any], *, after: int = -1,
        newest: bool = False,
    ) -> Iterator[Row]:  # fmt: skip
        """Yield the records whose parents or fields have the given values, by age."""
        kind = self.kind(resource)
        collection = world.reading(kind.store)
        tests: list[tuple[Any, Any]] = []
        chosen: tuple[str, Any] | None = None
        for name, value in where.items():
            if isinstance(value, Row):
                value = value.id
            if kind.id_path == (name,) and not kind.number and name not in kind.refs:
                found = collection.get(str(value))
                rest = {other: wanted for other, wanted in where.items() if other != name}
                one = [] if found is None or found.seq <= after else [found]
                return (row for row in one if all(_fits(row, kind, *item) for item in rest.items()))
            index = f"ref:{name}" if name in kind.refs else name
            if chosen is None and isinstance(value, _KEYS) and collection.indexed(index):
                chosen = index, value
            elif name in kind.refs:
                tests.append((name, value))
            else:
                tests.append((paths.split(name), value))
        if chosen is not None:
            rows = (
                collection.where_back(*chosen, before=None if after < 0 else after)
                if newest
                else collection.where(*chosen, after=after)
            )
        elif newest:
            rows = collection.rows_back(None if after < 0 else after)
        else:
            rows = collection.rows(after)
        if not tests:
            return rows
        return (row for row in rows if all(_has(row, name, value) for name, value in tests))

    def count(self, world: World, resource: str, where: Mapping[str, Any]) -> int:
        kind = self.kind(resource)
        collection = world.reading(kind.store)
        if not where:
            return len(collection)
        if len(where) == 1:
            name, value = next(iter(where.items()))
            index = f"ref:{name}" if name in kind.refs else name
            value = value.id if isinstance(value, Row) else value
            if isinstance(value, _KEYS) and collection.indexed(index):
                return collection.count(index, value)
        return sum(1 for _ in self.select(world, resource, where))

    def render(self, scope: Any, row: Row, links: tuple[str, ...] | None = None) -> dict[str, Any]:
        """Return a record as clients see it: stored fields, then derived ones and links."""
        kind = self.kinds[row.kind]
        if kind.plain:
            return row.data
        inside = scope.with_names({"record": row, row.kind.replace("-", "_"): row})
        data = apply(row.data, kind.derived, inside) if kind.derived else dict(row.data)
        if kind.links_at is not None:
            shown: dict[str, Any] = {}
            for link in kind.links:
                if links is not None and link.rel not in links:
                    continue
                if link.when is not None and not link.when(inside):
                    continue
                built = link.build(inside)
                earlier = shown.get(link.rel)
                if earlier is None:
                    shown[link.rel] = built
                else:
                    shown[link.rel] = [*earlier, built] if isinstance(earlier, list) else [earlier, built]
            data = paths.put(data, kind.links_at, shown)
        return data

    # Writing

    def mint(self, world: World, style: str, serial: int = 0) -> str:
        return compile_style(style)(f"{world.seed}/{self.salt}", world.next(), serial)

    def create(
        self,
        scope: Any,
        resource: str,
        data: dict[str, Any],
        refs: Mapping[str, Any] | None = None,
        *,
        id: str | None = None,
        depth: int = 0,
    ) -> Row:
        """Make a record: id, defaults, server-set fields, uniqueness, spawns, reactions.

        Raises Refusal when it would break uniqueness.
        """
        kind = self.kind(resource)
        world: World = scope.world
        named = {
            name: (value.id if isinstance(value, Row) else str(value))
            for name, value in (refs or {}).items()
            if value is not None
        }
        collection = world.writing(kind.store)
        identifier = shown = id if id is not None else self.identifier(scope, kind, data, named)
        if kind.take is not None and kind.resource.parents:
            other = collection.get(identifier)
            if other is not None and other.refs != named:
                identifier = kind.own(identifier, named)
        row = Row(resource, identifier, 0, data, named)
        inside = scope.with_names({"record": row, "input": data, "id": identifier})
        row.data = data = self._born(kind, data, inside, row, shown)
        data, secret = self._hidden(kind, data, inside, {})
        self._check_unique(kind, collection, data, named, inside, None)
        old = collection.get(identifier)
        if old is not None:
            if not (kind.resource.edge or kind.resource.singleton):
                raise Refusal("conflict", id=shown, type=resource)
            return self.write(scope, old, paths.merged(old.data, data), depth=depth)
        row = Row(resource, identifier, world.next(), data, named, secret)
        collection.add(row)
        if self.savepoint is not None:
            self.savepoint.wrote(kind.store, row, None)
        inside = scope.with_names({"record": row, "input": data, "id": identifier})
        tag = paths.get(data, kind.tag) if kind.tag else None
        variant = kind.variants.get(tag) if isinstance(tag, str) else None
        for spawn in (*kind.spawn, *(variant[2] if variant else ())):
            self.spawn(inside, spawn, depth=depth)
        self.emit(scope, f"{resource}.created", row, depth=depth)
        return world.reading(kind.store).get(identifier) or row

    def _born(
        self, kind: CompiledResource, data: dict[str, Any], inside: Any, row: Row, identifier: str
    ) -> dict[str, Any]:
        tag = paths.get(data, kind.tag) if kind.tag else None
        variant = kind.variants.get(tag) if isinstance(tag, str) else None
        if kind.id_path is not None and not kind.resource.edge:
            shown: Any = identifier
            if kind.number and identifier.isdigit():
                shown = int(identifier)
            if kind.id_path == ("id",) and "id" not in data:
                data = {"id": shown, **data}
            else:
                data = paths.put(data, kind.id_path, shown)
        row.data = data
        if variant:
            data = apply_missing(data, variant[0], inside)
        data = apply_missing(data, kind.defaults, inside)
        row.data = data
        data = apply(data, kind.server_set, inside)
        if variant:
            data = apply(data, variant[1], inside)
        row.data = data
        return apply(data, kind.touch, inside)

    def identifier(
        self, scope: Any, kind: CompiledResource, data: dict[str, Any], refs: Mapping[str, str]
    ) -> str:
        if kind.resource.edge:
            return "|".join(refs.get(end, "") for end in kind.resource.edge)
        if kind.resource.singleton:
            return "|".join(refs.get(parent, "") for parent in kind.refs) or "singleton"
        if kind.take is not None:
            chosen = kind.take(scope.with_names({"input": data, "refs": refs}))
            if chosen is not None and chosen != "":
                return str(chosen)
        collection = scope.world.reading(kind.store)
        for attempt in range(_MINTS):
            minted = self.mint(scope.world, kind.style, collection.serial + attempt)
            if collection.get(minted) is None:
                return minted
        raise FormatError(
            f"ids of the style {kind.style!r} are used up", where=str(kind.resource.place or kind.name)
        )

    def _hidden(
        self, kind: CompiledResource, data: dict[str, Any], scope: Any, secret: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        for name, path, shown in kind.write_only:
            if not paths.has(data, path):
                continue
            value = paths.get(data, path)
            if shown is not None:
                replacement = shown(scope)
                data = paths.without(data, path) if replacement is NOTHING else paths.put(data, path, replacement)
                if value == replacement:
                    continue
            else:
                data = paths.without(data, path)
            secret = {**secret, name: value}
        return data, secret

    def _check_unique(
        self, kind: CompiledResource, collection: Any, data: dict[str, Any],
        refs: Mapping[str, str], scope: Any, own: Row | None,
    ) -> None:  # fmt: skip
        for unique in kind.unique:
            key = unique.key(data, refs)
            if key is None or not collection.indexed(unique.index):
                continue
            for other in collection.where(unique.index, key):
                if own is None or other.id != own.id:
                    inside = scope.with_names({"other": other})
                    give = {name: evaluate(inside) for name, evaluate in unique.give.items()}
                    raise Refusal(
                        unique.error, **{"field": ".".join(unique.fields[0]), "id": other.id, **give}
                    )

    def write(
        self, scope: Any, row: Row, data: dict[str, Any], *, touch: bool = True, depth: int = 0
    ) -> Row:
        """Store `data` in place of what the record holds; answers the record as it is now."""
        kind = self.kinds[row.kind]
        collection = scope.world.writing(kind.store)
        current = collection.get(row.id) or row
        inside = scope.with_names({"record": Row(row.kind, row.id, row.seq, data, row.refs, row.secret),
                                   "before": current})
        if touch:
            data = apply(data, kind.touch, inside)
        data, secret = self._hidden(kind, data, inside, current.secret or {})
        self._check_unique(kind, collection, data, row.refs, inside, current)
        changed = Row(row.kind, row.id, current.seq, data, row.refs, secret)
        collection.replace(changed)
        if self.savepoint is not None:
            self.savepoint.wrote(kind.store, changed, current)
        self.emit(scope, f"{row.kind}.updated", changed, depth=depth)
        return scope.world.reading(kind.store).get(row.id) or changed

    def delete(self, scope: Any, row: Row, *, depth: int = 0) -> None:
        """Delete a record, what belongs to it, and let others react."""
        kind = self.kinds[row.kind]
        if scope.world.reading(kind.store).get(row.id) is None:
            return
        if self.savepoint is not None:
            self.savepoint.deletes()
        scope.world.writing(kind.store).remove(row)
        for child, name in self.children.get(row.kind, ()):
            for other in list(self.select(scope.world, child, {name: row.id})):
                self.delete(scope, other, depth=depth + 1)
        self.emit(scope, f"{row.kind}.deleted", row, depth=depth)

    def forget(self, scope: Any, row: Row, mark: str) -> None:
        """Delete a record but leave a mark in its place that it was there."""
        self.delete(scope, row)
        world: World = scope.world
        gone = Row(row.kind, row.id, world.next(), {}, row.refs, {mark: True})
        world.writing(self.kinds[row.kind].store).add(gone)
        if self.savepoint is not None:
            self.savepoint.wrote(self.kinds[row.kind].store, gone, None)

    def transition(self, scope: Any, row: Row, name: str, *, depth: int = 0) -> Row:
        """Make the lifecycle move `name`; raises Refusal when it is not legal from this state."""
        kind = self.kinds[row.kind]
        move = kind.moves.get(name)
        if move is None or kind.state is None:
            raise Unwritten(f"{row.kind} has no move {name!r}")
        inside = scope.with_names({"record": row, "before": row, "move": name})
        state = paths.get(row.data, kind.state)
        if move.sources and state not in move.sources:
            give = {key: evaluate(inside) for key, evaluate in move.give.items()}
            raise Refusal(move.error, **{"state": state, "move": name, "id": row.id, **give})
        self.guard(inside, move.guards)
        data = row.data
        if move.to is not None:
            data = paths.put(data, kind.state, move.to(inside))
        data = apply(data, move.set, inside)
        changed = self.write(scope, row, data, depth=depth)
        self.emit(scope, f"{row.kind}.moved", changed, depth=depth)
        self.emit(scope, f"{row.kind}.{name}", changed, depth=depth)
        return changed

    def guard(self, scope: Any, guards: tuple[CompiledGuard, ...]) -> None:
        """Raise the Refusal of the first guard that is broken."""
        for guard in guards:
            if guard.broken(scope):
                raise Refusal(
                    guard.error, **{name: evaluate(scope) for name, evaluate in guard.give.items()}
                )

    def spawn(self, scope: Any, spawn: CompiledSpawn, *, depth: int = 0) -> Row | None:
        """Make what a spawn describes; returns the record, the last one where there are several."""
        if spawn.each is None:
            return self._spawned(scope, spawn, depth)
        made = None
        for member in spawn.each(scope) or ():
            made = self._spawned(scope.having("each", member), spawn, depth)
        return made

    def _spawned(self, scope: Any, spawn: CompiledSpawn, depth: int) -> Row | None:
        if spawn.when is not None and not spawn.when(scope):
            return None
        data = spawn.data(scope)
        refs = {name: evaluate(scope) for name, evaluate in spawn.refs.items()}
        return self.create(scope, spawn.resource, dict(data or {}), refs, depth=depth + 1)

    def change(self, scope: Any, change: CompiledChange, *, depth: int = 0) -> int:
        """Delete, move or set every record that a change selects; returns how many."""
        if change.when is not None and not change.when(scope):
            return 0
        where = {name: evaluate(scope) for name, evaluate in change.where.items()}
        rows = list(self.select(scope.world, change.resource, where))
        for row in rows:
            inside = scope.with_names({"each": row})
            if change.delete:
                self.delete(scope, row, depth=depth + 1)
                continue
            if change.set:
                row = self.write(scope, row, apply(row.data, change.set, inside), depth=depth + 1)
            if change.move:
                self.transition(scope, row, change.move, depth=depth + 1)
        return len(rows)

    def emit(self, scope: Any, event: str, row: Row, *, depth: int = 0) -> None:
        """Let resources react to what happened to a record."""
        reactions = self.reactions.get(event)
        if not reactions:
            return
        if depth > _DEEPEST:
            raise FormatError(f"reactions to {event} go round in circles", where=self.twin.name)
        inside = scope.with_names({"record": row, row.kind.replace("-", "_"): row})
        for number, reaction in enumerate(reactions):
            if reaction.after is None:
                self.react(inside, reaction, depth=depth)
            else:
                due = inside.millis + delay_of(reaction.after(inside))
                scope.world.schedule(Timer(due, scope.world.next(), self.twin.name, event, number, row))

    def react(self, scope: Any, reaction: CompiledReaction, *, depth: int = 0) -> None:
        if reaction.handler is not None:
            if reaction.change.when is None or reaction.change.when(scope):
                self.handlers.get(reaction.resource, reaction.handler)(scope)
        elif reaction.spawn is None:
            self.change(scope, reaction.change, depth=depth)
        elif reaction.change.when is None or reaction.change.when(scope):
            self.spawn(scope, reaction.spawn, depth=depth)

    def run_timers(self, world: World) -> None:
        """Do what is due by the world's time, in order; timers whose record is gone are dropped."""
        for _ in range(_MOST_TIMERS):
            timer = world.due(self.twin.name)
            if timer is None:
                return
            row = world.reading(self.kind(timer.row.kind).store).get(timer.row.id)
            if row is None and not timer.event.endswith(".deleted"):
                continue
            scope = Scope(self, world, Request("TIMER", "/"))
            scope.millis = timer.due
            row = row or timer.row
            names = {"record": row, row.kind.replace("-", "_"): row}
            try:
                self.react(scope.with_names(names), self.reactions[timer.event][timer.number])
            except (Refusal, Unwritten):
                continue


def _fits(row: Row, kind: CompiledResource, name: str, value: Any) -> bool:
    wanted = value.id if isinstance(value, Row) else value
    return _has(row, name if name in kind.refs else paths.split(name), wanted)


def _has(row: Row, name: Any, value: Any) -> bool:
    if isinstance(name, str):
        return bool(row.refs.get(name) == value)
    return bool(paths.get(row.data, name) == value)


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

    try:
        return orjson.dumps(value, default)
    except TypeError:
        import json

        return json.dumps(value, default=default, separators=(",", ":")).encode("utf-8", "replace")
