"""What a unit was written against: the slice of the contract that it binds, the passages it cites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

import orjson

from twingen.contract.document import dump
from twingen.contract.model import Contract, Operation
from twingen.contract.pages import Page
from twingen.contract.schemas import references

# Keys of a dumped contract that tell where something stood.
_PLACES = frozenset({"x-twingen", "x-origin", "x-twingen-origin"})


class Evidence:
    """Digests of units' evidence, over one contract and its pages."""

    def __init__(self, contract: Contract, pages: Sequence[Page]) -> None:
        self._contract = contract
        self._operations = {operation.key: operation for operation in contract.operations}
        self._pages = {page.path: page for page in pages}

    def digest(self, keys: Iterable[str], cites: Iterable[str]) -> str:
        """Return the digest of the operations `keys`, the schemas they reach and cited passages."""
        found = sha256()
        operations = [self._operations[key] for key in sorted(keys) if key in self._operations]
        slice = replace(self._contract, operations=tuple(operations), schemas={})
        found.update(_bytes(_plain(dump(slice)["paths"])))
        schemas = self._contract.schemas
        wanted = {name for operation in operations for name in _mentioned(operation)}
        seen: set[str] = set()
        while wanted:
            name = wanted.pop()
            if name not in seen and name in schemas:
                seen.add(name)
                wanted |= references(schemas[name]) - seen
        for name in sorted(seen):
            found.update(name.encode() + _bytes(_plain(schemas[name])))
        for cite in sorted(set(cites)):
            found.update(cite.encode() + self._passage(cite).encode())
        return found.hexdigest()[:32]

    def _passage(self, cite: str) -> str:
        """Return the section that a citation names, the whole page without an anchor, else ""."""
        path, _, name = cite.partition("#")
        page = self._pages.get(path)
        if page is None:
            return ""
        if not name:
            return page.text
        lines = page.text.splitlines()
        for place, heading in enumerate(page.headings):
            if heading.anchor == name:
                later = (h.line for h in page.headings[place + 1 :] if h.level <= heading.level)
                return "\n".join(lines[heading.line - 1 : next(later, len(lines) + 1) - 1])
        return ""


def _mentioned(operation: Operation) -> set[str]:
    contents = [response.content for response in operation.responses]
    if operation.body is not None:
        contents.append(operation.body.content)
    schemas = [parameter.schema for parameter in operation.parameters]
    schemas += [media.schema for content in contents for media in content if media.schema is not None]
    return {name for schema in schemas for name in references(schema)}


def _plain(value: object) -> object:
    """Return a value without where it was read, which moves when a neighbour changes."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if k not in _PLACES}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value


def _bytes(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
