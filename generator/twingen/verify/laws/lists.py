"""A list shows every record that was made once, and none of another parent's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twingen.runtime import paths
from twingen.runtime.store import Row
from twingen.verify.mutants import Mutant, doubling, omitting, unchosen
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.populating import Populated, populate
from twingen.verify.shown import times_listed
from twingen.verify.trial import Law, Trial


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.effect == "none" and operation.target == "collection" and operation.handler is None:
        yield ""


def lists(trial: Trial, case: str) -> None:
    found = populate(trial, 2)
    reply = trial.call(found.subject, trial.operation, dict(found.chosen))
    if not reply.ok:
        raise Unreached(f"it is refused: {reply}")
    for made in found.records:
        name = trial.name(found.subject, made)
        times = times_listed(reply.body, name, trial.kind.id_path)
        if times != 1:
            raise Broken(f"the new {trial.resource.name} {name} once", f"it is listed {times} times")
    if found.elsewhere is not None:
        reply = trial.call(found.subject, trial.operation, dict(found.elsewhere))
        theirs = _names_under(trial, found, dict(found.elsewhere))
        for made in found.records if reply.ok else ():
            name = trial.name(found.subject, made)
            if name not in theirs and times_listed(reply.body, name, trial.kind.id_path):
                raise Broken(f"the {trial.resource.name} {name} under its parent only", "another lists it")


    _left_out(trial)


def _left_out(trial: Trial) -> None:
    """Hold that a list of chosen records leaves out what is not chosen: made so in the store."""
    fixed = _fixed(trial)
    if not fixed:
        return
    found = populate(trial, 2)
    made, (field, wanted) = found.records[-1], fixed[0]
    row = trial.stages.row(found.subject, made.resource, made.id)
    if row is None:
        return
    name = trial.name(found.subject, made)
    other = not wanted if isinstance(wanted, bool) else "7357"
    data = paths.put(row.data, paths.split(field), other)
    changed = Row(row.kind, row.id, row.seq, data, row.refs, row.secret)
    found.subject.world.writing(trial.kind.store).replace(changed)
    reply = trial.call(found.subject, trial.operation, dict(found.chosen))
    if reply.ok and times_listed(reply.body, name, trial.kind.id_path):
        raise Broken(f"no {trial.resource.name} whose {field} is {other}", f"{name} is listed")


def _fixed(trial: Trial) -> list[tuple[str, Any]]:
    """Return what the list chooses by whoever asks, where rules concluded that."""
    where = trial.operation.where if trial.operation.inferred else {}
    return [
        (field, value)
        for field, value in where.items()
        if field not in trial.kind.refs and not (isinstance(value, str) and "{" in value)
    ]


def _names_under(trial: Trial, found: Populated, chosen: dict[str, str]) -> set[str]:
    """Return the identifiers of the other parent's own records: they may be the same."""
    return {
        trial.stages.name(found.subject, trial.resource.name, row.id)
        for row in trial.stages.rows(found.subject, trial.resource.name)
        if row.refs and all(chosen.get(name, id) == id for name, id in row.refs.items())
    }


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    found = populate(trial, 2)
    yield omitting(trial.name(found.subject, found.records[-1]), trial.kind.id_path)
    yield doubling()
    if _fixed(trial):
        yield unchosen()
    if found.elsewhere is not None:
        yield Mutant(name="any-parent", instead=_parents(trial, found, dict(found.elsewhere)))


def _parents(trial: Trial, found: Populated, elsewhere: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the identifiers of the other parent, each with that of this one."""
    other = trial.stages.address(found.subject, trial.operation, elsewhere)
    mine = trial.stages.address(found.subject, trial.operation, dict(found.chosen))
    given, known = {**other.query, **other.body}, {**mine.query, **mine.body}
    pairs = [*zip(other.values, mine.values, strict=True), *((given[n], known[n]) for n in known)]
    apart = tuple((one, two) for one, two in pairs if one != two)
    if not apart:
        raise Unreached("its parents cannot be told apart")
    return apart


LAW = Law(name="lists", cases=cases, check=lists, mutants=mutants, proves=True)
