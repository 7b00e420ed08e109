"""What the agent tells while it works. Printing and counting are their consumers' work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from twingen.agent.usage import Usage

End = Literal[
    "submitted", "kept", "refused", "turns", "tokens", "budget", "loop", "stalled", "trouble", "interrupted"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStarted:
    """A unit's conversation begins; `turns` were in the ledger already."""

    unit: str
    role: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted:
    """The model is asked. `remembered` means that its answer is in the ledger and costs nothing."""

    unit: str
    number: int
    remembered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    unit: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled:
    unit: str
    tool: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAnswered:
    unit: str
    tool: str
    failed: bool
    characters: int
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A call was paid for. `cost` is None where the model's price is not on record."""

    unit: str
    usage: Usage
    cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The service asks for patience, or the connection was lost: tried again after `seconds`."""

    unit: str
    why: str
    seconds: float
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that a person should know: an attempt that was refused, a limit that is near."""

    unit: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFinished:
    """A conversation came to an end. `remembered` means that nothing was asked at all."""

    unit: str
    role: str
    end: End
    reason: str = ""
    turns: int = 0
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    files: tuple[str, ...] = ()
    remembered: bool = False


Event = (
    UnitStarted | TurnStarted | Said | ToolCalled | ToolAnswered | Used | Waiting | Warned | UnitFinished
)
