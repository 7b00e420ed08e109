"""Formulas: read, evaluated, and rewritten when cells move.

Values are None (blank), numbers, text, booleans, `Failed`, and for ranges lists of rows of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from twin.a1 import bounds_of, letters, quoted, split
from twin.functions import LAZY, LIBRARY, Failed, number_of, text_of

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"(?:[^"]|"")*")
    |(?P<ref>(?:(?:'(?:[^']|'')*'|[^\W\d][\w.]*)!)?
        (?:\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}(?:\$?\d+)?)?|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?\d+:\$?\d+)
        (?![\w(.!]))
    |(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)
    |(?P<error>\#(?:REF!|DIV/0!|VALUE!|NAME\?|NUM!|N/A|NULL!|ERROR!))
    |(?P<name>[^\W\d][\w.]*)
    |(?P<op><>|<=|>=|[-+*/^&=<>%(),;{}])
    """,
    re.VERBOSE,
)
_REFERENCE = re.compile(r"(\$?)([A-Za-z]{1,3})?(\$?)(\d+)?")
_LEVELS = (("=", "<>", "<", "<=", ">", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))
Node = tuple[Any, ...]
Token = tuple[str, str]
REF = Failed("REF", "Reference does not exist")


class UnreadableError(ValueError):
    """The text behind the equals sign is no formula."""


def tokens(text: str) -> list[Token]:
    """Return the tokens of what stands behind `=`; raises UnreadableError."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnreadableError(text[at:])
        found.append((match.lastgroup or "", match.group()))
        at = match.end()
    return found


def parse(text: str) -> Node:
    """Return the tree of a formula (with its `=`); raises UnreadableError."""
    stream = [token for token in tokens(text[1:]) if token[0] != "space"]
    parser = _Parser(stream)
    node = parser.level(0)
    if parser.at != len(stream):
        raise UnreadableError(stream[parser.at][1])
    return node


class _Parser:
    def __init__(self, stream: list[Token]):
        self.stream = stream
        self.at = 0

    def peek(self) -> Token:
        return self.stream[self.at] if self.at < len(self.stream) else ("end", "")

    def take(self, wanted: str | None = None) -> Token:
        token = self.peek()
        if token[0] == "end" or (wanted is not None and token[1] != wanted):
            raise UnreadableError(token[1])
        self.at += 1
        return token

    def level(self, depth: int) -> Node:
        if depth == len(_LEVELS):
            return self.signed()
        left = self.level(depth + 1)
        while self.peek()[0] == "op" and self.peek()[1] in _LEVELS[depth]:
            operator = self.take()[1]
            left = ("binary", operator, left, self.level(depth + 1))
        return left

    def signed(self) -> Node:
        if self.peek() in {("op", "-"), ("op", "+")}:
            sign = self.take()[1]
            return ("sign", sign, self.signed())
        node = self.primary()
        while self.peek() == ("op", "%"):
            self.take()
            node = ("percent", node)
        return node

    def primary(self) -> Node:
        kind, text = self.take()
        if kind == "number":
            return ("value", float(text) if any(char in text for char in ".eE") else int(text))
        if kind == "string":
            return ("value", text[1:-1].replace('""', '"'))
        if kind == "ref":
            return ("ref", text)
        if kind == "error":
            return ("value", Failed.named(text))
        if kind == "name" and self.peek() == ("op", "("):
            return ("call", text.upper(), self.arguments())
        if kind == "name":
            upper = text.upper()
            return ("value", upper == "TRUE") if upper in {"TRUE", "FALSE"} else ("name", text)
        if (kind, text) == ("op", "("):
            node = self.level(0)
            self.take(")")
            return node
        raise UnreadableError(text)

    def arguments(self) -> list[Node]:
        self.take("(")
        found: list[Node] = []
        while self.peek() != ("op", ")"):
            if self.peek()[1] in {",", ";"}:
                found.append(("value", None))
            else:
                found.append(self.level(0))
            if self.peek() != ("op", ")"):
                if self.take()[1] not in {",", ";"}:
                    raise UnreadableError("a comma is missing")
                if self.peek() == ("op", ")"):
                    found.append(("value", None))
        self.take(")")
        return found


# `look(title, bounds)` returns the rows of cells of a reference, `named(name)` those of a named range.
Look = Callable[[str | None, Any], Any]


def evaluate(node: Node, look: Look, named: Callable[[str], Any], here: tuple[int, int]) -> Any:
    """Return the value of a tree; failures are values too."""

    def run(node: Node) -> Any:
        match node[0]:
            case "value":
                return node[1]
            case "ref":
                title, area = split(node[1])
                bounds = bounds_of((area or "").replace("$", ""))
                return REF if bounds is None else look(title, bounds)
            case "name":
                found = named(node[1])
                return (
                    Failed("NAME", f"Unknown range name: '{node[1].upper()}'.")
                    if found is None
                    else found
                )
            case "sign":
                number = number_of(alone(run(node[2])))
                return number if isinstance(number, Failed) or node[1] == "+" else -number
            case "percent":
                number = number_of(alone(run(node[1])))
                return number if isinstance(number, Failed) else number / 100
            case "binary":
                return operated(node[1], alone(run(node[2])), alone(run(node[3])))
            case "call":
                return call(node[1], node[2])
        return Failed("ERROR", "Formula parse error.")

    def call(name: str, arguments: list[Node]) -> Any:
        if name in LAZY:
            return LAZY[name]([lambda each=each: run(each) for each in arguments])  # type: ignore[misc]
        if name in {"ROW", "COLUMN"}:
            bounds = (
                bounds_of(arguments[0][1].replace("$", "").rpartition("!")[2])
                if arguments
                else None
            )
            top, left = (bounds[0] or 0, bounds[1] or 0) if bounds else here
            return (top if name == "ROW" else left) + 1
        function = LIBRARY.get(name)
        if function is None:
            return Failed("NAME", f"Unknown function: '{name}'.")
        try:
            return function(*(run(each) for each in arguments))
        except Failed as failed:
            return failed
        except TypeError:
            return Failed("N_A", f"Wrong number of arguments to {name}.")
        except ZeroDivisionError:
            return Failed("DIVIDE_BY_ZERO", f"Function {name} caused a divide by zero error.")
        except (ValueError, OverflowError):
            return Failed("NUM", f"Function {name} has a parameter out of range.")

    return run(node)


def alone(value: Any) -> Any:
    """Return the only cell of a range where one value is wanted."""
    if not isinstance(value, list):
        return value
    if len(value) == 1 and len(value[0]) == 1:
        return value[0][0]
    return Failed("VALUE", "An array value could not be found.") if value else None


def operated(operator: str, left: Any, right: Any) -> Any:
    for side in (left, right):
        if isinstance(side, Failed):
            return side
    if operator == "&":
        return text_of(left) + text_of(right)
    if operator in _LEVELS[0]:
        return _compared(operator, left, right)
    a, b = number_of(left), number_of(right)
    for side in (a, b):
        if isinstance(side, Failed):
            return side
    try:
        match operator:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                return a / b
        power = a**b
        return (
            Failed("NUM", "The result is not a real number.")
            if isinstance(power, complex)
            else power
        )
    except ZeroDivisionError:
        return Failed("DIVIDE_BY_ZERO", "Function DIVIDE parameter 2 cannot be zero.")
    except OverflowError:
        return Failed("NUM", "The result is too large.")


def _compared(operator: str, left: Any, right: Any) -> bool:
    first, second = _ranked(left, right), _ranked(right, left)
    match operator:
        case "=":
            return first == second
        case "<>":
            return first != second
        case "<":
            return first < second
        case "<=":
            return first <= second
        case ">":
            return first > second
    return first >= second


def _ranked(value: Any, other: Any) -> tuple[int, Any]:
    """Return a key in the order numbers, text, booleans; a blank is the other side's zero."""
    if value is None:
        value = "" if isinstance(other, str) else False if isinstance(other, bool) else 0
    if isinstance(value, bool):
        return 2, value
    return (0, value) if isinstance(value, (int, float)) else (1, str(value).casefold())


# Moving


def rewritten(text: str, change: Callable[[str | None, Any, str], Any]) -> str:
    """Return a formula with every reference replaced.

    `change(title, corner, role)` maps a corner (row, column, row pinned, column pinned), whose row or
    column is None where open, to the new one, or None for a reference that is lost; its role is
    `only`, `first` or `last`.
    """
    try:
        parts = tokens(text[1:])
    except UnreadableError:
        return text
    shown = []
    for kind, part in parts:
        if kind != "ref":
            shown.append(part)
            continue
        head, mark, area = part.rpartition("!")
        title = split(part)[0]
        given = [_corner(corner) for corner in area.split(":")]
        roles = ("only",) if len(given) == 1 else ("first", "last")
        corners = [change(title, corner, role) for corner, role in zip(given, roles, strict=True)]
        if None in corners or _turned(given, corners):
            shown.append("#REF!")
        else:
            shown.append(head + mark + ":".join(_written(corner) for corner in corners))
    return "=" + "".join(shown)


def retitled(text: str, old: str, new: str) -> str:
    """Return a formula after a sheet was given another title."""
    try:
        parts = tokens(text[1:])
    except UnreadableError:
        return text
    shown = []
    for kind, part in parts:
        title = split(part)[0] if kind == "ref" else None
        if title is not None and title.casefold() == old.casefold():
            part = f"{quoted(new)}!{part.rpartition('!')[2]}"
        shown.append(part)
    return "=" + "".join(shown)


def _turned(before: list[Any], after: list[Any]) -> bool:
    """Return whether a range's ends have passed each other: nothing is left between them."""
    return any(
        None not in (before[0][n], before[-1][n], after[0][n], after[-1][n])
        and before[0][n] <= before[-1][n]
        and after[0][n] > after[-1][n]
        for n in (0, 1)
    )


def _corner(text: str) -> tuple[int | None, int | None, bool, bool]:
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None, None, False, False
    first, column, second, row = match.groups()
    bounds = None if column is None else bounds_of(f"{column}1")
    pinned_row = bool(second) if column else bool(first)
    return (
        None if row is None else int(row) - 1,
        bounds[1] if bounds else None,
        pinned_row,
        bool(first and column),
    )


def _written(corner: tuple[int | None, int | None, bool, bool]) -> str:
    row, column, pinned_row, pinned_column = corner
    left = "" if column is None else f"{'$' if pinned_column else ''}{letters(column)}"
    return left if row is None else f"{left}{'$' if pinned_row else ''}{row + 1}"


def filled(text: str, down: int, right: int) -> str:
    """Return a formula as a fill or a copy shifts it: what is not pinned moves along."""

    def change(title: str | None, corner: Any, role: str) -> Any:
        row, column, pinned_row, pinned_column = corner
        row = row if row is None or pinned_row else row + down
        column = column if column is None or pinned_column else column + right
        return (
            None
            if (row or 0) < 0 or (column or 0) < 0
            else (row, column, pinned_row, pinned_column)
        )

    return rewritten(text, change)
