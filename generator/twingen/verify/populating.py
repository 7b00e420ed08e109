"""Records for an operation that lists: as many as wanted, under one parent, tied where edges tie them."""

from __future__ import annotations

from typing import NamedTuple

from twingen.runtime import paths
from twingen.runtime.store import Row
from twingen.verify.outcome import Unreached
from twingen.verify.shown import times_listed
from twingen.verify.stage import Chosen, Made
from twingen.verify.subject import Subject
from twingen.verify.trial import Trial


class Populated(NamedTuple):
    """A world in which the list on trial, asked for under `chosen`, has `records`.

    `elsewhere` is the same choice with another parent, None where there is no such thing.
    """

    subject: Subject
    records: tuple[Made, ...]
    chosen: Chosen
    created: bool
    elsewhere: Chosen | None = None


def populate(trial: Trial, count: int) -> Populated:
    """Return a world with `count` records for the list (what it shows, if none can be made)."""
    found = trial.populated.get(count)
    if found is None:
        mutant, trial.mutant = trial.mutant, None
        try:
            found = _tied(trial, count) if trial.operation.through is not None else _made(trial, count)
            if count < 3:
                found = found._replace(elsewhere=_another_parent(trial, found))
        finally:
            trial.mutant = mutant
        trial.populated[count] = found
    return found._replace(subject=trial.fork(found.subject), chosen=dict(found.chosen))


def _made(trial: Trial, count: int) -> Populated:
    stage = trial.stage()
    records = list(stage.records)
    chosen = trial.stages.around(stage.subject, records[0])
    chosen.pop(trial.resource.name, None)
    if stage.created:
        for number in range(len(records) + 1, count + 1):
            records.append(trial.stages.make(stage.subject, trial.resource.name, number, dict(chosen)))
        if not (trial.operation.where or trial.operation.keep):
            return Populated(stage.subject, tuple(records), chosen, True)
    # Where the list is not of everything, what it shows must do.
    trial.stages.address(stage.subject, trial.operation, chosen)
    reply = trial.call(stage.subject.fork(), trial.operation, dict(chosen))
    rows = trial.stages.rows(stage.subject, trial.resource.name)
    there = records if stage.created else [Made(trial.resource.name, row.id) for row in rows]
    shown = [
        made
        for made in there
        if times_listed(reply.body, trial.name(stage.subject, made), trial.kind.id_path)
    ]
    placed = reply.ok and not shown and bool(trial.operation.where) and not trial.operation.keep
    if placed:
        shown = _placed(trial, stage.subject, there, chosen)
    if not reply.ok or not shown:
        raise Unreached(f"nothing makes a {trial.resource.name} that it lists")
    return Populated(stage.subject, tuple(shown), chosen, placed and stage.created)


def _placed(
    trial: Trial, subject: Subject, there: list[Made], chosen: Chosen
) -> list[Made]:
    """Give records in the store what the list selects by; returns those that it shows then."""
    kind = trial.kind
    for made in there[:2]:
        row = trial.stages.row(subject, made.resource, made.id)
        for field, wanted in trial.operation.where.items():
            if row is None or field in kind.refs:
                return []
            value = wanted
            if isinstance(wanted, str) and "{" in wanted:
                named = [f for f in trial.operation.find if f"{f.name.replace('-', '_')}." in wanted]
                if not named or named[0].resource not in chosen:
                    return []
                value = trial.stages.name(subject, named[0].resource, chosen[named[0].resource])
                if "int(" in wanted and value.isdigit():
                    value = int(value)
            data = paths.put(row.data, paths.split(field), value)
            row = Row(row.kind, row.id, row.seq, data, row.refs, row.secret)
            subject.world.writing(kind.store).replace(row)
    reply = trial.call(subject.fork(), trial.operation, dict(chosen))
    return [
        made
        for made in there
        if reply.ok and times_listed(reply.body, trial.name(subject, made), kind.id_path)
    ]


def _tied(trial: Trial, count: int) -> Populated:
    through = trial.operation.through
    assert through is not None
    edge = trial.stages.resources[through.edge]
    ends = {**{parent: parent for parent in edge.parents}, **edge.edge}
    taken = ends.get(through.take, through.take)
    subject = trial.empty()
    chosen: Chosen = {}
    records = []
    for number in range(1, count + 1):
        end = trial.stages.make(subject, taken, number, dict(chosen))
        around = {**chosen, taken: end.id, through.take: end.id}
        made = trial.stages.make(subject, edge.name, number, around)
        records.append(Made(trial.resource.name, end.id, end.sent, end.reply))
        row = trial.stages.row(subject, edge.name, made.id)
        for name, other in ends.items():
            if name != through.take and row is not None and name in row.refs:
                chosen[other] = row.refs[name]
    return Populated(subject, tuple(records), chosen, True)


def _another_parent(trial: Trial, found: Populated) -> Chosen | None:
    finds = trial.operation.find
    if not finds or finds[-1].optional or not found.created:
        return None
    nearest = finds[-1].resource
    chosen = {name: id for name, id in found.chosen.items() if name != nearest}
    try:
        made = trial.stages.make(found.subject, nearest, 5, chosen)
    except Unreached:
        return None
    return trial.stages.around(found.subject, made)
