"""Writes that are lost, hit something else, or change more or less than they should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from twingen.runtime.http import Request, Response
from twingen.runtime.world import World
from twingen.twin.model import Operation, Twin
from twingen.verify.defects.planting import (
    Defect,
    Operator,
    answering,
    forgetting,
    good,
    operations,
    with_operation,
)
from twingen.verify.machines.server import Handle


def _lost(*effects: str) -> Callable[[Twin], Iterator[Defect]]:
    def plant(twin: Twin) -> Iterator[Defect]:
        for _, operation in operations(twin):
            if operation.effect in effects and not operation.many:
                yield forgetting(twin, operation.key)

    return plant


def _merge(old: str, new: str) -> Callable[[Twin], Iterator[Defect]]:
    def plant(twin: Twin) -> Iterator[Defect]:
        for _, operation in operations(twin):
            if operation.effect == "update" and operation.merge == old and operation.mask is None:
                yield with_operation(twin, operation, merge=new)

    return plant


def replace_merges(twin: Twin) -> Iterator[Defect]:
    for _, operation in operations(twin):
        if operation.effect == "replace" and operation.target == "item":
            yield with_operation(twin, operation, effect="update")


def _first(effects: tuple[str, ...], by: str) -> Callable[[Twin], Iterator[Defect]]:
    """The operation takes the first (or last) record for the one that the request names."""

    def plant(twin: Twin) -> Iterator[Defect]:
        for _, operation in operations(twin):
            if operation.effect in effects and operation.find and operation.find[-1].resource == operation.resource:
                last = operation.find[-1]
                wrong = replace(last, by=by.replace("X", last.resource))
                yield with_operation(twin, operation, find=(*operation.find[:-1], wrong))

    return plant


def created_answers_another(twin: Twin) -> Iterator[Defect]:
    for resource, operation in operations(twin):
        if operation.effect == "create" and operation.answer.body is None and resource.identity.field:
            body = f"{{find('{resource.name}')}}"
            yield with_operation(twin, operation, answer=replace(operation.answer, body=body))


def half_created(twin: Twin) -> Iterator[Defect]:
    """A create drops the second of the fields that were sent."""
    for _, operation in operations(twin):
        if operation.effect == "create" and operation.input is None:
            yield with_operation(twin, operation, input="{omit(body, keys(body)[1])}")


def resurrected(twin: Twin) -> Iterator[Defect]:
    """What was deleted is read again, once something else was written."""
    readers = {
        resource.name: operation
        for resource, operation in operations(twin)
        if operation.effect == "none" and operation.does == "read" and operation.target == "item"
    }
    for resource, operation in operations(twin):
        reader = readers.get(resource.name)
        if operation.effect == "delete" and operation.target == "item" and not operation.many and reader:
            yield _resurrected(twin, operation, reader)


def _resurrected(twin: Twin, delete: Operation, reader: Operation) -> Defect:
    def around(handle: Handle) -> Handle:
        kept: dict[int, tuple[World, World, int]] = {}

        def undead(world: World, request: Request) -> Response:
            before = world.fork()
            response = handle(world, request)
            if response.operation == delete.key and good(response):
                kept[id(world)] = (world, before, 0)
            elif id(world) in kept:
                there, old, writes = kept[id(world)]
                if request.method != "GET" and good(response):
                    kept[id(world)] = (there, old, writes + 1)
                elif response.operation == reader.key and response.status >= 400 and writes:
                    return handle(old.fork(), request)
            return response

        return undead

    return Defect(place=delete.key, twin=twin, around=around)


def created_answers_old_id(twin: Twin) -> Iterator[Defect]:
    """Each record after the first is answered with the identifier of the first."""
    for resource, operation in operations(twin):
        if operation.effect == "create" and resource.identity.field == "id":
            yield _repeated(twin, operation)


def _repeated(twin: Twin, create: Operation) -> Defect:
    seen: list[Any] = []

    def change(body: Any) -> Any:
        if isinstance(body, dict) and "id" in body:
            seen.append(body["id"])
            return {**body, "id": seen[0]}
        return body

    return answering(twin, create.key, change)


OPERATORS: tuple[Operator, ...] = (
    Operator(name="lost-create", plant=_lost("create", "upsert")),
    Operator(name="lost-update", plant=_lost("update", "replace")),
    Operator(name="lost-delete", plant=_lost("delete")),
    Operator(name="lost-move", plant=_lost("transition")),
    Operator(name="lost-link", plant=_lost("link")),
    Operator(name="lost-unlink", plant=_lost("unlink")),
    Operator(name="merge-shallow", plant=_merge("deep", "shallow")),
    Operator(name="merge-replaces", plant=_merge("deep", "replace")),
    Operator(name="merge-shallow-replaces", plant=_merge("shallow", "replace")),
    Operator(name="replace-merges", plant=replace_merges),
    Operator(name="writes-wrong-record", plant=_first(("update", "replace", "delete", "transition"), "find('X')")),
    Operator(name="reads-wrong-record", plant=_first(("none",), "last(find_all('X'))")),
    Operator(name="created-answers-another", plant=created_answers_another),
    Operator(name="created-answers-old-id", plant=created_answers_old_id),
    Operator(name="half-created", plant=half_created),
    Operator(name="resurrected", plant=resurrected),
)
