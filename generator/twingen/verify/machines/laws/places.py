"""Singletons and fields: what was written last is what is read, by whichever way."""

from __future__ import annotations

from twingen.twin.model import Operation
from twingen.verify.machines.known import Chosen, Draw
from twingen.verify.machines.law import Law
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.shown import unlike

_WRITES = frozenset({"replace", "update", "upsert", "delete"})


def applies(plan: Plan, operation: Operation) -> bool:
    return operation.target in {"singleton", "field"} and operation.effect in _WRITES and not operation.many


def step(play: Play, operation: Operation, draw: Draw) -> None:
    same = [
        one
        for one in play.plan.operations.values()
        if one.resource == operation.resource and one.target == operation.target and one.field == operation.field
    ]
    reader = next((one for one in same if one.effect == "none"), None)
    writer = operation if operation.effect != "delete" else next((one for one in same if one.effect in _WRITES - {"delete"}), None)
    if reader is None or writer is None:
        raise Unreached("nothing reads it" if reader is None else "nothing writes it")
    chosen: Chosen = {}
    play.address(operation, chosen)
    sent, reply = play.attempt(writer, dict(chosen), play.next_number())
    if not reply.ok:
        raise Unreached(f"it is refused: {reply}")
    if sent in (None, {}, []):
        raise Unreached("its request carries nothing that could be looked for")
    reply = play.call(reader, dict(chosen))
    if not reply.ok:
        raise Broken("what was written to be read", str(reply))
    skip = play.skips(operation.resource, reader)
    found = unlike(sent if isinstance(sent, dict) else {"value": sent}, reply.body if isinstance(sent, dict) else {"value": reply.body}, skip)
    if found is not None:
        raise Broken(f"{found[0]} = {found[1]} as written", f"{found[2]} is read")
    if operation.effect == "delete":
        reply = play.call(operation, dict(chosen))
        if not reply.ok:
            raise Unreached(f"it is refused: {reply}")
        after = play.call(reader, dict(chosen))
        if after.ok and unlike(sent, after.body, skip) is None:
            raise Broken("what was written to be gone", "it is still read")


LAW = Law(name="read-what-was-written", applies=applies, step=step)
