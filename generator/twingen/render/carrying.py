"""A unit by hand from one build to the next: kept, merged with what the rules say now, or stale."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from twingen.errors import TwinError
from twingen.render.evidence import Evidence
from twingen.render.merging import merge
from twingen.twin.load import load_resource
from twingen.twin.model import Resource, Twin

OBJECTS = ".twin/objects"


@dataclass(slots=True, kw_only=True)
class Carrying:
    """Carries the units of one twin. `merged` and `conflicts` are lines about what that came to."""

    source: Path
    twin: Twin
    evidence: Evidence
    inferred: dict[str, str]
    merged: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    _now: dict[str, str] = field(default_factory=dict)
    _bases: dict[str, str] = field(default_factory=dict)
    _fresh: set[str] = field(default_factory=set)

    def resource(self, file: str, resource: Resource) -> tuple[str, Resource]:
        """Return the text of a resource's unit and what it says, merged where that is possible."""
        text = self._carry(file)
        if text != self._read(file):
            resource = load_resource(text, file, self.twin.name)
        keys = [operation.key for operation in resource.operations]
        cites = [*resource.cite, *(cite for op in resource.operations for cite in op.cite)]
        self._now[file] = self.evidence.digest(keys, cites)
        return text, resource

    def text(self, file: str) -> str:
        """Return the text of a unit that is no resource."""
        cites = self.twin.service.cite if file == "service.yaml" else ()
        self._now[file] = self.evidence.digest((), cites)
        return self._read(file)

    def record(
        self, evidence: dict[str, str], bases: dict[str, str], stale: set[str], files: Iterable[str]
    ) -> None:
        """Put down what the lock keeps: evidence and base of every unit, and which are stale."""
        for file in files:
            now = self._now.get(file)
            if now is None:
                continue
            unit = self.twin.lock.units.get(file)
            seen = unit.evidence if unit is not None and file not in self._fresh else ""
            if unit is not None and unit.digest != _digest(self._read(file)):
                seen = ""  # a hand has been at it since: it is written against what is there now
            evidence[file] = seen or now
            if seen and seen != now:
                stale.add(file)
            base = self._bases.get(file)
            if base is None and file in stale and unit is not None and unit.base:
                base = self._object(unit.base)
            if base is not None:
                bases[file] = base

    def _carry(self, file: str) -> str:
        mine = self._read(file)
        unit = self.twin.lock.units.get(file)
        base = self._object(unit.base) if unit is not None and unit.base else None
        theirs = self.inferred.get(file)
        if base is None or theirs is None or base == theirs:
            return mine
        merged = merge(base, mine, theirs)
        if merged is None:
            return mine
        try:
            load_resource(merged.text, file, self.twin.name)
        except TwinError as trouble:
            self.conflicts.append(f"{file}: kept as it is, its merge does not load: {trouble.message}")
            return mine
        self.merged += [f"{file}: {what}" for what in merged.taken]
        self.conflicts += [f"{file}: {what}: kept as the hand has it" for what in merged.conflicts]
        if not merged.conflicts:
            self._fresh.add(file)
            self._bases[file] = theirs
        return merged.text

    def _read(self, file: str) -> str:
        return (self.source / file).read_text(encoding="utf-8")

    def _object(self, name: str) -> str | None:
        place = self.source / OBJECTS / name
        try:
            text = place.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return text if _digest(text) == name else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
