"""The journal of a world: what was asked and answered, capped, newest last."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from typing import Any

import orjson

from twingen.runtime.http import Request, Response
from twingen.runtime.world import JOURNAL_LENGTH, World

_SHOWN = 4_096
_KEPT = 16_384  # of each body, so that a journal of large ones does not fill the memory


class Entry:
    """One request and its response; `started` is real time, `at` the world's, in milliseconds."""

    __slots__ = ("at", "number", "request", "response", "started", "twin", "world")

    def __init__(
        self, twin: str, world: str, request: Request, response: Response, started: int, at: int
    ):
        if len(request.body) > _KEPT:
            request = Request(
                request.method, request.path, request.query, request.headers,
                request.body[:_KEPT], request.base,
            )  # fmt: skip
        if len(response.body) > _KEPT:
            response = Response(
                response.status, response.body[:_KEPT], response.headers,
                operation=response.operation, tier=response.tier,
            )  # fmt: skip
        self.twin = twin
        self.world = world
        self.request = request
        self.response = response
        self.started = started
        self.at = at
        self.number = 0

    def shown(self) -> dict[str, Any]:
        """Return the entry as JSON; bodies as text, cut at 4,096 bytes, without the credential."""
        request, response = self.request, self.response
        return {
            "number": self.number,
            "twin": self.twin,
            "world": self.world,
            "at": self.at,
            "started": self.started,
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "content_type": request.headers.get("content-type"),
            "body": request.body[:_SHOWN].decode("utf-8", "replace"),
            "status": response.status,
            "operation": response.operation,
            "tier": response.tier,
            "cut": len(request.body) > _SHOWN or len(response.body) > _SHOWN,
            "answer": response.body[:_SHOWN].decode("utf-8", "replace"),
        }


class Recorder:
    """Numbers entries, keeps them in their world and tells whoever listens."""

    def __init__(self) -> None:
        self.count = 0
        self.listeners: list[Callable[[Entry], None]] = []
        self.feeds: list[JournalFeed] = []

    def record(self, world: World, entry: Entry) -> None:
        self.count += 1
        entry.number = self.count
        world.journal.append(entry)
        for listener in tuple(self.listeners):
            listener(entry)

    def close(self) -> None:
        """End every feed: the server stops."""
        for feed in tuple(self.feeds):
            feed.end()


class JournalFeed:
    """The journal of a world as server-sent events: what is there, then what happens."""

    def __init__(
        self, recorder: Recorder, world: World, name: str, twins: Collection[str], *, after: int
    ):
        self._recorder = recorder
        self._name = name
        self._twins = frozenset(twins)
        self._over = False
        self._waiting = deque(
            (entry for entry in list(world.journal) if entry.number > after), maxlen=JOURNAL_LENGTH
        )
        self._wake: Callable[[], object] = lambda: None

    def open(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._recorder.listeners.append(self._hear)
        self._recorder.feeds.append(self)

    def take(self) -> bytes | None:
        if self._over:
            return None
        parts = [b": there\n\n"] if not self._waiting else []
        while self._waiting:
            entry = self._waiting.popleft()
            parts.append(b"id: %d\ndata: %b\n\n" % (entry.number, orjson.dumps(entry.shown())))
        return b"".join(parts)

    def close(self) -> None:
        if self._hear in self._recorder.listeners:
            self._recorder.listeners.remove(self._hear)
            self._recorder.feeds.remove(self)

    def end(self) -> None:
        self._over = True
        self._wake()

    def _hear(self, entry: Entry) -> None:
        if entry.world == self._name and entry.twin in self._twins:
            self._waiting.append(entry)
            self._wake()
