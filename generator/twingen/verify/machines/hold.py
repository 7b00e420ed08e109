"""Machines of all families run one after the other, and what they show told as events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from time import monotonic, process_time

from twingen.verify.events import Began, Ended, Event, Found, NotTried, Tried
from twingen.verify.machines.found import finding_of
from twingen.verify.machines.laws import footprints
from twingen.verify.machines.machine import (
    Chance,
    Failure,
    Identity,
    Record,
    hands_of,
    machine_of,
    run,
)
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.server import Server
from twingen.verify.machines.session import Step

EXAMPLES = 10  # runs of each machine in the first round; later rounds have more
_FOREVER = 3600.0
_WALKS = 8  # recorded for each operation that does something
_QUICK = 6  # runs of each machine before any gets more, where the first failure is all that counts


def hold(
    plan: Plan, server: Server, *, seed: int = 0, seconds: float | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:  # fmt: skip
    """Hold what `server` answers against `plan`, which may be that of an earlier twin."""
    yield Began(source="law", total=len(plan.tried))
    until = monotonic() + (_FOREVER if seconds is None else seconds)
    record = Record(until=until, cancelled=cancelled)
    told: set[Identity] = set()
    turn = 0
    while plan.families and not cancelled():
        for _ in _round(plan, server, record, until, turn, f"{seed}", EXAMPLES * (turn + 1)):
            for identity in [one for one in record.failures if one not in told]:
                told.add(identity)
                yield Found(finding=finding_of(plan, record.failures[identity]))
        turn += 1
        if seconds is None or monotonic() >= until:
            break
    for (law, key), cases in sorted(record.cases.items()):
        yield Tried(source="law", operation=key, check=law, cases=cases, failed=record.failed[law, key])
    late = seconds is not None and monotonic() >= until
    stopped = late or cancelled()
    cut = "it was stopped before this was reached" if stopped else "no law is about what it does"
    reached = {key for _, key in record.cases}
    for operation in plan.tried:
        if operation.key not in reached:
            whys = [why for (_, key), why in record.unreached.items() if key == operation.key]
            yield NotTried(operation=operation.key, why=whys[0] if whys else cut)
    yield Ended(source="law", reason="interrupted" if cancelled() else "time" if late else "done")


def _round(
    plan: Plan, server: Server, record: Record, until: float, turn: int, seed: str, examples: int
) -> Iterator[None]:
    """Run every family's machines, again after each failure; yields whenever there may be something new."""
    for number, family in enumerate(plan.families):
        hands = list(hands_of(plan, server, family, f"{seed}/{turn}"))
        for place, hand in enumerate(hands):
            left = until - record.clock()
            if left <= 0:
                return
            # Whoever comes later gets what those before have left over.
            record.until = record.clock() + left / (len(plan.families) - number) / (len(hands) - place)
            machine = machine_of(plan, server, family, hand, record)
            again, found = 0, True
            while found and not record.over:
                chance = f"{seed}/{turn}/{number}/{place}/{again}"
                found = run(machine, record, seed=chance, examples=examples)
                again += 1
                yield


def first_failure(
    plan: Plan, server: Server, *, seed: int, seconds: float, but: Collection[Identity] = ()
) -> Failure | None:
    """Return the first failure that machines find within `seconds` of this process's own time.

    None of `but` counts, and nothing is shrunk.
    """
    until = process_time() + seconds
    record = Record(until=until, shrinking=0.0, clock=process_time)
    for law, key in but:
        record.failures[law, key] = Failure(law, key, "", "", [])
    turn, examples = 0, _QUICK
    while plan.families and process_time() < until:
        for _ in _round(plan, server, record, until, turn, f"{seed}", examples):
            for identity, failure in record.failures.items():
                if identity not in but:
                    return failure
        turn += 1
        examples = min(examples * 2, 200)
    return None


def recorded(plan: Plan, *, seed: int, examples: int) -> list[list[Step]]:
    """Return the requests of many runs against the plan's own twin, with what they were answered."""
    record = Record(until=monotonic() + _FOREVER, runs=[])
    for _ in _round(plan, plan.server, record, record.until, 0, f"recorded/{seed}", examples):
        pass
    walks = [
        footprints.walked(plan, operation, Chance(f"{seed}/{operation.key}/{number}"))
        for operation in plan.tried
        for number in range(_WALKS)
        if footprints.applies(plan, operation)
    ]
    return [*(record.runs or []), *walks]
