"""The language of `q`: comparisons of a file's fields, joined by and, or and not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Test = Callable[[Any], bool]
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<op>!=|<=|>=|=|<|>|\(|\)|\{|\})|(?P<word>[\w.]+))""",
    re.DOTALL,
)
_TEXTS = {
    "name": {"=", "!=", "contains"},
    "mimeType": {"=", "!=", "contains"},
    "fullText": {"contains"},
}
_TIMES = frozenset({"createdTime", "modifiedTime", "viewedByMeTime", "sharedWithMeTime"})
_FLAGS = frozenset({"trashed", "starred", "sharedWithMe"})
_PEOPLE = frozenset({"owners", "writers", "readers"})
_ROLES = {"owners": {"owner"}, "writers": {"owner", "writer", "fileOrganizer"},
          "readers": {"owner", "writer", "commenter", "reader", "fileOrganizer"}}  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


class _UnreadableError(ValueError):
    pass


def compile_query(scope: Any, text: str) -> Test:
    """Return the test that a query means; raises the service's refusal for one that it cannot read."""
    try:
        parser = _Parser(scope, text)
        test = parser.either()
        if parser.at != len(parser.stream):
            raise _UnreadableError
    except (_UnreadableError, RecursionError):
        raise scope.fail("invalid", field="q") from None
    return test


class _Parser:
    def __init__(self, scope: Any, text: str):
        self.scope = scope
        self.stream: list[tuple[str, str]] = []
        self.at = end = 0
        text = text.rstrip()
        while end < len(text):
            match = _TOKEN.match(text, end)
            if match is None:
                raise _UnreadableError
            self.stream.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
            end = match.end()

    def peek(self) -> tuple[str, str]:
        return self.stream[self.at] if self.at < len(self.stream) else ("end", "")

    def take(self, kind: str, *values: str) -> str:
        found = self.peek()
        if found[0] != kind or (values and found[1].lower() not in values):
            raise _UnreadableError
        self.at += 1
        return found[1]

    def word(self, *values: str) -> bool:
        found = self.peek()
        if found[0] == "word" and found[1].lower() in values:
            self.at += 1
            return True
        return False

    def either(self) -> Test:
        tests = [self.both()]
        while self.word("or"):
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def both(self) -> Test:
        tests = [self.negated()]
        while self.word("and"):
            tests.append(self.negated())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def negated(self) -> Test:
        if self.word("not"):
            inner = self.negated()
            return lambda row: not inner(row)
        if self.peek() == ("op", "("):
            self.at += 1
            inner = self.either()
            self.take("op", ")")
            return inner
        if self.peek()[0] == "string":
            value = self.string()
            self.take("word", "in")
            return self.member(value, self.take("word"))
        return self.compared(self.take("word"))

    def string(self) -> str:
        return re.sub(r"\\(.)", r"\1", self.take("string")[1:-1])

    def member(self, value: str, field: str) -> Test:
        scope = self.scope
        if field == "parents":
            wanted = scope.root if value == "root" else value
            return lambda row: wanted in (row.data.get("parents") or [scope.root])
        if field not in _PEOPLE:
            raise _UnreadableError
        wanted = scope.owner["emailAddress"] if value == "me" else value
        return lambda row: any(
            each.data.get("emailAddress") == wanted and each.data["role"] in _ROLES[field]
            for each in scope.all("permission", file=row.id)
        )

    def compared(self, field: str) -> Test:
        operator = self.peek()[1].lower()
        self.at += 1
        if field in {"properties", "appProperties"} and operator == "has":
            return self.has(field)
        if field in _FLAGS and operator in {"=", "!="}:
            wanted = (self.take("word", "true", "false").lower() == "true") is (operator == "=")
            return lambda row: bool(row.data.get(field)) is wanted
        if field in _TEXTS and operator in _TEXTS[field]:
            return _text_test(self.scope, field, operator, self.string())
        if field in _TIMES and operator in _COMPARE:
            moment, compare = _moment(self.string()), _COMPARE[operator]
            return lambda row: (
                row.data.get(field) is not None and compare(_moment(row.data[field]), moment)
            )
        if field == "visibility" and operator in {"=", "!="}:
            wanted_visibility, scope = self.string(), self.scope
            return lambda row: (_visibility(scope, row) == wanted_visibility) is (operator == "=")
        raise _UnreadableError

    def has(self, field: str) -> Test:
        self.take("op", "{")
        self.take("word", "key")
        self.take("op", "=")
        key = self.string()
        self.take("word", "and")
        self.take("word", "value")
        self.take("op", "=")
        value = self.string()
        self.take("op", "}")
        return lambda row: (row.data.get(field) or {}).get(key) == value


def _text_test(scope: Any, field: str, operator: str, wanted: str) -> Test:
    if operator in {"=", "!="}:
        return lambda row: (row.data.get(field) == wanted) is (operator == "=")
    folded = wanted.casefold()
    if field == "mimeType":
        return lambda row: str(row.data.get("mimeType", "")).casefold().startswith(folded)
    starts = re.compile(rf"(?<!\w){re.escape(folded)}")
    if field == "name":
        return lambda row: bool(starts.search(str(row.data.get("name") or "").casefold()))

    def anywhere(row: Any) -> bool:
        content = scope.get("content", row.id)
        words = [
            row.data.get("name"),
            row.data.get("description"),
            content and content.data.get("words"),
        ]
        return any(starts.search(str(text or "").casefold()) for text in words)

    return anywhere


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _UnreadableError from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _visibility(scope: Any, row: Any) -> str:
    for each in scope.all("permission", file=row.id):
        found = "CanFind" if each.data.get("allowFileDiscovery") else "WithLink"
        if each.data["type"] in {"anyone", "domain"}:
            return f"{each.data['type']}{found}"
    return "limited"
