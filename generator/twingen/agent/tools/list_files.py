"""List the twin's files that can be read, and which of them the unit may write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk
from twingen.agent.tool import Tool, taking


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    lines = []
    for name in desk.readable():
        size = len(desk.files[name])
        mine = "  (yours)" if name in desk.unit.files or name in desk.written else ""
        lines.append(f"{name}  {size} bytes{mine}")
    return "\n".join([*lines, f"this unit writes: {', '.join(desk.unit.files)}"])


LIST_FILES = Tool(
    name="list_files",
    description="List the twin's files that you can read, and which you may write.",
    input=taking(),
    run=run,
)
