"""Group rules: Okta's expression language over users, and the memberships that follow from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_][\w.]*)|(?P<sign>==|!=|>=|<=|&&|\|\||[<>!(),]))"""
)
WORDS = {"and": "&&", "or": "||", "not": "!"}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: ordered(a, b) and a > b,
    ">=": lambda a, b: ordered(a, b) and a >= b,
    "<": lambda a, b: ordered(a, b) and a < b,
    "<=": lambda a, b: ordered(a, b) and a <= b,
    "matches": lambda a, b: re.fullmatch(b, text(a)) is not None,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "String.stringContains": lambda a, b: text(b) in text(a),
    "String.startsWith": lambda a, b: text(a).startswith(text(b)),
    "String.len": lambda a: len(text(a)),
    "String.substring": lambda a, start, stop: text(a)[int(start) : int(stop)],
    "String.toLowerCase": lambda a: text(a).lower(),
    "String.toUpperCase": lambda a: text(a).upper(),
    "Arrays.contains": lambda a, b: isinstance(a, list) and b in a,
    "Arrays.isEmpty": lambda a: not a,
}


def text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def ordered(left: Any, right: Any) -> bool:
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    return numbers or (isinstance(left, str) and isinstance(right, str))


class Expression:
    """An expression over one user; raises ValueError for what is not in the language."""

    def __init__(self, source: str, user: Any):
        self.user = user
        self.at = 0
        self.tokens: list[tuple[str, str]] = []
        place, source = 0, source.rstrip()
        while place < len(source):
            found = TOKEN.match(source, place)
            if found is None or found.lastgroup is None:
                raise ValueError(f"unexpected {source[place : place + 10]!r}")
            kind, word = found.lastgroup, found.group(found.lastgroup)
            if kind == "name" and word.lower() in WORDS:
                kind, word = "sign", WORDS[word.lower()]
            self.tokens.append((kind, word))
            place = found.end()

    def value(self) -> Any:
        result = self.either()
        if self.at < len(self.tokens):
            raise ValueError(f"unexpected {self.tokens[self.at][1]!r}")
        return result

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> tuple[str, str]:
        if self.at >= len(self.tokens) or (wanted and self.peek() != wanted):
            raise ValueError(f"{wanted or 'a value'} is expected, not {self.peek() or 'the end'}")
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self) -> Any:
        result = self.both()
        while self.peek() == "||":
            self.take()
            right = self.both()
            result = bool(result) or bool(right)
        return result

    def both(self) -> Any:
        result = self.negated()
        while self.peek() == "&&":
            self.take()
            right = self.negated()
            result = bool(result) and bool(right)
        return result

    def negated(self) -> Any:
        if self.peek() == "!":
            self.take()
            return not self.negated()
        left = self.operand()
        compare = COMPARE.get(self.peek())
        if compare is None:
            return left
        self.take()
        try:
            return compare(left, self.operand())
        except re.error as error:
            raise ValueError(f"not a pattern: {error}") from None

    def operand(self) -> Any:
        kind, word = self.take()
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", word[1:-1])
        if kind == "number":
            return float(word) if "." in word else int(word)
        if word == "(":
            result = self.either()
            self.take(")")
            return result
        if kind != "name":
            raise ValueError(f"unexpected {word!r}")
        if self.peek() == "(":
            return self.call(word)
        if word in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[word]
        if not word.startswith("user.") or word.count(".") != 1:
            raise ValueError(f"{word} is not known")
        return self.user.data["profile"].get(word.removeprefix("user."))

    def call(self, name: str) -> Any:
        arguments = []
        self.take("(")
        while self.peek() != ")":
            arguments.append(self.either())
            if self.peek() != ")":
                self.take(",")
        self.take(")")
        if name == "user.getInternalProperty" and arguments == ["status"]:
            return self.user.data["status"]
        if name not in FUNCTIONS:
            raise ValueError(f"{name}() is not known")
        try:
            return FUNCTIONS[name](*arguments)
        except TypeError:
            raise ValueError(f"{name}() takes other arguments") from None


def apply_to_everyone(scope: Any) -> None:
    """Bring the memberships that a rule makes in line with it, for every user."""
    for user in scope.all("user"):
        settle(scope, scope.record, user)


def apply_to_user(scope: Any) -> None:
    """Apply the active rules to a user that was made or changed."""
    for rule in scope.all("group-rule", status="ACTIVE"):
        settle(scope, rule, scope.record)


def settle(scope: Any, rule: Any, user: Any) -> None:
    """Let a user join a rule's groups, or leave those that the rule alone had put it into."""
    fits = matches(scope, rule, user)
    for group in rule.data["actions"]["assignUserToGroups"]["groupIds"]:
        member = next(iter(scope.all("group-membership", group=group, user=user.id)), None)
        if fits and member is None and scope.get("group", group) is not None:
            scope.create("group-membership", {"by": rule.id}, group=group, user=user.id)
        elif not fits and member is not None and member.data.get("by") == rule.id:
            scope.delete(member)


def matches(scope: Any, rule: Any, user: Any) -> bool:
    """Return whether a rule holds for a user; refuses an expression that it cannot evaluate."""
    conditions = rule.data["conditions"]
    source = (conditions.get("expression") or {}).get("value") or ""
    try:
        holds = bool(source) and bool(Expression(source, user).value())
    except ValueError as error:
        raise scope.fail("expression_not_understood", reason=str(error)) from None
    people = conditions.get("people") or {}
    if user.id in ((people.get("users") or {}).get("exclude") or ()):
        return False
    outside = (people.get("groups") or {}).get("exclude") or ()
    return holds and not any(
        scope.all("group-membership", group=group, user=user.id) for group in outside
    )
