"""Tokens and money: what calls used, what models cost, and a purse that is never overdrawn."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one or more calls. `input` counts neither cache reads nor cache writes."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cache_write_hour: int = 0
    calls: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    @property
    def prompt(self) -> int:
        return self.input + self.cache_read + self.cache_write + self.cache_write_hour

    @property
    def total(self) -> int:
        return self.prompt + self.output

    def as_dict(self) -> dict[str, int]:
        return {name: number for name, number in asdict(self).items() if number}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Usage:
        return cls(**{f.name: int(data.get(f.name, 0)) for f in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD for a million tokens. `long` is the price of calls whose prompt exceeds `long_from`."""

    input: float
    output: float
    read: float
    long_from: int = 0
    long: Price | None = None

    def cost(self, usage: Usage) -> float:
        """Return what one call cost; a cache write costs 1.25 of the input, for an hour 2."""
        if self.long is not None and usage.prompt > self.long_from:
            return self.long.cost(usage)
        weighted = usage.input + 1.25 * usage.cache_write + 2 * usage.cache_write_hour
        return (
            weighted * self.input + usage.cache_read * self.read + usage.output * self.output
        ) / _MILLION


# Public list prices, November 2026; the longest name that a model's begins with counts.
PRICES: Mapping[str, Price] = {
    "claude-fable-5": Price(input=10, output=50, read=1),
    "claude-fable-5-1": Price(input=10, output=50, read=0.25),
    "claude-mythos-5": Price(input=10, output=50, read=1),
    "claude-mythos-5-1": Price(input=10, output=50, read=0.25),
    "claude-opus-5-5": Price(input=4, output=20, read=0.2),
    "claude-opus-5": Price(input=5, output=25, read=0.5),
    "claude-opus-4": Price(input=5, output=25, read=0.5),
    "claude-sonnet-5-5": Price(input=2, output=10, read=0.1),
    "claude-sonnet-5": Price(input=2, output=10, read=0.2),
    "claude-sonnet-4": Price(input=3, output=15, read=0.3),
    "claude-haiku-5-5": Price(
        input=0.1, output=0.5, read=0.01, long_from=100_000, long=Price(input=0.5, output=2.5, read=0.05)
    ),
    "claude-haiku-4-5": Price(input=1, output=5, read=0.1),
}
# Successors whose price is not on record, though an earlier model's name begins theirs.
_UNKNOWN = ("claude-fable-5-2", "claude-mythos-5-2")


def price_of(model: str) -> Price | None:
    """Return a model's list price; None for one that is not on record: tokens are counted all the same."""
    if model.startswith(_UNKNOWN):
        return None
    known = [name for name in PRICES if model == name or model.startswith(name + "-")]
    return PRICES[max(known, key=len)] if known else None


class Purse:
    """A budget that several threads spend from: what a call may cost at most is set aside before it."""

    def __init__(self, limit: float | None):
        self.limit = limit
        self.spent = 0.0
        self._reserved = 0.0
        self._changed = threading.Condition()

    def reserve(self, amount: float) -> bool:
        """Set `amount` aside, waiting for calls under way if need be; False when it is not there."""
        with self._changed:
            while self.limit is not None and self.spent + self._reserved + amount > self.limit:
                if self._reserved <= 0 or self.spent + amount > self.limit:
                    return False
                self._changed.wait(0.2)
            self._reserved += amount
            return True

    def settle(self, reserved: float, spent: float) -> None:
        with self._changed:
            self._reserved = max(0.0, self._reserved - reserved)
            if self._reserved < 1e-9:
                self._reserved = 0.0
            self.spent += spent
            self._changed.notify_all()
