"""Whether criteria hold, and what speaks against it where they do not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import jsonpath
import orjson

from twingen.verify.outcome import brief
from twingen.verify.scenarios.condition import compile_condition
from twingen.verify.scenarios.expression import (
    MISSING,
    Scope,
    Unresolved,
    evaluate,
    parse,
    rendered,
    written,
)
from twingen.verify.scenarios.model import Criterion

_PATHS = jsonpath.JSONPathEnvironment(strict=True)


def check_criterion(criterion: Criterion) -> None:
    """Raise ValueError for a criterion that cannot be read."""
    if criterion.language == "simple":
        if criterion.context:
            raise ValueError("a simple condition names its values itself: leave out `context`")
        compile_condition(criterion.condition)
        return
    if not criterion.context:
        raise ValueError(f"a {criterion.language} condition wants a `context`, such as $response.body")
    parse(criterion.context)
    if "{$" in criterion.condition:
        return  # it is read once its expressions have values
    compile_text(criterion.language, criterion.condition)


def compile_text(language: str, condition: str) -> Any:
    """Return a compiled regular expression or JSONPath; raises ValueError."""
    try:
        return _pattern(condition) if language == "regex" else _path(condition)
    except re.error as error:
        raise ValueError(f"{condition!r} is no regular expression: {error}") from None
    except jsonpath.JSONPathError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{condition!r} is no JSONPath of RFC 9535: {reason}") from None


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@lru_cache(maxsize=1024)
def _path(text: str) -> Any:
    return _PATHS.compile(text)


def against(criterion: Criterion, scope: Scope) -> str | None:
    """Return what speaks against a criterion, None when it holds."""
    if criterion.language == "simple":
        condition = compile_condition(criterion.condition)
        return None if condition.holds(scope) else condition.values(scope) or "it never holds"
    value = evaluate(parse(criterion.context), scope)
    if value is MISSING:
        return f"{criterion.context} has no value"
    quoted = re.escape if criterion.language == "regex" else _inside_quotes
    try:
        condition_text = rendered(criterion.condition, scope, quoted=quoted) if (
            "{$" in criterion.condition
        ) else criterion.condition  # fmt: skip
        compiled = compile_text(criterion.language, condition_text)
    except (Unresolved, ValueError) as error:
        return str(error)
    if criterion.language == "regex":
        held = compiled.search(written(value)) is not None
    else:
        held = bool(compiled.findall(value))
    return None if held else f"{criterion.context} is {brief(value)}"


def _inside_quotes(text: str) -> str:
    """Return a text as it stands between the quotes of a JSONPath, single or double."""
    return orjson.dumps(text).decode()[1:-1].replace('\\"', "\\u0022").replace("'", "\\u0027")


def all_hold(criteria: tuple[Criterion, ...], scope: Scope) -> bool:
    return all(against(criterion, scope) is None for criterion in criteria)
