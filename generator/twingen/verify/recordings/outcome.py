"""What came of one recorded exchange, and the sums over many, each with its denominator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from twingen.verify.recordings.comparing import Likeness

OF_VALUES = "value of "  # how a cause begins that names the paths of values

# Why an exchange says nothing of the twin.
Unjudged = Literal[
    "",
    "unknown record",  # names one that was never there, and the service refused
    "unseeded",  # needs a record that nothing in the recording made or showed
    "body lost",  # the recorder kept no body of a request that needs one
    "answer lost",
    "request lost",
    "first sighting",  # what it answered was planted from it
    "token exchange",
    "retired",
    "answer only",
    "other service",
    "interrupted",
]
REASONS: dict[Unjudged, str] = {
    "unknown record": "it names a record that the recording never shows, and the service refused",
    "unseeded": "it names a record that nothing earlier in the recording made or showed",
    "body lost": "the recorder kept no body of a request that needs one",
    "answer lost": "the recorder kept only a part of the answer",
    "request lost": "the recorder kept only a part of the request",
    "first sighting": "what it answered was planted from it",
    "token exchange": "it gets a credential, and a twin has its own",
    "retired": "the service has switched this API off",
    "answer only": "only the answer is recorded",
    "other service": "it went to another service",
    "interrupted": "no answer came",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One exchange, as recorded and as the twin answered. Bodies are JSON or text, without credentials.

    `operation` is a key, "" where no operation is documented; `cause` groups what has the same root;
    `unjudged` is why it does not count. `likeness` is None where it was not sent.
    """

    place: str
    cassette: str
    twin: str
    operation: str
    method: str
    path: str
    status: int
    recorded: Any = None
    answered_status: int = 0
    answered: Any = None
    likeness: Likeness | None = None
    unjudged: Unjudged = ""
    why: str = ""
    cause: str = ""
    tier: str = ""
    curl: str = ""

    @property
    def judged(self) -> bool:
        return self.likeness is not None and not self.unjudged

    @property
    def match(self) -> bool:
        return self.likeness is not None and self.likeness.match


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of `judged` exchanges, how many answers had the status, the shape, the values; `match` all three.

    `details` counts answers whose headers and ways of writing times agree, too; `shape_sum` and
    `values_sum` add up the likenesses.
    """

    seen: int = 0
    judged: int = 0
    status: int = 0
    shape: int = 0
    values: int = 0
    details: int = 0
    match: int = 0
    shape_sum: float = 0.0
    values_sum: float = 0.0

    def plus(self, one: Outcome) -> Score:
        likeness = one.likeness
        if likeness is None or not one.judged:
            return replace(self, seen=self.seen + 1)
        return Score(
            seen=self.seen + 1,
            judged=self.judged + 1,
            status=self.status + likeness.status,
            shape=self.shape + likeness.same_shape,
            values=self.values + likeness.same_values,
            details=self.details + likeness.same_details,
            match=self.match + likeness.match,
            shape_sum=self.shape_sum + likeness.shape,
            values_sum=self.values_sum + likeness.values,
        )

    @property
    def failed(self) -> int:
        return self.judged - self.match


def score(outcomes: Iterable[Outcome]) -> Score:
    total = Score()
    for one in outcomes:
        total = total.plus(one)
    return total
