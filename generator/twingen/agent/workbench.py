"""What the agent tries its work with. The pipeline hands it in; nothing of ours is imported for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol


class Problem(Protocol):
    """Why something cannot be: `where` is file and line, `remedy` what to do about it."""

    @property
    def where(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def remedy(self) -> str: ...


class Standing(Protocol):
    """What the checks say of one operation: its tier, what proves it and what stands against it."""

    @property
    def tier(self) -> str: ...
    @property
    def proof(self) -> str: ...
    @property
    def reasons(self) -> Sequence[str]: ...


class Answered(Protocol):
    """A twin's answer to a request. `text` is the body, `tier` is set where it is not semantic."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def text(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def tier(self) -> str: ...


class Played(Protocol):
    """What a scenario came to. `detail` is what was expected and what came, step by step."""

    @property
    def file(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def passed(self) -> bool: ...
    @property
    def detail(self) -> str: ...


class Trial(Protocol):
    """A twin under work in a process of its own, with limits of time and memory.

    Every method raises TrialError when the twin cannot be tried: it does not load, runs too long,
    or takes too much.
    """

    def load(self, files: Mapping[str, bytes]) -> Sequence[Problem]:
        """Take these files for the twin; returns why they are none (nothing: it loads)."""

    def call(self, requests: Sequence[Mapping[str, Any]], *, fresh: bool) -> Sequence[Answered]:
        """Send requests one after another to a scratch world; `fresh` starts it anew."""

    def check(self, keys: Collection[str]) -> Mapping[str, Standing]:
        """Hold the laws on these operations; returns what each would be called."""

    def play(self, scenarios: Mapping[str, str], seed: int) -> Sequence[Played]:
        """Play Arazzo scenarios by file name; `seed` varies names and values in them."""

    def mutate(self, key: str) -> Sequence[str]:
        """Return the names of defects that can be planted in an operation."""

    def play_mutated(
        self, scenarios: Mapping[str, str], key: str, defect: str, seed: int
    ) -> Sequence[Played]:
        """Play scenarios with a defect planted in an operation."""

    def close(self) -> None: ...


class TrialError(Exception):
    """The twin cannot be tried, and why. Implementations raise it or a subclass."""


class Workbench(Protocol):
    """Makes trials; each is used by one thread at a time."""

    def try_unit(self) -> Trial: ...
