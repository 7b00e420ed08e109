"""What an operation wrote, so that it can be taken back when it is refused after all."""

from __future__ import annotations

from twingen.runtime.store import Row
from twingen.runtime.world import World


class Savepoint:
    """A world as it was before an operation.

    Records that were made or changed are taken back one by one. The first deletion keeps a fork
    of the world as it was just before, which stands for all that is written from there on.
    """

    __slots__ = ("_counter", "_fork", "_outbox", "_ticks", "_timers", "_world", "_written")

    def __init__(self, world: World):
        self._world = world
        self._counter = world.counter
        self._ticks = world.ticks
        self._timers = world.timers
        self._outbox = len(world.outbox)
        self._written: list[tuple[str, Row, Row | None]] = []
        self._fork: World | None = None

    def wrote(self, store: str, row: Row, before: Row | None) -> None:
        """Note that `row` was made (`before` None) or put in the place of `before`."""
        if self._fork is None:
            self._written.append((store, row, before))

    def deletes(self) -> None:
        """Note that a record is about to be deleted."""
        if self._fork is None:
            self._fork = self._world.fork()

    def restore(self) -> None:
        """Return the world to what it was."""
        world = self._world
        if self._fork is not None:
            world.adopt(self._fork)
        for store, row, before in reversed(self._written):
            collection = world.writing(store)
            if before is not None:
                collection.replace(before)
            else:
                collection.remove(row)
                collection.serial -= 1
        world.counter, world.ticks, world.timers = self._counter, self._ticks, self._timers
        del world.outbox[self._outbox :]
