"""ASGI around the synchronous core: reads the request, calls `Run.handle`, sends the response."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from twingen.runtime.app import TwinApp
from twingen.runtime.bodies import LIMIT
from twingen.runtime.failures import plain
from twingen.runtime.http import Feed, Request, Response
from twingen.runtime.run import Run

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

# A body that is too large is read on (and thrown away) up to this many limits, so that clients
# that write everything before they read get to see the refusal.
_PATIENCE = 8
# A feed with nothing to tell says so after this many seconds, so that both ends know of the other.
_SILENCE = 15


class _Gone(Exception):
    """The client went away before its request was complete."""


def asgi_app(run: Run, app: TwinApp, *, body_limit: int = LIMIT) -> Asgi:
    """Return an ASGI application that serves `app` of `run`.

    A body above `body_limit` bytes reaches the twin cut just above the limit, so that the twin
    itself says that it is too large.
    """
    handle = run.handle
    names: dict[str, bytes] = {}
    # Headers that most answers have, as they are sent.
    fixed = {
        (name, value): (name.lower().encode("latin-1"), _clean(value))
        for name, value in (("content-type", "application/json"), *app.fixed_headers)
    }

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _other(scope, receive, send)
            return
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name = raw_name.decode("latin-1")
            value = raw_value.decode("latin-1")
            if name in headers:
                value = f"{headers[name]}, {value}"
            headers[name] = value
        method = scope["method"]
        body = b""
        if (
            "content-length" in headers
            or "transfer-encoding" in headers
            or scope["http_version"][0] != "1"
        ):
            try:
                first = await receive()
                body = first.get("body", b"")
                if first.get("more_body") or first["type"] == "http.disconnect":
                    body = await _body(first, receive, body_limit)
                elif len(body) > body_limit:
                    body = body[: body_limit + 1]
            except _Gone:
                await _unread(send)
                return
        host = headers.get("host") or headers.setdefault("host", _authority(scope, headers))
        request = Request(
            method,
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            body,
            f"{scope['scheme']}://{host}",
        )
        try:
            response = handle(app, request)
        except Exception as error:
            response = _broken(request, error)
        if response.delay > 0:
            await asyncio.sleep(response.delay)
        status = response.status
        sent: list[tuple[bytes, bytes]] = []
        for header in response.headers:
            encoded = fixed.get(header)
            if encoded is None:
                key, text = header
                encoded = (
                    names.get(key) or names.setdefault(key, key.lower().encode("latin-1")),
                    text.encode("utf-8") if text.isprintable() else _clean(text),
                )
            sent.append(encoded)
        if response.feed is not None and method != "HEAD":
            await _stream(response.feed, sent, receive, send)
            return
        content = response.body
        if method == "HEAD":
            content = b""
        elif status >= 200 and status not in (204, 304):
            sent.append((b"content-length", b"%d" % len(content)))
        else:
            content = b""
        try:
            await send({"type": "http.response.start", "status": status, "headers": sent})
            await send({"type": "http.response.body", "body": content})
        except (OSError, RuntimeError):
            return  # the client went away

    return serve


async def _unread(send: Send) -> None:
    """Refuse a body that ended before its end: who sent broken chunks may still be there to read."""
    refusal = plain(400, "malformed", "the body broke off")
    headers = [(name.encode(), value.encode()) for name, value in refusal.headers]
    with contextlib.suppress(OSError, RuntimeError):
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": refusal.body})


async def _body(message: MutableMapping[str, Any], receive: Receive, limit: int) -> bytes:
    """Return the body that begins in `message`, cut after `limit` + 1 bytes; raises _Gone."""
    if message["type"] == "http.disconnect":
        raise _Gone
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts = [body]
    size = len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        part = message.get("body", b"")
        if size <= limit:
            parts.append(part)
        size += len(part)
        if size > limit * _PATIENCE:
            break
    return b"".join(parts)[: limit + 1]


async def _stream(
    feed: Feed, headers: list[tuple[bytes, bytes]], receive: Receive, send: Send
) -> None:
    """Send what a feed has until the client goes away; silence is broken by a sign of life."""
    loop = asyncio.get_running_loop()
    more = asyncio.Event()
    feed.open(lambda: loop.call_soon_threadsafe(more.set))
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while not gone.done():
            more.clear()
            part = feed.take()
            await send({"type": "http.response.body", "body": part or b"", "more_body": part is not None})
            if part is None:
                return
            news = asyncio.ensure_future(more.wait())
            await asyncio.wait({news, gone}, timeout=_SILENCE, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
    except (OSError, RuntimeError):
        return  # the client went away
    finally:
        feed.close()
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _other(scope: Scope, receive: Receive, send: Send) -> None:
    """Acknowledge the life of the server; refuse websockets."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1000})
        return
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _authority(scope: Scope, headers: dict[str, str]) -> str:
    """Return what stands in for an absent Host header."""
    authority = headers.get(":authority")
    if authority:
        return authority
    server = scope.get("server") or ("localhost", None)
    return f"{server[0]}:{server[1]}" if server[1] else str(server[0])


def _clean(text: str) -> bytes:
    """Return a header's value without the characters that would end or break it."""
    return "".join(c if c.isprintable() or c == "\t" else " " for c in text).encode("utf-8")


def _broken(request: Request, error: Exception) -> Response:
    """Answer a defect of the twin: the trace goes to stderr, the client learns that it is ours."""
    print(f"twingen: {request.method} {request.path} broke:", file=sys.stderr)
    traceback.print_exception(error, file=sys.stderr)
    return plain(500, "internal", f"the twin broke: {type(error).__name__}; see its log")


__all__ = ["Asgi", "asgi_app"]
