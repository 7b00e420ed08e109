"""What a unit's file may not say, whatever its author was told: it would weaken a check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twingen.agent.desk import Desk
from twingen.errors import TwingenError
from twingen.twin.guard import violations
from twingen.twin.yaml import load

# Keys by which a file vouches for itself; only tests, laws and people can.
_VOUCHING = frozenset({"tested", "inferred", "deviations"})


def refusals(desk: Desk, path: str, text: str) -> list[str]:
    """Return why a text may not become the file `path`; each refusal is noted as an incident."""
    if path.endswith(".py"):
        found = [str(one) for one in violations(text, path)]
        desk.incidents += [f"the guard refused a handler: {one}" for one in found]
        return found
    if not path.endswith(".yaml"):
        return []
    try:
        data = load(text, path)
    except TwingenError:
        return []  # loading the twin tells it better
    before = _vouched(desk, path)
    found = []
    for key, value in _vouching(data):
        if (key, repr(value)) not in before:
            found.append(f"{path}: `{key}: {value}` is not yours to say: checks and people vouch, not files")
            desk.incidents.append(f"tried to vouch for itself: `{key}` in {path}")
    return found


def _vouched(desk: Desk, path: str) -> set[tuple[str, str]]:
    raw = desk.base.get(path)
    if raw is None:
        return set()
    try:
        return {(key, repr(value)) for key, value in _vouching(load(raw.decode(), path))}
    except TwingenError:
        return set()


def _vouching(data: Any) -> Iterator[tuple[str, Any]]:
    """Yield what vouches in a file: on the file's top and on its operations."""
    if not isinstance(data, dict):
        return
    operations = data.get("operations")
    for level in (data, *(operations.values() if isinstance(operations, dict) else ())):
        if isinstance(level, dict):
            for key in sorted(_VOUCHING & set(level)):
                yield key, level[key]
