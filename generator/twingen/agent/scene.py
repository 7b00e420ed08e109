"""What the units of one build share: the twin, the documents, the prompt's head, what was done before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twingen.agent.desk import Claim, Desk
from twingen.agent.evidence import Library
from twingen.agent.loop import Limits
from twingen.agent.memory import Memory
from twingen.agent.prompts import builder_head
from twingen.agent.slices import Slices
from twingen.agent.units import Unit, evidence_of, units_of
from twingen.agent.workbench import TrialError, Workbench
from twingen.contract.pages import Page
from twingen.twin.model import Twin

DEFAULT_MODEL = "claude-sonnet-5-5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the agent runs. `budget` is in USD; `only` names units (all that need it, without).

    `pattern` is the service.yaml of another twin, which a builder is shown as an example.
    """

    model: str = DEFAULT_MODEL
    budget: float | None = None
    jobs: int = 4
    limits: Limits = field(default_factory=Limits)
    only: tuple[str, ...] = ()
    ledger: Path | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the agent works on: the twin with its lock, its files, its pages, and what was done before.

    `scenarios` are those that a builder may see, by file name; `findings` maps a file to what the
    proof has against it: its unit runs again whatever its digest says. A text that begins with an
    operation's key is for the part of the file that answers for it.
    """

    twin: Twin
    files: Mapping[str, bytes]
    pages: Sequence[Page]
    memory: Memory = field(default_factory=Memory)
    scenarios: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Scene:
    """What all units share."""

    def __init__(self, work: Work, settings: Settings):
        self.work = work
        self.settings = settings
        self.slices = Slices(work.twin.contract)
        self.library = Library(work.pages)
        service = work.files.get("service.yaml", b"").decode("utf-8", "replace")
        self.head = builder_head(work.twin.contract, self.library, service, settings.pattern)

    def units(self) -> list[Unit]:
        return units_of(self.work.twin, self.slices, self.work.findings)

    def findings(self, unit: Unit) -> tuple[str, ...]:
        """Return what the proof has against a unit."""
        found = [text for file, texts in self.work.findings.items() if unit.owns(file) for text in texts]
        if unit.parts > 1:
            found = [text for text in found if any(text.startswith(f"{key}: ") for key in unit.keys)]
        return tuple(found)

    def needed(self, unit: Unit) -> tuple[bool, str]:
        """Return whether a unit is to run, and why (not)."""
        only = self.settings.only
        if only and unit.name not in only and unit.lane not in only:
            return False, "not asked for"
        if self.work.findings:
            count = len(self.findings(unit))
            return bool(count), f"{count} findings against it" if count else "nothing was found against it"
        before = self.work.memory.units.get(unit.name)
        if before is None:
            return True, unit.why
        if before.evidence == self.evidence(unit, before.claims):
            return False, "its evidence is unchanged"
        return True, "what it rests on has changed"

    def evidence(self, unit: Unit, claims: Sequence[Claim]) -> str:
        return evidence_of(unit, self.slices, self.library, [q for claim in claims for q in claim.quotes])

    def desk(self, unit: Unit, workbench: Workbench | None, done: Mapping[str, bytes] | None = None) -> Desk:
        return Desk(
            unit, {**self.work.files, **(done or {})}, self.library, self.slices,
            workbench or NoWorkbench(), scenarios=self.visible(unit),
            findings=self.findings(unit),
        )  # fmt: skip

    def visible(self, unit: Unit) -> dict[str, str]:
        """Return the scenarios that call an operation of the unit."""
        operations = [self.slices.operations[key] for key in unit.keys if key in self.slices.operations]
        ids = {f"operationId: {operation.id}" for operation in operations}
        paths = {operation.path for operation in operations}
        return {
            name: text for name, text in self.work.scenarios.items()
            if any(f"{one}\n" in text for one in ids)
            or any(path.replace("/", "~1") in text for path in paths)
        }  # fmt: skip


class NoWorkbench:
    """A workbench for plans, which try nothing."""

    def try_unit(self) -> Any:
        raise TrialError("nothing is tried while planning")


