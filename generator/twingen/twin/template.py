"""Templates: JSON values with expressions in their strings.

In a string `{expression}` is replaced; a string that is one expression alone yields that expression's
value as it is, and `{nothing}` leaves the key or list member out. `{{` and `}}` stand for braces.
Three directives shape objects and lists: `$each`/`as`/`give` (with `key`: an object),
`$if`/`then`/`else`, `$merge`.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from twingen.errors import ExpressionError
from twingen.twin.expression import Evaluate, compile_expression, compiled, function_of, if_type
from twingen.twin.functions import FUNCTIONS, NOTHING, plain

# What changes between two requests that see the same record at the same address.
_VOLATILE = frozenset(
    {"body", "query", "path", "args", "headers", "method", "now", "epoch", "world", "credential",
     "input", "media", "before"}
)  # fmt: skip
_STEADY_CALLS = frozenset({*FUNCTIONS, "url", "iso"})


def used(node: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names and the functions in the strings of a template."""
    names: set[str] = set()
    calls: set[str] = set()
    for text in _strings(node):
        for part in split_template(text) if "{" in text else ():
            if not isinstance(part, str):
                found = compiled(part[0])
                names |= found.names
                calls |= found.calls
    return frozenset(names), frozenset(calls)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(node, list):
        for member in node:
            yield from _strings(member)


def volatile(node: Any) -> bool:
    """Return whether a template may give another value for the same record in another request."""
    if any("$each" in part or "$if" in part for part in _objects(node)):
        return True
    names, calls = used(node)
    return bool(names & _VOLATILE or calls - _STEADY_CALLS)


def _objects(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
    if isinstance(node, (Mapping, list)):
        for member in node.values() if isinstance(node, Mapping) else node:
            yield from _objects(member)


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
    node: Any, names: frozenset[str] | None = None
) -> Evaluate:
    """Return the function of a scope that builds the JSON value `node` describes."""
    values: dict[str, Any] = {
        "_text": text_of, "_kept": _kept, "_members": _kept_members, "_merged": _merged,
    }  # fmt: skip
    tree = _template(node, names, values)
    if isinstance(tree, _Fixed):
        return _Constant(tree.value)
    return function_of(tree, values)


class _Constant:
    """A template without expressions; its value is shared, so nobody may change it in place."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __call__(self, scope: Any) -> Any:
        return self.value


class _Fixed:
    """What needs no evaluation."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value


# What a template comes to: a value, or the syntax tree of an expression that builds it.
_Tree = _Fixed | ast.expr
_Names = frozenset[str] | None


def _template(node: Any, names: _Names, values: dict[str, Any]) -> _Tree:
    """Return what a template comes to; functions and values that its tree needs go into `values`."""
    if isinstance(node, str):
        return _string(node, names)
    if isinstance(node, Mapping):
        if "$each" in node:
            return _called(_each(node, names), values)
        if "$if" in node:
            return _choice(node, names, values)
        if "$merge" in node:
            return _merge(node, names, values)
        if any("{" in str(key) or "}" in str(key) for key in node):
            return _called(_named_freely(node, names), values)
        return _object(node, names, values)
    if isinstance(node, list):
        return _list(node, names, values)
    return _Fixed(node)


def _called(function: Evaluate, values: dict[str, Any]) -> ast.expr:
    name = f"_c{len(values)}"
    values[name] = function
    return ast.Call(ast.Name(name, ast.Load()), [ast.Name("_s", ast.Load())], [])


def _tree(part: _Tree, values: dict[str, Any]) -> ast.expr:
    if not isinstance(part, _Fixed):
        return part
    if part.value is None or isinstance(part.value, (str, bool, int, float)):
        return ast.Constant(part.value)
    name = f"_k{len(values)}"
    values[name] = part.value
    return ast.Name(name, ast.Load())


def _string(text: str, names: _Names) -> _Tree:
    if "{" not in text and "}" not in text:
        return _Fixed(text)
    parts = split_template(text)
    if all(isinstance(part, str) for part in parts):
        return _Fixed("".join(part for part in parts if isinstance(part, str)))
    if len(parts) == 1:
        return compiled(parts[0][0], names).tree
    pieces: list[ast.expr] = [
        ast.Constant(part)
        if isinstance(part, str)
        else ast.FormattedValue(_inside_text(compiled(part[0], names).tree), -1)
        for part in parts
    ]
    return ast.JoinedStr(pieces)


def _inside_text(tree: ast.expr) -> ast.expr:
    if isinstance(tree, ast.Constant):
        return ast.Constant(text_of(tree.value))
    known = ast.Name("_t", ast.Load())
    return if_type("_str", tree, known, ast.Call(ast.Name("_text", ast.Load()), [known], []))


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


def _object(node: Mapping[str, Any], names: _Names, values: dict[str, Any]) -> _Tree:
    entries = [(str(key), _template(value, names, values)) for key, value in node.items()]
    if all(isinstance(part, _Fixed) for _, part in entries):
        return _Fixed({key: part.value for key, part in entries if isinstance(part, _Fixed)})
    whole = ast.Dict(
        [ast.Constant(key) for key, _ in entries], [_tree(part, values) for _, part in entries]
    )
    if all(_surely_there(part) for _, part in entries):
        return whole
    return ast.Call(ast.Name("_kept", ast.Load()), [whole], [])


def _surely_there(part: _Tree) -> bool:
    """Return whether a part can never come to nothing."""
    return isinstance(part, (_Fixed, ast.JoinedStr, ast.Dict, ast.List, ast.Constant)) or (
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Name)
        and part.func.id in {"_kept", "_members", "_merged"}
    )


def _kept(members: dict[str, Any]) -> dict[str, Any]:
    """Return an object without the members that are nothing."""
    for value in members.values():
        if value is NOTHING:
            return {name: value for name, value in members.items() if value is not NOTHING}
    return members


def _named_freely(node: Mapping[str, Any], names: _Names) -> Evaluate:
    """Return the function that builds an object whose keys hold expressions."""
    entries = [
        (compile_template(str(key), names), compile_template(value, names)) for key, value in node.items()
    ]

    def build(scope: Any) -> dict[str, Any]:
        built = [(text_of(key(scope)), value(scope)) for key, value in entries]
        return {key: value for key, value in built if value is not NOTHING}

    return build


def _list(node: list[Any], names: _Names, values: dict[str, Any]) -> _Tree:
    parts = [_template(value, names, values) for value in node]
    if all(isinstance(part, _Fixed) for part in parts):
        return _Fixed([part.value for part in parts if isinstance(part, _Fixed)])
    whole = ast.List([_tree(part, values) for part in parts], ast.Load())
    if all(_surely_there(part) for part in parts):
        return whole
    return ast.Call(ast.Name("_members", ast.Load()), [whole], [])


def _kept_members(members: list[Any]) -> list[Any]:
    return [value for value in members if value is not NOTHING]


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


def _choice(node: Mapping[str, Any], names: _Names, values: dict[str, Any]) -> ast.expr:
    _only(node, {"$if", "then", "else"})
    then, otherwise = (
        _tree(_template(node.get(branch, "{nothing}"), names, values), values) for branch in ("then", "else")
    )
    return ast.IfExp(compiled(str(node["$if"]), names).tree, then, otherwise)


def _merge(node: Mapping[str, Any], names: _Names, values: dict[str, Any]) -> ast.expr:
    _only(node, {"$merge"})
    if not isinstance(node["$merge"], list):
        raise ExpressionError("$merge takes a list of objects")
    parts = [_tree(_template(part, names, values), values) for part in node["$merge"]]
    return ast.Call(ast.Name("_merged", ast.Load()), parts, [])


def _merged(*parts: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for value in parts:
        if type(value) is dict:
            result.update(value)
        elif value is not None and value is not NOTHING:
            result.update(plain(value))
    return result


def _only(node: Mapping[str, Any], allowed: set[str]) -> None:
    extra = sorted(set(node) - allowed)
    if extra:
        raise ExpressionError(
            f"{extra[0]!r} stands beside {next(k for k in node if k.startswith('$'))!r}",
            remedy=f"keys that belong together: {', '.join(sorted(allowed))}",
        )
