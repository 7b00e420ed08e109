"""Ranges: records whose time or number lies before or after what a parameter names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from twingen.runtime import paths
from twingen.runtime.refusal import Refusal
from twingen.runtime.store import Row
from twingen.twin.model import Treatment

_MILLIS = 1e11  # a time above this is in milliseconds
_BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
}


def moment(value: Any) -> float | None:
    """Return a time in seconds (from ISO 8601, seconds or milliseconds) or a plain number, else None."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(value)
        return found / 1000 if found > _MILLIS else found
    except (TypeError, ValueError):
        pass
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def in_range(name: str, value: Any, treatment: Treatment) -> Callable[[Row], bool]:
    """Return the test of a range: `{gt: …, lte: …}`, or one value with the treatment's bound.

    Raises Refusal for what is no time and no number.
    """
    asked = value if isinstance(value, Mapping) else {treatment.options.get("bound", "gte"): value}
    error = treatment.options.get("error", "invalid")
    limits: list[tuple[Callable[[float, float], bool], float]] = []
    for bound, limit in asked.items():
        at = moment(limit)
        if at is None or bound not in _BOUNDS:
            raise Refusal(error, field=name, value=value)
        limits.append((_BOUNDS[bound], at))
    fields = [paths.split(field) for field in treatment.fields] or [(name,)]

    def test(row: Row) -> bool:
        for field in fields:
            found = moment(paths.get(row.data, field))
            if found is not None and all(holds(found, limit) for holds, limit in limits):
                return True
        return False

    return test
