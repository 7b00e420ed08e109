"""A judge's ruling on one question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk
from twingen.agent.tool import Tool, taking


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    desk.voided = given["void"]
    desk.summary, desk.submitted = given["reason"], True
    return "noted"


RULE = Tool(
    name="rule",
    description="Rule on the question: void or not, with the reason.",
    input=taking(("void", "reason"), void={"type": "boolean"}, reason={"type": "string", "minLength": 10}),
    run=run,
    about=lambda given: "void" if given.get("void") else "stands",
)
