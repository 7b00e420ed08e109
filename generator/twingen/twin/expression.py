"""The small language in which a twin computes: expressions (templates around them are in template.py).

An *expression* is a subset of Python's: names, attributes (`user.profile.login`; a missing key is
None), subscripts, literals, `and or not`, comparisons, `in`, arithmetic, `x if c else y` and calls
of the functions in `FUNCTIONS`. It is parsed with `ast`, checked against an allow-list, rewritten so
that nothing raises on absent values, and compiled once.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, NamedTuple

from twingen.errors import ExpressionError
from twingen.twin.functions import CONTEXT_FUNCTIONS, FUNCTIONS, NOTHING, OPERATORS

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
# Names that cost nothing to look up: a function fetches each once, before it computes.
_FETCHED = frozenset({"record", "before", "body", "query", "path", "args", "input", "base"})
_SCOPE = "_s"
_LOCAL = "_n_"


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
        if node.id in _FETCHED:
            return ast.Name(_LOCAL + node.id, ast.Load())
        return ast.Attribute(ast.Name(_SCOPE, ast.Load()), node.id, ast.Load())

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        value, name = self.visit(node.value), ast.Constant(node.attr)
        if isinstance(value, ast.Name) and value.id in _ROWS:
            return self.call("_get", value, name)
        # Most are members of plain objects, which are read without a call.
        known = ast.Name("_t", ast.Load())
        member = ast.Call(ast.Attribute(known, "get", ast.Load()), [name], [])
        absent = ast.Compare(known, [ast.Is()], [ast.Constant(None)])
        otherwise = ast.IfExp(absent, ast.Constant(None), self.call("_get", known, name))
        return if_type("_dict", value, member, otherwise)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if isinstance(node.slice, ast.Slice):
            bounds = [
                self.visit(part) if part is not None else ast.Constant(None)
                for part in (node.slice.lower, node.slice.upper)
            ]
            return _folded(self.call("_slice", self.visit(node.value), *bounds))
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
        return _folded(self.call(name, self.visit(node.left), self.visit(node.right)))

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        tests: list[ast.expr] = []
        left: Any = self.visit(node.left)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.visit(comparator)
            tests.append(_simpler(op, left, right) or self.call(_COMPARE[type(op)], left, right))
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
        keywords = []
        for argument in node.keywords:
            if argument.arg is None:
                raise self.fail(node, "** is not part of the language")
            keywords.append(ast.keyword(argument.arg, self.visit(argument.value)))
        if name in FUNCTIONS and not _takes(name, len(arguments), [k.arg for k in node.keywords]):
            raise self.fail(node, f"{name}() does not take these arguments")
        if name in CONTEXT_FUNCTIONS:
            method = ast.Attribute(ast.Name(_SCOPE, ast.Load()), f"do_{name}", ast.Load())
            return ast.Call(method, arguments, keywords)
        return _folded(ast.Call(ast.Name(f"_f_{name}", ast.Load()), arguments, keywords))

    def call(self, name: str, *arguments: Any) -> ast.expr:
        return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


# Names that usually stand for records rather than plain objects.
_ROWS = frozenset({f"{_LOCAL}record", f"{_LOCAL}before"})


def if_type(kind: str, value: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    """Return the choice between two readings of `_t`, which is `value`: whether its type is `kind`."""
    bound = ast.NamedExpr(ast.Name("_t", ast.Store()), value)
    kind_of = ast.Call(ast.Name("_type", ast.Load()), [bound], [])
    test = ast.Compare(kind_of, [ast.Is()], [ast.Name(kind, ast.Load())])
    return ast.IfExp(test, then, otherwise)


def _simpler(op: ast.cmpop, left: ast.expr, right: ast.expr) -> ast.expr | None:
    """Return a comparison without a call, where Python's own means the same."""
    if isinstance(op, (ast.In, ast.NotIn)):
        if isinstance(right, ast.List):
            fixed = all(isinstance(item, ast.Constant) for item in right.elts)
            among: ast.expr = ast.Tuple(right.elts, ast.Load()) if fixed else right
            return ast.Compare(left, [op], [among])
        return None
    if not any(isinstance(e, ast.Constant) and isinstance(e.value, str | None) for e in (left, right)):
        return None
    if isinstance(op, (ast.Eq, ast.Is)):
        return ast.Compare(left, [ast.Eq()], [right])
    if isinstance(op, (ast.NotEq, ast.IsNot)):
        return ast.Compare(left, [ast.NotEq()], [right])
    return None


def _folded(call: ast.expr) -> ast.expr:
    """Return the value of a call that depends on nothing, else the call."""
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    if call.keywords or not all(isinstance(each, ast.Constant) for each in call.args):
        return call
    try:
        value = _GLOBALS[call.func.id](*(each.value for each in call.args if isinstance(each, ast.Constant)))
    except Exception:  # it fails when it is evaluated, as any other
        return call
    return ast.Constant(value) if isinstance(value, (str, int, float, bool)) else call


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


class Compiled(NamedTuple):
    """An expression: its function, the names and functions it uses, and its checked syntax tree."""

    evaluate: Evaluate
    names: frozenset[str]
    calls: frozenset[str]
    tree: ast.expr


_GLOBALS: dict[str, Any] = {
    "__builtins__": {},
    "_nothing": NOTHING,
    "_type": type,
    "_dict": dict,
    "_str": str,
    **{f"_{name}": function for name, function in OPERATORS.items()},
    **{f"_f_{name}": function for name, function in FUNCTIONS.items()},
}
_LIMIT = 4_000
_compiled: dict[str, Compiled] = {}


def compile_expression(text: str, names: frozenset[str] | None = None) -> Evaluate:
    """Return the function of a scope that `text` denotes.

    `names` are the names beside the language's own that may occur (None: any).
    Raises ExpressionError, with the place, for what is not in the language.
    """
    found = _compiled.get(text)
    if found is None:
        found = _compiled[text] = _compile(text)
    if names is not None:
        unknown = sorted(found.names - _KNOWN - names)
        if unknown:
            raise ExpressionError(
                f"unknown name {unknown[0]!r} in expression\n    {text}",
                remedy=f"names that mean something here: {', '.join(sorted(_KNOWN | names))}",
            )
    return found.evaluate


_KEYWORD_MEMBER = re.compile(
    r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|\.({})\b""".format("|".join(keyword.kwlist))
)


def _members_quoted(text: str) -> str:
    """Write members that are Python's own words (`query.from`) as subscripts."""
    return _KEYWORD_MEMBER.sub(lambda m: m.group(1) or f"['{m.group(2)}']", text)


def _compile(text: str) -> Compiled:
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


def _rewritten(rewriter: _Rewriter, tree: ast.Expression) -> Compiled:
    body = rewriter.visit(tree).body
    return Compiled(function_of(body, {}), frozenset(rewriter.names), frozenset(rewriter.calls), body)


_FUNCTION = "def _f(_s):\n    return 0\n"


def function_of(body: ast.expr, values: Mapping[str, Any]) -> Evaluate:
    """Return the function of a scope with a checked `body`; `values` are further names it uses."""
    module = ast.parse(_FUNCTION)
    function = module.body[0]
    assert isinstance(function, ast.FunctionDef)
    used = {node.id for node in ast.walk(body) if isinstance(node, ast.Name)}
    fetched = [
        ast.Assign(
            [ast.Name(_LOCAL + name, ast.Store())],
            ast.Attribute(ast.Name(_SCOPE, ast.Load()), name, ast.Load()),
        )
        for name in sorted(_FETCHED)
        if _LOCAL + name in used
    ]
    function.body = [*fetched, ast.Return(body)]
    names: dict[str, Any] = {**_GLOBALS, **values}
    code = compile(ast.fix_missing_locations(module), "<twin>", "exec")
    exec(code, names)  # noqa: S102 - only allow-listed nodes reach this
    evaluate: Evaluate = names["_f"]
    return evaluate


def compiled(text: str, names: frozenset[str] | None = None) -> Compiled:
    """Return all that is known of an expression; raises as compile_expression does."""
    compile_expression(text, names)
    return _compiled[text]
