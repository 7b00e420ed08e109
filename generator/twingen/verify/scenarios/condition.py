"""Arazzo's simple conditions: `$statusCode == 200 && $response.body#/status != 'DELETED'`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from twingen.verify.outcome import brief
from twingen.verify.scenarios.expression import MISSING, TOKEN, Expression, Scope, evaluate, parse

Evaluate = Callable[[Scope], Any]
_WORD = re.compile(
    rf"\s*(?:(?P<expression>{TOKEN.pattern})|(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?P<word>true|false|null)\b"
    r"|(?P<sign>&&|\|\||[=!<>]=|[<>!()]))"
)
_WORDS = {"true": True, "false": False, "null": None}
_ORDERS = {"<", "<=", ">", ">="}


class Condition:
    """A compiled condition. `parts` are its expressions, for messages."""

    __slots__ = ("holds", "parts", "text", "texts")

    def __init__(self, text: str, holds: Evaluate, parts: list[Expression], texts: list[str]):
        self.text = text
        self.holds = holds
        self.parts = tuple(parts)
        self.texts = tuple(texts)

    def values(self, scope: Scope) -> str:
        """Return what the expressions stand for, as a message shows it."""
        shown = [f"{part} is {brief(evaluate(part, scope))}" for part in dict.fromkeys(self.parts)]
        return ", ".join(shown)


@lru_cache(maxsize=4096)
def compile_condition(text: str) -> Condition:
    """Return a condition ready to be tried; raises ValueError that says what cannot be read."""
    parser = _Parser(text)
    holds = parser.either()
    parser.end()
    return Condition(text, lambda scope: truth(holds(scope)), parser.expressions, parser.texts)


class _Parser:
    """Reads a condition from left to right; `||` binds least, then `&&`, comparison, `!`."""

    def __init__(self, text: str):
        self.text = text
        self.place = 0
        self.expressions: list[Expression] = []
        self.texts: list[str] = []

    def end(self) -> None:
        if self.text[self.place :].strip():
            raise ValueError(f"{self.text!r} cannot be read from {self.text[self.place :].strip()!r} on")

    def sign(self, *wanted: str) -> str:
        """Take a sign if it comes next."""
        found = _WORD.match(self.text, self.place)
        if found is None or found["sign"] not in wanted:
            return ""
        self.place = found.end()
        return str(found["sign"])

    def either(self) -> Evaluate:
        terms = [self.both()]
        while self.sign("||"):
            terms.append(self.both())
        return terms[0] if len(terms) == 1 else lambda scope: any(truth(one(scope)) for one in terms)

    def both(self) -> Evaluate:
        terms = [self.comparison()]
        while self.sign("&&"):
            terms.append(self.comparison())
        return terms[0] if len(terms) == 1 else lambda scope: all(truth(one(scope)) for one in terms)

    def comparison(self) -> Evaluate:
        left = self.negation()
        sign = self.sign("==", "!=", *_ORDERS)
        if not sign:
            return left
        right = self.negation()
        return lambda scope: compared(sign, left(scope), right(scope))

    def negation(self) -> Evaluate:
        if self.sign("!"):
            inner = self.negation()
            return lambda scope: not truth(inner(scope))
        if self.sign("("):
            inner = self.either()
            if not self.sign(")"):
                raise ValueError(f"{self.text!r} lacks a closing parenthesis")
            return inner
        return self.operand()

    def operand(self) -> Evaluate:
        found = _WORD.match(self.text, self.place)
        rest = self.text[self.place :].strip()
        if found is None or found["sign"]:
            raise ValueError(f"{self.text!r} lacks a value {f'before {rest!r}' if rest else 'at its end'}")
        self.place = found.end()
        if found["expression"]:
            expression = parse(found["expression"])
            self.expressions.append(expression)
            return lambda scope: evaluate(expression, scope)
        value: Any = _WORDS.get(found["word"])
        if found["text"]:
            value = found["text"][1:-1].replace("''", "'")
            if "{$" in value:
                raise ValueError(f"{found['text']} is a text, and nothing in it is evaluated: compare with the expression itself")
            self.texts.append(value)
        elif found["number"]:
            number = float(found["number"])
            value = int(number) if number.is_integer() else number
        return lambda scope: value


def truth(value: Any) -> bool:
    return value is not MISSING and bool(value)


def compared(sign: str, left: Any, right: Any) -> bool:
    """Compare as Arazzo does: texts in any case, numbers and truths also where one is written as text.

    What is missing equals null; an order holds only between two numbers or two texts.
    """
    left, right = _alike(left, right)
    if sign in {"==", "!="}:
        return equal(left, right) is (sign == "==")
    if not (_number(left) and _number(right)) and not (isinstance(left, str) and isinstance(right, str)):
        return False
    if sign == "<":
        return bool(left < right)
    if sign == "<=":
        return bool(left <= right)
    return bool(left > right) if sign == ">" else bool(left >= right)


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    left, right = (None if one is MISSING else one for one in (left, right))
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold(), right.casefold()
    if isinstance(left, str) and isinstance(right, (bool, int, float)):
        return _read(left, right), right
    if isinstance(right, str) and isinstance(left, (bool, int, float)):
        return left, _read(right, left)
    return left, right


def _read(text: str, like: bool | int | float) -> Any:
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(text.casefold(), text)
    try:
        return float(text)
    except ValueError:
        return text


def equal(left: Any, right: Any) -> bool:
    """Return whether two values are the same JSON; true is not 1."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(left == right)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
