"""What follows from an operation or from another: spawns, changes elsewhere, reactions, timers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twingen.errors import FormatError
from twingen.runtime.clock import delay_of
from twingen.runtime.http import Request
from twingen.runtime.kinds import CompiledChange, CompiledReaction, CompiledSpawn, apply
from twingen.runtime.refusal import Refusal, Unwritten
from twingen.runtime.scope import Scope
from twingen.runtime.store import Row
from twingen.runtime.world import Timer, World

if TYPE_CHECKING:
    from twingen.runtime.engine import Engine

_MOST_TIMERS = 10_000  # in one go; the rest waits for the next request
_DEEPEST = 12  # reactions to reactions; a loop in a twin ends here, loudly


def spawn(engine: Engine, scope: Any, spawn: CompiledSpawn, *, depth: int = 0) -> Row | None:
    """Make what a spawn describes; returns the record, the last one where there are several."""
    if spawn.each is None:
        return _spawned(engine, scope, spawn, depth)
    made = None
    for member in spawn.each(scope) or ():
        made = _spawned(engine, scope.having("each", member), spawn, depth)
    return made


def _spawned(engine: Engine, scope: Any, spawn: CompiledSpawn, depth: int) -> Row | None:
    if spawn.when is not None and not spawn.when(scope):
        return None
    data = spawn.data(scope)
    refs = {name: evaluate(scope) for name, evaluate in spawn.refs.items()}
    return engine.create(scope, spawn.resource, dict(data or {}), refs, depth=depth + 1)


def change(engine: Engine, scope: Any, change: CompiledChange, *, depth: int = 0) -> int:
    """Delete, move or set every record that a change selects; returns how many."""
    if change.when is not None and not change.when(scope):
        return 0
    where = {name: evaluate(scope) for name, evaluate in change.where.items()}
    rows = list(engine.select(scope.world, change.resource, where))
    for row in rows:
        if change.delete:
            engine.delete(scope, row, depth=depth + 1)
            continue
        if change.set:
            inside = scope.with_names({"each": row})
            row = engine.write(scope, row, apply(row.data, change.set, inside), depth=depth + 1)
        if change.move:
            engine.transition(scope, row, change.move, depth=depth + 1)
    return len(rows)


def emit(engine: Engine, scope: Any, event: str, row: Row, *, depth: int = 0) -> None:
    """Let resources react to what happened to a record."""
    reactions = engine.reactions.get(event)
    if not reactions:
        return
    if depth > _DEEPEST:
        raise FormatError(f"reactions to {event} go round in circles", where=engine.twin.name)
    inside = scope.with_names({"record": row, engine.kinds[row.kind].word: row})
    for number, reaction in enumerate(reactions):
        if reaction.after is None:
            react(engine, inside, reaction, depth=depth)
        else:
            due = inside.millis + delay_of(reaction.after(inside))
            world: World = scope.world
            world.schedule(Timer(due, world.next(), engine.twin.name, event, number, row))


def react(engine: Engine, scope: Any, reaction: CompiledReaction, *, depth: int = 0) -> None:
    if reaction.handler is not None:
        if reaction.change.when is None or reaction.change.when(scope):
            if reaction.run is None:
                reaction.run = engine.handlers.get(reaction.resource, reaction.handler)
            reaction.run(scope)
    elif reaction.spawn is None:
        change(engine, scope, reaction.change, depth=depth)
    elif reaction.change.when is None or reaction.change.when(scope):
        spawn(engine, scope, reaction.spawn, depth=depth)


def run_timers(engine: Engine, world: World) -> None:
    """Do what is due by the world's time, in order; timers whose record is gone are dropped."""
    for _ in range(_MOST_TIMERS):
        timer = world.due(engine.twin.name)
        if timer is None:
            return
        row = world.reading(engine.kind(timer.row.kind).store).get(timer.row.id)
        if row is None and not timer.event.endswith(".deleted"):
            continue
        scope = Scope(engine, world, Request("TIMER", "/"))
        scope.millis = timer.due
        row = row or timer.row
        inside = scope.with_names({"record": row, engine.kinds[row.kind].word: row})
        try:
            react(engine, inside, engine.reactions[timer.event][timer.number])
        except (Refusal, Unwritten):
            continue
