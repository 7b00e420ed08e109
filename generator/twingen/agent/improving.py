"""Twin → twin: what a model hands in for the units that need it.

`plan` says what there is to do and what it may cost; `improve` does it and returns the files that
changed. Without a key `plan` alone is called: what was written before is kept by adoption.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from twingen.agent.client import Client, Model
from twingen.agent.crew import Crew, Role, UnitResult
from twingen.agent.events import Event, Warned
from twingen.agent.ledger import Ledger
from twingen.agent.memory import Memory, Remembered
from twingen.agent.prompts import estimate, unit_opening
from twingen.agent.scene import Scene, Settings, Work
from twingen.agent.tools import BUILDER
from twingen.agent.units import Unit
from twingen.agent.usage import Price, Purse, Usage, price_of
from twingen.agent.workbench import Workbench
from twingen.errors import UsageError
from twingen.folders import state_folder

_TURNS_GUESSED = 18
_OUTPUT_GUESSED = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A unit, whether it needs to run, and about how many tokens its prompt has."""

    unit: Unit
    needed: bool
    reason: str
    head_tokens: int = 0
    opening_tokens: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Improved:
    """What changed: files by path (origin `agent`), each unit's result, what it took.

    `memory` is to be kept in the twin as MEMORY_FILE and handed in with the next build's `Work`;
    `evidence` maps each changed file to its unit's digest, for the lock.
    """

    files: Mapping[str, bytes]
    results: tuple[UnitResult, ...]
    memory: Memory
    evidence: Mapping[str, str]
    usage: Usage
    cost: float | None
    ledger: Path
    interrupted: bool = False


def together(first: Improved, later: Improved) -> Improved:
    """Return two pieces of work on one twin as one."""
    cost = None if first.cost is None or later.cost is None else first.cost + later.cost
    return replace(
        later, files={**first.files, **later.files}, results=(*first.results, *later.results),
        evidence={**first.evidence, **later.evidence}, usage=first.usage + later.usage, cost=cost,
    )  # fmt: skip


def plan(work: Work, settings: Settings, *, sizes: bool = True) -> list[Planned]:
    """Return every unit with whether it needs to run, and what it would be asked; asks nothing.

    Without `sizes` prompts are not put together, which takes seconds for a large contract.
    """
    scene = Scene(work, settings)
    price = price_of(settings.model)
    found = []
    for unit in scene.units():
        needed, reason = scene.needed(unit)
        if not needed or not sizes:
            found.append(Planned(unit=unit, needed=needed, reason=reason))
            continue
        head, opening = estimate(scene.head, unit_opening(scene.desk(unit, None), {}))
        low, high = _estimated(price, head, opening)
        found.append(
            Planned(
                unit=unit, needed=True, reason=reason, head_tokens=head, opening_tokens=opening,
                low=low, high=high,
            )
        )  # fmt: skip
    return found


def improve(
    work: Work, workbench: Workbench, settings: Settings, *, on_event: Callable[[Event], None] = lambda event: None,
    model: Model | None = None, stop: threading.Event | None = None,
) -> Improved:  # fmt: skip
    """Let a model work on every unit that needs it; returns what it handed in.

    Events come from several threads, one at a time. Setting `stop` (or Ctrl-C) ends it after the
    turns under way are in the ledger: what is done counts, the next call goes on from there.
    """
    price = known_price(settings)
    stop = stop or threading.Event()
    scene = Scene(work, settings)
    units = [unit for unit in scene.units() if scene.needed(unit)[0]]
    ledger = Ledger(settings.ledger or ledger_path())
    builder = Role(
        name="builder", system=scene.head, tools=BUILDER, opening=unit_opening, sees_files=True
    )
    crew = Crew(
        role=builder, scene=scene, workbench=workbench, ledger=ledger, model=model or Client(stop=stop), price=price,
        purse=Purse(settings.budget), on_event=on_event, stop=stop,
    )  # fmt: skip
    results, interrupted = crew.run(units)
    if not interrupted:
        ledger.close()  # else a thread may still write its last turn
    return _gathered(work, workbench, crew.emit, ledger.path, results, interrupted)


def known_price(settings: Settings) -> Price | None:
    """Return the model's price; raises UsageError where a budget cannot be kept without it."""
    price = price_of(settings.model)
    if settings.budget is not None and price is None:
        raise UsageError(
            f"the price of {settings.model} is not on record, so that a budget cannot be kept",
            remedy="leave --budget out, or choose a model whose price is known",
        )
    return price


def ledger_path() -> Path:
    """Return where conversations are kept."""
    return state_folder() / "ledger.sqlite"


def _estimated(price: Price | None, head: int, opening: int) -> tuple[float | None, float | None]:
    """Return what a unit costs with few turns, and with three times as many as usual."""
    if price is None:
        return None, None
    costs = []
    for turns in (_TURNS_GUESSED // 3, _TURNS_GUESSED * 2):
        grown = opening + turns * 1_500
        usage = Usage(
            cache_read=turns * (head + (opening + grown) // 2), cache_write=grown, output=turns * _OUTPUT_GUESSED
        )
        costs.append(price.cost(usage))
    return costs[0], costs[1]


def _gathered(
    work: Work, workbench: Workbench, emit: Callable[[Event], None], ledger: Path,
    results: Sequence[UnitResult], interrupted: bool,
) -> Improved:  # fmt: skip
    """Lay the units' files together; what does not fit with the rest is left out, and said so."""
    taken: dict[str, bytes] = {}
    kept: list[UnitResult] = []
    evidence: dict[str, str] = {}
    units = dict(work.memory.units)
    trial = workbench.try_unit() if any(one.files for one in results) else None
    try:
        for result in results:
            if result.end != "submitted":
                kept.append(replace(result, files={}))
                continue
            if result.files and trial is not None:
                problems = trial.load({**work.files, **taken, **result.files})
                if problems:
                    text = f"left out: it does not fit with other units: {problems[0].where}: {problems[0].message}"
                    emit(Warned(unit=result.unit.name, text=text))
                    kept.append(replace(result, files={}, end="trouble", reason=text))
                    continue
            taken |= result.files
            evidence |= dict.fromkeys(result.files, result.evidence)
            units[result.unit.name] = Remembered(evidence=result.evidence, claims=result.claims)
            kept.append(result)
    finally:
        if trial is not None:
            trial.close()
    usage = Usage()
    for result in kept:
        usage += result.usage
    costs = [result.cost for result in kept if result.usage.calls]
    return Improved(
        files=taken, results=tuple(kept), memory=Memory(units=units), evidence=evidence, usage=usage,
        cost=None if None in costs else sum(cost for cost in costs if cost is not None),
        ledger=ledger, interrupted=interrupted,
    )  # fmt: skip
