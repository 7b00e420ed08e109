"""JSON pointers (RFC 6901) into documents, and JSON paths (RFC 9535) into contract.json."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

MISSING: Any = object()

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def join(pointer: str, *tokens: str | int) -> str:
    return "/".join((pointer, *(escape(str(token)) for token in tokens)))


def split(pointer: str) -> tuple[str, ...]:
    return tuple(unescape(t) for t in pointer.split("/")[1:])


def of_fragment(reference: str) -> str:
    """Return the JSON pointer of a reference's fragment: `#/a%20b` → `/a b`."""
    return unquote(reference.partition("#")[2])


def step(node: Any, token: str) -> Any:
    """Return the value of `token` in a mapping or list, MISSING if there is none."""
    if isinstance(node, dict):
        return node.get(token, MISSING)
    if isinstance(node, list) and token.isdigit() and int(token) < len(node):
        return node[int(token)]
    return MISSING


def lookup(document: Any, pointer: str) -> Any:
    """Return what stands at `pointer`, following references on the way, MISSING if nothing does."""
    node, hops = document, 0
    tokens = list(split(pointer))
    while tokens:
        child = step(node, tokens[0])
        if child is MISSING:
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str) or not reference.startswith("#/") or hops > 50:
                return MISSING
            hops += 1
            tokens = [*split(of_fragment(reference)), *tokens]
            node = document
            continue
        node = child
        tokens.pop(0)
    return node


def json_path(tokens: Iterable[str | int]) -> str:
    """Return the JSON path of a chain of keys: `$.paths['/users'].get`."""
    parts = ["$"]
    for token in tokens:
        if isinstance(token, int):
            parts.append(f"[{token}]")
        elif _NAME.match(token):
            parts.append(f".{token}")
        else:
            quoted = token.replace("\\", "\\\\").replace("'", "\\'")
            parts.append(f"['{quoted}']")
    return "".join(parts)
