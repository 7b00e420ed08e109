"""Parameters of lists: those listed are exactly those that a look at every record would choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from twingen.runtime import paths
from twingen.twin.model import Treatment
from twingen.verify.mutants import Mutant, ignoring
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.populating import Populated, populate
from twingen.verify.shown import is_of, records_in
from twingen.verify.trial import Law, Trial

_BROKEN = '((('
_CHOOSING = frozenset({"equals", "prefix", "contains", "filter", "search"})


def treatments(trial: Trial) -> dict[str, Treatment]:
    """Return the treated parameters that its documents name."""
    documented = {parameter.name for parameter in trial.documented.parameters}
    found = {**trial.app.twin.service.parameters, **trial.operation.parameters}
    return {name: one for name, one in found.items() if name in documented}


def cases(trial: Trial) -> Iterable[str]:
    operation = trial.operation
    if operation.effect == "none" and operation.target == "collection" and operation.handler is None:
        for name, treatment in treatments(trial).items():
            if treatment.use in _CHOOSING | {"sort"}:
                yield name


def parameters(trial: Trial, case: str) -> None:
    treatment = treatments(trial)[case]
    found = populate(trial, 3)
    everything = _asked(trial, found, {})
    if treatment.use == "sort":
        _sorted(trial, found, case, treatment, everything)
        return
    if treatment.use in {"filter", "search"}:
        reply = trial.call(found.subject, trial.operation, dict(found.chosen), query={case: _BROKEN})
        if reply.ok:
            raise Broken(f"{case}={_BROKEN} to be refused", str(reply))
        if "handler" in treatment.options:
            return
    for value, chooses in _values(trial, found, case, treatment):
        wanted = [name for name, row in everything if chooses(row)]
        if wanted and len(wanted) < len(everything):
            listed = [name for name, _ in _asked(trial, found, {case: value})]
            if sorted(listed) != sorted(wanted):
                raise Broken(
                    f"{len(wanted)} of {len(everything)} records for {case}={value}", f"{len(listed)} are listed"
                )
            return
    raise Unreached("no two records can be made that it tells apart")


def _asked(trial: Trial, found: Populated, query: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return those listed as (identifier, stored fields), in the list's order."""
    reply = trial.call(found.subject, trial.operation, dict(found.chosen), query=query)
    if not reply.ok:
        raise Unreached(f"it is refused: {reply}")
    members = records_in(reply.body, trial.kind.id_path)
    rows = trial.stages.rows(found.subject, trial.resource.name)
    result = []
    for member in members:
        for row in rows:
            name = trial.stages.name(found.subject, trial.resource.name, row.id)
            if is_of(member, name, trial.kind.id_path):
                result.append((name, row.data))
                break
    if len(result) != len(members):
        raise Unreached("not every member of the list is a record")
    return result


Chooses = Callable[[dict[str, Any]], bool]


def _values(
    trial: Trial, found: Populated, name: str, treatment: Treatment
) -> Iterable[tuple[str, Chooses]]:
    """Yield values that might tell records apart, each with what it chooses."""
    if treatment.use in {"filter", "search"}:
        yield from _comparisons(trial, found, treatment)
        return
    fields = [paths.split(field) for field in treatment.fields] or [(name,)]
    for made in found.records:
        row = trial.stages.row(found.subject, made.resource, made.id)
        for field in fields:
            for value in _scalars(paths.get(row.data, field) if row is not None else None):
                yield value, _choice(treatment.use, fields, value)


def _choice(use: str, fields: list[paths.Path], value: str) -> Chooses:
    wanted = value.casefold()

    def fits(one: str) -> bool:
        if use == "equals":
            return one == value
        return one.casefold().startswith(wanted) if use == "prefix" else wanted in one.casefold()

    return lambda data: any(fits(one) for field in fields for one in _scalars(paths.get(data, field)))


def _comparisons(trial: Trial, found: Populated, treatment: Treatment) -> Iterable[tuple[str, Chooses]]:
    """Yield comparisons in the common filter language: one field with one value."""
    names: dict[str, str] = treatment.options.get("names") or {}
    for made in found.records:
        row = trial.stages.row(found.subject, made.resource, made.id)
        for path, value in _texts(row.data if row is not None else {}, ()):
            stored = ".".join(path)
            asked = [given for given, meant in names.items() if meant == stored] if names else [stored]
            for given in asked[:1]:
                yield f'{given} eq "{value}"', _choice("equals", [path], value)


def _texts(data: Any, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], str]]:
    if isinstance(data, dict) and len(path) < 3:
        for name, value in data.items():
            if not name.startswith("_"):
                yield from _texts(value, (*path, name))
    elif isinstance(data, str) and path and '"' not in data:
        yield path, data


def _scalars(value: Any) -> list[str]:
    members = value if isinstance(value, list) else [value]
    return [
        ("true" if one else "false") if isinstance(one, bool) else str(one)
        for one in members
        if one is not None and not isinstance(one, (dict, list))
    ]


def _sorted(
    trial: Trial, found: Populated, name: str, treatment: Treatment, everything: list[tuple[str, Any]]
) -> None:
    names: dict[str, str] = treatment.options.get("names") or {}
    stored = _sortable(trial, found, found.records[0].id)
    allowed = _allowed(trial, name)
    fields = names or {path: path for path in stored if not allowed or path in allowed}
    partner = treatment.options.get("same")
    for asked, field in fields.items():
        if field.startswith("="):
            continue
        path = paths.split(field)
        keys = [str(paths.get(data, path) or "").casefold() for _, data in everything]
        if len(set(keys)) < 2 or any(isinstance(paths.get(d, path), (dict, list)) for _, d in everything):
            continue
        query = {name: asked, **({partner: asked} if partner else {})}
        listed = [str(paths.get(data, path) or "").casefold() for _, data in _asked(trial, found, query)]
        if listed not in (sorted(keys), sorted(keys, reverse=True)):
            raise Broken(f"the list in order of {asked}", "it is in another")
        if listed == keys:
            continue
        return
    if trial.mutant is not None:
        raise Broken(f"{name} to change the order", "it does not")
    raise Unreached("no records can be made whose order it changes")


def _allowed(trial: Trial, name: str) -> list[Any]:
    """Return the values that the documents let a parameter have, [] if they do not tell."""
    for parameter in trial.documented.parameters:
        if parameter.name == name:
            choices = trial.app.schemas.resolve(parameter.schema).get("enum")
            return choices if isinstance(choices, list) else []
    return []


def _sortable(trial: Trial, found: Populated, id: str) -> list[str]:
    row = trial.stages.row(found.subject, trial.resource.name, id)
    return [n for n, v in (row.data if row is not None else {}).items() if isinstance(v, str)]


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield ignoring(case)


LAW = Law(name="parameters", cases=cases, check=parameters, mutants=mutants, honours=True)
