"""The exam: written from documents alone, kept outside the twin, sat once, and fair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.agent import lending
from tests.agent.conftest import KEY, Builder
from tests.agent.model_server import Json, ModelServer, Reply, Script, call, calls
from twingen import agent
from twingen.agent.client import Client
from twingen.agent.desk import Claim
from twingen.agent.events import Event
from twingen.agent.evidence import Quote
from twingen.agent.exam import Exam, check_place, examined, read_exam, shares, write_exam
from twingen.agent.examiner import Examined, examine
from twingen.errors import DamagedTwinError, UsageError
from twingen.workbench import Bench

QUOTE = {"page": "lending.md", "quote": "Lending a book sets its reader to the one that was sent."}
AGAIN = {"page": "lending.md", "quote": "A book that has a reader cannot be lent again: the answer is 409."}


def scenario(name: str, last: str, read: str = "$response.body#/reader == $inputs.reader") -> str:
    return f"""\
arazzo: 1.0.1
info: {{title: {name}, version: 1.0.0}}
sourceDescriptions: [{{name: lending, url: ../contract.json, type: openapi}}]
workflows:
- workflowId: {name}
  summary: {name}
  inputs:
    type: object
    properties:
      title: {{type: string, default: Dune}}
      reader: {{type: string, default: Ada}}
  steps:
  - stepId: add
    operationId: addBook
    requestBody: {{payload: {{title: $inputs.title}}}}
    successCriteria: [{{condition: $statusCode == 201}}]
    outputs: {{id: $response.body#/id}}
  - stepId: lend
    operationId: lendBook
    parameters: [{{name: bookId, in: path, value: $steps.add.outputs.id}}]
    requestBody: {{payload: {{reader: $inputs.reader}}}}
    successCriteria:
    - condition: $statusCode == 200
    - condition: $response.body#/id == $steps.add.outputs.id
    - condition: $response.body#/title == $inputs.title
  - stepId: again
    operationId: lendBook
    parameters: [{{name: bookId, in: path, value: $steps.add.outputs.id}}]
    requestBody: {{payload: {{reader: someone else}}}}
    successCriteria: [{{condition: $statusCode == {last}}}]
  - stepId: read
    operationId: getBook
    parameters: [{{name: bookId, in: path, value: $steps.add.outputs.id}}]
    successCriteria: [{{condition: {read}}}]
"""


def claim(text: str, name: str, quote: Json = QUOTE) -> Json:
    return {"claim": text, "scenario": name, "operations": [lending.LEND], "quotes": [quote]}


GOOD = calls(
    call("write_scenario", name="sets-the-reader", content=scenario("sets-the-reader", "409")),
    call("write_scenario", name="refuses-twice", content=scenario("refuses-twice", "409")),
    call("submit_exam", summary="Two claims.", claims=[
        claim("Lending sets the reader.", "sets-the-reader"),
        claim("A lent book is not lent again.", "refuses-twice", AGAIN),
    ]),
)  # fmt: skip


# With it one of the two claims is asked, whatever its hash; chance would ask none or both at times.
SEED = next(
    seed for seed in map(str, range(99))
    if examined(Claim(text="Lending sets the reader.", quotes=()), seed)
    and not examined(Claim(text="A lent book is not lent again.", quotes=()), seed)
)  # fmt: skip


def lent() -> agent.Work:
    """Return the lending service as a good builder leaves it."""
    work = lending.work()
    files = {**work.files, "resources/lending.yaml": lending.YAML.encode()}
    return replace(work, files=files)


def sat(
    script: Script | Reply, tmp_path: Path, work: agent.Work | None = None
) -> tuple[Examined, list[Event], ModelServer]:
    events: list[Event] = []
    if not (tmp_path / "exam").exists():
        write_exam(tmp_path / "exam", Exam(seed=SEED))
    answer: Script = script if callable(script) else lambda request, number: script
    with ModelServer(answer) as server:
        examined = examine(
            work or lent(), Bench(), agent.Settings(only=(lending.UNIT,), ledger=tmp_path / "ledger"),
            tmp_path / "exam", on_event=events.append, model=Client(api_key=KEY, base_url=server.url, first_wait=0.01),
        )  # fmt: skip
    return examined, events, server


def test_an_exam_is_written_kept_outside_and_passed(tmp_path: Path) -> None:
    result, _, server = sat(GOOD, tmp_path)
    assert (result.passed, result.failed, result.voided) == (1, 0, 0)
    assert len(result.scenarios) == 1 and len(server.requests) == 1
    asked = read_exam(tmp_path / "exam")
    assert result.digest == asked.digest and len(asked.questions) == 1
    assert oct((tmp_path / "exam" / "exam.json").stat().st_mode & 0o777) == "0o600"
    (name,) = result.scenarios
    assert name in {"scenarios/resource-lending-sets-the-reader.yaml", "scenarios/resource-lending-refuses-twice.yaml"}
    # An unchanged unit is not examined anew; the exam is sat all the same.
    again, _, server = sat(GOOD, tmp_path)
    assert server.requests == [] and again.passed == 1 and again.digest == result.digest


def test_the_examiner_sees_documents_and_no_code(tmp_path: Path) -> None:
    _, _, server = sat(GOOD, tmp_path)
    sent = repr(server.requests)
    assert "does: update" not in sent and "service.yaml" not in sent and "resources/" not in sent
    assert {tool["name"] for tool in server.requests[0]["tools"]} == {
        "search_docs", "read_docs", "show_operation", "show_schema", "read_output", "write_scenario", "submit_exam",
    }  # fmt: skip


def test_a_builder_sees_no_question_of_the_exam(tmp_path: Path, build: Builder, good: Script) -> None:
    result, _, _ = sat(GOOD, tmp_path)
    scenarios = {name.removeprefix("scenarios/"): raw.decode() for name, raw in result.scenarios.items()}
    done = build(good, work=lending.work(scenarios=scenarios))
    sent = repr(done.server.requests)
    (question,) = read_exam(tmp_path / "exam").questions
    assert next(iter(scenarios)) in sent
    assert question.claim.scenario not in sent and question.name not in sent


def test_scenarios_that_notice_no_defects_are_sent_back(tmp_path: Path) -> None:
    blind = scenario("sets-the-reader", "409", read="$statusCode == 200")
    for check in (
        "    - condition: $statusCode == 200\n", "    - condition: $response.body#/id == $steps.add.outputs.id\n",
        "    - condition: $response.body#/title == $inputs.title\n",
    ):  # fmt: skip
        blind = blind.replace(check, "    - condition: $statusCode < 600\n" if "== 200" in check else "")
    blind = blind.replace("$statusCode == 409", "$statusCode < 600")
    first = calls(
        call("write_scenario", name="blind", content=blind),
        call("submit_exam", summary="x", claims=[claim("Lending works somehow.", "blind")]),
    )
    _, _, server = sat(lambda request, number: first if number == 1 else GOOD, tmp_path)
    told = server.requests[1]["messages"][-1]["content"][1]["content"]
    assert told.startswith("of 5 planted defects these scenarios notice 0; not noticed:\n")
    assert f"{lending.LEND}: loses-effect" in told


def test_scenarios_that_cannot_be_read_are_sent_back(tmp_path: Path) -> None:
    first = calls(
        call("write_scenario", name="odd", content=scenario("odd", "409").replace("lendBook", "lendBoook")),
        call("submit_exam", summary="x", claims=[claim("Lending works somehow.", "odd")]),
    )
    _, _, server = sat(lambda request, number: first if number == 1 else GOOD, tmp_path)
    told = server.requests[1]["messages"][-1]["content"][1]["content"]
    assert told.startswith("these scenarios cannot be played:\nodd.yaml:") and "lendBoook" in told


def test_a_failed_question_goes_to_the_judge(tmp_path: Path) -> None:
    sat(GOOD, tmp_path)
    broken = {**lent().files, "resources/lending.yaml": lending.YAML.replace(
        '    set: {reader: "{body.reader}"}\n', '    set: {reader: nobody}\n').encode()}  # fmt: skip
    ruling = calls(call("rule", void=True, reason="The passage leaves open what the reader is called."))
    result, _, server = sat(ruling, tmp_path, replace(lent(), files=broken))
    assert (result.passed, result.failed, result.voided) == (0, 0, 1)
    assert result.grades[0].voided == "The passage leaves open what the reader is called."
    (asked,) = server.requests
    text = asked["messages"][0]["content"][0]["text"]
    assert "# What came" in text and "# Claim" in text
    assert "does: update" not in repr(server.requests)
    assert [tool["name"] for tool in asked["tools"]] == ["rule"]
    stands = calls(call("rule", void=False, reason="The passage says so in as many words."))
    (tmp_path / "ledger").unlink()
    result, _, _ = sat(stands, tmp_path, replace(lent(), files=broken))
    assert (result.passed, result.failed, result.voided) == (0, 1, 0)


def test_a_builder_that_fits_the_visible_case_is_caught(tmp_path: Path) -> None:
    special = lending.YAML.replace('reader: "{body.reader}"', "reader: Ada")
    trial = Bench().try_unit()
    trial.load({**lent().files, "resources/lending.yaml": special.encode()})
    as_written = scenario("sets-the-reader", "409")
    assert [one.passed for one in trial.play({"a.yaml": as_written}, 1)] == [False]
    trial.close()


def test_the_share_depends_on_claim_and_seed() -> None:
    claims = [Claim(text=f"Claim number {n} holds.", quotes=(Quote(page="p", quote="q"),)) for n in range(2000)]
    asked, shown = shares(claims, "a seed")
    assert len(asked) + len(shown) == 2000 and 520 < len(asked) < 680
    assert [c.text for c in asked] == [c.text for c in claims if examined(c, "a seed")]
    assert {c.text for c in asked} != {c.text for c in shares(claims, "another")[0]}
    assert len(shares(claims[:2], "a seed")[0]) >= 1


def test_an_exam_inside_the_twin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the exam would lie inside the twin"):
        check_place(tmp_path / "twin" / "exam", tmp_path / "twin")
    check_place(tmp_path / "exam", tmp_path / "twin")


def test_a_damaged_exam_is_not_taken_for_none(tmp_path: Path) -> None:
    write_exam(tmp_path, Exam(seed="s"))
    assert read_exam(tmp_path) == Exam(seed="s")
    (tmp_path / "exam.json").write_text("{")
    with pytest.raises(DamagedTwinError, match="the exam cannot be read"):
        read_exam(tmp_path)
