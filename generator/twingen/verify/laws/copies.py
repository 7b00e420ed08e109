"""A copy shows what its original does, except what was sent for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from twingen.runtime import paths
from twingen.verify.mutants import Mutant
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.stage import Made
from twingen.verify.trial import Law, Trial


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.effect == "create" and any(find.resource == operation.resource for find in operation.find):
        if operation.inferred and not operation.many:
            yield ""


def copied(trial: Trial, case: str) -> None:
    stage = trial.stage()
    subject, original = stage.subject, stage.records[0]
    sight = trial.sight(subject, original)
    before = {row.id for row in trial.stages.rows(subject, original.resource)}
    first = trial.look(subject, sight)
    sent, _ = trial.write(subject, trial.operation, dict(sight.chosen), 3)
    new = [row for row in trial.stages.rows(subject, original.resource) if row.id not in before]
    if not new:
        raise Broken(f"a new {original.resource}", "there is none")
    shown = trial.look(subject, trial.sight(subject, Made(new[0].kind, new[0].id)))
    row = trial.stages.row(subject, original.resource, original.id)
    if not isinstance(first, dict) or not isinstance(shown, dict) or row is None:
        raise Unreached("neither can be seen")
    given = original.sent if isinstance(original.sent, dict) else {}
    told = [
        name
        for name, value in given.items()
        if name not in (sent or {}) and first.get(name) == value and value not in (None, "", [], {})
        and (name,) != trial.kind.id_path and paths.has(row.data, (name,))
    ]
    if not told:
        raise Unreached("nothing of the original could be looked for")
    for name in told:
        if shown.get(name) != first[name]:
            raise Broken(f"{name} = {first[name]} as in the original", f"{shown.get(name)} is shown")


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield Mutant(name="blank-copy", behaves=lambda operation: replace(operation, input="{merge(body)}"))


LAW = Law(name="copies", cases=cases, check=copied, mutants=mutants)
