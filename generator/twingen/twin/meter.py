"""The meter of handlers: what they do in one request, counted, and what would grow too large refused."""

from __future__ import annotations

import re
from typing import Any

STEPS = 2_000_000  # loop turns and function calls of one request
LARGEST = 5_000_000  # members or characters of one value
DEEPEST_POWER = 4096  # bits of a result of ** and <<


class Exceeded(BaseException):
    """A handler ran or grew beyond its limits; the request is taken back.

    No `except` of a handler's own catches it: who calls handlers does.
    """


class Meter:
    """Counts what handlers do in one request; `reset` begins the next."""

    __slots__ = ("largest", "left", "steps")

    def __init__(self, steps: int = STEPS, largest: int = LARGEST):
        self.steps = steps
        self.largest = largest
        self.left = steps

    def reset(self) -> None:
        self.left = self.steps

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Exceeded(f"a handler took more than {self.steps:,} steps: does a loop never end?")

    def grown(self, value: Any) -> Any:
        """Return `value` if it is not too large."""
        if isinstance(value, (str, bytes, bytearray, list, tuple, dict, set, frozenset)):
            if len(value) > self.largest:
                raise Exceeded(f"a handler made a value of {len(value):,} members or characters")
        return value

    def times(self, left: Any, right: Any) -> Any:
        for one, other in ((left, right), (right, left)):
            if isinstance(one, (str, bytes, bytearray, list, tuple)) and isinstance(other, int):
                if len(one) * max(other, 0) > self.largest:
                    raise Exceeded(f"a handler would repeat a value to {len(one) * other:,} members")
        if isinstance(left, int) and isinstance(right, int):
            self._bits(left.bit_length() + right.bit_length())
        return left * right

    def power(self, base: Any, exponent: Any) -> Any:
        if isinstance(base, int) and isinstance(exponent, int) and exponent > 0:
            self._bits(base.bit_length() * exponent)
        elif not isinstance(base, (int, float)) and abs(exponent) > DEEPEST_POWER:
            raise Exceeded(f"a handler would raise a number to the power of {exponent}")
        return base**exponent

    def raised(self, base: Any, exponent: Any, *modulus: Any) -> Any:
        """Return what the builtin pow would."""
        return pow(base, exponent, *modulus) if modulus else self.power(base, exponent)

    def shift(self, value: Any, places: Any) -> Any:
        if isinstance(value, int) and isinstance(places, int) and places > 0:
            self._bits(value.bit_length() + places)
        return value << places

    def made(self, make: Any, *given: Any, **named: Any) -> Any:
        """Call what makes as much as a number says: range, bytes, str.ljust and their like."""
        for one in (*given, *named.values()):
            if isinstance(one, int) and one > self.largest:
                raise Exceeded(f"a handler would make {one:,} members or characters at once")
        made = _length(make, given)
        if made > self.largest:
            raise Exceeded(f"a handler would make {made:,} characters at once")
        return self.grown(make(*given, **named))

    def formatted(self, left: Any, right: Any) -> Any:
        """Return `left % right`; a template with a width that data chose, or a wide one, is refused."""
        if isinstance(left, (str, bytes)):
            text = left if isinstance(left, str) else left.decode("latin-1")
            if re.search(r"%[^a-zA-Z%]*(?:\*|\d{4})", text):
                raise Exceeded("a handler would format with a width of more than three digits")
        return left % right

    def width(self, value: Any) -> Any:
        """Return a value that stands in a format's specification."""
        if re.search(r"\d{4}", str(value)):
            raise Exceeded("a handler would format with a width of more than three digits")
        return value

    def _bits(self, bits: int) -> None:
        if bits > DEEPEST_POWER:
            raise Exceeded(f"a handler would make a number of {bits:,} bits")


_TEXTS: tuple[type, ...] = (str, bytes, bytearray)


def _length(make: Any, given: tuple[Any, ...]) -> int:
    """Return how long the text will be that one of _MAKING makes, where that is more than it is given."""
    text: Any = getattr(make, "__self__", None)
    if type(text) not in _TEXTS or not given:
        return 0
    match make.__name__, given:
        case "replace", (old, new, *_) if isinstance(old, type(text)) and isinstance(new, type(text)):
            return int(len(text) + text.count(old) * max(0, len(new) - len(old)))
        case "join", (list() | tuple() as parts, *_):
            return sum(len(part) + len(text) for part in parts if isinstance(part, (str, bytes)))
        case "expandtabs", (int() as size, *_):
            return int(len(text) + text.count("\t" if isinstance(text, str) else b"\t") * size)
        case "translate", (dict() as table, *_):
            longest = max((len(part) for part in table.values() if isinstance(part, str)), default=0)
            return len(text) * longest
    return 0
