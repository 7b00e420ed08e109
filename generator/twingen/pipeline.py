"""The whole build: documents → contract → behaviour → a twin on disk."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from twingen.agency import Agency, Worked, read_prose, sit_exam, work
from twingen.agent.additions import Extended
from twingen.agent.events import Event as AgentEvent
from twingen.agent.memory import FILE as MEMORY, dump_memory
from twingen.conformance import (
    Proof,
    against,
    prove_folder,
    resolving,
    text_of,
    unproved,
    with_exam,
)
from twingen.contract.additions import FILE as ADDITIONS, settle
from twingen.contract.diagnostics import Diagnostic, Diagnostics
from twingen.contract.document import dump as dump_contract
from twingen.contract.model import Contract, Origin
from twingen.contract.pages import Page
from twingen.errors import NoContractError
from twingen.infer import infer
from twingen.ingest import read_folder
from twingen.ingest.prose import read_pages
from twingen.render.adoption import Adopted, adopt
from twingen.render.carrying import OBJECTS
from twingen.render.folder import TwinFolder, check_target, write_folder
from twingen.render.models import ModelsTask
from twingen.render.overlay import dump_overlay
from twingen.render.ui import render_pages, ui_yaml
from twingen.report.digest import REPORT, digest_of
from twingen.report.model import Report
from twingen.runtime.run import Run
from twingen.standing import standings
from twingen.twin.lock import FILE as LOCK, dump_lock, parse_lock
from twingen.twin.model import Operation, Resource, Twin
from twingen.twin.record import Exam, Lock, Unit
from twingen.twin.write import dump_resource, dump_seeds, dump_service
from twingen.verify.converge import LoopEvent
from twingen.verify.remembered import prove_once

_NO_UNITS = frozenset({
    "contract.json", "twin.toml", "overlay.yaml", "models.py", "twin.lock", ADDITIONS, REPORT, MEMORY,
})  # fmt: skip
_MENDINGS = 2  # times that an agent is shown what the proof found


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStarted:
    """A stage of the build begins: read, prose, infer, adopt, prove, agent, converge, mend, exam, write."""

    stage: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFinished:
    stage: str
    seconds: float
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A line about long work inside a stage."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """What the converge loop tells while it runs."""

    event: LoopEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """What the agent tells while it works; comes from several threads, one at a time."""

    event: AgentEvent


Event = StageStarted | StageFinished | Progress | Proving | Working


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build came to.

    `left_out` lists what adopted units say that this contract lacks, `stale` the units by hand that
    were written against other documents, `merged` and `conflicts` what three-way merges did.
    `report` says what was proved; its `converged` is None where no proof was asked for.
    """

    twin: Twin
    path: Path
    diagnostics: tuple[Diagnostic, ...]
    report: Report
    adopted: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    worked: Worked | None = None
    written: bool = True
    seconds: float = 0.0


def build(
    name: str,
    docs: Path,
    out: Path,
    *,
    adopt_from: Path | None = None,
    cache: Path | None = None,
    dry_run: bool = False,
    proof: Proof | None = None,
    agency: Agency | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> Built:
    """Compile the documents in `docs` into the twin `name` in folder `out`.

    What the twin in `adopt_from` knows is bound to this contract's operations. With `proof` the
    twin is proved, and repaired where a rule can; it is written whatever comes of that. Nothing is
    written before everything is ready; a failure or an interruption leaves `out` as it was.
    """
    begun = time.perf_counter()
    check_target(out)
    diagnostics = Diagnostics()

    contract, pages, read = _read(name, docs, adopt_from, cache, agency, diagnostics, on_event)
    models = ModelsTask(contract.schemas, cache)
    try:
        return _compile(
            name, pages, read, contract, out, adopt_from, dry_run, proof, agency, on_event, diagnostics, models,
            begun, cache,
        )  # fmt: skip
    finally:
        models.stop()


def _read(
    name: str, docs: Path, adopt_from: Path | None, cache: Path | None, agency: Agency | None,
    diagnostics: Diagnostics, on_event: Callable[[Event], None],
) -> tuple[Contract, tuple[Page, ...], Extended]:  # fmt: skip
    """Read contracts and pages; operations that only pages document are read from what an agent makes of them."""
    on_event(StageStarted(stage="read", detail=str(docs)))
    started = time.perf_counter()
    heard = Diagnostics()
    contract, none = None, None

    def told(text: str) -> None:
        on_event(Progress(text=text))

    try:
        contract = read_folder(docs, diagnostics=heard, cache=cache, on_event=told)
    except NoContractError as error:
        none = error
    pages = read_pages(docs)
    spent = time.perf_counter() - started

    def working(event: AgentEvent) -> None:
        on_event(Working(event=event))

    if agency is not None and agency.asks:
        on_event(StageStarted(stage="prose", detail=f"{len(pages)} pages"))
    started = time.perf_counter()
    read = read_prose(name, contract, pages, adopt_from, agency, on_event=working)
    if none is not None and read.document is None:
        raise _without_contract(none, read, agency)
    if read.results:
        counts = {"operations added": len(read.keys), "units": len(read.results)}
        on_event(StageFinished(stage="prose", seconds=time.perf_counter() - started, counts=counts))
    started = time.perf_counter()
    if read.document is not None:
        heard = Diagnostics()
        contract = read_folder(
            docs, diagnostics=heard, cache=cache, on_event=told, beside={ADDITIONS: read.document}
        )
        contract = settle(contract)
    assert contract is not None
    diagnostics.items.extend(heard)
    counts = {
        "documents": len(contract.documents),
        "operations": len(contract.operations),
        "schemas": len(contract.schemas),
        "repairs": len(contract.repairs),
    }
    spent += time.perf_counter() - started
    on_event(StageFinished(stage="read", seconds=spent, counts=counts))
    return contract, pages, read


def _without_contract(
    error: NoContractError, read: Extended, agency: Agency | None
) -> NoContractError:
    """Return why there is nothing to build from, and what an agent could do about it."""
    remedy = error.remedy or ""
    if read.results:
        ends = "; ".join(f"{one.unit.name}: {one.end}: {one.reason}" for one in read.results)
        remedy += f"\n  the agent read the pages and wrote no operation down: {ends}"
    elif read.unread:
        first = read.unread[0]
        do = "build without --agent off" if agency is None else "set ANTHROPIC_API_KEY"
        remedy += (
            f"\n  pages name {len(read.unread)} operations with method and path (first {first.key}, "
            f"{first.page}:{first.line}): an agent could read them; {do}"
        )
    return NoContractError(error.message, where=error.where, remedy=remedy)


def _compile(
    name: str,
    pages: tuple[Page, ...],
    read: Extended,
    contract: Contract,
    out: Path,
    adopt_from: Path | None,
    dry_run: bool,
    proof: Proof | None,
    agency: Agency | None,
    on_event: Callable[[Event], None],
    diagnostics: Diagnostics,
    models: ModelsTask,
    begun: float,
    cache: Path | None,
) -> Built:
    on_event(StageStarted(stage="infer"))
    started = time.perf_counter()
    draft = infer(contract, name, pages)
    counts = {"resources": len(draft.resources), "behaviours": len(draft.operations)}
    on_event(StageFinished(stage="infer", seconds=time.perf_counter() - started, counts=counts))

    inferred = {
        f"resources/{resource.name}.yaml": dump_resource(resource, name)
        for resource in _whole(draft.resources, draft.operations)
    }
    inferred["service.yaml"] = dump_service(draft.service)
    inferred["seed.yaml"] = dump_seeds(draft.seeds)

    on_event(StageStarted(stage="adopt", detail=str(adopt_from or "nothing")))
    started = time.perf_counter()
    adopted = adopt(adopt_from, name, contract, draft, inferred, pages)
    folder = _folder(name, contract, adopted, draft.aliases)
    _remember(folder, read)
    wrote = _written(adopt_from)
    left_out = (*adopted.left_out, *resolving(folder, pages), *read.left_out)
    counts = {"units": len(adopted.units), "operations": len(adopted.keys), "stale": len(adopted.stale)}
    on_event(StageFinished(stage="adopt", seconds=time.perf_counter() - started, counts=counts))

    started = time.perf_counter()
    source, problem = models.result()
    folder.files["models.py"] = source.encode()
    if problem:
        diagnostics.add("warning", "models", problem, Origin(document="models.py"))
    twin = _with_ui(folder, adopted)
    on_event(StageStarted(stage="prove"))
    proving = time.perf_counter()
    standing = standings(twin, draft.reasons, prove_once(twin, folder.files, cache))
    tiers = dict(Counter(str(one.tier) for one in standing.values()))
    spent = time.perf_counter() - proving
    on_event(StageFinished(stage="prove", seconds=spent, counts=tiers))

    Run([twin])  # raises what would keep the twin from being run: nothing is written then
    sat = _last_exam(adopt_from)
    lock = Lock(units=_units(folder, adopted, inferred, wrote), standing=standing, exam=sat)
    folder.files["twin.lock"] = dump_lock(lock)
    reasons: Mapping[str, tuple[str, ...]] = draft.reasons
    worked = None

    def told(event: AgentEvent) -> None:
        on_event(Working(event=event))

    def take(done: Worked) -> None:
        """Put what the agent did last into the twin, with the tiers that follow from it."""
        nonlocal reasons
        assert done.improved is not None
        wrote.update(done.improved.files)
        _take(folder, adopted, done)
        twin = _with_ui(folder, adopted)
        reasons = _still(draft.reasons, done)
        standing = standings(twin, reasons, prove_once(twin, folder.files, cache))
        units = _units(folder, adopted, inferred, wrote)
        folder.files["twin.lock"] = dump_lock(Lock(units=units, standing=standing, exam=sat))

    if agency is not None:
        on_event(StageStarted(stage="agent", detail=agency.settings.model if agency.asks else "no key"))
        working = time.perf_counter()
        before = Worked(planned=(), read=read)
        worked = work(folder, lock, pages, agency, before, wrote=dict(wrote), on_event=told)
        if worked.improved is not None:
            take(worked)
            counts = {"units": len(worked.improved.results), "files": len(worked.improved.files)}
            on_event(StageFinished(stage="agent", seconds=time.perf_counter() - working, counts=counts))
        spent += time.perf_counter() - working
    if proof is None:
        report = unproved(folder.load(), digest_of(folder.files))
    else:
        proving = time.perf_counter()
        report = _prove(folder, proof, reasons, cache, on_event)
        for _ in range(_MENDINGS):
            if agency is None or worked is None or worked.improved is None:
                break
            findings = against(report, folder.load().lock)
            if not findings:
                break
            on_event(StageStarted(stage="mend", detail=f"{sum(map(len, findings.values()))} findings"))
            working = time.perf_counter()
            known, asked = dict(folder.files), len(worked.improved.results)
            worked = work(
                folder, folder.load().lock, pages, agency, worked, wrote=dict(wrote), findings=findings, on_event=told
            )
            assert worked.improved is not None
            if len(worked.improved.results) == asked:
                break  # no unit of what was chosen answers for these files
            changed = sorted(name for name, raw in folder.files.items() if known.get(name) != raw and name != MEMORY)
            counts = {"files found wanting": len(findings), "files changed": len(changed)}
            on_event(StageFinished(stage="mend", seconds=time.perf_counter() - working, counts=counts))
            if not changed:
                break
            take(worked)
            report = _prove(folder, proof, reasons, cache, on_event)
        spent += time.perf_counter() - proving
    if agency is not None and worked is not None and worked.improved is not None:
        working = time.perf_counter()
        worked = sit_exam(folder, pages, agency, worked, on_event=told)
        done = worked.examined
        assert done is not None
        if done.grades:
            counts = {"passed": done.passed, "failed": done.failed, "void": done.voided}
            on_event(StageFinished(stage="exam", seconds=time.perf_counter() - working, counts=counts))
            sat = Exam(digest=done.digest, passed=done.passed, failed=done.failed, voided=done.voided)
            folder.files["twin.lock"] = dump_lock(replace(folder.load().lock, exam=sat))
        spent += time.perf_counter() - working
    if sat is not None:
        now = worked is not None and worked.examined is not None and bool(worked.examined.grades)
        report = replace(with_exam(report, sat, now=now), digest=digest_of(folder.files))
    folder.files[REPORT] = text_of(folder, report, adopt_from).encode()

    on_event(StageStarted(stage="write", detail=str(out)))
    built = folder.load()  # first, so that an interruption after the exchange is next to impossible
    if not dry_run:
        write_folder(folder, out)
    on_event(
        StageFinished(
            stage="write",
            seconds=time.perf_counter() - started - spent,
            counts={"files": len(folder.files)},
        )
    )
    return Built(
        twin=built,
        path=out,
        diagnostics=tuple(diagnostics),
        report=report,
        adopted=tuple(sorted(adopted.units)),
        left_out=left_out,
        stale=tuple(sorted(adopted.stale)),
        merged=adopted.merged + (worked.merged if worked is not None else ()),
        conflicts=adopted.conflicts + (worked.conflicts if worked is not None else ()),
        worked=worked,
        written=not dry_run,
        seconds=time.perf_counter() - begun,
    )


def _whole(
    resources: Mapping[str, Resource], operations: Mapping[str, Operation]
) -> list[Resource]:
    """Return resources with their operations put back in."""
    grouped: dict[str, list[Operation]] = {}
    for operation in operations.values():
        grouped.setdefault(operation.resource, []).append(operation)
    return [
        replace(resource, operations=tuple(grouped.get(name, ())))
        for name, resource in resources.items()
    ]


def _folder(
    name: str, contract: Contract, adopted: Adopted, aliases: Mapping[str, str]
) -> TwinFolder:
    folder = TwinFolder(name=name, title=contract.title or name, world=adopted.world or name)
    folder.seed = adopted.seed or name
    folder.files["contract.json"] = orjson.dumps(dump_contract(contract))
    folder.files["overlay.yaml"] = dump_overlay(contract).encode()
    for file, text in adopted.files.items():
        folder.files[file] = text.encode()
    folder.contract = contract
    folder.aliases = {**aliases, **adopted.aliases}
    folder.files["twin.toml"] = folder.settings().encode()
    return folder


def _prove(
    folder: TwinFolder, proof: Proof, reasons: Mapping[str, tuple[str, ...]], cache: Path | None,
    on_event: Callable[[Event], None],
) -> Report:  # fmt: skip
    on_event(StageStarted(stage="converge"))
    proving = time.perf_counter()
    report = prove_folder(
        folder, proof, reasons=reasons, cache=cache, on_event=lambda event: on_event(Proving(event=event))
    )
    counts = {"rounds": len(report.rounds), "findings left": len(report.open)}
    on_event(StageFinished(stage="converge", seconds=time.perf_counter() - proving, counts=counts))
    return report


def _remember(folder: TwinFolder, read: Extended) -> None:
    """Put in what prose added, and what the twin remembers of the agent's work."""
    if read.document is not None:
        folder.files[ADDITIONS] = read.document
    if read.memory.units:
        folder.files[MEMORY] = dump_memory(read.memory)


def _written(adopt_from: Path | None) -> dict[str, bytes]:
    """Return what an agent last handed in of each file, as the twin that is adopted from has it on record."""
    if adopt_from is None or not (adopt_from / LOCK).is_file():
        return {}
    found = {}
    for file, unit in parse_lock((adopt_from / LOCK).read_bytes()).units.items():
        place = adopt_from / OBJECTS / (unit.agent or "-")
        if unit.agent and place.is_file() and _digest(content := place.read_bytes()) == unit.agent:
            found[file] = content
    return found


def _last_exam(adopt_from: Path | None) -> Exam | None:
    lock = adopt_from / LOCK if adopt_from is not None else None
    return parse_lock(lock.read_bytes()).exam if lock is not None and lock.is_file() else None


def _take(folder: TwinFolder, adopted: Adopted, worked: Worked) -> None:
    """Mark what the agent wrote as its own; the UI is concluded anew where no hand wrote it."""
    assert worked.improved is not None
    scenarios = worked.examined.scenarios if worked.examined is not None else {}
    for file in (*worked.improved.files, *scenarios):
        adopted.origins[file] = "agent"
        adopted.units.add(file)
    for file in [name for name in folder.files if name == "ui.yaml" or name.startswith("ui/")]:
        if adopted.origins.get(file, "inferred") == "inferred":
            del folder.files[file]


def _still(
    reasons: Mapping[str, tuple[str, ...]], worked: Worked
) -> dict[str, tuple[str, ...]]:
    """Return the rules' reasons against operations whose files no agent wrote."""
    assert worked.improved is not None
    mended = {
        key for result in worked.improved.results if result.files for key in result.unit.keys
    }
    return {key: why for key, why in reasons.items() if key not in mended}


def _with_ui(folder: TwinFolder, adopted: Adopted) -> Twin:
    """Add the UI's files that were not adopted, and return the twin."""
    twin = folder.load()
    _conclude(folder, adopted, "ui.yaml", ui_yaml(replace(twin, views=())))
    twin = folder.load()
    for file, text in render_pages(twin).items():
        _conclude(folder, adopted, file, text)
    return folder.load()


def _conclude(folder: TwinFolder, adopted: Adopted, file: str, text: str) -> None:
    """Put in a file as concluded now, unless a hand wrote another one."""
    content = text.encode()
    if folder.files.setdefault(file, content) == content:
        adopted.units.discard(file)
        adopted.origins.pop(file, None)


def _units(
    folder: TwinFolder, adopted: Adopted, inferred: Mapping[str, str], wrote: Mapping[str, bytes]
) -> dict[str, Unit]:
    """Return what the lock keeps of every unit; the texts it is merged from later go to the folder."""
    units = {}
    for file, content in list(folder.files.items()):
        if file in _NO_UNITS or file.startswith(f"{OBJECTS}/"):
            continue
        stale = file in adopted.stale and file in adopted.units
        base = adopted.bases.get(file) or ("" if stale else inferred.get(file, ""))
        if base:
            folder.files[f"{OBJECTS}/{_digest(base.encode())}"] = base.encode()
        written = wrote.get(file) if adopted.origins.get(file) == "agent" else None
        if written is not None:
            folder.files[f"{OBJECTS}/{_digest(written)}"] = written
        units[file] = Unit(
            file=file,
            origin=adopted.origins.get(file, "inferred"),
            digest=_digest(content),
            evidence=adopted.evidence.get(file, "") if file in adopted.units else "",
            base=_digest(base.encode()) if base else "",
            agent=_digest(written) if written is not None else "",
            stale=stale,
        )
    return units


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
