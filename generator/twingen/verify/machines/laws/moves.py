"""Moves lead where the table says, illegal ones are refused and change nothing."""

from __future__ import annotations

from typing import Any

from twingen.runtime import paths
from twingen.twin.model import Operation
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law, failed_as, refused
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached


def applies(plan: Plan, operation: Operation) -> bool:
    return operation.effect == "transition" and plan.resources[operation.resource].lifecycle is not None


def moves(play: Play, operation: Operation, draw: Draw) -> None:
    plan = play.plan
    lifecycle = plan.resources[operation.resource].lifecycle
    assert lifecycle is not None
    move = lifecycle.moves[operation.move or ""]
    known = play.some(operation.resource, draw)
    if draw.number(0, 3):
        _lead(play, operation, known, legal=draw.flag())
    before = play.look(known)
    state = state_of(play, known, before)
    _, reply = play.attempt(operation, play.around(known), play.next_number())
    shown = play.look(known)
    after = state_of(play, known, shown)
    legal = not move.sources or state in move.sources
    if reply.response.status == 501:
        raise Unreached(f"this twin cannot do it: {reply}")
    if not reply.ok:
        if after != state:
            raise Broken(f"a refused move to leave it {state}", f"it is {after}")
        case = plan.case(move.error)
        others = {guard.error for guard in (*move.guards, *operation.guards)}
        if legal and case is not None and move.error not in others and failed_as(reply, case):
            raise Broken(f"the move to be legal for a {operation.resource} that is {state}", str(reply))
        if not legal and not operation.guards:
            refused(reply, f"the move of a {operation.resource} that is {state}", plan.case(move.error))
        return
    known.moved = True
    if not legal:
        raise Broken(f"the move of a {operation.resource} that is {state} to be refused", str(reply))
    if move.to is None and after != state:
        raise Broken(f"{lifecycle.field} to stay {state}", f"{after} is shown")
    if move.to is not None and "{" not in str(move.to) and after != move.to:
        raise Broken(f"{lifecycle.field} {move.to}", f"{after} is shown")
    if lifecycle.states and after not in lifecycle.states:
        raise Broken(f"one of the states of a {operation.resource}", f"{after} is shown")
    hidden = _unshown(plan, operation)
    for name, value in {**move.set, **operation.set}.items():
        path = paths.split(name)
        if value == "{now}" and path[:1] not in hidden and paths.get(shown, path) == paths.get(before, path):
            raise Broken(f"{name} to be the time of the move", f"it is still {paths.get(shown, path)!r}")
    play.remember(known, None, shown)
    for other in play.others(known):
        play.stays(other)


def _unshown(plan: Plan, operation: Operation) -> Any:
    """Return what cannot be looked for: everything, where the read shows a choice of fields."""
    reader = plan.reader(operation.resource)
    if reader is None or reader.answer.body is not None or reader.answer.only:
        return _Everything()
    known = plan.answered_fields(reader, plan.resources[operation.resource].identity.field)
    return _Everything(known) if known else ()


class _Everything:
    """Holds every name, but for some."""

    def __init__(self, known: frozenset[str] = frozenset()):
        self._known = known

    def __contains__(self, path: tuple[str, ...]) -> bool:
        return path[0] not in self._known


def state_of(play: Play, known: Known, shown: Any) -> Any:
    lifecycle = play.plan.resources[known.resource].lifecycle
    assert lifecycle is not None
    path = paths.split(lifecycle.field)
    if shown is None or not paths.has(shown, path):
        raise Unreached(f"what is shown has no {lifecycle.field}")
    return paths.get(shown, path)


def _lead(play: Play, operation: Operation, known: Known, *, legal: bool) -> None:
    """Bring the record by other moves to where this one is legal (or is not)."""
    lifecycle = play.plan.resources[operation.resource].lifecycle
    assert lifecycle is not None
    wanted = set(lifecycle.moves[operation.move or ""].sources)
    tried: set[str] = set()
    for _ in range(4):
        state = state_of(play, known, play.look(known))
        if not wanted or (state in wanted) is legal:
            return
        for other in play.plan.operations.values():
            if other.effect != "transition" or other.resource != operation.resource or other.key in tried:
                continue
            sources = lifecycle.moves[other.move or ""].sources
            if other.key == operation.key or (sources and state not in sources):
                continue
            tried.add(other.key)
            known.moved = True
            if play.attempt(other, play.around(known), play.next_number())[1].ok:
                break
        else:
            return


def changes_apply(plan: Plan, operation: Operation) -> bool:
    changes = operation.effect in {"update", "replace"} and operation.target == "item" and not operation.many
    return changes and plan.resources[operation.resource].lifecycle is not None


def not_by_change(play: Play, operation: Operation, draw: Draw) -> None:
    """A change does not move a record: its state is reached by moves only."""
    lifecycle = play.plan.resources[operation.resource].lifecycle
    assert lifecycle is not None
    known = play.some(operation.resource, draw)
    state = state_of(play, known, play.look(known))
    wanted = [one for one in lifecycle.states if one != state]
    if not wanted:
        raise Unreached("its states are not known")
    forged = draw.one(wanted)
    path = paths.split(lifecycle.field)
    change = lambda value: paths.put(value, path, forged) if isinstance(value, dict) else value  # noqa: E731
    sent, reply = play.attempt(operation, play.around(known), play.next_number(), change)
    shown = play.look(known)
    if state_of(play, known, shown) != state:
        raise Broken(f"{lifecycle.field} to stay {state}", f"a change makes it {forged}")
    if reply.ok:
        play.remember(known, sent, shown)


LAW = Law(name="moves", applies=applies, step=moves)
ONLY = Law(name="moved-by-moves-only", applies=changes_apply, step=not_by_change)
