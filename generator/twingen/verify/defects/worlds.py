"""Worlds that leak into each other, and answers that differ from one time to the next."""

from __future__ import annotations

import random
from collections.abc import Iterator

from twingen.runtime.http import Request, Response
from twingen.runtime.world import World
from twingen.twin.model import Twin
from twingen.verify.defects.planting import Defect, Operator
from twingen.verify.machines.server import Handle


def leaking(twin: Twin) -> Iterator[Defect]:
    """All worlds are one."""

    def around(handle: Handle) -> Handle:
        shared: list[World] = []

        def leaky(world: World, request: Request) -> Response:
            if not shared:
                shared.append(world.fork())
            return handle(shared[0], request)

        return leaky

    yield Defect(place="worlds", twin=twin, around=around)


def undetermined(twin: Twin) -> Iterator[Defect]:
    """Identifiers depend on chance."""

    def around(handle: Handle) -> Handle:
        chance = random.Random()

        def fickle(world: World, request: Request) -> Response:
            world.counter += chance.randrange(1_000)
            return handle(world, request)

        return fickle

    yield Defect(place="identifiers", twin=twin, around=around)


def reads_write(twin: Twin) -> Iterator[Defect]:
    """Reading takes part of the time with it: every read makes the next identifier another."""

    def around(handle: Handle) -> Handle:
        reads: list[int] = []

        def writing(world: World, request: Request) -> Response:
            if request.method == "GET":
                reads.append(1)
                world.counter += len(reads) % 7
            return handle(world, request)

        return writing

    yield Defect(place="reads", twin=twin, around=around)


OPERATORS: tuple[Operator, ...] = (
    Operator(name="leaking-world", plant=leaking),
    Operator(name="undetermined-ids", plant=undetermined),
    Operator(name="reads-write", plant=reads_write),
)
