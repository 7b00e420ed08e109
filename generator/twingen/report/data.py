"""A report as JSON, and back. docs/proof.md describes the shape; `version` changes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from twingen.errors import UsageError
from twingen.report.model import (
    Excuse,
    Finding,
    Note,
    OperationResult,
    Passage,
    Report,
    Round,
    Story,
    Tally,
)
from twingen.report.sums import Share, statuses, sums

VERSION = 1
_TALLIES = ("published", "overlay", "scenarios", "recordings")
_Record = TypeVar("_Record", Finding, Round, Excuse, Note, Passage, Story)

Data = dict[str, Any]


def dump(report: Report) -> Data:
    """Return a report as plain JSON, its sums, bounds and statuses spelled out for readers."""
    standing = statuses(report)
    data: Data = {"version": VERSION} | {
        one.name: getattr(report, one.name)
        for one in fields(report)
        if one.name not in {"operations", "findings", "rounds", "stories", "excuses", "notes"}
    }
    data["sums"] = _sums(report)
    data["operations"] = [
        {**asdict(one), **{name: _tally(getattr(one, name)) for name in _TALLIES}, "status": standing[one.key]}
        for one in report.operations
    ]
    data["findings"] = [{**asdict(one), "open": one.open} for one in report.findings]
    data["stories"] = [{**asdict(one), "satisfaction": one.satisfaction} for one in report.stories]
    for name in ("rounds", "excuses", "notes"):
        data[name] = [asdict(one) for one in getattr(report, name)]
    return data


def load(data: Mapping[str, Any]) -> Report:
    """Return the report that `dump` wrote; raises UsageError for another version or shape."""
    if data.get("version") != VERSION:
        raise UsageError(
            f"this report is in version {data.get('version')!r}, and {VERSION} is read here",
            remedy="make it again: twingen check NAME --report json --out DIR",
        )
    try:
        plain = {one.name: data[one.name] for one in fields(Report) if one.name in data}
        return Report(
            **{
                **plain,
                "operations": tuple(_operation(one) for one in data["operations"]),
                "findings": tuple(_finding(one) for one in data["findings"]),
                "rounds": tuple(_record(Round, one) for one in data["rounds"]),
                "stories": tuple(_record(Story, one) for one in data["stories"]),
                "excuses": tuple(_record(Excuse, one) for one in data["excuses"]),
                "notes": tuple(_record(Note, one) for one in data["notes"]),
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"this is no report: {error}") from None


def _sums(report: Report) -> Data:
    found = sums(report)
    data: Data = {}
    for one in fields(found):
        value = getattr(found, one.name)
        if isinstance(value, Share):
            data[one.name] = {"held": value.held, "of": value.of}
        else:
            data[one.name] = _tally(value) if isinstance(value, Tally) else value
    return data


def _tally(tally: Tally) -> Data:
    bound = tally.bound
    return {"cases": tally.cases, "failed": tally.failed, "bound": None if bound is None else round(bound, 6)}


def _operation(data: Mapping[str, Any]) -> OperationResult:
    known = _known(OperationResult, data)
    tallies = {
        name: Tally(cases=data[name]["cases"], failed=data[name]["failed"]) for name in _TALLIES if name in data
    }
    return OperationResult(**{**known, **tallies, "reasons": tuple(data.get("reasons", ()))})


def _finding(data: Mapping[str, Any]) -> Finding:
    known = _known(Finding, data)
    passages = tuple(_record(Passage, one) for one in data.get("passages", ()))
    lists = {name: tuple(data.get(name, ())) for name in ("columns", "curl")}
    return Finding(**{**known, **lists, "passages": passages})


def _record(kind: type[_Record], data: Mapping[str, Any]) -> _Record:
    return kind(**_known(kind, data))


def _known(kind: type[Any], data: Mapping[str, Any]) -> Data:
    return {one.name: data[one.name] for one in fields(kind) if one.name in data}
