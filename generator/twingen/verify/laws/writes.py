"""Read your writes: what a create or a change was sent is shown afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from twingen.verify.mutants import Mutant, lost
from twingen.verify.outcome import Broken, Unmade, Unreached
from twingen.verify.requests import Sent
from twingen.verify.subject import Subject
from twingen.verify.trial import Law, Sight, Trial

_MAKES = frozenset({"create", "upsert"})
_CHANGES = frozenset({"update", "replace"})


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.effect in _MAKES | _CHANGES and operation.target in {"collection", "item"}:
        # What changes a record without a body sets what it is told to: see sets.py.
        bare = operation.effect in _CHANGES and operation.set and (
            trial.documented.body is None or operation.input == {}
        )
        if not operation.many and not bare:
            yield ""


def read_your_writes(trial: Trial, case: str) -> None:
    """Every request that is taken counts: what it carried is shown."""
    looked, refused = False, None
    for number, sent in enumerate(trial.requests()):
        if number and not sent.value:
            continue
        try:
            sight, subject = _written(trial, sent)
        except Unreached as why:
            refused = refused or why
            continue
        if sent.value:
            shown = trial.look(subject, sight)
            by = trial.reader() or trial.lister()
            trial.shows("sent", sent.value, shown, by)
            looked = looked or trial.tells(sent.value, by)
    if not looked:
        raise refused or Unreached("its request carries nothing that could be looked for")


def _written(trial: Trial, sent: Sent) -> tuple[Sight, Subject]:
    stage = trial.stage()
    subject = stage.subject
    if trial.operation.effect in _MAKES:
        try:
            made = trial.stages.make_by(subject, trial.operation, 3, stage.chosen, only=sent)
        except Unmade as why:
            raise Broken("a new record", str(why)) from None
        return trial.sight(subject, made), subject
    sight = trial.sight(subject, stage.records[0])
    reply = trial.call(subject, trial.operation, dict(sight.chosen), body=sent.value, media=sent.media)
    if not reply.ok:
        raise Unreached(f"it takes none of the requests tried: {reply}")
    return sight, subject


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield lost(trial.operation.effect)


LAW = Law(name="read-your-writes", cases=cases, check=read_your_writes, mutants=mutants, proves=True)
