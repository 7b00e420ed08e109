"""What an operation sets by itself is shown afterwards: a flag that it raises or lowers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from twingen.runtime import paths
from twingen.twin.model import Operation
from twingen.verify.mutants import Mutant, lost
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.subject import Subject
from twingen.verify.trial import Law, Sight, Trial


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.effect == "update" and operation.target == "item" and operation.set and not operation.many:
        if trial.documented.body is None or operation.input == {}:
            yield ""


def sets(trial: Trial, case: str) -> None:
    operation, stage = trial.operation, trial.stage()
    subject = stage.subject
    sight = trial.sight(subject, stage.records[0])
    for name, value in operation.set.items():
        if isinstance(value, str) and "{" in value:
            continue
        if operation.input == {}:
            _moves(trial, name)
            return
        if _shown(trial, subject, sight, name) == value:
            _undo(trial, subject, sight, name, value)
        reply = trial.call(subject, operation, dict(sight.chosen))
        if not reply.ok:
            raise Unreached(f"it is refused: {reply}")
        after = _shown(trial, subject, sight, name)
        if after != value:
            raise Broken(f"{name} = {value} afterwards", f"{after} is shown")
        return
    raise Unreached("what it sets cannot be told beforehand")


def _moves(trial: Trial, name: str) -> None:
    """Hold that the record that a body names has it, and the one that was named before has not."""
    stage = trial.stage()
    if len(stage.records) < 2:
        raise Unreached(f"there is only one {trial.resource.name} to tell apart")
    sights = [trial.sight(stage.subject, made) for made in stage.records[:2]]
    for here, there in (sights, sights[::-1]):
        reply = trial.call(stage.subject, trial.operation, dict(here.chosen))
        if not reply.ok:
            raise Unreached(f"it is refused: {reply}")
        if _shown(trial, stage.subject, here, name) is not True:
            raise Broken(f"{name} = True afterwards", "it is not shown")
        if _shown(trial, stage.subject, there, name) is True:
            raise Broken(f"{name} = True of one record only", "two show it")


def _shown(trial: Trial, subject: Subject, sight: Sight, name: str) -> object:
    shown = trial.look(subject, sight)
    if shown is None:
        raise Unreached("the record cannot be seen")
    found: object = paths.get(shown, paths.split(name))
    return found


def _undo(trial: Trial, subject: Subject, sight: Sight, name: str, value: object) -> None:
    """Bring the field to another value by an operation that sets it so."""
    for other in trial.resource.operations:
        if other.key != trial.key and name in other.set and other.set[name] != value and _bare(trial, other):
            if trial.call(subject, other, dict(sight.chosen)).ok:
                if _shown(trial, subject, sight, name) != value:
                    return
    raise Unreached(f"nothing brings {name} to another value")


def _bare(trial: Trial, operation: Operation) -> bool:
    return operation.effect == "update" and trial.app.routes[operation.key].documented.body is None


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield lost(trial.operation.effect)
    if trial.operation.input == {}:
        yield Mutant(name="keeps-the-last", behaves=lambda operation: replace(operation, change=()))


LAW = Law(name="sets", cases=cases, check=sets, mutants=mutants, proves=True)
