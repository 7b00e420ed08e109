"""Every scenario in lockstep on a twin, on its double in another world, and on a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from twingen.errors import TwingenError
from twingen.report.model import Finding, Note, Passage, Story
from twingen.twin.model import Twin
from twingen.verify.events import Began, Ended, Event, Found, Noted, Told, Tried
from twingen.verify.parity.comparing import Difference, differences
from twingen.verify.parity.folding import Folding
from twingen.verify.scenarios.binding import Finder, Scenario
from twingen.verify.scenarios.check import Stages, check_reach
from twingen.verify.scenarios.exchange import Exchange
from twingen.verify.scenarios.finding import curl_of
from twingen.verify.scenarios.gathering import finder, gather
from twingen.verify.scenarios.playing import Failure, Player, Playing
from twingen.verify.scenarios.stage import Stage
from twingen.verify.scenarios.trajectories import Variant, variants_of
from twingen.verify.target import Target

_CHECKS = {
    "status": "status", "missing": "shape", "extra": "shape", "type": "shape", "value": "values",
    "course": "course",
}  # fmt: skip
# A twin's double has another address and another seed, so that what depends on them shows as minted.
_PORT = 19_000
# The double's world lies elsewhere in time as well, so that times show as minted.
_ELSEWHERE = 37 * 3_600_000 + 421_000


def check_parity(
    twins: Sequence[Twin] | Twin,
    *,
    target: Target | Mapping[str, Target],
    files: Sequence[Path] | None = None,
    times: int = 1,
    variants: bool = True,
    seed: int = 0,
    cancelled: Callable[[], bool] = lambda: False,
    find: Finder | None = None,
) -> Iterator[Event]:
    """Play scenarios on twins in this process and on the servers of `target`, and compare answers.

    Parameters are those of `check_scenarios`. A trajectory ends where either side's criteria fail,
    or where the two go on differently. A Story counts trajectories without a difference.
    """
    known = [twins] if isinstance(twins, Twin) else list(twins)
    found = list(gather(known, files, finder(known, find)))
    yield Began(source="parity", total=len(found))
    here, there = Stages(known, None), Stages(known, target)
    elsewhere = Stages(known, None, _PORT)
    for one in found:
        if cancelled():
            yield Ended(source="parity", reason="interrupted")
            return
        if not isinstance(one, Scenario):
            file, error = one
            yield Noted(note=Note(level="error", text=str(error)))
            yield Told(story=Story(id=file.stem, file=str(file), trouble=str(error)))
            continue
        yield from _compared(one, known, (here, elsewhere, there), times, variants, seed)
    yield Ended(source="parity")


# The twin, its double, the server.
_Places = tuple[Stages, Stages, Stages]


@dataclass(slots=True)
class _Sum:
    played: int = 0
    alike: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    findings: dict[str, Finding] = field(default_factory=dict)
    unsatisfied: str = ""


def _compared(
    scenario: Scenario, twins: Sequence[Twin], stages: _Places, times: int, vary: bool, seed: int
) -> Iterator[Event]:
    keys = frozenset(operation.key for twin in twins for operation in twin.contract.operations)
    total = _Sum()
    trouble = ""
    try:
        check_reach(scenario, stages[2])
        fresh = stages[2].fresh(scenario)
        for variant in variants_of(scenario, times, seed, vary=vary, as_written=fresh):
            _play(scenario, variant, stages, total, keys)
    except (TwingenError, PermissionError) as error:
        trouble = str(error)
        yield Noted(note=Note(level="error", text=f"{scenario.file}: {scenario.id} cannot be played: {trouble}"))
    for key, count in total.calls.items():
        yield Tried(source="parity", operation=key, cases=count, failed=total.failed[key], check=scenario.id)
    for finding in total.findings.values():
        yield Found(finding=finding)
    if total.unsatisfied:
        yield Noted(note=Note(level="warning", text=f"{scenario.file}: {scenario.id} was not played to its end: {total.unsatisfied}"))
    yield Told(
        story=Story(
            id=scenario.id, file=scenario.file, summary=scenario.workflow.summary, trajectories=total.played,
            satisfied=total.alike, trouble=trouble,
        )
    )  # fmt: skip


def _play(
    scenario: Scenario, variant: Variant, places: _Places, total: _Sum, keys: frozenset[str]
) -> None:
    """Play one trajectory on all three, step by step."""
    stages: list[Stage] = []
    try:
        seed = f"/{variant.seed}" if variant.seed else ""
        stages.append(places[0].open(scenario, seed))
        stages.append(places[1].open(_double(scenario), f"{seed}/double"))
        stages[1].advance(_ELSEWHERE)
        stages.append(places[2].open(scenario, ""))
        twin, double, server = (
            _Side(Player(variant.document, scenario.calls, stage).play(variant.workflow, variant.order)) for stage in stages
        )
        total.played += 1
        if _in_step(scenario, twin, double, server, total, keys):
            total.alike += 1
        for side, name in ((twin, "the twin"), (server, "the server")):
            if side.failure is not None:
                failed = side.failure
                total.unsatisfied = f"on {name} the step {failed.step.id!r} fails: expected {failed.expected}; {failed.observed}"
    finally:
        for stage in stages:
            stage.close()


def _double(scenario: Scenario) -> Scenario:
    twins = {source: replace(twin, seed=f"{twin.seed}/double") for source, twin in scenario.twins.items()}
    return replace(scenario, twins=twins)


class _Side:
    """One of the servers, a step at a time."""

    def __init__(self, playing: Playing):
        self.playing = playing
        self.played: list[Exchange] = []
        self.failure: Failure | None = None

    def step(self) -> Exchange | None:
        """Return the next exchange, None at the end."""
        try:
            exchange = next(self.playing)
        except StopIteration as end:
            self.failure = end.value
            return None
        self.played.append(exchange)
        return exchange


def _in_step(
    scenario: Scenario, twin: _Side, double: _Side, server: _Side, total: _Sum, keys: frozenset[str]
) -> bool:
    """Compare step by step; returns whether nothing differed."""
    folding = Folding()
    alike = True
    while True:
        ours, twice, theirs = twin.step(), double.step(), server.step()
        if ours is None and theirs is None:
            return alike
        if ours is None or theirs is None or ours.step != theirs.step:
            if alike:  # what led here has been told otherwise
                _note(scenario, _course(twin, server), (ours or theirs), server, total, keys)
            return False
        if ours.operation in keys:
            total.calls[ours.operation] += 1
        found = list(differences(ours, twice, theirs, folding))
        if found:
            alike = False
            if ours.operation in keys:
                total.failed[ours.operation] += 1
            for one in found:
                _note(scenario, one, ours, server, total, keys)
            if found[0].kind == "status":
                return False


def _course(twin: _Side, server: _Side) -> Difference:
    def told(side: _Side) -> str:
        if side.failure is not None:
            return f"{side.failure.step.id} fails: {side.failure.observed}"
        return f"goes on to {side.played[-1].step}" if side.played else "ends"

    return Difference(kind="course", path="", twin=told(twin), server=told(server))


def _note(
    scenario: Scenario, one: Difference, exchange: Exchange | None, server: _Side, total: _Sum, keys: frozenset[str]
) -> None:
    key = exchange.operation if exchange is not None and exchange.operation in keys else ""
    step = exchange.step if exchange is not None else ""
    identity = f"parity:{exchange.operation if exchange else scenario.id}:{one.kind}:{one.path}"
    known = total.findings.get(identity)
    if known is not None:
        total.findings[identity] = replace(known, count=known.count + 1)
        return
    where = f" at {one.path}" if one.path else ""
    total.findings[identity] = Finding(
        source="parity",
        check=_CHECKS[one.kind],
        operation=key,
        identity=identity,
        title=f"{_TITLES[one.kind]}{where}",
        expected=one.server,
        observed=one.twin,
        curl=curl_of(server.played),
        passages=(Passage(document=scenario.file, quote=f"{scenario.id}, step {step}"),),
    )


_TITLES = {
    "status": "another status", "missing": "a member is missing", "extra": "a member too many",
    "type": "another type", "value": "another value", "course": "another course",
}  # fmt: skip
