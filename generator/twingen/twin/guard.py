"""The guard on handlers: what their source may say, and meters on what runs without end.

A guardrail, not a sandbox: it keeps mistakes and misled authors from files, network, the
interpreter's insides and endless loops. Who runs strangers' twins isolates the process as well.

`violations` reads a source and says, by line, what it may not do. `compiled` returns its code with
calls of a meter in every loop and function, and after everything that can grow; a `Meter`
(meter.py) counts them for one request. Both the builder of a twin and its runtime use it.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, ModuleType
from typing import Any

from twingen.twin.meter import Exceeded, Meter

# Modules that reach neither files nor network nor the interpreter; a name alone means all of it.
MODULES: Mapping[str, frozenset[str] | None] = {
    "__future__": None, "base64": None, "bisect": None, "collections": None, "collections.abc": None,
    "copy": None, "csv": frozenset({"DictReader", "DictWriter", "reader", "writer", "QUOTE_ALL", "QUOTE_MINIMAL"}),
    "dataclasses": None, "datetime": None, "decimal": None, "difflib": None, "enum": None,
    "fractions": None, "functools": None, "hashlib": None, "heapq": None, "hmac": None,
    "html": None, "io": frozenset({"StringIO", "BytesIO"}), "itertools": None, "json": None, "math": None,
    "operator": None, "re": None, "statistics": None, "string": frozenset(
        {"ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "punctuation", "whitespace"}
    ),
    "struct": None, "textwrap": None, "typing": None, "unicodedata": None,
    "urllib.parse": None, "uuid": frozenset({"UUID", "uuid3", "uuid5", "NAMESPACE_URL", "NAMESPACE_DNS"}),
    "zlib": frozenset({"crc32", "adler32"}), "zoneinfo": frozenset({"ZoneInfo"}),
    # what of twingen handlers share with the runtime
    "twingen.runtime.handlers": frozenset({"Reply"}), "twingen.runtime.masks": None,
    "twingen.runtime.refusal": None, "twin": None,
}  # fmt: skip

# Members of allowed modules that lead further than the module is meant to.
_MEMBERS: Mapping[str, frozenset[str]] = {
    "operator": frozenset({
        "attrgetter", "methodcaller", "mul", "imul", "pow", "ipow", "lshift", "ilshift", "concat", "iconcat", "call",
    }),
    "itertools": frozenset({
        "count", "cycle", "repeat", "product", "permutations", "combinations", "combinations_with_replacement",
    }),
    "math": frozenset({"factorial", "comb", "perm"}),
    "functools": frozenset({"partialmethod", "singledispatch", "update_wrapper", "wraps"}),
    "dataclasses": frozenset({"make_dataclass"}),
    "typing": frozenset({"get_type_hints", "ForwardRef", "sys", "types", "functools", "operator"}),
    "enum": frozenset({"sys", "bltns", "global_enum"}),
    "json": frozenset({"load", "dump", "codecs", "detect_encoding"}),
    "hashlib": frozenset({"file_digest", "pbkdf2_hmac", "scrypt"}),
    "decimal": frozenset({"setcontext", "localcontext", "Context"}),
    "collections": frozenset({"namedtuple"}),
}

_BUILTINS = frozenset({
    "ArithmeticError", "AssertionError", "AttributeError", "Exception", "False", "IndexError", "KeyError",
    "LookupError", "None", "NotImplementedError", "OverflowError", "RecursionError", "RuntimeError", "StopIteration", "True",
    "TypeError", "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeError", "ValueError", "ZeroDivisionError", "abs", "all", "any", "ascii",
    "bin", "bool", "bytearray", "bytes", "callable", "chr", "classmethod", "complex", "dict", "divmod", "enumerate",
    "filter", "float", "format", "frozenset", "hash", "hex", "int", "isinstance", "issubclass", "iter", "len",
    "list", "map", "max", "min", "next", "object", "oct", "ord", "pow", "property", "range", "repr", "reversed",
    "round", "set", "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple", "type", "zip",
    "NotImplemented", "Ellipsis", "__build_class__", "__name__", "__debug__",
})  # fmt: skip
_REFUSED = frozenset(dir(builtins)) - _BUILTINS - {"__import__"}

# Dunder names that a class may define; reading any of them from an object is refused all the same.
_DEFINABLE = frozenset({
    "__init__", "__slots__", "__str__", "__repr__", "__eq__", "__hash__", "__lt__", "__le__", "__gt__", "__ge__",
    "__len__", "__iter__", "__next__", "__contains__", "__getitem__", "__setitem__", "__delitem__", "__bool__",
    "__call__", "__enter__", "__exit__", "__add__", "__sub__", "__mul__", "__post_init__", "__match_args__",
})  # fmt: skip
# Attributes that lead from an object to the interpreter, without two underscores at both ends.
_INSIDES = frozenset({
    "gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code", "cr_await", "ag_frame", "ag_code", "f_back",
    "f_globals", "f_locals", "f_builtins", "f_code", "tb_frame", "tb_next", "co_code", "func_globals", "mro",
    "modules", "system", "popen", "format_map", "engine", "world",
})  # fmt: skip
_METER = "_twin_meter"
_STEP, _GROWN, _POWER, _TIMES = "step", "grown", "power", "times"

@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something that a handler's source may not do."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def violations(source: str, file: str) -> list[Violation]:
    """Return everything that a handler's source may not do, in order of line; empty where it may run."""
    return list(_violations(source, file))


@lru_cache(maxsize=256)
def _violations(source: str, file: str) -> tuple[Violation, ...]:
    try:
        tree = ast.parse(source, file)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        return (Violation(file=file, line=line, what=f"not valid Python: {error}"),)
    try:
        nodes = _walked(tree)
        open_ = _contract_reads(nodes) | _bound(nodes)
        found = [
            Violation(file=file, line=getattr(node, "lineno", 1), what=what)
            for node in nodes if id(node) not in open_
            for what in _wrong(node)
        ]  # fmt: skip
    except RecursionError:
        return (Violation(file=file, line=1, what="nested too deeply"),)
    return tuple(sorted(set(found), key=lambda one: (one.line, one.what)))


def _walked(tree: ast.AST) -> list[ast.AST]:
    """Return the nodes of the kinds that may be wrong; `ast.walk` takes several times as long."""
    found: list[ast.AST] = []
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if type(node) in _LOOKED_AT:
            found.append(node)
        for name in node._fields:
            value = getattr(node, name, None)
            if type(value) is list:
                stack.extend([one for one in value if isinstance(one, ast.AST)])
            elif isinstance(value, ast.AST) and not isinstance(value, _BARREN):
                stack.append(value)
    return found


_BARREN = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.Constant)
_LOOKED_AT = frozenset({
    ast.Import, ast.ImportFrom, ast.Attribute, ast.Name, ast.Call, ast.ClassDef, ast.FunctionDef,
    ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await, ast.Global, ast.Nonlocal, ast.AugAssign,
    ast.ExceptHandler, ast.FormattedValue, ast.keyword, ast.MatchClass, ast.arg,
})  # fmt: skip


def _bound(nodes: Sequence[ast.AST]) -> set[int]:
    """Return the names of builtins that the source itself gives a value, such as `id` or `input`.

    Where such a name is read without one there is nothing: handlers do not have that builtin.
    """
    names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return {
        id(node) for node in nodes
        if isinstance(node, ast.Name) and node.id in names & _REFUSED and not node.id.startswith("__")
    }  # fmt: skip


def _contract_reads(nodes: Sequence[ast.AST]) -> set[int]:
    """Return the nodes `X.engine` of `X.engine.twin.contract`: the documents are open to handlers."""
    found = set()
    for node in nodes:
        match node:
            case ast.Attribute(
                attr="contract",
                value=ast.Attribute(attr="twin", value=ast.Attribute(attr="engine", value=ast.Name()) as engine),
            ):
                found.add(id(engine))
    return found


def _wrong(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield from _module(alias.name, None)
        case ast.ImportFrom(module=module, names=names, level=level):
            if level:
                yield "a relative import; `from twin import NAME` shares code"
            else:
                for alias in names:
                    yield from _module(module or "", alias.name)
        case ast.Attribute(value=value, attr=name):
            if name.startswith("__") or name in _INSIDES:
                if not (name == "__init__" and _is_super(value)):
                    yield f"the attribute {name!r}: it leads into the interpreter or the runtime"
            elif name == "format" and not _plain_format(value):
                yield "str.format: a template that data could choose reads attributes; use an f-string"
            elif isinstance(value, ast.Name) and name in _MEMBERS.get(value.id, ()):
                yield f"{value.id}.{name}: it reaches attributes by name, or files"
            elif isinstance(value, ast.Name) and value.id in MODULES and _barred(value.id, name):
                yield f"{value.id}.{name} is not among what handlers may use of it"
        case ast.Name(id=name):
            if name in _REFUSED or (name.startswith("__") and name not in {"__name__"} | _DEFINABLE):
                yield f"{name!r}: handlers have no use of it"
            elif name == _METER:
                yield f"{name!r} is the meter's own name"
        case ast.Call(func=ast.Name(id="type"), args=args) if len(args) != 1:
            yield "type() with three arguments makes a class; write `class`"
        case ast.Call(func=ast.Name(id="iter"), args=args) if len(args) != 1:
            yield "iter() with two arguments calls without end; write a loop"
        case ast.ClassDef(keywords=keywords) if keywords:
            yield "a class with keywords (a metaclass)"
        case ast.FunctionDef(name=name) if name.startswith("__") and name not in _DEFINABLE:
            yield f"a method {name!r}"
        case ast.AsyncFunctionDef() | ast.AsyncFor() | ast.AsyncWith() | ast.Await():
            yield "async code: handlers answer at once"
        case ast.Global() | ast.Nonlocal():
            if isinstance(node, ast.Global):
                yield "`global`: what outlives a request belongs in the store"
        case ast.AugAssign(target=ast.Attribute() | ast.Subscript(), op=ast.Mult() | ast.Pow() | ast.LShift()):
            yield "`*=`, `**=` or `<<=` on a member: write it out, so that it is metered"
        case ast.ExceptHandler(type=None):
            yield "a bare `except`: it would catch the meter; name what can go wrong"
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=values)):
            for value in values:
                if isinstance(value, ast.Constant) and re.search(r"\d{4}", str(value.value)):
                    yield "a format width of more than three digits"
        case ast.keyword(arg=str() as name) if name.startswith("__"):
            yield f"the argument {name!r}"
        case ast.MatchClass(kwd_attrs=names) if any(name.startswith("__") or name in _INSIDES for name in names):
            yield "a pattern on attributes that lead into the interpreter"
        case _:
            return


def _module(name: str, member: str | None) -> Iterator[str]:
    if name == "twin" or name.startswith("twin."):
        return
    if name not in MODULES:
        yield f"the module {name!r}: handlers may import {', '.join(sorted(n for n in MODULES if n[:2] != '__'))}"
    elif member is not None and (_barred(name, member) or member in _MEMBERS.get(name, ()) or member == "*"):
        yield f"{member!r} of {name}: not among what handlers may use of it"


def _barred(module: str, member: str) -> bool:
    allowed = MODULES.get(module)
    return allowed is not None and member not in allowed


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _plain_format(node: ast.expr) -> bool:
    """Return whether a template is a literal that reads no attribute and no member."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return False
    return not any(char in node.value for char in ".[")


def _names(node: ast.expr | None) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} if node is not None else set()


def allowed_module(name: str) -> ModuleType:
    """Return a copy of a module with only what handlers may use of it: no modules behind it.

    Raises ImportError for one that they may not import.
    """
    if name not in MODULES or name == "twin":
        raise ImportError(f"handlers may not import {name!r}")
    if name not in _COPIES:
        module = importlib.import_module(name)
        copy = ModuleType(name)
        for member in dir(module):
            value = getattr(module, member)
            hidden = member.startswith("_") or isinstance(value, ModuleType)
            if not hidden and not _barred(name, member) and member not in _MEMBERS.get(name, ()):
                setattr(copy, member, value)
        if name == "__future__":
            copy.annotations = module.annotations  # type: ignore[attr-defined]
        _COPIES[name] = copy
    return _COPIES[name]


_COPIES: dict[str, ModuleType] = {}


def import_for_handlers(name: str, fromlist: Sequence[str] | None) -> ModuleType:
    """Return what an import statement binds: the module itself, or the head of a dotted name."""
    module = allowed_module(name)
    head, _, rest = name.partition(".")
    if fromlist or not rest:
        return module
    top = ModuleType(head)
    setattr(top, rest.partition(".")[0], module)
    return top


@lru_cache(maxsize=256)
def compiled(source: str, file: str) -> CodeType:
    """Return the code of a source that has no violations, with its meter in place.

    It expects an object with `Meter`'s methods under the name `METER` in its globals.
    """
    tree = _Metered().visit(ast.parse(source, file))
    return compile(ast.fix_missing_locations(tree), file, "exec")


METER = _METER


def safe_builtins(import_: Any) -> dict[str, Any]:
    """Return the builtins of handlers; `import_` is called for their imports."""
    found = {name: getattr(builtins, name) for name in _BUILTINS if hasattr(builtins, name)}
    return {**found, "format": _format, "__import__": import_}


def _format(value: Any, template: str = "") -> str:
    return format(value, Meter().width(template))


class _Metered(ast.NodeTransformer):
    """Puts a step into every loop, comprehension and function, and a meter on `*`, `**`, `<<` and `+`."""

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._loop(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        return self._loop(node)

    def _loop(self, node: Any) -> ast.AST:
        self.generic_visit(node)
        node.body = [_step(node), *node.body]
        return node  # type: ignore[no-any-return]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        first = 1 if ast.get_docstring(node, clean=False) is not None else 0
        node.body = [*node.body[:first], _step(node), *node.body[first:]]
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.generic_visit(node)
        node.body = ast.copy_location(
            ast.Subscript(
                value=ast.Tuple(elts=[_step(node).value, node.body], ctx=ast.Load()),
                slice=ast.Constant(1), ctx=ast.Load(),
            ),
            node,
        )  # fmt: skip
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        # `step()` is None, so the condition holds after it counted.
        node.ifs = [
            ast.Compare(left=_step(node.target).value, ops=[ast.Is()], comparators=[ast.Constant(None)]),
            *node.ifs,
        ]  # fmt: skip
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _operated(node, node.left, node.op, node.right)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node.func:
            case ast.Name(id="pow"):
                method = "raised"
            case ast.Name(id="range" | "bytes" | "bytearray"):
                method = "made"
            case ast.Attribute(attr=name) if name in _MAKING:
                method = "made"
            case _:
                return node
        arguments = node.args if method == "raised" else [node.func, *node.args]
        call = _meter(method, node, *arguments)
        assert isinstance(call, ast.Call)
        call.keywords = node.keywords
        return call

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.format_spec, ast.JoinedStr):
            for value in node.format_spec.values:
                if isinstance(value, ast.FormattedValue):
                    value.value = _meter("width", value, value.value)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        self.generic_visit(node)
        if not isinstance(node.op, (ast.Add, ast.Mult, ast.Pow, ast.LShift, ast.Mod)):
            return node
        if isinstance(node.target, ast.Name):
            read = ast.copy_location(ast.Name(id=node.target.id, ctx=ast.Load()), node.target)
            if isinstance(node.op, ast.Add):
                # `+=` changes a list in place: it stays as it is, and is looked at afterwards.
                return [node, ast.copy_location(ast.Expr(_meter(_GROWN, node, read)), node)]
            value = _operated(ast.copy_location(ast.BinOp(read, node.op, node.value), node), read, node.op, node.value)
            return ast.copy_location(ast.Assign(targets=[node.target], value=value), node)
        member: ast.expr = ast.parse(ast.unparse(node.target), mode="eval").body
        return [node, ast.copy_location(ast.Expr(_meter(_GROWN, node, member)), node)]


# Methods of texts that make as much as a number says, or more than they are given.
_MAKING = frozenset({"ljust", "rjust", "center", "zfill", "expandtabs", "replace", "join", "to_bytes", "translate"})

_METHODS: dict[type[ast.operator], str] = {
    ast.Mult: _TIMES, ast.Pow: _POWER, ast.LShift: "shift", ast.Mod: "formatted",
}


def _operated(node: ast.BinOp, left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    if isinstance(op, ast.Add):
        return ast.copy_location(_meter(_GROWN, node, node), node) if _may_grow(node) else node
    method = _METHODS.get(type(op))
    if method is None:
        return node
    return ast.copy_location(_meter(method, node, left, right), node)


def _may_grow(node: ast.BinOp) -> bool:
    """Return whether a sum may be more than a number: one side is not a number by its look."""
    return not any(
        isinstance(side, ast.Constant) and isinstance(side.value, (int, float)) for side in (node.left, node.right)
    )


def _meter(method: str, at: ast.AST, *arguments: ast.expr) -> ast.expr:
    name = ast.Name(id=_METER, ctx=ast.Load())
    call = ast.Call(ast.Attribute(value=name, attr=method, ctx=ast.Load()), list(arguments), [])
    return ast.copy_location(call, at)


def _step(at: ast.AST) -> ast.Expr:
    return ast.copy_location(ast.Expr(_meter(_STEP, at)), at)


__all__ = [
    "METER", "MODULES", "Exceeded", "Meter", "Violation", "allowed_module", "compiled", "import_for_handlers",
    "safe_builtins", "violations",
]  # fmt: skip
