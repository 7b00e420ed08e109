"""What one process has to try."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twingen.twin.model import Twin

Phase = Literal["examples", "coverage", "fuzzing", "stateful"]
PHASES: tuple[Phase, ...] = ("examples", "coverage", "fuzzing", "stateful")
# These depend on the operation alone and not on the seed.
GIVEN: tuple[Phase, ...] = ("examples", "coverage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one process does.

    `operations` are keys; `seconds` None means no limit for the whole; in `cache` is remembered what
    examples and coverage said of operations that have not changed since.
    """

    twin: Twin
    operations: frozenset[str]
    phases: tuple[Phase, ...] = PHASES
    seed: int = 0
    seconds: float | None = None
    max_examples: int = 10
    safe_only: bool = False
    cache: Path | None = None
