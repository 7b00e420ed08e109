"""Filter expressions of RFC 7644, compiled to predicates over records.

`profile.lastName eq "Smith" and (status eq "ACTIVE" or created gt "2026-01-01T00:00:00Z")`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from twingen.runtime import paths

Predicate = Callable[[dict[str, Any]], bool]
_TOKEN = re.compile(
    r"""\s*(?:(?P<paren>[()\[\]])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()\[\]"]+))"""
)
_OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "not"})
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_LONGEST = 20_000


class FilterError(ValueError):
    """An expression that is not in the language, or names what cannot be filtered by."""


def compile_filter(
    text: str,
    names: dict[str, str] | None = None,
    operators: Mapping[str, Collection[str]] | None = None,
    *,
    times: Collection[str] = (),
    exact: bool = False,
) -> Predicate:
    """Return the predicate that `text` denotes.

    `names` maps what may be filtered by (case-insensitive; None: any path; a trailing `.*` admits
    every path below) to paths into the record. `operators` says which operators a name takes (`*`
    for those not named; None: all, and `not`), `times` which are times, `exact` that case counts
    in values. Raises FilterError for everything else.
    """
    if len(text) > _LONGEST:
        raise FilterError("the expression is too long")
    parser = _Parser(_tokens(text), names, operators, times, exact)
    predicate = parser.either(0)
    if parser.at < len(parser.tokens):
        raise FilterError(f"unexpected {parser.tokens[parser.at][1]!r}")
    return predicate


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise FilterError(f"unexpected {text[at]!r} at character {at + 1}")
        kind = match.lastgroup or ""
        tokens.append((kind, match.group(kind)))
        at = match.end()
    if not tokens:
        raise FilterError("the expression is empty")
    return tokens


class _Parser:
    def __init__(
        self, tokens: list[tuple[str, str]], names: dict[str, str] | None,
        operators: Mapping[str, Collection[str]] | None, times: Collection[str], exact: bool,
    ):  # fmt: skip
        self.tokens = tokens
        self.at = 0
        self.operators = None
        if operators is not None:
            self.operators = {name.casefold(): frozenset(some) for name, some in operators.items()}
        self.times = frozenset(name.casefold() for name in times)
        self.exact = exact
        self.names = None if names is None else {k.casefold(): v for k, v in names.items()}

    def allowed(self, name: str) -> Collection[str]:
        """Return the operators that a name takes."""
        if self.operators is None:
            return _OPERATORS
        own = self.operators.get(name.casefold())
        return self.operators.get("*", frozenset()) if own is None else own

    def peek(self) -> str:
        return self.tokens[self.at][1].lower() if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise FilterError("the expression ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self, depth: int) -> Predicate:
        if depth > 50:
            raise FilterError("the expression is nested too deeply")
        parts = [self.both(depth)]
        while self.peek() == "or":
            self.at += 1
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else lambda data: any(part(data) for part in parts)

    def both(self, depth: int) -> Predicate:
        parts = [self.term(depth)]
        while self.peek() == "and":
            self.at += 1
            parts.append(self.term(depth))
        return parts[0] if len(parts) == 1 else lambda data: all(part(data) for part in parts)

    def term(self, depth: int) -> Predicate:
        kind, text = self.take()
        negated = kind == "word" and text.lower() == "not" and self.peek() == "("
        if negated and "not" in self.allowed("*"):
            inner = self.term(depth)
            return lambda data: not inner(data)
        if text == "(":
            grouped = self.either(depth + 1)
            if self.take()[1] != ")":
                raise FilterError("a bracket is never closed")
            return grouped
        if kind != "word":
            raise FilterError(f"an attribute is expected, not {text}")
        path = self.path(text)
        kind, operator = self.take()
        operator = operator.lower()
        if kind != "word" or operator not in self.allowed(text):
            raise FilterError(f"{operator!r} is no operator of {text!r}")
        if operator == "pr":
            return lambda data: _present(paths.get(data, path))
        wanted = self.value()
        if text.casefold() in self.times:
            return _timed(path, operator, wanted)
        return _comparison(path, operator, wanted, self.exact)

    def path(self, name: str) -> paths.Path:
        if self.names is None:
            return paths.split(name)
        wanted = name.casefold()
        if wanted in self.names:
            return paths.split(self.names[wanted])
        for known, path in self.names.items():
            if known.endswith(".*") and wanted.startswith(known[:-1]):
                return paths.split(path.removesuffix(".*") + "." + name[len(known) - 1 :])
        raise FilterError(f"{name!r} cannot be filtered by")

    def value(self) -> Any:
        kind, text = self.take()
        if kind == "text":
            return _ESCAPE.sub(_unescape, text[1:-1])
        lowered = text.lower()
        if lowered in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[lowered]
        try:
            return float(text) if "." in text else int(text)
        except ValueError:
            raise FilterError(f"the value {text} is not quoted") from None


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1)
    return chr(int(code[1:], 16)) if len(code) == 5 else {"n": "\n", "t": "\t"}.get(code, code)


def _present(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != {}


def _timed(path: paths.Path, operator: str, wanted: Any) -> Predicate:
    """Return a comparison by time; raises FilterError for a value that is none."""
    moment = _moment(wanted)
    if moment is None:
        raise FilterError(f"{wanted!r} is not a time")
    limit = moment

    def test(data: dict[str, Any]) -> bool:
        found = _moment(paths.get(data, path))
        return found is not None and _holds(found, operator, limit)

    return test


def _moment(value: Any) -> float | None:
    """Return the seconds since 1970 of a time as written, None for what is none."""
    if not isinstance(value, str):
        return float(value) if isinstance(value, (int, float)) else None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _comparison(path: paths.Path, operator: str, wanted: Any, exact: bool) -> Predicate:
    def test(data: dict[str, Any]) -> bool:
        found = paths.get(data, path)
        if isinstance(found, list):
            return any(_holds(item, operator, wanted, exact) for item in found)
        return _holds(found, operator, wanted, exact)

    return test


def _holds(found: Any, operator: str, wanted: Any, exact: bool = False) -> bool:
    if not exact and isinstance(found, str) and isinstance(wanted, str):
        found, wanted = found.casefold(), wanted.casefold()
    match operator:
        case "eq":
            return bool(found == wanted and isinstance(found, bool) == isinstance(wanted, bool))
        case "ne":
            return bool(found != wanted)
        case "co" | "sw" | "ew":
            if not (isinstance(found, str) and isinstance(wanted, str)):
                return False
            if operator == "co":
                return wanted in found
            return found.startswith(wanted) if operator == "sw" else found.endswith(wanted)
    if isinstance(found, bool) or isinstance(wanted, bool):
        return False
    comparable = isinstance(found, str) and isinstance(wanted, str)
    comparable = comparable or (isinstance(found, (int, float)) and isinstance(wanted, (int, float)))
    if not comparable:
        return False
    if operator == "gt":
        return bool(found > wanted)
    if operator == "ge":
        return bool(found >= wanted)
    return bool(found < wanted if operator == "lt" else found <= wanted)
