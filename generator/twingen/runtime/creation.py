"""Records made: ids, defaults, server-set fields, uniqueness, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twingen.errors import FormatError
from twingen.runtime import paths
from twingen.runtime.kinds import CompiledResource, apply, apply_missing
from twingen.runtime.refusal import Refusal
from twingen.runtime.store import Collection, Row
from twingen.runtime.world import World
from twingen.twin.functions import NOTHING

if TYPE_CHECKING:
    from twingen.runtime.engine import Engine

_MINTS = 1_000  # tries before a style of ids counts as used up


def create(
    engine: Engine,
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
    kind = engine.kind(resource)
    world: World = scope.world
    named = {
        name: (value.id if isinstance(value, Row) else str(value))
        for name, value in refs.items()
        if value is not None
    } if refs else {}  # fmt: skip
    collection = world.writing(kind.store)
    identifier = shown = id if id is not None else new_id(engine, scope, kind, data, named)
    if kind.take is not None and kind.resource.parents:
        other = collection.get(identifier)
        if other is not None and other.refs != named:
            identifier = kind.own(identifier, named)
    row = Row(resource, identifier, 0, data, named)
    names = {"record": row, "input": data, "id": identifier}
    inside = scope.with_names(dict(names)) if kind.computed else scope
    row.data = data = _born(kind, data, inside, row, shown)
    secret: dict[str, Any] = {}
    if kind.write_only:
        data, secret = hidden(kind, data, inside, secret)
    if kind.unique:
        check_unique(kind, collection, data, named, scope, names, None)
    old = collection.get(identifier)
    if old is not None:
        if not (kind.resource.edge or kind.resource.singleton):
            raise Refusal("conflict", id=shown, type=resource)
        return engine.write(scope, old, paths.merged(old.data, data), depth=depth)
    row.seq, row.data, row.secret = world.next(), data, secret
    collection.add(row)
    if engine.savepoint is not None:
        engine.savepoint.wrote(kind.store, row, None)
    _, variant = _variant(kind, data)
    spawns = (*kind.spawn, *variant[2]) if variant else kind.spawn
    if not spawns and kind.created not in engine.reactions:
        return row
    changes = world.memory.changes
    if spawns:
        inside = scope.with_names({"record": row, "input": data, "id": identifier})
        for spawn in spawns:
            engine.spawn(inside, spawn, depth=depth)
    engine.emit(scope, kind.created, row, depth=depth)
    if changes == world.memory.changes:
        return row
    return world.reading(kind.store).get(identifier) or row


def _variant(kind: CompiledResource, data: dict[str, Any]) -> tuple[Any, Any]:
    if kind.tag is None:
        return None, None
    tag = paths.get(data, kind.tag)
    return tag, kind.variants.get(tag) if isinstance(tag, str) else None


def _born(
    kind: CompiledResource, data: dict[str, Any], inside: Any, row: Row, identifier: str
) -> dict[str, Any]:
    """Return what a new record holds: its id, defaults, and what the server sets."""
    _, variant = _variant(kind, data)
    if kind.id_path is not None and not kind.resource.edge:
        shown: Any = identifier
        if kind.number and identifier.isdigit():
            shown = int(identifier)
        if kind.id_path == ("id",) and "id" not in data:
            data = {"id": shown, **data}
        else:
            data = paths.put(data, kind.id_path, shown)
    if not kind.computed:
        return data
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


def new_id(
    engine: Engine, scope: Any, kind: CompiledResource, data: dict[str, Any], refs: Mapping[str, str]
) -> str:
    """Return the id of a record to be made: of its ends or parents, chosen by the client, or minted."""
    if kind.resource.edge:
        return "|".join([refs.get(end, "") for end in kind.resource.edge])
    if kind.resource.singleton:
        return "|".join(refs.get(parent, "") for parent in kind.refs) or "singleton"
    if kind.take is not None:
        chosen = kind.take(scope.with_names({"input": data, "refs": refs}))
        if chosen is not None and chosen != "":
            return str(chosen)
    world: World = scope.world
    collection = world.reading(kind.store)
    for attempt in range(_MINTS):
        minted = engine.mint(world, kind.style, collection.serial + attempt)
        if collection.get(minted) is None:
            return minted
    raise FormatError(
        f"ids of the style {kind.style!r} are used up", where=str(kind.resource.place or kind.name)
    )


def hidden(
    kind: CompiledResource, data: dict[str, Any], scope: Any, secret: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return `data` without what is never shown, and that beside what was secret already."""
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


def check_unique(
    kind: CompiledResource, collection: Collection, data: dict[str, Any], refs: Mapping[str, str],
    scope: Any, names: dict[str, Any], own: Row | None,
) -> None:  # fmt: skip
    """Raise the Refusal of the first rule that `data` breaks; `own` is the record it is to replace.

    `names` are what the refusal may speak of beside what `scope` has.
    """
    for unique in kind.unique:
        if own is not None and unique.same(data, own.data):
            continue
        key = unique.key(data, refs)
        if key is None or not collection.indexed(unique.index):
            continue
        for other in collection.where(unique.index, key):
            if own is None or other.id != own.id:
                inside = scope.with_names({**names, "other": other})
                give = {name: evaluate(inside) for name, evaluate in unique.give.items()}
                raise Refusal(
                    unique.error, **{"field": ".".join(unique.fields[0]), "id": other.id, **give}
                )
