"""The whole state of a run: collections, counters, clock, timers, journal and outbox.

`fork` is O(1): what both sides had is frozen and shared, and each copies a collection when it
first writes to it. world → service → collection: the key of a collection is `service/name`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

from twingen.runtime.clock import EPOCH_MILLIS, TICK_MILLIS, ClockMode, real_millis
from twingen.runtime.memory import Memory
from twingen.runtime.store import EMPTY, Collection, Extract, Row

JOURNAL_LENGTH = 1_000
Keys = Mapping[str, dict[str, Extract]]


class Timer(NamedTuple):
    """Something to do at `due` (milliseconds): a reaction of `twin` to `event`, about `row`."""

    due: int
    age: int
    twin: str
    event: str
    number: int
    row: Row


class World:
    """One world. `keys` says how each collection is indexed (shared by every world of a run)."""

    __slots__ = (
        "_base", "_journal", "_keys", "_outbox", "_own", "counter", "memory", "mode", "name", "seed",
        "ticks", "timers",
    )  # fmt: skip

    def __init__(self, seed: str, keys: Keys, *, mode: ClockMode = "ticking", name: str = ""):
        self.name = name
        self.seed = seed
        self.mode = mode
        self.counter = 0
        self.ticks = 0
        self.timers: tuple[Timer, ...] = ()
        self.memory = Memory()
        self._keys = keys
        self._base: dict[str, Collection] = {}
        self._own: dict[str, Collection] = {}
        self._journal: deque[Any] | None = None
        self._outbox: list[Any] | None = None

    def fork(self, name: str = "") -> World:
        """Return a world that starts as this one is now; neither sees what the other does next."""
        if self._own:
            self._base = {**self._base, **self._own}
            self._own = {}
        other = World.__new__(World)
        other.name = name or self.name
        other.seed = self.seed
        other.mode = self.mode
        other.counter = self.counter
        other.ticks = self.ticks
        other.timers = self.timers
        other.memory = Memory()
        other._keys = self._keys
        other._base = self._base
        other._own = {}
        other._journal = None
        other._outbox = None
        return other

    def adopt(self, draft: World) -> None:
        """Take the state of `draft`, a fork of this world, as this world's own."""
        self.counter, self.ticks, self.timers = draft.counter, draft.ticks, draft.timers
        self._base, self._own = draft._base, draft._own
        for collection in self._own.values():
            collection.memory = self.memory
        self.memory.changed()
        if draft._outbox:
            self.outbox.extend(draft._outbox)

    def reading(self, key: str) -> Collection:
        """Return a collection to look at; it may be shared with other worlds."""
        found = self._own.get(key)
        if found is None:
            found = self._base.get(key)
        return EMPTY if found is None else found

    def writing(self, key: str) -> Collection:
        """Return a collection that only this world writes to."""
        found = self._own.get(key)
        if found is None:
            shared = self._base.get(key)
            if shared is None:
                found = Collection(self._keys.get(key), self.memory)
            else:
                found = shared.fork(self.memory)
            self._own[key] = found
        return found

    def collections(self) -> dict[str, Collection]:
        return {**self._base, **self._own}

    def next(self) -> int:
        """Return the next number of this world; ages and ids are made of these."""
        self.counter += 1
        return self.counter

    def tick(self) -> None:
        """Let time pass for one request (a ticking clock only)."""
        if self.mode == "ticking":
            self.ticks += 1

    def millis(self) -> int:
        """Return this world's time in milliseconds since 1970."""
        if self.mode == "real":
            return real_millis()
        return EPOCH_MILLIS + self.ticks * TICK_MILLIS

    def schedule(self, timer: Timer) -> None:
        self.timers = tuple(sorted((*self.timers, timer), key=lambda one: one[:2]))

    def due(self, twin: str) -> Timer | None:
        """Take the earliest timer of `twin` that is due, None when there is none."""
        now = self.millis()
        for place, timer in enumerate(self.timers):
            if timer.due > now:
                return None
            if timer.twin == twin:
                self.timers = self.timers[:place] + self.timers[place + 1 :]
                return timer
        return None

    @property
    def journal(self) -> deque[Any]:
        if self._journal is None:
            self._journal = deque(maxlen=JOURNAL_LENGTH)
        return self._journal

    @property
    def outbox(self) -> list[Any]:
        if self._outbox is None:
            self._outbox = []
        return self._outbox
