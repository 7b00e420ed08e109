"""One share of a check, in this process: what the engine is given at once, and how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator

from twingen.verify.contract.checked import OVERTIME, Checked
from twingen.verify.contract.specification import Specification
from twingen.verify.contract.work import GIVEN, Phase, Work
from twingen.verify.events import Event
from twingen.verify.target import Target

# Of the time for what does not depend on the seed, the part for examples; coverage has the rest.
_EXAMPLES_SHARE = 0.3


def tried(work: Work, target: Target | None, stopped: Callable[[], bool]) -> Iterator[Event]:
    """Try the operations of `work` on `target` (None: its twin, in this process) and yield what comes."""
    checked = Checked(work, target, stopped)
    yield from checked.left_out()
    remembered = yield from checked.recall()
    if not checked.spec.keys:
        return
    started = time.monotonic()
    for phases, labels, share in _runs(work, checked.spec, remembered):
        left = None
        if work.seconds is not None:
            left = max(1.0, share * ((1 - OVERTIME) * work.seconds - (time.monotonic() - started)))
        yield from checked.run(phases, labels, left)
        if stopped() or checked.transport.spent:
            break
    yield from checked.overtime(remembered)
    checked.remember()
    yield from checked.remarks(remembered)


def _runs(
    work: Work, spec: Specification, remembered: Collection[str]
) -> Iterator[tuple[tuple[Phase, ...], tuple[str, ...], float]]:
    """Yield what to give the engine at once: phases, labels, and the share of the time that is left.

    With a limit, examples and coverage have theirs apart: the engine gives the first of them all.
    """
    every = tuple(spec.keys)
    given = tuple(phase for phase in GIVEN if phase in work.phases)
    later = tuple(phase for phase in work.phases if phase not in GIVEN)
    fresh = tuple(label for label, key in spec.keys.items() if key not in remembered)
    if work.seconds is None and len(fresh) == len(every):
        yield work.phases, every, 1.0
        return
    half = 0.5 if later else 1.0
    if fresh:
        for phase in given:
            share = half * _EXAMPLES_SHARE if phase == "examples" and len(given) > 1 else half
            yield (phase,), fresh, share
    if later:
        yield later, every, 1.0
