"""Records as clients know them, and the choices that a machine makes among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from twingen.verify.machines.plan import Path

T = TypeVar("T")


class Draw(Protocol):
    """Choices, made by whoever drives the machine."""

    def one(self, among: list[T]) -> T: ...
    def number(self, least: int, most: int) -> int: ...
    def flag(self) -> bool: ...


@dataclass(slots=True, eq=False)
class Known:
    """A record as clients know it: its identifier, what it lies under, what it was last seen with.

    `holds` are the sent fields as they were shown right after the last write to it, `moved` is
    whether a move or a change may have brought it into another state.
    """

    resource: str
    name: str
    under: dict[str, Known] = field(default_factory=dict)
    sent: Any = None
    holds: dict[Path, Any] = field(default_factory=dict)
    alive: bool = True
    mine: bool = True
    age: int = 0
    moved: bool = False


Chosen = dict[str, Known]


def same(one: Known | None, other: Known) -> bool:
    """Return whether a parent is the one that is asked for, or none is known."""
    return one is None or one is other
