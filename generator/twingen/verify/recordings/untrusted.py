"""Reads YAML and JSON that strangers wrote: plain data, of bounded size, or an error with its line."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

from twingen.verify.recordings.trouble import FORMATS, RecordingError, unreadable

LIMIT = 256 * 1024 * 1024
_EXPANSION = 5_000_000  # values that a file may stand for once its aliases are followed
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = r"^[-+]?(?:[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$"
_RESOLVERS: tuple[tuple[str, str, list[str]], ...] = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", _NUMBER, list("-+.0123456789")),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^<<$", ["<"]),
)
# Tags by which old recorders wrote what is plain text all the same.
_TEXTS = ("tag:yaml.org,2002:python/unicode", "tag:yaml.org,2002:python/str")


class _Loader(_Fast):  # type: ignore[misc]
    """Plain data only: no objects of any program, no dates (they stay text)."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)
for _tag in _TEXTS:
    _Loader.add_constructor(_tag, lambda loader, node: loader.construct_scalar(node))
# Ruby marks binary text with `!binary`, which YAML takes for a tag of the file's own.
_Loader.add_constructor("!binary", _Loader.construct_yaml_binary)


def text_of(path: Path) -> str:
    """Return a file's text, unpacked if it is gzipped; raises RecordingError."""
    where = str(path)
    try:
        raw = path.read_bytes() if path.stat().st_size <= LIMIT else None
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror}", where=where) from None
    if raw is not None and raw[:2] == b"\x1f\x8b":
        raw = _unpacked(raw, where)
    if raw is None:
        raise RecordingError(
            f"holds more than {LIMIT // 1024 // 1024} MB", where=where, remedy="split it into several files"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise RecordingError(
            "not a recording: it is no text (UTF-8)", where=f"{where}:{line}",
            remedy=f"replay reads {FORMATS}",
        ) from None  # fmt: skip


def _unpacked(raw: bytes, where: str) -> bytes | None:
    try:
        with gzip.GzipFile(fileobj=BytesIO(raw)) as packed:
            found = packed.read(LIMIT + 1)
    except (OSError, EOFError, zlib.error):
        raise RecordingError("not a recording: its gzip is damaged", where=where) from None
    return found if len(found) <= LIMIT else None


def load_json(text: str, where: str, *, line: int = 0) -> Any:
    """Return a JSON text's value; `line` is added to the number of the line that is wrong."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise unreadable(
            f"{where}:{error.lineno + line}", f"not valid JSON: {error.msg}", tried="JSON"
        ) from None
    except RecursionError:
        raise unreadable(where, "nested too deeply", tried="JSON") from None


def load_yaml(text: str, where: str) -> Any:
    """Return a YAML text's value; raises RecordingError with the line that is wrong."""
    try:
        value = yaml.load(text, _Loader)
    except yaml.constructor.ConstructorError as error:
        mark = error.problem_mark
        place = where if mark is None else f"{where}:{mark.line + 1}"
        raise unreadable(
            place, f"YAML that is not plain data: {error.problem}", tried="YAML",
            remedy="a recording is data: objects of a program are never loaded",
        ) from None  # fmt: skip
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = where if mark is None else f"{where}:{mark.line + 1}"
        problem = getattr(error, "problem", None) or str(error)
        raise unreadable(place, f"not valid YAML: {problem}", tried="YAML") from None
    except RecursionError:
        raise unreadable(where, "nested too deeply", tried="YAML") from None
    _refuse_bombs(value, where)
    return value


def _refuse_bombs(value: Any, where: str) -> None:
    """Raise RecordingError for aliases that make a small file stand for a huge value, or an endless one."""
    sizes: dict[int, int] = {}

    def size(node: Any) -> int:
        if not isinstance(node, (dict, list)):
            return 1
        known = sizes.get(id(node))
        if known is not None:
            if known == 0:
                raise RecursionError
            return known
        sizes[id(node)] = 0
        members = node.values() if isinstance(node, dict) else node
        total = sizes[id(node)] = 1 + sum(map(size, members))
        return total

    try:
        if size(value) <= _EXPANSION:
            return
        why = f"its aliases stand for more than {_EXPANSION:,} values"
    except RecursionError:
        why = "nested too deeply, or in itself"
    raise unreadable(where, why, tried="YAML", remedy="a recording needs no such aliases")


def line_of(text: str, *steps: str | int) -> int:
    """Return the line (1-based) of what stands at `steps` in a YAML or JSON text, 1 where unknown."""
    try:
        node = yaml.compose(text, _Loader)
    except (yaml.YAMLError, RecursionError):
        return 1
    line = 1
    for step in steps:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((v for k, v in node.value if k.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
        if found is None:
            break
        node = found
        line = node.start_mark.line + 1
    return line
