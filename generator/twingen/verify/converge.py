"""The loop that ends a build: rounds of proof on fresh seeds until three in a row find nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from twingen.report.model import Excuse, Finding, Note, Report, Round
from twingen.report.sums import by_unit
from twingen.twin.model import Twin
from twingen.verify.collect import Collector
from twingen.verify.events import Ended, Event, Noted, Tried
from twingen.verify.interruption import noticing
from twingen.verify.kept import Kept, State
from twingen.verify.provers import Prover, Task
from twingen.verify.remote import Refused
from twingen.verify.repairs import RULES, Repaired, Rule, repair
from twingen.verify.target import Target

QUIET = 3
# A prover is not begun for less than this part of what it takes to reach every operation.
_TOO_LITTLE = 0.2
# Provers mind their time themselves; this much later they are told that it is over.
_GRACE = 1.25
# How much later than the whole proof should be over.
_LATEST = 2.0
# How many operations a process more should have to itself.
_WORTH_A_PROCESS = 100
# Seconds that nothing is begun for any more.
_LEFTOVER = 0.5
# What a prover gets in a round at the least, whatever its pace, if there is that much.
_LEAST = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """An interrupted run of the same twin goes on."""

    rounds: int
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundBegan:
    number: int
    seed: int
    quiet: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProverBegan:
    """A prover gets `seconds`, `left` are left in all."""

    name: str
    seconds: float
    left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Repairing:
    """A finding led to a repair of the twin."""

    excuse: Excuse


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundEnded:
    round: Round
    quiet: int


LoopEvent = Event | Resumed | RoundBegan | ProverBegan | Repairing | RoundEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class Converged:
    """What the loop came to: the report, and the twin with its repairs."""

    report: Report
    twin: Twin
    demotions: tuple[Excuse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to prove: `seconds` in all, over `provers`; what to try, and on which server.

    `state` is the folder in which an interrupted run is kept; without one nothing is. `cancelled`
    ends the proof as if its time were up; `jobs` None leaves the number of processes to the loop.
    """

    provers: tuple[Prover, ...]
    seconds: float
    seed: int = 0
    jobs: int | None = None
    operations: Collection[str] | None = None
    target: Target | None = None
    safe_only: bool = False
    rules: tuple[Rule, ...] = RULES
    cache: Path | None = None
    state: Path | None = None
    cancelled: Callable[[], bool] = lambda: False
    notes: tuple[Note, ...] = ()


def converge(
    twin: Twin, options: Options, *, digest: str = "",
    on_event: Callable[[LoopEvent], None] = lambda event: None,
    clock: Callable[[], float] = time.monotonic,
) -> Converged:  # fmt: skip
    """Prove a twin until three rounds in a row bring nothing new, or the time is up.

    It has converged when nothing is open then, every prover ran and every operation was reached.
    KeyboardInterrupt passes through once what was found is kept.
    """
    with noticing() as interrupted:
        loop = _Loop(twin, options, digest, on_event, clock, interrupted)
        try:
            loop.run()
        except KeyboardInterrupt:
            loop.keep()
            raise
    loop.kept.drop()
    return loop.result()


@dataclass(slots=True)
class _Loop:
    twin: Twin
    options: Options
    digest: str
    on_event: Callable[[LoopEvent], None]
    clock: Callable[[], float]
    interrupted: Callable[[], bool]
    collector: Collector = field(init=False)
    kept: Kept = field(init=False)
    rounds: list[Round] = field(default_factory=list)
    demotions: list[Excuse] = field(default_factory=list)
    covered: dict[str, dict[str, str]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    repaired: list[Finding] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    quiet: int = 0
    begun: float = 0.0
    before: float = 0.0

    def __post_init__(self) -> None:
        options = self.options
        self.collector = Collector(self.twin, options.operations)
        for note in options.notes:
            self.collector.add(Noted(note=note))
        names = [prover.name for prover in options.provers]
        self.kept = Kept(options.state, self.digest, options.seed, names, options.operations)

    # The loop

    def run(self) -> None:
        self.begun = self.clock()
        self._resume()
        progress = True
        while self._left() > _LEFTOVER and (self.quiet < QUIET or (progress and self._unfinished())):
            number = len(self.rounds) + 1
            seed = derived(self.options.seed, number)
            self.on_event(RoundBegan(number=number, seed=seed, quiet=self.quiet))
            started, cases = self.clock(), self.collector.cases
            known, unfinished = self._identities(), len(self._unfinished())
            whole = self._round(seed)
            progress = len(self._unfinished()) < unfinished
            new = len(self._identities() - known)
            repaired = self._repair()
            self.quiet = 0 if new or repaired else self.quiet + whole
            done = Round(
                number=number, seed=seed, seconds=round(self.clock() - started, 3),
                cases=self.collector.cases - cases, new=new, open=len(self.collector.open),
                repaired=repaired,
            )  # fmt: skip
            self.rounds.append(done)
            self.kept.mark(self._state())
            self.on_event(RoundEnded(round=done, quiet=self.quiet))

    def _round(self, seed: int) -> bool:
        """Run every prover once; returns whether each got to try something, or had nothing to do."""
        whole = True
        pending = [prover for prover in self._able() if self._due(prover)]
        rest = sum(prover.weight for prover in self._able() if not prover.once)
        for number, prover in enumerate(pending):
            left = self._left()
            reach = prover.reach * len(self._keys())
            if left <= max(_LEFTOVER, reach * _TOO_LITTLE):
                return False
            ahead = sum(one.weight for one in pending[number:])
            ahead += rest * max(0, QUIET - self.quiet - 1)
            share = max(left * prover.weight / ahead, min(left / 2, reach))
            whole = self._try(prover, seed, share) and whole
        return whole

    def _try(self, prover: Prover, seed: int, seconds: float) -> bool:
        options = self.options
        if prover.pace is not None:
            seconds = min(seconds, _LEAST + prover.pace * len(self._keys()))
        until = self.clock() + min(seconds * _GRACE, self._left() + _LATEST)
        self.on_event(ProverBegan(name=prover.name, seconds=seconds, left=self._left()))
        chosen = self._uncovered(prover) if prover.once else options.operations
        if chosen is not None and len(chosen) == len(self.twin.contract.operations):
            chosen = None
        task = Task(
            twin=self.twin, seed=seed, seconds=seconds,
            cancelled=lambda: self.clock() >= until or options.cancelled(),
            target=options.target, operations=chosen, safe_only=options.safe_only, jobs=self._jobs(),
            cache=options.cache,
        )  # fmt: skip
        covered = self.covered.setdefault(prover.name, {}) if prover.once else {}
        whole = done = True
        try:
            for event in prover.run(task):
                if isinstance(event, Tried) and event.operation:
                    covered[event.operation] = self._digest(event.operation)
                elif isinstance(event, Ended):
                    whole = whole and event.reason != "trouble"
                    done = done and event.reason == "done"
                self.collector.add(event)
                self.on_event(event)
                self._mind()
        except Refused as refused:
            return self._failed(prover, Note(level="warning", text=f"{prover.name}: {refused}"))
        except Exception as trouble:
            text = f"the prover {prover.name!r} went wrong: {type(trouble).__name__}: {trouble}"
            self._mind()
            return self._failed(prover, Note(level="error", text=text))
        self._mind()
        if prover.once and done:  # what it says nothing about is none of its business
            covered |= {key: self._digest(key) for key in self._keys()}
        return whole

    def _mind(self) -> None:
        """Raise what an engine made an end of its own of."""
        if self.interrupted():
            raise KeyboardInterrupt

    def _failed(self, prover: Prover, note: Note) -> bool:
        """Note why a prover cannot go on; it is not asked again."""
        self.failed.add(prover.name)
        self.collector.add(Noted(note=note))
        self.on_event(Noted(note=note))
        return False

    def _repair(self) -> int:
        done = repair(self.twin, self.collector.open, self.options.rules)
        for one in done:
            self._apply(one)
            self.on_event(Repairing(excuse=one.excuse))
        return len(done)

    def _apply(self, one: Repaired) -> None:
        self.repaired.append(one.finding)
        self.demotions.append(one.excuse)
        for key in one.operations:
            self.collector.forget(key)
        self.twin = self.collector.twin = one.twin
        self.collector.reconsider()
        self.digests.clear()

    # What provers that run once still have to do

    def _able(self) -> list[Prover]:
        return [prover for prover in self.options.provers if prover.name not in self.failed]

    def _due(self, prover: Prover) -> bool:
        return not prover.once or bool(self._uncovered(prover))

    def _uncovered(self, prover: Prover) -> list[str]:
        covered = self.covered.get(prover.name, {})
        return [key for key in self._keys() if covered.get(key) != self._digest(key)]

    def _unfinished(self) -> set[str]:
        """Return the operations that some prover, which runs once, did not get to."""
        return {key for prover in self._able() if prover.once for key in self._uncovered(prover)}

    def _keys(self) -> Collection[str]:
        if self.options.operations is not None:
            return self.options.operations
        return [operation.key for operation in self.twin.contract.operations]

    def _jobs(self) -> int:
        """Return how many processes are asked for; few operations are not worth starting more."""
        if self.options.jobs is not None:
            return self.options.jobs
        return max(1, min(_cores(), len(self._keys()) // _WORTH_A_PROCESS))

    def _digest(self, key: str) -> str:
        """Return a digest of what is documented about an operation and what it does."""
        if not self.digests:
            does = {one.key: one for resource in self.twin.resources for one in resource.operations}
            for documented in self.twin.contract.operations:
                text = repr((documented, does.get(documented.key)))
                self.digests[documented.key] = sha256(text.encode()).hexdigest()[:16]
        return self.digests.get(key, "")

    # The end

    def result(self) -> Converged:
        reason = self._reason()
        return Converged(
            report=self._report(converged=not reason, not_reached=reason),
            twin=self.twin,
            demotions=tuple(self.demotions),
        )

    def _reason(self) -> str:
        """Return why the twin has not converged; empty when it has."""
        reasons = []
        left = self.collector.open
        if left:
            units = ", ".join(f"{len(found)} in {unit}" for unit, found in by_unit(left)[:5])
            reasons.append(f"{_many(len(left), 'finding')} left: {units}")
        if self.quiet < QUIET:
            target = self.options.target
            spent = target is not None and getattr(target, "spent", False)
            limit = "the requests that were allowed" if spent else f"{self.options.seconds:g} seconds"
            reasons.append(f"{self.quiet} of {QUIET} quiet rounds within {limit}")
        troubles = self.collector.troubled
        if troubles:
            more = f" (and {len(troubles) - 1} more)" if len(troubles) > 1 else ""
            reasons.append(f"{troubles[0].text}{more}")
        untried = self.collector.untried()
        if untried:
            reasons.append(f"nothing was tried on {_many(len(untried), 'operation')}")
        unfinished = self._unfinished() - set(untried)
        if unfinished:
            reasons.append(f"{_many(len(unfinished), 'operation')} not tried with every example")
        return "; ".join(reasons)

    def _report(self, *, converged: bool | None = None, not_reached: str = "") -> Report:
        target = self.options.target
        return self.collector.report(
            address=target.address if target is not None else "in process",
            seed=self.options.seed,
            seconds=round(self.before + self.clock() - self.begun, 3),
            rounds=self.rounds,
            converged=converged,
            not_reached=not_reached,
            demotions=self.demotions,
            digest=self.digest,
        )

    # Interruption

    def keep(self) -> None:
        """Keep what the finished rounds came to, and what the one in progress has found."""
        self.kept.write(self.collector.open)

    def _state(self) -> State:
        return State(
            report=self._report(), repaired=tuple(self.repaired), quiet=self.quiet,
            covered={name: dict(covered) for name, covered in self.covered.items()},
        )  # fmt: skip

    def _resume(self) -> None:
        state = self.kept.read()
        if state is None:
            self.kept.mark(self._state())
            return
        for finding in state.repaired:
            for one in repair(self.twin, [finding], self.options.rules):
                self._apply(one)
        report = state.report
        self.before, self.rounds, self.quiet = report.seconds, list(report.rounds), state.quiet
        self.covered = {name: dict(covered) for name, covered in state.covered.items()}
        self.collector.resume(report)
        self.collector.reconsider()
        self.on_event(Resumed(rounds=len(self.rounds), findings=len(self.collector.open)))

    def _left(self) -> float:
        if self.options.cancelled():
            return 0.0
        return self.options.seconds - (self.clock() - self.begun)

    def _identities(self) -> set[str]:
        return {finding.identity for finding in self.collector.open}


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def derived(seed: int, number: int) -> int:
    """Return the seed of a round; the first one is the seed that was asked for."""
    if number == 1:
        return seed
    return int.from_bytes(sha256(f"{seed} {number}".encode()).digest()[:4], "big")


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


