"""Read a file of the twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, taking


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    path = given["path"]
    if path not in desk.readable():
        raise ToolError(f"there is no file {path!r} to read; list_files lists them")
    lines = (desk.text(path) or "").splitlines()
    first = given.get("first", 1)
    last = min(given.get("last", len(lines)), len(lines))
    return "\n".join(f"{number:>5} {lines[number - 1]}" for number in range(first, last + 1)) or "(empty)"


READ_FILE = Tool(
    name="read_file",
    description="Read a file of the twin with line numbers: your own, or another unit's to refer to.",
    input=taking(
        ("path",),
        path={"type": "string"},
        first={"type": "integer", "minimum": 1},
        last={"type": "integer", "minimum": 1},
    ),
    run=run,
    about=lambda given: str(given.get("path", "")),
)
