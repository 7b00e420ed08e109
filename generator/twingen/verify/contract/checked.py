"""A target under check: the engine's events turned into ours."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.run import PhaseName

from twingen.report.model import Note
from twingen.runtime.http import Request
from twingen.runtime.run import Run
from twingen.verify.contract import checks
from twingen.verify.contract.bounds import (
    OPERATION_REQUESTS,
    SHARE,
    STATEFUL_SECONDS,
    Watch,
    allowance,
)
from twingen.verify.contract.findings import Findings, tally
from twingen.verify.contract.garbage import Garbage
from twingen.verify.contract.loosening import overlaid
from twingen.verify.contract.meaning import Meaning, worded
from twingen.verify.contract.remembered import Remembered
from twingen.verify.contract.shrinking import Send, Shrinker
from twingen.verify.contract.specification import Specification, specification
from twingen.verify.contract.transport import Heard, Straight, Straightened, install
from twingen.verify.contract.work import GIVEN, PHASES, Phase, Work
from twingen.verify.events import Began, Ended, Event, Found, Noted, NotTried, Tried
from twingen.verify.remote import Remote
from twingen.verify.subject import failure_marks
from twingen.verify.target import InProcess, Target

_REASONS: dict[str, Literal["done", "time", "interrupted", "trouble"]] = {
    "completed": "done", "max_time": "time", "interrupted": "interrupted",
}  # fmt: skip
# The part of the time that is kept for operations that the others left none.
OVERTIME = 0.1
_LEAST_OVERTIME = 10.0
_OVERTIME_EACH = 0.3
_SHRINKING = "shrinking"
_STEPS = 8
_AGAIN = 3


@dataclass(slots=True)
class _Progress:
    """What has come of each operation: cases by label, and by label and phase.

    `told` are the events of examples and coverage by key.
    """

    cases: dict[str, int] = field(default_factory=dict)
    phases: dict[tuple[str, str], int] = field(default_factory=dict)
    finished: set[tuple[str, str]] = field(default_factory=set)
    trouble: dict[str, str] = field(default_factory=dict)
    cut: dict[tuple[str, str], str] = field(default_factory=dict)
    told: dict[str, list[Event]] = field(default_factory=dict)


class Checked:
    """A target under check, with what schemathesis is told of it."""

    def __init__(self, work: Work, target: Target | None, stopped: Callable[[], bool]):
        self.work = work
        self.stopped = stopped
        twin = work.twin
        run = Run([twin], needs_bodies=True)
        app = run.apps[0]
        self.target = target = target or InProcess(run, app)
        marks = failure_marks(app, run.world(app).fork())
        overlay = overlaid(twin.contract)
        standing = twin.lock.standing
        unsupported = {
            key
            for key, route in app.routes.items()
            if route.tier == "unsupported" or (key in standing and standing[key].tier == "unsupported")
        }
        self.spec = specification(
            twin.contract, twin.service, overlay=overlay, unsupported=() if target.remote else unsupported,
            public={key for key, route in app.routes.items() if route.public},
            operations=work.operations, safe_only=work.safe_only, refusals_succeed=bool(marks),
        )  # fmt: skip
        refused = b""
        if marks and target.remote:
            refused = _refused(target, next((r.documented.path for r in app.routes.values() if not r.public), "/"))
        self.meaning = Meaning(twin.service, marks, refused)
        self.transport = Straight(
            target, meaning=self.meaning, limit=OPERATION_REQUESTS, stopped=self._must_stop
        )
        shrinker = Shrinker(self._aside(target)) if isinstance(target, InProcess) else None
        rules = checks.Rules(self.meaning, self.spec.keys, twin.contract, overlay, shrinker, worded(twin), self.spec.methods)
        self.app = Straightened(self.transport, rules)
        smallest = shrinker.smallest if shrinker is not None else {}
        trail = target.trail if isinstance(target, Remote) else None
        self.findings = Findings(twin, self.spec.keys, target.address, smallest, trail)
        self.progress = _Progress()
        self.memory = None
        if work.cache is not None and not target.remote:
            keys = frozenset(self.spec.keys.values())
            self.memory = Remembered(twin, work.cache, target.address, keys)
        self._interrupted = False
        self._clock = time.monotonic if target.remote else time.process_time
        self._began: set[Phase] = set()
        self._overtime = 0.0
        self._ends: float | None = None
        self._documented = frozenset(
            int(r.status) for o in twin.contract.operations for r in o.responses
            if r.status.isdigit() and 400 <= int(r.status) < 500
        )  # fmt: skip

    def left_out(self) -> Iterator[Event]:
        for key, why in self.spec.left_out.items():
            yield NotTried(operation=key, why=why)
        if self.spec.silent and self.spec.keys:
            text = (
                "the contract names no error status: refusals were held only to be refusals, "
                "with whatever status below 500"
            )
            yield Noted(note=Note(level="note", text=text))

    def run(
        self, phases: tuple[Phase, ...], labels: Collection[str], seconds: float | None
    ) -> Iterator[Event]:
        """Run the engine over some operations; what an unlucky interruption left is run again."""
        ends = None if seconds is None else time.monotonic() + seconds
        reason = ""
        waiting = set(labels)
        for _ in range(_AGAIN):
            left = None if ends is None else ends - time.monotonic()
            reason = yield from self._engine(phases, waiting, left)
            if reason != "interrupted" or self._over or self._late():
                self._interrupted = self._interrupted or reason == "interrupted"
                break
            unit = [phase for phase in phases if phase != "stateful"]
            done = self.progress.finished
            waiting = {one for one in waiting if any((one, phase) not in done for phase in unit)}
            if not waiting:
                break
        if reason == "interrupted" and not self._over:
            reason = "max_time" if self._late() else "completed"
        for phase in phases:
            if phase not in self._began:
                yield from self._begin(phase, len(labels))
            yield Ended(source="contract", phase=phase, reason=_REASONS.get(reason, "trouble"))

    def _begin(self, phase: Phase, total: int) -> Iterator[Event]:
        if phase not in self._began:
            self._began.add(phase)
            yield Began(source="contract", phase=phase, total=total)

    def recall(self) -> Generator[Event, None, frozenset[str]]:
        """Yield what is remembered; return the operations that it is about."""
        if self.memory is None or not set(GIVEN) <= set(self.work.phases):
            return frozenset()
        known = self.memory.known()
        for events_ in known.values():
            yield from events_
        return frozenset(known)

    def overtime(self, remembered: Collection[str]) -> Iterator[Event]:
        """Try what was not reached in time: a few cases of each."""
        work = self.work
        waiting = [
            label for label, key in self.spec.keys.items()
            if not self.progress.cases.get(label) and key not in remembered
            and label not in self.progress.trouble
        ]  # fmt: skip
        unit = [phase for phase in work.phases if phase != "stateful"]
        if work.seconds is None or not waiting or not unit or self._over:
            return
        self._overtime = time.monotonic() + max(_LEAST_OVERTIME, work.seconds / 2)
        for event in self.run((unit[-1],), waiting, None):
            if not isinstance(event, (Began, Ended)):
                yield event

    def remember(self) -> None:
        """Keep what examples and coverage said of operations whose cases were all run."""
        progress = self.progress
        if self.memory is None or not set(GIVEN) <= set(self.work.phases):
            return
        for label, key in self.spec.keys.items():
            whole = all((label, phase) in progress.finished for phase in GIVEN)
            short = any((label, phase) in progress.cut for phase in GIVEN)
            if whole and not short and label not in progress.trouble and not self._interrupted:
                self.memory.keep(key, progress.told.get(key, ()))

    def remarks(self, remembered: Collection[str]) -> Iterator[Event]:
        """Yield what the reader must know of operations that were cut short, or not tried at all."""
        progress = self.progress
        short: Counter[str] = Counter()
        for (label, phase), why in progress.cut.items():
            if why == SHARE:
                short[phase] += 1
                continue
            cases = progress.phases.get((label, phase), 0)
            key = self.spec.keys.get(label, "")
            text = f"{phase} ended after {cases:,} cases: {why}"
            yield Noted(note=Note(level="note", text=text, operation=key))
        if self.transport.refused:
            yield Noted(note=Note(level="note", text=f"some requests were not sent: {self.transport.refused}"))
        for phase, count in short.items():
            text = f"{phase}: the cases of {count} operations ended early, their share of the time being used up"
            yield Noted(note=Note(level="note", text=text))
        for label, key in self.spec.keys.items():
            if progress.cases.get(label) or key in remembered:
                continue
            why = progress.trouble.get(label, "")
            if not why:
                cut = next((why for where, why in progress.cut.items() if where[0] == label), "")
                why = cut or ("the time was over before it" if self.work.seconds is not None else "no case could be made from its documents")
            yield NotTried(operation=key, why=why)

    def _engine(
        self, phases: Sequence[Phase], labels: Collection[str], seconds: float | None
    ) -> Generator[Event, None, str]:
        """Run the engine once and return why it stopped."""
        config = SchemathesisConfig.from_dict(self._configuration(phases, seconds))
        schema = schemathesis.openapi.from_dict(self.spec.document(labels), config=config)
        schema.app = self.app
        self.transport.serialise(_sent_types(self.spec))
        reason = "trouble"
        stream = from_schema(schema).execute()
        watched = Watch(allowance(seconds, len(labels) * len(phases)), self._clock)
        if self._overtime:
            watched = Watch(_OVERTIME_EACH, self._clock, why=SHARE)
        with Garbage() as garbage, watched as watch:
            self.transport.sending = watch.sent
            for event in stream:
                match event:
                    case events.PhaseStarted(phase=phase):
                        self._ends = None
                        for one in phases:
                            if one == phase.name.value:
                                yield from self._begin(one, len(labels))
                        if phase.name is PhaseName.STATEFUL_TESTING and seconds is None:
                            self._ends = self._clock() + STATEFUL_SECONDS
                    case events.ScenarioStarted(phase=name, label=label):
                        if label is not None and name is not PhaseName.STATEFUL_TESTING:
                            watch.begin(label, name.value)
                    case events.ScenarioFinished():
                        watch.end(event.label or "", event.phase.value)
                        self._noted_cuts(watch)
                        yield from self._finished(event)
                        garbage.collect()
                    case events.NonFatalError():
                        yield from self._trouble(event)
                    case events.FatalError():
                        text = f"the engine broke off: {type(event.exception).__name__}: {event.exception}"
                        yield Noted(note=Note(level="error", text=text))
                    case events.EngineFinished():
                        reason = event.stop_reason.value
                if self._over or self._late():
                    stream.stop()
        self._noted_cuts(watch)
        return reason

    def _noted_cuts(self, watch: Watch) -> None:
        for where, why in (*self.transport.cut.items(), *watch.cut.items()):
            self.progress.cut.setdefault(where, why)

    def _late(self) -> bool:
        if self._overtime and time.monotonic() > self._overtime:
            return True
        return self._ends is not None and self._clock() > self._ends

    def _must_stop(self) -> bool:
        return self.stopped() or self._late()

    @property
    def _over(self) -> bool:
        return self.stopped() or self.transport.spent

    def _finished(self, event: events.ScenarioFinished) -> Iterator[Event]:
        """Tell what a scenario tried and found."""
        recorder = event.recorder
        phase = event.phase.value
        label = event.label or ""
        unit = label in self.spec.keys
        for name, (cases, published, overlay) in tally(recorder, [label] if unit else []).items():
            key = self.spec.keys.get(name)
            if key is None:
                continue
            self.progress.cases[name] = self.progress.cases.get(name, 0) + cases
            where = (name, phase)
            self.progress.phases[where] = self.progress.phases.get(where, 0) + cases
            if not cases:
                continue
            for column, failed in (("published", published), ("overlay", overlay)):
                yield self._told(key, phase, Tried(
                    source="contract", operation=key, cases=cases, failed=failed,
                    column=column, check=phase,  # type: ignore[arg-type]
                ))  # fmt: skip
        if unit and event.status is not Status.INTERRUPTED:
            self.progress.finished.add((label, phase))
        for finding in self.findings.of(recorder):
            yield self._told(finding.operation, phase, Found(finding=finding))

    def _told(self, key: str, phase: str, event: Event) -> Event:
        if self.memory is not None and phase in GIVEN:
            self.progress.told.setdefault(key, []).append(event)
        return event

    def _trouble(self, event: events.NonFatalError) -> Iterator[Event]:
        """Say what generation, or a check, could not handle."""
        key = self.spec.keys.get(event.label, "")
        message = " ".join(f"{event.info.title}: {event.info.message}".split())
        text = message if len(message) <= 300 else f"{message[:299]}…"
        phase = event.phase.value if event.phase is not None else "before the first phase"
        if key:
            self.progress.trouble.setdefault(event.label, f"{phase}: {text}")
        else:
            text = f"{event.label}: {text}"
        yield Noted(note=Note(level="warning", text=f"{phase}: {text}", operation=key))

    def _configuration(self, phases: Collection[Phase], seconds: float | None) -> dict[str, Any]:
        work = self.work
        stock = checks.register()
        install()
        found: dict[str, Any] = {
            "seed": work.seed,
            "headers": {"Authorization": self.target.credential},
            "workers": 1,
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "cache": {"enabled": False},
            "analysis": {"constants": {"enabled": False}},
            "output": {"sanitization": {"enabled": False}},
            "generation": {"max-examples": 1 if self._overtime else work.max_examples, "database": "none"},
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES},
            "checks": checks.configuration(stock, self.meaning.refusals, self._documented),
        }
        found["phases"]["stateful"]["max-steps"] = _STEPS
        if work.safe_only:
            found["phases"]["coverage"]["unexpected-methods"] = []
        if seconds is not None:
            found["max-time"] = max(1, round(seconds))
        return found

    def _aside(self, target: InProcess) -> Send:
        """Return how to send a case without changing the world that the other cases see."""
        run = target.run
        aside = InProcess(run, target.app, world=_SHRINKING, address=target.address)

        def send(case: Any) -> tuple[Heard, Request]:
            run.fork(_SHRINKING, target.world)
            kwargs = {"headers": {"Authorization": target.credential}}
            return self.transport.deliver(case, aside, None, kwargs)

        return send


def _refused(target: Target, path: str) -> bytes:
    """Return what a server answers without a credential; nothing when it does not answer."""
    try:
        return target.send(Request("GET", path.partition("#")[0])).body
    except OSError:
        return b""


def _sent_types(spec: Specification) -> set[str]:
    """Return the media types of the bodies that operations take."""
    return {
        media_type
        for item in spec.paths.values()
        for raw in item.values()
        for media_type in (raw.get("requestBody") or {}).get("content", ())
    }
