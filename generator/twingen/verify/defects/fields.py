"""Fields that are shown, kept or set where they should not be, or are not where they should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from twingen.twin.model import Twin
from twingen.verify.defects.planting import (
    Defect,
    Operator,
    lacking,
    operations,
    with_operation,
    with_resource,
    without,
)


def _dropped(part: str) -> Callable[[Twin], Iterator[Defect]]:
    """One entry of a resource's table of fields is gone."""

    def plant(twin: Twin) -> Iterator[Defect]:
        for resource in twin.resources:
            if resource.operations:
                table = getattr(resource, part)
                for name in table:
                    yield with_resource(twin, resource, f"{part} {name}", **{part: lacking(table, name)})

    return plant


def read_only_writable(twin: Twin) -> Iterator[Defect]:
    for resource in twin.resources:
        for place, name in enumerate(resource.read_only):
            yield with_resource(twin, resource, f"read_only {name}", read_only=without(resource.read_only, place))


def server_set_writable(twin: Twin) -> Iterator[Defect]:
    """What the server sets at the beginning is taken from the client where it is sent."""
    for resource in twin.resources:
        for name, value in resource.server_set.items():
            if resource.operations and not isinstance(value, dict):
                yield with_resource(
                    twin, resource, f"server_set {name}",
                    server_set=lacking(resource.server_set, name), defaults={**resource.defaults, name: value},
                )  # fmt: skip


def state_writable(twin: Twin) -> Iterator[Defect]:
    for resource, operation in operations(twin):
        if resource.lifecycle is not None and operation.effect in {"update", "replace"}:
            field = resource.lifecycle.field
            fields = {**operation.set, field: f"{{either(body.{field}, record.{field})}}"}
            yield with_operation(twin, operation, set=fields)


def link_dropped(twin: Twin) -> Iterator[Defect]:
    for resource in twin.resources:
        if resource.links is not None and resource.operations:
            for place, link in enumerate(resource.links.table):
                rest = replace(resource.links, table=without(resource.links.table, place))
                yield with_resource(twin, resource, f"link {link.rel}", links=rest)


def fold_dropped(twin: Twin) -> Iterator[Defect]:
    for resource in twin.resources:
        for place, unique in enumerate(resource.unique):
            if unique.fold_case:
                changed = list(resource.unique)
                changed[place] = replace(unique, fold_case=False)
                yield with_resource(twin, resource, f"unique {unique.fields}", unique=tuple(changed))


def unique_dropped(twin: Twin) -> Iterator[Defect]:
    for resource in twin.resources:
        for place, unique in enumerate(resource.unique):
            yield with_resource(
                twin, resource, f"unique {unique.fields}", unique=without(resource.unique, place)
            )


OPERATORS: tuple[Operator, ...] = (
    Operator(name="default-dropped", plant=_dropped("defaults")),
    Operator(name="server-set-dropped", plant=_dropped("server_set")),
    Operator(name="touch-dropped", plant=_dropped("touch")),
    Operator(name="derived-dropped", plant=_dropped("derived")),
    Operator(name="write-only-shown", plant=_dropped("write_only")),
    Operator(name="read-only-writable", plant=read_only_writable),
    Operator(name="server-set-writable", plant=server_set_writable),
    Operator(name="state-writable", plant=state_writable),
    Operator(name="link-dropped", plant=link_dropped),
    Operator(name="unique-dropped", plant=unique_dropped),
    Operator(name="unique-case-dropped", plant=fold_dropped),
)
