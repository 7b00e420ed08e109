"""Bytes → plain data: YAML 1.2 core or JSON, whatever the file is called."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from twingen.errors import DocumentError
from twingen.ingest.lines import json_lines
from twingen.ingest.pointers import escape

# A document whose aliases expand to more values than this is an attack or an accident.
EXPANDED_LIMIT = 3_000_000
# Lines of pointers up to this depth are kept (`/paths/~1users/get`); deeper ones are looked up.
SHALLOW = 3

_WORDS: Mapping[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0(?:o([0-7]+)|x([0-9a-fA-F]+))\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_PLAIN, _QUOTED = "plain", "quoted"


@dataclass(slots=True)
class Parsed:
    """`lines` maps shallow JSON pointers to lines; `repeated` lists keys given twice.

    `node` is the composed YAML, which knows the lines of all the rest.
    """

    data: Any
    lines: dict[str, int] = field(default_factory=dict)
    repeated: list[tuple[str, int]] = field(default_factory=list)
    node: Any = field(default=None, repr=False)


def parse(content: bytes, name: str) -> Parsed:
    """Parse the text of the file `name`; raise DocumentError with its line where it is broken."""
    text = decode(content, name)
    if text.lstrip()[:1] in ("{", "["):
        return _parse_json(text, name)
    return _parse_yaml(text, name)


def decode(content: bytes, name: str) -> str:
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"the text is not {encoding}", where=f"{name}:{line}", remedy="Save the file as UTF-8."
        ) from error


# JSON


def _parse_json(text: str, name: str) -> Parsed:
    repeated = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        found = dict(items)
        if len(found) != len(items):
            repeated = True
        return found

    try:
        data = json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        try:
            return _parse_yaml(text, name)  # trailing commas and comments are fine in YAML
        except DocumentError:
            raise _broken(name, text, error.lineno, f"broken JSON: {error.msg}") from None
    except RecursionError:
        raise _broken(name, text, 1, "the JSON is nested too deeply") from None
    lines, keys = json_lines(text, SHALLOW)
    if repeated:
        keys = json_lines(text, None)[1]
    return Parsed(data, lines, keys)


# YAML


class CoreLoader(yaml.CSafeLoader):
    """Composes nodes whose tag says only whether a scalar is plain or quoted."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return _PLAIN if kind is yaml.ScalarNode and implicit[0] else _QUOTED


def compose(text: str) -> Any:
    """Return the node tree of the first document of `text`, None if it is empty."""
    loader = CoreLoader(text)
    try:
        return loader.get_node() if loader.check_node() else None
    finally:
        loader.dispose()


def _parse_yaml(text: str, name: str) -> Parsed:
    try:
        node = compose(text)
        return _Construction(name, text).run(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = f"broken YAML: {error.problem or error.context}"
        raise _broken(name, text, line, problem) from None
    except yaml.YAMLError as error:
        raise _broken(name, text, 1, f"broken YAML: {error}") from None
    except RecursionError:
        raise _broken(name, text, 1, "the YAML is nested too deeply") from None


def _broken(name: str, text: str, line: int, problem: str) -> DocumentError:
    lines = text.splitlines()
    shown = lines[line - 1].strip()[:120] if 0 < line <= len(lines) else ""
    remedy = "Correct the file, or take it out of the folder."
    return DocumentError(
        problem, where=f"{name}:{line}", remedy=f"{shown}\n  {remedy}" if shown else remedy
    )


class _Construction:
    """One walk from nodes to data: keys are text, `<<` is merged, aliases are counted."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._parsed = Parsed(None)
        self._done: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()
        self._count = 0

    def run(self, node: Any) -> Parsed:
        self._parsed.node = node
        self._parsed.data = None if node is None else self._value(node, "", 0)
        return self._parsed

    def _value(self, node: Any, pointer: str | None, depth: int) -> Any:
        if node.__class__ is yaml.ScalarNode:
            self._count += 1
            return _scalar(node)
        identity = id(node)
        known = self._done.get(identity)
        if known is not None:
            self._count += known[1]
            if self._count > EXPANDED_LIMIT:
                raise self._error(node, f"its aliases expand to over {EXPANDED_LIMIT:,} values")
            return known[0]
        if identity in self._open:
            raise self._error(node, "an alias stands inside of what it repeats")
        self._open.add(identity)
        before = self._count
        self._count += 1
        value: Any
        if node.__class__ is yaml.MappingNode:
            value = self._mapping(node, pointer, depth)
        else:
            inner = None if pointer is None or depth >= SHALLOW else pointer
            value = []
            for index, child in enumerate(node.value):
                place = None
                if inner is not None:
                    place = f"{inner}/{index}"
                    self._parsed.lines[place] = child.start_mark.line + 1
                value.append(self._value(child, place, depth + 1))
        self._open.discard(identity)
        self._done[identity] = (value, self._count - before)
        return value

    def _mapping(self, node: Any, pointer: str | None, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        inner = None if depth >= SHALLOW else pointer
        for key_node, child in node.value:
            key = key_node.value
            if key_node.__class__ is not yaml.ScalarNode:
                raise self._error(key_node, "a key is itself a mapping or a list")
            if key == "<<" and key_node.tag == _PLAIN:
                merged.extend(self._merged(child))
                continue
            place = None
            if inner is not None:
                place = f"{inner}/{escape(key)}"
                self._parsed.lines[place] = key_node.start_mark.line + 1
            if key in found:
                shown = f"{pointer or ''}/{escape(key)}"
                self._parsed.repeated.append((shown, key_node.start_mark.line + 1))
            found[key] = self._value(child, place, depth + 1)
        for source in merged:
            for key, value in source.items():
                found.setdefault(key, value)
        return found

    def _merged(self, node: Any) -> list[dict[str, Any]]:
        value = self._value(node, None, SHALLOW)
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            raise self._error(node, "`<<` merges something that is no mapping")
        return sources

    def _error(self, node: Any, problem: str) -> DocumentError:
        return _broken(self._name, self._text, node.start_mark.line + 1, problem)


def _scalar(node: Any) -> Any:
    value = node.value
    tag = node.tag
    if tag == _QUOTED or tag == "tag:yaml.org,2002:str":
        return value
    if value in _WORDS:
        return _WORDS[value]
    if value[0] in "-+.0123456789":
        if _INTEGER.match(value):
            return int(value)
        if _FLOAT.match(value):
            return float(value)
        based = _BASED.match(value)
        if based:
            return int(based[1], 8) if based[1] else int(based[2], 16)
    return value
