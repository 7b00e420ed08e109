"""What is made is new, is shown as it was sent, and changes nothing else."""

from __future__ import annotations

from twingen.runtime import paths
from twingen.twin.model import Operation
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.machines.session import Session
from twingen.verify.outcome import Broken, Unreached


def applies(plan: Plan, operation: Operation) -> bool:
    return operation in plan.creates(operation.resource) and operation.effect != "link"


def step(play: Play, operation: Operation, draw: Draw) -> None:
    plan, resource = play.plan, operation.resource
    reader, lister = plan.reader(resource), plan.lister(resource)
    if reader is None and lister is None:
        raise Unreached(f"nothing shows a {resource}")
    chosen = {
        name: play.some(plan.end(resource, name), draw)
        for name in plan.refs(resource)
        if draw.flag() and play.of(plan.end(resource, name))
    }
    earlier = {one.name for one in play.of(resource)} | {one.name for one in play.of(resource, alive=False)}
    known = play.make_by(operation, chosen)
    _new(play, operation, known, earlier)
    shown = play.shows(known, known.sent, operation)
    path = plan.id_path(resource)
    if reader is not None and path is not None and paths.has(shown, path):
        if str(paths.get(shown, path)) != known.name and plan.resources[resource].identity.take is None:
            raise Broken(f"the record {known.name}", f"{paths.get(shown, path)} is shown")
    _defaults(play, operation, known, shown)
    for name in sorted(_born(plan, resource)):
        if not paths.has(shown, paths.split(name)):
            raise Broken(f"{name} to be shown", "it is not there")
    for other in play.others(known):
        play.stays(other)


def _new(play: Play, operation: Operation, known: Known, earlier: set[str]) -> None:
    chooses = play.plan.resources[operation.resource].identity.take is not None or operation.effect == "upsert"
    if known.name in earlier and not chooses:
        raise Broken("a new identifier", f"{known.name} is another's")


def _defaults(play: Play, operation: Operation, known: Known, shown: object) -> None:
    """Hold that literal defaults are shown where nothing was sent."""
    if operation.input is not None or operation.handler is not None:
        return
    reader = play.plan.reader(operation.resource)
    if reader is None or reader.answer.body is not None or reader.answer.only:
        return
    for name, value in play.plan.resources[operation.resource].defaults.items():
        path = paths.split(name)
        if isinstance(value, (str, int, bool)) and "{" not in str(value) and not paths.has(known.sent, path):
            if (not path[1:] or paths.has(shown, path[:-1])) and paths.get(shown, path) != value:
                raise Broken(f"{name} = {value!r} by default", f"{paths.get(shown, path)!r} is shown")


def _born(plan: Plan, resource: str) -> frozenset[str]:
    """Return which fields of the server's the plan's twin shows of a new record, whatever is sent."""
    if resource not in plan.born:
        known = plan.resources[resource]
        names = {*known.server_set, *known.derived, *known.touch}
        if known.links is not None:
            names |= {f"{known.links.at}.{link.rel}" for link in known.links.table}
        play = Play(plan, Session(plan.server, plan.marks))
        try:
            for _ in range(3):
                shown = play.look(play.make(resource, {}))
                names = {name for name in names if paths.has(shown, paths.split(name))}
        except (Unreached, Broken):
            names = set()
        plan.born[resource] = frozenset(names)
    return plan.born[resource]


LAW = Law(name="created-is-shown", applies=applies, step=step)
