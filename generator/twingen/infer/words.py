"""English nouns as API paths use them."""

from __future__ import annotations

import re

_IRREGULAR = {"people": "person", "children": "child", "statuses": "status", "data": "data"}
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def kebab(text: str) -> str:
    """`authorizationServers` → `authorization-servers`."""
    return "-".join(part.lower() for part in _BOUNDARY.split(text) if part) or "thing"


def singular(noun: str) -> str:
    """`policies` → `policy`, `classes` → `class`, `users` → `user`."""
    head, dash, last = noun.rpartition("-")
    word = _IRREGULAR.get(last)
    if word is None:
        if last.endswith("ies") and len(last) > 4:
            word = last[:-3] + "y"
        elif last.endswith(("sses", "shes", "ches", "xes", "zes")):
            word = last[:-2]
        elif last.endswith("s") and not last.endswith(("ss", "us", "is")):
            word = last[:-1]
        else:
            word = last
    return head + dash + word


def participles(verb: str) -> tuple[str, ...]:
    """`archive` → `archived`, `lock` → `locked`: what a flag may be called that a verb sets."""
    if not verb:
        return ()
    stem = verb.removesuffix("e")
    return (f"{stem}ed", f"{verb}ed", f"{verb}{verb[-1]}ed", f"{verb[:-1]}ied")
