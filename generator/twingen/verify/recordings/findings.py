"""Outcomes that differ → findings, one for each operation and root."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from twingen.report.model import Finding
from twingen.verify.recordings.outcome import OF_VALUES, Outcome
from twingen.verify.recordings.telling import diff_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Judged exchanges of one operation that differ for one reason, in the order of the recording."""

    operation: str
    check: Literal["status", "shape", "value"]
    cause: str
    outcomes: tuple[Outcome, ...]


def groups(outcomes: Iterable[Outcome]) -> list[Group]:
    """Return what differs by operation and cause, most exchanges first."""
    found: dict[tuple[str, Literal["status", "shape", "value"], str], list[Outcome]] = defaultdict(list)
    different = [one for one in outcomes if one.judged and not one.match]
    common = _common_paths(different)
    for one in different:
        cause = one.cause
        if cause.startswith(OF_VALUES):
            cause = OF_VALUES + max(_value_paths(one), key=lambda path: (common[one.operation, path], path))
        found[one.operation, check_of(one), cause].append(one)
    return sorted(
        (
            Group(operation=operation, check=check, cause=cause, outcomes=tuple(members))
            for (operation, check, cause), members in found.items()
        ),
        key=lambda group: (-len(group.outcomes), group.operation, group.check, group.cause),
    )


def _common_paths(outcomes: Iterable[Outcome]) -> Counter[tuple[str, str]]:
    """Return how often each path's value differs in an operation: what differs most is the root."""
    return Counter((one.operation, path) for one in outcomes for path in _value_paths(one))


def _value_paths(outcome: Outcome) -> set[str]:
    assert outcome.likeness is not None
    return {one.path for one in outcome.likeness.differences if one.check == "value"}


def check_of(outcome: Outcome) -> Literal["status", "shape", "value"]:
    """Return the weightiest thing in which an answer differs."""
    assert outcome.likeness is not None
    if not outcome.likeness.status:
        return "status"
    return "shape" if outcome.likeness.same_values else "value"


def finding_of(group: Group) -> Finding:
    first = group.outcomes[0]
    lines = diff_of(first)
    known = group.operation or "a request that no document names"
    return Finding(
        source="recording",
        check=group.check,
        operation=group.operation,
        identity=f"recording {group.check} {group.operation} {group.cause}",
        title=f"{known} answers otherwise than recorded: {group.cause}",
        cause=group.cause,
        expected="\n".join(line[2:] for line in lines if line.startswith("-")),
        observed="\n".join(line[2:] for line in lines if line.startswith("+")),
        curl=(first.curl,),
        count=len(group.outcomes),
    )
