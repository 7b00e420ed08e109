"""The proof of a twin that is being built: its repairs go into the files, its figures beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import orjson

from twingen.contract.document import dump as dump_contract
from twingen.contract.pages import Page
from twingen.render.folder import TwinFolder
from twingen.render.overlay import dump_overlay
from twingen.render.report.markdown import digest_in, is_proof, render_markdown
from twingen.report.digest import REPORT, digest_of
from twingen.report.model import Note, OperationResult, Report
from twingen.standing import standings
from twingen.twin.evidence import unresolved
from twingen.twin.lock import dump_lock
from twingen.twin.model import Twin
from twingen.twin.record import Exam, Lock, Standing
from twingen.twin.write import dump_resource
from twingen.twin.yaml import dump as dump_yaml, load as load_yaml
from twingen.verify.collect import Collector
from twingen.verify.converge import LoopEvent, Options, converge
from twingen.verify.events import Noted
from twingen.verify.provers import Prover, provers
from twingen.verify.remembered import prove_once

_SHOWN = 12  # findings of a file that an agent is shown at once
_LONGEST = 2_000
_NOT_ASKED = "No proof was asked for: fuzzing, stateful runs, scenarios and recordings were not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How to prove a twin before it is written; `provers` None means all that fit."""

    seconds: float
    seed: int = 0
    jobs: int | None = None
    provers: tuple[Prover, ...] | None = None


def unproved(twin: Twin, digest: str) -> Report:
    """Return the report of a twin that was only built: its tiers, and what was not tried."""
    collector = Collector(twin)
    kinds = Counter(one.proof.kind for one in twin.lock.standing.values() if one.proof is not None)
    text = (
        f"what a build tries by itself: {kinds['law']} operations are proved by laws that notice planted "
        f"defects, {kinds['test']} by named tests of what was written by hand"
    )
    collector.add(Noted(note=Note(level="note", text=text)))
    return collector.report(
        address="in process", seed=0, seconds=0, not_reached=_NOT_ASKED, digest=digest
    )


def prove_folder(
    folder: TwinFolder, proof: Proof, *, reasons: Mapping[str, tuple[str, ...]], cache: Path | None,
    on_event: Callable[[LoopEvent], None],
) -> Report:  # fmt: skip
    """Prove the twin that the files are, and put its repairs into them."""
    twin = folder.load()
    options = Options(
        provers=provers() if proof.provers is None else proof.provers,
        seconds=proof.seconds, seed=proof.seed, jobs=proof.jobs, cache=cache, state=cache,
    )  # fmt: skip
    with TemporaryDirectory(prefix="twingen-") as home:
        # Scenarios are read from the twin's folder, which is not written yet.
        stories = [name for name in folder.files if name.startswith("scenarios/")]
        for name in stories:
            file = Path(home) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(folder.files[name])
        placed = replace(twin, path=Path(home)) if stories else twin
        done = converge(placed, options, digest=digest_of(folder.files), on_event=on_event)
    report = done.report
    if done.demotions:
        _repair(folder, twin, done.twin)
        known = {key: one.reasons for key, one in twin.lock.standing.items()}
        learnt = {
            key: tuple(dict.fromkeys((*reasons.get(key, ()), *(r for r in one.reasons if r not in known[key]))))
            for key, one in done.twin.lock.standing.items()
            if one.reasons != known[key]
        }
        twin = folder.load()
        standing = standings(twin, {**reasons, **learnt}, prove_once(twin, folder.files, cache))
        units = {
            file: replace(unit, digest=_digest(folder.files[file])) if unit.origin == "inferred" else unit
            for file, unit in twin.lock.units.items()
        }
        folder.files["twin.lock"] = dump_lock(replace(twin.lock, units=units, standing=standing))
        report = replace(report, operations=_restated(report.operations, standing))
    return replace(report, digest=digest_of(folder.files))


def against(report: Report, lock: Lock) -> dict[str, tuple[str, ...]]:
    """Return what a proof has against each file that an agent may write, in words that it can work with."""
    found: dict[str, tuple[str, ...]] = {}
    for one in report.open:
        unit = lock.units.get(one.unit)
        known = found.get(one.unit, ())
        if unit is None or unit.origin not in {"inferred", "agent"} or len(known) >= _SHOWN:
            continue
        lines = [f"{one.operation}: {one.check}: {one.title}"]
        lines += [f"  expected: {one.expected}"] if one.expected else []
        lines += [f"  observed: {one.observed}"] if one.observed else []
        lines += [f"  {command}" for command in one.curl]
        lines += [f"  {passage}: {passage.quote}" for passage in one.passages]
        found[one.unit] = (*known, "\n".join(lines)[:_LONGEST])
    return found


def with_exam(report: Report, exam: Exam, *, now: bool) -> Report:
    """Return the report with a note on the exam: how the twin did, in this build or an earlier one."""
    asked = exam.passed + exam.failed + exam.voided
    text = (
        f"exam {exam.digest[:12]}: {exam.passed} of {asked} questions passed, {exam.failed} failed, {exam.voided} void; "
        "questions are made from the documents, and who writes the twin does not see them"
    )
    if not now:
        text += "; an earlier build sat it, this one did not"
    level: Literal["warning", "note"] = "warning" if exam.failed else "note"
    return replace(report, notes=(*report.notes, Note(level=level, text=text)))


def text_of(folder: TwinFolder, report: Report, source: Path | None) -> str:
    """Return the twin's CONFORMANCE.md.

    What the twin in `source` has on record of a proof stays where nothing was proved now and the
    files are the same.
    """
    if report.converged is None and source is not None:
        try:
            known = (source / REPORT).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            known = ""
        if is_proof(known) and digest_in(known) == digest_of(folder.files):
            return known
    return render_markdown(report)


def resolving(folder: TwinFolder, pages: Iterable[Page]) -> tuple[str, ...]:
    """Drop adopted deviations whose operation or evidence is not in these documents; return which."""
    raw, contract = folder.files.get("deviations.yaml"), folder.contract
    if raw is None or contract is None:
        return ()
    data = load_yaml(raw.decode(), "deviations.yaml")
    entries = data.get("deviations") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return ()  # whoever loads the twin says what is wrong with it
    document = orjson.loads(folder.files["contract.json"])
    operations = {operation.key: operation for operation in contract.operations}
    documents = frozenset(one.path for one in contract.documents)
    texts = {page.path: page.text for page in pages}
    kept, left_out = [], []
    for entry in entries:
        operation = operations.get(str(entry.get("operation")))
        why = "not documented here"
        if operation is not None:
            why = unresolved(str(entry.get("evidence")), operation, document, documents, texts)
        if why:
            left_out.append(f"deviations.yaml: {entry.get('operation')}: {why}")
        else:
            kept.append(entry)
    if left_out:
        folder.files["deviations.yaml"] = dump_yaml({"deviations": kept}).encode()
    return tuple(left_out)


def _repair(folder: TwinFolder, before: Twin, after: Twin) -> None:
    """Write what the repairs changed."""
    known = {resource.name: resource for resource in before.resources}
    for resource in after.resources:
        if resource != known[resource.name]:
            text = dump_resource(resource, folder.name)
            folder.files[f"resources/{resource.name}.yaml"] = text.encode()
    if after.contract != before.contract:
        folder.contract = after.contract
        folder.files["contract.json"] = orjson.dumps(dump_contract(after.contract))
        folder.files["overlay.yaml"] = dump_overlay(after.contract).encode()


def _restated(
    operations: Iterable[OperationResult], standing: Mapping[str, Standing]
) -> tuple[OperationResult, ...]:
    """Return results with the tiers as they are after the repairs."""
    return tuple(
        replace(
            one, tier=standing[one.key].tier, reasons=standing[one.key].reasons,
            proof=f"{proof.kind}: {proof.by}" if (proof := standing[one.key].proof) else "",
        )
        for one in operations
    )  # fmt: skip


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]
