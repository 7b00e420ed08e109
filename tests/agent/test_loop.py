"""A unit's conversation: what the model does wrong is told to it, and every limit holds."""

from __future__ import annotations

import pytest

from tests.agent import lending
from tests.agent.conftest import SUBMIT, WRITE, Builder
from tests.agent.model_server import Json, Reply, Script, call, calls, in_order, text
from twingen.agent.events import ToolAnswered, Used
from twingen.agent.loop import Limits
from twingen.errors import UsageError


def test_a_unit_is_written_and_handed_in(build: Builder, good: Script) -> None:
    done = build(good)
    assert done.ended.end == "submitted" and done.ended.turns == 2
    assert done.improved.files == {"resources/lending.yaml": lending.YAML.encode()}
    assert [claim.text for claim in done.improved.results[0].claims] == ["Lending a book sets its reader."]
    used = [event for event in done.events if isinstance(event, Used)]
    assert done.improved.usage.total == sum(event.usage.total for event in used)
    assert done.improved.cost == pytest.approx(sum(event.cost or 0 for event in used))
    assert done.warnings == []


def test_the_twin_can_be_called_and_checked(build: Builder) -> None:
    requests = [
        {"method": "POST", "path": "/v1/books", "json": {"title": "Dune"}},
        {"method": "POST", "path": "/v1/books/{1.id}/lendings/current", "json": {"reader": "Ada"}},
        {"method": "POST", "path": "/v1/books/{1.id}/lendings/current", "json": {"reader": "Bo"}},
    ]
    done = build(in_order(WRITE, calls(call("call_twin", requests=requests), call("run_checks")), SUBMIT))
    called, checked = done.results(3)
    assert '"reader":"Ada"' in called and "/lendings/current → 409" in called
    assert checked.startswith(f"shape       {lending.LEND}\n")


def test_what_the_model_does_wrong_is_told_to_it(build: Builder) -> None:
    wrong = calls(
        call("dance"),
        call("read_file"),
        call("read_file", path="resources/nothing.yaml"),
        call("edit_file", path="resources/lending.yaml", old="x", new="y"),
        call("write_file", path="resources/lending.yaml", content="resource: lending\nnonsense: 1\n"),
        call("search_docs", query="lend", limit=99),
    )
    done = build(in_order(wrong, WRITE, SUBMIT))
    told = done.results(2)
    assert told[:4] + told[5:] == [
        "There is no tool 'dance'; there are search_docs, read_docs, show_operation, show_schema, read_output, "
        "list_files, read_file, write_file, edit_file, call_twin, run_checks, submit.",
        'the input does not fit the tool\'s schema:\nthe input: "path" is a required property',
        "there is no file 'resources/nothing.yaml' to read; list_files lists them",
        "there is no resources/lending.yaml yet; write_file makes it",
        "the input does not fit the tool's schema:\nlimit: 99 is greater than the maximum of 20",
    ]
    assert told[4].startswith(
        "resources/lending.yaml is written, but the twin does not load:\n"
        "resources/lending.yaml:2: unknown key 'nonsense' (at nonsense)"
    )
    assert done.ended.end == "submitted"


def test_malformed_json_is_answered(build: Builder) -> None:
    done = build(in_order(calls(call("read_docs"), raw_input='{"page": "len'), WRITE, SUBMIT))
    assert done.results(2) == [
        "the input is no JSON object: '{\"page\": \"len'; if it was cut off, write less at once"
    ]


def test_a_claim_whose_quote_is_invented_is_sent_back(build: Builder) -> None:
    quotes = [
        {"page": "lending.md", "quote": "Books are lent for four weeks."},
        {"page": "loans.md", "quote": "Lending a book sets its reader"},
        {"page": "lending.md", "quote": "Lending"},
    ]
    invented = calls(call("submit", summary="x", claims=[{"claim": "A claim of something.", "quotes": quotes}]))
    done = build(in_order(WRITE, invented, SUBMIT))
    assert done.results(3) == [
        "these quotes do not stand where they should:\n"
        "claim 1: lending.md does not say 'Books are lent for four weeks.'\n"
        "claim 1: there is no 'loans.md': give a page's path, `operation KEY` or `schema NAME`\n"
        "claim 1: 'Lending' is too short to be evidence"
    ]


def test_a_change_without_claims_is_sent_back(build: Builder) -> None:
    done = build(in_order(WRITE, calls(call("submit", summary="x", claims=[])), SUBMIT))
    assert done.results(3) == ["files were changed, and no claim says what they rest on"]


def test_work_that_breaks_a_law_is_sent_back(build: Builder) -> None:
    forgets = lending.YAML.replace('    set: {reader: "{body.reader}"}\n', "")
    broken = calls(call("write_file", path="resources/lending.yaml", content=forgets))
    done = build(in_order(broken, SUBMIT, WRITE, SUBMIT))
    assert done.results(3)[0].startswith(
        f"not taken: it is worse than before\n{lending.LEND}: law read-your-writes fails: expected reader"
    )
    assert done.improved.files == {"resources/lending.yaml": lending.YAML.encode()}


def test_endless_repetition_is_noticed_and_ended(build: Builder) -> None:
    done = build(calls(call("list_files")))
    assert done.ended.end == "loop"
    assert done.ended.reason == "the same call of list_files came to the same 5 times"
    assert done.ended.turns == 5
    assert "Do something else" in done.results(4)[0]
    assert done.improved.files == {}


def test_talk_without_tools_is_ended(build: Builder) -> None:
    done = build(text("I think that lending is a fine thing."))
    assert (done.ended.end, done.ended.turns) == ("stalled", 4)


def test_a_refusal_ends_the_unit_and_is_asked_again_later(build: Builder, good: Script) -> None:
    done = build(text("I can't help with that.", stop="refusal"))
    assert (done.ended.end, done.ended.reason) == ("refused", "the model declined: I can't help with that.")
    assert build(good).ended.end == "submitted"


def test_turns_and_tokens_are_limited(build: Builder) -> None:
    def wanders(request: Json, number: int) -> Reply:
        return calls(call("search_docs", query=f"lending number {number}"))

    done = build(wanders, limits=Limits(turns=3))
    assert (done.ended.end, done.ended.reason) == ("turns", "3 turns were not enough (--max-turns)")
    done = build(wanders, limits=Limits(turns=50, tokens=10_000))
    assert done.ended.end == "tokens"
    assert 0 < len(done.server.requests) < 4  # the three turns of before cost nothing now


def test_the_budget_is_never_overdrawn(build: Builder) -> None:
    def wanders(request: Json, number: int) -> Reply:
        return calls(call("search_docs", query=f"lending number {number}"))

    done = build(wanders, budget=0.5)
    assert done.ended.end == "budget"
    assert done.ended.reason == "the budget of $0.50 does not cover another turn"
    assert done.improved.cost is not None and 0 < done.improved.cost <= 0.5


def test_a_budget_needs_a_price(build: Builder, good: Script) -> None:
    with pytest.raises(UsageError, match="the price of some-model is not on record"):
        build(good, model="some-model", budget=1.0)
    done = build(good, model="some-model")
    assert done.improved.cost is None and done.improved.usage.total > 0


def test_an_answer_cut_at_its_limit_goes_on(build: Builder) -> None:
    cut = Reply(content=({"type": "text", "text": "I begin"}, call("write_file")), stop="max_tokens", raw_input='{"path": "r')
    done = build(in_order(text("I begin", stop="max_tokens"), cut, WRITE, SUBMIT))
    assert done.results(2)[0].startswith("Your answer was cut off at its limit of 32000 tokens.")
    assert done.results(3) == [
        "Your answer was cut off inside this call, so it was not made; write less at once."
    ]
    assert done.ended.end == "submitted"


def test_long_output_is_cut_and_kept(build: Builder) -> None:
    page = "# Lending\n\nLending a book sets its reader to the one that was sent.\n\n" + "".join(
        f"Rule {n} of the library in some words that fill the line.\n" for n in range(3000)
    )
    name = {}

    def reads(request: Json, number: int) -> Reply:
        if number == 1:
            return calls(call("read_docs", page="lending.md", first=1, last=400))
        if number == 2:
            shown = request["messages"][-1]["content"][0]["content"]
            name["output"] = shown.split("read_output ")[1].split()[0]
            return calls(call("read_output", output=name["output"], offset=10_000))
        return WRITE if number == 3 else SUBMIT

    done = build(reads, work=lending.work(page))
    answered = next(event for event in done.events if isinstance(event, ToolAnswered))
    assert answered.truncated and answered.characters > 14_000
    assert len(done.results(2)[0]) < 14_000 and "Rule" in done.results(3)[0]
    opened = build.opened()
    row = opened._run("SELECT content FROM blobs WHERE digest GLOB ?", name["output"] + "*").fetchone()
    assert len(row[0]) == answered.characters


def test_overloads_and_cut_streams_on_the_way(build: Builder) -> None:
    done = build(in_order(Reply(status=529), WRITE, text("x", cut=2), SUBMIT))
    assert done.ended.end == "submitted" and len(done.server.requests) == 4


def test_a_service_that_never_answers_leaves_the_unit_as_it_was(build: Builder) -> None:
    done = build(Reply(status=529, message="busy"), attempts=2)
    assert done.ended.end == "trouble" and "did not answer in 2 attempts" in done.ended.reason
    assert done.improved.files == {}


def test_all_that_units_share_is_cached(build: Builder, good: Script) -> None:
    done = build(good)
    first, second = done.server.requests
    assert first["system"] == second["system"]
    assert [block["cache_control"]["ttl"] for block in first["system"]] == ["1h", "1h"]
    marks = [
        block for message in second["messages"] for block in message["content"] if "cache_control" in block
    ]
    assert marks == [second["messages"][-1]["content"][-1]]


def test_a_citation_in_a_file_leads_somewhere(build: Builder) -> None:
    nowhere = lending.YAML.replace("#lending-a-book", "#loans")
    done = build(in_order(calls(call("write_file", path="resources/lending.yaml", content=nowhere)), WRITE, SUBMIT))
    assert done.results(2) == [
        "not written:\nresources/lending.yaml: cite 'lending.md#loans': the page has no such heading"
    ]
