"""Read your writes: what a create or a change was sent is shown afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from twingen.verify.mutants import Mutant, lost
from twingen.verify.outcome import Unreached
from twingen.verify.trial import Law, Trial

_MAKES = frozenset({"create", "upsert"})
_CHANGES = frozenset({"update", "replace"})


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.effect in _MAKES | _CHANGES and operation.target in {"collection", "item"}:
        if not operation.many:
            yield ""


def read_your_writes(trial: Trial, case: str) -> None:
    operation = trial.operation
    stage = trial.stage()
    subject = stage.subject
    if operation.effect in _MAKES:
        made = trial.stages.make_by(subject, operation, 3, stage.chosen)
        sight, sent = trial.sight(subject, made), made.sent
    else:
        sight = trial.sight(subject, stage.records[0])
        sent, _ = trial.write(subject, operation, sight.chosen, 7)
    if not sent:
        raise Unreached("its request carries nothing that could be looked for")
    trial.shows("sent", sent, trial.look(subject, sight), trial.reader() or trial.lister())


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield lost(trial.operation.effect)


LAW = Law(name="read-your-writes", cases=cases, check=read_your_writes, mutants=mutants)
