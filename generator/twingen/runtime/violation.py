"""What is wrong with a value: the errors of jsonschema-rs flattened to readable leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import jsonschema_rs

Place = Literal["query", "path", "header", "cookie", "body"]
Validator = jsonschema_rs.Draft202012Validator

_LIMIT = 20
_LONGEST_MESSAGE = 300
_UNIONS = frozenset({"anyOf", "oneOf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken constraint.

    `name` is the parameter or, in a body, the property concerned ('' for the whole body);
    `pointer` leads from the parameter's or the body's root to the value; `kind` is the JSON Schema
    keyword that failed (`readOnly` and `writeOnly` included); `expected` is what the keyword asks.
    """

    location: Place = "body"
    name: str = ""
    pointer: str = ""
    kind: str
    message: str
    expected: Any = None


def fits(validator: Validator, value: Any) -> bool:
    """Return whether `value` is valid; what JSON cannot hold is not."""
    try:
        return bool(validator.is_valid(value))
    except ValueError:
        return False


def violations(
    validator: Validator,
    value: Any,
    *,
    location: Place = "body",
    name: str | None = None,
    limit: int = _LIMIT,
) -> list[Violation]:
    """Return what is wrong with `value`, at most `limit` leaves; `name` is the parameter's."""
    try:
        if validator.is_valid(value):
            return []
        leaves = list(islice(_leaves(islice(validator.iter_errors(value), limit)), limit))
    except ValueError as error:  # a value that JSON cannot hold: bytes, a lone surrogate
        return [
            Violation(location=location, name=name or "", kind="type", message=str(error)[:300])
        ]
    found = [_violation(leaf, location, name) for leaf in leaves]
    return list({(v.pointer, v.kind, v.name, v.message): v for v in found}.values())


def _leaves(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterable[Any]:
    for error in errors:
        kind = error.kind.name
        if kind in _UNIONS:
            branch = _best(error)
            if branch:
                yield from _leaves(branch)
                continue
        yield error


def _best(error: jsonschema_rs.ValidationError) -> list[jsonschema_rs.ValidationError]:
    """Return the errors of the branch that the value most likely meant, [] if none stands out."""
    branches = getattr(error.kind, "context", None) or []
    ranked = [(_distance(branch, len(error.instance_path)), n) for n, branch in enumerate(branches)]
    ranked = [entry for entry in ranked if branches[entry[1]]]
    if not ranked:  # several branches of a oneOf are valid
        return []
    ranked.sort()
    first = ranked[0]
    if len(ranked) > 1 and first[0][0] == 2 and ranked[1][0][0] == 2:
        return []  # of no branch's type: name the union itself
    return list(branches[first[1]])


def _distance(branch: list[jsonschema_rs.ValidationError], depth: int) -> tuple[int, int, int]:
    """Rank a failed branch: a wrong type at the root is far, a wrong tag less so."""
    far, count, deepest = 0, 0, 0
    for error in branch:
        count += 1
        below = len(error.instance_path) - depth
        deepest = max(deepest, below)
        kind = error.kind.name
        if below == 0 and kind == "type":
            far = 2
        elif far == 0 and below <= 1 and kind in ("const", "enum"):
            far = 1
    return far, count, -deepest


def _violation(
    error: jsonschema_rs.ValidationError, location: Place, name: str | None
) -> Violation:
    path = error.instance_path
    kind: str = error.kind.name
    expected: Any = error.kind.value
    message = error.message
    schema_path = error.schema_path
    if kind == "falseSchema":
        if schema_path and schema_path[-1] in ("additionalProperties", "unevaluatedProperties"):
            kind = str(schema_path[-1])
            known = f'"{path[-1]}" is not a known property' if path else ""
            message = known or "properties that are not known are not allowed"
        else:
            kind = "writeOnly"
            message = f'"{path[-1] if path else ""}" is not allowed here'
        expected = False
    elif kind == "additionalProperties":
        expected = False
    elif kind == "required":
        path = [*path, expected]
    elif kind == "type" and len(error.kind.as_dict().get("types", ())) == 1:
        expected = expected[0]
    pointer = "".join(f"/{_escaped(step)}" for step in path)
    if name is None:
        name = next((step for step in reversed(path) if isinstance(step, str)), "")
    if len(message) > _LONGEST_MESSAGE:
        head, tail = message[:120], message[-160:]
        message = f"{head}...{tail}"
    return Violation(
        location=location,
        name=name,
        pointer=pointer,
        kind=kind,
        message=message,
        expected=expected,
    )


def _escaped(step: str | int) -> str:
    return step.replace("~", "~0").replace("/", "~1") if isinstance(step, str) else str(step)
