"""What is tied is listed with its other end, what is untied is not."""

from __future__ import annotations

from collections.abc import Iterable

from twingen.twin.model import Operation
from twingen.verify.mutants import Mutant, lost
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.shown import times_listed
from twingen.verify.stage import Chosen
from twingen.verify.subject import Subject
from twingen.verify.trial import Law, Trial


def cases(trial: Trial) -> Iterable[str]:
    if trial.operation.effect in {"link", "unlink"} and trial.resource.edge:
        yield ""


def edges(trial: Trial, case: str) -> None:
    operation = trial.operation
    subject = trial.empty()
    chosen: Chosen = {}
    if operation.effect == "link":
        trial.stages.address(subject, operation, chosen)
        if _tied(trial, subject, chosen):
            raise Unreached("its ends are tied from the start")
        trial.write(subject, operation, chosen, 1)
        if not _tied(trial, subject, chosen):
            raise Broken("the two ends to be tied", "neither list nor read shows it")
        return
    made = trial.stages.make(subject, trial.resource.name, 1, chosen)
    chosen = {**chosen, **trial.stages.around(subject, made)}
    if not _tied(trial, subject, chosen):
        raise Unreached("what it unties is not seen")
    reply = trial.call(subject, operation, dict(chosen))
    if not reply.ok:
        raise Unreached(f"it is refused: {reply}")
    if _tied(trial, subject, chosen):
        raise Broken("the two ends to be untied", "they are still shown as tied")


def _tied(trial: Trial, subject: Subject, chosen: Chosen) -> bool:
    """Return whether clients see the two ends tied, in a list of either end or by a read."""
    edge = trial.resource
    asked = False
    for resource in trial.app.twin.resources:
        for operation in resource.operations:
            if operation.through is not None and operation.through.edge == edge.name:
                end = edge.edge.get(operation.through.take, operation.through.take)
                if end not in chosen or not _within(operation, chosen):
                    continue
                reply = trial.call(subject, operation, dict(chosen))
                asked = asked or reply.ok
                name = trial.stages.name(subject, end, chosen[end])
                path = trial.app.engine.kinds[end].id_path
                if reply.ok and times_listed(reply.body, name, path):
                    return True
    for operation in edge.operations:
        if operation.effect == "none" and operation.target in {"item", "edge"}:
            if _within(operation, chosen):
                asked = True
                if trial.call(subject, operation, dict(chosen)).ok:
                    return True
        elif operation.does == "list" and operation.through is None and _within(operation, chosen):
            reply = trial.call(subject, operation, dict(chosen))
            asked = asked or reply.ok
            named = {find.resource for find in operation.find}
            for end in edge.edge.values():
                if end not in named and end in chosen and reply.ok:
                    name = trial.stages.name(subject, end, chosen[end])
                    if times_listed(reply.body, name, trial.app.engine.kinds[end].id_path):
                        return True
    if not asked:
        raise Unreached("nothing shows what is tied")
    return False


def _within(operation: Operation, chosen: Chosen) -> bool:
    return all(find.optional or find.resource in chosen or find.name in chosen for find in operation.find)


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield lost(trial.operation.effect)


LAW = Law(name="tied-is-listed", cases=cases, check=edges, mutants=mutants, proves=True)
