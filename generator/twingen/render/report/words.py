"""What every form of a report says in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twingen.report.model import Report, Tally

READING = (
    "Every figure is a share of what was tried, and what was not tried is said beside it. Unsupported "
    "operations answer 501; they are in no share and are counted apart.",
    "As published holds each generated case against the vendor's contract as it stands; with overlay "
    "against the same contract with the repairs of overlay.yaml, each of which rests on an example, a "
    "recording or a passage. What only breaks the contract as published is excused, and shown.",
    "The bound is for an operation none of whose n cases failed: with 95% confidence fewer than that "
    "share of such cases fails (about 3/n). It speaks of cases like the generated ones, not of every "
    "request there could be.",
    "Semantic operations have a proof on record: a law that holds and notices planted defects, or a named "
    "test. Shape operations answer in the documented form, without a claim that the rest is right.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    kind: Literal["good", "warn", "bad", "off"]
    text: str
    why: str


def verdict(report: Report) -> Verdict:
    """Return what the proof came to in one line, and why."""
    if report.converged is None:
        why = report.not_reached or "The twin was built without a proof"
        return Verdict(kind="off", text="Not proved", why=f"{why}.")
    if report.converged:
        rounds = len(report.rounds)
        return Verdict(
            kind="good", text="Converged",
            why=f"{rounds} rounds, the last three on fresh seeds with nothing open.",
        )  # fmt: skip
    kind: Literal["warn", "bad"] = "bad" if report.open else "warn"
    return Verdict(kind=kind, text="Not converged", why=f"{report.not_reached}.")


def bound(tally: Tally) -> str:
    """Return an upper bound on the share of failing cases, as text; "" where there is none."""
    if tally.bound is None:
        return ""
    percent = 100 * tally.bound
    return f"< {percent:.0f}%" if percent >= 10 else f"< {percent:.1f}%" if percent >= 1 else f"< {percent:.2f}%"


def of(held: int, total: int) -> str:
    return f"{held} of {total}" if total else "none tried"


def many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
