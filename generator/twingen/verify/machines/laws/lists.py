"""A list shows every record of its parent once, in one order, and no others."""

from __future__ import annotations

from twingen.runtime import paths
from twingen.twin.model import Operation
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law
from twingen.verify.machines.plan import Plan, leaves
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached


def applies(plan: Plan, operation: Operation) -> bool:
    listed = operation.effect == "none" and operation.target == "collection" and operation.through is None
    return listed and not plan.resources[operation.resource].edge


def step(play: Play, operation: Operation, draw: Draw) -> None:
    resource = operation.resource
    chosen: dict[str, Known] = {}
    play.address(operation, chosen)
    for _ in range(draw.number(0, 2)):
        try:
            play.make(resource, within(play, resource, chosen))
        except Unreached:
            break
    other = _elsewhere(play, operation) if _bound(play, operation) and draw.flag() else None
    expected = play.of(resource, under=chosen)
    names = play.names(operation, chosen)
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise Broken(f"{double} once", f"it is listed {names.count(double)} times")
    if not play.plan.chooses(operation):
        for known in expected:
            if known.name not in names:
                raise Broken(f"the {resource} {known.name} in the list", "it is not listed")
    for known in play.of(resource, alive=False):
        if known.name in names and all(known.name != one.name for one in play.of(resource)):
            raise Broken(f"the {resource} {known.name} to be gone from the list", "it is listed")
    mine = {known.name for known in expected}
    for known in play.of(resource):
        if known.name not in mine and known.name in names and _bound(play, operation):
            raise Broken(f"the {resource} {known.name} under its own parent only", "another lists it")
    if other is not None and play.plan.resources[resource].identity.take is None:
        shared = sorted(set(names) & set(play.names(operation, other)))
        if shared:
            raise Broken(f"{shared[0]} under one parent only", "two list it")
    if names != play.names(operation, chosen):
        raise Broken("the same list again", "it is another, though nothing happened")
    _ordered(play, operation, expected, names)


def within(play: Play, resource: str, chosen: dict[str, Known]) -> dict[str, Known]:
    """Return what a new record is to lie under to be among the chosen."""
    wanted = {play.plan.end(resource, ref) for ref in play.plan.refs(resource)}
    return {name: one for name, one in chosen.items() if name in wanted and name != resource}


def _bound(play: Play, operation: Operation) -> bool:
    parents = play.plan.resources[operation.resource].parents
    return any(find.resource in parents for find in operation.find)


def _elsewhere(play: Play, operation: Operation) -> dict[str, Known] | None:
    """Return another parent, with a record under it if one can be made."""
    try:
        parent = play.make(operation.find[-1].resource, {})
    except Unreached:
        return None
    around = play.around(parent)
    try:
        play.make(operation.resource, dict(around))
    except Unreached:
        pass
    return around


def _ordered(play: Play, operation: Operation, expected: list[Known], names: list[str]) -> None:
    """Hold that records made one after the other are listed in that order, or in its reverse."""
    if operation.order is not None or operation.handler is not None:
        return
    ages = {known.name: known.age for known in expected}
    found = [ages[name] for name in names if name in ages]
    wanted = sorted(found, reverse=operation.descending)
    if found != wanted:
        raise Broken(
            f"the {'newest' if operation.descending else 'oldest'} {operation.resource} first", "the order is another"
        )


def agrees_applies(plan: Plan, operation: Operation) -> bool:
    listed = operation.effect == "none" and operation.target == "collection" and not operation.first
    return listed and plan.reader(operation.resource) is not None


def agrees(play: Play, operation: Operation, draw: Draw) -> None:
    """A member of a list shows of a record what its read shows."""
    resource = operation.resource
    chosen: dict[str, Known] = {}
    if operation.through is not None:
        link = next((one for one in play.plan.creates(operation.through.edge) if one.effect == "link"), None)
        if link is None:
            raise Unreached("nothing ties them")
        for _ in range(2):
            # Ties to two others, if the list goes over them.
            other = play.make(resource, {})
            chosen[resource] = other
            play.address(link, chosen)
            play.attempt(link, dict(chosen), 1)
        chosen.pop(resource)
    play.address(operation, chosen)
    for _ in range(2 - len(play.of(resource))):
        play.make(resource, within(play, resource, chosen))
    known = {one.name: one for one in play.of(resource)}
    for member in play.everything(operation, chosen)[:8]:
        name = play.name_of(member, resource)
        if name is None or not isinstance(member, dict):
            continue
        # What was there from the start is told apart by what both show as text.
        one = known.get(name)
        there = one or Known(resource, name, dict(chosen), mine=False)
        shown = play.look(there)
        texts = [path for path, value in leaves(member) if isinstance(value, str)]
        for path in [path for path, _ in leaves(one.sent)] if one is not None else texts:
            if paths.has(member, path) and paths.has(shown, path) and paths.get(member, path) != paths.get(shown, path):
                raise Broken(
                    f"{'.'.join(path)} of {name} as its read shows it: {paths.get(shown, path)!r}",
                    f"the list shows {paths.get(member, path)!r}",
                )


LAW = Law(name="lists-are-complete", applies=applies, step=step)
AGREES = Law(name="lists-agree-with-reads", applies=agrees_applies, step=agrees)
