"""Replace a passage of a file of the unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, taking
from twingen.agent.tools.write_file import put


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    path = desk.checked(given["path"])
    text = desk.text(path)
    if text is None:
        raise ToolError(f"there is no {path} yet; write_file makes it")
    count = text.count(given["old"])
    if count != 1:
        why = "is not in the file" if not count else f"stands {count} times in the file; give more of its surroundings"
        raise ToolError(f"the old text {why}")
    return put(desk, path, text.replace(given["old"], given["new"]))


EDIT_FILE = Tool(
    name="edit_file",
    description="Replace `old`, which must stand exactly once in a file of your unit, by `new`.",
    input=taking(
        ("path", "old", "new"),
        path={"type": "string"},
        old={"type": "string", "minLength": 1},
        new={"type": "string"},
    ),
    run=run,
    about=lambda given: str(given.get("path", "")),
)
