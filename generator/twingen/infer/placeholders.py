"""Documented messages with a hole (`Not found: {0}`), filled as other documented examples fill it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from twingen.contract.model import Operation
from twingen.infer.draft import Draft
from twingen.infer.evidence import record_properties, request_schema

_HOLE = re.compile(r"\{\d+\}")
_TOKENS = re.compile(r"[^\s()\[\],;'\"]+|.", re.S)
_TYPE = re.compile(r"[A-Z][A-Za-z0-9]+")
_FILLS = frozenset({"not_found", "invalid"})


def filled(body: Any, case: str, status: int, draft: Draft) -> Any:
    """Return the template of an error's body with its one hole filled, as it is where nothing tells how.

    What several examples of the same message put there is laid side by side: what they share
    stays, what differs is the record's type if it is a word like `NetworkZone`, else its id.
    """
    if not isinstance(body, dict) or case not in _FILLS:
        return body
    result = dict(body)
    for name, text in body.items():
        if isinstance(text, str) and len(_HOLE.findall(text)) == 1:
            seen = _seen(name, text.replace("{{", "{").replace("}}", "}"), status, draft)
            fill = _record(seen) if case == "not_found" else _field(seen, draft)
            if fill is not None:
                head, tail = re.split(r"\{\{\d+\}\}", text)
                result[name] = {"$if": fill[0], "then": f"{head}{fill[1]}{tail}", "else": text}
    return result


def _seen(name: str, text: str, status: int, draft: Draft) -> dict[str, Operation]:
    """Return what published errors of that status put into the hole, with an operation that does."""
    head, tail = _HOLE.split(text)
    pattern = re.compile(re.escape(head) + r"(.+)" + re.escape(tail), re.S)
    found: dict[str, Operation] = {}
    for operation, value in _examples(status, draft):
        match = pattern.fullmatch(str(value.get(name)))
        if match and not _HOLE.search(match.group(1)):
            found.setdefault(match.group(1), operation)
    return found


def _examples(status: int, draft: Draft) -> Iterator[tuple[Operation, dict[str, Any]]]:
    for operation in draft.contract.operations:
        for response in operation.responses:
            if response.status == str(status):
                for media in response.content:
                    for example in media.examples:
                        if isinstance(example.value, dict):
                            yield operation, example.value


def _record(seen: dict[str, Operation]) -> tuple[str, str] | None:
    """Return when an id is told, and what is said of it and of its type."""
    by_length: dict[int, list[list[str]]] = {}
    for text in seen:
        tokens = _TOKENS.findall(text)
        by_length.setdefault(len(tokens), []).append(tokens)
    alike = max(by_length.values(), key=len, default=[])
    if len(alike) < 2:
        return None
    parts = []
    for column in zip(*alike, strict=True):
        if len(set(column)) == 1:
            parts.append(column[0].replace("{", "{{").replace("}", "}}"))
        elif all(_TYPE.fullmatch(one) for one in column):
            parts.append("{type}")
        else:
            parts.append("{id}")
    return ("id", "".join(parts)) if parts.count("{id}") == 1 and parts.count("{type}") <= 1 else None


def _field(seen: dict[str, Operation], draft: Draft) -> tuple[str, str] | None:
    """Return that the field at fault is named, where two published errors name one of their request's."""
    named = [
        text
        for text, operation in seen.items()
        if text in record_properties(request_schema(operation), draft.contract)
    ]
    return ("field", "{field}") if len(named) > 1 else None
