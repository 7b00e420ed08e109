"""The journal of a world: what was asked and answered, capped, newest last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twingen.runtime.http import Request, Response
from twingen.runtime.world import World

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
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "content_type": request.headers.get("content-type"),
            "body": request.body[:_SHOWN].decode("utf-8", "replace"),
            "status": response.status,
            "operation": response.operation,
            "tier": response.tier,
            "answer": response.body[:_SHOWN].decode("utf-8", "replace"),
        }


class Recorder:
    """Numbers entries, keeps them in their world and tells whoever listens."""

    def __init__(self) -> None:
        self.count = 0
        self.listeners: list[Callable[[Entry], None]] = []

    def record(self, world: World, entry: Entry) -> None:
        self.count += 1
        entry.number = self.count
        world.journal.append(entry)
        for listener in self.listeners:
            listener(entry)
