"""Scenarios played on a twin as it is, or with a defect in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twingen.twin.model import Twin
from twingen.verify.events import Found, Noted, Told
from twingen.verify.scenarios import check_scenarios
from twingen.workbench.defects import Defective

_TIMES = 3  # trajectories: as written, and with other names and another order


def play(twin: Twin, files: Sequence[str], seed: int, key: str, defect: str) -> list[dict[str, Any]]:
    """Return what each scenario came to; with `defect`, planted in the operation `key`."""
    target = Defective(twin, key, defect) if defect else None
    told: list[dict[str, Any]] = []
    details: list[str] = []
    for event in check_scenarios(
        twin, files=[Path(file) for file in files], target=target, times=1 if defect else _TIMES, seed=seed
    ):
        match event:
            case Found(finding=finding):
                details.append(
                    f"{finding.title}\nexpected: {finding.expected}\nobserved: {finding.observed}".strip()
                )
            case Noted(note=note) if note.level == "error":
                details.append(note.text)
            case Told(story=story):
                passed = not story.trouble and story.satisfied == story.trajectories
                detail = "" if passed else "\n".join([*details, story.trouble]).strip()
                told.append(
                    {"file": Path(story.file).name, "name": story.id, "passed": passed, "detail": detail}
                )
                details = []
    return told
