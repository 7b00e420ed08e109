"""Operators that were written when the laws were done, to try the laws and not to make them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import orjson

from twingen.runtime.http import Request, Response
from twingen.runtime.world import World
from twingen.twin.model import Operation, Twin
from twingen.verify.defects.planting import (
    Defect,
    Operator,
    answering,
    copied,
    good,
    members,
    operations,
    with_operation,
    with_resource,
)
from twingen.verify.machines.server import Handle


def _listing(twin: Twin) -> Iterator[Operation]:
    for _, operation in operations(twin):
        if operation.effect == "none" and operation.target == "collection":
            yield operation


def stale_list(twin: Twin) -> Iterator[Defect]:
    """A list is as it was before the last write."""
    for operation in _listing(twin):
        yield _behind(twin, operation.key)


def stale_read(twin: Twin) -> Iterator[Defect]:
    """A read is as it was before the last write."""
    for _, operation in operations(twin):
        if operation.does == "read" and operation.target == "item":
            yield _behind(twin, operation.key)


def _behind(twin: Twin, key: str) -> Defect:
    def around(handle: Handle) -> Handle:
        before: dict[int, tuple[World, World]] = {}

        def slow(world: World, request: Request) -> Response:
            if request.method == "GET":
                response = handle(world.fork(), copied(request))
                if response.operation == key and id(world) in before:
                    return handle(before[id(world)][1].fork(), request)
                return handle(world, request)
            before[id(world)] = (world, world.fork())
            return handle(world, request)

        return slow

    return Defect(place=key, twin=twin, around=around)


def refused_but_done(twin: Twin) -> Iterator[Defect]:
    """A change is made although its answer is a failure: its guards come too late."""
    for _, operation in operations(twin):
        if operation.effect in {"update", "replace", "delete", "transition"} and operation.guards and operation.find:
            yield _too_late(twin, operation)


def _too_late(twin: Twin, operation: Operation) -> Defect:
    from twingen.verify.machines.server import Server

    def around(handle: Handle) -> Handle:
        careless = Server(with_operation(twin, operation, guards=()).twin)

        def late(world: World, request: Request) -> Response:
            response = handle(world, copied(request))
            if response.operation == operation.key and not good(response) and response.status in {400, 403, 409, 410, 422}:
                careless.handle(world, request)
            return response

        return late

    return Defect(place=operation.key, twin=twin, around=around)


def also_deletes(twin: Twin) -> Iterator[Defect]:
    """A delete takes the oldest record with it."""
    from twingen.twin.model import Change

    for resource, operation in operations(twin):
        if operation.effect == "delete" and operation.target == "item" and not operation.many and resource.identity.field:
            where = {resource.identity.field: f"{{find('{resource.name}').id}}"}
            more = Change(resource=resource.name, where=where, delete=True)
            yield with_operation(twin, operation, change=(*operation.change, more))


def also_changes(twin: Twin) -> Iterator[Defect]:
    """A change of one record writes the same into all of them."""
    from twingen.twin.model import Change

    for resource, operation in operations(twin):
        if operation.effect == "update" and operation.target == "item" and not operation.many:
            names = [name.partition(".")[0] for unique in resource.unique for name in unique.fields]
            name = names[0] if names else "name"
            more = Change(resource=resource.name, set={name: f"{{record.{name}}}"})
            yield with_operation(twin, operation, change=(*operation.change, more))


def values_truncated(twin: Twin) -> Iterator[Defect]:
    """A read shows no text longer than eight characters."""

    def cut(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: one if name == "id" else cut(one) for name, one in value.items()}
        return value[:8] if isinstance(value, str) else value

    for _, operation in operations(twin):
        if operation.does == "read" and operation.target == "item":
            yield answering(twin, operation.key, cut)


def first_of_page_lost(twin: Twin) -> Iterator[Defect]:
    """Every page but the first lacks its first record."""
    for operation in _listing(twin):
        style = twin.service.paging.get(operation.page or "")
        name = style and (style.cursor or style.offset or style.number)
        if name:
            yield _first_lost(twin, operation.key, name)


def _first_lost(twin: Twin, key: str, name: str) -> Defect:
    def around(handle: Handle) -> Handle:
        def lossy(world: World, request: Request) -> Response:
            asked = f"{name}=" in request.query
            response = handle(world, request)
            if asked and response.operation == key and good(response):
                body = orjson.loads(response.body)
                response.body = orjson.dumps(members(body, lambda items: items[1:]))
            return response

        return lossy

    return Defect(place=key, twin=twin, around=around)


def unique_one_field(twin: Twin) -> Iterator[Defect]:
    """Only the first of several fields that are unique together counts, or not within its parent."""
    for resource in twin.resources:
        for place, unique in enumerate(resource.unique):
            if len(unique.fields) > 1 or unique.within:
                changed = list(resource.unique)
                changed[place] = replace(unique, fields=unique.fields[:1], within=())
                yield with_resource(twin, resource, f"unique {unique.fields}", unique=tuple(changed))


def move_guards_dropped(twin: Twin) -> Iterator[Defect]:
    for resource in twin.resources:
        lifecycle = resource.lifecycle
        for name, move in lifecycle.moves.items() if lifecycle is not None else ():
            if move.guards and lifecycle is not None:
                moves = {**lifecycle.moves, name: replace(move, guards=())}
                yield with_resource(twin, resource, f"move {name}", lifecycle=replace(lifecycle, moves=moves))


def time_stands_still(twin: Twin) -> Iterator[Defect]:
    """Whatever is stamped gets the time of the beginning."""
    for resource in twin.resources:
        for name, value in resource.touch.items():
            if value == "{now}":
                fields = {**resource.touch, name: "2020-01-01T00:00:00.000Z"}
                yield with_resource(twin, resource, f"touch {name}", touch=fields)


def wrong_state_shown(twin: Twin) -> Iterator[Defect]:
    """Reads show the state that a record was born with."""
    for resource, operation in operations(twin):
        if resource.lifecycle is not None and operation.does == "read" and operation.target == "item":
            field, states = resource.lifecycle.field, resource.lifecycle.states
            if states and "." not in field:

                def change(body: Any, field: str = field, state: str = states[0]) -> Any:
                    return {**body, field: state} if isinstance(body, dict) and field in body else body

                yield answering(twin, operation.key, change)


def empty_refusal(twin: Twin) -> Iterator[Defect]:
    """A guard's refusal is answered with the status of a success and nothing else."""
    used = {guard.error for _, operation in operations(twin) for guard in operation.guards}
    cases = twin.service.errors.cases
    for name in sorted(used & set(cases)):
        errors = replace(twin.service.errors, cases={**cases, name: replace(cases[name], status=200, body={})})
        yield Defect(place=f"case {name}", twin=replace(twin, service=replace(twin.service, errors=errors)))


def _named(name: str, plant: Callable[[Twin], Iterator[Defect]]) -> Operator:
    return Operator(name=name, plant=plant)


OPERATORS: tuple[Operator, ...] = (
    _named("stale-list", stale_list),
    _named("stale-read", stale_read),
    _named("refused-but-done", refused_but_done),
    _named("also-deletes", also_deletes),
    _named("also-changes", also_changes),
    _named("values-truncated", values_truncated),
    _named("first-of-page-lost", first_of_page_lost),
    _named("unique-one-field", unique_one_field),
    _named("move-guards-dropped", move_guards_dropped),
    _named("time-stands-still", time_stands_still),
    _named("wrong-state-shown", wrong_state_shown),
    _named("empty-refusal", empty_refusal),
)
