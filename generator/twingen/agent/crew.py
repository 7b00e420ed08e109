"""The crew: units side by side, each a conversation that is resumed, branched or held anew."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from time import monotonic
from typing import Any

import orjson

from twingen.agent.client import Model
from twingen.agent.desk import Claim, Desk
from twingen.agent.events import End, Event, UnitFinished, UnitStarted, Warned
from twingen.agent.ledger import Ledger, turn_digest
from twingen.agent.loop import Conversation, Outcome, converse, prompt_root
from twingen.agent.scene import Scene
from twingen.agent.tool import Tool
from twingen.agent.units import Unit
from twingen.agent.usage import Price, Purse, Usage
from twingen.agent.workbench import Standing, Workbench
from twingen.errors import Interrupted

_GRACE = 5.0  # seconds that threads have to end in after Ctrl-C


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitResult:
    unit: Unit
    end: End
    reason: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    incidents: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who works on units: what it is told, its tools, whether it sees the twin's files and checks, and
    whether there is a twin at all to be tried.
    """

    name: str
    system: Sequence[Mapping[str, Any]]
    tools: Sequence[Tool]
    opening: Callable[[Desk, Mapping[str, Standing]], list[dict[str, Any]]]
    sees_files: bool
    tries: bool = True


class Crew:
    """Works on units in several threads; events are told one at a time."""

    def __init__(
        self, *, role: Role, scene: Scene, workbench: Workbench, ledger: Ledger, model: Model, price: Price | None,
        purse: Purse, on_event: Callable[[Event], None], stop: threading.Event,
    ):  # fmt: skip
        self.role = role
        self.scene = scene
        self.settings = scene.settings
        self.workbench = workbench
        self.ledger = ledger
        self.model = model
        self.price = price
        self.purse = purse
        self.stop = stop
        self._on_event = on_event
        self._telling = threading.Lock()
        self._warm = threading.Event()  # the head that units share is in the model's cache
        self._first = threading.Lock()
        self._branches = {(one.unit, one.role): one for one in ledger.branches(scene.work.twin.name)}

    def emit(self, event: Event) -> None:
        with self._telling:
            self._on_event(event)

    def run(self, units: Sequence[Unit]) -> tuple[list[UnitResult], bool]:
        """Return what came of the units, in their order, and whether it was interrupted."""
        run = self.ledger.begin_run(self.scene.work.twin.name, self.settings.model)
        lanes: dict[str, list[Unit]] = {}
        for unit in units:
            lanes.setdefault(unit.lane, []).append(unit)
        waiting: queue.SimpleQueue[list[Unit]] = queue.SimpleQueue()
        for lane in lanes.values():
            waiting.put(lane)
        results: list[UnitResult] = []

        def work() -> None:
            while not self.stop.is_set():
                try:
                    lane = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    self._lane(run, lane, results)
                except Exception as error:  # a defect of ours in one lane leaves the others their work
                    text = f"a defect of twingen ended it: {type(error).__name__}: {error}"
                    self.emit(Warned(unit=lane[0].name, text=text))

        jobs = min(max(1, self.settings.jobs), len(lanes))
        threads = [threading.Thread(target=work, name=f"unit-{n}", daemon=True) for n in range(jobs)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)
        except KeyboardInterrupt:
            self.stop.set()
            until = monotonic() + _GRACE
            for thread in threads:
                thread.join(max(0.0, until - monotonic()))
        interrupted = self.stop.is_set()
        self.ledger.end_run(run, "interrupted" if interrupted else "done")
        order = {unit.name: number for number, unit in enumerate(units)}
        return sorted(results, key=lambda one: order[one.unit.name]), interrupted

    def _lane(self, run: int, units: Sequence[Unit], results: list[UnitResult]) -> None:
        """Work on the parts of one file one after the other, each on what those before it wrote."""
        done: dict[str, bytes] = {}
        for unit in units:
            if self.stop.is_set():
                return
            result = self._unit(run, unit, done)
            done |= result.files
            results.append(result)

    def _unit(self, run: int, unit: Unit, done: Mapping[str, bytes]) -> UnitResult:
        begun = monotonic()
        self.emit(UnitStarted(unit=unit.name, role=self.role.name, title=unit.title))
        desk = self.scene.desk(unit, self.workbench, done)
        try:
            result, turns, known = self._conversed(run, unit, desk)
        except Interrupted:
            result, turns, known = UnitResult(unit=unit, end="interrupted", reason="goes on with the next build"), 0, False
        except Exception as error:  # a defect of ours in one unit leaves the others their work
            result, turns, known = UnitResult(unit=unit, end="trouble", reason=f"{type(error).__name__}: {error}"), 0, False
        finally:
            desk.close()
        for text in desk.incidents:
            self.emit(Warned(unit=unit.name, text=text))
        self.emit(
            UnitFinished(
                unit=unit.name, role=self.role.name, end=result.end, reason=result.reason, turns=turns,
                seconds=monotonic() - begun, usage=result.usage, cost=result.cost,
                files=tuple(sorted(result.files)), remembered=known,
            )
        )  # fmt: skip
        return replace(result, incidents=tuple(desk.incidents))

    def _conversed(self, run: int, unit: Unit, desk: Desk) -> tuple[UnitResult, int, bool]:
        """Return a unit's result, how many turns it took, and whether the ledger had it whole."""
        name = self.scene.work.twin.name
        branch = self._branches.get((unit.name, self.role.name))
        opening, root, replay = None, None, None
        if branch is not None:
            opening, root, replay = self._branched(branch.turn, branch.conversation, desk)
        problems = desk.load() if self.role.tries else []
        if problems:
            return UnitResult(unit=unit, end="trouble", reason="the twin does not load: " + problems[0]), 0, False
        if unit.keys and self.role.sees_files:
            desk.before = desk.trial().check(unit.keys)
        if opening is None or root is None:
            opening = self.role.opening(desk, desk.before)
            head = prompt_root(self.settings.model, self.role.name, self.role.system, self.role.tools)
            if self.role.sees_files:
                head["files"] = _digest(desk.base, desk.readable())
            root = self.ledger.add(None, "root", head)
            before = self._known(turn_digest(root, "user", opening))
            if before is not None:
                return self._result(unit, desk, before), 0, True
        start = turn_digest(root, "user", opening)
        talk = Conversation(
            unit=unit.name, model=self.model, name=self.settings.model, system=self.role.system, opening=opening,
            tools=self.role.tools, desk=desk, ledger=self.ledger,
            number=self.ledger.begin(run, unit.name, self.role.name, start, _kept(desk.base, unit)),
            root=root, purse=self.purse, price=self.price, limits=self.settings.limits, emit=self.emit,
            stop=self.stop, replay=replay, warmed=self._warm.set,
        )  # fmt: skip
        try:
            outcome = self._warmed(talk)
        except Interrupted:
            self._interrupted(talk.number)
            raise
        if branch is not None and outcome.end not in {"interrupted", "trouble"}:
            self.ledger.drop_branch(name, unit.name, self.role.name)
        value = _handed_in(desk, outcome)
        self.ledger.finish(
            talk.number, outcome.end, reason=outcome.reason, result=orjson.dumps(value), usage=outcome.usage,
            cost=outcome.cost,
        )  # fmt: skip
        result = self._result(unit, desk, value)
        return replace(result, end=outcome.end, reason=outcome.reason, usage=outcome.usage, cost=outcome.cost), outcome.turns, False

    def _interrupted(self, number: int) -> None:
        """Note what an interrupted conversation has cost so far, in this run and before."""
        talk = self.ledger.conversation(number)
        turns = self.ledger.path_to(talk.head) if talk is not None else []
        usage = Usage()
        for turn in turns:
            usage += turn.usage
        costs = [turn.cost for turn in turns if turn.usage.calls]
        cost = None if None in costs else sum(cost for cost in costs if cost is not None)
        reason = "interrupted; goes on with the next build"
        self.ledger.finish(number, "interrupted", reason=reason, result=b"{}", usage=usage, cost=cost)

    def _warmed(self, talk: Conversation) -> Outcome:
        """Converse; the first unit alone asks first, so that the others find the shared head cached."""
        if self._warm.is_set() or not self._first.acquire(blocking=False):
            while not self._warm.wait(0.1):
                if self.stop.is_set():
                    raise Interrupted("interrupted")
            return converse(talk)
        try:
            return converse(talk)
        finally:
            self._warm.set()
            self._first.release()

    def _known(self, start: str) -> Any:
        """Return what a conversation from here was brought to before, if it was brought to its end."""
        finished = self.ledger.finished(start)
        kept = self.ledger.kept(finished.result) if finished is not None else None
        return None if kept is None else orjson.loads(kept)

    def _branched(
        self, turn: str, number: int, desk: Desk
    ) -> tuple[list[Any] | None, str | None, tuple[str, ...] | None]:
        """Return opening, root and the answers up to `turn` of an earlier conversation."""
        conversation = self.ledger.conversation(number)
        path = self.ledger.path_to(turn)
        if conversation is None or len(path) < 2:
            return None, None, None
        start = orjson.loads(self.ledger.kept(conversation.start) or b"{}")
        desk.base = {
            **{name: raw for name, raw in desk.base.items() if not desk.unit.owns(name)},
            **{name: text.encode() for name, text in start.items()},
        }  # fmt: skip
        answers = tuple(one.digest for one in path if one.role == "assistant")
        return path[1].content, path[0].digest, answers

    def _result(self, unit: Unit, desk: Desk, value: Mapping[str, Any]) -> UnitResult:
        claims = tuple(Claim.from_dict(one) for one in value["claims"])
        files = {name: text.encode() for name, text in value["files"].items()}
        desk.incidents += [text for text in value["incidents"] if text not in desk.incidents]
        return UnitResult(
            unit=unit, end="submitted", reason=value["summary"], files=files, claims=claims,
            evidence=self.scene.evidence(unit, claims),
        )  # fmt: skip

def _handed_in(desk: Desk, outcome: Outcome) -> dict[str, Any]:
    submitted = outcome.end == "submitted"
    return {
        "files": {name: raw.decode() for name, raw in desk.written.items()} if submitted else {},
        "claims": [claim.as_dict() for claim in desk.claims], "summary": outcome.reason,
        "incidents": desk.incidents,
    }  # fmt: skip


def _kept(base: Mapping[str, bytes], unit: Unit) -> bytes:
    own = {name: raw.decode("utf-8", "replace") for name, raw in base.items() if unit.owns(name)}
    return orjson.dumps(own, option=orjson.OPT_SORT_KEYS)


def _digest(files: Mapping[str, bytes], names: Sequence[str]) -> str:
    """Return a digest of what tools can read: other files lead to other answers."""
    digest = sha256()
    for name in names:
        digest.update(f"{name} {len(files[name])}\n".encode() + files[name])
    return digest.hexdigest()[:32]


