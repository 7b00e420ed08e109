"""The loop over fake provers: when it stops, what it says then, what it repairs and resumes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.verify.making import whole
from twingen.report.model import Column, Finding, Note
from twingen.twin.model import Twin
from twingen.twin.record import Deviation, Lock, Standing, Unit
from twingen.verify.collect import expandable
from twingen.verify.converge import (
    Converged,
    LoopEvent,
    Options,
    ProverBegan,
    Repairing,
    Resumed,
    RoundBegan,
    RoundEnded,
    converge,
    derived,
)
from twingen.verify.events import Ended, Event, Found, Noted, NotTried, Tried
from twingen.verify.provers import Prover, Task
from twingen.verify.remote import Refused

KEYS = [operation.key for operation in whole().contract.operations]


def twin(origin: str = "inferred") -> Twin:
    one = whole()
    units = {
        f"resources/{resource.name}.yaml": Unit(
            file=f"resources/{resource.name}.yaml", origin=origin, digest=""
        )
        for resource in one.resources
    }
    return replace(one, lock=Lock(units=units, standing={key: Standing(tier="semantic") for key in KEYS}))


class Clock:
    """Time that passes only when a prover says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def finding(key: str = "GET /items", check: str = "status_code_conformance", **more: object) -> Finding:
    return Finding(
        source="contract", check=check, operation=key, identity=f"{key} {check}",
        title="something else came", columns=("published", "overlay"), **more,  # type: ignore[arg-type]
    )  # fmt: skip


class Fake:
    """A prover that tries every operation once, takes a second, and finds what `found` tells."""

    def __init__(self, clock: Clock, found: Callable[[Task], Sequence[Event]] = lambda task: ()):
        self.clock = clock
        self.found = found
        self.tasks: list[Task] = []

    def __call__(self, task: Task) -> Iterator[Event]:
        self.tasks.append(task)
        self.clock.now += 1
        for key in KEYS if task.operations is None else task.operations:
            for column in ("published", "overlay"):
                yield tried(key, column)
        yield from self.found(task)
        yield Ended(source="contract")


def tried(key: str, column: Column, cases: int = 10, failed: int = 0) -> Tried:
    return Tried(source="contract", operation=key, cases=cases, failed=failed, column=column)


def prover(run: Callable[[Task], Iterator[Event]], *, once: bool = False, name: str = "fake") -> Prover:
    return Prover(name=name, source="contract", run=run, once=once)


def run(
    one: Twin, *provers: Prover, clock: Clock, seconds: float = 100, events: list[LoopEvent] | None = None,
    **more: object,
) -> Converged:  # fmt: skip
    told: list[LoopEvent] = [] if events is None else events
    options = Options(provers=provers, seconds=seconds, **more)  # type: ignore[arg-type]
    return converge(one, options, digest="d1", on_event=told.append, clock=clock)


def test_three_quiet_rounds_on_fresh_seeds() -> None:
    clock = Clock()
    fake, once = Fake(clock), Fake(clock)
    done = run(twin(), prover(once, once=True, name="once"), prover(fake), clock=clock, seed=7)
    assert (done.report.converged, done.report.not_reached) == (True, "")
    assert [task.seed for task in fake.tasks] == [derived(7, 1), derived(7, 2), derived(7, 3)]
    assert len(once.tasks) == 1
    assert [one.number for one in done.report.rounds] == [1, 2, 3]
    operation = done.report.operations[0]
    assert (operation.published.cases, operation.overlay.cases) == (40, 40)
    assert operation.overlay.bound == pytest.approx(0.0722, abs=1e-3)
    assert sum(one.cases for one in done.report.rounds) == 40 * len(KEYS)


def test_a_finding_begins_the_count_anew_and_is_what_is_left() -> None:
    clock = Clock()
    fake = Fake(clock, lambda task: [Found(finding=finding())] if len(fake.tasks) >= 2 else ())
    done = run(twin("hand"), prover(fake), clock=clock)
    assert [one.new for one in done.report.rounds] == [0, 1, 0, 0, 0]
    assert done.report.converged is False
    assert done.report.not_reached == "1 finding left: 1 in resources/item.yaml"
    (left,) = done.report.findings
    assert (left.count, left.unit, left.open) == (4, "resources/item.yaml", True)


def test_the_time_is_up() -> None:
    clock = Clock()
    fake = Fake(clock)
    done = run(twin(), prover(fake), clock=clock, seconds=2)
    assert done.report.converged is False
    assert done.report.not_reached == "2 of 3 quiet rounds within 2 seconds"
    assert done.report.seconds == 2


def test_the_time_is_spread_over_what_is_ahead() -> None:
    clock = Clock()
    events: list[LoopEvent] = []
    heavy = replace(prover(Fake(clock), name="heavy"), weight=3)
    once = prover(Fake(clock), once=True, name="once")
    run(twin(), once, heavy, prover(Fake(clock), name="light"), clock=clock, seconds=130, events=events)
    shares = [(event.name, round(event.seconds)) for event in events if isinstance(event, ProverBegan)]
    # Three rounds of 3 + 1 and one of 1 are ahead at first; what is not used is shared again.
    assert shares[:3] == [("once", 10), ("heavy", 32), ("light", 14)]
    assert shares[-1] == ("light", 124)


def test_a_prover_that_raises_is_told_and_nothing_has_converged() -> None:
    clock = Clock()

    def broken(task: Task) -> Iterator[Event]:
        yield from ()
        raise RuntimeError("no engine")

    done = run(twin(), prover(broken, name="laws"), prover(Fake(clock)), clock=clock)
    assert done.report.converged is False
    text = "the prover 'laws' went wrong: RuntimeError: no engine"
    assert done.report.notes == (Note(level="error", text=text),)
    assert done.report.not_reached == text
    assert len(done.report.rounds) == 4  # the first one was not whole


def test_operations_that_nothing_reached() -> None:
    clock = Clock()

    def some(task: Task) -> Iterator[Event]:
        clock.now += 1
        for key in KEYS[2:]:
            yield tried(key, "overlay")
        yield NotTried(operation=KEYS[0], why="its body is an image")
        yield Ended(source="contract")

    done = run(twin(), prover(some), clock=clock)
    assert done.report.not_reached == "nothing was tried on 1 operation"
    assert done.report.operations[0].not_tried == "its body is an image"


def test_what_runs_once_goes_on_where_its_time_was_up() -> None:
    clock = Clock()
    asked: list[list[str]] = []

    def slow(task: Task) -> Iterator[Event]:
        asked.append(list(KEYS if task.operations is None else task.operations))
        clock.now += 1
        for key in asked[-1][:6]:
            yield tried(key, "overlay")
        yield Ended(source="contract", reason="time" if len(asked[-1]) > 6 else "done")

    done = run(twin(), prover(slow, once=True, name="once"), prover(Fake(clock)), clock=clock)
    assert [len(keys) for keys in asked] == [len(KEYS), len(KEYS) - 6, len(KEYS) - 12]
    assert done.report.converged
    done = run(twin(), prover(slow, once=True, name="once"), prover(Fake(clock)), clock=clock, seconds=3)
    assert "operations not tried with every example" in done.report.not_reached


def test_deviations_and_the_overlay_excuse() -> None:
    clock = Clock()
    deviation = Deviation(
        operation="GET /items", check="status_code_conformance", reason="it really answers 418",
        evidence="seen",
    )  # fmt: skip
    published = replace(finding("GET /limits"), columns=("published",))
    fake = Fake(clock, lambda task: [Found(finding=finding()), Found(finding=published)])
    done = run(replace(twin(), deviations=(deviation,)), prover(fake), clock=clock)
    assert done.report.converged
    assert [one.deviation for one in done.report.findings] == [
        "it really answers 418",
        "only the contract as published is broken: a repair in overlay.yaml, with its evidence, allows it",
    ]
    assert [(one.kind, one.what, one.used) for one in done.report.excuses] == [
        ("deviation", "GET /items: status_code_conformance", 3)
    ]


SEEN = "law answers fails: expected an answer of type array; it is an object"


def seen(one: Twin, key: str = "GET /items", reason: str = SEEN) -> Twin:
    """Return the twin with what a law of the build said of an operation."""
    standing = {**one.lock.standing, key: Standing(tier="shape", reasons=(reason,))}
    return replace(one, lock=replace(one.lock, standing=standing))


def while_it_does(does: str, bad: Finding) -> Callable[[Task], Sequence[Event]]:
    """Return what is found while an operation still has its behaviour."""

    def found(task: Task) -> Sequence[Event]:
        known = {one.key: one.does for r in task.twin.resources for one in r.operations}
        return [Found(finding=bad)] if known[bad.operation] == does else []

    return found


def test_an_inferred_behaviour_that_never_answers_as_documented_is_taken_back() -> None:
    clock = Clock()
    bad = finding(check="response_schema_conformance", curl=("curl http://127.0.0.1:9000/items",))
    events: list[LoopEvent] = []
    once, fake = Fake(clock), Fake(clock, while_it_does("list", bad))
    done = run(
        seen(twin()), prover(once, once=True, name="once"), prover(fake), clock=clock, events=events
    )
    assert done.report.converged
    assert [one.repaired for one in done.report.rounds] == [1, 0, 0, 0]
    (excuse,) = done.demotions
    assert (excuse.kind, excuse.what) == ("demotion", "GET /items: list → answers from its schema")
    assert excuse.why == (
        "what the rules inferred (list) does not answer as documented: something else came"
    )
    assert excuse.evidence == "curl http://127.0.0.1:9000/items"
    assert excuse in done.report.excuses
    result = next(one for one in done.report.operations if one.key == "GET /items")
    assert (result.tier, result.reasons) == ("shape", (SEEN, excuse.why))
    assert once.tasks[-1].operations == ["GET /items"]  # tried again, and nothing else
    assert [event.excuse for event in events if isinstance(event, Repairing)] == [excuse]
    assert done.report.findings == ()


def test_less_is_claimed_where_a_law_does_not_hold() -> None:
    clock = Clock()
    bad = replace(finding(check="lists"), source="law", columns=())
    done = run(twin(), prover(Fake(clock, lambda task: [Found(finding=bad)])), clock=clock)
    assert done.report.converged
    why = "law lists does not hold: something else came"
    assert [(one.what, one.why) for one in done.demotions] == [("GET /items: semantic → shape", why)]
    (kept,) = done.report.findings
    assert kept.deviation == f"the operation is called shape, because {why}"
    owner = {one.key: one for r in done.twin.resources for one in r.operations}
    assert owner["GET /items"].does == "list"  # it still lists
    assert done.twin.lock.standing["GET /items"] == Standing(tier="shape", reasons=(why,))
    # What is on record excuses it without any repair as well: `check` changes nothing.
    again = run(done.twin, prover(Fake(clock, lambda task: [Found(finding=bad)])), clock=clock, rules=())
    assert again.report.converged


@pytest.mark.parametrize(
    ("origin", "reason", "bad"),
    [
        ("hand", SEEN, finding(check="response_schema_conformance")),
        ("hand", SEEN, replace(finding(check="lists"), source="law")),
        ("inferred", "law lists fails: gone", finding(check="response_schema_conformance")),
        ("inferred", SEEN, finding(check="negative_data_rejection")),
        ("inferred", SEEN, finding("POST /items", check="response_schema_conformance")),
    ],
)
def test_what_no_rule_may_repair(origin: str, reason: str, bad: Finding) -> None:
    """By hand; seen by fuzzing alone; not about answers; the one operation that makes records."""
    clock = Clock()
    one = seen(twin(origin), bad.operation, reason)
    done = run(one, prover(Fake(clock, lambda task: [Found(finding=bad)])), clock=clock)
    assert (done.demotions, done.report.converged, len(done.report.open)) == ((), False, 1)


def test_ctrl_c_keeps_what_was_found(tmp_path: Path) -> None:
    clock = Clock()

    def found(task: Task) -> Sequence[Event]:
        if len(fake.tasks) == 3:
            raise KeyboardInterrupt
        return [Found(finding=finding())] if len(fake.tasks) == 2 else []

    fake = Fake(clock, found)
    with pytest.raises(KeyboardInterrupt):
        run(twin("hand"), prover(fake), clock=clock, state=tmp_path)
    events: list[LoopEvent] = []
    again = Fake(clock)
    done = run(twin("hand"), prover(again), clock=clock, state=tmp_path, events=events)
    assert events[0] == Resumed(rounds=2, findings=1)
    assert [event.number for event in events if isinstance(event, RoundBegan)] == [3, 4, 5]
    assert [one.number for one in done.report.rounds] == [1, 2, 3, 4, 5]
    assert done.report.seconds == 5
    assert done.report.operations[0].overlay.cases == 50
    assert [one.identity for one in done.report.open] == [finding().identity]
    assert list((tmp_path / "proofs").iterdir()) == []  # it came to its end


def test_repairs_are_made_again_when_resuming(tmp_path: Path) -> None:
    clock = Clock()
    bad = finding(check="response_schema_conformance")

    def found(task: Task) -> Sequence[Event]:
        if len(fake.tasks) == 2:
            raise KeyboardInterrupt
        return [Found(finding=bad)]

    fake = Fake(clock, found)
    with pytest.raises(KeyboardInterrupt):
        run(seen(twin()), prover(fake), clock=clock, state=tmp_path)
    done = run(seen(twin()), prover(Fake(clock)), clock=clock, state=tmp_path)
    assert [one.what for one in done.demotions] == ["GET /items: list → answers from its schema"]
    assert done.report.converged


def test_a_damaged_state_counts_as_none(tmp_path: Path) -> None:
    clock = Clock()
    interrupted = Fake(clock, lambda task: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(twin(), prover(interrupted), clock=clock, state=tmp_path)
    (kept,) = (tmp_path / "proofs").iterdir()
    kept.write_text("{}")
    events: list[LoopEvent] = []
    assert run(twin(), prover(Fake(clock)), clock=clock, state=tmp_path, events=events).report.converged
    assert isinstance(events[0], RoundBegan)


def test_only_the_chosen_operations() -> None:
    clock = Clock()
    fake = Fake(clock, lambda task: [Found(finding=finding("GET /limits"))])
    done = run(twin(), prover(fake), clock=clock, operations=["GET /items"])
    assert [one.key for one in done.report.operations] == ["GET /items"]
    assert done.report.converged


def test_cancelled_is_the_end_of_a_provers_time() -> None:
    clock = Clock()
    late: list[bool] = []

    def asking(task: Task) -> Iterator[Event]:
        late.append(task.cancelled())
        clock.now += task.seconds
        late.append(task.cancelled())
        clock.now += task.seconds / 2
        late.append(task.cancelled())
        yield from (tried(key, "overlay") for key in KEYS)
        yield Ended(source="contract", reason="interrupted")

    done = run(twin(), prover(asking), clock=clock, seconds=90)
    assert late == [False, False, True] * 3
    assert done.report.converged  # time that was up is no interruption


def test_notes_of_the_caller_are_in_the_report() -> None:
    clock = Clock()
    note = Note(level="note", text="only reads were sent")
    events: list[LoopEvent] = []
    done = run(twin(), prover(Fake(clock)), clock=clock, notes=(note,), events=events)
    assert done.report.notes == (note,)
    assert not any(isinstance(event, Noted) for event in events)
    assert sum(isinstance(event, RoundEnded) for event in events) == 3


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("curl -H 'Authorization: SSWS $TWINGEN_TOKEN' x", 'curl -H "Authorization: SSWS $TWINGEN_TOKEN" x'),
        ("""curl -d '{"t": "$TWINGEN_TOKEN"}'""", """curl -d '{"t": "'"$TWINGEN_TOKEN"'"}'"""),
        ("curl -d '{}' x", "curl -d '{}' x"),
    ],
)
def test_the_shell_fills_in_the_token(written: str, wanted: str) -> None:
    assert expandable(written) == wanted


@pytest.mark.parametrize("swallow", [True, False])
def test_an_engine_that_swallows_ctrl_c(tmp_path: Path, swallow: bool) -> None:
    clock = Clock()

    def engine(task: Task) -> Iterator[Event]:
        yield tried(KEYS[0], "overlay")
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            if not swallow:
                raise RuntimeError("stopped") from None
        yield Ended(source="contract", reason="interrupted")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run(twin(), prover(engine), clock=clock, state=tmp_path)
    assert len(list((tmp_path / "proofs").iterdir())) == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_a_refused_request_ends_its_prover_only() -> None:
    clock = Clock()

    def writing(task: Task) -> Iterator[Event]:
        yield from ()
        raise Refused("POST was not sent: example.com may only be read")

    done = run(twin(), prover(writing, name="scenarios"), prover(Fake(clock)), clock=clock)
    text = "scenarios: POST was not sent: example.com may only be read"
    assert done.report.notes == (Note(level="warning", text=text),)
    assert done.report.converged
