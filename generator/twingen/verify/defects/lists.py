"""Lists that show too much or too little, in the wrong order, or on the wrong pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from twingen.runtime.http import Request, Response
from twingen.runtime.world import World
from twingen.twin.model import Operation, Paging, Treatment, Twin
from twingen.verify.defects.planting import (
    Defect,
    Operator,
    answering,
    copied,
    deaf,
    good,
    members,
    operations,
    rewritten,
    with_operation,
)
from twingen.verify.laws.paging import next_told
from twingen.verify.machines.server import Handle

_CHOOSES = frozenset({"equals", "prefix", "contains", "filter", "search"})


def _lists(twin: Twin) -> Iterator[Operation]:
    for _, operation in operations(twin):
        if operation.effect == "none" and operation.target == "collection":
            yield operation


def _shown(change: Callable[[list[Any]], list[Any]], *, more: bool = False) -> Callable[[Twin], Iterator[Defect]]:
    """The members of answers are changed; with `more` only where a next page is told."""

    def plant(twin: Twin) -> Iterator[Defect]:
        for operation in _lists(twin):
            if not more or operation.page:
                when = _has_next if more else None
                yield answering(twin, operation.key, lambda body: members(body, change), when)

    return plant


def _has_next(response: Response) -> bool:
    if any(name.lower() == "link" and "next" in value for name, value in response.headers):
        return True
    try:
        return next_told(response.json()) is not None
    except ValueError:
        return False


def _asked(role: str, instead: Callable[[str], str | None] = lambda value: None) -> Callable[[Twin], Iterator[Defect]]:
    """A parameter of the paging style is not seen, or seen as another value."""

    def plant(twin: Twin) -> Iterator[Defect]:
        for operation in _lists(twin):
            style = twin.service.paging.get(operation.page or "")
            name = getattr(style, role) if style is not None else None
            if name:
                yield deaf(twin, operation.key, name, instead)

    return plant


def _styled(change: Callable[[Paging], Paging]) -> Callable[[Twin], Iterator[Defect]]:
    def plant(twin: Twin) -> Iterator[Defect]:
        used = {operation.page for operation in _lists(twin)}
        for name, style in twin.service.paging.items():
            if name in used:
                paging = {**twin.service.paging, name: change(style)}
                yield Defect(place=f"paging {name}", twin=replace(twin, service=replace(twin.service, paging=paging)))

    return plant


def _treated(uses: frozenset[str]) -> Callable[[Twin], Iterator[Defect]]:
    def plant(twin: Twin) -> Iterator[Defect]:
        for operation in _lists(twin):
            for name, treatment in operation.parameters.items():
                if treatment.use in uses:
                    yield deaf(twin, operation.key, name)

    return plant


def order_reversed(twin: Twin) -> Iterator[Defect]:
    for operation in _lists(twin):
        if operation.handler is None and operation.through is None:
            yield with_operation(twin, operation, descending=not operation.descending)


def order_unstable(twin: Twin) -> Iterator[Defect]:
    for operation in _lists(twin):
        turns: list[int] = []

        def change(items: list[Any], turns: list[int] = turns) -> list[Any]:
            turns.append(1)
            return items[::-1] if len(turns) % 2 else items

        yield answering(twin, operation.key, lambda body, change=change: members(body, change))  # type: ignore[misc]


def keep_dropped(twin: Twin) -> Iterator[Defect]:
    for operation in _lists(twin):
        if operation.keep:
            yield with_operation(twin, operation, keep=None)


def scope_dropped(twin: Twin) -> Iterator[Defect]:
    """A list under a parent shows the records of all parents."""
    for operation in _lists(twin):
        if operation.find and operation.handler is None and operation.through is None:
            renamed = tuple(replace(find, name=f"{find.name}_") for find in operation.find)
            if not operation.guards and operation.answer.body is None:
                yield with_operation(twin, operation, find=renamed)


def wrong_field(twin: Twin) -> Iterator[Defect]:
    """A filter or a sort looks at the field after the one that it is asked for."""
    for operation in _lists(twin):
        for name, treatment in operation.parameters.items():
            names = treatment.options.get("names")
            if treatment.use in _CHOOSES and isinstance(names, dict) and len(names) > 1:
                plain = [given for given in names if not given.endswith("*")]
                turned = dict(zip(plain, [*plain[1:], plain[0]], strict=True))
                wrong = {given: names[turned[given]] if given in turned else names[given] for given in names}
                options = {**treatment.options, "names": wrong}
                yield _with(twin, operation, name, replace(treatment, options=options))
            elif treatment.use in _CHOOSES and treatment.fields:
                yield _with(twin, operation, name, replace(treatment, fields=("id",)))


def prefix_contains(twin: Twin) -> Iterator[Defect]:
    for operation in _lists(twin):
        for name, treatment in operation.parameters.items():
            if treatment.use in {"prefix", "contains"}:
                other = "prefix" if treatment.use == "contains" else "contains"
                yield _with(twin, operation, name, replace(treatment, use=other))


def _with(twin: Twin, operation: Operation, name: str, treatment: Treatment) -> Defect:
    found = with_operation(twin, operation, parameters={**operation.parameters, name: treatment})
    return replace(found, place=f"{operation.key} {name}")


def unparsable_accepted(twin: Twin) -> Iterator[Defect]:
    """What a filter cannot understand is taken for no filter."""
    for operation in _lists(twin):
        for name, treatment in operation.parameters.items():
            if treatment.use in {"filter", "search"}:
                yield _tolerant(twin, operation, name)


def _tolerant(twin: Twin, operation: Operation, name: str) -> Defect:
    from urllib.parse import parse_qsl, urlencode

    def around(handle: Handle) -> Handle:
        def tolerant(world: World, request: Request) -> Response:
            response = handle(world, copied(request))
            pairs = parse_qsl(request.query)
            if response.operation == operation.key and not good(response) and any(name == one for one, _ in pairs):
                other = copied(request)
                other.query = urlencode([pair for pair in pairs if pair[0] != name])
                return handle(world, other)
            return response

        return tolerant

    return Defect(place=f"{operation.key} {name}", twin=twin, around=around)


def filter_negated(twin: Twin) -> Iterator[Defect]:
    """A filter shows what does not fit."""
    for operation in _lists(twin):
        for name, treatment in operation.parameters.items():
            if treatment.use in _CHOOSES:
                yield _negated(twin, operation, name)


def _negated(twin: Twin, operation: Operation, name: str) -> Defect:
    from urllib.parse import parse_qsl, urlencode

    def around(handle: Handle) -> Handle:
        def contrary(world: World, request: Request) -> Response:
            response = handle(world, copied(request))
            pairs = parse_qsl(request.query)
            if response.operation != operation.key or not good(response) or all(name != one for one, _ in pairs):
                return response
            other = copied(request)
            other.query = urlencode([pair for pair in pairs if pair[0] != name])
            whole = handle(world, other)
            fits = str(response.body)

            def change(items: list[Any]) -> list[Any]:
                import orjson

                return [one for one in items if orjson.dumps(one).decode() not in fits]

            whole.body = rewritten(whole.body, lambda body: members(body, change))
            return whole

        return contrary

    return Defect(place=f"{operation.key} {name}", twin=twin, around=around)


def _one_more(value: str) -> str:
    return str(int(value) + 1) if value.isdigit() else value


OPERATORS: tuple[Operator, ...] = (
    Operator(name="list-omits-last", plant=_shown(lambda items: items[:-1])),
    Operator(name="list-doubles", plant=_shown(lambda items: items + items[-1:])),
    Operator(name="off-by-one-page", plant=_shown(lambda items: items[:-1], more=True)),
    Operator(name="ids-swapped", plant=_shown(lambda items: _swapped(items))),
    Operator(name="cursor-ignored", plant=_asked("cursor")),
    Operator(name="limit-ignored", plant=_asked("limit")),
    Operator(name="limit-one-more", plant=_asked("limit", _one_more)),
    Operator(name="max-limit-changed", plant=_styled(lambda style: replace(style, max_limit=style.max_limit * 2))),
    Operator(name="limits-clamped", plant=_styled(lambda style: replace(style, over="clamp" if style.over == "error" else "error"))),
    Operator(name="order-reversed", plant=order_reversed),
    Operator(name="order-unstable", plant=order_unstable),
    Operator(name="filter-ignored", plant=_treated(_CHOOSES)),
    Operator(name="filter-negated", plant=filter_negated),
    Operator(name="filter-wrong-field", plant=wrong_field),
    Operator(name="prefix-contains", plant=prefix_contains),
    Operator(name="unparsable-accepted", plant=unparsable_accepted),
    Operator(name="sort-ignored", plant=_treated(frozenset({"sort", "order"}))),
    Operator(name="keep-dropped", plant=keep_dropped),
    Operator(name="parent-scope-dropped", plant=scope_dropped),
)


def _swapped(items: list[Any]) -> list[Any]:
    """Return the members with the identifiers of the first two exchanged."""
    if len(items) < 2 or not all(isinstance(one, dict) and "id" in one for one in items[:2]):
        return items
    one, other = items[:2]
    return [{**one, "id": other["id"]}, {**other, "id": one["id"]}, *items[2:]]
