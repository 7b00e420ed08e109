"""What is on record about a twin beside its behaviour: units, tiers and proofs, deviations, the exam."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as member
from typing import Literal

Tier = Literal["semantic", "shape", "unsupported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """Where the real service differs from its own contract; evidence is required to resolve."""

    operation: str
    check: str
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Why an operation may be called semantic: a law and its mutant, or a test of what was written."""

    kind: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A file of the twin as the lock knows it. `origin` is inferred, adopted, agent or hand.

    `evidence` is the digest of what it was written against; a unit is stale when the documents say
    something else by now. `base` names the text below .twin/objects that the rules concluded then,
    `agent` the one that an agent handed in last.
    """

    file: str
    origin: str
    digest: str
    evidence: str = ""
    base: str = ""
    agent: str = ""
    stale: bool = False
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An operation's tier as the build found it, with the reasons where it is not semantic."""

    tier: Tier
    reasons: tuple[str, ...] = ()
    proof: Proof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """How the twin did in the exam of that digest, which is kept outside of it."""

    digest: str
    passed: int
    failed: int
    voided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """`damage` says why what was on record could not be read; "" when nothing is wrong with it."""

    units: Mapping[str, Unit] = member(default_factory=dict)
    standing: Mapping[str, Standing] = member(default_factory=dict)
    exam: Exam | None = None
    damage: str = ""
