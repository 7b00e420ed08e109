"""What one conversation works on: its unit, the files as they are now, and where to look things up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twingen.agent.evidence import Library, Quote
from twingen.agent.slices import Slices
from twingen.agent.units import Unit
from twingen.agent.workbench import Trial, Workbench

_PATH = re.compile(r"(?:[a-z.]+/)?[A-Za-z0-9][A-Za-z0-9._-]*")
_NEW = re.compile(r"resources/[a-z0-9][a-z0-9-]*\.(?:yaml|py)")
_READABLE = (".yaml", ".py")


class ToolError(Exception):
    """A tool was used wrongly, or what it was asked for cannot be: the model reads why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A testable sentence about the service, and the words in the documents that it rests on.

    `scenario` is the file that tests it, where an examiner wrote one.
    """

    text: str
    quotes: tuple[Quote, ...]
    operations: tuple[str, ...] = ()
    scenario: str = ""

    def as_dict(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "claim": self.text, "operations": list(self.operations),
            "quotes": [quote.as_dict() for quote in self.quotes],
        }  # fmt: skip
        return {**data, "scenario": self.scenario} if self.scenario else data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Claim:
        return cls(
            text=data["claim"], operations=tuple(data.get("operations", ())),
            quotes=tuple(Quote(**quote) for quote in data["quotes"]), scenario=data.get("scenario", ""),
        )  # fmt: skip


@dataclass(slots=True)
class Desk:
    """The state that tools read and change.

    `base` are the twin's files at the start, `written` what this unit wrote; `incidents` are
    attempts that were refused and that a person should know of; `submitted` is set at the end;
    `voided` is a judge's ruling.
    """

    unit: Unit
    base: Mapping[str, bytes]
    library: Library
    slices: Slices
    workbench: Workbench
    written: dict[str, bytes] = field(default_factory=dict)
    scenarios: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    claims: list[Claim] = field(default_factory=list)
    summary: str = ""
    incidents: list[str] = field(default_factory=list)
    submitted: bool = False
    voided: bool = False
    outputs: dict[str, str] = field(default_factory=dict)
    _trial: Trial | None = None
    _loaded: dict[str, bytes] | None = None
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, bytes]:
        """The twin's files as they are with what was written."""
        return {**self.base, **self.written}

    def readable(self) -> list[str]:
        return sorted(
            name for name in self.files
            if name.endswith(_READABLE) and (name.startswith("resources/") or "/" not in name)
            and name not in {"overlay.yaml", "models.py"}
        )  # fmt: skip

    def checked(self, path: str) -> str:
        """Return `path` if the unit may write it; raises ToolError and notes an attempt to escape."""
        if not _PATH.fullmatch(path) or ".." in path:
            self.incidents.append(f"tried to write outside the twin: {path!r}")
            raise ToolError(f"{path!r} is no file of this twin; this unit writes {', '.join(self.unit.files)}")
        exact = path in self.unit.files
        if not exact and not (self.unit.owns(path) and _NEW.fullmatch(path) and path not in self.base):
            self.incidents.append(f"tried to write a file of another unit: {path}")
            raise ToolError(f"{path} belongs to another unit; this unit writes {', '.join(self.unit.files)}")
        return path

    def text(self, path: str) -> str | None:
        raw = self.files.get(path)
        return None if raw is None else raw.decode("utf-8", "replace")

    def trial(self) -> Trial:
        if self._trial is None:
            self._trial = self.workbench.try_unit()
        return self._trial

    def load(self) -> list[str]:
        """Give the trial the files as they are; returns why they are no twin, one text a problem."""
        files = self.files
        if self._loaded == files:
            return []
        problems = self.trial().load(files)
        if not problems:
            self._loaded = files
        return [
            f"{one.where}: {one.message}" + (f"\n  {one.remedy}" if one.remedy else "") for one in problems
        ]

    def close(self) -> None:
        if self._trial is not None:
            self._trial.close()
            self._trial = None
            self._loaded = None
