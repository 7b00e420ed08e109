"""A world's time: fixed, ticking by a second a request, or the machine's."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

ClockMode = Literal["fixed", "ticking", "real"]
EPOCH_MILLIS = 1_767_225_600_000  # 2026-01-01T00:00:00Z, where fixed and ticking clocks start
TICK_MILLIS = 1_000

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"(-?\d+(?:\.\d+)?)(ms|s|m|h|d)")


def real_millis() -> int:
    return time.time_ns() // 1_000_000


def duration(text: str) -> int:
    """Return the milliseconds that `1h30m` stands for; raises ValueError for what is none."""
    text = text.strip()
    if not _DURATION.sub("", text) == "" or not text:
        raise ValueError(f"not a duration: {text!r}")
    return int(sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(text)))


def delay_of(value: object) -> int:
    """Return the milliseconds that a duration text or a number of seconds stands for."""
    if isinstance(value, (int, float)):
        return max(int(value * 1000), 0)
    return max(duration(str(value)), 0)


@lru_cache(maxsize=256)
def _to_the_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def written(millis: int, style: str) -> str | int | float:
    """Return a time as the service writes it (`iso-millis`, `iso-seconds`, `unix`, ...)."""
    if style == "unix":
        return millis // 1000
    if style == "unix-millis":
        return millis
    head = _to_the_second(millis // 1000)
    match style:
        case "iso-seconds":
            return head + "Z"
        case "iso-micros":
            return f"{head}.{millis % 1000:03d}000Z"
        case "iso-offset":
            return f"{head}.{millis % 1000:03d}+0000"
        case _:
            return f"{head}.{millis % 1000:03d}Z"
