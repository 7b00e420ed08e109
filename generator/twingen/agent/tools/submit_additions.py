"""Hand in the operations that were added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from twingen.agent.desk import Claim, Desk
from twingen.agent.evidence import Quote
from twingen.agent.tool import Tool, taking
from twingen.agent.tools.add_operation import FOLDER
from twingen.contract.additions import CITES


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    for name, raw in sorted(desk.written.items()):
        key = name.removeprefix(FOLDER)
        quotes = tuple(Quote(**one) for one in orjson.loads(raw)["operation"][CITES])
        desk.claims.append(Claim(text=f"There is an operation {key}.", quotes=quotes, operations=(key,)))
    desk.summary, desk.submitted = given["summary"], True
    return "taken"


SUBMIT_ADDITIONS = Tool(
    name="submit_additions",
    description="Hand in the operations that you added and end; say which of your unit you left out and why.",
    input=taking(("summary",), summary={"type": "string", "minLength": 1}),
    run=run,
)
