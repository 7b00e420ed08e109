"""The ASGI adapter by itself, with a server played by the test."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from tests.shop import shop_twin
from twingen.runtime.asgi import asgi_app
from twingen.runtime.http import Request, Response
from twingen.runtime.run import Run
from twingen.twin.load import load_twin

Message = MutableMapping[str, Any]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run([load_twin(shop_twin(tmp_path / "shop"))])


def ask(run: Run, *messages: Message, limit: int = 100, **scope: Any) -> list[Message]:
    """Send one request in pieces and return the messages of the answer."""
    sent: list[Message] = []
    left = list(messages)

    async def receive() -> Message:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    full = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "raw_path": b"/x",
        "query_string": b"", "headers": [(b"content-length", b"1")], "server": ("h", 1), **scope,
    }  # fmt: skip
    app = asgi_app(run, run.apps[0], body_limit=limit)

    async def played() -> None:
        await app(full, receive, send)

    asyncio.run(played())
    return sent


def seen(run: Run, monkeypatch: pytest.MonkeyPatch, response: Response | None = None) -> list[Request]:
    requests: list[Request] = []

    def handle(app: object, request: Request) -> Response:
        requests.append(request)
        return response or Response(200, b"{}")

    monkeypatch.setattr(run, "handle", handle)
    return requests


def test_the_request_arrives_as_it_was_sent(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = seen(run, monkeypatch)
    ask(
        run,
        {"type": "http.request", "body": b"ab", "more_body": True},
        {"type": "http.request", "body": b"cd"},
        method="POST", raw_path=b"/a%2Fb", query_string=b"x=%20", scheme="https",
        headers=[(b"host", b"h:8"), (b"content-length", b"4"), (b"accept", b"a"), (b"accept", b"b")],
    )  # fmt: skip
    request = requests[0]
    assert (request.method, request.path, request.query) == ("POST", "/a%2Fb", "x=%20")
    assert (request.body, request.base) == (b"abcd", "https://h:8")
    assert request.headers["accept"] == "a, b"


def test_a_large_body_is_cut_above_the_limit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = seen(run, monkeypatch)
    piece = {"type": "http.request", "body": b"x" * 80, "more_body": True}
    ask(run, *[dict(piece) for _ in range(50)], limit=100)
    assert len(requests[0].body) == 101


def test_a_body_that_breaks_off_reaches_no_twin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = seen(run, monkeypatch)
    start, _ = ask(run, {"type": "http.request", "body": b"a", "more_body": True})
    assert start["status"] == 400
    assert requests == []


@pytest.mark.parametrize(
    ("method", "status", "length"), [("GET", 200, b"2"), ("HEAD", 200, None), ("GET", 204, None)]
)
def test_content_length(
    run: Run, monkeypatch: pytest.MonkeyPatch, method: str, status: int, length: bytes | None
) -> None:
    seen(run, monkeypatch, Response(status, b"{}"))
    begun, body = ask(run, {"type": "http.request"}, method=method)
    assert dict(begun["headers"]).get(b"content-length") == length
    assert body["body"] == (b"{}" if length else b"")


def test_a_header_cannot_be_broken_out_of(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(run, monkeypatch, Response(200, b"", [("X-Echo", "a\r\nset-cookie: b\x00é")]))
    begun, _ = ask(run, {"type": "http.request"})
    assert (b"x-echo", "a  set-cookie: b é".encode()) in begun["headers"]


def test_a_defect_is_a_500_that_says_so(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(app: object, request: Request) -> Response:
        raise ZeroDivisionError

    monkeypatch.setattr(run, "handle", broken)
    begun, body = ask(run, {"type": "http.request"})
    assert begun["status"] == 500
    assert b"the twin broke: ZeroDivisionError" in body["body"]
    assert "Traceback" in capsys.readouterr().err


def test_lifespan(run: Run) -> None:
    sent = ask(run, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}, type="lifespan")
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete", "lifespan.shutdown.complete",
    ]  # fmt: skip
