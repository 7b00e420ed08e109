"""The exam: claims with scenarios that no builder sees, kept outside the twin.

Of an examiner's claims a share, chosen by a hash of claim and seed, is the exam; the others become
scenarios of the twin. The seed is made once and stays with the exam, so that nobody can tell
beforehand which claims will be asked.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import orjson

from twingen.agent.desk import Claim
from twingen.errors import DamagedTwinError, UsageError

SHARE = 0.3
CATCHES = 0.8
_FILE = "exam.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A claim of the exam with its scenario, an Arazzo file as text."""

    unit: str
    claim: Claim
    scenario: str

    @property
    def name(self) -> str:
        return sha256(f"{self.unit}\n{self.claim.text}\n{self.scenario}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """All questions on a twin. `evidence` maps a unit to the digest that its questions rest on."""

    seed: str
    questions: tuple[Question, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What the lock keeps: it says which exam was sat without saying what is asked."""
        raw = [self.seed, sorted(question.name for question in self.questions)]
        return sha256(orjson.dumps(raw)).hexdigest()[:32]

    def of(self, unit: str) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.unit == unit)

    def asking(self, unit: str, evidence: str, questions: Iterable[Question]) -> Exam:
        """Return the exam with a unit's questions replaced."""
        kept = [question for question in self.questions if question.unit != unit]
        return replace(
            self, questions=(*kept, *questions), evidence={**self.evidence, unit: evidence}
        )


def examined(claim: Claim, seed: str, share: float = SHARE) -> bool:
    """Return whether a claim belongs to the exam."""
    number = int.from_bytes(sha256(f"{seed}\n{claim.text}".encode()).digest()[:8])
    return number < share * 2**64


def read_exam(folder: Path) -> Exam:
    """Return the exam in `folder`, a new one without questions where there is none."""
    path = folder / _FILE
    try:
        data = orjson.loads(path.read_bytes())
        return Exam(
            seed=data["seed"],
            evidence=data["evidence"],
            questions=tuple(
                Question(unit=one["unit"], claim=Claim.from_dict(one["claim"]), scenario=one["scenario"])
                for one in data["questions"]
            ),
        )
    except FileNotFoundError:
        return Exam(seed=secrets.token_hex(16))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedTwinError(
            f"the exam cannot be read: {error}", where=str(path), remedy="move the file away: a new one is written"
        ) from None


def write_exam(folder: Path, exam: Exam) -> None:
    """Write the exam into `folder`, readable by its owner alone; whole or not at all."""
    data = {
        "seed": exam.seed,
        "evidence": dict(exam.evidence),
        "questions": [
            {"unit": one.unit, "claim": one.claim.as_dict(), "scenario": one.scenario} for one in exam.questions
        ],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = folder / f".{_FILE}.{os.getpid()}"
        temporary.touch(mode=0o600)
        temporary.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))
        temporary.replace(folder / _FILE)
    except OSError as error:
        raise UsageError(f"the exam cannot be written: {error.strerror}", where=str(folder)) from None


def check_place(folder: Path, twin: Path) -> None:
    """Raise UsageError when an exam would lie inside the twin, where a builder could come to see it."""
    if folder.resolve().is_relative_to(twin.resolve()):
        raise UsageError(
            "the exam would lie inside the twin", where=str(folder), remedy="--exam wants a folder elsewhere"
        )


def shares(claims: Sequence[Claim], seed: str) -> tuple[list[Claim], list[Claim]]:
    """Return the claims of the exam, and those that everybody may see.

    Where chance would leave the exam empty, the claim nearest to it is taken.
    """
    asked = [claim for claim in claims if examined(claim, seed)]
    if not asked and len(claims) > 1:
        nearest = min(claims, key=lambda claim: sha256(f"{seed}\n{claim.text}".encode()).digest())
        asked = [nearest]
    return asked, [claim for claim in claims if claim not in asked]
