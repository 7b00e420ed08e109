"""A twin that answers in this process, in worlds of its own."""

from __future__ import annotations

from collections.abc import Callable

from twingen.runtime.app import TwinApp
from twingen.runtime.http import Request, Response
from twingen.runtime.world import World
from twingen.twin.model import Twin

Handle = Callable[[World, Request], Response]
Around = Callable[[Handle], Handle]


class Server:
    """A twin over its default world. `around` wraps what answers, for defects that are no data."""

    def __init__(self, twin: Twin, around: Around | None = None):
        self.twin = twin
        self.app = TwinApp(twin)
        self._pristine = World(twin.world, self.app.engine.keys())
        self.app.plant(self._pristine)
        handle: Handle = self.app.handle
        self.handle = around(handle) if around is not None else handle

    def world(self) -> World:
        """Return a world as the twin starts with."""
        return self._pristine.fork()
