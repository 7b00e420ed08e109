"""The agent's part of a build: what it works on in a twin's folder, and what it leaves there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from twingen.agent.events import Event
from twingen.agent.examiner import Examined, exam_folder, examine
from twingen.agent.improving import Improved, Planned, improve, plan
from twingen.agent.memory import FILE, dump_memory, parse_memory
from twingen.agent.scene import Settings, Work
from twingen.contract.pages import Page
from twingen.render.folder import TwinFolder
from twingen.twin.model import Lock
from twingen.workbench import Bench


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
    """What the agent did, or (`improved` is None) would do."""

    planned: tuple[Planned, ...]
    improved: Improved | None = None
    examined: Examined | None = None


def work(
    folder: TwinFolder, lock: Lock, pages: Sequence[Page], adopt_from: Path | None, agency: Agency, *,
    findings: Mapping[str, Sequence[str]] | None = None, on_event: Callable[[Event], None] = lambda event: None,
) -> Worked:  # fmt: skip
    """Let the agent work on the folder's files; what it hands in is put there.

    `findings` maps a file of the twin to what the proof has against it.
    """
    if adopt_from is not None and (adopt_from / FILE).is_file():
        folder.files.setdefault(FILE, (adopt_from / FILE).read_bytes())
    memory = parse_memory(folder.files.get(FILE))
    twin = replace(folder.load(), lock=lock)
    scenarios = {
        name.removeprefix("scenarios/"): raw.decode("utf-8", "replace")
        for name, raw in folder.files.items() if name.startswith("scenarios/")
    }  # fmt: skip
    task = Work(
        twin=twin, files=dict(folder.files), pages=pages, memory=memory, scenarios=scenarios,
        findings=_by_unit(findings or {}),
    )  # fmt: skip
    planned = tuple(plan(task, agency.settings, sizes=agency.sizes))
    if not agency.asks:
        return Worked(planned=planned)
    bench = Bench()
    improved = improve(task, bench, agency.settings, on_event=on_event)
    folder.files |= improved.files
    folder.files[FILE] = dump_memory(improved.memory)
    if improved.interrupted:
        return Worked(planned=planned, improved=improved)
    spent = improved.cost or 0.0
    budget = agency.settings.budget
    rest = agency.settings if budget is None else replace(agency.settings, budget=max(0.0, budget - spent))
    sitting = replace(task, twin=replace(folder.load(), lock=lock), files=dict(folder.files))
    place = agency.exam or exam_folder(folder.name)
    examined = examine(sitting, bench, rest, place, on_event=on_event)
    folder.files |= examined.scenarios
    return Worked(planned=planned, improved=improved, examined=examined)


def _by_unit(findings: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return findings by the unit that answers for the file they are against."""
    found: dict[str, tuple[str, ...]] = {}
    for file, texts in findings.items():
        head, _, rest = file.partition("/")
        name = f"resource/{Path(rest).stem}" if head == "resources" else Path(file).stem
        found[name] = (*found.get(name, ()), *texts)
    return found
