"""What is deleted is gone: from its read and from its list, and it was there before."""

from __future__ import annotations

from collections.abc import Iterable

from twingen.verify.mutants import Mutant, at_once, lost
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.trial import Law, Trial


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.effect == "delete" and operation.target == "item" and not operation.many:
        yield ""


def deletes(trial: Trial, case: str) -> None:
    operation, stage = trial.operation, trial.stage()
    subject, made = stage.subject, stage.records[0]
    sight = trial.sight(subject, made)
    if trial.look(subject, sight) is None:
        raise Unreached("the record cannot be seen before it is deleted")
    steps = 0
    while trial.look(subject, sight) is not None:
        if steps > len(operation.first):
            raise Broken("the record to be gone", "it is still shown")
        reply = trial.call(subject, operation, dict(sight.chosen))
        if not trial.taken(reply):
            raise Unreached(f"it is refused: {reply}")
        steps += 1
    if operation.first and steps == 1:
        raise Broken("a first step before the record goes", "it is gone at once")
    if trial.reader() is not None and trial.lister() is not None:
        if trial.listed(subject, sight) is not None:
            raise Broken("the record to be gone from its list", "it is still listed")


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield lost("delete")
    if trial.operation.first:
        yield at_once()


LAW = Law(name="deleted-is-gone", cases=cases, check=deletes, mutants=mutants, proves=True)
