"""A request and a response as data; adapters turn sockets into these and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class Request:
    """One request. `path` is percent-encoded as sent, `query` the raw query string, `headers` have
    lower-case names, `base` is the scheme and host that the client sees (`http://127.0.0.1:9000`).
    """

    __slots__ = ("base", "body", "headers", "method", "path", "query")

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        base: str = "http://twin.invalid",
    ):
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers or {}
        self.body = body
        self.base = base


class Feed(Protocol):
    """What an endless response is made of."""

    def open(self, wake: Callable[[], object]) -> None:
        """Begin; `wake` is called, in any thread, whenever there is something to take."""

    def take(self) -> bytes | None:
        """Return what there is to send, a sign of life when there is nothing; None at the end."""

    def close(self) -> None: ...


class Response:
    """One response. `headers` may repeat a name; `operation` is the key of what answered, `tier`
    its tier; `delay` is how many seconds the adapter waits, `durable` asks it to persist first.
    With a `feed` the adapter keeps on sending what the feed has, until the client goes away.
    `refusal` is the error case of a refusal.
    """

    # Not slots: hardly any response has these.
    delay = 0.0
    durable = False
    feed: Feed | None = None
    refusal = ""

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        headers: list[tuple[str, str]] | None = None,
        *,
        operation: str = "",
        tier: str = "",
    ):
        self.status = status
        self.body = body
        self.headers: list[tuple[str, str]] = [] if headers is None else headers
        self.operation = operation
        self.tier = tier

    def header(self, name: str) -> str | None:
        """Return the first header of that name (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def json(self) -> Any:
        """Return the body as JSON; raises ValueError if it is none."""
        import orjson

        return orjson.loads(self.body)
