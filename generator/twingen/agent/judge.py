"""The judge: rules on failed questions, seeing passage, expectation and answer, never code."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import orjson

from twingen.agent.client import Model
from twingen.agent.desk import Desk
from twingen.agent.events import Event
from twingen.agent.exam import Question
from twingen.agent.ledger import Ledger, turn_digest
from twingen.agent.loop import Conversation, Limits, converse, prompt_root
from twingen.agent.prompts import Block, text_of
from twingen.agent.scene import NoWorkbench, Scene
from twingen.agent.tool import fenced
from twingen.agent.tools import JUDGE
from twingen.agent.units import Unit
from twingen.agent.usage import Price, Purse, Usage

_LIMITS = Limits(turns=4, tokens=200_000, answer=4_000)


def judge(
    failed: Sequence[tuple[Question, str]], scene: Scene, ledger: Ledger, model: Model, price: Price | None,
    purse: Purse, on_event: Callable[[Event], None], stop: threading.Event,
) -> tuple[list[tuple[Question, str]], Usage, float | None]:  # fmt: skip
    """Return the questions that are void with the reasons, and what the rulings took.

    A question on which no ruling came stands.
    """
    system = [{"type": "text", "text": text_of("judge"), "cache_control": {"type": "ephemeral"}}]
    voids: list[tuple[Question, str]] = []
    usage, cost = Usage(), None if price is None else 0.0
    run = ledger.begin_run(scene.work.twin.name, scene.settings.model) if failed else 0
    for question, came in failed:
        unit = Unit(
            name=question.unit, kind="resource", title=question.unit, files=(), lane=question.unit
        )
        desk = Desk(unit, {}, scene.library, scene.slices, NoWorkbench())
        opening = _opening(question, came, scene)
        root = ledger.add(None, "root", prompt_root(scene.settings.model, "judge", system, JUDGE))
        number = ledger.begin(run, unit.name, "judge", turn_digest(root, "user", opening), b"{}")
        outcome = converse(
            Conversation(
                unit=unit.name, model=model, name=scene.settings.model, system=system, opening=opening, tools=JUDGE,
                desk=desk, ledger=ledger, number=number, root=root, purse=purse, price=price, limits=_LIMITS,
                emit=on_event, stop=stop,
            )
        )  # fmt: skip
        ruling = orjson.dumps({"void": desk.voided, "reason": desk.summary})
        ledger.finish(
            number, outcome.end, reason=outcome.reason, result=ruling, usage=outcome.usage, cost=outcome.cost
        )
        usage += outcome.usage
        cost = None if cost is None or outcome.cost is None else cost + outcome.cost
        if desk.submitted and desk.voided:
            voids.append((question, desk.summary))
    if run:
        ledger.end_run(run, "done")
    return voids, usage, cost


def _opening(question: Question, came: str, scene: Scene) -> list[Block]:
    passages = []
    for quote in question.claim.quotes:
        found = scene.library.locate(quote)
        text = found[1] if found is not None else scene.slices.cited(quote) or "(it stands nowhere any more)"
        passages.append(fenced("passage", quote.page, f"{text}\n\n(quoted: {quote.quote})"))
    parts = [
        f"# Claim\n\n{question.claim.text}", "# What it rests on", *passages,
        f"# Scenario\n\n```yaml\n{question.scenario}\n```",
        "# What came", fenced("answers", "the clone", came),
    ]  # fmt: skip
    return [{"type": "text", "text": "\n\n".join(parts)}]
