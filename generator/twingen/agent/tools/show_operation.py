"""Show an operation of the contract whole."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, fenced, taking


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    operation = desk.slices.find(given["operation"])
    if operation is None:
        close = get_close_matches(given["operation"], list(desk.slices.operations), 5, 0.4)
        raise ToolError(f"the contract has no such operation; near: {', '.join(close) or 'none'}")
    return fenced("contract", f"operation {operation.key}", desk.slices.show_operation(operation.key))


SHOW_OPERATION = Tool(
    name="show_operation",
    description="Show an operation of the contract with all its texts and examples; by key, operationId or `GET /path`.",
    input=taking(("operation",), operation={"type": "string"}),
    run=run,
    about=lambda given: str(given.get("operation", "")),
)
