"""Singletons and fields: what was written last is what is read, and deleted it is no longer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twingen.runtime import paths
from twingen.twin.model import Operation
from twingen.verify.mutants import Mutant, lost
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.shown import unlike
from twingen.verify.stage import Chosen
from twingen.verify.subject import Subject
from twingen.verify.trial import Law, Trial

_STALE = Mutant(name="stale-read", stale=True)
_WRITES = ("replace", "update", "upsert")


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.target in {"singleton", "field"} and not operation.many:
        yield ""


def places(trial: Trial, case: str) -> None:
    operation = trial.operation
    subject, chosen = _where(trial)
    reader = _partner(trial, ("none",))
    if reader is None and operation.target == "field":
        reader = trial.reader()  # the field is seen in its record
    if reader is None:
        raise Unreached("nothing reads it")
    if operation.effect == "none" or operation.effect == "delete":
        writer = _partner(trial, _WRITES)
    else:
        writer = operation
    if writer is None:
        raise Unreached("nothing writes it")
    before = subject.fork()
    sent, _ = trial.write(subject, writer, chosen, 8)
    if sent and _seen(trial, before, reader, chosen, sent):
        # It was like that before: something else tells more, if need be in what looks like a reference.
        sent, _ = trial.write(subject, writer, chosen, 7)
        if isinstance(sent, dict) and _seen(trial, before, reader, chosen, sent):
            sent, _ = trial.write(subject, writer, chosen, 7, frozenset(sent))
    if sent in (None, {}, []):
        raise Unreached("its request carries nothing that could be looked for")
    if operation.effect != "delete":
        reply = trial.call(subject, reader, dict(chosen))
        if not reply.ok:
            raise Broken("what was written to be read", str(reply))
        _shows(trial, sent, _inside(trial, reply.body, reader), reader)
        return
    if not _seen(trial, subject, reader, chosen, sent):
        raise Unreached("what it deletes is not seen before")
    reply = trial.call(subject, operation, dict(chosen))
    if not reply.ok:
        raise Unreached(f"it is refused: {reply}")
    if _seen(trial, subject, reader, chosen, sent):
        raise Broken("what was written to be gone", "it is still read")


def _where(trial: Trial) -> tuple[Subject, Chosen]:
    if trial.operation.target == "field":
        stage = trial.stage()
        return stage.subject, trial.stages.around(stage.subject, stage.records[0])
    subject = trial.empty()
    chosen: Chosen = {}
    trial.stages.address(subject, trial.operation, chosen)
    return subject, chosen


def _partner(trial: Trial, effects: tuple[str, ...]) -> Operation | None:
    mine = trial.operation
    found = [
        operation
        for operation in trial.resource.operations
        if operation.target == mine.target and operation.field == mine.field and operation.effect in effects
    ]
    return min(found, key=lambda operation: effects.index(operation.effect), default=None)


def _inside(trial: Trial, shown: Any, reader: Operation) -> Any:
    """Return the field on trial, where the reader shows the whole record."""
    field = trial.operation.field
    return paths.get(shown, paths.split(field)) if field and reader.target == "item" else shown


def _shows(trial: Trial, sent: Any, shown: Any, reader: Operation) -> None:
    if isinstance(sent, dict) and reader.target == "item" and trial.operation.target == "field":
        found = unlike(sent, shown, lambda path: False)  # the names are those of the field's members
        if found is not None:
            raise Broken(f"{found[0]} = {found[1]} as written", f"{found[2]} is shown")
    elif isinstance(sent, dict):
        trial.shows("written", sent, shown, reader)
    elif unlike({"value": sent}, {"value": shown}, lambda path: False):
        raise Broken(f"{sent!r} as written", f"{shown!r} is read")


def _seen(trial: Trial, subject: Subject, reader: Operation, chosen: Chosen, sent: Any) -> bool:
    reply = trial.call(subject, reader, dict(chosen))
    if not reply.ok:
        return False
    try:
        _shows(trial, sent, _inside(trial, reply.body, reader), reader)
    except Broken:
        return False
    return True


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield _STALE if trial.operation.effect == "none" else lost(trial.operation.effect)


LAW = Law(name="read-what-was-written", cases=cases, check=places, mutants=mutants, proves=True)
