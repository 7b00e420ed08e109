"""A conformance report as data: what was tried, what held, and what each figure is a share of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from twingen.twin.record import Tier

# What found it: generated cases against the contract, laws, scenarios, recorded traffic, a sandbox.
Source = Literal["contract", "law", "scenario", "recording", "parity"]
# Which contract a case was held against: as published, or with the overlay and its evidence.
Column = Literal["published", "overlay"]

IN_PROCESS = "in process"
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A place in the documents: `quote` is what stands there, `pointer` or `line` (1-based) where."""

    document: str
    quote: str
    pointer: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.document}:{self.line}" if self.line else self.document
        return f"{place} {self.pointer}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not hold, once, with the smallest requests that show it.

    `operation` is an operation's key ("" for the service as a whole) and `unit` the file of the
    twin that answers for it; `identity` is equal for findings that are the same; `columns` are the
    contracts it breaks (empty unless `source` is contract); `curl` are commands that reproduce it,
    in order; `expected` and `observed` are what the documents say and what came; `deviation` says
    why it is excused (a reason on record in deviations.yaml, or what the documents themselves
    show), and `evidence` is where, unless deviations.yaml has it.
    """

    source: Source
    check: str
    operation: str
    identity: str
    title: str
    unit: str = ""
    cause: str = ""
    expected: str = ""
    observed: str = ""
    columns: tuple[Column, ...] = ()
    curl: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    deviation: str = ""
    evidence: str = ""
    count: int = 1

    @property
    def open(self) -> bool:
        """Whether it counts against convergence: nothing on record excuses it."""
        return not self.deviation


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many cases were tried and how many of them failed."""

    cases: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(cases=self.cases + other.cases, failed=self.failed + other.failed)

    @property
    def held(self) -> int:
        return self.cases - self.failed

    @property
    def bound(self) -> float | None:
        """The share of failing cases that stays below this with 95% confidence, where none failed.

        The exact bound of "0 of n" (about 3/n); None where something failed or nothing was tried.
        It is about cases like the generated ones, not about every request there could be.
        """
        if self.failed or not self.cases:
            return None
        return float(1 - (1 - _CONFIDENCE) ** (1 / self.cases))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationResult:
    """One documented operation: its tier and what was tried on it.

    `laws` maps a law to whether it held; `recordings` counts recorded answers, failed where the
    twin's differed; `not_tried` says why generated cases are missing; `proof` is what made the
    build call it semantic.
    """

    key: str
    id: str
    method: str
    path: str
    resource: str
    tier: Tier
    reasons: tuple[str, ...] = ()
    published: Tally = Tally()
    overlay: Tally = Tally()
    laws: Mapping[str, bool] = field(default_factory=dict)
    scenarios: Tally = Tally()
    recordings: Tally = Tally()
    not_tried: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of the converge loop on a fresh seed. `new` and `open` count findings at its end."""

    number: int
    seed: int
    seconds: float
    cases: int
    new: int
    open: int
    repaired: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One scenario over its trajectories; `trouble` is why it could not be run at all."""

    id: str
    file: str
    summary: str = ""
    trajectories: int = 0
    satisfied: int = 0
    trouble: str = ""

    @property
    def satisfaction(self) -> float | None:
        return self.satisfied / self.trajectories if self.trajectories else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """What is on record beside the figures: `what` it changes, `why`, and the evidence for that.

    A deviation excuses a finding, a repair changes the published contract (the overlay), a demotion
    is a behaviour that the proof took back: the operation answers from its schema now.
    """

    kind: Literal["deviation", "repair", "demotion"]
    what: str
    why: str
    evidence: str
    used: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the reader must know to read the figures: a limit, a thing left out."""

    level: Literal["error", "warning", "note"]
    text: str
    operation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a proof found of one server.

    `address` is where it ran ("in process" for a twin), `digest` is of the twin's files; `converged`
    is None where no proof was asked for, and `not_reached` says why it is not True.
    """

    name: str
    title: str
    address: str
    twingen: str
    contract: str
    seed: int
    seconds: float
    converged: bool | None
    operations: tuple[OperationResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    rounds: tuple[Round, ...] = ()
    stories: tuple[Story, ...] = ()
    excuses: tuple[Excuse, ...] = ()
    notes: tuple[Note, ...] = ()
    not_reached: str = ""
    digest: str = ""

    @property
    def foreign(self) -> bool:
        """Whether another server was asked: tiers are the twin's, and say nothing of it."""
        return self.address != IN_PROCESS

    @property
    def open(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.open)
