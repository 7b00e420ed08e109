"""Write a scenario of the exam."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, taking
from twingen.errors import TwingenError
from twingen.twin.yaml import load

FOLDER = "exam/"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    name = given["name"].removesuffix(".yaml")
    if not _NAME.fullmatch(name):
        desk.incidents.append(f"tried to write outside the exam: {given['name']!r}")
        raise ToolError("a scenario's name is lower-case letters, digits and dashes")
    try:
        data = load(given["content"], f"{name}.yaml")
    except TwingenError as error:
        raise ToolError(str(error)) from None
    if not isinstance(data, dict) or "workflows" not in data:
        raise ToolError("this is no Arazzo file: it has no `workflows`")
    desk.written[f"{FOLDER}{name}.yaml"] = given["content"].encode()
    return f"{name} is written"


WRITE_SCENARIO = Tool(
    name="write_scenario",
    description="Write the scenario of one claim: a name (lower case, dashes) and an Arazzo file with one workflow.",
    input=taking(("name", "content"), name={"type": "string"}, content={"type": "string", "maxLength": 40_000}),
    run=run,
    about=lambda given: str(given.get("name", "")),
)
