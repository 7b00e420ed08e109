"""Write a file of the unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, taking
from twingen.agent.written import refusals

_LARGEST = 120_000


def put(desk: Desk, path: str, text: str) -> str:
    """Take a file's new text and say whether the twin still loads; raises ToolError if it may not be."""
    if len(text.encode()) > _LARGEST:
        raise ToolError(f"the file would exceed {_LARGEST} bytes; move parts into resources/NAME-PART.py")
    reasons = refusals(desk, path, text)
    if reasons:
        raise ToolError("not written:\n" + "\n".join(reasons))
    desk.written[path] = text.encode()
    problems = desk.load()
    if problems:
        return f"{path} is written, but the twin does not load:\n" + "\n".join(problems[:8])
    return f"{path} is written ({len(text.splitlines())} lines); the twin loads"


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    return put(desk, desk.checked(given["path"]), given["content"])


WRITE_FILE = Tool(
    name="write_file",
    description="Write a whole file of your unit and see whether the twin still loads.",
    input=taking(("path", "content"), path={"type": "string"}, content={"type": "string"}),
    run=run,
    about=lambda given: str(given.get("path", "")),
)
