"""Sample texts and numbers under their constraints."""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Mapping
from typing import Any

from twingen.runtime.pattern import matching_text

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_INTEGERS = frozenset({"int32", "int64", "uint32", "uint64"})


def text(words: Mapping[str, Any], name: str, rng: random.Random) -> str:
    """Return a text for the keywords `words` of a schema, found at the property `name`."""
    shortest = int(words.get("minLength") or 0)
    longest = int(words.get("maxLength", 1_000_000))
    pattern = words.get("pattern")
    if isinstance(pattern, str):
        found = matching_text(pattern, rng, shortest=shortest, longest=longest)
        if found is not None:
            return found
    made = formatted(words.get("format"), rng)
    if made is None:
        made = _word(name, rng)
        if len(made) < shortest:
            made += "x" * (shortest - len(made))
    return made[:longest] if len(made) > longest else made


def formatted(name: Any, rng: random.Random) -> str | None:
    """Return a text of the format `name`, None if any text will do."""
    match name:
        case "date-time":
            return (
                f"2026-0{rng.randint(1, 9)}-{rng.randint(10, 28)}T0{rng.randint(0, 9)}:00:00.000Z"
            )
        case "date":
            return f"2026-0{rng.randint(1, 9)}-{rng.randint(10, 28)}"
        case "time":
            return f"0{rng.randint(0, 9)}:00:00Z"
        case "duration":
            return f"PT{rng.randint(1, 59)}M"
        case "uuid":
            return str(uuid.UUID(int=rng.getrandbits(128), version=4))
        case "email" | "idn-email":
            return f"{_letters(rng, 6)}@example.com"
        case "uri" | "url" | "iri" | "uri-template":
            return f"https://example.com/{_letters(rng, 6)}"
        case "uri-reference" | "iri-reference":
            return f"/{_letters(rng, 6)}"
        case "hostname" | "idn-hostname":
            return f"{_letters(rng, 6)}.example.com"
        case "ipv4":
            return f"192.0.2.{rng.randint(1, 254)}"
        case "ipv6":
            return f"2001:db8::{rng.randint(1, 9999)}"
        case "byte":
            return "c2FtcGxl"
        case "json-pointer":
            return "/sample"
        case "relative-json-pointer":
            return "0/sample"
        case "regex":
            return "^sample$"
        case _ if name in _INTEGERS:
            return str(rng.randint(1, 99999))
    return None


def number(words: Mapping[str, Any], rng: random.Random, *, whole: bool) -> int | float:
    """Return a number for the keywords `words` of a schema."""
    step = words.get("multipleOf") or (1 if whole else None)
    low, high = _number(words.get("minimum")), _number(words.get("maximum"))
    unit = step or 1
    above, below = _number(words.get("exclusiveMinimum")), _number(words.get("exclusiveMaximum"))
    if above is not None and (low is None or above >= low):
        low = above + (unit if step else _inside(above, below if below is not None else high))
    if below is not None and (high is None or below <= high):
        high = below - unit if step or low is None else max(low, below - unit)
    value: int | float = rng.randint(1, 100)
    if low is not None and (value < low or (high is not None and value > high)):
        value = low
    elif high is not None and value > high:
        value = high
    if step:
        rounded = math.ceil(value / step) * step
        value = rounded if high is None or rounded <= high else math.floor(value / step) * step
    return int(value) if whole else value


def _inside(above: float, ceiling: float | None) -> float:
    return 1.0 if ceiling is None else min(1.0, (ceiling - above) / 2)


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _word(name: str, rng: random.Random) -> str:
    if name.lower() == "id" or name.endswith(("Id", "_id", "ID")):
        return _letters(rng, 16)
    return name or _letters(rng, 8)


def _letters(rng: random.Random, count: int) -> str:
    return rng.choice(_LETTERS[:26]) + "".join(rng.choice(_LETTERS) for _ in range(count - 1))
