"""Hand in a unit's claims with their scenarios, once they notice defects."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from twingen.agent.citations import CLAIMS, read_claims
from twingen.agent.desk import Desk, ToolError
from twingen.agent.exam import CATCHES
from twingen.agent.tool import Tool, taking
from twingen.agent.tools.write_scenario import FOLDER
from twingen.agent.workbench import TrialError

_CLAIMS: dict[str, Any] = deepcopy(dict(CLAIMS))
_CLAIMS["items"]["properties"]["scenario"] = {"type": "string", "description": "name of its scenario"}
_CLAIMS["items"]["required"].append("scenario")
_CLAIMS["minItems"] = 1


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    claims = read_claims(desk, given["claims"])
    scenarios = {}
    for claim in claims:
        raw = desk.written.get(f"{FOLDER}{claim.scenario.removesuffix('.yaml')}.yaml")
        if raw is None:
            raise ToolError(f"there is no scenario {claim.scenario!r}; write_scenario makes it")
        scenarios[f"{claim.scenario.removesuffix('.yaml')}.yaml"] = raw.decode()
    unreadable, noticed, missed = weighed(desk, scenarios)
    if unreadable:
        raise ToolError("these scenarios cannot be played:\n" + "\n".join(unreadable[:10]))
    total = len(noticed) + len(missed)
    if total and len(noticed) < CATCHES * total:
        raise ToolError(
            f"of {total} planted defects these scenarios notice {len(noticed)}; not noticed:\n" + "\n".join(missed[:30])
        )
    desk.claims, desk.summary, desk.submitted = claims, given["summary"], True
    return "taken"


def weighed(desk: Desk, scenarios: Mapping[str, str]) -> tuple[list[str], list[str], list[str]]:
    """Return scenarios that cannot be played, and the defects that the others notice and miss.

    A scenario that the twin fails as it is notices nothing: its failing says nothing of a defect.
    """
    problems = desk.load()
    if problems:
        raise ToolError("the twin cannot be tried now; hand in later")
    try:
        trial = desk.trial()
        # seed 0: as written; what each came to stays hidden, so that nobody writes to what is there
        played = trial.play(scenarios, 0)
        unreadable = [f"{one.file}: {one.detail}" for one in played if not one.passed and _unread(one.detail)]
        sound = {one.file: scenarios[one.file] for one in played if one.passed and one.file in scenarios}
        noticed: list[str] = []
        missed: list[str] = []
        for key in desk.unit.keys:
            for defect in trial.mutate(key):
                caught = sound and any(not one.passed for one in trial.play_mutated(sound, key, defect, 0))
                (noticed if caught else missed).append(f"{key}: {defect}")
    except TrialError as error:
        raise ToolError(f"the scenarios cannot be played: {error}") from None
    return unreadable, noticed, missed


def _unread(detail: str) -> bool:
    """Return whether a scenario could not be played at all, rather than failing."""
    return "\nobserved:" not in detail


SUBMIT_EXAM = Tool(
    name="submit_exam",
    description=(
        "Hand in your claims, each with its quotes and the name of its scenario, and end. Quotes that do not stand "
        "where they should, scenarios that cannot be read, and sets that miss more than a fifth of planted defects are sent back."
    ),
    input=taking(("summary", "claims"), summary={"type": "string", "minLength": 1}, claims=_CLAIMS),
    run=run,
    about=lambda given: f"{len(given.get('claims', ()))} claims",
)
