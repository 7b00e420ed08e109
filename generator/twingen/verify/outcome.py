"""How a law can end when it does not hold."""

from __future__ import annotations

from typing import Any

_LONG = 70


class Broken(Exception):
    """The law does not hold: what was expected, and what came instead."""

    def __init__(self, expected: str, came: str):
        super().__init__(f"expected {expected}; {came}")
        self.expected = expected
        self.came = came


class Unreached(Exception):
    """The law cannot be tried on this operation, and why."""


class Unmade(Unreached):
    """An operation says that it made something, and there is nothing new."""


def brief(value: Any) -> str:
    """Return a value as a message shows it: one line, not too long."""
    text = " ".join(str(value).split()) if isinstance(value, str) else " ".join(repr(value).split())
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
