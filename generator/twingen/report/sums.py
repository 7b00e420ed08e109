"""The figures of a report in sum, each with what it is a share of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from twingen.report.model import Column, Finding, OperationResult, Report, Tally

# fails: something open is on record; excused: only what deviations.yaml excuses; untried: no cases.
Status = Literal["fails", "excused", "holds", "untried"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many. `of` 0 means that nothing was tried, not that everything failed."""

    held: int
    of: int

    @property
    def percent(self) -> float | None:
        return 100 * self.held / self.of if self.of else None

    def __str__(self) -> str:
        return f"{self.held} of {self.of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """A report in numbers.

    `published` and `overlay` count operations that passed every case of those that had any;
    unsupported operations are in neither, `untried` had no case. `laws` counts laws on operations,
    `stories` trajectories, `recordings` recorded answers. `cases` are all generated ones.
    """

    documented: int
    semantic: int
    shape: int
    unsupported: int
    published: Share
    overlay: Share
    untried: int
    cases: Tally
    median_cases: int
    laws: Share
    scenarios: int
    stories: Share
    recordings: Share
    open: int
    excused: int


def sums(report: Report) -> Sums:
    """Return the report's figures over all its operations."""
    return _sums(report, report.operations)


def by_resource(report: Report) -> dict[str, Sums]:
    """Return the figures of each resource, in order of name."""
    groups: dict[str, list[OperationResult]] = {}
    for operation in report.operations:
        groups.setdefault(operation.resource, []).append(operation)
    return {name: _sums(report, groups[name]) for name in sorted(groups)}


def _sums(report: Report, operations: Iterable[OperationResult]) -> Sums:
    operations = list(operations)
    tiers = Counter(operation.tier for operation in operations)
    supported = [one for one in operations if one.tier != "unsupported"]
    tried = sorted(generated(one) for one in supported if generated(one))
    keys = {operation.key for operation in operations}
    whole = len(operations) == len(report.operations)
    findings = [one for one in report.findings if one.operation in keys or (whole and not one.operation)]
    laws = [held for one in operations for held in one.laws.values()]
    satisfied = Share(
        held=sum(story.satisfied for story in report.stories),
        of=sum(story.trajectories for story in report.stories),
    )
    scenarios = sum((one.scenarios for one in operations), Tally())
    recorded = sum((one.recordings for one in operations), Tally())
    return Sums(
        documented=len(operations),
        semantic=tiers["semantic"],
        shape=tiers["shape"],
        unsupported=tiers["unsupported"],
        published=_passing(supported, "published"),
        overlay=_passing(supported, "overlay"),
        untried=len(supported) - len(tried),
        cases=sum((one.overlay if one.overlay.cases else one.published for one in supported), Tally()),
        median_cases=tried[len(tried) // 2] if tried else 0,
        laws=Share(held=sum(laws), of=len(laws)),
        scenarios=len(report.stories) if whole else scenarios.cases,
        stories=satisfied if whole else Share(held=scenarios.held, of=scenarios.cases),
        recordings=Share(held=recorded.held, of=recorded.cases),
        open=sum(one.open for one in findings),
        excused=sum(not one.open for one in findings),
    )


def _passing(operations: list[OperationResult], column: Column) -> Share:
    tallies = [one.published if column == "published" else one.overlay for one in operations]
    tried = [tally for tally in tallies if tally.cases]
    return Share(held=sum(not tally.failed for tally in tried), of=len(tried))


def generated(operation: OperationResult) -> int:
    """Return how many generated cases an operation had: the same ones are held to both columns."""
    return max(operation.published.cases, operation.overlay.cases)


def statuses(report: Report) -> Mapping[str, Status]:
    """Return how each operation stands, by key."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.operation, []).append(finding)
    return {one.key: _status(one, found.get(one.key, [])) for one in report.operations}


def _status(operation: OperationResult, findings: list[Finding]) -> Status:
    if any(finding.open for finding in findings) or not all(operation.laws.values()):
        return "fails"
    if findings:
        return "excused"
    tried = generated(operation) or operation.laws or operation.scenarios.cases or operation.recordings.cases
    return "holds" if tried else "untried"


def by_unit(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Return findings grouped by the file that answers for them, worst first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.unit or "the service as a whole", []).append(finding)
    for group in groups.values():
        group.sort(key=lambda one: (-one.count, one.operation, one.check, one.identity))
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
