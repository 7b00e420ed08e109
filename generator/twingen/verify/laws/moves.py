"""A move leads to its state, and only from where it is legal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twingen.runtime import paths
from twingen.verify.mutants import Mutant, elsewhere, lost, unguarded
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.subject import Subject
from twingen.verify.trial import Law, Sight, Trial

_STEPS = 3


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.effect == "transition" and trial.resource.lifecycle is not None:
        yield ""


def moves(trial: Trial, case: str) -> None:
    operation, stage = trial.operation, trial.stage()
    subject = stage.subject
    lifecycle = trial.resource.lifecycle
    assert lifecycle is not None
    move = lifecycle.moves[operation.move or ""]
    sight = trial.sight(subject, stage.records[0])
    legal = set(move.sources)
    from_other = [state for state in (legal or set(lifecycle.states)) if state != move.to]
    if not _lead(trial, subject, sight, set(from_other)):
        raise Unreached(f"nothing brings a record into a state other than {move.to}")
    trial.write(subject, operation, sight.chosen, 1)
    after = _state(trial, subject, sight)
    if move.to is not None and "{" not in str(move.to) and after != move.to:
        raise Broken(f"{lifecycle.field} {move.to}", f"{after} is shown")
    if legal and after not in legal:
        _, reply = trial.attempt(subject, operation, sight.chosen, 1)
        if reply.ok:
            raise Broken(f"the move to be refused in state {after}", str(reply))


def _lead(
    trial: Trial, subject: Subject, sight: Sight, wanted: set[Any]
) -> bool:
    """Bring the record into one of the wanted states by other moves; returns whether it is there."""
    tried: set[str] = set()
    for _ in range(_STEPS + 1):
        state = _state(trial, subject, sight)
        if state in wanted:
            return True
        lifecycle = trial.resource.lifecycle
        assert lifecycle is not None
        for other in trial.resource.operations:
            if other.effect != "transition" or other.key == trial.key or other.key in tried:
                continue
            move = lifecycle.moves[other.move or ""]
            if move.sources and state not in move.sources:
                continue
            tried.add(other.key)
            if trial.attempt(subject, other, sight.chosen, 1)[1].ok:
                break
        else:
            return False
    return False


def _state(trial: Trial, subject: Subject, sight: Sight) -> Any:
    lifecycle = trial.resource.lifecycle
    assert lifecycle is not None
    shown = trial.look(subject, sight)
    if shown is None:
        raise Unreached("the record cannot be seen")
    path = paths.split(lifecycle.field)
    if not paths.has(shown, path):
        raise Unreached(f"what is shown has no {lifecycle.field}")
    return paths.get(shown, path)


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield lost("move")
    lifecycle = trial.resource.lifecycle
    assert lifecycle is not None
    move = lifecycle.moves[trial.operation.move or ""]
    for other in lifecycle.moves.values():
        if other.to not in {None, move.to} and set(other.sources) == set(move.sources) and not other.guards:
            yield elsewhere(other.name)
            break
    if move.sources and isinstance(move.to, str) and "{" not in move.to and move.to not in move.sources:
        yield unguarded(lifecycle.field, move.to)


LAW = Law(name="moves", cases=cases, check=moves, mutants=mutants, proves=True)
