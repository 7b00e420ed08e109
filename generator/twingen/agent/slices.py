"""Slices of the contract: operations and the schemas they need, as compact YAML, with their digests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson

from twingen.agent.evidence import Quote, plain
from twingen.contract.model import Contract, MediaType, Operation, Parameter, Schema
from twingen.contract.schemas import references
from twingen.twin.yaml import dump

_REFERENCE = re.compile(r"#/components/schemas/")
_TEXT = 700  # characters of a description in a slice; `show_operation` shows the whole
_EXAMPLE = 1500


def tokens(text: str) -> int:
    """Return about how many tokens a text has."""
    return len(text) // 4 + 1


class Slices:
    """The contract by operation and schema."""

    def __init__(self, contract: Contract):
        self.contract = contract
        self.operations = {operation.key: operation for operation in contract.operations}

    @cached_property
    def _by_id(self) -> Mapping[str, Operation]:
        return {operation.id: operation for operation in self.contract.operations if operation.id}

    def find(self, name: str) -> Operation | None:
        """Return the operation of that key, id, or method and path."""
        name = name.strip()
        found = self.operations.get(name) or self._by_id.get(name)
        if found is None:
            method, _, path = name.partition(" ")
            written = f"{method.upper()} {path.strip()}"
            return next((o for o in self.contract.operations if f"{o.method} {o.path}" == written), None)
        return found

    def operation(self, operation: Operation, *, whole: bool = False) -> dict[str, Any]:
        """Return an operation as plain data; references read `NAME`, long texts are cut unless `whole`."""
        text = _whole if whole else _cut
        data: dict[str, Any] = {"id": operation.id, "path": operation.path}
        if operation.summary:
            data["summary"] = operation.summary
        if operation.description and operation.description != operation.summary:
            data["description"] = text(operation.description)
        if operation.deprecated:
            data["deprecated"] = True
        if operation.parameters:
            data["parameters"] = {
                f"{p.location} {p.name}": _parameter(p, text) for p in operation.parameters
            }
        if operation.body is not None:
            data["body"] = {
                **({"required": True} if operation.body.required else {}),
                **_content(operation.body.content, text, whole),
            }
        data["responses"] = {
            response.status: {
                **({"description": text(response.description)} if response.description else {}),
                **({"headers": [header.name for header in response.headers]} if response.headers else {}),
                **_content(response.content, text, whole),
            }
            for response in operation.responses
        }
        return data

    def schemas_of(self, keys: Iterable[str]) -> list[str]:
        """Return the names of the schemas that operations need, nearest first."""
        wave: list[str] = []
        for key in keys:
            operation = self.operations[key]
            for schema in _schemas(operation):
                wave += sorted(references(schema))
        found: dict[str, None] = {}
        while wave:
            following: list[str] = []
            for name in wave:
                if name not in found and name in self.contract.schemas:
                    found[name] = None
                    following += sorted(references(self.contract.schemas[name]))
            wave = following
        return list(found)

    def show_operation(self, key: str, *, whole: bool = True) -> str:
        return short_references(dump({key: self.operation(self.operations[key], whole=whole)}))

    def show_schema(self, name: str) -> str:
        return short_references(dump({name: _schema(self.contract.schemas[name], _whole)}))

    def text(self, keys: Iterable[str], schema_tokens: int) -> str:
        """Return a unit's slice: its operations, and its schemas as far as they fit."""
        keys = list(keys)
        shown_keys = {key: self.operation(self.operations[key]) for key in keys}
        common = _common(shown_keys)
        parts = []
        if common:
            parts += ["responses that all these operations have:"]
            parts.append(_indented(short_references(dump(common))))
        parts.append("operations:")
        for key, data in shown_keys.items():
            kept = {status: one for status, one in data["responses"].items() if common.get(status) != one}
            parts.append(_indented(short_references(dump({key: {**data, "responses": kept}}))))
        shown, left = [], []
        for name in self.schemas_of(keys):
            text = short_references(dump({name: _schema(self.contract.schemas[name], _cut)}))
            if schema_tokens - tokens(text) >= 0:
                schema_tokens -= tokens(text)
                shown.append(_indented(text))
            else:
                left.append(name)
        if shown:
            parts += ["schemas:", *shown]
        if left:
            parts.append(f"# further schemas (show_schema shows them): {', '.join(left)}")
        return "\n".join(parts)

    def size(self, key: str) -> int:
        """Return about how many tokens an operation alone takes in a slice."""
        data = self.operation(self.operations[key])
        return len(orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)) // 4 + 1

    def digest(self, keys: Iterable[str]) -> str:
        """Return a digest of everything that the contract says of operations."""
        keys = sorted(key for key in keys if key in self.operations)
        data = {
            "operations": {key: self.operation(self.operations[key], whole=True) for key in keys},
            "schemas": {name: self.contract.schemas[name] for name in sorted(self.schemas_of(keys))},
        }
        return sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)).hexdigest()[:32]

    def cited(self, quote: Quote) -> str | None:
        """Return the text of the place in the contract that a quote stands in, or None.

        Places are `operation KEY` and `schema NAME`.
        """
        kind, _, name = quote.page.partition(" ")
        if kind == "operation":
            operation = self.find(name)
            text = None if operation is None else self.show_operation(operation.key)
        elif kind == "schema" and name in self.contract.schemas:
            text = self.show_schema(name)
        else:
            return None
        wanted = plain(quote.quote)
        return text if text is not None and wanted and wanted in plain(_unfolded(text)) else None


def _common(operations: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the failures that most of several operations document alike, by status."""
    seen: dict[str, Counter[bytes]] = {}
    values: dict[bytes, Any] = {}
    for data in operations.values():
        for status, one in data["responses"].items():
            if not status.startswith(("1", "2", "3")):
                raw = orjson.dumps(one, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
                values[raw] = one
                seen.setdefault(status, Counter())[raw] += 1
    common = {}
    for status, counts in sorted(seen.items()):
        raw, times = counts.most_common(1)[0]
        # An operation that lacks it would be said to have it: only what all have is common.
        if times == len(operations) > 1:
            common[status] = values[raw]
    return common


def short_references(text: str) -> str:
    return _REFERENCE.sub("", text)


def _unfolded(text: str) -> str:
    """Return YAML as quotes are looked for in it: without the marks of its own writing."""
    return text.replace("''", "'").replace('\\"', '"').replace("\\n", " ").replace("\\\n", " ")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.rstrip().splitlines())


def _whole(text: str) -> str:
    return text.strip()


def _cut(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _TEXT else f"{text[:_TEXT].rstrip()} … (cut)"


def _parameter(parameter: Parameter, text: Any) -> dict[str, Any]:
    data = _schema(parameter.schema, text)
    if parameter.required and parameter.location != "path":
        data = {"required": True, **data}
    if parameter.description:
        data["description"] = text(parameter.description)
    return data


def _content(content: tuple[MediaType, ...], text: Any, whole: bool) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for media in content:
        entry: dict[str, Any] = {}
        if media.schema is not None:
            entry["schema"] = _schema(media.schema, text)
        for example in media.examples[: None if whole else 1]:
            raw = orjson.dumps(example.value, option=orjson.OPT_NON_STR_KEYS).decode()
            if len(raw) <= _EXAMPLE or whole:
                entry.setdefault("examples", {})[example.name] = example.value
        data[media.type] = entry
    return data


def _schema(schema: Schema, text: Any) -> dict[str, Any]:
    """Return a schema with its texts cut and a lone reference as `$ref`."""
    return {key: _member(key, value, text) for key, value in schema.items() if key != "example"}


def _member(key: str, value: Any, text: Any) -> Any:
    if key == "description" and isinstance(value, str):
        return text(value)
    if key == "properties" and isinstance(value, Mapping):
        return {name: _schema(one, text) if isinstance(one, Mapping) else one for name, one in value.items()}
    if key in {"items", "additionalProperties", "not"} and isinstance(value, Mapping):
        return _schema(value, text)
    if key in {"allOf", "anyOf", "oneOf"} and isinstance(value, list):
        return [_schema(one, text) if isinstance(one, Mapping) else one for one in value]
    return value


def _schemas(operation: Operation) -> Iterable[Schema]:
    for parameter in operation.parameters:
        yield parameter.schema
    if operation.body is not None:
        for media in operation.body.content:
            if media.schema is not None:
                yield media.schema
    for response in operation.responses:
        for media in response.content:
            if media.schema is not None:
                yield media.schema
