"""The provers that the converge loop runs, behind one signature."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from twingen.report.model import Source
from twingen.twin.model import Twin
from twingen.verify.events import Event
from twingen.verify.target import Target

# Trajectories of each scenario in a round.
_TIMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a prover is asked for: this twin (or the server in its place), this seed, so much time.

    `operations` None means all of them. `cancelled` is asked often, and tells when to come to an end.
    """

    twin: Twin
    seed: int
    seconds: float
    cancelled: Callable[[], bool]
    target: Target | None = None
    operations: Collection[str] | None = None
    safe_only: bool = False
    jobs: int = 1
    cache: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """One way of trying a twin.

    `once`: what it finds depends on the operation and not on the seed, so that each state of an
    operation is tried once; else it runs in every round. `weight` is its share of a round's time,
    `pace` how many seconds an operation is worth at the most in one round: more rounds on fresh
    seeds tell more than longer ones. `reach` is how many seconds it takes per operation to get to
    all of them once: a short proof is one round that reaches every operation, not three that do not.
    """

    name: str
    source: Source
    run: Callable[[Task], Iterator[Event]]
    once: bool = False
    weight: float = 1.0
    pace: float | None = None
    reach: float = 0.0


def provers(
    *, remote: bool = False, scenarios: bool = True, recordings: Collection[Path] = ()
) -> tuple[Prover, ...]:
    """Return the provers for a twin in this process, or for a server elsewhere."""
    # What is quick comes first, so that the shortest proof says something about everything.
    found = []
    if scenarios:
        found.append(Prover(name="scenarios", source="scenario", run=_scenarios, weight=1))
    if not remote:
        found.append(Prover(name="laws", source="law", run=_laws, weight=2, pace=0.2, reach=0.02))
    found += [
        Prover(
            name="examples, coverage", source="contract", run=_given, once=True, weight=4, reach=0.03
        ),
        Prover(
            name="fuzzing, stateful", source="contract", run=_generated, weight=4, pace=0.3, reach=0.03
        ),
    ]
    if recordings:
        replayed = _recordings(tuple(recordings))
        found.append(Prover(name="recordings", source="recording", run=replayed, once=True, weight=1))
    return tuple(found)


def _given(task: Task) -> Iterator[Event]:
    from twingen.verify.contract import check_contract

    return check_contract(
        task.twin, target=task.target, seed=task.seed, seconds=task.seconds, jobs=task.jobs,
        phases=("examples", "coverage"), operations=task.operations, safe_only=task.safe_only,
        cancelled=task.cancelled, cache=task.cache,
    )  # fmt: skip


def _generated(task: Task) -> Iterator[Event]:
    from twingen.verify.contract import check_contract

    return check_contract(
        task.twin, target=task.target, seed=task.seed, seconds=task.seconds, jobs=task.jobs,
        phases=("fuzzing", "stateful"), operations=task.operations, safe_only=task.safe_only,
        cancelled=task.cancelled, cache=task.cache,
    )  # fmt: skip


def _laws(task: Task) -> Iterator[Event]:
    from twingen.verify.machines import check_laws

    return check_laws(
        task.twin, seed=task.seed, seconds=task.seconds, operations=task.operations,
        cancelled=task.cancelled,
    )  # fmt: skip


def _scenarios(task: Task) -> Iterator[Event]:
    from twingen.verify.scenarios import check_scenarios

    return check_scenarios(
        task.twin, target=task.target, times=_TIMES, seed=task.seed, cancelled=task.cancelled
    )


def _recordings(files: tuple[Path, ...]) -> Callable[[Task], Iterator[Event]]:
    def run(task: Task) -> Iterator[Event]:
        from twingen.verify.recordings import check_recordings

        return check_recordings(task.twin, files=files, target=task.target, cancelled=task.cancelled)

    return run
