"""Reading and writing a twin's YAML: fast to load, with line numbers when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from twingen.errors import DamagedTwinError

_DEEPEST = 100
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FastDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Loader(_Fast):  # type: ignore[misc]
    """YAML 1.2's core types: no dates, no `yes`/`no`, no octal or sexagesimal numbers."""


    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Keys are texts, as in JSON, and stand once each."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key that is no text", key.start_mark
                )
            if key.tag == "tag:yaml.org,2002:merge":
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is given twice", key.start_mark
                )
            seen.add(key.value)
            key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


_NUMBER = r"^[-+]?(?:[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$"
_RESOLVERS: tuple[tuple[str, str, str | list[str]], ...] = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", _NUMBER, "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^<<$", "<"),
)
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def load(text: str, file: str) -> Any:
    """Return what a YAML text says; raises DamagedTwinError with file and line if it does not parse."""
    try:
        value = yaml.load(text, _Loader)
        if isinstance(value, (dict, list)):
            _shallow(value)
        return value
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark is not None else file
        problem = getattr(error, "problem", None) or str(error)
        shown = ""
        if mark is not None:
            lines = text.splitlines()
            if mark.line < len(lines):
                shown = f"\n    {lines[mark.line]}"
        raise DamagedTwinError(f"not valid YAML: {problem}{shown}", where=where) from None
    except RecursionError:
        raise DamagedTwinError("not valid YAML: nested too deeply, or in itself", where=file) from None


def _shallow(value: Any, depth: int = 0) -> None:
    """Raise RecursionError for a value nested too deeply, or without end."""
    if depth > _DEEPEST:
        raise RecursionError
    for member in value.values() if isinstance(value, dict) else value:
        if isinstance(member, (dict, list)):
            _shallow(member, depth + 1)


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line (1-based) of the value at `path`, or of its key; 0 when it cannot be told."""
    try:
        node: Any = yaml.compose(text, _Loader)
    except yaml.YAMLError:
        return 0
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == str(step):
                    line, node = name.start_mark.line + 1, value
                    break
            else:
                return line
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                return line
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line


class _Dumper(_FastDumper):  # type: ignore[misc]
    """Block style, short scalars plain, long texts folded; sequences of scalars inline."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


# A plain scalar must read back as the same string under the loader above (and under YAML 1.1).
_Dumper.yaml_implicit_resolvers = {
    first: list(known) for first, known in _Dumper.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _first in _RESOLVERS[1:3]:
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _list(dumper: Any, data: list[Any]) -> Any:
    flow = all(not isinstance(item, (dict, list)) for item in data) and (
        sum(len(str(item)) + 2 for item in data) < 80
    )
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flow)


def _mapping(dumper: Any, data: dict[str, Any]) -> Any:
    small = (
        0 < len(data) <= 4
        and all(not isinstance(value, (dict, list)) for value in data.values())
        and sum(len(str(key)) + len(str(value)) + 4 for key, value in data.items()) < 64
        and all("\n" not in str(value) for value in data.values())
    )
    return dumper.represent_mapping(
        "tag:yaml.org,2002:map", data.items(), flow_style=small or not data
    )


_Dumper.add_representer(list, _list)
_Dumper.add_representer(tuple, lambda dumper, data: _list(dumper, list(data)))
_Dumper.add_representer(dict, _mapping)


def dump(value: Any) -> str:
    """Return `value` as canonical YAML: given key order, block style, width 100."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, default_flow_style=False
    )
    return text


__all__ = ["dump", "line_of", "load"]
