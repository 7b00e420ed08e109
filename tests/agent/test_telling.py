"""What a person reads of the agent's work: a plan, progress, a summary."""

from __future__ import annotations

from tests.agent import lending
from tests.agent.conftest import Builder
from tests.agent.model_server import Script, in_order, text
from twingen import agent
from twingen.agent.events import Used, Waiting
from twingen.agent.usage import Usage
from twingen.cli.agentlog import AgentProgress, plan_lines, summary_lines


def test_the_plan() -> None:
    planned = agent.plan(lending.work(), agent.Settings(only=(lending.UNIT,)))
    (mine,) = [one for one in planned if one.needed]
    assert plan_lines(planned, whole=True) == [
        "an agent would work on 1 units with 1 operations that are no more than shapes",
        f"  resource/lending: 1 of 1 operations are shapes  {mine.head_tokens:,} shared + {mine.opening_tokens:,} tokens"
        f"  ${mine.low:.2f} to ${mine.high:.2f}",
        f"  about ${mine.low:.2f} to ${mine.high:.2f} in all",
    ]
    assert plan_lines([], whole=True) == ["an agent would have nothing to do: no unit's evidence has changed"]


def test_progress_and_summary(build: Builder, good: Script) -> None:
    done = build(good)
    progress = AgentProgress()
    lines = [line for event in done.events if (line := progress.event(event))]
    assert len(lines) == 1 and lines[0].startswith("resource/lending: resources/lending.yaml  (2 turns, ")
    assert progress.usage == done.improved.usage and progress.done == 1
    assert summary_lines(done.improved)[0].startswith("agent: 1 of 1 units, 1 files, ")
    assert f"ledger {build.ledger}" in summary_lines(done.improved)[0]


def test_trouble_is_told(build: Builder) -> None:
    done = build(in_order(text("No.", stop="refusal")))
    assert summary_lines(done.improved)[1] == "  resource/lending: refused: the model declined: No."
    progress = AgentProgress()
    assert progress.event(Waiting(unit="a", why="529: busy", seconds=4, attempt=1)) == "a: 529: busy; again in 4 s"
    progress.event(Used(unit="a", usage=Usage(input=1200, calls=1), cost=None))
    assert progress.line.startswith("0 units done, 1,200 tokens, 0 s: a waits 4 s")
