"""The agent's part of a build: what it reads, writes and is examined in, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from twingen.agent.additions import Extended, extend
from twingen.agent.events import Event
from twingen.agent.examiner import Examined, exam_folder, examine, sit
from twingen.agent.improving import Improved, Planned, improve, plan, together
from twingen.agent.memory import FILE, Memory, dump_memory, parse_memory
from twingen.agent.scene import Settings, Work
from twingen.contract.additions import FILE as ADDITIONS
from twingen.contract.model import Contract
from twingen.contract.pages import Page
from twingen.render.folder import TwinFolder
from twingen.render.rewriting import rewrite
from twingen.twin.record import Lock
from twingen.workbench import Bench

Told = Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """How the agent takes part: `asks` is False where it only says what it would do; `sizes` is whether
    it also says how much that would take.
    """

    settings: Settings
    asks: bool
    exam: Path | None = None
    sizes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What the agent did, or (`improved` is None) would do.

    `read` is what it made of prose; `merged` and `conflicts` tell what became of files that a hand
    had edited since the agent wrote them.
    """

    planned: tuple[Planned, ...]
    improved: Improved | None = None
    examined: Examined | None = None
    read: Extended = field(default_factory=lambda: Extended(document=None))
    merged: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def cost(self) -> float:
        """What it has cost so far, as far as prices are known."""
        steps = (self.read, self.improved, self.examined)
        return sum(one.cost or 0.0 for one in steps if one is not None)


def remembered(adopt_from: Path | None) -> Memory:
    """Return what the twin that is adopted from remembers of the agent's work."""
    if adopt_from is None or not (adopt_from / FILE).is_file():
        return Memory()
    return parse_memory((adopt_from / FILE).read_bytes())


def read_prose(
    name: str, contract: Contract | None, pages: Sequence[Page], adopt_from: Path | None, agency: Agency | None, *,
    on_event: Told = lambda event: None,
) -> Extended:  # fmt: skip
    """Return the operations that only prose documents: those of the earlier twin, and with an agent new ones."""
    known = adopt_from / ADDITIONS if adopt_from is not None else None
    if agency is None and contract is not None and (known is None or not known.is_file()):
        return Extended(document=None, memory=remembered(adopt_from))
    return extend(
        name, contract, pages, agency.settings if agency is not None else Settings(),
        asks=agency is not None and agency.asks,
        known=known.read_bytes() if known is not None and known.is_file() else None,
        memory=remembered(adopt_from), on_event=on_event,
    )  # fmt: skip


def work(
    folder: TwinFolder, lock: Lock, pages: Sequence[Page], agency: Agency, before: Worked | None = None, *,
    wrote: Mapping[str, bytes] | None = None, findings: Mapping[str, Sequence[str]] | None = None,
    on_event: Told = lambda event: None,
) -> Worked:  # fmt: skip
    """Let the agent work on the folder's files; what it hands in is put there.

    `before` is what it did earlier in the build. `wrote` maps files to what an agent handed in
    last: where a hand has edited one since, the edit stays. `findings` maps a file to what the proof
    has against it: only those are worked on then. Else an examiner writes claims beside.
    """
    before = before or Worked(planned=())
    memory = parse_memory(folder.files.get(FILE))
    task = Work(
        twin=replace(folder.load(), lock=lock), files=dict(folder.files), pages=pages, memory=memory,
        scenarios=_scenarios(folder), findings=findings or {},
    )  # fmt: skip
    planned = before.planned or tuple(plan(task, agency.settings, sizes=agency.sizes))
    if not agency.asks:
        return replace(before, planned=planned)
    bench = Bench()
    improved = improve(task, bench, _left(agency, before.cost), on_event=on_event)
    if improved.interrupted:
        raise KeyboardInterrupt
    laid = rewrite(improved.files, folder.files, wrote or {}, lambda files: _fits(bench, files))
    folder.files |= laid.files
    folder.files[FILE] = dump_memory(improved.memory)
    whole = improved if before.improved is None else together(before.improved, improved)
    done = replace(
        before, planned=planned, improved=whole, merged=(*before.merged, *laid.merged),
        conflicts=(*before.conflicts, *laid.conflicts),
    )  # fmt: skip
    if findings:
        return done
    sitting = replace(task, twin=replace(folder.load(), lock=lock), files=dict(folder.files))
    examined = examine(sitting, bench, _left(agency, done.cost), _place(folder, agency), on_event=on_event, sits=False)
    if examined.interrupted:
        raise KeyboardInterrupt
    folder.files |= examined.scenarios
    return replace(done, examined=examined)


def sit_exam(
    folder: TwinFolder, pages: Sequence[Page], agency: Agency, worked: Worked, *, on_event: Told = lambda event: None,
) -> Worked:  # fmt: skip
    """Let the finished twin sit its exam, once a build."""
    twin = folder.load()
    task = Work(twin=twin, files=dict(folder.files), pages=pages, memory=parse_memory(folder.files.get(FILE)))
    sat = sit(task, Bench(), _left(agency, worked.cost), _place(folder, agency), on_event=on_event)
    told = worked.examined or sat
    cost = sat.cost if told is sat else None if None in (told.cost, sat.cost) else (told.cost or 0) + (sat.cost or 0)
    usage = sat.usage if told is sat else told.usage + sat.usage
    return replace(worked, examined=replace(told, digest=sat.digest, grades=sat.grades, usage=usage, cost=cost))


def _left(agency: Agency, spent: float) -> Settings:
    budget = agency.settings.budget
    return agency.settings if budget is None else replace(agency.settings, budget=max(0.0, budget - spent))


def _place(folder: TwinFolder, agency: Agency) -> Path:
    return agency.exam or exam_folder(folder.name)


def _scenarios(folder: TwinFolder) -> dict[str, str]:
    return {
        name.removeprefix("scenarios/"): raw.decode("utf-8", "replace")
        for name, raw in folder.files.items() if name.startswith("scenarios/")
    }  # fmt: skip


def _fits(bench: Bench, files: Mapping[str, bytes]) -> str:
    """Return why files are no twin that runs; '' when they are one."""
    trial = bench.try_unit()
    try:
        problems = trial.load(files)
    finally:
        trial.close()
    return f"{problems[0].where}: {problems[0].message}" if problems else ""


