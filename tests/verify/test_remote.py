"""Servers that misbehave in every way: each is an error in words, in time, and the next answer comes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from twingen.errors import UsageError
from twingen.runtime.http import Request
from twingen.verify.remote import PLACEHOLDER, Refused, Remote, is_loopback

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Answers each request, read whole, with the next of its scripts; keeps what was sent to it."""

    def __init__(self, *scripts: bytes | Callable[[socket.socket], None]):
        self.scripts = list(scripts)
        self.requests: list[bytes] = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # clients that give up close theirs
            while self.scripts:
                told = b""
                while b"\r\n\r\n" not in told:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    told += piece
                head, _, body = told.partition(b"\r\n\r\n")
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        while len(body) < int(line.split(b":")[1]):
                            body += connection.recv(65536)
                self.requests.append(head + b"\r\n\r\n" + body)
                script = self.scripts.pop(0)
                if callable(script):
                    script(connection)
                    return
                connection.sendall(script)


@pytest.fixture
def server() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(*scripts: bytes | Callable[[socket.socket], None]) -> Server:
        running.append(Server(*scripts))
        return running[-1]

    yield start
    for one in running:
        one.listener.close()


def get(path: str = "/a", method: str = "GET", **more: object) -> Request:
    return Request(method, path, **more)  # type: ignore[arg-type]


def hang(connection: socket.socket) -> None:
    time.sleep(2)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(20):
        time.sleep(0.1)
        connection.sendall(b"x")


TROUBLE = [
    (hang, TimeoutError, "GET /a: no whole answer in 0.4 s"),
    (drip, TimeoutError, "GET /a: no whole answer in 0.4 s"),
    (lambda connection: None, ConnectionError, "GET /a: the server closed the connection without an answer"),
    (
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
        ConnectionError,
        "GET /a: the answer ended early: 7 bytes were missing",
    ),
    (
        lambda connection: connection.sendall(b"SMTP ready\r\n\r\n"),
        ConnectionError,
        "GET /a: what came is no HTTP: SMTP ready\r\n",
    ),
    (
        lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"
        ),
        ConnectionError,
        None,
    ),
]


@pytest.mark.parametrize(("script", "kind", "message"), TROUBLE)
def test_trouble_is_told_and_the_next_request_is_answered(
    server: Callable[..., Server], script: Callable[[socket.socket], None], kind: type[OSError],
    message: str | None,
) -> None:  # fmt: skip
    broken = server(script, OK)
    remote = Remote(broken.url, patience=0.4)
    with pytest.raises(kind) as caught:
        remote.send(get())
    if message is not None:
        assert str(caught.value) == message
    assert remote.send(get()).json() == {}


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        remote = Remote(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ConnectionError, match="GET /a: nothing listens there"):
            remote.send(get())


def test_more_than_announced_does_not_spoil_the_next_answer(server: Callable[..., Server]) -> None:
    broken = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}{}", OK, OK)
    remote = Remote(broken.url)
    assert [remote.send(get()).json() for _ in range(2)] == [{}, {}]


def test_a_connection_is_kept_for_reads_and_fresh_for_writes(server: Callable[..., Server]) -> None:
    one = server(OK, OK, OK, OK)
    remote = Remote(one.url)
    remote.send(get())
    remote.send(get())
    assert one.connections == 1
    remote.send(get(method="POST", body=b"{}"))
    remote.send(get(method="POST", body=b"{}"))
    assert one.connections == 3


def test_a_write_is_never_sent_twice(server: Callable[..., Server]) -> None:
    one = server(OK, lambda connection: None, OK)
    remote = Remote(one.url)
    remote.send(get())
    with pytest.raises(ConnectionError):
        remote.send(get(method="POST", body=b"{}"))
    assert [request.split()[0] for request in one.requests] == [b"GET", b"POST"]


def test_off_loopback_only_reads_are_sent() -> None:
    remote = Remote("https://sandbox.example.com")
    assert remote.read_only
    with pytest.raises(Refused) as caught:
        remote.send(get(method="DELETE"))
    told = "DELETE was not sent: sandbox.example.com may only be read (--destructive sandbox.example.com)"
    assert str(caught.value) == told
    assert remote.sent == 0
    assert not Remote("https://sandbox.example.com", destructive=True).read_only
    assert not Remote("http://[::1]:9000").read_only


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True), ("twin.localhost", True), ("127.9.9.9", True), ("::1", True),
        ("example.com", False), ("10.0.0.1", False), ("localhost.example.com", False),
    ],
)  # fmt: skip
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_the_ceiling_and_the_rate(server: Callable[..., Server]) -> None:
    one = server(OK, OK, OK, OK)
    remote = Remote(one.url, ceiling=3, rate=20)
    begun = time.monotonic()
    for _ in range(3):
        remote.send(get())
    assert time.monotonic() - begun >= 0.1
    assert remote.spent
    with pytest.raises(Refused, match=r"not sent: 3 requests were allowed \(--requests\)"):
        remote.send(get())


def test_the_token_is_sent_and_never_shown(server: Callable[..., Server]) -> None:
    echo = b"HTTP/1.1 200 OK\r\nX-You: SSWS s3cret/1\r\nContent-Length: 13\r\n\r\nyou: s3cret/1"
    one = server(echo)
    remote = Remote(one.url + "/base/", credential="SSWS s3cret/1", shown=f"SSWS {PLACEHOLDER}")
    assert remote.credential == "SSWS $TWINGEN_TOKEN"
    headers = {"authorization": remote.credential, "host": "elsewhere"}
    answer = remote.send(
        Request("POST", "/a", "token=%24TWINGEN_TOKEN", headers, b'{"token": "$TWINGEN_TOKEN"}')
    )
    assert answer.body == b"you: $TWINGEN_TOKEN"
    assert answer.header("X-You") == "SSWS $TWINGEN_TOKEN"
    assert one.requests[0].startswith(b"POST /base/a?token=s3cret%2F1 HTTP/1.1\r\n")
    assert b"authorization: SSWS s3cret/1\r\n" in one.requests[0]
    assert b"elsewhere" not in one.requests[0]
    assert one.requests[0].endswith(b'{"token": "s3cret/1"}')


def test_what_is_no_address() -> None:
    with pytest.raises(UsageError) as caught:
        Remote("sandbox.example.com")
    assert str(caught.value) == (
        "'sandbox.example.com' is no address of a server\n  give one such as https://api.example.com"
    )
    with pytest.raises(UsageError, match="the address holds more than scheme, host and path"):
        Remote("https://user:secret@example.com")


def test_a_twin_elsewhere_is_reset(server: Callable[..., Server]) -> None:
    one = server(b"HTTP/1.1 204 No Content\r\n\r\n")
    Remote(one.url).reset()
    assert one.requests[0].startswith(b"POST /_twin/reset HTTP/1.1\r\n")
    other = server(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", OK)
    remote = Remote(other.url)
    remote.reset()
    remote.reset()
    assert len(other.requests) == 1
