"""Hand in the unit: what was written counts from here on, with its claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.citations import CLAIMS, read_claims
from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, taking
from twingen.agent.tools.run_checks import checked


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    claims = read_claims(desk, given["claims"])
    if desk.written and not claims:
        raise ToolError("files were changed, and no claim says what they rest on")
    if desk.unit.keys and desk.written:
        standing = checked(desk)
        worse = [
            f"{key} was semantic and is {one.tier}: {'; '.join(one.reasons)}"
            for key, one in standing.items()
            if one.tier != "semantic" and getattr(desk.before.get(key), "tier", "") == "semantic"
        ]
        broken = [
            f"{key}: {reason}" for key, one in standing.items() for reason in one.reasons
            if reason.startswith("law ") and reason not in getattr(desk.before.get(key), "reasons", ())
            and "does not notice" not in reason
        ]  # fmt: skip
        if worse or broken:
            raise ToolError("not taken: it is worse than before\n" + "\n".join([*worse, *broken][:20]))
    elif desk.written and (problems := desk.load()):
        raise ToolError("not taken: the twin does not load\n" + "\n".join(problems[:8]))
    desk.claims, desk.summary, desk.submitted = claims, given["summary"], True
    return "taken"


SUBMIT = Tool(
    name="submit",
    description=(
        "Hand in your work and end. Every claim cites: `page` is a page of the prose, `operation KEY` or "
        "`schema NAME`; `quote` stands there word for word. Work that loads no longer, breaks a law or loses "
        "a semantic operation is sent back."
    ),
    input=taking(
        ("summary", "claims"),
        summary={"type": "string", "minLength": 1, "description": "what you did, and what stays open and why"},
        claims=CLAIMS,
    ),
    run=run,
    about=lambda given: f"{len(given.get('claims', ()))} claims",
)
