"""Every scenario of a twin over its trajectories, as events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from twingen.errors import TwingenError, UsageError
from twingen.report.model import Finding, Note, Story
from twingen.runtime.run import Run
from twingen.twin.model import Twin
from twingen.verify.events import Began, Ended, Event, Found, Noted, Told, Tried
from twingen.verify.scenarios.binding import Finder, Scenario
from twingen.verify.scenarios.finding import finding_of
from twingen.verify.scenarios.gathering import finder, gather
from twingen.verify.scenarios.playing import Player, Trajectory
from twingen.verify.scenarios.stage import PORT, GivenStage, InProcessStage, Stage, is_twin
from twingen.verify.scenarios.trajectories import Variant, names_in, variants_of
from twingen.verify.target import InProcess, Target

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_scenarios(
    twins: Sequence[Twin] | Twin,
    *,
    target: Target | Mapping[str, Target] | None = None,
    files: Sequence[Path] | None = None,
    times: int = 1,
    variants: bool = True,
    seed: int = 0,
    cancelled: Callable[[], bool] = lambda: False,
    find: Finder | None = None,
) -> Iterator[Event]:
    """Play the scenarios of `twins`, each `times` times, and tell what came of it.

    Without `target` the twins run in this process; a mapping has a target for each twin by name.
    `files` are files and folders (None: the twins' own scenarios). The first trajectory of seed 0
    is the scenario as written; with `variants` the others are about others, in other orders.
    `find` finds further twins that scenarios name. A file that cannot be read is a Story with
    trouble and a Noted error; raises UsageError when a file of `files` is not there.
    """
    known = [twins] if isinstance(twins, Twin) else list(twins)
    found = list(gather(known, files, finder(known, find)))
    yield Began(source="scenario", total=len(found))
    stages = Stages(known, target)
    for one in found:
        if cancelled():
            yield Ended(source="scenario", reason="interrupted")
            return
        if isinstance(one, Scenario):
            yield from _told(one, known, stages, times, variants, seed, cancelled)
        else:
            file, error = one
            yield Noted(note=Note(level="error", text=str(error)))
            yield Told(story=Story(id=file.stem, file=str(file), trouble=str(error)))
    yield Ended(source="scenario")


class Stages:
    """Makes a stage for each trajectory, from what the caller has."""

    def __init__(
        self, twins: Sequence[Twin], target: Target | Mapping[str, Target] | None, port: int = PORT
    ):
        self.port = port
        self.given: Mapping[str, Target] | None = None
        if isinstance(target, Mapping):
            self.given = dict(target)
        elif target is not None:
            self.given = {twins[0].name: target}
        self._runs: dict[tuple[str, ...], Run] = {}
        self._worlds: dict[int, bool] = {}

    def targets(self, scenario: Scenario) -> Mapping[str, Target]:
        """Return the given targets by source; raises UsageError where one is lacking."""
        assert self.given is not None
        found: dict[str, Target] = {}
        for source, twin in scenario.twins.items():
            target = self.given.get(twin.name) or self.given.get(source)
            if target is None:
                raise UsageError(
                    f"{scenario.id} speaks to {source} as well, and no server is given for it",
                    where=scenario.file, remedy=f"--base-url {source}=URL",
                )  # fmt: skip
            found[source] = target
        return found

    def fresh(self, scenario: Scenario) -> bool:
        """Return whether every trajectory starts anew."""
        if self.given is None:
            return True
        targets = self.targets(scenario)
        return not any(target.remote for target in targets.values()) or self._have_worlds(targets)

    def open(self, scenario: Scenario, seed: str) -> Stage:
        names = names_in(scenario)
        if self.given is None:
            return InProcessStage(self._run(scenario), names, seed, self.port)
        targets = self.targets(scenario)
        inside = [target for target in targets.values() if type(target) is InProcess]
        if len(inside) == len(targets) and len({id(one.run) for one in inside}) == 1:
            return InProcessStage(inside[0].run, names, seed)
        return GivenStage(targets, worlds=self._have_worlds(targets))

    def _run(self, scenario: Scenario) -> Run:
        """Return a run of a scenario's twins; scenarios with the same twins share it."""
        twins = {twin.name: twin for twin in scenario.twins.values()}
        key = tuple(sorted(twins))
        if key not in self._runs:
            self._runs[key] = Run([twins[name] for name in key])
        return self._runs[key]

    def _have_worlds(self, targets: Mapping[str, Target]) -> bool:
        for target in targets.values():
            if id(target) not in self._worlds:
                self._worlds[id(target)] = target.remote and is_twin(target)
            if not self._worlds[id(target)]:
                return False
        return True


@dataclass(slots=True)
class _Sum:
    """What became of a scenario so far."""

    played: int = 0
    satisfied: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    findings: dict[str, Finding] = field(default_factory=dict)

    def add(self, scenario: Scenario, trajectory: Trajectory, variant: Variant, keys: frozenset[str]) -> None:
        self.played += 1
        self.satisfied += trajectory.satisfied
        for exchange in trajectory.exchanges:
            if exchange.operation in keys:
                self.calls[exchange.operation] += 1
        failure = trajectory.failure
        if failure is None:
            return
        if failure.exchange is not None and failure.exchange.operation in keys:
            self.failed[failure.exchange.operation] += 1
        finding = finding_of(scenario, trajectory, failure, keys, variant.about)
        known = self.findings.get(finding.identity)
        self.findings[finding.identity] = finding if known is None else replace(known, count=known.count + 1)


def _told(
    scenario: Scenario, twins: Sequence[Twin], stages: Stages, times: int, vary: bool, seed: int,
    cancelled: Callable[[], bool],
) -> Iterator[Event]:  # fmt: skip
    """Play one scenario and tell the whole of it."""
    keys = frozenset(operation.key for twin in twins for operation in twin.contract.operations)
    total = _Sum()
    trouble = ""
    try:
        check_reach(scenario, stages)
        as_written = stages.fresh(scenario)
        for variant in variants_of(scenario, times, seed, vary=vary, as_written=as_written):
            if cancelled():
                break
            total.add(scenario, play(scenario, variant, stages), variant, keys)
    except (TwingenError, PermissionError) as error:
        trouble = str(error)
        yield Noted(note=Note(level="error", text=f"{scenario.file}: {scenario.id} cannot be played: {trouble}"))
    for key, count in total.calls.items():
        yield Tried(source="scenario", operation=key, cases=count, failed=total.failed[key], check=scenario.id)
    for finding in total.findings.values():
        yield Found(finding=finding)
    yield Told(
        story=Story(
            id=scenario.id, file=scenario.file, summary=scenario.workflow.summary, trajectories=total.played,
            satisfied=total.satisfied, trouble=trouble,
        )
    )  # fmt: skip


def play(scenario: Scenario, variant: Variant, stages: Stages) -> Trajectory:
    """Play one trajectory in a world of its own."""
    stage = stages.open(scenario, f"/{variant.seed}" if variant.seed else "")
    try:
        return Player(variant.document, scenario.calls, stage).whole(variant.workflow, variant.order)
    finally:
        stage.close()


def check_reach(scenario: Scenario, stages: Stages) -> None:
    """Raise UsageError for a scenario that writes to a server that may only be read."""
    if stages.given is None:
        return
    for source, target in stages.targets(scenario).items():
        if getattr(target, "read_only", False):
            writes = [
                call.operation.id or call.operation.key
                for call in scenario.calls.values()
                if call.source == source and call.operation.method not in _SAFE
            ]
            if writes:
                raise UsageError(
                    f"it writes ({writes[0]}), and {target.address} may only be read",
                    remedy="--destructive HOST allows writes to that host",
                )
