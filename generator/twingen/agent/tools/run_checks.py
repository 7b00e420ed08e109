"""Hold the unit's checks: it loads, its laws hold, its visible scenarios pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, taking
from twingen.agent.workbench import Standing, TrialError


def checked(desk: Desk) -> Mapping[str, Standing]:
    """Return the standing of the unit's operations; raises ToolError when they cannot be tried."""
    problems = desk.load()
    if problems:
        raise ToolError("the twin does not load:\n" + "\n".join(problems[:20]))
    try:
        return desk.trial().check(desk.unit.keys)
    except TrialError as error:
        desk.incidents.append(f"a check was stopped: {error}")
        raise ToolError(str(error)) from None


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    standing = checked(desk)
    wanted = given.get("operations")
    lines = []
    for key, one in standing.items():
        if wanted and key not in wanted:
            continue
        lines.append(f"{one.tier:<12}{key}" + (f"  proof: {one.proof}" if one.proof else ""))
        lines += [f"    {reason}" for reason in one.reasons]
    semantic = sum(one.tier == "semantic" for one in standing.values())
    lines.append(f"{semantic} of {len(standing)} operations of this unit are semantic")
    if desk.scenarios:
        try:
            played = desk.trial().play(desk.scenarios, 1)
        except TrialError as error:
            raise ToolError(f"the scenarios cannot be played: {error}") from None
        for story in played:
            lines.append(f"{'passed' if story.passed else 'FAILED'}  scenario {story.file} {story.name}")
            if not story.passed:
                lines.append("    " + story.detail.replace("\n", "\n    "))
    return "\n".join(lines) if standing or desk.scenarios else "the twin loads; this unit has no operations to check"


RUN_CHECKS = Tool(
    name="run_checks",
    description=(
        "Run your unit's checks: each operation's tier and what stands against it (laws that fail, parameters "
        "that are ignored), and the scenarios you may see. A law that fails says what it expected."
    ),
    input=taking(operations={"type": "array", "items": {"type": "string"}, "description": "only these keys"}),
    run=run,
)
