"""What is deleted is gone for good: from its read, from lists, from what it was tied to."""

from __future__ import annotations

from twingen.twin.model import Operation
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law, refused
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached


def applies(plan: Plan, operation: Operation) -> bool:
    return operation.effect == "delete" and operation.target == "item" and not operation.many


def step(play: Play, operation: Operation, draw: Draw) -> None:
    plan, resource = play.plan, operation.resource
    known = play.some(resource, draw)
    if not known.mine:
        raise Unreached(f"no {resource} can be made to delete it")
    if play.look(known) is None:
        raise Unreached("the record cannot be seen before it is deleted")
    tied = _seen_elsewhere(play, known)
    fresh = not known.moved
    steps = 0
    while play.look(known) is not None:
        if steps > len(operation.first):
            raise Broken("the record to be gone", "it is still shown")
        reply = play.call(operation, play.around(known))
        if not reply.ok:
            if steps:
                raise Broken("the second step to be taken like the first", str(reply))
            raise Unreached(f"it is refused: {reply}")
        steps += 1
    if operation.first and steps == 1 and fresh:
        raise Broken("a first step before the record goes", "it is gone at once")
    known.alive = False
    for one in play.known:
        if known in one.under.values():
            one.alive = False
    lister = plan.lister(resource)
    if lister is not None and plan.reader(resource) is not None and play.listed(known) is not None:
        raise Broken("the record to be gone from its list", "it is still listed")
    for lists, around, name in tied:
        if name in play.names(lists, around):
            raise Broken(f"the {resource} to be gone from {lists.key}", "it is still listed")
    for other in play.others(known):
        play.stays(other)
    if operation.find and not operation.find[-1].optional:
        again = play.call(operation, play.around(known))
        refused(again, "deleting it again", plan.case(operation.find[-1].error))


def _seen_elsewhere(play: Play, known: Known) -> list[tuple[Operation, dict[str, Known], str]]:
    """Return the lists over edges that show the record, with what they are asked for."""
    found = []
    for one in play.plan.operations.values():
        if one.through is None or one.resource != known.resource:
            continue
        edge = one.through.edge
        for tie in play.of(edge):
            if known in tie.under.values():
                around = {name: other for name, other in play.around(tie).items() if other is not known}
                try:
                    if known.name in play.names(one, around):
                        found.append((one, around, known.name))
                except Unreached:
                    continue
    return found


def stays_gone_applies(plan: Plan, operation: Operation) -> bool:
    return operation.effect == "none" and operation.does == "read" and operation.target == "item"


def stays_gone(play: Play, operation: Operation, draw: Draw) -> None:
    """A record that was deleted is not found, whatever happens later."""
    resource = operation.resource
    delete = next((one for one in play.plan.operations.values() if one.resource == resource and applies(play.plan, one)), None)
    dead = play.of(resource, alive=False)
    if not dead or draw.flag():
        if delete is None:
            raise Unreached(f"nothing deletes a {resource}")
        known = play.some(resource, draw)
        for _ in range(len(delete.first) + 1):
            if not play.call(delete, play.around(known)).ok:
                raise Unreached("it is refused")
        known.alive = False
        for one in play.known:
            if known in one.under.values():
                one.alive = False
        play.make(resource, {name: one for name, one in play.around(known).items() if name != resource})
        dead = [known]
    known = draw.one(dead)
    if any(not parent.alive for parent in known.under.values()):
        raise Unreached("what it lay under is gone as well")
    if any(one.name == known.name for one in play.of(resource)):
        raise Unreached("another has its name now")
    reply = play.call(operation, play.around(known))
    case = play.plan.case(operation.find[-1].error) if operation.find else None
    refused(reply, "a deleted record", case)


LAW = Law(name="deleted-is-gone", applies=applies, step=step)
STAYS = Law(name="gone-stays-gone", applies=stays_gone_applies, step=stays_gone)
