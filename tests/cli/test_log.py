"""`twingen log`: transcripts from the ledger, as text, JSON and a page, and branches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.calling import Twingen
from twingen.agent.ledger import Branch, Ledger
from twingen.agent.usage import Usage

UNIT = "resource/user"


@pytest.fixture
def turns(twingen: Twingen) -> list[str]:
    """A ledger with one conversation of two answers; returns its turns."""
    ledger = Ledger(twingen.home / ".state" / "ledger.sqlite")
    run = ledger.begin_run("acme", "claude-sonnet-5-5")
    root = ledger.add(None, "root", {"model": "claude-sonnet-5-5", "role": "builder", "system": [{"type": "text", "text": "You write."}], "tools": []})
    digests = [ledger.add(root, "user", [{"type": "text", "text": "# Your unit"}])]
    number = ledger.begin(run, UNIT, "builder", digests[0], b"{}")
    used = Usage(input=1000, output=20, calls=1)
    called = [
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "t1", "name": "write_file", "input": {"path": "resources/user.yaml", "content": "a: 1\nb: <script>"}},
    ]
    digests.append(ledger.add(digests[-1], "assistant", called, stop="tool_use", usage=used, cost=0.0022))
    result = [{"type": "tool_result", "tool_use_id": "t1", "content": "line\n" * 60, "is_error": True}]
    digests.append(ledger.add(digests[-1], "user", result))
    digests.append(ledger.add(digests[-1], "assistant", [{"type": "text", "text": "Done."}], usage=used, cost=0.0022))
    ledger.advance(number, digests[-1])
    ledger.finish(number, "submitted", reason="All done.", result=b"{}", usage=used + used, cost=0.0044)
    ledger.close()
    return digests


def test_without_a_ledger(twingen: Twingen) -> None:
    done = twingen("log", "acme")
    path = twingen.home / ".state" / "ledger.sqlite"
    assert done.code == 2 and done.err == (
        f"ledger: {path}\n"
        f"twingen: {path}: there is no ledger: no agent has worked here\n"
        "  with ANTHROPIC_API_KEY set, `twingen build` runs one\n"
    )


def test_the_list(twingen: Twingen, turns: list[str]) -> None:
    done = twingen("log", "acme")
    assert done.code == 0
    assert done.out.split("\t")[:7] == ["1", UNIT, "builder", "submitted", "2040", "0.004", "claude-sonnet-5-5"]
    (row,) = json.loads(twingen("log", "acme", "--json").out)
    assert row["unit"] == UNIT and row["usd"] == 0.0044 and row["turn"] == turns[-1]


@pytest.mark.parametrize("unit", [UNIT, "user"])
def test_a_transcript(twingen: Twingen, turns: list[str], unit: str) -> None:
    shown = [f"  {line}" for line in ["line"] * 40]
    assert twingen("log", "acme", unit).out.splitlines() == [
        "resource/user (builder), conversation 1, claude-sonnet-5-5",
        "", f"turn {turns[0][:8]}", "task", "  # Your unit",
        "", f"turn {turns[1][:8]}  1020 tokens, $0.0022", "said", "  I look.",
        "called write_file", "  path: resources/user.yaml", "  content:", "      a: 1", "      b: <script>",
        "", f"turn {turns[2][:8]}", "failed write_file", *shown, "  … 20 more lines (-v shows all)",
        "", f"turn {turns[3][:8]}  1020 tokens, $0.0022", "said", "  Done.",
        "", "submitted: All done.", "2040 tokens, $0.0044",
    ]  # fmt: skip
    assert "You write." in twingen("log", "acme", unit, "-v").out


def test_a_page_escapes_what_models_write(twingen: Twingen, turns: list[str]) -> None:
    page = twingen("log", "acme", UNIT, "--html").out
    assert page.startswith("<!doctype html>") and "<script>" not in page and "&lt;script&gt;" in page
    assert f'id="{turns[1]}"' in page and "default-src 'none'" in page


def test_entries_as_json(twingen: Twingen, turns: list[str]) -> None:
    data = json.loads(twingen("log", "acme", UNIT, "--json").out)
    assert [entry["kind"] for entry in data["entries"]] == ["head", "task", "said", "called", "failed", "said"]


def test_a_branch(twingen: Twingen, turns: list[str]) -> None:
    done = twingen("log", "acme", "--branch", turns[1][:10])
    assert (done.code, done.out) == (0, f"the next build of acme goes on anew from turn {turns[1][:8]} of {UNIT}\n")
    ledger = Ledger(Path(twingen.home / ".state" / "ledger.sqlite"))
    assert ledger.branches("acme") == [Branch(unit=UNIT, role="builder", turn=turns[1], conversation=1)]
    ledger.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["acme", "group"], "the ledger holds no conversation about 'group' of acme\n  units: resource/user\n"),
        (["other"], "the ledger holds no conversation about other\n"),
        (["acme", "--conversation", "7"], "the ledger holds no conversation 7 of acme\n  units: resource/user\n"),
        (
            ["acme", "--branch", "zz"],
            "'zz' names no turn, or several\n  `twingen log acme UNIT` shows each turn's name; give more of it\n",
        ),
        (["./nowhere"], "./nowhere: there is no such folder\n"),
    ],
)
def test_wrong_use(twingen: Twingen, turns: list[str], arguments: list[str], message: str) -> None:
    done = twingen("log", *arguments)
    assert done.code == 2 and f"twingen: {message}"[:60] in done.err and message.splitlines()[0] in done.err
