"""Parameters of whatever answers: refused values are refused, and the others make a difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twingen.twin.model import Treatment
from twingen.verify.laws.parameters import treatments
from twingen.verify.mutants import Mutant, ignoring
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.populating import populate
from twingen.verify.requests import readable, value_of
from twingen.verify.stage import Chosen
from twingen.verify.subject import Reply, Subject
from twingen.verify.trial import Law, Trial

_LOOKS = frozenset({"refused", "expand", "fields", "value"})


def cases(trial: Trial) -> Iterable[str]:
    for name, treatment in treatments(trial).items():
        if treatment.use in _LOOKS:
            yield name


def looks(trial: Trial, case: str) -> None:
    treatment = treatments(trial)[case]
    subject, chosen = _where(trial)
    reply: Reply | None = None
    plain = _asked(trial, subject.fork(), chosen, {})
    for value in _values(trial, case, treatment):
        reply = _asked(trial, trial.fork(subject), chosen, {case: value})
        if treatment.use == "refused":
            if reply.ok:
                raise Broken(f"{case}={value} to be refused", str(reply))
            return
        if not reply.ok and plain.ok:
            raise Unreached(f"{case}={value} is refused: {reply}")
        if reply.ok and reply.body != plain.body:
            return
    if reply is not None and trial.mutant is not None:
        raise Broken(f"{case} to make a difference", "it makes none")
    raise Unreached("no value that makes a difference is known")


def _where(trial: Trial) -> tuple[Subject, Chosen]:
    operation = trial.operation
    if operation.target == "collection" and operation.effect == "none":
        found = populate(trial, 2)
        return found.subject, dict(found.chosen)
    stage = trial.stage()
    return stage.subject, trial.stages.around(stage.subject, stage.records[0])


def _asked(trial: Trial, subject: Subject, chosen: Chosen, query: dict[str, Any]) -> Reply:
    if trial.documented.body is None:
        return trial.call(subject, trial.operation, dict(chosen), query=query)
    if trial.operation.effect == "none" or not readable(trial.documented):
        raise Unreached("it is sent with a body")
    reply: Reply | None = None
    for sent in trial.requests():
        reply = trial.call(
            trial.fork(subject), trial.operation, dict(chosen), query=query, body=sent.value, media=sent.media
        )  # fmt: skip
        if reply.ok:
            break
    if reply is None:
        raise Unreached("no request could be made for it")
    return reply


def _values(trial: Trial, name: str, treatment: Treatment) -> list[Any]:
    """Return values to try: those that the treatment names, then what the documents allow."""
    options = treatment.options
    if treatment.use == "refused":
        value = value_of(name, trial.documented, trial.app.schemas)
        return [value if value not in options.get("allowed", ()) else f"{value}x"]
    if treatment.use == "expand" and (options.get("values") or treatment.fields):
        return [*options.get("values", ()), *(field for field in treatment.fields if field[:1] != "_")]
    if treatment.use == "fields":
        return [trial.resource.identity.field or "id", f"items({trial.resource.identity.field or 'id'})"]
    found = [value_of(name, trial.documented, trial.app.schemas)]
    for parameter in trial.documented.parameters:
        if parameter.name == name:
            schema = trial.app.schemas.resolve(parameter.schema)
            found += schema.get("enum") or ([True, False] if schema.get("type") == "boolean" else [])
    return found


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield ignoring(case)


LAW = Law(name="parameters", cases=cases, check=looks, mutants=mutants, honours=True)
