"""Headers that every answer of a service has."""

from __future__ import annotations

from typing import Any

from twingen.twin.expression import Evaluate
from twingen.twin.functions import FUNCTIONS
from twingen.twin.template import compile_template, used

_TIME = frozenset({"now", "epoch"})
_ANY = frozenset({"base", "credential", "method"})


class _Timed:
    """What depends on the time alone, computed once for each millisecond."""

    __slots__ = ("_evaluate", "_millis", "_value")

    def __init__(self, evaluate: Evaluate):
        self._evaluate = evaluate
        self._millis: int | None = None
        self._value: Any = None

    def __call__(self, scope: Any) -> Any:
        if scope.millis != self._millis:
            self._value = self._evaluate(scope)
            self._millis = scope.millis
        return self._value


def compile_header(value: Any) -> Evaluate:
    """Return the function of a scope that gives a header's value."""
    names, calls = used(value)
    evaluate = compile_template(value)
    return _Timed(evaluate) if isinstance(value, str) and names <= _TIME and calls <= FUNCTIONS.keys() else evaluate


def of_any(value: Any) -> bool:
    """Return whether a header says the same whatever was asked for."""
    names, _ = used(value)
    return isinstance(value, str) and names <= _TIME | _ANY
