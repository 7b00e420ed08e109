"""Whether the laws can fail: defects planted in twins, and how many of them machines notice.

    python bench/mutants.py
    python bench/mutants.py --twins okta,slack --operators lost-update,off-by-one-page --each 5 --jobs 2

Each defect is held against the laws twice: with tables of the twin as it was (what a change under
review is held against), and with nothing but the changed twin itself, whose own tables are wrong
alike, so that only what its answers say of each other can tell. A defect is out of the count where
the twin no longer loads, or where it answers thousands of recorded requests exactly as before: it
is equivalent or out of the machines' reach, which nothing here can tell apart, so both shares are
printed.
Seconds are of the process's own time, so that they do not depend on what else runs.
Exit code 1 when fewer than 95% of the rest are noticed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path[:0] = [str(ROOT), str(ROOT / "generator")]

from twingen.errors import TwingenError  # noqa: E402
from twingen.twin.load import load_twin  # noqa: E402
from twingen.twin.model import Twin  # noqa: E402
from twingen.verify.defects import HELD_BACK, OPERATORS, Defect, Operator  # noqa: E402
from twingen.verify.machines.hold import first_failure, recorded  # noqa: E402
from twingen.verify.machines.plan import Plan  # noqa: E402
from twingen.verify.machines.server import Server  # noqa: E402
from twingen.verify.machines.session import Step, differs  # noqa: E402

_TWINS = ("okta", "slack", "google-drive", "google-sheets", "depot")
_WANTED = 0.95
_SOUND_SECONDS = 8.0
_RUNS = 10  # of each machine, recorded to tell whether a defect shows at all


@dataclass(frozen=True, slots=True)
class Case:
    """One planted defect: its operator, the twin's name, and the number of the place."""

    operator: str
    twin: str
    number: int
    held_back: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. `tables` and `alone` are the seconds until it was noticed, None if it
    was not; `why` says why it does not count, or which law noticed it.
    """

    case: Case
    place: str
    counts: bool
    why: str
    tables: float | None = None
    alone: float | None = None
    by_alone: str = ""


@cache
def sound(name: str) -> Twin:
    """Return a twin without defects."""
    if name == "depot":
        from tests.verify.machines.depot import depot

        return depot()
    return load_twin(ROOT / "generated" / name)


@cache
def plan_of(name: str) -> Plan:
    return Plan(Server(sound(name)))


@cache
def requests_of(name: str) -> list[list[Step]]:
    """Return the requests of many runs against the sound twin."""
    return recorded(plan_of(name), seed=1, examples=_RUNS)


@cache
def open_of(name: str) -> frozenset[tuple[str, str]]:
    """Return the failures that the sound twin has already: they tell nothing of a defect."""
    found: set[tuple[str, str]] = set()
    plan = plan_of(name)
    until = time.process_time() + _SOUND_SECONDS
    seed = 2
    while time.process_time() < until:
        failure = first_failure(plan, plan.server, seed=seed, seconds=until - time.process_time(), but=found)
        seed += 1
        if failure is not None:
            found.add((failure.law, failure.operation))
    return frozenset(found)


def defects_of(operator: Operator, name: str) -> list[Defect]:
    return list(operator.plant(sound(name)))


def tried(case: Case, seconds: float, seconds_alone: float, seed: int) -> Outcome:
    """Plant one defect and see what notices it."""
    operator = next(one for one in (*OPERATORS, *HELD_BACK) if one.name == case.operator)
    defect = defects_of(operator, case.twin)[case.number]
    try:
        server = Server(defect.twin, defect.around)
    except TwingenError as error:
        return Outcome(case, defect.place, False, f"does not load: {error}")
    if not any(differs(server, steps) for steps in requests_of(case.twin)):
        return Outcome(case, defect.place, False, "answers as before")
    # What wraps the answers keeps a state of its own: each look starts afresh.
    by, tables = _noticed(case, Server(defect.twin, defect.around), plan_of(case.twin), seconds, seed)
    defect = defects_of(operator, case.twin)[case.number]
    server = Server(defect.twin, defect.around)
    by_alone, alone = _noticed(case, server, None, seconds_alone, seed)
    return Outcome(case, defect.place, True, by, tables, alone, by_alone)


def _noticed(case: Case, server: Server, plan: Plan | None, seconds: float, seed: int) -> tuple[str, float | None]:
    but = open_of(case.twin)
    begun = time.process_time()
    failure = first_failure(plan or Plan(server), server, seed=seed, seconds=seconds, but=but)
    if failure is None:
        return "", None
    return f"{failure.law} {failure.operation}", time.process_time() - begun


def cases_of(arguments: argparse.Namespace) -> Iterator[Case]:
    wanted = set(arguments.operators.split(",")) if arguments.operators else None
    for held_back, operators in ((False, OPERATORS), (True, HELD_BACK)):
        for operator in operators:
            if wanted is not None and operator.name not in wanted:
                continue
            places = [
                (name, number)
                for name in arguments.twins.split(",")
                for number in range(len(defects_of(operator, name)))
            ]
            chance = random.Random(f"{arguments.seed}/{operator.name}")
            for name, number in sorted(chance.sample(places, min(len(places), arguments.each))):
                yield Case(operator.name, name, number, held_back)


def report(outcomes: list[Outcome], verbose: bool) -> bool:
    """Print what was noticed, operator by operator; returns whether it was enough."""
    print(f"{'operator':<26}{'tables':>10}{'alone':>10}{'median':>9}{'most':>8}   out of the count")
    for operator in (*OPERATORS, *HELD_BACK):
        mine = [one for one in outcomes if one.case.operator == operator.name]
        counted = [one for one in mine if one.counts]
        if not mine:
            continue
        times = [one.tables for one in counted if one.tables is not None]
        alone = sum(one.alone is not None for one in counted)
        print(
            f"{operator.name:<26}{f'{len(times)}/{len(counted)}':>10}{f'{alone}/{len(counted)}':>10}"
            f"{f'{median(times):.1f} s' if times else '':>9}{f'{max(times):.1f} s' if times else '':>8}"
            f"   {len(mine) - len(counted) or ''}"
        )
    missed = [one for one in outcomes if one.counts and one.tables is None]
    for one in missed:
        print(f"MISSED {one.case.operator} in {one.case.twin} ({one.case.number}): {one.place}")
    if verbose:
        for one in outcomes:
            figure = f"{one.tables:.1f} s" if one.tables is not None else "-"
            print(f"{one.case.operator}\t{one.case.twin}\t{one.place}\t{figure}\t{one.why}\talone: {one.by_alone or '-'}")
    enough = True
    for name, held_back in (("shown", False), ("held back", True)):
        mine = [one for one in outcomes if one.case.held_back is held_back]
        counted = [one for one in mine if one.counts]
        if not counted:
            continue
        caught = sum(one.tables is not None for one in counted)
        alone = sum(one.alone is not None for one in counted)
        footprints = sum(one.why.startswith("footprints ") for one in counted)
        unseen = sum(one.why == "answers as before" for one in mine)
        share = caught / len(counted)
        enough = enough and share >= _WANTED
        print(
            f"{'ok    ' if share >= _WANTED else 'BROKEN'} {name}: with the twin's tables {caught}/{len(counted)} "
            f"({share:.1%}, at least {_WANTED:.0%}; {footprints} of them first by footprints); by relations alone {alone}/{len(counted)} ({alone / len(counted):.1%}); "
            f"of all that load {caught}/{len(counted) + unseen}; out of the count {unseen} that answer as before, {len(mine) - len(counted) - unseen} that do not load"
        )
    return enough


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--twins", default=",".join(_TWINS))
    parser.add_argument("--operators", default="", help="names of operators, all by default")
    parser.add_argument("--each", type=int, default=3, help="defects of each operator, over all twins")
    parser.add_argument("--seconds", type=float, default=60.0, help="most time for one look at one defect")
    parser.add_argument("--alone", type=float, default=10.0, help="most time for a look by relations alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-v", "--verbose", action="store_true", help="also print each defect")
    arguments = parser.parse_args()
    cases = list(cases_of(arguments))
    begun = time.monotonic()
    outcomes: list[Outcome] = []
    for name in {case.twin for case in cases}:
        requests_of(name), open_of(name)  # once, before the processes that need them are forked
    with ProcessPoolExecutor(arguments.jobs, mp_context=get_context("fork")) as pool:
        waiting = [pool.submit(tried, case, arguments.seconds, arguments.alone, arguments.seed) for case in cases]
        for done in as_completed(waiting):
            outcomes.append(done.result())
            print(f"\r{len(outcomes)}/{len(cases)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    order = {case: place for place, case in enumerate(cases)}
    enough = report(sorted(outcomes, key=lambda one: order[one.case]), arguments.verbose)
    print(f"{len(cases)} defects in {time.monotonic() - begun:.0f} s")
    return 0 if enough else 1


if __name__ == "__main__":
    raise SystemExit(main())
