"""A check divided over processes: each has operations that belong together, and a world of its own."""

from __future__ import annotations

import multiprocessing
import queue
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from twingen.report.model import Note
from twingen.twin.model import Twin
from twingen.verify.contract.trying import tried
from twingen.verify.contract.work import Work
from twingen.verify.events import Began, Ended, Event, Noted, NotTried, Tried

_POLL = 0.2
# A process that says nothing for so long is stuck where no limit reaches it.
_SILENCE = 90.0
_GOODBYE = 3.0

# What a shard runs; a test puts a worse one in its place.
Job = Callable[[Work, Callable[[], bool]], Iterator[Event]]


@dataclass(slots=True)
class _Shard:
    number: int
    work: Work
    process: Any
    heard: float
    done: bool = False
    told: set[str] = field(default_factory=set)


def in_process(work: Work, stopped: Callable[[], bool]) -> Iterator[Event]:
    return tried(work, None, stopped)


def sharded(
    work: Work, jobs: int, cancelled: Callable[[], bool], job: Job = in_process
) -> Iterator[Event]:
    """Yield the events of `work` done by `jobs` processes.

    A process that ends before its work does is said, and its operations count as not tried; the
    others go on.
    """
    context = multiprocessing.get_context("spawn")
    told: Any = context.Queue()
    stop = context.Event()
    shards = []
    for number, operations in enumerate(slices(work.twin, work.operations, jobs)):
        share = replace(work, operations=operations)
        process = context.Process(target=_shard, args=(number, share, told, stop, job), daemon=True)
        process.start()
        shards.append(_Shard(number=number, work=share, process=process, heard=time.monotonic()))
    phases = _Phases(len(shards), len(work.operations))
    try:
        while not all(shard.done for shard in shards):
            if cancelled():
                stop.set()
            try:
                number, event = told.get(timeout=_POLL)
            except queue.Empty:
                yield from _lost(shards, phases)
                continue
            shard = shards[number]
            shard.heard = time.monotonic()
            if event is None:
                shard.done = True
            elif isinstance(event, (Began, Ended)):
                yield from phases.folded(event)
            else:
                if isinstance(event, (Tried, NotTried)):
                    shard.told.add(event.operation)
                yield event
    finally:
        stop.set()
        ends = time.monotonic() + _GOODBYE
        for shard in shards:
            shard.process.join(max(0.0, ends - time.monotonic()))
            if shard.process.is_alive():
                shard.process.kill()
                shard.process.join()
        told.close()
        told.cancel_join_thread()


def slices(twin: Twin, operations: frozenset[str], jobs: int) -> list[frozenset[str]]:
    """Divide operations into at most `jobs` shares of like size; a resource's stay together."""
    resources = {
        operation.key: resource.name for resource in twin.resources for operation in resource.operations
    }
    groups: dict[str, list[str]] = {}
    for operation in twin.contract.operations:
        if operation.key in operations:
            literal = [step for step in operation.path.split("/") if step and "{" not in step]
            name = resources.get(operation.key) or "/".join(literal[:4])
            groups.setdefault(name, []).append(operation.key)
    shares: list[list[str]] = [[] for _ in range(max(1, jobs))]
    for group in sorted(groups.values(), key=len, reverse=True):
        min(shares, key=len).extend(group)
    return [frozenset(share) for share in shares if share]


@dataclass(slots=True)
class _Phases:
    """Folds what shards say of phases: a phase begins with the first and ends with the last."""

    shards: int
    operations: int
    began: dict[str, int] = field(default_factory=dict)
    ended: dict[str, list[str]] = field(default_factory=dict)

    def folded(self, event: Began | Ended) -> Iterator[Event]:
        if isinstance(event, Began):
            if event.phase not in self.began:
                self.began[event.phase] = 0
                yield replace(event, total=self.operations)
            return
        reasons = self.ended.setdefault(event.phase, [])
        reasons.append(event.reason)
        if len(reasons) == self.shards:
            yield replace(event, reason=max(reasons, key=_WORST.index))  # type: ignore[arg-type]

    def lost(self) -> Iterator[Event]:
        """A shard is gone: what the others have ended ends now."""
        self.shards -= 1
        for phase, reasons in self.ended.items():
            if self.shards and len(reasons) == self.shards:
                yield Ended(source="contract", phase=phase, reason="trouble")


_WORST = ["done", "time", "interrupted", "trouble"]


def _lost(shards: list[_Shard], phases: _Phases) -> Iterator[Event]:
    """Say which shards have died, or are stuck and are ended."""
    for shard in shards:
        if shard.done:
            continue
        silent = time.monotonic() - shard.heard
        why = ""
        if not shard.process.is_alive():
            shard.process.join()
            code = shard.process.exitcode
            why = f"ended with {f'signal {-code}' if code is not None and code < 0 else f'exit code {code}'}"
        elif silent > _SILENCE:
            shard.process.kill()
            why = f"said nothing for {_SILENCE:.0f} seconds and was ended"
        if not why:
            continue
        shard.done = True
        left = sorted(shard.work.operations - shard.told)
        text = f"a process that tried {len(shard.work.operations)} operations {why}; {len(left)} were not tried"
        yield Noted(note=Note(level="error", text=text))
        for key in left:
            yield NotTried(operation=key, why=f"the process that was to try it {why}")
        yield from phases.lost()


def _shard(number: int, work: Work, told: Any, stop: Any, job: Job) -> None:
    """The whole life of a process: do the work, tell everything, say goodbye."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for event in job(work, stop.is_set):
            told.put((number, event))
    except Exception as error:
        text = f"a process went wrong: {type(error).__name__}: {error}"
        told.put((number, Noted(note=Note(level="error", text=text))))
        raise
    told.put((number, None))
