"""The examiner: claims and scenarios from the documents, the exam they make, and how a twin does in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from twingen.agent.client import Client, Model
from twingen.agent.crew import Crew, Role, UnitResult
from twingen.agent.desk import Claim, Desk
from twingen.agent.events import Event
from twingen.agent.exam import Exam, Question, check_place, read_exam, shares, write_exam
from twingen.agent.improving import ledger_path
from twingen.agent.judge import judge
from twingen.agent.ledger import Ledger
from twingen.agent.prompts import Block, passages_about, reader_head
from twingen.agent.scene import Scene, Settings, Work
from twingen.agent.tool import fenced
from twingen.agent.tools import EXAMINER
from twingen.agent.tools.write_scenario import FOLDER
from twingen.agent.units import Unit
from twingen.agent.usage import Purse, Usage, price_of
from twingen.agent.workbench import Standing, TrialError, Workbench
from twingen.folders import state_folder

_SCHEMA_TOKENS = 8_000
_SEED = 7  # of the variants in which the exam is played


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """How one question went. `voided` carries the judge's reason."""

    question: Question
    passed: bool
    detail: str = ""
    voided: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """How the twin did: `scenarios` are the visible ones to be added to it, by file name.

    `digest` is for the lock; `unexamined` says by unit why there is no exam on it.
    """

    digest: str
    folder: Path
    grades: tuple[Graded, ...] = ()
    scenarios: Mapping[str, bytes] = field(default_factory=dict)
    unexamined: Mapping[str, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    cost: float | None = 0.0
    interrupted: bool = False

    @property
    def passed(self) -> int:
        return sum(grade.passed for grade in self.grades)

    @property
    def voided(self) -> int:
        return sum(bool(grade.voided) for grade in self.grades)

    @property
    def failed(self) -> int:
        return len(self.grades) - self.passed - self.voided


def exam_folder(name: str) -> Path:
    """Return where a twin's exam is kept unless --exam says otherwise."""
    return state_folder() / "exams" / name


def examine(
    work: Work, workbench: Workbench, settings: Settings, folder: Path, *,
    on_event: Callable[[Event], None] = lambda event: None, model: Model | None = None,
    stop: threading.Event | None = None, purse: Purse | None = None, sits: bool = True,
) -> Examined:  # fmt: skip
    """Have claims written on units whose evidence changed, then let the twin sit the exam once.

    `work` is the twin as the builders left it. Without `sits` the exam is left for later (`sit`).
    """
    if work.twin.path is not None:
        check_place(folder, work.twin.path)
    exam = read_exam(folder)
    stop = stop or threading.Event()
    scene = Scene(replace(work, scenarios={}, findings={}), settings)
    model = model or Client(stop=stop)
    price = price_of(settings.model)
    purse = purse or Purse(settings.budget)
    role = Role(
        name="examiner", system=reader_head("examiner", work.twin.contract, scene.library), tools=EXAMINER,
        opening=_opening, sees_files=False,
    )  # fmt: skip
    ledger = Ledger(settings.ledger or ledger_path())
    crew = Crew(
        role=role, scene=scene, workbench=workbench, ledger=ledger, model=model, price=price, purse=purse,
        on_event=on_event, stop=stop,
    )  # fmt: skip
    units = [unit for unit in scene.units() if unit.kind == "resource" and _wanted(unit, exam, scene)]
    results, interrupted = crew.run(units)
    exam, scenarios, unexamined = _split(exam, results, work.twin.name)
    write_exam(folder, exam)
    usage, cost = _sum(results)
    if not interrupted:
        ledger.close()
    done = Examined(
        digest=exam.digest, folder=folder, scenarios=scenarios, unexamined=unexamined, usage=usage, cost=cost,
        interrupted=interrupted,
    )  # fmt: skip
    if interrupted or not sits:
        return done
    sat = sit(work, workbench, settings, folder, on_event=on_event, model=model, stop=stop, purse=purse)
    return replace(
        done, grades=sat.grades, usage=usage + sat.usage,
        cost=None if cost is None or sat.cost is None else cost + sat.cost,
    )  # fmt: skip


def sit(
    work: Work, workbench: Workbench, settings: Settings, folder: Path, *,
    on_event: Callable[[Event], None] = lambda event: None, model: Model | None = None,
    stop: threading.Event | None = None, purse: Purse | None = None,
) -> Examined:  # fmt: skip
    """Let the twin sit the exam in `folder`. A failed question goes to the judge, who may void it."""
    exam = read_exam(folder)
    stop = stop or threading.Event()
    grades = _sat(exam, work, workbench)
    failed = [(grade.question, grade.detail) for grade in grades if not grade.passed]
    usage, cost = Usage(), 0.0 if price_of(settings.model) is not None else None
    if failed:
        ledger = Ledger(settings.ledger or ledger_path())
        scene = Scene(replace(work, scenarios={}, findings={}), settings)
        rulings, usage, cost = judge(
            failed, scene, ledger, model or Client(stop=stop), price_of(settings.model),
            purse or Purse(settings.budget), on_event, stop,
        )  # fmt: skip
        ledger.close()
        voids = {question.name: reason for question, reason in rulings}
        grades = [replace(grade, voided=voids.get(grade.question.name, "")) for grade in grades]
    return Examined(digest=exam.digest, folder=folder, grades=tuple(grades), usage=usage, cost=cost)


def _wanted(unit: Unit, exam: Exam, scene: Scene) -> bool:
    only = scene.settings.only
    if only and unit.name not in only and unit.lane not in only:
        return False
    known = exam.evidence.get(unit.name)
    claims = [question.claim for question in exam.of(unit.name)]
    return known is None or known != scene.evidence(unit, claims)


def _opening(desk: Desk, standing: Mapping[str, Standing]) -> list[Block]:
    """Return the examiner's first message: operations and passages, nothing of how the twin is written."""
    unit = desk.unit
    parts = [
        f"# Your unit: {unit.title}",
        f"In scenarios the source of operations is named `{_source(desk)}`.",
        "Write claims and scenarios about these operations.",
        fenced("contract", f"slice of {unit.title}", desk.slices.text(unit.keys, _SCHEMA_TOKENS)),
    ]
    passages = passages_about(unit, desk.slices, desk.library)
    if passages:
        parts += ["# Passages that may matter", passages]
    return [{"type": "text", "text": "\n\n".join(parts)}]


def _source(desk: Desk) -> str:
    """Return the name of the twin, by which scenarios call it."""
    text = desk.files.get("twin.toml", b"").decode()
    line = next((line for line in text.splitlines() if line.startswith("name = ")), 'name = "service"')
    return line.partition("=")[2].strip().strip('"')


def _split(
    exam: Exam, results: Sequence[UnitResult], twin: str
) -> tuple[Exam, dict[str, bytes], dict[str, str]]:
    """Return the exam with the new questions, the scenarios that everybody may see, and what lacks."""
    visible: dict[str, bytes] = {}
    unexamined: dict[str, str] = {}
    for result in results:
        if result.end != "submitted":
            unexamined[result.unit.name] = f"{result.end}: {result.reason}"
            continue
        asked, shown = shares(result.claims, exam.seed)
        scenario = {claim.text: _text(result, claim) for claim in result.claims}
        questions = [Question(unit=result.unit.name, claim=claim, scenario=scenario[claim.text]) for claim in asked]
        evidence = result.evidence
        exam = exam.asking(result.unit.name, evidence, questions)
        for claim in shown:
            name = f"{result.unit.name.replace('/', '-')}-{claim.scenario.removesuffix('.yaml')}"
            visible[f"scenarios/{name}.yaml"] = scenario[claim.text].encode()
    return exam, visible, unexamined


def _text(result: UnitResult, claim: Claim) -> str:
    return result.files[f"{FOLDER}{claim.scenario.removesuffix('.yaml')}.yaml"].decode()


def _sat(exam: Exam, work: Work, workbench: Workbench) -> list[Graded]:
    """Play every question on the twin, once."""
    if not exam.questions:
        return []
    trial = workbench.try_unit()
    try:
        problems = trial.load(work.files)
        if problems:
            raise TrialError(f"the twin does not load: {problems[0].message}")
        played = trial.play({f"{one.name}.yaml": one.scenario for one in exam.questions}, _SEED)
    finally:
        trial.close()
    came = {one.file.removesuffix(".yaml"): one for one in played}
    grades = []
    for question in exam.questions:
        one = came.get(question.name)
        if one is None:
            grades.append(Graded(question=question, passed=False, detail="it could not be played"))
        else:
            grades.append(Graded(question=question, passed=one.passed, detail=one.detail))
    return grades


def _sum(results: Sequence[UnitResult]) -> tuple[Usage, float | None]:
    usage = Usage()
    for result in results:
        usage += result.usage
    costs = [result.cost for result in results if result.usage.calls]
    return usage, None if None in costs else sum(cost for cost in costs if cost is not None)


