"""Families of methods that left the contract, where a passage says which family took their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from twingen.contract.model import Operation as Documented
from twingen.contract.pages import Page
from twingen.infer.draft import Draft
from twingen.infer.evidence import list_items, segments, success_examples, success_schema

_NAMED = re.compile(r"`([a-z]\w*(?:\.[a-z]\w*)*)\.([a-z]\w*)`")
_GONE = re.compile(r"\b(deprecat|retire|supersede|replace|sunset|discontinu)\w*|\bno longer\b", re.I)
_INSTEAD = re.compile(r"\b(?:use|replaced by|superseded by)\b[^.]{0,40}`([a-z]\w*(?:\.[a-z]\w*)*)\.\*`", re.I)
_NEAR = 900


def retired(draft: Draft) -> Draft:
    """Accept `/old.verb` for `/new.verb` where a passage names an old method and tells to use `new.*`.

    The old family must be called as its successor's lists call their records: only then do the
    answers have the same outline.
    """
    if not draft.service.arguments:
        return draft
    lists = {
        family: operation
        for operation in draft.contract.operations
        for family, dot, verb in [segments(operation.path)[-1].rpartition(".")]
        if dot and verb == "list"
    }
    known = {segments(operation.path)[-1].rpartition(".")[0] for operation in draft.contract.operations}
    found = dict(draft.aliases)
    cited = list(draft.service.inferred)
    for page in draft.pages:
        for old, new, line in _told(page):
            listed = lists.get(new)
            if listed is None or old in known or old not in _members(listed, draft):
                continue
            head = listed.path.rpartition("/")[0]
            if f"{head}/{old}." not in found:
                found[f"{head}/{old}."] = f"{head}/{new}."
                cited.append(f"retired: {old}.* for {new}.*, {page.path}:{line}")
    service = replace(draft.service, inferred=tuple(cited))
    return replace(draft, aliases=found, service=service)


def _told(page: Page) -> Iterator[tuple[str, str, int]]:
    """Yield the old and the new family with the line that names a method of the old one."""
    for instead in _INSTEAD.finditer(page.text):
        start = max(0, instead.start() - _NEAR)
        before = page.text[start : instead.start()]
        if _GONE.search(before):
            for named in _NAMED.finditer(before):
                yield named.group(1), instead.group(1), page.text.count("\n", 0, start + named.start()) + 1


def _members(listed: Documented, draft: Draft) -> set[str]:
    """Return the members of a list's answer that hold records, by schema or as published."""
    found = list_items(success_schema(listed), draft.contract)
    names = {found[0]} if found is not None and found[0] is not None else set()
    for _, example in success_examples(listed):
        if isinstance(example.value, dict):
            names |= {name for name, value in example.value.items() if isinstance(value, list) and value}
    return names
