"""What an operation does to a list it does to every member: made, changed, fetched or deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from twingen.contract.schemas import types
from twingen.runtime import paths
from twingen.verify.members import different, items_of, members, with_members
from twingen.verify.mutants import Mutant, lost, omitting
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.requests import Sent, bodies, readable
from twingen.verify.shown import times_listed
from twingen.verify.stage import Chosen, Made
from twingen.verify.subject import Reply, Subject
from twingen.verify.trial import Law, Trial

_MAKES = frozenset({"create", "upsert"})


def cases(trial: Trial) -> Iterable[str]:
    if trial.operation.each is not None and trial.operation.many:
        yield ""


def each(trial: Trial, case: str) -> None:
    if trial.operation.effect in _MAKES:
        _made(trial)
    elif trial.operation.effect in {"update", "replace"}:
        _changed(trial)
    else:
        _named(trial)


def _made(trial: Trial) -> None:
    """Hold that a list of two makes two records, each with what was sent for it."""
    subject = trial.empty()
    chosen: Chosen = {}
    address = trial.stages.address(subject, trial.operation, chosen)
    before = {row.id for row in trial.stages.rows(subject, trial.resource.name)}
    refused: Reply | None = None
    for sent in _requests(trial):
        listed = [members(trial.operation, _varied(trial, sent, number).value) for number in (3, 4)]
        both = [one for several in listed for one in several]
        if len(both) != 2:
            continue
        body = trial.stages.laid(with_members(trial.operation, sent.value, both), address)
        reply = trial.call(subject, trial.operation, dict(chosen), body=body, media=sent.media)
        if not reply.ok:
            refused = refused or reply
            continue
        new = [row for row in trial.stages.rows(subject, trial.resource.name) if row.id not in before]
        if len(new) != 2:
            raise Broken("two new records", f"there are {len(new)}")
        for row, member in zip(new, both, strict=True):
            _shows(trial, subject, Made(row.kind, row.id), member)
        return
    raise Unreached(f"it takes none of the requests tried: {refused}" if refused else "no list could be made for it")


def _changed(trial: Trial) -> None:
    """Hold that a list that names two records changes both."""
    stage = trial.stage()
    if len(stage.records) < 2:
        raise Unreached(f"there is only one {trial.resource.name} to tell apart")
    path = trial.kind.id_path or ("id",)
    chosen = trial.stages.around(stage.subject, stage.records[0])
    refused: Reply | None = None
    for sent in _requests(trial):
        both = []
        for number, made in enumerate(stage.records[:2], 8):
            row = trial.stages.row(stage.subject, made.resource, made.id)
            for member in members(trial.operation, _varied(trial, sent, number).value)[:1]:
                if row is not None and isinstance(member, dict):
                    both.append(paths.put(member, path, paths.get(row.data, path)))
        if len(both) != 2:
            continue
        body = with_members(trial.operation, sent.value, both)
        reply = trial.call(stage.subject, trial.operation, dict(chosen), body=body, media=sent.media)
        if not reply.ok:
            refused = refused or reply
            continue
        for made, member in zip(stage.records, both, strict=False):
            _shows(trial, stage.subject, made, member)
        return
    raise Unreached(f"it takes none of the requests tried: {refused}" if refused else "no list could be made for it")


def _named(trial: Trial) -> None:
    """Hold that every record of a list of ids is shown, or gone, and no other."""
    stage = trial.stage()
    subject = stage.subject
    if len(stage.records) < 2:
        raise Unreached(f"there is only one {trial.resource.name} to tell apart")
    sights = [trial.sight(subject, made) for made in stage.records[:2]]
    if trial.operation.effect == "delete":
        if any(trial.look(subject, sight) is None for sight in sights):
            raise Unreached("the records cannot be seen before they are deleted")
        _ask(trial, subject.fork(), [sights[0].name])
        _ask(trial, subject, [sight.name for sight in sights])
        for sight in sights:
            if trial.look(subject, sight) is not None:
                raise Broken(f"the {trial.resource.name} {sight.name} to be gone", "it is still shown")
        return
    reply = _ask(trial, subject, [sight.name for sight in sights])
    for sight in sights:
        times = times_listed(reply.body, sight.name, trial.kind.id_path)
        if times != 1:
            raise Broken(f"the {trial.resource.name} {sight.name} once", f"it is listed {times} times")
    reply = _ask(trial, subject, [sights[0].name])
    if times_listed(reply.body, sights[1].name, trial.kind.id_path):
        raise Broken(f"only the {trial.resource.name} {sights[0].name}", f"{sights[1].name} is listed")


def _ask(trial: Trial, subject: Subject, names: list[str]) -> Reply:
    operation = trial.operation
    source, _, name = (operation.each or "").partition(".")
    chosen = trial.stages.around(subject, trial.stages.of(trial.resource.name).records[0])
    media = next((m.type for m in (trial.documented.body.content if trial.documented.body else ())), None)
    kinds = types(items_of(operation, trial.documented, trial.app.schemas, media), trial.app.schemas.schemas)
    listed: list[Any] = [int(one) if "integer" in kinds and one.isdigit() else one for one in names]
    if source == "query":
        reply = trial.call(subject, operation, chosen, query={name: names})
    else:
        reply = trial.call(subject, operation, chosen, body=with_members(operation, {}, listed), media=media)
    if not reply.ok:
        raise Unreached(f"it is refused: {reply}")
    return reply


def _shows(trial: Trial, subject: Subject, made: Made, member: Any) -> None:
    by = trial.reader() or trial.lister()
    if not trial.tells(member, by):
        raise Unreached("its request carries nothing that could be looked for")
    trial.shows("sent for it", member, trial.look(subject, trial.sight(subject, made)), by)


def _requests(trial: Trial) -> Iterable[Sent]:
    if not readable(trial.documented):
        raise Unreached("it takes no JSON or form")
    return bodies(trial.documented, trial.app.schemas, 3)


def _varied(trial: Trial, sent: Sent, number: int) -> Sent:
    unique = trial.stages.unique(trial.resource.name) if trial.operation.effect in _MAKES else frozenset()
    return different(trial.operation, trial.documented, trial.app.schemas, sent, number, unique)


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    if trial.operation.effect == "none":
        stage = trial.stages.of(trial.resource.name)
        yield omitting(trial.name(stage.subject, stage.records[0]), trial.kind.id_path)
    else:
        yield lost(trial.operation.effect)
    yield Mutant(
        name="first-only",
        behaves=lambda operation: replace(operation, each=f"[first({operation.each})]"),
    )


LAW = Law(name="each", cases=cases, check=each, mutants=mutants, proves=True)
