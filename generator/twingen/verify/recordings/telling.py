"""Differences as lines to read: what was recorded (-), what the twin answered (+)."""

from __future__ import annotations

from typing import Any

import orjson

from twingen.verify.recordings.outcome import Outcome

_WIDE = 100
_LINES = 10


def diff_of(outcome: Outcome, *, lines: int = _LINES) -> list[str]:
    """Return at most `lines` lines that tell how an answer differs, the weightiest first."""
    likeness = outcome.likeness
    if likeness is None:
        return []
    if not likeness.status:
        return [
            f"- {outcome.status} {brief(outcome.recorded)}".rstrip(),
            f"+ {outcome.answered_status} {brief(outcome.answered)}".rstrip(),
        ]
    found: list[str] = []
    for one in likeness.differences:
        if one.check in {"value", "format"}:
            found += [f"- {one.path}: {_cut(one.recorded)}", f"+ {one.path}: {_cut(one.answered)}"]
    missing = [one.path for one in likeness.differences if one.check == "shape" and one.answered == "missing"]
    more = [one.path for one in likeness.differences if one.check == "shape" and one.recorded == "missing"]
    room = max(lines - len(found), 4)
    share = room // 2 if missing and more else room
    found += _some("-", missing, share) + _some("+", more, share)
    for one in likeness.differences:
        if one.check == "header" or (one.check == "shape" and one.path == ""):
            name = f"{one.path}: " if one.path else ""
            found += [f"- {name}{one.recorded}", f"+ {name}{one.answered}"]
    return found if len(found) <= lines else [*found[: lines - 1], f"... and {len(found) - lines + 1} more"]


def brief(body: Any, wide: int = _WIDE) -> str:
    """Return a body on one line, cut short."""
    if body is None:
        return ""
    text = body if isinstance(body, str) else orjson.dumps(body).decode()
    return _cut(" ".join(text.split()), wide)


def _some(sign: str, paths: list[str], most: int) -> list[str]:
    shown = [f"{sign} {path or 'the body'}" for path in paths[:most]]
    if len(paths) > most and shown:
        shown[-1] = f"{sign} ... and {len(paths) - most + 1} members more"
    return shown


def _cut(text: str, wide: int = _WIDE) -> str:
    return text if len(text) <= wide else f"{text[: wide - 3]}..."
