"""The lines of a vendor's documents that a finding of a contract check breaks, as they stand there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_ARGUMENT = re.compile(r"parameter `(?P<name>[^`]+)` in (?P<place>\w+)")
_IN_BODY = re.compile(r"in body(?: - (?P<path>[^:]+))?:")
_SCHEMA = re.compile(r"(?P<pointer>/components/\S+): (?P<value>.*)", re.DOTALL)
_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines of a document with their numbers (1-based); the first one is what is broken."""

    document: str
    lines: tuple[tuple[int, str], ...]

    @property
    def number(self) -> int:
        return self.lines[0][0]


class Documents:
    """The OpenAPI documents and pages in a folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._texts: dict[str, list[str]] = {}
        self._nodes: dict[str, yaml.Node] = {}

    def broken(self, finding: Mapping[str, Any], sent: str, documented: str) -> list[Lines]:
        """Return what a finding breaks; empty where its passage does not stand in the documents.

        `sent` is the method of its last request, `documented` that of its operation.
        """
        found = [one for passage in finding["passages"] if (one := self._place(finding, passage))]
        if found and sent != documented:
            found += self._page_lines("errors.md", "wrong method: 405")
        return found

    def _place(self, finding: Mapping[str, Any], passage: Mapping[str, Any]) -> Lines | None:
        document = passage["document"]
        operation = self._at(document, _steps(passage["pointer"]))
        if operation is None:
            return None
        match finding["check"]:
            case "ignored_auth":
                own = _member(operation[1], "security")
                return self._lines(document, own or self._at(document, ["security"]))
            case "response_schema_conformance":
                return self._schema(document, passage["quote"])
            case "negative_data_rejection":
                return self._refused(document, operation[1], finding["title"])
            case "unsupported_method":
                return self._keys(document, self._at(document, _steps(passage["pointer"])[:-1]))
            case _:
                return self._keys(document, _member(operation[1], "responses"), within="description")

    def _schema(self, document: str, quote: str) -> Lines | None:
        found = _SCHEMA.match(quote)
        if found is None:
            return None
        pair = self._at(document, _steps(found["pointer"]))
        if pair is None:
            return None
        value = yaml.safe_load(yaml.serialize(pair[1]))
        if not quote.endswith("…") and value != json.loads(found["value"]):
            return None
        return self._lines(document, pair)

    def _refused(self, document: str, operation: yaml.Node, title: str) -> Lines | None:
        argument = _ARGUMENT.search(title)
        if argument:
            parameters = _member(operation, "parameters")
            for one in parameters[1].value if parameters else ():
                node = self._resolved(document, one)
                if _text(node, "name") == argument["name"] and _text(node, "in") == argument["place"]:
                    return self._lines(document, (node, node))
            return None
        body = _member(operation, "requestBody")
        within = _IN_BODY.search(title)
        if body is None or within is None:
            return self._lines(document, body or _member(operation, "responses"))
        node = self._resolved(document, body[1])
        pair: tuple[yaml.Node, yaml.Node] | None = body
        content = _member(node, "content")
        schema = _member(content[1].value[0][1], "schema") if content else None
        for step in (within["path"] or "").split(" -> "):
            found = self._property(document, schema[1], step.strip()) if schema and step else None
            if found is None:
                break
            pair = schema = found
        return self._lines(document, pair)

    def _property(self, document: str, schema: yaml.Node, name: str) -> tuple[yaml.Node, yaml.Node] | None:
        schema = self._resolved(document, schema)
        properties = _member(schema, "properties")
        found = _member(properties[1], name) if properties else None
        several = _member(schema, "allOf")
        for one in several[1].value if several and found is None else ():
            found = found or self._property(document, one, name)
        return found

    def _keys(
        self, document: str, pair: tuple[yaml.Node, yaml.Node] | None, within: str = ""
    ) -> Lines | None:
        """Return the line of a mapping and those of its keys, each with a member of its value."""
        if pair is None:
            return None
        nodes = [pair[0]]
        for key, value in pair[1].value:
            nodes.append(key)
            inner = _member(value, within) if within else None
            nodes += [inner[0]] if inner else []
        text = self._text(document)
        numbers = dict.fromkeys(node.start_mark.line for node in nodes)
        return Lines(document=document, lines=tuple((n + 1, text[n]) for n in numbers))

    def _lines(self, document: str, pair: tuple[yaml.Node, yaml.Node] | None) -> Lines | None:
        if pair is None:
            return None
        first, last = pair[0].start_mark.line, pair[1].end_mark
        # A block ends where the next line begins.
        end = last.line if _is_block(pair[1]) and last.line > first else last.line + 1
        text = self._text(document)[first : max(end, first + 1)]
        lines = [(first + n, line) for n, line in enumerate(text, start=1) if line.strip()]
        return Lines(document=document, lines=tuple(lines[:_MOST]))

    def _page_lines(self, page: str, words: str) -> Iterator[Lines]:
        for number, line in enumerate(self._text(page), start=1):
            if words in line:
                yield Lines(document=page, lines=((number, line),))

    def _at(self, document: str, steps: Sequence[str]) -> tuple[yaml.Node, yaml.Node] | None:
        """Return the key and the value at a pointer, references followed on the way."""
        if document not in self._nodes:
            node = yaml.compose("\n".join(self._text(document)), yaml.CSafeLoader)
            self._nodes[document] = node
        here: tuple[yaml.Node, yaml.Node] | None = (self._nodes[document], self._nodes[document])
        for step in steps:
            if here is None:
                return None
            here = _member(self._resolved(document, here[1]), step)
        return here

    def _resolved(self, document: str, node: yaml.Node) -> yaml.Node:
        reference = _text(node, "$ref")
        if not reference.startswith("#/"):
            return node
        found = self._at(document, _steps(reference[1:]))
        return node if found is None else self._resolved(document, found[1])

    def _text(self, document: str) -> list[str]:
        if document not in self._texts:
            self._texts[document] = (self.folder / document).read_text(encoding="utf-8").split("\n")
        return self._texts[document]


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _member(node: yaml.Node, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return key, value
    elif isinstance(node, yaml.SequenceNode) and name.isdigit() and int(name) < len(node.value):
        return node.value[int(name)], node.value[int(name)]
    return None


def _text(node: yaml.Node, name: str) -> str:
    found = _member(node, name)
    return str(found[1].value) if found is not None else ""


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style
