"""Worlds keep apart, and the same requests get the same answers."""

from __future__ import annotations

from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.machines.server import Server
from twingen.verify.machines.session import Session, Step, replayed
from twingen.verify.outcome import Broken, Unreached

APART = "worlds-keep-apart"
SAME = "same-requests-same-answers"


def sight(plan: Plan, server: Server, resources: set[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what a fresh world lists of some resources."""
    play = Play(plan, Session(server, plan.marks))
    found = []
    for name in sorted(resources):
        lister = plan.lister(name)
        if lister is not None and not lister.find:
            try:
                found.append((lister.key, tuple(play.names(lister, {}))))
            except (Unreached, Broken):
                continue
    return tuple(found)


def apart(before: tuple[tuple[str, tuple[str, ...]], ...], after: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """Hold that a fresh world lists what a fresh world listed before; returns the key it is about."""
    for (key, one), (_, other) in zip(before, after, strict=False):
        if one != other:
            added = [name for name in other if name not in one]
            raise Apart(key, f"{len(one)} records in a fresh world", f"there are {len(other)}: {', '.join(added[:3])}")
    return ""


class Apart(Broken):
    """Worlds that do not keep apart, seen in the answer of the operation `key`."""

    def __init__(self, key: str, expected: str, came: str):
        super().__init__(expected, came)
        self.key = key


def same(server: Server, steps: list[Step]) -> None:
    """Hold that a fresh world answers the same requests with the same bytes."""
    for step, response in zip(steps, replayed(server, steps), strict=True):
        if (step.response.status, step.response.body) != (response.status, response.body):
            raise Apart(step.key, f"{step.method} {step.target} to be answered as before", f"it answers {response.status}")
