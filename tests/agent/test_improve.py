"""What a build costs: nothing twice, nothing for what did not change, and what a crash leaves counts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from tests.agent import lending
from tests.agent.conftest import KEY, SUBMIT, WRITE, Builder
from tests.agent.model_server import Json, ModelServer, Reply, Script, call, calls, in_order
from tests.conftest import environment
from twingen import agent
from twingen.agent.ledger import Branch
from twingen.agent.memory import Memory, dump_memory, parse_memory
from twingen.twin.record import Standing

EVERY = ("service", "seed", "resource/book", lending.UNIT, "ui")


def test_the_plan_names_units_and_asks_nothing() -> None:
    planned = agent.plan(lending.work(), agent.Settings())
    assert [one.unit.name for one in planned] == list(EVERY)
    mine = next(one for one in planned if one.unit.name == lending.UNIT)
    assert mine.needed and mine.reason == "1 of 1 operations are shapes"
    assert mine.head_tokens > 3000 and mine.opening_tokens > 100
    assert mine.low is not None and mine.high is not None and 0 < mine.low < mine.high


def test_what_a_hand_wrote_is_no_unit() -> None:
    work = lending.work()
    lock = work.twin.lock
    units = {**lock.units, "service.yaml": replace(lock.units["service.yaml"], origin="hand")}
    work = replace(work, twin=replace(work.twin, lock=replace(lock, units=units)))
    assert "service" not in [one.unit.name for one in agent.plan(work, agent.Settings())]


def test_an_unchanged_unit_costs_nothing(build: Builder, good: Script) -> None:
    first = build(good)
    memory = parse_memory(dump_memory(first.improved.memory))
    again = build(good, work=lending.work(memory=memory))
    assert again.server.requests == [] and again.events == []
    assert again.improved.memory == memory


def test_a_changed_paragraph_concerns_who_cites_it(build: Builder, good: Script) -> None:
    memory = build(good).improved.memory
    settings = agent.Settings(only=(lending.UNIT,))
    elsewhere = lending.PROSE.replace("code and message", "code and text")
    assert [one.needed for one in agent.plan(lending.work(elsewhere, memory), settings) if one.unit.name == lending.UNIT] == [False]
    moved = "# News\n\nNothing.\n\n" + lending.PROSE.replace("sets its reader to", "sets its\nreader to")
    assert [one.needed for one in agent.plan(lending.work(moved, memory), settings) if one.unit.name == lending.UNIT] == [False]
    there = lending.PROSE.replace("cannot be lent again", "can be lent again")
    planned = [one for one in agent.plan(lending.work(there, memory), settings) if one.unit.name == lending.UNIT]
    assert [(one.needed, one.reason) for one in planned] == [(True, "what it rests on has changed")]


def test_findings_of_the_proof_run_a_unit_again(build: Builder, good: Script) -> None:
    memory = build(good).improved.memory
    work = lending.work(memory=memory, findings={"resources/lending.yaml": ("GET /v1/books/{} answers 500",)})
    again = build(good, work=work)
    assert "GET /v1/books/{} answers 500" in again.server.requests[0]["messages"][0]["content"][0]["text"]


def test_a_finished_conversation_is_not_held_again(build: Builder, good: Script) -> None:
    build(good)
    again = build(good)
    assert again.server.requests == [] and again.ended.remembered
    assert again.improved.files == {"resources/lending.yaml": lending.YAML.encode()}
    assert again.improved.cost == 0


def test_what_was_paid_for_before_trouble_is_not_paid_again(build: Builder) -> None:
    first = build(in_order(calls(call("list_files")), WRITE, Reply(status=400, error="invalid_request_error")))
    assert first.ended.end == "trouble" and len(first.server.requests) == 3
    second = build(in_order(SUBMIT))
    assert second.ended.end == "submitted" and len(second.server.requests) == 1
    assert len(second.server.requests[0]["messages"]) == 5


def test_another_model_is_asked_anew(build: Builder, good: Script) -> None:
    build(good)
    assert len(build(good, model="claude-opus-5-5").server.requests) == 2


def test_a_branch_goes_on_anew_from_its_turn(build: Builder, good: Script) -> None:
    build(good)
    ledger = build.opened()
    (talk,) = ledger.conversations("lending", lending.UNIT)
    answers = [turn for turn in ledger.path_to(talk.head) if turn.role == "assistant"]
    ledger.branch("lending", Branch(unit=lending.UNIT, role="builder", turn=answers[0].digest, conversation=talk.id))
    summary = "Another summary."
    other = calls(call("submit", summary=summary, claims=lending.CLAIMS))
    again = build(in_order(other))
    assert len(again.server.requests) == 1  # the first answer is taken as it was
    assert again.improved.results[0].reason == summary
    assert ledger.branches("lending") == []
    assert len(ledger.answers(answers[1].parent or "")) == 2


def test_units_run_side_by_side_after_the_first_answer(build: Builder) -> None:
    claims = [{"claim": "Books have a title.", "quotes": [{"page": "schema NewBook", "quote": "title"}]}]

    def script(request: Json, number: int) -> Reply:
        time.sleep(0.05)
        return calls(call("submit", summary="Nothing to do.", claims=claims if number % 2 else []))

    done = build(script, only=(), jobs=3)
    assert sorted(one.unit.name for one in done.improved.results) == sorted(EVERY)
    assert {one.end for one in done.improved.results} == {"submitted"}
    assert set(done.improved.memory.units) == set(EVERY)


def test_what_does_not_fit_with_other_units_is_left_out(build: Builder) -> None:
    taken = lending.YAML.replace("resource: lending", "resource: lending-twice")

    def script(request: Json, number: int) -> Reply:
        mine = "# Your unit: resource/lending" in request["messages"][0]["content"][0]["text"]
        if len(request["messages"]) > 1:
            return SUBMIT
        if mine:
            return WRITE
        return calls(call("write_file", path="resources/book-twice.yaml", content=taken.replace("lending-twice", "book-twice")))

    done = build(script, only=(lending.UNIT, "resource/book"), jobs=1)
    assert [(one.unit.name, one.end) for one in done.improved.results] == [
        ("resource/book", "submitted"), (lending.UNIT, "trouble"),
    ]  # fmt: skip
    assert set(done.improved.files) == {"resources/book-twice.yaml"}
    assert done.warnings[-1].startswith("left out: it does not fit with other units: resources/lending.yaml:")


_RUN = """
import sys
from tests.agent import lending
from twingen import agent
from twingen.agent.events import Used
from twingen.twin.record import Standing
from twingen.workbench import Bench
from pathlib import Path

improved = agent.improve(
    lending.work(), Bench(), agent.Settings(only=(lending.UNIT,), ledger=Path(sys.argv[1])),
    on_event=lambda event: print(type(event).__name__, flush=True),
)
print("interrupted", improved.interrupted, flush=True)
"""


def _started(ledger: Path, url: str) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[2]
    env = environment(ANTHROPIC_BASE_URL=url, ANTHROPIC_API_KEY=KEY)
    env["PYTHONPATH"] += os.pathsep + str(root)
    return subprocess.Popen(
        [sys.executable, "-c", _RUN, str(ledger)], stdout=subprocess.PIPE, text=True, env=env, cwd=root
    )


def _until(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(word):
            return
    raise AssertionError(f"it ended without {word}")


def _hangs(after: int) -> Script:
    return lambda request, number: WRITE if number <= after else replace(SUBMIT, pause=4)


def test_a_killed_build_goes_on_where_it_was(build: Builder) -> None:
    with ModelServer(_hangs(1)) as server:
        process = _started(build.ledger, server.url)
        _until(process, "ToolAnswered")
        process.kill()
        process.communicate()
    again = build(in_order(SUBMIT))
    assert len(again.server.requests) == 1 and again.ended.end == "submitted"
    assert again.improved.files == {"resources/lending.yaml": lending.YAML.encode()}


def test_an_interrupted_build_keeps_what_it_has(build: Builder) -> None:
    with ModelServer(_hangs(1)) as server:
        process = _started(build.ledger, server.url)
        _until(process, "ToolAnswered")
        time.sleep(0.3)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=40)
        assert time.monotonic() - begun < 20
    assert told.splitlines()[-1] == "interrupted True" and process.returncode == 0
    again = build(in_order(SUBMIT))
    assert len(again.server.requests) == 1 and again.ended.end == "submitted"


def test_a_damaged_memory_counts_as_none() -> None:
    assert parse_memory(b"{") == parse_memory(None) == parse_memory(b'{"units": {"a": 1}}') == Memory()


def test_a_finding_opens_a_file_that_is_semantic_throughout() -> None:
    work = lending.work()
    standing = {one.key: Standing(tier="semantic") for one in work.twin.contract.operations}
    twin = replace(work.twin, lock=replace(work.twin.lock, standing=standing))
    work = replace(work, twin=twin)
    names = [one.unit.name for one in agent.plan(work, agent.Settings(), sizes=False)]
    assert "resource/book" not in names
    found = {"resources/book.yaml": ("GET /v1/books/{}: status: 500",)}
    needed = {
        one.unit.name: one.reason
        for one in agent.plan(replace(work, findings=found), agent.Settings(), sizes=False) if one.needed
    }  # fmt: skip
    assert needed == {"resource/book": "1 findings against it"}
