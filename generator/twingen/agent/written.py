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
    return found + [
        f"{path}: cite {text!r}: {why}" for text in _cited(data) if (why := _nowhere(desk, text))
    ]


def _cited(data: Any) -> Iterator[str]:
    """Yield the citations of a file: on its top and on its operations."""
    operations = data.get("operations") if isinstance(data, dict) else None
    for level in (data, *(operations.values() if isinstance(operations, dict) else ())):
        if isinstance(level, dict) and isinstance(level.get("cite"), list):
            yield from (str(one) for one in level["cite"])


def _nowhere(desk: Desk, text: str) -> str:
    """Return why a citation of a page leads nowhere; '' when it does, or is a pointer into the contract."""
    page, _, anchor = text.partition("#")
    if not page.endswith((".md", ".mdx", ".markdown")) or text in _cites_before(desk):
        return ""
    if page not in desk.library.pages:
        return "there is no such page"
    if anchor and all(heading.anchor != anchor for heading in desk.library.pages[page].headings):
        return "the page has no such heading"
    return ""


def _cites_before(desk: Desk) -> set[str]:
    """Return what the unit's files cited at the start: other documents may have been there then."""
    found: set[str] = set()
    for name in desk.unit.files:
        if name in desk.base and name.endswith(".yaml"):
            try:
                found.update(_cited(load(desk.base[name].decode(), name)))
            except TwingenError:
                continue
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
