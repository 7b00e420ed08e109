"""Parameters of lists: those listed are exactly those that a look at every record would choose."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from twingen.contract.model import Schema
from twingen.contract.schemas import properties
from twingen.runtime import paths
from twingen.runtime.store import Row
from twingen.twin.model import Treatment
from twingen.verify.mutants import Mutant, ignoring
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.populating import Populated, populate
from twingen.verify.shown import is_of, records_in
from twingen.verify.trial import Law, Trial

_LATER = frozenset({"after", "since", "min", "gte", "gt"})
_EARLIER = frozenset({"before", "until", "max", "lte", "lt"})
_BROKEN = '((('
_CHOOSING = frozenset({"equals", "prefix", "contains", "filter", "search", "range"})


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
    _as_named(case, treatment)
    found = populate(trial, 3)
    everything = _all(trial, found)
    if treatment.use == "sort":
        _sorted(trial, found, case, treatment, everything)
        return
    if treatment.use in {"filter", "search"}:
        reply = trial.call(found.subject, trial.operation, dict(found.chosen), query={case: _BROKEN})
        if reply.ok:
            raise Broken(f"{case}={_BROKEN} to be refused", str(reply))
        if "handler" in treatment.options:
            return
    if _chosen(trial, found, case, treatment, everything):
        return
    # Requests make them all alike: one record is made different behind the API's back.
    everything = _one_different(trial, found, case, treatment)
    if not _chosen(trial, found, case, treatment, everything):
        raise Unreached("no two records can be made that it tells apart")


def _as_named(name: str, treatment: Treatment) -> None:
    """Hold that a range leads where the parameter's name says."""
    bound = str(treatment.options.get("bound", ""))
    words = set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))
    if (bound[:1] == "l" and words & _LATER) or (bound[:1] == "g" and words & _EARLIER):
        raise Broken(f"{name} to be an end of the kind that its name says", f"it is taken for {bound}")


def _chosen(
    trial: Trial, found: Populated, case: str, treatment: Treatment,
    everything: list[tuple[str, dict[str, Any]]],
) -> bool:  # fmt: skip
    """Hold the law with the first value that tells the records apart; returns whether there is one."""
    for value, chooses in _values(trial, found, case, treatment):
        wanted = [name for name, row in everything if chooses(row)]
        if wanted and len(wanted) < len(everything):
            listed = [name for name, _ in _asked(trial, found, _query(case, value))]
            if sorted(listed) != sorted(wanted):
                raise Broken(
                    f"{len(wanted)} of {len(everything)} records for {case}={value}", f"{len(listed)} are listed"
                )
            return True
    return False


def _one_different(
    trial: Trial, found: Populated, name: str, treatment: Treatment
) -> list[tuple[str, dict[str, Any]]]:
    """Change in the store, for one record, a field that the parameter looks at; returns all listed."""
    made = found.records[0]
    row = trial.stages.row(found.subject, made.resource, made.id)
    field = treatment.fields[0] if treatment.fields else name
    if row is None or "*" in field or treatment.use in {"filter", "search"}:
        raise Unreached("no two records can be made that it tells apart")
    path = paths.split(field)
    # A parameter called like one field that looks at another is not excused.
    other = field != name and name in row.data
    if other or path == trial.kind.id_path or not (paths.has(row.data, path) or _known(trial, path)):
        raise Unreached("no two records can be made that it tells apart")
    old = paths.get(row.data, path)
    if old is None and "boolean" in trial.app.schemas.resolve(_schema(trial, name)).get("type", ""):
        old = False
    data = paths.put(row.data, path, _another(old, _telling(trial, name, treatment)))
    found.subject.world.writing(trial.kind.store).replace(
        Row(row.kind, row.id, row.seq, data, row.refs, row.secret)
    )
    return _all(trial, found)


def _all(trial: Trial, found: Populated) -> list[tuple[str, dict[str, Any]]]:
    """Return all that the list has to show: without a planted defect, which may be in what shows all."""
    return _asked(trial, found._replace(subject=found.subject.fork()), {})


def _telling(trial: Trial, name: str, treatment: Treatment) -> list[Any]:
    """Return the documented values that choose, and choose otherwise than none does."""
    idle = [*treatment.options.get("every", ()), treatment.options.get("default")]
    return [choice for choice in _allowed(trial, name) if choice not in idle]


def _known(trial: Trial, path: paths.Path) -> bool:
    """Return whether the documents give records such a field."""
    schemas = trial.app.schemas.schemas
    schema: Any = schemas.get(trial.resource.schema or "")
    for step in path:
        schema = properties(schema, schemas).get(step) if schema else None
    return schema is not None


def _another(value: Any, allowed: list[Any]) -> Any:
    """Return a value unlike another one: of those that may be asked for, where they are told."""
    for choice in allowed:
        if choice != value and not str(choice).startswith(("-", "+")):
            return choice
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 7
        case str() if _instant(value) is not None and not value.isdigit():
            return "2031-01-01T00:00:00.000Z"
    return "7357"


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


def _query(name: str, value: Any) -> dict[str, Any]:
    """Return a parameter as it stands in a query: an object as `name[member]`."""
    if isinstance(value, dict):
        return {f"{name}[{member}]": inner for member, inner in value.items()}
    return {name: value}


def _values(
    trial: Trial, found: Populated, name: str, treatment: Treatment
) -> Iterable[tuple[Any, Chooses]]:
    """Yield values that might tell records apart, each with what it chooses."""
    if treatment.use in {"filter", "search"}:
        yield from _comparisons(trial, found, treatment)
        return
    fields = [paths.split(field) for field in treatment.fields] or [(name,)]
    allowed = {str(choice) for choice in _allowed(trial, name)}
    for made in found.records:
        row = trial.stages.row(found.subject, made.resource, made.id)
        for field in fields:
            for value in _scalars(paths.get(row.data, field) if row is not None else None):
                if (allowed and value not in allowed) or value == str(treatment.options.get("default")):
                    continue
                if treatment.use == "range":
                    yield from _ends(treatment, fields, value)
                elif treatment.options.get("only", value) == value:
                    yield value, _choice(treatment.use, fields, value)


def _ends(
    treatment: Treatment, fields: list[paths.Path], value: str
) -> Iterable[tuple[Any, Chooses]]:
    """Yield the ranges that start and end at a value, as the treatment lets them be asked for."""
    at = _instant(value)
    if at is None:
        return
    bound = treatment.options.get("bound")
    for end in [bound] if bound else ["gt", "lte"]:
        holds = _ENDS[end]

        def chooses(data: dict[str, Any], holds: Any = holds) -> bool:
            found = [_instant(one) for field in fields for one in _scalars(paths.get(data, field))]
            return any(one is not None and holds(one, at) for one in found)

        yield (value if bound else {end: value}), chooses


def _instant(text: str) -> float | None:
    """Return a number, or a time in seconds since 1970."""
    for read in (float, lambda written: datetime.fromisoformat(written).timestamp()):
        try:
            return read(text)
        except ValueError:
            continue
    return None


_ENDS: dict[str, Callable[[float, float], bool]] = {
    "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le,
}  # fmt: skip


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
    for asked, field in _keys(trial, found, name, treatment):
        path = paths.split(field)
        keys = [str(paths.get(data, path) or "").casefold() for _, data in everything]
        if len(set(keys)) < 2 or any(isinstance(paths.get(d, path), (dict, list)) for _, d in everything):
            continue
        partner = treatment.options.get("same")
        query = {name: asked, **({partner: asked} if partner else {})}
        listed = [str(paths.get(data, path) or "").casefold() for _, data in _asked(trial, found, query)]
        expected = sorted(keys, reverse=asked.startswith("-"))
        if listed not in (expected, sorted(keys, reverse=True)):
            raise Broken(f"the list in order of {asked}", "it is in another")
        if listed == keys:
            continue
        return
    if trial.mutant is not None:
        raise Broken(f"{name} to change the order", "it does not")
    raise Unreached("no records can be made whose order it changes")


def _keys(
    trial: Trial, found: Populated, name: str, treatment: Treatment
) -> Iterable[tuple[str, str]]:
    """Yield values of a sorting parameter with the field that each sorts by."""
    names: dict[str, str] = treatment.options.get("names") or {}
    allowed = [str(value) for value in _allowed(trial, name)]
    if names:
        known = ((asked, names.get(asked.lstrip("+-"), "=")) for asked in allowed or names)
    else:
        stored = _sortable(trial, found, found.records[0].id)
        known = ((path, path) for path in stored if not allowed or path in allowed)
    return ((asked, field) for asked, field in known if not field.startswith("="))


def _schema(trial: Trial, name: str) -> Schema:
    return next((p.schema for p in trial.documented.parameters if p.name == name), {})


def _allowed(trial: Trial, name: str) -> list[Any]:
    """Return the values that the documents let a parameter have, [] if they do not tell."""
    choices = trial.app.schemas.resolve(_schema(trial, name)).get("enum")
    return choices if isinstance(choices, list) else []


def _sortable(trial: Trial, found: Populated, id: str) -> list[str]:
    row = trial.stages.row(found.subject, trial.resource.name, id)
    return [n for n, v in (row.data if row is not None else {}).items() if isinstance(v, str)]


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    yield ignoring(case)


LAW = Law(name="parameters", cases=cases, check=parameters, mutants=mutants, honours=True)
