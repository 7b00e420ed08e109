"""Answers in the documented shape, without semantics: an example, with what was sent put into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEEPEST = 6


def echoed(
    value: Any, sent: Mapping[str, Any], known: frozenset[str] = frozenset(), depth: int = 0
) -> Any:
    """Return an example in which members named as arguments have the values that were sent.

    Only scalars of the same type are replaced. Below the top, members that are arguments (`known`)
    which were not sent are left out; the rest stays as published.
    """
    if depth > _DEEPEST or not isinstance(value, dict):
        return value
    return {
        name: sent[name]
        if name in sent and _alike(member, sent[name])
        else echoed(member, sent, known, depth + 1)
        for name, member in value.items()
        if depth == 0 or name in sent or name not in known
    }


def _alike(published: Any, sent: Any) -> bool:
    return (
        isinstance(sent, (str, int, float))
        and isinstance(published, (str, int, float))
        and isinstance(sent, str) == isinstance(published, str)
        and isinstance(sent, bool) == isinstance(published, bool)
    )
