"""Arazzo's runtime expressions: `$response.body#/id`, and texts with `{$inputs.name}` in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal

import orjson

from twingen.verify.scenarios.exchange import Exchange

Root = Literal[
    "url", "method", "statusCode", "request", "response", "inputs", "steps", "workflows",
    "sourceDescriptions", "components",
]  # fmt: skip
ROOTS: tuple[Root, ...] = (
    "url", "method", "statusCode", "request", "response", "inputs", "steps", "workflows",
    "sourceDescriptions", "components",
)  # fmt: skip
_ALONE = frozenset({"url", "method", "statusCode"})

# An expression inside a condition ends where a pointer cannot go on without being read wrongly.
TOKEN = re.compile(r"\$[A-Za-z]+(?:\.[A-Za-z0-9_-]+|\[\d+\])*(?:#(?:/[^\s()<>=!&|{}]*)?)?")
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")
_PART = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]")


class Missing:
    """There is no such value."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Expression:
    """`parts` follow the root, `pointer` (None without `#`) is applied at the end."""

    text: str
    root: Root
    parts: tuple[str | int, ...]
    pointer: tuple[str, ...] | None

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, kw_only=True)
class Scope:
    """What expressions see while a workflow runs; `exchange` is the request at hand."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    workflows: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    exchange: Exchange | None = None


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Return the expression that the whole of `text` is; raises ValueError that says what it is not."""
    if not TOKEN.fullmatch(text):
        raise ValueError(f"{text!r} is no runtime expression")
    head, mark, tail = text.partition("#")
    name = re.match(r"\$([A-Za-z]+)", head)
    assert name is not None
    root = next((known for known in ROOTS if known == name.group(1)), None)
    if root is None:
        close = get_close_matches(name.group(1), ROOTS, 1, 0.5)
        hint = f"did you mean ${close[0]}?" if close else f"there are ${', $'.join(ROOTS)}"
        raise ValueError(f"there is no ${name.group(1)} among the runtime expressions: {hint}")
    found = _PART.findall(head[name.end() :])
    parts = tuple(part or int(index) for part, index in found)
    _check(text, root, parts, bool(mark))
    pointer = tuple(unescaped(step) for step in tail.split("/")[1:]) if mark else None
    return Expression(text, root, parts, pointer)


def _check(text: str, root: Root, parts: tuple[str | int, ...], pointed: bool) -> None:
    """Raise ValueError for what no root offers."""
    first = parts[0] if parts else ""
    if root in _ALONE:
        good = not parts and not pointed
    elif root == "request":
        good = first == "body" or (first in {"header", "query", "path"} and len(parts) >= 2)
    elif root == "response":
        good = first == "body" or (first == "header" and len(parts) == 2)
    elif root == "inputs":
        good = bool(parts)
    elif root == "steps":
        good = len(parts) >= 3 and parts[1] == "outputs"
    elif root == "workflows":
        good = len(parts) >= 3 and parts[1] in {"inputs", "outputs"}
    elif root == "sourceDescriptions":
        good = len(parts) == 2 and parts[1] == "url"
    else:
        good = len(parts) == 2 and first == "parameters"
    if not good:
        raise ValueError(f"{text!r} names nothing: {_FORMS[root]}")


_FORMS: Mapping[Root, str] = {
    "url": "$url stands alone",
    "method": "$method stands alone",
    "statusCode": "$statusCode stands alone",
    "request": "there are $request.header.NAME, .query.NAME, .path.NAME and $request.body#/POINTER",
    "response": "there are $response.header.NAME and $response.body#/POINTER",
    "inputs": "an input is $inputs.NAME",
    "steps": "an output is $steps.STEP.outputs.NAME",
    "workflows": "there are $workflows.ID.inputs.NAME and $workflows.ID.outputs.NAME",
    "sourceDescriptions": "there is $sourceDescriptions.NAME.url",
    "components": "there is $components.parameters.NAME",
}


def is_expression(text: str) -> bool:
    """Return whether a text is meant as one expression: it begins with `$` and a letter."""
    return len(text) > 1 and text[0] == "$" and text[1].isalpha()


def embedded(text: str) -> list[str]:
    """Return the expressions in braces inside a text."""
    return _EMBEDDED.findall(text) if "{$" in text else []


def expressions_in(value: Any) -> list[str]:
    """Return the expressions anywhere in a value, whole texts and embedded ones."""
    if isinstance(value, str):
        return [value] if is_expression(value) else embedded(value)
    if isinstance(value, dict):
        return [one for member in value.values() for one in expressions_in(member)]
    if isinstance(value, list):
        return [one for member in value for one in expressions_in(member)]
    return []


def evaluate(expression: Expression, scope: Scope) -> Any:
    """Return what an expression stands for, MISSING when there is nothing."""
    value, rest = _rooted(expression, scope)
    value = _follow(value, rest)
    return value if expression.pointer is None else point(value, expression.pointer)


def _rooted(expression: Expression, scope: Scope) -> tuple[Any, tuple[str | int, ...]]:
    parts, exchange = expression.parts, scope.exchange
    match expression.root:
        case "inputs":
            return scope.inputs, parts
        case "steps":
            return scope.steps.get(str(parts[0]), MISSING), parts[2:]
        case "workflows":
            return scope.workflows.get(str(parts[0]), {}).get(str(parts[1]), MISSING), parts[2:]
        case "sourceDescriptions":
            return scope.sources.get(str(parts[0]), MISSING), ()
        case "components":
            return scope.parameters, parts[1:]
    if exchange is None:
        return MISSING, ()
    match expression.root:
        case "url":
            return exchange.url, ()
        case "method":
            return exchange.method, ()
        case "statusCode":
            return MISSING if exchange.status is None else exchange.status, ()
        case "response" if parts[0] == "header":
            return _header(exchange.response_headers, str(parts[1])), ()
        case "response":
            return MISSING if exchange.status is None else exchange.answer, parts[1:]
        case _:
            return _requested(exchange, parts)


def _requested(exchange: Exchange, parts: tuple[str | int, ...]) -> tuple[Any, tuple[str | int, ...]]:
    match parts[0]:
        case "header":
            return _header(exchange.headers, str(parts[1])), ()
        case "query":
            return exchange.query, parts[1:]
        case "path":
            return exchange.path, parts[1:]
        case _:
            return exchange.payload, parts[1:]


def _header(headers: Mapping[str, str], name: str) -> Any:
    return headers.get(name.lower(), MISSING)


def _follow(value: Any, parts: tuple[str | int, ...]) -> Any:
    """Go from member to member; a name with dots in it wins over the members it seems to spell."""
    while parts:
        if isinstance(value, Mapping):
            for size in range(len(parts), 0, -1):
                name = ".".join(str(part) for part in parts[:size])
                if name in value:
                    value, parts = value[name], parts[size:]
                    break
            else:
                return MISSING
        elif isinstance(value, list) and str(parts[0]).isdigit() and int(parts[0]) < len(value):
            value, parts = value[int(parts[0])], parts[1:]
        else:
            return MISSING
    return value


def point(value: Any, pointer: tuple[str, ...]) -> Any:
    """Return what a JSON pointer, split and unescaped, leads to; MISSING when there is nothing."""
    for step in pointer:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


class Unresolved(Exception):
    """A request needs a value that is not there."""


def rendered(value: Any, scope: Scope, *, quoted: Callable[[str], str] = str) -> Any:
    """Return a value with its expressions evaluated; raises Unresolved where one has no value.

    A text that is one expression yields its value, of whatever type; inside a text an embedded
    one is written as text (objects and lists as JSON), through `quoted`.
    """
    if isinstance(value, str):
        if is_expression(value):
            return _found(value, scope)
        if "{$" in value:
            return _EMBEDDED.sub(lambda one: quoted(written(_found(one.group(1), scope))), value)
        return value
    if isinstance(value, dict):
        return {name: rendered(member, scope, quoted=quoted) for name, member in value.items()}
    if isinstance(value, list):
        return [rendered(member, scope, quoted=quoted) for member in value]
    return value


def _found(text: str, scope: Scope) -> Any:
    value = evaluate(parse(text), scope)
    if value is MISSING:
        raise Unresolved(f"{text} has no value")
    return value


def written(value: Any) -> str:
    """Return a value as it stands inside a text."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
