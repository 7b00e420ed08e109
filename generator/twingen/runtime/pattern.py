"""Texts that match a regular expression, for the simple expressions that contracts hold."""

from __future__ import annotations

import importlib
import random
import re
from typing import Any

_PARSER: Any = importlib.import_module("re._parser")
_PRINTABLE = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_. "
_CATEGORIES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": "abcdefghijklmnopqrstuvwxyz0123456789_",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "abcdefghijklmnopqrstuvwxyz",
    "CATEGORY_NOT_WORD": "-. ",
    "CATEGORY_NOT_SPACE": "abcdefghijklmnopqrstuvwxyz0123456789",
}
_LONGEST = 4096


def matching_text(
    pattern: str, rng: random.Random, *, shortest: int = 0, longest: int = _LONGEST
) -> str | None:
    """Return a text of fitting length in which `pattern` is found, None if that is too hard."""
    try:
        expression = re.compile(pattern)
        parsed = _PARSER.parse(pattern)
    except (re.error, ValueError, OverflowError, RecursionError):
        return None
    for extra in (0, 1, shortest, 3, 8):
        try:
            text = "".join(_Texts(rng, extra).sequence(parsed))
        except (_TooHardError, RecursionError):
            return None
        for candidate in (text, text + "a" * (shortest - len(text))):
            if shortest <= len(candidate) <= longest and expression.search(candidate):
                return candidate
    return None


class _TooHardError(Exception):
    """A construct that is not generated: a look-around, a condition."""


class _Texts:
    __slots__ = ("_extra", "_groups", "_rng")

    def __init__(self, rng: random.Random, extra: int):
        self._rng = rng
        self._extra = extra
        self._groups: dict[int, str] = {}

    def sequence(self, parsed: Any) -> list[str]:
        return [self._one(str(op), argument) for op, argument in parsed]

    def _one(self, op: str, argument: Any) -> str:
        match op:
            case "LITERAL":
                return chr(argument)
            case "NOT_LITERAL":
                return "b" if chr(argument) == "a" else "a"
            case "ANY":
                return "a"
            case "AT":
                return ""
            case "IN":
                return self._rng.choice(self._class(argument))
            case "BRANCH":
                return "".join(self.sequence(argument[1][0]))
            case "SUBPATTERN":
                text = "".join(self.sequence(argument[3]))
                if argument[0] is not None:
                    self._groups[argument[0]] = text
                return text
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, inner = argument
                count = min(int(high), max(int(low), self._extra))
                if count > _LONGEST:
                    raise _TooHardError
                return "".join("".join(self.sequence(inner)) for _ in range(count))
            case "ATOMIC_GROUP":
                return "".join(self.sequence(argument))
            case "GROUPREF":
                return self._groups.get(argument, "")
            case "ASSERT" | "ASSERT_NOT":
                return ""  # the result is tried against the expression anyway
        raise _TooHardError

    def _class(self, items: Any) -> str:
        chosen: list[str] = []
        negated = False
        for op, argument in items:
            match str(op):
                case "NEGATE":
                    negated = True
                case "LITERAL":
                    chosen.append(chr(argument))
                case "RANGE":
                    low, high = argument
                    chosen.extend(map(chr, range(low, min(high, low + 127) + 1)))
                case "CATEGORY":
                    chosen.extend(_CATEGORIES.get(str(argument), ""))
        if negated:
            excluded = set(chosen)
            chosen = [char for char in _PRINTABLE if char not in excluded]
        readable = [char for char in chosen if char in _PRINTABLE]
        if not (readable or chosen):
            raise _TooHardError
        return "".join(readable or chosen)
