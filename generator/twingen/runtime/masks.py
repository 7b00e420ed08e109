"""Masks such as `a,b/c,d(e,f)`: what one leaves of an answer, and what one changes of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.contract.model import Schema
from twingen.contract.schemas import properties, resolve

Mask = dict[str, "Mask"]  # {} stands for everything below
_NAME_ENDS = frozenset(",()/.")


class MaskError(ValueError):
    """A mask that does not parse; the message quotes the place."""


def parse_mask(text: str) -> Mask:
    """Return the tree of a mask; `*` is a name that means every member."""
    try:
        mask, end = _members(text, 0)
    except RecursionError:
        raise MaskError("nested too deeply in fields") from None
    if end != len(text):
        raise MaskError(f"unexpected {text[end]!r} at character {end + 1} of fields={text!r}")
    return mask


def _members(text: str, at: int) -> tuple[Mask, int]:
    mask: Mask = {}
    while True:
        start = at
        while at < len(text) and text[at] not in _NAME_ENDS:
            at += 1
        name = text[start:at].strip()
        if not name:
            raise MaskError(f"a name is missing at character {at + 1} of fields={text!r}")
        below: Mask = {}
        if at < len(text) and text[at] in "/.":
            below, at = _chain(text, at + 1)
        elif at < len(text) and text[at] == "(":
            below, at = _group(text, at)
        _add(mask, name, below)
        if at < len(text) and text[at] == ",":
            at += 1
            continue
        return mask, at


def _chain(text: str, at: int) -> tuple[Mask, int]:
    start = at
    while at < len(text) and text[at] not in _NAME_ENDS:
        at += 1
    name = text[start:at].strip()
    if not name:
        raise MaskError(f"a name is missing at character {at + 1} of fields={text!r}")
    if at < len(text) and text[at] in "/.":
        below, at = _chain(text, at + 1)
        return {name: below}, at
    if at < len(text) and text[at] == "(":
        below, at = _group(text, at)
        return {name: below}, at
    return {name: {}}, at


def _group(text: str, at: int) -> tuple[Mask, int]:
    mask, at = _members(text, at + 1)
    if at >= len(text) or text[at] != ")":
        raise MaskError(f"a bracket is never closed in fields={text!r}")
    return mask, at + 1


def _add(mask: Mask, name: str, below: Mask) -> None:
    if name in mask and mask[name] and below:
        for inner, rest in below.items():
            _add(mask[name], inner, rest)
    elif name not in mask or not below:
        mask[name] = below


def masked(value: Any, mask: Mask) -> Any:
    """Return what `mask` leaves of a JSON value; lists are masked member by member."""
    if not mask:
        return value
    if isinstance(value, list):
        return [masked(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    every = mask.get("*")
    shown: dict[str, Any] = {}
    for name, member in value.items():
        below = mask.get(name, every)
        if below is not None:
            shown[name] = masked(member, below)
    return shown


def stray(mask: Mask, schema: Schema, schemas: Mapping[str, Schema]) -> str | None:
    """Return the first name of a mask that the documented schema does not have."""
    plain = resolve(schema, schemas)
    if isinstance(plain.get("items"), Mapping):
        return stray(mask, plain["items"], schemas)
    known = properties(plain, schemas)
    if not known or plain.get("additionalProperties"):
        return None
    for name, below in mask.items():
        if name not in known and name != "*":
            return name
        inner = None if name == "*" or not below else stray(below, known[name], schemas)
        if inner is not None:
            return inner
    return None


def laid_over(base: Any, change: Any, mask: Mask) -> Any:
    """Return `base` with what `mask` names taken from `change`; what `change` lacks is removed."""
    if not mask:
        return change
    old = base if isinstance(base, dict) else {}
    new = change if isinstance(change, dict) else {}
    result = dict(old)
    if "*" in mask:
        mask = {name: mask.get(name, mask["*"]) for name in (*old, *new)}
    for name, below in mask.items():
        value = laid_over(old.get(name), new.get(name), below)
        if value is None or (below and value == {} and name not in old and name not in new):
            result.pop(name, None)
        else:
            result[name] = value
    return result
