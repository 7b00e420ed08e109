"""How a defect is planted: in a copy of a twin's data, or around what answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from twingen.runtime.http import Request, Response
from twingen.runtime.world import World
from twingen.twin.model import Operation, Resource, Twin
from twingen.verify.machines.server import Around, Handle
from twingen.verify.shown import lists_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A twin with one defect, at `place` (an operation's key, or what else it is about)."""

    place: str
    twin: Twin
    around: Around | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    name: str
    plant: Callable[[Twin], Iterator[Defect]]


def operations(twin: Twin) -> Iterator[tuple[Resource, Operation]]:
    """Yield the operations that behave, each with its resource."""
    for resource in twin.resources:
        for operation in resource.operations:
            if operation.does not in {"shape", "unsupported"}:
                yield resource, operation


def with_operation(twin: Twin, old: Operation, **changes: Any) -> Defect:
    new = replace(old, **changes)
    resources = tuple(
        replace(one, operations=tuple(new if op is old else op for op in one.operations))
        if any(op is old for op in one.operations)
        else one
        for one in twin.resources
    )
    return Defect(place=old.key, twin=replace(twin, resources=resources))


def with_resource(twin: Twin, old: Resource, place: str, **changes: Any) -> Defect:
    new = replace(old, **changes)
    resources = tuple(new if one is old else one for one in twin.resources)
    return Defect(place=f"{old.name}: {place}", twin=replace(twin, resources=resources))


def without(items: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    return (*items[:place], *items[place + 1 :])


def lacking(fields: Any, name: str) -> dict[str, Any]:
    return {other: value for other, value in fields.items() if other != name}


# Around what answers


def forgetting(twin: Twin, key: str) -> Defect:
    """The operation answers as if it had done it, and nothing lasts."""

    def around(handle: Handle) -> Handle:
        def forgetful(world: World, request: Request) -> Response:
            draft = world.fork()
            response = handle(draft, request)
            if response.operation != key or not good(response):
                world.adopt(draft)
            else:
                world.ticks, world.counter = draft.ticks, draft.counter
            return response

        return forgetful

    return Defect(place=key, twin=twin, around=around)


def deaf(twin: Twin, key: str, name: str, instead: Callable[[str], str | None] = lambda value: None) -> Defect:
    """The operation never sees a query parameter, or sees another value."""

    def around(handle: Handle) -> Handle:
        def unhearing(world: World, request: Request) -> Response:
            pairs = parse_qsl(request.query, keep_blank_values=True)
            if not any(given == name for given, _ in pairs):
                return handle(world, request)
            draft = world.fork()
            response = handle(draft, copied(request))
            if response.operation != key:
                world.adopt(draft)
                return response
            changed = [(given, instead(value) if given == name else value) for given, value in pairs]
            other = copied(request)
            other.query = urlencode([(given, value) for given, value in changed if value is not None])
            return handle(world, other)

        return unhearing

    return Defect(place=f"{key} {name}", twin=twin, around=around)


def answering(
    twin: Twin, key: str, change: Callable[[Any], Any], when: Callable[[Response], bool] | None = None
) -> Defect:
    """The operation's successes answer something else."""

    def around(handle: Handle) -> Handle:
        def other(world: World, request: Request) -> Response:
            response = handle(world, request)
            if response.operation == key and good(response) and (when is None or when(response)):
                response.body = rewritten(response.body, change)
            return response

        return other

    return Defect(place=key, twin=twin, around=around)


def good(response: Response) -> bool:
    return 200 <= response.status < 300


def copied(request: Request) -> Request:
    return Request(
        request.method, request.path, request.query, dict(request.headers), request.body, request.base
    )


def rewritten(body: bytes, change: Callable[[Any], Any]) -> bytes:
    try:
        value = orjson.loads(body)
    except ValueError:
        return body
    return orjson.dumps(change(value))


def members(body: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """Return an answer with its outermost lists changed."""
    found = {id(items) for items in lists_in(body)}

    def rebuilt(value: Any, depth: int) -> Any:
        if isinstance(value, list):
            return change(value) if id(value) in found else value
        if isinstance(value, dict) and depth:
            return {name: rebuilt(member, depth - 1) for name, member in value.items()}
        return value

    return rebuilt(body, 3)
