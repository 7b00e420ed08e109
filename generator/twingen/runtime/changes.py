"""Records written, deleted, forgotten and moved through their lifecycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twingen.runtime import paths
from twingen.runtime.creation import check_unique, hidden
from twingen.runtime.kinds import apply
from twingen.runtime.refusal import Refusal, Unwritten
from twingen.runtime.store import Row
from twingen.runtime.world import World

if TYPE_CHECKING:
    from twingen.runtime.engine import Engine


def write(
    engine: Engine, scope: Any, row: Row, data: dict[str, Any], *, touch: bool = True, depth: int = 0
) -> Row:
    """Store `data` in place of what the record holds; answers the record as it is now."""
    kind = engine.kinds[row.kind]
    world: World = scope.world
    collection = world.writing(kind.store)
    current = collection.get(row.id) or row
    secret = current.secret or {}
    if kind.touch or kind.write_only or not kind.same_keys(data, current.data):
        now = Row(row.kind, row.id, row.seq, data, row.refs, row.secret)
        names = {"record": now, "before": current}
        inside = scope.with_names(dict(names))
        if touch and kind.touch:
            data = apply(data, kind.touch, inside)
        if kind.write_only:
            data, secret = hidden(kind, data, inside, secret)
        check_unique(kind, collection, data, row.refs, scope, names, current)
    changed = Row(row.kind, row.id, current.seq, data, row.refs, secret)
    collection.replace(changed)
    if engine.savepoint is not None:
        engine.savepoint.wrote(kind.store, changed, current)
    if kind.updated not in engine.reactions:
        return changed
    engine.emit(scope, kind.updated, changed, depth=depth)
    return world.reading(kind.store).get(row.id) or changed


def delete(engine: Engine, scope: Any, row: Row, *, depth: int = 0) -> None:
    """Delete a record, what belongs to it, and let others react."""
    kind = engine.kinds[row.kind]
    world: World = scope.world
    if world.reading(kind.store).get(row.id) is None:
        return
    if engine.savepoint is not None:
        engine.savepoint.deletes()
    world.writing(kind.store).remove(row)
    for child, name in engine.children.get(row.kind, ()):
        for other in list(engine.select(world, child, {name: row.id})):
            delete(engine, scope, other, depth=depth + 1)
    engine.emit(scope, f"{row.kind}.deleted", row, depth=depth)


def forget(engine: Engine, scope: Any, row: Row, mark: str) -> None:
    """Delete a record but leave a mark in its place that it was there."""
    delete(engine, scope, row)
    world: World = scope.world
    gone = Row(row.kind, row.id, world.next(), {}, row.refs, {mark: True})
    world.writing(engine.kinds[row.kind].store).add(gone)
    if engine.savepoint is not None:
        engine.savepoint.wrote(engine.kinds[row.kind].store, gone, None)


def transition(engine: Engine, scope: Any, row: Row, name: str, *, depth: int = 0) -> Row:
    """Make the lifecycle move `name`; raises Refusal when it is not legal from this state."""
    kind = engine.kinds[row.kind]
    move = kind.moves.get(name)
    if move is None or kind.state is None:
        raise Unwritten(f"{row.kind} has no move {name!r}")
    inside = scope.with_names({"record": row, "before": row, "move": name})
    state = paths.get(row.data, kind.state)
    if move.sources and state not in move.sources:
        give = {key: evaluate(inside) for key, evaluate in move.give.items()}
        raise Refusal(move.error, **{"state": state, "move": name, "id": row.id, **give})
    engine.guard(inside, move.guards)
    data = row.data
    if move.to is not None:
        data = paths.put(data, kind.state, move.to(inside))
    data = apply(data, move.set, inside)
    changed = write(engine, scope, row, data, depth=depth)
    engine.emit(scope, f"{row.kind}.moved", changed, depth=depth)
    engine.emit(scope, f"{row.kind}.{name}", changed, depth=depth)
    return changed
