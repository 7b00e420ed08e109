"""What is tied is seen once from both ends, what is untied from neither."""

from __future__ import annotations

from twingen.twin.model import Operation
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.shown import records_in


def applies(plan: Plan, operation: Operation) -> bool:
    return operation.effect in {"link", "unlink"} and bool(plan.resources[operation.resource].edge)


def step(play: Play, operation: Operation, draw: Draw) -> None:
    plan = play.plan
    edge = plan.resources[operation.resource]
    link = next((one for one in plan.operations.values() if one.effect == "link" and one.resource == edge.name), None)
    if link is None:
        raise Unreached("nothing ties them")
    chosen = {}
    for find in operation.find:
        if find.resource in edge.edge.values() and find.resource not in chosen:
            chosen[find.resource] = play.some(find.resource, draw)
    play.address(link, chosen)
    ends = {end: chosen[end] for end in edge.edge.values() if end in chosen}
    before = _sights(play, edge.name, ends)
    if not before:
        raise Unreached("nothing shows what is tied")
    _agree(before)
    if operation.effect == "unlink" and not any(before):
        if not play.attempt(link, dict(chosen), 1)[1].ok or not any(_sights(play, edge.name, ends)):
            raise Unreached("they cannot be tied")
    _, reply = play.attempt(operation, dict(chosen), play.next_number())
    if not reply.ok:
        raise Unreached(f"it is refused: {reply}")
    after = _sights(play, edge.name, ends)
    _agree(after)
    if operation.effect == "link":
        if not any(after):
            raise Broken("the two ends to be tied", "neither list nor read shows it")
        if not any(play.others_of(edge.name, ends)):
            play.known.append(Known(edge.name, "", dict(ends)))
    elif any(after):
        raise Broken("the two ends to be untied", "they are still shown as tied")
    else:
        for tie in play.others_of(edge.name, ends):
            tie.alive = False


def _agree(sights: list[int]) -> None:
    if any(sights) and not all(sights):
        raise Broken("both ends to show that they are tied", "one does and the other does not")
    if any(count > 1 for count in sights):
        raise Broken("a tie to be listed once", f"it is listed {max(sights)} times")


def _sights(play: Play, edge: str, ends: dict[str, Known]) -> list[int]:
    """Return how often each list and read of either end shows the tie."""
    plan = play.plan
    known = plan.resources[edge]
    found = []
    for one in plan.operations.values():
        if one.through is not None and one.through.edge == edge and not one.keep and not one.where:
            end = known.edge.get(one.through.take, one.through.take)
            if end not in ends or not all(find.resource in ends for find in one.find):
                continue
            around = {name: other for name, other in ends.items() if name != end}
            try:
                found.append(play.names(one, around).count(ends[end].name))
            except Unreached:
                continue
        elif one.resource == edge and one.effect == "none" and one.target in {"item", "edge"} and not one.many:
            if one.find and all(find.optional or find.resource in ends for find in one.find):
                found.append(int(play.call(one, dict(ends)).ok))
        elif one.resource == edge and one.does == "list" and one.through is None and not one.keep:
            named = {find.resource for find in one.find}
            for end, record in ends.items():
                if end not in named and named <= set(ends):
                    members = records_in(play.call(one, dict(ends)).body, plan.id_path(end))
                    found.append(sum(play.name_of(member, end) == record.name for member in members))
    return found


LAW = Law(name="ties-are-symmetric", applies=applies, step=step)
