"""A server that answers over HTTP, as a target: whatever it does, a proof goes on."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from urllib.parse import quote, urlsplit

from twingen.errors import TwingenError, UsageError
from twingen.runtime.http import Request, Response
from twingen.verify.trail import Trail

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What stands for the token wherever it could be seen; `send` puts the real one in its place.
PLACEHOLDER = "$TWINGEN_TOKEN"

_PATIENCE = 15.0
_LARGEST = 32 * 1024 * 1024
_CHUNK = 64 * 1024
_OURS = frozenset({"host", "content-length", "connection", "transfer-encoding", "expect"})
_TELLING = 4  # a shorter token is no secret, and would be found everywhere


class Refused(TwingenError):
    """A request that was not sent: a write to a server that may only be read, or one too many."""


class Remote:
    """The server at `address`. Off loopback only safe methods are sent, unless `destructive`.

    `credential` is the value of the Authorization header and `shown` what provers get to see of
    it; `rate` is in requests a second, `ceiling` the most that are sent in all, `patience` how
    many seconds a whole answer may take. A trouble with the connection is a ConnectionError, an
    answer that takes too long a TimeoutError, each saying what happened. `trail` is what was asked
    since the last reset, as the provers see it. May be used from several threads.
    """

    remote = True

    def __init__(
        self, address: str, *, credential: str = "", shown: str = PLACEHOLDER,
        rate: float | None = None, ceiling: int | None = None, destructive: bool = False,
        patience: float = _PATIENCE,
    ):  # fmt: skip
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(
                f"{address!r} is no address of a server", remedy="give one such as https://api.example.com"
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise UsageError(
                "the address holds more than scheme, host and path",
                remedy="a credential goes into $TWINGEN_TOKEN",
            )
        self.address = address.rstrip("/")
        self.host = parts.hostname
        self.credential = shown if credential else ""
        self.destructive = destructive
        self.sent = 0
        self.trail = Trail()
        self.ceiling = ceiling
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._base = parts.path.rstrip("/")
        self._secret = credential.removeprefix(shown.removesuffix(PLACEHOLDER))
        self._gap = 1 / rate if rate else 0.0
        self._next = 0.0
        self._patience = patience
        self._lock = threading.Lock()
        self._local = threading.local()
        self._resets = is_loopback(self.host)

    @property
    def spent(self) -> bool:
        """Whether as many requests as the ceiling allows have been sent."""
        return self.ceiling is not None and self.sent >= self.ceiling

    @property
    def read_only(self) -> bool:
        return not self.destructive and not is_loopback(self.host)

    def unreachable(self) -> str:
        """Return why no connection can be made; "" when one can."""
        try:
            socket.create_connection((self.host, self._port), timeout=self._patience).close()
        except OSError as trouble:
            return _told(trouble)
        return ""

    def send(self, request: Request) -> Response:
        """Return the answer; raises Refused before sending what may not be sent."""
        method = request.method.upper()
        if self.read_only and method not in SAFE:
            raise Refused(f"{method} was not sent: {self.host} may only be read (--destructive {self.host})")
        self._admit()
        path = self._base + self._revealed(request.path) or "/"
        if request.query:
            path += "?" + self._revealed(request.query)
        headers = {
            name: self._revealed(value).encode("utf-8", "surrogateescape")
            for name, value in request.headers.items()
            if name.lower() not in _OURS
        }
        body = request.body.replace(PLACEHOLDER.encode(), self._secret.encode())
        until = time.monotonic() + self._patience
        kept = method in SAFE
        try:
            response = self._concealed(self._exchange(method, path, headers, body, until, kept))
        except TimeoutError:
            self._drop()
            raise TimeoutError(f"{method} {request.path}: no whole answer in {self._patience:g} s") from None
        except (HTTPException, OSError, ValueError) as trouble:
            self._drop()
            raise ConnectionError(f"{method} {request.path}: {_told(trouble)}") from None
        with self._lock:
            self.trail.note(request, response)
        return response

    def reset(self) -> None:
        """Put a twin on this machine back to its start; nothing where the server is something else."""
        if not self._resets:
            return
        connection = self._connection(time.monotonic() + self._patience)
        try:
            connection.request("POST", "/_twin/reset")
            self._resets = connection.getresponse().status == 204
            if self._resets:
                self.trail = Trail()
        except (HTTPException, OSError):
            self._resets = False
        finally:
            connection.close()

    def close(self) -> None:
        self._drop()

    def _admit(self) -> None:
        """Count a request, and wait until it may be sent."""
        with self._lock:
            if self.spent:
                raise Refused(f"not sent: {self.ceiling} requests were allowed (--requests)")
            self.sent += 1
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._gap
        if start > now:
            time.sleep(start - now)

    def _exchange(
        self, method: str, path: str, headers: dict[str, bytes], body: bytes, until: float, kept: bool
    ) -> Response:
        """Send on a connection that is kept for safe methods.

        A server may close a kept connection at any time, so what gets no whole answer on one is sent
        once more on a fresh one. Writes get a fresh one: they must not happen twice.
        """
        old: HTTPConnection | None = getattr(self._local, "connection", None)
        if old is not None and kept:
            try:
                return self._answer(old, method, path, headers, body, until)
            except TimeoutError:
                raise
            except (HTTPException, OSError):
                pass
        self._drop()
        connection = self._connection(until)
        self._local.connection = connection
        try:
            return self._answer(connection, method, path, headers, body, until)
        finally:
            if not kept:
                self._drop()

    def _answer(
        self, connection: HTTPConnection, method: str, path: str, headers: dict[str, bytes],
        body: bytes, until: float,
    ) -> Response:  # fmt: skip
        connection.timeout = max(0.01, until - time.monotonic())
        if connection.sock is not None:
            connection.sock.settimeout(connection.timeout)
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        content = b"".join(self._body(answer, connection, until))
        answer.close()
        if answer.will_close:
            self._drop()
        return Response(answer.status, content, answer.getheaders())

    def _connection(self, until: float) -> HTTPConnection:
        kind = HTTPSConnection if self._secure else HTTPConnection
        return kind(self.host, self._port, timeout=max(0.01, until - time.monotonic()))

    @staticmethod
    def _body(answer: HTTPResponse, connection: HTTPConnection, until: float) -> Iterator[bytes]:
        size = 0
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if connection.sock is not None:
                connection.sock.settimeout(left)
            piece = answer.read1(_CHUNK)
            if not piece:
                break
            size += len(piece)
            if size > _LARGEST:
                raise HTTPException(f"the answer is larger than {_LARGEST // 1024 // 1024} MB")
            yield piece
        # `read1` does not notice an early end, so the length that was announced is compared here.
        if answer.length:
            raise IncompleteRead(b"", answer.length)

    def _drop(self) -> None:
        connection: HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _revealed(self, text: str) -> str:
        if "TWINGEN_TOKEN" not in text:
            return text
        quoted = quote(PLACEHOLDER, safe="")
        return text.replace(PLACEHOLDER, self._secret).replace(quoted, quote(self._secret, safe=""))

    def _concealed(self, response: Response) -> Response:
        """Take the token out of an answer that repeats it."""
        if len(self._secret) >= _TELLING:
            response.body = response.body.replace(self._secret.encode(), PLACEHOLDER.encode())
            response.headers = [
                (name, value.replace(self._secret, PLACEHOLDER)) for name, value in response.headers
            ]
        return response


def is_loopback(host: str) -> bool:
    """Return whether a host name can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _told(trouble: Exception) -> str:
    """Return what went wrong with a connection in words."""
    match trouble:
        case IncompleteRead():
            return f"the answer ended early: {trouble.expected or 'some'} bytes were missing"
        case ConnectionRefusedError():
            return "nothing listens there"
        case ConnectionResetError() | BrokenPipeError():
            return "the server closed the connection without an answer"
        case HTTPException():
            return f"what came is no HTTP: {str(trouble) or type(trouble).__name__}"
    return str(trouble) or type(trouble).__name__
