"""What provers tell while they work. Printing, counting and stopping are their consumers' work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twingen.report.model import Column, Finding, Note, Source, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """A prover starts: `total` is how many operations or scenarios it will get to, if known."""

    source: Source
    phase: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Cases were tried on one operation (its key). Failures are told apart by `Found`.

    `check` names the law or scenario where `source` is one; `column` the contract, where
    the source is contract.
    """

    source: Source
    operation: str
    cases: int
    failed: int = 0
    column: Column | None = None
    check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A scenario came to an end over all its trajectories."""

    story: Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    note: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTried:
    """Nothing was generated for an operation, and why."""

    operation: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    source: Source
    phase: str = ""
    reason: Literal["done", "time", "interrupted", "trouble"] = "done"


Event = Began | Tried | Found | Told | Noted | NotTried | Ended
