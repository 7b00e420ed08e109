"""Whole builds with a scripted model: findings go back to it, the exam is on record, a hand's edits stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.agent import lending
from tests.agent.conftest import KEY
from tests.agent.model_server import Json, ModelServer, Reply, call, calls
from tests.agent.test_exam import GOOD, SEED
from twingen import agent
from twingen.agency import Agency
from twingen.agent.exam import Exam, write_exam
from twingen.conformance import Proof, unproved, with_exam
from twingen.pipeline import Built, Event, StageFinished, build
from twingen.report.digest import digest_of_folder
from twingen.report.model import Finding
from twingen.twin.load import load_twin
from twingen.twin.record import Exam as ExamOnRecord
from twingen.verify.events import Ended, Event as Proved, Found, Tried
from twingen.verify.provers import Prover, Task

FILE = "resources/lending.yaml"
UNGUARDED = "".join(line for line in lending.YAML.splitlines(keepends=True) if "guards" not in line)
SUBMIT = call("submit", summary="Lending sets the reader.", claims=lending.CLAIMS)


def guarded(task: Task) -> Iterator[Proved]:
    """Find that a book that is lent is lent again, where nothing guards against it."""
    operation = next(one for resource in task.twin.resources for one in resource.operations if one.key == lending.LEND)
    yield Tried(source="contract", operation=lending.LEND, cases=1, failed=int(not operation.guards))
    if not operation.guards:
        finding = Finding(
            source="contract", check="again", operation=lending.LEND, identity="again", title="a lent book is lent again",
            expected="409", observed="200",
        )  # fmt: skip
        yield Found(finding=finding)
    for other in task.twin.contract.operations:
        yield Tried(source="contract", operation=other.key, cases=1)
    yield Ended(source="contract")


PROOF = Proof(seconds=60, provers=(Prover(name="fake", source="contract", run=guarded),))


@dataclass(slots=True)
class Model:
    """Answers as a builder with these texts one after another, and as an examiner with claims."""

    texts: list[str]
    built: int = 0

    def __call__(self, request: Json, number: int) -> Reply:
        if any(tool["name"] == "submit_exam" for tool in request["tools"]):
            return GOOD
        text = self.texts[min(self.built, len(self.texts) - 1)]
        self.built += 1
        return calls(call("write_file", path=FILE, content=text), SUBMIT)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "lending.yaml").write_text(lending.OPENAPI)
    (tmp_path / "docs" / "lending.md").write_text(lending.PROSE)
    return tmp_path / "docs"


def made(
    tmp_path: Path, docs: Path, *texts: str, proof: Proof | None = None, events: list[Event] | None = None, pattern: str = "",
) -> tuple[Built, ModelServer]:  # fmt: skip
    if not (tmp_path / "exam").exists():
        write_exam(tmp_path / "exam", Exam(seed=SEED))
    with ModelServer(Model(list(texts))) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_API_KEY", KEY)
        patch.setenv("ANTHROPIC_BASE_URL", server.url)
        settings = agent.Settings(ledger=tmp_path / "ledger", only=(lending.UNIT,), pattern=pattern)
        agency = Agency(settings=settings, asks=True, exam=tmp_path / "exam")
        twin = tmp_path / "twin"
        done = build(
            "lending", docs, twin, adopt_from=twin if twin.exists() else None, agency=agency, proof=proof,
            on_event=(events if events is not None else []).append,
        )  # fmt: skip
    return done, server


def openings(server: ModelServer, tool: str = "write_file") -> list[str]:
    """Return how the conversations of a role began."""
    return [
        request["messages"][0]["content"][0]["text"]
        for request in server.requests
        if len(request["messages"]) == 1 and any(one["name"] == tool for one in request["tools"])
    ]


def test_what_the_proof_finds_goes_back_to_the_builder(tmp_path: Path, docs: Path) -> None:
    events: list[Event] = []
    done, server = made(tmp_path, docs, UNGUARDED, lending.YAML, proof=PROOF, events=events)
    first, second = openings(server)
    assert "# What the proof found" not in first
    assert (
        f"# What the proof found against this unit: mend the cause, not the case\n\n"
        f"{lending.LEND}: again: a lent book is lent again\n  expected: 409\n  observed: 200"
    ) in second
    assert done.report.converged and (done.path / FILE).read_text() == lending.YAML
    stages = [event.stage for event in events if isinstance(event, StageFinished)]
    assert stages == ["read", "infer", "adopt", "prove", "agent", "converge", "mend", "converge", "write"]
    mend = next(event for event in events if isinstance(event, StageFinished) and event.stage == "mend")
    assert mend.counts == {"files found wanting": 1, "files changed": 1}


def test_a_builder_that_mends_nothing_is_asked_twice_at_most(tmp_path: Path, docs: Path) -> None:
    done, server = made(tmp_path, docs, UNGUARDED, UNGUARDED.replace("Who", "Once more, who"), UNGUARDED, lending.YAML, proof=PROOF)
    assert len(openings(server)) == 3
    assert done.report.converged is False


def test_the_exam_is_on_record(tmp_path: Path, docs: Path) -> None:
    done, server = made(tmp_path, docs, lending.YAML)
    assert len(openings(server, "write_scenario")) == 1
    assert done.worked is not None and done.worked.examined is not None
    sat = load_twin(done.path).lock.exam
    assert sat is not None and sat.digest == done.worked.examined.digest
    assert (sat.passed, sat.failed, sat.voided) == (1, 0, 0)
    said = (
        f"exam {sat.digest[:12]}: 1 of 1 questions passed, 0 failed, 0 void; "
        "questions are made from the documents, and who writes the twin does not see them"
    )
    assert said in [note.text for note in done.report.notes]
    assert f"- {said}\n" in (done.path / "CONFORMANCE.md").read_text()
    assert done.report.digest == digest_of_folder(done.path)
    later = build("lending", docs, tmp_path / "later", adopt_from=done.path)
    assert later.twin.lock.exam == sat
    assert f"{said}; an earlier build sat it, this one did not" in [note.text for note in later.report.notes]


def test_an_exam_that_is_failed_is_a_warning() -> None:
    report = with_exam(unproved(lending.twin(), ""), ExamOnRecord(digest="d" * 32, passed=2, failed=1, voided=1), now=True)
    (note,) = [note for note in report.notes if note.level == "warning"]
    assert note.text.startswith("exam dddddddddddd: 2 of 4 questions passed, 1 failed, 1 void; ")


@pytest.fixture
def edited(tmp_path: Path, docs: Path) -> Path:
    """A twin whose agent's file a hand has edited since, over documents that have changed."""
    done, _ = made(tmp_path, docs, UNGUARDED)
    unit = load_twin(done.path).lock.units[FILE]
    assert (unit.origin, unit.agent) == ("agent", unit.digest)
    (done.path / FILE).write_text(UNGUARDED.replace("about: Who has a book.", "about: By hand.  # mine"))
    (docs / "lending.md").write_text(lending.PROSE.replace("to the one that was sent.", "to the one that was sent. Always."))
    return done.path


def test_a_hands_edits_stay_where_the_agent_rewrites(tmp_path: Path, docs: Path, edited: Path) -> None:
    done, server = made(tmp_path, docs, lending.YAML)
    assert "about: By hand.  # mine" in openings(server)[0]
    assert (edited / FILE).read_text() == lending.YAML.replace("about: Who has a book.", "about: By hand.  # mine")
    assert done.merged == (f"{FILE}: {lending.LEND}",)
    assert done.conflicts == ()
    unit = load_twin(edited).lock.units[FILE]
    assert (edited / ".twin" / "objects" / unit.agent).read_text() == lending.YAML


def test_where_both_changed_the_hand_stands(tmp_path: Path, docs: Path, edited: Path) -> None:
    done, _ = made(tmp_path, docs, lending.YAML.replace("Who has a book.", "The agent's."))
    assert "about: By hand.  # mine" in (edited / FILE).read_text()
    assert done.conflicts == (f"{FILE}: about: kept as the hand has it",)


def test_a_builder_sees_the_conventions_of_a_pattern(tmp_path: Path, docs: Path) -> None:
    _, server = made(tmp_path, docs, lending.YAML, pattern="# a comment\nservice: other\n\nerrors: {cases: {gone: {status: 410}}}\n")
    system = server.requests[0]["system"][1]["text"]
    shown = '<document kind="example" place="service.yaml of another twin">\nservice: other\nerrors: {cases: {gone: {status: 410}}}\n</document>'
    assert system.endswith(shown) and "# How another service is written down" in system
    assert "a comment" not in system
    examiners = [request for request in server.requests if any(tool["name"] == "submit_exam" for tool in request["tools"])]
    assert "service: other" not in repr(examiners)
