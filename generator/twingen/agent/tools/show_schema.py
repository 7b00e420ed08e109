"""Show a schema of the contract whole."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, fenced, taking


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    name = given["schema"].removeprefix("#/components/schemas/")
    if name not in desk.slices.contract.schemas:
        close = get_close_matches(name, list(desk.slices.contract.schemas), 5, 0.4)
        raise ToolError(f"the contract has no schema {name!r}; near: {', '.join(close) or 'none'}")
    return fenced("contract", f"schema {name}", desk.slices.show_schema(name))


SHOW_SCHEMA = Tool(
    name="show_schema",
    description="Show a schema of the contract with all its texts; references read as the names of further schemas.",
    input=taking(("schema",), schema={"type": "string"}),
    run=run,
    about=lambda given: str(given.get("schema", "")),
)
