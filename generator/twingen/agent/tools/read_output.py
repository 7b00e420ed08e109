"""Read on in an output that was cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, taking

_SHOWN = 10_000


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    text = desk.outputs.get(given["output"])
    if text is None:
        raise ToolError("there is no such output; the name stands where an output was cut")
    start = given.get("offset", 0)
    rest = len(text) - start - _SHOWN
    tail = f"\n… {rest} more characters: offset {start + _SHOWN}" if rest > 0 else ""
    return text[start : start + _SHOWN] + tail


READ_OUTPUT = Tool(
    name="read_output",
    description="Read on in a tool's output that was cut: its name stands at the cut.",
    input=taking(("output",), output={"type": "string"}, offset={"type": "integer", "minimum": 0}),
    run=run,
    about=lambda given: str(given.get("output", "")),
)
