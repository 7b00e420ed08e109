"""Where a JSON pointer stands in the text of a file."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from twingen.ingest.pointers import escape, split

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:\n]', re.DOTALL)


def json_lines(text: str, depth: int | None) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Return the lines of pointers in JSON down to `depth`, and the keys that are given twice."""
    lines: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    line = 1
    # Each open value: [pointer, next index or None in an object, a key is expected].
    stack: list[list[Any]] = []
    pointer = ""
    for match in _TOKEN.finditer(text):
        token = match.group()
        first = token[0]
        if first == "\n":
            line += 1
        elif first == '"':
            if stack and stack[-1][2]:
                stack[-1][2] = False
                if depth is None or len(stack) <= depth:
                    key = json.loads(token)
                    pointer = f"{stack[-1][0]}/{escape(key)}"
                    if pointer in lines:
                        repeated.append((pointer, line))
                    lines[pointer] = line
        elif first in "{[":
            if stack and stack[-1][1] is not None:
                pointer = _item(stack[-1], lines, line, depth, len(stack))
            stack.append([pointer, None if first == "{" else 0, first == "{"])
        elif first in "}]":
            if stack:
                stack.pop()
        elif first == "," and stack and stack[-1][1] is None:
            stack[-1][2] = True
    return lines, repeated


def _item(top: list[Any], lines: dict[str, int], line: int, depth: int | None, level: int) -> str:
    pointer = f"{top[0]}/{top[1]}"
    top[1] += 1
    if depth is None or level <= depth:
        lines[pointer] = line
    return pointer


def yaml_line(node: Any, pointer: str) -> int | None:
    """Return the line of `pointer` under a composed YAML node, or of its nearest parent."""
    line: int | None = None
    for token in split(pointer):
        if isinstance(node, yaml.MappingNode):
            for key, child in node.value:
                if key.value == token:
                    line, node = key.start_mark.line + 1, child
                    break
            else:
                return line
        elif isinstance(node, yaml.SequenceNode) and token.isdigit():
            if int(token) >= len(node.value):
                return line
            node = node.value[int(token)]
            line = node.start_mark.line + 1
        else:
            return line
    return line
