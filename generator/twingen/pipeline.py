"""The whole build: documents → contract → behaviour → a twin on disk."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from twingen.agency import Agency, Worked, work
from twingen.agent.events import Event as AgentEvent
from twingen.agent.memory import FILE as MEMORY
from twingen.conformance import Proof, prove_folder, resolving, text_of, unproved
from twingen.contract.diagnostics import Diagnostic, Diagnostics
from twingen.contract.document import dump as dump_contract
from twingen.contract.model import Contract, Origin
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
from twingen.twin.lock import dump_lock
from twingen.twin.model import Lock, Operation, Resource, Twin, Unit
from twingen.twin.write import dump_resource, dump_seeds, dump_service
from twingen.verify.converge import LoopEvent
from twingen.verify.remembered import prove_once

_NO_UNITS = frozenset({"contract.json", "twin.toml", "overlay.yaml", "models.py", "twin.lock", REPORT, MEMORY})


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStarted:
    """A stage of the build begins: read, infer, adopt, write."""

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

    on_event(StageStarted(stage="read", detail=str(docs)))
    started = time.perf_counter()
    contract = read_folder(
        docs,
        diagnostics=diagnostics,
        cache=cache,
        on_event=lambda text: on_event(Progress(text=text)),
    )
    counts = {
        "documents": len(contract.documents),
        "operations": len(contract.operations),
        "schemas": len(contract.schemas),
        "repairs": len(contract.repairs),
    }
    on_event(StageFinished(stage="read", seconds=time.perf_counter() - started, counts=counts))

    models = ModelsTask(contract.schemas, cache)
    try:
        return _compile(
            name, docs, contract, out, adopt_from, dry_run, proof, agency, on_event, diagnostics, models, begun,
            cache,
        )  # fmt: skip
    finally:
        models.stop()


def _compile(
    name: str,
    docs: Path,
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
    pages = read_pages(docs)
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
    left_out = adopted.left_out + resolving(folder, pages)
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
    lock = Lock(units=_units(folder, adopted, inferred), standing=standing)
    folder.files["twin.lock"] = dump_lock(lock)
    worked = None
    if agency is not None:
        on_event(StageStarted(stage="agent", detail=agency.settings.model if agency.asks else "no key"))
        working = time.perf_counter()
        worked = work(
            folder, lock, pages, adopt_from, agency, on_event=lambda event: on_event(Working(event=event))
        )
        if worked.improved is not None:
            _take(folder, adopted, worked)
            twin = _with_ui(folder, adopted)
            standing = standings(twin, _still(draft.reasons, worked), prove_once(twin, folder.files, cache))
            lock = Lock(units=_units(folder, adopted, inferred), standing=standing)
            folder.files["twin.lock"] = dump_lock(lock)
            counts = {"units": len(worked.improved.results), "files": len(worked.improved.files)}
            on_event(StageFinished(stage="agent", seconds=time.perf_counter() - working, counts=counts))
        spent += time.perf_counter() - working
    if proof is None:
        report = unproved(folder.load(), digest_of(folder.files))
    else:
        on_event(StageStarted(stage="converge"))
        proving = time.perf_counter()
        report = prove_folder(
            folder, proof, reasons=draft.reasons, cache=cache,
            on_event=lambda event: on_event(Proving(event=event)),
        )  # fmt: skip
        spent += time.perf_counter() - proving
        counts = {"rounds": len(report.rounds), "findings left": len(report.open)}
        on_event(StageFinished(stage="converge", seconds=time.perf_counter() - proving, counts=counts))
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
        merged=adopted.merged,
        conflicts=adopted.conflicts,
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


def _units(folder: TwinFolder, adopted: Adopted, inferred: Mapping[str, str]) -> dict[str, Unit]:
    """Return what the lock keeps of every unit; the texts it is merged from later go to the folder."""
    units = {}
    for file, content in list(folder.files.items()):
        if file in _NO_UNITS or file.startswith(f"{OBJECTS}/"):
            continue
        stale = file in adopted.stale and file in adopted.units
        base = adopted.bases.get(file) or ("" if stale else inferred.get(file, ""))
        if base:
            folder.files[f"{OBJECTS}/{_digest(base.encode())}"] = base.encode()
        units[file] = Unit(
            file=file,
            origin=adopted.origins.get(file, "inferred"),
            digest=_digest(content),
            evidence=adopted.evidence.get(file, "") if file in adopted.units else "",
            base=_digest(base.encode()) if base else "",
            stale=stale,
        )
    return units


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
