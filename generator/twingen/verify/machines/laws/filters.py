"""Filters agree with a naive scan of the whole list; what cannot be understood is an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twingen.runtime import paths
from twingen.twin.model import Operation, Treatment
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law
from twingen.verify.machines.laws.lists import within
from twingen.verify.machines.plan import Path, Plan, leaves
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached

_SCANNED = frozenset({"equals", "prefix", "contains", "filter", "search"})
_BROKEN = ("(((", "nonsense", 'id ?? "x"')


def applies(plan: Plan, operation: Operation) -> bool:
    listed = operation.effect == "none" and operation.target == "collection" and operation.handler is None
    return listed and any(one.use in _SCANNED | {"sort"} for one in plan.treatments(operation).values())


def step(play: Play, operation: Operation, draw: Draw) -> None:
    plan = play.plan
    asked = {n: one for n, one in plan.treatments(operation).items() if one.use in _SCANNED | {"sort"}}
    chosen: dict[str, Known] = {}
    play.address(operation, chosen)
    for _ in range(3 - len(play.of(operation.resource, under=chosen))):
        try:
            play.make(operation.resource, within(play, operation.resource, chosen))
        except Unreached:
            break
    reached, why = False, Unreached("no records can be made that it tells apart")
    for name in sorted(asked):
        try:
            _tried(play, operation, draw, chosen, name, asked[name])
            reached = True
        except Unreached as trouble:
            why = trouble
    if not reached:
        raise why


def _tried(
    play: Play, operation: Operation, draw: Draw, chosen: dict[str, Known], name: str, treatment: Treatment
) -> None:
    plan = play.plan
    everything = play.everything(operation, chosen)
    if treatment.use == "sort":
        _sorted(play, operation, draw, chosen, name, treatment)
        return
    if treatment.use in {"filter", "search"}:
        text = draw.one(list(_BROKEN))
        reply = play.call(operation, dict(chosen), query={name: text})
        if reply.ok:
            raise Broken(f"{name}={text} to be refused", str(reply))
        if "handler" in treatment.options:
            return
    scans = list(_scans(play, operation, name, treatment, everything))
    if not scans:
        raise Unreached("no records can be made that it tells apart")
    value, test = draw.one(scans)
    expected = _names(play, operation, [one for one in everything if test(one)])
    page = treatment.options.get("page")
    if page is not None and len(expected) > plan.twin.service.paging[page].default_limit:
        raise Unreached("more records fit than it lists")
    members = play.everything(operation, chosen, {name: value})
    listed = _names(play, operation, members)
    # A list that keeps some records to itself may show more of them to those who ask.
    extra = [one for one in members if not test(one)]
    if extra or set(expected) - set(listed) or len(set(listed)) < len(listed):
        raise Broken(
            f"{len(expected)} of {len(everything)} records for {name}={value}", f"{len(listed)} are listed"
        )
    if not operation.keep and len(listed) != len(expected):
        raise Broken(f"{len(expected)} records for {name}={value}", f"{len(listed)} are listed")


def _names(play: Play, operation: Operation, members: list[Any]) -> list[str]:
    return [str(play.name_of(member, operation.resource)) for member in members]


def _scans(
    play: Play, operation: Operation, name: str, treatment: Treatment, members: list[Any]
) -> Iterator[tuple[str, Any]]:
    """Yield values that tell some members from others, each with the test of a naive scan."""
    for value, test in _candidates(name, treatment, members):
        count = sum(1 for one in members if test(one))
        if 0 < count < len(members):
            yield value, test


def _candidates(name: str, treatment: Treatment, members: list[Any]) -> Iterator[tuple[str, Any]]:
    if treatment.use in {"filter", "search"}:
        yield from _comparisons(treatment, members)
        return
    fields = [paths.split(one) for one in treatment.fields] or [(name,)]
    for member in members[-4:]:
        for field in fields:
            for value in _texts(paths.get(member, field)):
                yield value, _test(treatment.use, fields, value)
                if treatment.use in {"prefix", "contains"} and len(value) > 3:
                    yield value[:3].swapcase(), _test(treatment.use, fields, value[:3])


def _test(use: str, fields: list[Path], value: str) -> Any:
    wanted = value.casefold()

    def fits(one: str) -> bool:
        if use == "equals":
            return one == value
        return one.casefold().startswith(wanted) if use == "prefix" else wanted in one.casefold()

    return lambda member: any(fits(one) for field in fields for one in _texts(paths.get(member, field)))


def _comparisons(treatment: Treatment, members: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yield comparisons in the common filter language: equality, prefix, order of times, and / or."""
    names: dict[str, str] = treatment.options.get("names") or {}
    operators: dict[str, list[str]] = treatment.options.get("operators") or {}
    times = treatment.options.get("times", ())
    found: list[tuple[str, Any]] = []
    for member in members[-4:]:
        for path, value in leaves(member):
            stored = ".".join(path)
            given = _given(names, stored)
            if given is None or not isinstance(value, str) or '"' in value or path[0].startswith("_"):
                continue
            allowed = operators.get(given, operators.get("*", ["eq"]))
            if "eq" in allowed:
                found.append((f'{given} eq "{value}"', _compared(path, "eq", value)))
            if "sw" in allowed and len(value) > 3:
                found.append((f'{given} sw "{value[:4]}"', _compared(path, "sw", value[:4])))
            if given in times:
                for operator in ("gt", "ge", "lt", "le"):
                    if operator in allowed:
                        found.append((f'{given} {operator} "{value}"', _compared(path, operator, value)))
    yield from found
    for (one, first), (other, second) in zip(found, found[3:], strict=False):
        yield f"{one} or {other}", _either(first, second)
        yield f"{one} and {other}", _both(first, second)


def _given(names: dict[str, str], stored: str) -> str | None:
    if not names:
        return stored if "." not in stored else None
    for given, meant in names.items():
        if meant == stored:
            return given
        if given.endswith(".*") and meant.endswith(".*") and stored.startswith(meant[:-1]):
            return given[:-1] + stored[len(meant) - 1 :]
    return None


def _compared(path: Path, operator: str, value: str) -> Any:
    def test(member: Any) -> bool:
        there = paths.get(member, path)
        if not isinstance(there, str):
            return False
        one, other = there.casefold(), value.casefold()
        match operator:
            case "eq":
                return one == other
            case "sw":
                return one.startswith(other)
            case "gt":
                return one > other
            case "ge":
                return one >= other
            case "lt":
                return one < other
        return one <= other

    return test


def _either(one: Any, other: Any) -> Any:
    return lambda member: one(member) or other(member)


def _both(one: Any, other: Any) -> Any:
    return lambda member: one(member) and other(member)


def _texts(value: Any) -> list[str]:
    members = value if isinstance(value, list) else [value]
    return [
        ("true" if one else "false") if isinstance(one, bool) else str(one)
        for one in members
        if one is not None and not isinstance(one, (dict, list))
    ]


def _sorted(
    play: Play, operation: Operation, draw: Draw, chosen: dict[str, Known], name: str, treatment: Treatment
) -> None:
    partner = treatment.options.get("same")
    names: dict[str, str] = treatment.options.get("names") or {}
    query: dict[str, Any] = {}
    if partner:
        query[partner] = _all_of(play, operation, chosen, partner)
    everything = play.everything(operation, chosen, query)
    sortable = [
        (asked, paths.split(field))
        for asked, field in (names or _fields(everything)).items()
        if not field.startswith("=") and _tells(everything, paths.split(field))
    ]
    if not sortable:
        raise Unreached("no records can be made whose order it changes")
    asked, path = draw.one(sortable)
    orders = [n for n, one in play.plan.treatments(operation).items() if one.use == "order"]
    query[name] = asked
    for down in (False, True) if orders else (False,):
        if down:
            query[orders[0]] = "desc"
        members = play.everything(operation, chosen, query)
        found = [str(paths.get(one, path)).casefold() for one in members if paths.get(one, path) is not None]
        if found != sorted(found, reverse=down):
            raise Broken(f"the list in {'falling ' if down else ''}order of {asked}", "it is in another")


def _all_of(play: Play, operation: Operation, chosen: dict[str, Known], partner: str) -> str:
    """Return a filter that many records pass, for a sort that needs one."""
    treatment = play.plan.treatments(operation)[partner]
    members = play.everything(operation, chosen)
    best = max(
        _candidates(partner, treatment, members),
        key=lambda pair: sum(1 for one in members if pair[1](one)),
        default=None,
    )
    if best is None:
        raise Unreached(f"nothing is known to ask {partner} for")
    return best[0]


def _fields(members: list[Any]) -> dict[str, str]:
    return {
        ".".join(path): ".".join(path)
        for path, value in leaves(members[-1] if members else {})
        if isinstance(value, str) and not path[0].startswith("_")
    }


def _tells(members: list[Any], path: Path) -> bool:
    found = [paths.get(one, path) for one in members]
    return all(isinstance(one, str) for one in found) and len({str(one).casefold() for one in found}) > 1


LAW = Law(name="filters-agree-with-a-scan", applies=applies, step=step)
