"""Answers to reads that a world remembers.

An answer is kept only if nothing but the request line and the world's records was looked at for it;
every record that is made, replaced or removed in any collection of the world forgets them all.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

_MOST_BYTES = 1 << 20  # of one world
_LARGEST = 1 << 17


class Remembered(NamedTuple):
    """An answer without the headers that every answer of its service has."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]
    operation: str
    tier: str
    public: bool


class Memory:
    """What one world remembers; its collections count their changes in `changes`."""

    __slots__ = ("_bytes", "answers", "changes")

    def __init__(self) -> None:
        self.answers: dict[Hashable, Remembered] = {}
        self.changes = 0
        self._bytes = 0

    def keep(self, key: Hashable, answer: Remembered, cost: int) -> None:
        """Remember the answer to `key`, which weighs `cost` bytes; a full memory starts anew."""
        if cost > _LARGEST:
            return
        if not self.answers:
            self._bytes = 0
        self._bytes += cost
        if self._bytes > _MOST_BYTES:
            self.answers.clear()
            self._bytes = cost
        self.answers[key] = answer

    def changed(self) -> None:
        """Forget all: a record of the world was made, replaced or removed."""
        self.changes += 1
        if self.answers:
            self.answers.clear()
