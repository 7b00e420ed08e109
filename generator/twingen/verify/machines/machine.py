"""A hypothesis state machine for each family, and how one is run: by a seed, within a time.

A failure that is known is not raised again, so that one run after the other finds what else fails.
"""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

from twingen.folders import cache_folder
from twingen.twin.model import Operation
from twingen.verify.machines.law import Law
from twingen.verify.machines.laws import LAWS, answers, footprints, worlds
from twingen.verify.machines.plan import Family, Plan
from twingen.verify.machines.play import Play
from twingen.verify.machines.server import Server
from twingen.verify.machines.session import Session, Step
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.subject import Reply

STEPS = 12
HAND = 8  # rules of one machine
_REPLAYED = 150  # requests of a run that are sent again to see whether the answers are the same
SHRINKING = 4.0  # seconds

T = TypeVar("T")
Identity = tuple[str, str]  # law and operation


@dataclass(slots=True)
class Failure:
    """A law that does not hold on an operation, with the requests of the shortest run that shows it."""

    law: str
    operation: str
    expected: str
    came: str
    steps: list[Step]


@dataclass(slots=True)
class Record:
    """What runs of machines have shown so far. `until` is when they have to stop, by `clock`; `runs`, unless
    None, collects the requests of each.
    """

    until: float
    cancelled: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = monotonic
    cases: Counter[Identity] = field(default_factory=Counter)
    failed: Counter[Identity] = field(default_factory=Counter)
    unreached: dict[Identity, str] = field(default_factory=dict)
    failures: dict[Identity, Failure] = field(default_factory=dict)
    runs: list[list[Step]] | None = None
    shrinking: float = SHRINKING
    open: Identity | None = None
    until_shrunk: float = 0.0

    @property
    def over(self) -> bool:
        now = self.clock()
        if self.open is not None:
            return now > self.until_shrunk or self.cancelled()
        return now > self.until or self.cancelled()

    def broken(self, law: str, operation: str, broken: Broken, steps: list[Step]) -> bool:
        """Take note of a failure; returns whether it is the one being shrunk (or a new one)."""
        identity = (law, operation)
        known = self.failures.get(identity)
        if known is not None and self.open != identity:
            self.failed[identity] += 1
            return False
        if self.open is not None and self.open != identity:
            return False
        if known is None:
            self.open = identity
            self.until_shrunk = self.clock() + self.shrinking
            self.failed[identity] += 1
        if known is None or len(steps) < len(known.steps):
            self.failures[identity] = Failure(law, operation, broken.expected, broken.came, list(steps))
        return True


class Fails(Exception):
    """A run shows a failure: hypothesis shrinks it."""


class Chance:
    """Choices that a seed makes."""

    def __init__(self, seed: str):
        self._random = random.Random(seed)

    def one(self, among: list[T]) -> T:
        return self._random.choice(among)

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def flag(self) -> bool:
        return self._random.random() < 0.5


class _Drawn:
    """Choices that hypothesis makes, and shrinks."""

    def __init__(self, data: Any):
        from hypothesis import strategies

        self._data = data
        self._integers = strategies.integers

    def one(self, among: list[T]) -> T:
        if not among:
            raise Unreached("there is nothing to choose from")
        return among[self.number(0, len(among) - 1)]

    def number(self, least: int, most: int) -> int:
        return int(self._data.draw(self._integers(least, most))) if least < most else least

    def flag(self) -> bool:
        return self.number(0, 1) == 1


def hands_of(plan: Plan, server: Server, family: Family, seed: str) -> Iterator[list[tuple[Law, Operation]]]:
    """Yield what a family's machines can do, dealt into hands: few rules, and every one often tried.

    Another seed deals other hands, so that in time all sorts of steps meet.
    """
    rules = [
        (law, operation)
        for law in LAWS
        for operation in family.operations
        if law.applies(plan, operation) and (server is not plan.server or law is not footprints.LAW)
    ]
    random.Random(seed).shuffle(rules)
    count = -(-len(rules) // HAND)
    for number in range(count):
        yield rules[number::count]


class Run:
    """One run of a machine: a play in a fresh world, held against the laws step by step."""

    def __init__(self, plan: Plan, server: Server, family: Family, record: Record):
        self.server = server
        self.record = record
        self.session = Session(server, plan.marks)
        self.play = Play(plan, self.session, self._answered)
        self.resources = {one.resource for one in family.operations}
        self.plan = plan
        self.over = False
        self.before = worlds.sight(plan, server, self.resources) if not record.over else ()

    def _answered(self, operation: Operation, reply: Reply) -> None:
        identity = (answers.NAME, operation.key)
        self.record.cases[identity] += 1
        try:
            answers.described(self.plan, operation, reply)
        except Broken as broken:
            self._fail(answers.NAME, operation.key, broken)

    def _fail(self, law: str, key: str, broken: Broken, steps: list[Step] | None = None) -> None:
        known = (law, key) in self.record.failures and self.record.open != (law, key)
        if self.record.broken(law, key, broken, self.session.steps if steps is None else steps):
            raise Fails
        if not (known and law == answers.NAME):
            # What is known of the world may be wrong from here on.
            self.over = True
            raise Unreached("a failure that is known")

    def step(self, law: Law, operation: Operation, draw: _Drawn) -> None:
        if self.over or self.record.over:
            return
        identity = (law.name, operation.key)
        try:
            law.step(self.play, operation, draw)
            self.record.cases[identity] += 1
        except Unreached as why:
            self.record.unreached.setdefault(identity, str(why))
        except Broken as broken:
            self.record.cases[identity] += 1
            try:
                self._fail(law.name, operation.key, broken, getattr(broken, "steps", None))
            except Unreached:
                return

    def end(self) -> None:
        if self.record.over or self.over or not self.session.steps:
            return
        steps = list(self.session.steps)
        if self.record.runs is not None:
            self.record.runs.append(steps)
        try:
            worlds.apart(self.before, worlds.sight(self.plan, self.server, self.resources))
            if len(steps) <= _REPLAYED:
                worlds.same(self.server, steps)
        except worlds.Apart as broken:
            law = worlds.SAME if "as before" in broken.expected else worlds.APART
            self.session.steps = steps
            try:
                self._fail(law, broken.key, broken)
            except Unreached:
                return


def machine_of(
    plan: Plan, server: Server, family: Family, rules: list[tuple[Law, Operation]], record: Record
) -> type:
    """Return a state machine of a family that can do what `rules` say, one rule each."""
    from hypothesis import strategies
    from hypothesis.stateful import RuleBasedStateMachine, rule

    def start(self: Any) -> None:
        RuleBasedStateMachine.__init__(self)
        self.run = Run(plan, server, family, record)

    def teardown(self: Any) -> None:
        self.run.end()

    members: dict[str, Any] = {"__init__": start, "teardown": teardown}
    for number, (law, operation) in enumerate(rules):
        name = f"{law.name.replace('-', '_')}_{number}"
        members[name] = rule(data=strategies.data())(_step(name, law, operation))
    return type(f"{family.name.title().replace('-', '')}Machine", (RuleBasedStateMachine,), members)


def _step(name: str, law: Law, operation: Operation) -> Callable[..., None]:
    def step(self: Any, data: Any) -> None:
        self.run.step(law, operation, _Drawn(data))

    step.__name__ = name
    return step


def run(machine: type, record: Record, *, seed: str, examples: int) -> bool:
    """Run a machine until a new failure is found and shrunk; returns whether one was."""
    import hypothesis
    from hypothesis import Phase, Verbosity, configuration
    from hypothesis.errors import HypothesisException
    from hypothesis.reporting import with_reporter
    from hypothesis.stateful import run_state_machine_as_test

    settings = hypothesis.settings(
        database=None, deadline=None, derandomize=False, max_examples=examples, stateful_step_count=STEPS,
        phases=(Phase.generate, Phase.shrink), suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=Verbosity.quiet, report_multiple_bugs=False, print_blob=False,
    )  # fmt: skip
    record.open = None
    seeded = hypothesis.seed(zlib.crc32(seed.encode()))(machine)
    chance, home = random.getstate(), configuration.storage_directory(intent_to_write=False).path
    try:
        # It keeps what it learns of source files in a folder of its own, by default the current one.
        configuration.set_hypothesis_home_dir(cache_folder() / "hypothesis")
        with with_reporter(lambda text: None):
            run_state_machine_as_test(seeded, settings=settings)
    except Fails:
        pass
    except HypothesisException:
        # A run that was cut short by the time reads as flaky; what it found is on record.
        if record.open is None and not record.over:
            raise
    finally:
        configuration.set_hypothesis_home_dir(home)
        random.setstate(chance)
    found, record.open = record.open is not None, None
    return found
