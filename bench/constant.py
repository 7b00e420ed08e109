"""A constant JSON answer, served as `twingen run` serves a twin: what a twin is measured against.

    python bench/constant.py PORT FOLDER

FOLDER holds get.json, list.json and create.json, the twin's own answers to the three cases.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

Message = dict[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


def constant(folder: Path) -> App:
    """Return an ASGI application that answers each case with the same bytes every time."""
    got, listed, created = ((folder / f"{name}.json").read_bytes() for name in ("get", "list", "create"))

    async def answer(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        if scope["method"] == "POST":
            while (await receive()).get("more_body"):
                pass
            content = created
        else:
            content = listed if scope["query_string"] else got
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return answer


async def _lifespan(
    receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def serve(app: App, port: int) -> None:
    """Serve until SIGTERM, with the settings of twingen.runtime.serve."""
    server = Server(
        app,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.auto,
        websockets=False,
        backlog=1024,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    task = asyncio.create_task(server.serve())
    await stopped.wait()
    server.stop()  # type: ignore[no-untyped-call]
    await task


if __name__ == "__main__":
    # As twingen.runtime.serve does.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    asyncio.run(serve(constant(Path(sys.argv[2])), int(sys.argv[1])))
