"""A list shows every record that was made once, and none of another parent's."""

from __future__ import annotations

from collections.abc import Iterable

from twingen.verify.mutants import Mutant, confused, doubling, omitting
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


def _names_under(trial: Trial, found: Populated, chosen: dict[str, str]) -> set[str]:
    """Return the identifiers of the other parent's own records: they may be the same."""
    return {
        trial.stages.name(found.subject, trial.resource.name, row.id)
        for row in trial.stages.rows(found.subject, trial.resource.name)
        if any(chosen.get(name) == id for name, id in row.refs.items())
    }


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    found = populate(trial, 2)
    yield omitting(trial.name(found.subject, found.records[-1]), trial.kind.id_path)
    yield doubling()
    if found.elsewhere is not None:
        yield confused("any-parent", *_parents(trial, found, dict(found.elsewhere)))


def _parents(trial: Trial, found: Populated, elsewhere: dict[str, str]) -> tuple[str, str]:
    """Return the identifiers of the other parent and of this one."""
    other = trial.stages.address(found.subject, trial.operation, elsewhere)
    mine = trial.stages.address(found.subject, trial.operation, dict(found.chosen))
    given, known = {**other.query, **other.body}, {**mine.query, **mine.body}
    pairs = [*zip(other.values, mine.values, strict=True), *((given[n], known[n]) for n in known)]
    for one, two in pairs:
        if one != two:
            return one, two
    raise Unreached("its parents cannot be told apart")


LAW = Law(name="lists", cases=cases, check=lists, mutants=mutants, proves=True)
