"""The small language in which a twin computes: expressions, and templates that hold them.

An *expression* is a subset of Python's: names, attributes (`user.profile.login`; a missing key is
None), subscripts, literals, `and or not`, comparisons, `in`, arithmetic, `x if c else y` and calls
of the functions in `FUNCTIONS`. It is parsed with `ast`, checked against an allow-list, rewritten so
that nothing raises on absent values, and compiled once.

A *template* is any JSON value. In its strings `{expression}` is replaced; a string that is one
expression alone yields that expression's value as it is, and `{nothing}` leaves the key or list
member out. `{{` and `}}` stand for braces. Three directives shape objects and lists:
`$each`/`as`/`give` (with `key`: an object), `$if`/`then`/`else`, `$merge`.
"""

from __future__ import annotations

import ast
import json
import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from typing import Any

from twingen.errors import ExpressionError
from twingen.twin.functions import CONTEXT_FUNCTIONS, FUNCTIONS, NOTHING, OPERATORS, plain

Evaluate = Callable[[Any], Any]

_COMPARE = {
    ast.Eq: "_eq", ast.NotEq: "_ne", ast.Lt: "_lt", ast.LtE: "_le", ast.Gt: "_gt", ast.GtE: "_ge",
    ast.In: "_in", ast.NotIn: "_not_in", ast.Is: "_is", ast.IsNot: "_is_not",
}  # fmt: skip
_BINARY = {
    ast.Add: "_add", ast.Sub: "_sub", ast.Mult: "_mul", ast.Div: "_div", ast.FloorDiv: "_floordiv",
    ast.Mod: "_mod",
}  # fmt: skip
_KNOWN = {
    "body", "query", "path", "args", "headers", "method", "now", "epoch", "base", "nothing",
    "world", "credential", "record", "before", "input", "media", "true", "false", "null",
}  # fmt: skip
_LITERAL_NAMES = {"true": True, "false": False, "null": None}


class _Rewriter(ast.NodeTransformer):
    """Turns a checked expression into calls that tolerate absent values."""

    def __init__(self, text: str):
        self.text = text
        self.names: set[str] = set()
        self.calls: set[str] = set()

    def fail(self, node: ast.AST, why: str) -> ExpressionError:
        column = getattr(node, "col_offset", 0)
        pointer = " " * column + "^"
        return ExpressionError(f"{why} in expression\n    {self.text}\n    {pointer}")

    def visit(self, node: ast.AST) -> Any:
        method = getattr(self, f"visit_{type(node).__name__}", None)
        if method is None:
            raise self.fail(node, f"{type(node).__name__} is not part of the language")
        return method(node)

    def visit_Expression(self, node: ast.Expression) -> ast.Expression:
        return ast.Expression(body=self.visit(node.body))

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, (str, int, float, bool, type(None))):
            raise self.fail(node, f"a {type(node.value).__name__} literal is not allowed")
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in _LITERAL_NAMES:
            return ast.Constant(_LITERAL_NAMES[node.id])
        if node.id == "nothing":
            return ast.Name("_nothing", ast.Load())
        if node.id.startswith("_"):
            raise self.fail(node, f"a name may not start with an underscore: {node.id}")
        self.names.add(node.id)
        return ast.Attribute(ast.Name("_s", ast.Load()), node.id, ast.Load())

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self.call("_get", self.visit(node.value), ast.Constant(node.attr))

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if isinstance(node.slice, ast.Slice):
            bounds = [
                self.visit(part) if part is not None else ast.Constant(None)
                for part in (node.slice.lower, node.slice.upper)
            ]
            return self.call("_slice", self.visit(node.value), *bounds)
        return self.call("_item", self.visit(node.value), self.visit(node.slice))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        return ast.BoolOp(node.op, [self.visit(value) for value in node.values])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        if isinstance(node.op, ast.Not):
            return ast.UnaryOp(node.op, self.visit(node.operand))
        if isinstance(node.op, ast.USub):
            return self.call("_neg", self.visit(node.operand))
        raise self.fail(node, "this operator is not part of the language")

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        name = _BINARY.get(type(node.op))
        if name is None:
            raise self.fail(node, "this operator is not part of the language")
        return self.call(name, self.visit(node.left), self.visit(node.right))

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        tests: list[ast.expr] = []
        left: Any = self.visit(node.left)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.visit(comparator)
            tests.append(self.call(_COMPARE[type(op)], left, right))
            left = right
        return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        return ast.IfExp(self.visit(node.test), self.visit(node.body), self.visit(node.orelse))

    def visit_List(self, node: ast.List) -> ast.AST:
        return ast.List([self.visit(item) for item in node.elts], ast.Load())

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        return ast.List([self.visit(item) for item in node.elts], ast.Load())

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        if any(key is None for key in node.keys):
            raise self.fail(node, "** is not part of the language")
        return ast.Dict(
            [self.visit(key) for key in node.keys if key is not None],
            [self.visit(value) for value in node.values],
        )

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not isinstance(node.func, ast.Name):
            raise self.fail(node, "only the language's functions can be called")
        name = node.func.id
        if name not in FUNCTIONS and name not in CONTEXT_FUNCTIONS:
            raise self.fail(node, f"there is no function {name}(){_nearest(name)}")
        self.calls.add(name)
        arguments: list[Any] = [self.visit(argument) for argument in node.args]
        if name in CONTEXT_FUNCTIONS:
            arguments.insert(0, ast.Name("_s", ast.Load()))
        keywords = []
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self.fail(node, "** is not part of the language")
            keywords.append(ast.keyword(keyword.arg, self.visit(keyword.value)))
        if name in FUNCTIONS and not _takes(name, len(arguments), [k.arg for k in node.keywords]):
            raise self.fail(node, f"{name}() does not take these arguments")
        return ast.Call(ast.Name(f"_f_{name}", ast.Load()), arguments, keywords)

    def call(self, name: str, *arguments: Any) -> ast.expr:
        return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _takes(name: str, count: int, keywords: list[str | None]) -> bool:
    """Return whether a function takes so many arguments, and others by these names."""
    try:
        signature(FUNCTIONS[name]).bind(*range(count), **{str(word): None for word in keywords})
    except TypeError:
        return False
    return True


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, [*FUNCTIONS, *CONTEXT_FUNCTIONS], 1)
    return f"; did you mean {close[0]}()?" if close else ""


_GLOBALS: dict[str, Any] = {
    "__builtins__": {},
    "_nothing": NOTHING,
    **{f"_{name}": function for name, function in OPERATORS.items()},
    **{f"_f_{name}": function for name, function in FUNCTIONS.items()},
    **{f"_f_{name}": function for name, function in CONTEXT_FUNCTIONS.items()},
}
_LIMIT = 4_000
_compiled: dict[str, tuple[Evaluate, frozenset[str], frozenset[str]]] = {}
# What changes between two requests that see the same record at the same address.
_VOLATILE = frozenset(
    {"body", "query", "path", "args", "headers", "method", "now", "epoch", "world", "credential",
     "input", "media", "before"}
)  # fmt: skip
_STEADY_CALLS = frozenset({*FUNCTIONS, "url", "hash", "iso"})


def compile_expression(text: str, names: frozenset[str] | None = None) -> Evaluate:
    """Return the function of a scope that `text` denotes.

    `names` are the names beside the language's own that may occur (None: any).
    Raises ExpressionError, with the place, for what is not in the language.
    """
    found = _compiled.get(text)
    if found is None:
        found = _compiled[text] = _compile(text)
    evaluate, used, _ = found
    if names is not None:
        unknown = sorted(used - _KNOWN - names)
        if unknown:
            raise ExpressionError(
                f"unknown name {unknown[0]!r} in expression\n    {text}",
                remedy=f"names that mean something here: {', '.join(sorted(_KNOWN | names))}",
            )
    return evaluate


_KEYWORD_MEMBER = re.compile(
    r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|\.({})\b""".format("|".join(keyword.kwlist))
)


def _members_quoted(text: str) -> str:
    """Write members that are Python's own words (`query.from`) as subscripts."""
    return _KEYWORD_MEMBER.sub(lambda m: m.group(1) or f"['{m.group(2)}']", text)


def _compile(text: str) -> tuple[Evaluate, frozenset[str], frozenset[str]]:
    if len(text) > _LIMIT:
        raise ExpressionError(f"an expression of {len(text)} characters (at most {_LIMIT})")
    try:
        tree = ast.parse(_members_quoted(text.strip()), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or str(error) or "too deep"
        raise ExpressionError(f"{reason} in expression\n    {text}") from None
    rewriter = _Rewriter(text.strip())
    try:
        return _rewritten(rewriter, tree)
    except (RecursionError, MemoryError):
        raise ExpressionError(f"nested too deeply in expression\n    {text}") from None


def _rewritten(
    rewriter: _Rewriter, tree: ast.Expression
) -> tuple[Evaluate, frozenset[str], frozenset[str]]:
    body = rewriter.visit(tree)
    function = ast.Expression(
        ast.Lambda(
            ast.arguments(
                posonlyargs=[], args=[ast.arg("_s")], kwonlyargs=[], kw_defaults=[], defaults=[]
            ),
            body.body,
        )
    )
    code = compile(ast.fix_missing_locations(function), "<twin>", "eval")
    evaluate: Evaluate = eval(code, _GLOBALS)  # noqa: S307 - only allow-listed nodes reach this
    return evaluate, frozenset(rewriter.names), frozenset(rewriter.calls)


def volatile(node: Any) -> bool:
    """Return whether a template may give another value for the same record in another request."""
    if isinstance(node, str):
        if "{" not in node:
            return False
        for part in split_template(node):
            if not isinstance(part, str):
                compile_expression(part[0])
                _, names, calls = _compiled[part[0]]
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
