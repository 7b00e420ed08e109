"""Servers that hang, lie about a length, close or fail do not stop a check; each is said once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.verify.contract.making import check, sound
from twingen.runtime.http import Request
from twingen.runtime.run import Run
from twingen.verify.remote import Remote

Script = Callable[[socket.socket, bytes], None]


class Server:
    """The sound twin over HTTP, but for what `scripts` do to some methods and paths."""

    def __init__(self, scripts: dict[str, Script]):
        self.scripts = scripts
        self.run = Run([sound()], needs_bodies=True)
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.credential = self.run.apps[0].credential
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError):
            reader = connection.makefile("rb")
            line = reader.readline().decode("latin-1")
            headers = {}
            while (header := reader.readline().decode("latin-1").strip()):
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            content = reader.read(int(headers.get("content-length", "0")))
            method, target, _ = line.split(" ", 2)
            path, _, query = target.partition("?")
            app = self.run.apps[0]
            response = self.run.handle(app, Request(method, path, query, headers, content))
            body = b"" if response.status == 204 or method == "HEAD" else response.body
            head = [f"HTTP/1.1 {response.status} x", f"Content-Length: {len(body)}", "Connection: close"]
            head += [f"{name}: {value}" for name, value in response.headers]
            whole = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body
            place = f"{method} {'/items/{}' if path.startswith('/items/') else '/items'}"
            script = self.scripts.get(place)
            if script is None:
                connection.sendall(whole)
            else:
                script(connection, whole)


def _closes(connection: socket.socket, whole: bytes) -> None:
    pass


def _half(connection: socket.socket, whole: bytes) -> None:
    connection.sendall(whole[: whole.index(b"\r\n\r\n") - 4])


def _short(connection: socket.socket, whole: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n[]")


def _fails(connection: socket.socket, whole: bytes) -> None:
    connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def _nonsense(connection: socket.socket, whole: bytes) -> None:
    connection.sendall(b"\x00\xff not http at all\r\n\r\n")


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, Script]], Server]]:
    servers: list[Server] = []

    def start(scripts: dict[str, Script]) -> Server:
        servers.append(Server(scripts))
        return servers[-1]

    yield start
    for server in servers:
        server.over.set()
        server.listener.close()


@pytest.mark.parametrize(
    ("script", "expected"),
    [(_closes, "whole_answer"), (_half, "whole_answer"), (_short, "whole_answer"),
     (_nonsense, "whole_answer"), (_fails, "not_a_server_error")],
)  # fmt: skip
def test_a_broken_operation_is_found_and_the_others_are_tried(
    serve: Callable[[dict[str, Script]], Server], script: Script, expected: str
) -> None:
    server = serve({"GET /items": script})
    target = Remote(server.url, credential=server.credential, patience=5)
    heard = check(sound(), target=target, phases=("coverage",))
    assert ("GET /items", expected) in heard.named
    assert {check for operation, check in heard.named} == {expected}
    assert {operation for operation, _ in heard.named} <= {"GET /items", "POST /items"}
    tried = heard.tallies("overlay")
    assert len(tried) == 4
    assert tried["GET /items/{}"][1] == 0
    assert all(finding.curl for finding in heard.findings)


def test_an_operation_that_hangs_is_given_up_after_a_few_answers(
    serve: Callable[[dict[str, Script]], Server],
) -> None:
    def hangs(connection: socket.socket, whole: bytes) -> None:
        server.over.wait(5)

    server = serve({"GET /items": hangs})
    target = Remote(server.url, credential=server.credential, patience=0.2)
    heard = check(sound(), target=target, phases=("coverage",))
    assert ("GET /items", "whole_answer") in heard.named
    notes = [note.text for note in heard.notes if note.operation == "GET /items"]
    assert notes == ["coverage ended after 3 cases: 3 answers did not come in time"]
    assert heard.tallies("overlay")["POST /items"][1] == 0


def test_no_more_requests_are_sent_than_allowed(serve: Callable[[dict[str, Script]], Server]) -> None:
    server = serve({})
    target = Remote(server.url, credential=server.credential, ceiling=20)
    heard = check(sound(), target=target, phases=("coverage", "fuzzing"))
    assert target.sent == 20
    assert heard.findings == []
    assert [note.text for note in heard.notes] == [
        "some requests were not sent: not sent: 20 requests were allowed (--requests)"
    ]
