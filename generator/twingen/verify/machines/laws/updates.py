"""A change shows what was sent, keeps or clears the rest as its kind says, and nothing else changes."""

from __future__ import annotations

from typing import Any

from twingen.runtime import paths
from twingen.runtime.carrying import carrying
from twingen.twin.model import Operation
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached


def applies(plan: Plan, operation: Operation) -> bool:
    return operation.effect in {"update", "replace"} and operation.target == "item" and not operation.many


def step(play: Play, operation: Operation, draw: Draw) -> None:
    resource = operation.resource
    known = play.some(resource, draw)
    if draw.flag() and len(play.of(resource)) < 2:
        play.make(resource, {name: one for name, one in play.around(known).items() if name != resource})
    if draw.number(0, 3) == 3:
        play.wander(known, draw)
    before = play.look(known)
    if before is None:
        raise Unreached("the record cannot be seen")
    keep = draw.number(0, 5)
    whole = operation.effect == "replace" or keep > 3
    change = (lambda value: part_of(value, keep, whole)) if keep else None
    number = play.next_number()
    sent, reply = play.attempt(operation, play.around(known), number, change)
    if not reply.ok and change is not None:
        sent, reply = play.attempt(operation, play.around(known), number)
    if not reply.ok:
        after = play.look(known)
        if after is None or any(paths.get(after, path) != value for path, value in known.holds.items()):
            raise Broken("what is refused to change nothing", f"the {resource} changed")
        raise Unreached(f"it takes none of the requests tried: {reply}")
    shown = play.shows(known, sent, operation) if sent else play.look(known)
    _rest(play, operation, known, sent, before, shown)
    _times(play, operation, before, shown)
    for other in play.others(known):
        play.stays(other)


def part_of(value: Any, keep: int, most: bool) -> Any:
    """Return a body with one of its members only, or with all but one, at two depths."""
    if not isinstance(value, dict) or len(value) < 2:
        inner = next((name for name, one in value.items() if isinstance(one, dict)), None) if isinstance(value, dict) else None
        return {**value, inner: part_of(value[inner], keep, most)} if inner is not None else value
    names = sorted(value)
    name = names[keep % len(names)]
    if most:
        return {other: one for other, one in value.items() if other != name}
    return {name: part_of(value[name], keep, True) if isinstance(value[name], dict) else value[name]}


def _rest(play: Play, operation: Operation, known: Known, sent: Any, before: Any, shown: Any) -> None:
    """Hold that what was not sent stays (or goes, in a replacement), where the client once sent it."""
    if operation.input is not None or operation.mask is not None or operation.only or not isinstance(sent, dict):
        return
    if not isinstance(known.sent, dict):
        return
    hidden = play.plan.hidden(known.resource)
    fixed = set(play.plan.resources[known.resource].defaults)
    replaces = operation.effect == "replace" or operation.merge == "replace"
    # What a body cannot carry stays, and so does what answers must hold.
    body = carrying(play.plan.documented(operation), play.plan.schemas.schemas)
    clears = body.names - body.shown
    for name, value in known.sent.items():
        if (name,) in hidden or any(path[0] == name for path in hidden) or not paths.has(before, (name,)):
            continue
        if name in sent:
            _inner(operation, name, sent[name], before[name], paths.get(shown, (name,)))
        elif replaces:
            if name not in fixed and (not clears or name in clears) and shown.get(name) == before[name] and value not in (None, "", [], {}, False):
                raise Broken(f"{name} to be cleared, since it was not sent", f"it is still {value!r}")
        elif shown.get(name) != before[name]:
            raise Broken(f"{name} to stay {before[name]!r}, since it was not sent", f"{shown.get(name)!r} is shown")
    known.sent = sent if replaces else {**known.sent, **sent}


def _inner(operation: Operation, name: str, sent: Any, before: Any, shown: Any) -> None:
    if not (isinstance(sent, dict) and isinstance(before, dict) and isinstance(shown, dict)):
        return
    for inner, value in before.items():
        if inner in sent or value in (None, "", [], {}, False):
            continue
        if operation.effect == "update" and operation.merge == "deep" and shown.get(inner) != value:
            raise Broken(f"{name}.{inner} to stay {value!r}, since it was not sent", f"{shown.get(inner)!r} is shown")


def _times(play: Play, operation: Operation, before: Any, shown: Any) -> None:
    """Hold that times that every change sets are new, and those of the beginning the same."""
    resource = play.plan.resources[operation.resource]
    if shown is None:
        return
    written = resource.lifecycle is None or play.plan.reader(operation.resource) is not None
    for name, value in resource.touch.items():
        path = paths.split(name)
        if value == "{now}" and written and paths.has(before, path) and paths.get(shown, path) == paths.get(before, path):
            raise Broken(f"{name} to be the time of the change", f"it is still {paths.get(shown, path)!r}")
    for name, value in resource.server_set.items():
        path = paths.split(name)
        changing = name in resource.touch or name in operation.set
        if value == "{now}" and not changing and paths.has(before, path):
            if paths.get(shown, path) != paths.get(before, path):
                raise Broken(f"{name} to stay {paths.get(before, path)!r}", f"{paths.get(shown, path)!r} is shown")


LAW = Law(name="read-your-writes", applies=applies, step=step)
