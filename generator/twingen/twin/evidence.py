"""Whether the evidence of a deviation leads anywhere.

Three forms are evidence:

    contract.json#/POINTER                     what stands there, an example above all; a quotation in
    contract.json#/POINTER: "QUOTATION"        double quotes must occur in it
    PAGE.md#anchor: "QUOTATION"                a passage of the documents; the quotation of a document
    DOCUMENT.yaml:LINE: "QUOTATION"            that became the contract must occur in the contract
    recording FILE:LINE METHOD PATH -> STATUS  what the real service answered to that very operation
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from twingen.contract.model import Operation

FORMS = (
    'evidence is contract.json#/POINTER, PAGE.md#anchor: "QUOTATION", or '
    "recording FILE:LINE METHOD PATH -> STATUS"
)
_CONTRACT = re.compile(r'contract\.json#(/\S*?)(?::\s+"(.+)")?\Z', re.DOTALL)
_PASSAGE = re.compile(r'([^\s:#"]+)(?:#[\w.-]+|:\d+)?:\s+"(.+)"\Z', re.DOTALL)
_RECORDING = re.compile(r"recording\s+\S+?:\d+\s+([A-Z]+)\s+(\S+)\s+->\s+([1-5]\d\d)\b")
_SHORTEST = 8


def unresolved(
    evidence: str, operation: Operation, contract: Mapping[str, Any], documents: frozenset[str],
    pages: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """Return why the evidence leads nowhere; "" when it resolves.

    `contract` is contract.json as JSON, `documents` are those that it was read from. A page's text is
    looked at where `pages` are at hand: a twin on disk does not hold them.
    """
    if found := _CONTRACT.match(evidence.strip()):
        pointer, quote = found.groups()
        value = _at(contract, pointer)
        if value is None:
            return f"contract.json has nothing at {pointer}"
        if quote and not _occurs(quote, value):
            return f"what stands at {pointer} does not say {quote!r}"
        return ""
    if found := _RECORDING.match(evidence.strip()):
        method, path, _ = found.groups()
        template = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(operation.path))
        if method != operation.method or not re.fullmatch(template, path.partition("?")[0]):
            return f"the recording is of {method} {path}, not of {operation.method} {operation.path}"
        return ""
    if found := _PASSAGE.match(evidence.strip()):
        document, quote = found.groups()
        if len(quote.strip()) < _SHORTEST:
            return f"{quote!r} is too short to be a quotation"
        if document in documents:
            return "" if _occurs(quote, contract) else f"the contract does not say {quote!r}"
        if pages is not None and document not in pages:
            return f"there is no document {document}"
        if pages is not None and _flat(quote) not in _flat(pages[document]):
            return f"{document} does not say {quote!r}"
        return ""
    return FORMS


def _at(value: Any, pointer: str) -> Any:
    """Return the value that a JSON pointer leads to, None where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _occurs(quote: str, value: Any) -> bool:
    wanted = _flat(quote)
    return any(wanted in _flat(text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield str(key)
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


def _flat(text: str) -> str:
    return " ".join(text.split())
