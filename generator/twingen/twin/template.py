"""Templates: JSON values with expressions in their strings.

In a string `{expression}` is replaced; a string that is one expression alone yields that expression's
value as it is, and `{nothing}` leaves the key or list member out. `{{` and `}}` stand for braces.
Three directives shape objects and lists: `$each`/`as`/`give` (with `key`: an object),
`$if`/`then`/`else`, `$merge`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from twingen.errors import ExpressionError
from twingen.twin.expression import Evaluate, compile_expression, parts_of
from twingen.twin.functions import FUNCTIONS, NOTHING, plain

# What changes between two requests that see the same record at the same address.
_VOLATILE = frozenset(
    {"body", "query", "path", "args", "headers", "method", "now", "epoch", "world", "credential",
     "input", "media", "before"}
)  # fmt: skip
_STEADY_CALLS = frozenset({*FUNCTIONS, "url", "hash", "iso"})


def volatile(node: Any) -> bool:
    """Return whether a template may give another value for the same record in another request."""
    if isinstance(node, str):
        if "{" not in node:
            return False
        for part in split_template(node):
            if not isinstance(part, str):
                names, calls = parts_of(part[0])
                if names & _VOLATILE or calls - _STEADY_CALLS:
                    return True
        return False
    if isinstance(node, Mapping):
        if "$each" in node or "$if" in node:
            return True
        return any(volatile(key) or volatile(value) for key, value in node.items())
    if isinstance(node, list):
        return any(volatile(item) for item in node)
    return False


def split_template(text: str) -> list[str | tuple[str]]:
    """Cut a template string into literal texts and one-tuples of expressions."""
    parts: list[str | tuple[str]] = []
    literal: list[str] = []
    index, size = 0, len(text)
    while index < size:
        char = text[index]
        if char in "{}" and text[index : index + 2] == char * 2:
            literal.append(char)
            index += 2
        elif char == "{":
            end = _closing(text, index)
            if literal:
                parts.append("".join(literal))
                literal = []
            parts.append((text[index + 1 : end],))
            index = end + 1
        else:
            literal.append(char)
            index += 1
    if literal:
        parts.append("".join(literal))
    return parts


def _closing(text: str, start: int) -> int:
    depth, quote = 0, ""
    for index in range(start, len(text)):
        char = text[index]
        if quote:
            if char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return index
    raise ExpressionError(
        f"a brace is never closed in template\n    {text}", remedy="write {{ for a literal brace"
    )


def compile_template(
    node: Any, names: frozenset[str] | None = None, *, parameters: bool = False
) -> Evaluate:
    """Return the function of a scope that builds the JSON value `node` describes."""
    constant, value, evaluate = _template(node, names)
    if constant:
        return _Constant(value)
    assert evaluate is not None
    return evaluate


class _Constant:
    """A template without expressions; its value is shared, so nobody may change it in place."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __call__(self, scope: Any) -> Any:
        return self.value


_Compiled = tuple[bool, Any, Evaluate | None]


def _template(node: Any, names: frozenset[str] | None) -> _Compiled:
    if isinstance(node, str):
        return _string(node, names)
    if isinstance(node, Mapping):
        if "$each" in node:
            return False, None, _each(node, names)
        if "$if" in node:
            return False, None, _choice(node, names)
        if "$merge" in node:
            return False, None, _merge(node, names)
        return _object(node, names)
    if isinstance(node, list):
        return _list(node, names)
    return True, node, None


def _string(text: str, names: frozenset[str] | None) -> _Compiled:
    if "{" not in text and "}" not in text:
        return True, text, None
    parts = split_template(text)
    if all(isinstance(part, str) for part in parts):
        return True, "".join(part for part in parts if isinstance(part, str)), None
    if len(parts) == 1:
        return False, None, compile_expression(parts[0][0], names)
    pieces = [part if isinstance(part, str) else compile_expression(part[0], names) for part in parts]

    def evaluate(scope: Any) -> str:
        return "".join(
            [piece if isinstance(piece, str) else text_of(piece(scope)) for piece in pieces]
        )

    return False, None, evaluate


def text_of(value: Any) -> str:
    """Return a value as it reads inside a longer string."""
    if isinstance(value, str):
        return value
    if value is None or value is NOTHING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(value, separators=(",", ":"), default=str)


def _object(node: Mapping[str, Any], names: frozenset[str] | None) -> _Compiled:
    entries = [(str(key), _template(value, names)) for key, value in node.items()]
    if all(entry[0] for _, entry in entries) and not any("{" in key or "}" in key for key, _ in entries):
        return True, {key: entry[1] for key, entry in entries}, None
    compiled = []
    for key, (constant, value, evaluate) in entries:
        name = _string(key, names)
        compiled.append((name[1] if name[0] else name[2], constant, value, evaluate))

    def build(scope: Any) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, constant, value, evaluate in compiled:
            if not constant:
                value = evaluate(scope)  # type: ignore[misc]
                if value is NOTHING:
                    continue
            result[key if isinstance(key, str) else text_of(key(scope))] = value  # type: ignore[misc]
        return result

    return False, None, build


def _list(node: list[Any], names: frozenset[str] | None) -> _Compiled:
    entries = [_template(value, names) for value in node]
    if all(entry[0] for entry in entries):
        return True, [entry[1] for entry in entries], None

    def build(scope: Any) -> list[Any]:
        values = [
            value if constant else evaluate(scope)  # type: ignore[misc]
            for constant, value, evaluate in entries
        ]
        return [value for value in values if value is not NOTHING]

    return False, None, build


def _each(node: Mapping[str, Any], names: frozenset[str] | None) -> Evaluate:
    _only(node, {"$each", "as", "give", "key", "when"})
    source = compile_expression(str(node["$each"]), names)
    name = str(node.get("as", "each"))
    inner = None if names is None else names | {name}
    give = compile_template(node.get("give", f"{{{name}}}"), inner)
    when = compile_expression(str(node["when"]), inner) if "when" in node else None
    if "key" in node:
        return _each_named(source, name, compile_template(node["key"], inner), give, when)

    def build(scope: Any) -> list[Any]:
        result = []
        for member in _members(source(scope)):
            inside = scope.having(name, member)
            if when is None or when(inside):
                value = give(inside)
                if value is not NOTHING:
                    result.append(value)
        return result

    return build


def _members(value: Any) -> Iterable[Any]:
    """Return what `$each` goes over: the members of a list, the keys of an object."""
    return value if isinstance(value, Iterable) and not isinstance(value, (str, bytes)) else ()


def _each_named(
    source: Evaluate, name: str, key: Evaluate, give: Evaluate, when: Evaluate | None
) -> Evaluate:
    """Return what builds an object: a member named `key` for each member of a list."""

    def build(scope: Any) -> dict[str, Any]:
        result = {}
        for member in _members(source(scope)):
            inside = scope.having(name, member)
            if when is None or when(inside):
                value = give(inside)
                if value is not NOTHING:
                    result[text_of(key(inside))] = value
        return result

    return build


def _choice(node: Mapping[str, Any], names: frozenset[str] | None) -> Evaluate:
    _only(node, {"$if", "then", "else"})
    condition = compile_expression(str(node["$if"]), names)
    then = compile_template(node.get("then", "{nothing}"), names)
    otherwise = compile_template(node.get("else", "{nothing}"), names)
    return lambda scope: then(scope) if condition(scope) else otherwise(scope)


def _merge(node: Mapping[str, Any], names: frozenset[str] | None) -> Evaluate:
    _only(node, {"$merge"})
    if not isinstance(node["$merge"], list):
        raise ExpressionError("$merge takes a list of objects")
    parts = [compile_template(part, names) for part in node["$merge"]]

    def build(scope: Any) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for part in parts:
            value = part(scope)
            if value is None or value is NOTHING:
                continue
            result.update(plain(value))
        return result

    return build


def _only(node: Mapping[str, Any], allowed: set[str]) -> None:
    extra = sorted(set(node) - allowed)
    if extra:
        raise ExpressionError(
            f"{extra[0]!r} stands beside {next(k for k in node if k.startswith('$'))!r}",
            remedy=f"keys that belong together: {', '.join(sorted(allowed))}",
        )
