"""The server under proof: a twin in this process, or anything that answers HTTP."""

from __future__ import annotations

from typing import Protocol

from twingen.runtime.app import TwinApp
from twingen.runtime.http import Request, Response
from twingen.runtime.run import DEFAULT, Run


class Target(Protocol):
    """Something to send requests to.

    `address` stands in the curl commands of findings; `remote` is whether sending leaves the
    process. `send` raises ConnectionError (or TimeoutError, a subclass of OSError) where no whole
    answer came. `reset` puts the state back where that is possible.
    """

    @property
    def address(self) -> str: ...
    @property
    def remote(self) -> bool: ...
    @property
    def credential(self) -> str: ...
    def send(self, request: Request) -> Response: ...
    def reset(self) -> None: ...


class InProcess:
    """A twin of a run in this process, in one of its worlds. Every other twin of the run is there too."""

    remote = False

    def __init__(
        self, run: Run, app: TwinApp, *, world: str = DEFAULT,
        address: str = "http://127.0.0.1:9000",
    ):  # fmt: skip
        self.run = run
        self.app = app
        self.world = world
        self.address = address
        self.credential = app.credential

    def send(self, request: Request) -> Response:
        if self.world != DEFAULT and "x-twin-world" not in request.headers:
            request.headers = {**request.headers, "x-twin-world": self.world}
        request.base = self.address
        return self.run.handle(self.app, request)

    def reset(self) -> None:
        self.run.reset(self.world)
