"""Three-way merge of a unit: what a hand changed, laid over what is concluded now.

A unit's text falls into blocks: its top-level keys, and each operation below `operations`. Blocks
are texts, so that comments and order survive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEY = re.compile(r"""^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s#'"\[{&*!|>%@`-][^#]*?|-[^\s][^#]*?))\s*:(?:\s|$)""")
_INSIDE = "operations"

# A text that shares fewer blocks than this with its base was written anew, not edited.
_KINSHIP = 0.5

Name = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The merged text; `conflicts` are blocks that both sides changed: the hand's stands there."""

    text: str
    taken: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def merge(base: str, mine: str, theirs: str) -> Merged | None:
    """Return `mine` with what changed from `base` to `theirs`; None where `mine` is no edit of `base`.

    A block that the hand left alone follows `theirs`; one that only the hand changed stays.
    """
    old, own, new = blocks(base), blocks(mine), blocks(theirs)
    same = sum(1 for name, text in old.items() if own.get(name) == text)
    if not old or same < _KINSHIP * len(old):
        return None
    result: dict[Name, str] = {}
    taken: list[str] = []
    conflicts: list[str] = []
    for name, text in own.items():
        if text == old.get(name):
            if name not in new:
                taken.append(f"{_shown(name)}: gone")
                continue
            if new[name] != text:
                taken.append(_shown(name))
            result[name] = new[name]
        else:
            if name in old and new.get(name) not in (old[name], text):
                conflicts.append(_shown(name))
            result[name] = text
    for name, text in new.items():
        if name in result or name in own:
            continue
        if name not in old:
            result = _placed(result, name, text, list(new))
            taken.append(f"{_shown(name)}: new")
        elif text != old[name]:
            conflicts.append(f"{_shown(name)}: taken out by hand")
    return Merged(text=_written(result), taken=tuple(taken), conflicts=tuple(conflicts))


def blocks(text: str) -> dict[Name, str]:
    """Return the blocks of a unit's text in order, each with the comments that stand before it."""
    found: dict[Name, list[str]] = {}
    name: Name = ()
    waiting: list[str] = []
    for line in text.splitlines(keepends=True):
        line = line if line.endswith("\n") else f"{line}\n"
        inside = name[:1] == (_INSIDE,)
        bare = line.strip()
        if not bare or (bare.startswith("#") and (not line.startswith("   ") or not inside)):
            waiting.append(line)
            continue
        top = _key(line)
        nested = _key(line[2:]) if inside and line.startswith("  ") and line[2:3] not in " -" else None
        if top is not None:
            name = (top,)
        elif nested is not None:
            name = (_INSIDE, nested)
        found.setdefault(name, []).extend([*waiting, line])
        waiting = []
    if waiting and found:
        found[name].extend(waiting)
    return {name: "".join(lines) for name, lines in found.items()}


def _key(line: str) -> str | None:
    match = _KEY.match(line)
    return next((group for group in match.groups() if group is not None), None) if match else None


def _placed(result: dict[Name, str], name: Name, text: str, order: list[Name]) -> dict[Name, str]:
    """Return `result` with a new block behind the one that it follows among `theirs`."""
    before = [other for other in order[: order.index(name)] if other in result]
    names = list(result)
    at = names.index(before[-1]) + 1 if before else 0
    if len(name) == 2 and not (before and before[-1][:1] == (_INSIDE,)):
        inside = [place for place, other in enumerate(names) if other[:1] == (_INSIDE,)]
        at = inside[0] + 1 if inside else len(names)
    items = list(result.items())
    return dict([*items[:at], (name, text), *items[at:]])


def _written(result: dict[Name, str]) -> str:
    """Return the text of blocks; `operations` stands before its first one and not without one."""
    inside = any(len(name) == 2 for name in result)
    if inside and (_INSIDE,) not in result:
        items = list(result.items())
        at = next(place for place, (name, _) in enumerate(items) if len(name) == 2)
        result = dict([*items[:at], ((_INSIDE,), f"{_INSIDE}:\n"), *items[at:]])
    return "".join(text for name, text in result.items() if inside or name != (_INSIDE,))


def _shown(name: Name) -> str:
    return name[-1]
