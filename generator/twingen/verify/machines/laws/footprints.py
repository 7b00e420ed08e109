"""What an operation does, and where, is what it did in the twin that the plan is of.

The same steps are taken in both twins. Compared is where traces are left: which answers about which
records change, and in which fields; not what the answers say.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from twingen.twin.model import Operation
from twingen.verify.machines.known import Chosen, Draw, Known
from twingen.verify.machines.law import Law
from twingen.verify.machines.laws.updates import part_of
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.machines.session import Session, Step
from twingen.verify.outcome import Broken, Unreached

_MOST = 30  # looks at a world
Seen = dict[tuple[str, str], Any]


def applies(plan: Plan, operation: Operation) -> bool:
    return True


def step(play: Play, operation: Operation, draw: Draw) -> None:
    plan = play.plan
    if play.session.server is plan.server:
        raise Unreached("it is held against itself")
    walk = _walk(plan, operation, draw)
    if walk not in plan.footprints:
        plan.footprints[walk] = _trace(Play(plan, Session(plan.server, plan.marks)), operation, walk)
    wanted = plan.footprints[walk]
    after = Play(plan, Session(play.session.server, plan.marks))
    found = _trace(after, operation, walk)
    if wanted is None or found is None:
        if wanted != found:
            came = "they are refused" if found is None else "they are taken"
            raise Traced("the same steps to be possible", came, after.session.steps)
        raise Unreached("it cannot be tried")
    for place in sorted({*wanted, *found}):
        if wanted.get(place) != found.get(place):
            raise Traced(
                f"{_said(wanted.get(place))} in {place}", _said(found.get(place)), after.session.steps
            )


class Traced(Broken):
    """Another trace than before, after steps in a world of their own."""

    def __init__(self, expected: str, came: str, steps: list[Step]):
        super().__init__(expected, came)
        self.steps = steps


def walked(plan: Plan, operation: Operation, draw: Draw) -> list[Step]:
    """Return the requests of one walk in the plan's own twin."""
    play = Play(plan, Session(plan.server, plan.marks))
    _trace(play, operation, _walk(plan, operation, draw))
    return play.session.steps


class Walk(NamedTuple):
    """The choices of one walk: which body, how much of it, the moves before, a switch in the query."""

    key: str
    number: int
    part: int
    moves: tuple[int, ...]
    query: tuple[tuple[str, Any], ...]


def _walk(plan: Plan, operation: Operation, draw: Draw) -> Walk:
    moves = tuple(draw.number(0, 7) for _ in range(draw.number(0, 2)))
    part = draw.number(0, 5) if operation.effect in {"update", "replace"} else 0
    query = tuple(_query(plan, operation, draw).items())
    return Walk(operation.key, draw.number(1, 3), part, moves, query)


def _query(plan: Plan, operation: Operation, draw: Draw) -> dict[str, Any]:
    """Return one of the switches among its parameters, or none."""
    switches = [
        (one.name, value)
        for one in plan.documented(operation).parameters
        if one.location == "query" and one.name not in plan.twin.contract.common_parameters
        for value in plan.schemas.resolve(one.schema).get("enum")
        or ((True, False) if plan.schemas.resolve(one.schema).get("type") == "boolean" else ())
    ]
    if not switches or draw.flag():
        return {}
    name, value = draw.one(switches)
    return {name: value}


def _said(trace: Any) -> str:
    return "no trace" if trace is None else str(trace)


def _trace(play: Play, operation: Operation, walk: Walk) -> dict[str, Any] | None:
    """Return where one operation leaves traces; None where what comes before it is refused."""
    chosen: Chosen = {}
    try:
        play.address(operation, chosen, fresh=1)
    except (Unreached, Broken):
        return None
    _company(play, operation)
    subject = chosen.get(operation.resource)
    ways = [one for one in play.plan.operations.values() if one.effect == "transition" and one.resource == operation.resource]
    try:
        for place in walk.moves if ways else ():
            if subject is None:
                break
            play.attempt(ways[place % len(ways)], play.around(subject), 1)
        if operation.effect == "unlink":
            for link in play.plan.creates(operation.resource):
                play.attempt(link, dict(chosen), 1)
    except (Unreached, Broken):
        return None
    seen = _looks(play)
    try:
        address = play.address(operation, chosen, fresh=walk.number)
        sent = play.body_for(operation, walk.number)
    except (Unreached, Broken):
        return None
    body = part_of(sent.value, walk.part, walk.part > 3) if walk.part else sent.value
    reply = play.ask(operation, address, query=dict(walk.query), body=body, media=sent.media)
    trace: dict[str, Any] = {"its answer": (reply.response.status, _outline(reply.body))}
    if reply.ok and operation in play.plan.creates(operation.resource):
        try:
            play.made(operation, chosen, sent.value, reply, address)
        except Unreached:
            pass
    for look, shown in _looks(play).items():
        if look not in seen:
            trace[f"{look[0]} of the new {look[1]}"] = shown and (shown[0], _outline(shown[1]))
        elif seen[look] != shown:
            trace[f"{look[0]} of {look[1]}"] = _difference(seen[look], shown)
    return trace


def _company(play: Play, operation: Operation) -> None:
    """Make what may be touched: what lies under the records, and ties between them."""
    plan = play.plan
    there = {one.resource for one in play.known}
    for known in play.of(operation.resource)[:1]:
        try:
            play.make(operation.resource, {n: one for n, one in play.around(known).items() if one is not known})
        except (Unreached, Broken):
            pass
    for resource in plan.twin.resources:
        near = there & ({*resource.parents} | set(resource.edge.values()))
        if near and plan.creates(resource.name):
            try:
                chosen: Chosen = {}
                for one in play.known:
                    chosen.update(play.around(one))
                play.make(resource.name, chosen)
            except (Unreached, Broken):
                continue


def _looks(play: Play) -> Seen:
    """Return what every read and list shows of the known records."""
    plan = play.plan
    found: Seen = {}
    for one in list(plan.operations.values()):
        if one.effect != "none" or one.set or one.change or one.spawn or one.event:
            continue
        if one.target == "item" and one.does == "read":
            for place, known in enumerate(play.of(one.resource)):
                if len(found) < _MOST:
                    found[one.key, f"{one.resource} {place}"] = _answer(play, one, play.around(known))
        elif one.target == "collection":
            chosen: Chosen = {}
            for known in play.known:
                if known.alive:
                    chosen.update(play.around(known))
            if not all(find.optional or _named(chosen, find.name, find.resource) for find in one.find):
                continue
            if not one.find and len(found) < _MOST:
                found[one.key, "all"] = _answer(play, one, chosen)
            for place, known in enumerate(play.of(one.find[-1].resource)[:4] if one.find else []):
                if len(found) < _MOST:
                    within = {**chosen, **play.around(known)}
                    found[one.key, f"{known.resource} {place}"] = _answer(play, one, within)
    return found


def _named(chosen: dict[str, Known], name: str, resource: str) -> bool:
    return name in chosen or resource in chosen


def _answer(play: Play, operation: Operation, chosen: Chosen) -> Any:
    try:
        reply = play.call(operation, dict(chosen))
    except (Unreached, Broken):
        return None
    return (reply.response.status, reply.body)


def _difference(before: Any, after: Any) -> Any:
    """Return in which fields two answers differ, and by how many members their lists."""
    (one, old), (other, new) = before or (0, None), after or (0, None)
    return (one, other, sorted(_changed(old, new, "")))


def _changed(old: Any, new: Any, path: str) -> set[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        found: set[str] = set()
        for name in {*old, *new}:
            if old.get(name) != new.get(name):
                found |= _changed(old.get(name), new.get(name), f"{path}.{name}" if path else str(name))
        return found
    if isinstance(old, list) and isinstance(new, list):
        return {f"{path}[{len(new) - len(old):+d}]"}
    return {path}


def _outline(value: Any, depth: int = 5) -> Any:
    """Return an answer without what it says: the names of its members, the lengths of its lists."""
    if isinstance(value, dict):
        return {name: _outline(value[name], depth - 1) for name in sorted(value)} if depth else "..."
    if isinstance(value, (list, tuple)):
        return [len(value), *(_outline(one, depth - 1) for one in value[:3])] if depth else "..."
    return type(value).__name__


LAW = Law(name="footprints", applies=applies, step=step)
