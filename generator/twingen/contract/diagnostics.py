"""Trouble in the input: said with its place, never dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from twingen.contract.model import Origin

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding about a document.

    `code` is a short kebab-case name for counting; `message` says what is wrong and why;
    `left_out` says what the build goes on without ("" when nothing is lost).
    """

    level: Level
    code: str
    message: str
    origin: Origin
    left_out: str = ""

    def __str__(self) -> str:
        place = self.origin.document
        if self.origin.line is not None:
            place += f":{self.origin.line}"
        if self.origin.pointer:
            place += f" {self.origin.pointer}"
        tail = f" (left out: {self.left_out})" if self.left_out else ""
        return f"{self.level}: {place}: {self.message} [{self.code}]{tail}"


@dataclass(slots=True)
class Diagnostics:
    """Collects diagnostics during a build, in order, each once."""

    items: list[Diagnostic] = field(default_factory=list)
    _seen: set[Diagnostic] = field(default_factory=set)

    def add(
        self,
        level: Level,
        code: str,
        message: str,
        origin: Origin,
        *,
        left_out: str = "",
    ) -> None:
        diagnostic = Diagnostic(
            level=level, code=code, message=message, origin=origin, left_out=left_out
        )
        if diagnostic not in self._seen:
            self._seen.add(diagnostic)
            self.items.append(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)
