"""What provers yield, folded into a report: findings once each, and tallies by operation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from twingen import __version__
from twingen.report.model import (
    Excuse,
    Finding,
    Note,
    OperationResult,
    Report,
    Round,
    Story,
    Tally,
)
from twingen.twin.model import Twin
from twingen.twin.record import Standing
from twingen.verify.events import Event, Found, Noted, NotTried, Told, Tried

_OVERLAID = "only the contract as published is broken: a repair in overlay.yaml, with its evidence, allows it"
_UNKNOWN = Standing(tier="shape", reasons=("twin.lock has nothing on record about it",))


@dataclass(slots=True)
class _Tried:
    """The tallies of one operation while they grow."""

    published: Tally = field(default_factory=Tally)
    overlay: Tally = field(default_factory=Tally)
    laws: dict[str, bool] = field(default_factory=dict)
    scenarios: Tally = field(default_factory=Tally)
    recordings: Tally = field(default_factory=Tally)
    not_tried: str = ""

    @property
    def cases(self) -> int:
        return self.published.cases + self.overlay.cases

    def add(self, event: Tried) -> None:
        tally = Tally(cases=event.cases, failed=event.failed)
        match event.source:
            case "contract":
                if event.column != "overlay":
                    self.published += tally
                if event.column != "published":
                    self.overlay += tally
            case "law":
                if event.cases:
                    self.laws[event.check] = self.laws.get(event.check, True) and not event.failed
            case "scenario":
                self.scenarios += tally
            case "recording" | "parity":
                self.recordings += tally


class Collector:
    """Folds events about one twin; `report` may be asked for at any time."""

    def __init__(self, twin: Twin, operations: Iterable[str] | None = None):
        self.twin = twin
        self.chosen = None if operations is None else frozenset(operations)
        self.cases = 0
        self._tried: dict[str, _Tried] = {}
        self._findings: dict[str, Finding] = {}
        self._stories: dict[tuple[str, str], Story] = {}
        self._notes: dict[tuple[str, str, str], Note] = {}
        self._units = {
            operation.key: f"resources/{resource.name}.yaml"
            for resource in twin.resources
            for operation in resource.operations
        }
        self._resources = {
            operation.key: operation.resource
            for resource in twin.resources
            for operation in resource.operations
        }

    def resume(self, report: Report) -> None:
        """Go on from what an earlier report says."""
        for one in report.operations:
            self._tried[one.key] = _Tried(
                published=one.published, overlay=one.overlay, laws=dict(one.laws), scenarios=one.scenarios,
                recordings=one.recordings, not_tried=one.not_tried,
            )  # fmt: skip
        self._findings = {one.identity: one for one in report.findings}
        self._stories = {(one.file, one.id): one for one in report.stories}
        self._notes = {_about(note): note for note in report.notes}
        self.cases = sum(round.cases for round in report.rounds)

    def add(self, event: Event) -> Finding | None:
        """Take an event in; returns the finding that was not known before, if it is one."""
        match event:
            case Tried():
                # Both columns hold the same cases: they count once.
                self.cases += 0 if event.column == "published" else event.cases
                if event.operation:
                    self._tried.setdefault(event.operation, _Tried()).add(event)
            case Found():
                return self._found(event.finding)
            case Told():
                self._told(event.story)
            case Noted():
                self._notes[_about(event.note)] = event.note
            case NotTried():
                self._tried.setdefault(event.operation, _Tried()).not_tried = event.why
        return None

    def forget(self, key: str) -> None:
        """Drop what was found of an operation whose behaviour has changed: it is proved anew."""
        self._tried.pop(key, None)
        self._findings = {name: one for name, one in self._findings.items() if one.operation != key}

    def reconsider(self) -> None:
        """Look again at what excuses each finding: the twin has changed."""
        self._findings = {
            name: replace(one, deviation=self._excuse(one)) for name, one in self._findings.items()
        }

    @property
    def open(self) -> list[Finding]:
        return [finding for finding in self._findings.values() if finding.open]

    @property
    def troubled(self) -> list[Note]:
        """Provers and cases that could not be run."""
        return [note for note in self._notes.values() if note.level == "error"]

    def untried(self) -> list[str]:
        """Return the supported operations that nothing was tried on and nothing says why."""
        return [
            one.key
            for one in self._operations()
            if one.tier != "unsupported" and not one.not_tried and self._untried(one)
        ]

    @staticmethod
    def _untried(one: OperationResult) -> bool:
        tallies = (one.published, one.overlay, one.scenarios, one.recordings)
        return not one.laws and not any(tally.cases for tally in tallies)

    def report(
        self, *, address: str, seed: int, seconds: float, rounds: Iterable[Round] = (),
        converged: bool | None = None, not_reached: str = "", demotions: Iterable[Excuse] = (),
        digest: str = "",
    ) -> Report:  # fmt: skip
        twin = self.twin
        findings = sorted(self._findings.values(), key=lambda one: (one.unit, one.operation, one.identity))
        return Report(
            name=twin.name,
            title=twin.title,
            address=address,
            twingen=__version__,
            contract=twin.contract.version,
            seed=seed,
            seconds=seconds,
            converged=converged,
            operations=tuple(self._operations()),
            findings=tuple(findings),
            rounds=tuple(rounds),
            stories=tuple(self._stories.values()),
            excuses=(*demotions, *self._deviations(), *_repairs(twin)),
            notes=tuple(self._notes.values()),
            not_reached=not_reached,
            digest=digest,
        )

    def _found(self, finding: Finding) -> Finding | None:
        if self.chosen is not None and finding.operation not in {"", *self.chosen}:
            return None
        known = self._findings.get(finding.identity)
        if known is not None:
            columns = tuple(dict.fromkeys((*known.columns, *finding.columns)))
            merged = replace(known, count=known.count + finding.count, columns=columns)
            if not finding.evidence:  # this time the documents do not show it
                merged = replace(merged, evidence="", deviation="")
            self._findings[finding.identity] = replace(merged, deviation=self._excuse(merged))
            return None
        finding = replace(
            finding,
            title=finding.title.removeprefix(f"{finding.operation}: "),
            unit=finding.unit or self._units.get(finding.operation, ""),
            curl=tuple(expandable(line) for line in finding.curl),
            deviation=self._excuse(finding),
        )
        self._findings[finding.identity] = finding
        return finding

    def _excuse(self, finding: Finding) -> str:
        """Return why a finding does not count; "" where it does.

        A deviation excuses it; or that only the contract as published is broken, and the overlay has
        evidence against that one; or that the twin says itself that this law does not hold.
        """
        for one in self.twin.deviations:
            if one.operation == finding.operation and one.check == finding.check:
                return one.reason
        if finding.evidence:
            return finding.deviation
        standing = self.twin.lock.standing.get(finding.operation, _UNKNOWN)
        if finding.source == "law" and standing.tier == "shape":
            for reason in standing.reasons:
                if reason.startswith(f"law {finding.check} "):
                    return f"the operation is called shape, because {reason}"
        only_published = finding.source == "contract" and finding.columns == ("published",)
        return _OVERLAID if only_published else ""

    def _told(self, story: Story) -> None:
        """Add a scenario's trajectories to those of earlier rounds."""
        key = story.file, story.id
        known = self._stories.get(key)
        if known is not None:
            story = replace(
                story,
                trajectories=known.trajectories + story.trajectories,
                satisfied=known.satisfied + story.satisfied,
            )
        self._stories[key] = story

    def _operations(self) -> Iterable[OperationResult]:
        standing = self.twin.lock.standing
        for documented in self.twin.contract.operations:
            key = documented.key
            if self.chosen is not None and key not in self.chosen:
                continue
            tried = self._tried.get(key, _Tried())
            known = standing.get(key, _UNKNOWN)
            proof = known.proof
            yield OperationResult(
                key=key,
                id=documented.id,
                method=documented.method,
                path=documented.path,
                resource=self._resources.get(key) or next(iter(documented.tags), "without a resource"),
                tier=known.tier,
                reasons=known.reasons,
                published=tried.published,
                overlay=tried.overlay,
                laws=dict(tried.laws),
                scenarios=tried.scenarios,
                recordings=tried.recordings,
                not_tried="" if tried.cases else tried.not_tried,
                proof=f"{proof.kind}: {proof.by}" if proof else "",
            )

    def _deviations(self) -> Iterable[Excuse]:
        for one in self.twin.deviations:
            used = sum(
                finding.count
                for finding in self._findings.values()
                if (finding.operation, finding.check) == (one.operation, one.check)
            )
            yield Excuse(
                kind="deviation", what=f"{one.operation}: {one.check}", why=one.reason,
                evidence=one.evidence, used=used,
            )  # fmt: skip
        for finding in self._findings.values():
            if finding.evidence:
                yield Excuse(
                    kind="deviation", what=f"{finding.operation}: {finding.check}",
                    why=finding.deviation, evidence=finding.evidence, used=finding.count,
                )  # fmt: skip


def _about(note: Note) -> tuple[str, str, str]:
    """Return what a note is about: each round's figures take the place of the last one's."""
    return note.level, note.operation, re.sub(r"[\d,.]*\d", "#", note.text)


def _repairs(twin: Twin) -> Iterable[Excuse]:
    for repair in twin.contract.repairs:
        yield Excuse(kind="repair", what=repair.target, why=repair.reason, evidence=repair.evidence)


_SECRET = re.compile(r"'([^']*\$TWINGEN_TOKEN[^']*)'")


def expandable(command: str) -> str:
    """Return a command in which the shell fills in $TWINGEN_TOKEN: single quotes would hide it."""
    return _SECRET.sub(lambda found: _double(found.group(1)), command)


def _double(text: str) -> str:
    pieces = ['"$TWINGEN_TOKEN"' if n % 2 else f"'{piece}'" if piece else ""
              for n, piece in enumerate(re.split(r"(\$TWINGEN_TOKEN)", text))]  # fmt: skip
    plain = not re.search(r'["\\`!]|\$(?!TWINGEN_TOKEN)', text)
    return f'"{text}"' if plain else "".join(pieces)
