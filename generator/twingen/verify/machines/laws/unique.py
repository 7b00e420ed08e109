"""No two records share what is unique, whichever way they come by it."""

from __future__ import annotations

from typing import Any

from twingen.runtime import paths
from twingen.twin.model import Operation, Unique
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law, refused
from twingen.verify.machines.laws.lists import within
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Unreached

_WRITES = frozenset({"create", "update", "replace"})


def applies(plan: Plan, operation: Operation) -> bool:
    writes = operation.effect in _WRITES and operation.target in {"collection", "item"}
    return writes and not operation.many and bool(plan.resources[operation.resource].unique)


def step(play: Play, operation: Operation, draw: Draw) -> None:
    plan, resource = play.plan, operation.resource
    unique = draw.one(list(plan.resources[resource].unique))
    known = play.some(resource, draw)
    taken = _values(play, known, unique)
    if unique.fold_case and draw.flag():
        taken = {path: value.swapcase() if isinstance(value, str) else value for path, value in taken.items()}

    def change(value: Any) -> Any:
        return _with(value, taken)

    # A guard may have something against the value before anybody looks for another that has it.
    case = plan.case(unique.error) if not operation.guards else None
    what = f"a second {resource} with the same {' and '.join(unique.fields)}"
    around = {name: one for name, one in play.around(known).items() if name != resource}
    if operation.effect == "create":
        sent = play.body_for(operation, play.next_number())
        if not _carries(change(sent.value), taken):
            raise Unreached("its request does not carry what is unique")
        # It must be taken when nothing but the unique fields is different.
        play.make_by(operation, dict(around))
        reply = play.ask(operation, play.address(operation, dict(around), fresh=25), body=change(sent.value), media=sent.media)
    else:
        other = next((one for one in play.of(resource, under=_parents(unique, around)) if one is not known), None)
        other = other or play.make(resource, within(play, resource, around))
        if not _carries(play.body_for(operation, 1).value, taken):
            raise Unreached("its request does not carry what is unique")
        sent_, reply = play.attempt(operation, play.around(other), play.next_number())
        if not reply.ok:
            raise Unreached(f"it is refused: {reply}")
        play.remember(other, sent_, play.look(other))
        sent = play.body_for(operation, play.next_number())
        reply = play.call(operation, play.around(other), body=change(sent.value), media=sent.media)
        if not reply.ok:
            play.stays(other)
        elif any(paths.get(play.look(other), path) != value for path, value in taken.items()):
            raise Unreached("it is taken and changes nothing")
    refused(reply, what, case)
    play.stays(known)


def _parents(unique: Unique, around: dict[str, Known]) -> dict[str, Known]:
    return {name: one for name, one in around.items() if name in unique.within}


def _values(play: Play, known: Known, unique: Unique) -> dict[tuple[str, ...], Any]:
    shown = play.look(known)
    found = {}
    for name in unique.fields:
        path = paths.split(name)
        if paths.has(shown, path):
            found[path] = paths.get(shown, path)
    if not any(isinstance(value, str) and value for value in found.values()):
        raise Unreached("what is unique is not shown")
    return found


def _with(value: Any, taken: dict[tuple[str, ...], Any]) -> Any:
    if not isinstance(value, dict):
        return value
    for path, one in taken.items():
        if paths.has(value, path):
            value = paths.put(value, path, one)
    return value


def _carries(value: Any, taken: dict[tuple[str, ...], Any]) -> bool:
    return any(paths.has(value, path) for path in taken)


LAW = Law(name="unique", applies=applies, step=step)
