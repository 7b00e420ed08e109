"""A read shows the record that was asked for: its id and what was sent for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from twingen.runtime import paths
from twingen.runtime.store import Row
from twingen.twin.model import Operation
from twingen.verify.mutants import Mutant
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.shown import named, unlike
from twingen.verify.subject import Subject
from twingen.verify.trial import Law, Trial

_FIELD = re.compile(r"\{record\.(\w+)\}")


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.does == "read" and operation.target == "item" and not operation.set and not operation.many:
        if any(find.resource == operation.resource for find in operation.find):
            yield ""


def read_what_is(trial: Trial, case: str) -> None:
    operation, stage = trial.operation, trial.stage()
    subject = stage.subject
    if len(stage.records) < 2:
        raise Unreached(f"there is only one {trial.resource.name} to tell apart")
    for made in stage.records:
        sight = trial.sight(subject, made)
        reply = trial.call(subject, operation, dict(sight.chosen), query=trial.whole(operation))
        if not reply.ok:
            raise Broken("a record that is there to be shown", str(reply))
        path = trial.kind.id_path
        row = trial.stages.row(subject, made.resource, made.id)
        if made.sent is not None and not isinstance(made.sent, (dict, list)):
            trial.shows("sent for it", made.sent, reply.body, operation)
            continue
        if _of_one(operation, row, reply.body):
            continue
        # What the create dropped is not the read's fault.
        kept = _kept(made.sent, row.data) if row is not None else {}
        if operation.answer.only:
            kept = paths.picked(kept, tuple(paths.split(one) for one in operation.answer.only))
        trial.shows("sent for it", kept, reply.body, operation)
        if path is None or row is None or not paths.has(row.data, path):
            continue
        if operation.answer.body is not None and not any(named(reply.body, path[-1])):
            continue
        if unlike(paths.put({}, path, paths.get(row.data, path)), reply.body, lambda _: False):
            raise Broken(f"the record {sight.name}", str(reply))
    _by_other_names(trial, subject)


def _by_other_names(trial: Trial, subject: Subject) -> None:
    """Hold that what rules took for further names of a record each lead to it."""
    stage = trial.stages.of(trial.resource.name)
    for made in stage.records if trial.resource.inferred else ():
        row = trial.stages.row(subject, made.resource, made.id)
        sight = trial.sight(subject, made)
        address = trial.stages.address(subject, trial.operation, dict(sight.chosen))
        for field in trial.resource.identity.also:
            other = None if row is None else paths.get(row.data, paths.split(field))
            if other in (None, "") or row is None:
                raise Broken(f"{field} to name the record", "it has none")
            values = tuple(str(other) if value == sight.name else value for value in address.values)
            reply = subject.call(trial.key, values, {**address.query, **trial.whole(trial.operation)})
            path = trial.kind.id_path or ("id",)
            if not reply.ok or paths.get(reply.body, path) != paths.get(row.data, path):
                raise Broken(f"the record {sight.name} by its {field} {other}", str(reply))


def _of_one(operation: Operation, row: Row | None, shown: Any) -> bool:
    """Return whether one field is all that is answered; raises Broken when it is another's."""
    found = _FIELD.fullmatch(str(operation.answer.body))
    if found is None or row is None or isinstance(shown, (dict, list)):
        return False
    if shown != row.data.get(found.group(1)):
        raise Broken(f"{row.data.get(found.group(1))!r}", f"{shown!r} is shown")
    return True


def _kept(sent: Any, stored: Any) -> Any:
    """Return what was sent as far as it is stored."""
    if not isinstance(sent, dict) or not isinstance(stored, dict):
        return {}
    return {
        name: _kept(value, stored[name]) if isinstance(value, dict) else value
        for name, value in sent.items()
        if name in stored and (isinstance(value, dict) or value == stored[name])
    }


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    stage = trial.stages.of(trial.resource.name)
    if len(stage.records) > 1:
        sights = [trial.sight(stage.subject, made) for made in stage.records]
        one, two = (trial.stages.address(stage.subject, trial.operation, dict(s.chosen)) for s in sights[:2])
        asked = [*zip(two.values, one.values, strict=True), *((v, one.query[n]) for n, v in two.query.items())]
        yield Mutant(name="wrong-record", instead=tuple((str(b), str(a)) for b, a in asked if a != b))


LAW = Law(name="read-what-is", cases=cases, check=read_what_is, mutants=mutants, proves=True)
