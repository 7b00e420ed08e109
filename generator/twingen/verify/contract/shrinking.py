"""Failing requests made smaller: what can be left out while the same check still fails is left out."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from schemathesis.checks import CheckContext
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response as Answer
from schemathesis.generation.case import Case

from twingen.runtime.http import Request

# So many requests are spent on one finding.
_TRIES = 40

AnyCase = Case[Any]
Check = Callable[[CheckContext, Answer, AnyCase], bool | None]
Send = Callable[[AnyCase], tuple[Answer, Request]]


class Shrinker:
    """Makes the first failing request of each finding smaller.

    `send` answers a case without changing the world that the other cases see. `smallest` holds what
    was sent, by operation, check, class and key of the failure.
    """

    def __init__(self, send: Send):
        self._send = send
        self._busy = False
        self.smallest: dict[tuple[str, str, str, str], Request] = {}

    def shrink(
        self, name: str, check: Check, ctx: CheckContext, response: Answer, case: AnyCase,
        failure: Failure | FailureGroup,
    ) -> None:  # fmt: skip
        if self._busy:
            return
        self._busy = True
        try:
            for one in _failures(failure):
                key = identity(case.operation.label, name, one)
                if key not in self.smallest:
                    found = self._smaller(check, ctx, case, name, key)
                    if found is not None:
                        self.smallest[key] = found
        finally:
            self._busy = False

    def _smaller(
        self, check: Check, ctx: CheckContext, case: AnyCase, name: str, key: tuple[str, str, str, str]
    ) -> Request | None:
        left = _TRIES
        found: Request | None = None
        changed = True
        while changed and left > 0:
            changed = False
            for candidate in _candidates(case):
                left -= 1
                if left < 0:
                    break
                request = self._fails(check, ctx, candidate, name, key)
                if request is not None:
                    case, found, changed = candidate, request, True
                    break
        return found

    def _fails(
        self, check: Check, ctx: CheckContext, case: AnyCase, name: str, key: tuple[str, str, str, str]
    ) -> Request | None:
        try:
            response, request = self._send(case)
            check(ctx, response, case)
        except (Failure, FailureGroup) as failure:
            same = any(identity(case.operation.label, name, one) == key for one in _failures(failure))
            return request if same else None
        except Exception:
            return None  # what is left can no longer be sent or judged
        return None


def identity(label: str, name: str, failure: Failure) -> tuple[str, str, str, str]:
    """Return what makes two failures the same finding."""
    return label, name, type(failure).__name__, failure._unique_key


def _failures(failure: Failure | FailureGroup) -> list[Failure]:
    if isinstance(failure, Failure):
        return [failure]
    return [one for one in failure.exceptions if isinstance(one, Failure)]


def _candidates(case: AnyCase) -> Iterator[AnyCase]:
    """Yield copies of a case with one thing less; what is big goes first."""
    for place in ("query", "headers", "cookies"):
        values = getattr(case, place)
        if values:
            for name in list(values):
                without = copy.copy(values)
                del without[name]
                yield _with(case, place, without)
    if isinstance(case.body, (dict, list)):
        for body in _less(case.body):
            yield _with(case, "body", body)


def _less(value: Any) -> Iterator[Any]:
    """Yield a JSON value with one member less, at any depth."""
    if isinstance(value, dict):
        for name in value:
            yield {key: inner for key, inner in value.items() if key != name}
        for name, inner in value.items():
            for smaller in _less(inner):
                yield {**value, name: smaller}
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]
        for index, inner in enumerate(value):
            for smaller in _less(inner):
                yield [*value[:index], smaller, *value[index + 1 :]]


def _with(case: AnyCase, place: str, value: Any) -> AnyCase:
    """Return a copy of a case with one part changed; how the case came about is left behind."""
    parts = {
        "path_parameters": case.path_parameters,
        "headers": case.headers,
        "cookies": case.cookies,
        "query": case.query,
        "body": case.body,
        place: value,
    }
    return Case(
        operation=case.operation, method=case.method, path=case.path, media_type=case.media_type,
        multipart_content_types=case.multipart_content_types, meta=None,
        **{name: copy.copy(part) for name, part in parts.items()},
    )  # fmt: skip
