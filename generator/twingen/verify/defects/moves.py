"""Moves from or to the wrong state, and what should follow from something and does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from twingen.twin.model import Move, Resource, Twin
from twingen.verify.defects.planting import (
    Defect,
    Operator,
    operations,
    with_operation,
    with_resource,
    without,
)


def _moves(change: Callable[[Resource, Move], Iterator[Move]]) -> Callable[[Twin], Iterator[Defect]]:
    def plant(twin: Twin) -> Iterator[Defect]:
        for resource in twin.resources:
            lifecycle = resource.lifecycle
            if lifecycle is None:
                continue
            used = {operation.move for operation in resource.operations if operation.effect == "transition"}
            for name, move in lifecycle.moves.items():
                for new in change(resource, move) if name in used else ():
                    table = replace(lifecycle, moves={**lifecycle.moves, name: new})
                    yield with_resource(twin, resource, f"move {name}", lifecycle=table)

    return plant


def _elsewhere(resource: Resource, move: Move) -> Iterator[Move]:
    assert resource.lifecycle is not None
    others = [state for state in resource.lifecycle.states if state != move.to]
    if others:
        yield replace(move, to=others[0] if "{" in str(move.to) or move.to is None else others[-1])


def _anywhere(resource: Resource, move: Move) -> Iterator[Move]:
    if move.sources:
        yield replace(move, sources=())


def _one_more(resource: Resource, move: Move) -> Iterator[Move]:
    assert resource.lifecycle is not None
    for state in resource.lifecycle.states:
        if move.sources and state not in move.sources:
            yield replace(move, sources=(*move.sources, state))


def _one_less(resource: Resource, move: Move) -> Iterator[Move]:
    for place in range(len(move.sources) if len(move.sources) > 1 else 0):
        yield replace(move, sources=without(move.sources, place))


def _unset(resource: Resource, move: Move) -> Iterator[Move]:
    if move.set:
        yield replace(move, set={})


def first_step_dropped(twin: Twin) -> Iterator[Defect]:
    for _, operation in operations(twin):
        if operation.first:
            yield with_operation(twin, operation, first=())


def reaction_dropped(twin: Twin) -> Iterator[Defect]:
    for resource in twin.resources:
        for place, reaction in enumerate(resource.reactions):
            yield with_resource(
                twin, resource, f"on {reaction.event}", reactions=without(resource.reactions, place)
            )


def spawn_dropped(twin: Twin) -> Iterator[Defect]:
    for resource in twin.resources:
        for place, spawn in enumerate(resource.spawn):
            yield with_resource(twin, resource, f"spawn {spawn.resource}", spawn=without(resource.spawn, place))
    for _, operation in operations(twin):
        for place in range(len(operation.spawn)):
            if not operation.spawn[place].name:
                yield with_operation(twin, operation, spawn=without(operation.spawn, place))


def change_dropped(twin: Twin) -> Iterator[Defect]:
    for _, operation in operations(twin):
        for place in range(len(operation.change)):
            yield with_operation(twin, operation, change=without(operation.change, place))


OPERATORS: tuple[Operator, ...] = (
    Operator(name="move-elsewhere", plant=_moves(_elsewhere)),
    Operator(name="move-from-anywhere", plant=_moves(_anywhere)),
    Operator(name="move-from-one-more", plant=_moves(_one_more)),
    Operator(name="move-from-one-less", plant=_moves(_one_less)),
    Operator(name="move-sets-nothing", plant=_moves(_unset)),
    Operator(name="first-step-dropped", plant=first_step_dropped),
    Operator(name="reaction-dropped", plant=reaction_dropped),
    Operator(name="spawn-dropped", plant=spawn_dropped),
    Operator(name="change-dropped", plant=change_dropped),
)
