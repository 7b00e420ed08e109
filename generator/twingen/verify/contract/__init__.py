"""The contract prover: schemathesis, through its engine, against the contract in two columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from twingen.twin.model import Twin
from twingen.verify.contract.shards import sharded
from twingen.verify.contract.trying import tried
from twingen.verify.contract.work import PHASES, Phase, Work
from twingen.verify.events import Event
from twingen.verify.target import Target

EXAMPLES = 10


def check_contract(
    twin: Twin, *, target: Target | None = None, seed: int = 0, seconds: float | None = None,
    jobs: int = 1, phases: Sequence[Phase] = PHASES, operations: Collection[str] | None = None,
    safe_only: bool = False, max_examples: int = EXAMPLES,
    cancelled: Callable[[], bool] = lambda: False, cache: Path | None = None,
) -> Iterator[Event]:  # fmt: skip
    """Hold a twin, or the server at `target`, against its contract; yield what was tried and found.

    Without a target the twin is asked in process, by `jobs` processes; a target is asked by this one.
    `operations` are keys, None for all; `safe_only` keeps to GET, HEAD and OPTIONS. With `seconds`
    every operation gets a share of that time, without it only what would take too long is bounded.
    `max_examples` is how many cases fuzzing makes for an operation at once. `cache` remembers examples and
    coverage, which do not depend on the seed, of operations that have not changed. Raises
    UnfoundedLooseningError where the overlay loosens the contract without evidence.
    """
    keys = frozenset(operation.key for operation in twin.contract.operations)
    work = Work(
        twin=twin, operations=keys if operations is None else keys & frozenset(operations),
        phases=tuple(phase for phase in PHASES if phase in phases), seed=seed, seconds=seconds,
        max_examples=max_examples, safe_only=safe_only, cache=cache,
    )  # fmt: skip
    if jobs > 1 and target is None and len(work.operations) > 1:
        yield from sharded(work, jobs, cancelled)
    else:
        yield from tried(work, target, cancelled)


__all__ = ["PHASES", "Phase", "check_contract"]
