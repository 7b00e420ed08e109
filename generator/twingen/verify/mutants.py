"""Planted defects: an operation that loses its effect, ignores a parameter, or answers wrongly.

A mutant changes one operation where its callers meet it: what reaches it, what becomes of its
effect, what it answers. So it works alike for behaviour written as data and for handlers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from twingen.twin.model import Operation
from twingen.verify.shown import is_of, lists_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`forgets`: nothing that it does lasts; `stale`: it looks at the world as it was before;
    `without`: a parameter that never reaches it; `instead`: identifiers taken for others;
    `answers`: its body changed; `behaves`: its behaviour changed.
    """

    name: str
    forgets: bool = False
    stale: bool = False
    without: str = ""
    instead: tuple[tuple[str, str], ...] = ()
    answers: Callable[[Any], Any] | None = None
    behaves: Callable[[Operation], Operation] | None = None


def lost(effect: str) -> Mutant:
    """Answers as if it had done it."""
    return Mutant(name=f"lost-{effect}", forgets=True)


def ignoring(parameter: str) -> Mutant:
    return Mutant(name=f"ignores-{parameter}", without=parameter)


def confused(name: str, wanted: str, taken: str) -> Mutant:
    """Takes one identifier for another."""
    return Mutant(name=name, instead=((wanted, taken),))


def omitting(identifier: str, path: tuple[str, ...] | None) -> Mutant:
    """A list that leaves out one record."""
    return Mutant(
        name="list-omits",
        answers=lambda body: _members(
            body, lambda items: [one for one in items if not is_of(one, identifier, path)]
        ),
    )


def unchosen() -> Mutant:
    """A list that shows what it should leave out."""
    return Mutant(name="list-unchosen", behaves=lambda operation: replace(operation, where={}))


def doubling() -> Mutant:
    """A list that shows every record twice."""
    return Mutant(name="list-doubles", answers=lambda body: _members(body, lambda items: items * 2))


def off_by_one() -> Mutant:
    """A list whose pages lack their last record."""
    return Mutant(
        name="off-by-one-page", answers=lambda body: _members(body, lambda items: items[:-1])
    )


def at_once() -> Mutant:
    """Has forgotten its first step."""
    return Mutant(name="no-first-step", behaves=lambda operation: replace(operation, first=()))


def elsewhere(move: str) -> Mutant:
    """Makes another move of the lifecycle."""
    return Mutant(name="moves-elsewhere", behaves=lambda operation: replace(operation, move=move))


def unguarded(field: str, state: str) -> Mutant:
    """Leads to its state from wherever the record is."""
    return Mutant(
        name="dropped-guard",
        behaves=lambda operation: replace(
            operation, does="update", effect="update", move=None, set={**operation.set, field: state}
        ),
    )


def _members(body: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    found = {id(items) for items in lists_in(body)}

    def rebuilt(value: Any, depth: int) -> Any:
        if isinstance(value, list):
            return change(value) if id(value) in found else value
        if isinstance(value, dict) and depth:
            return {name: rebuilt(member, depth - 1) for name, member in value.items()}
        return value

    return rebuilt(body, 3)
