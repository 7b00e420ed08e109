"""Requests to one world of a server, kept as they were sent."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import orjson

from twingen.contract.model import Operation as Documented
from twingen.runtime.http import Request, Response
from twingen.runtime.world import World
from twingen.verify.machines.server import Server
from twingen.verify.subject import PARAMETER, Marks, Reply, plain, refuses

ADDRESS = "http://127.0.0.1:9000"
_HOST = "127.0.0.1:9000"


class Step(NamedTuple):
    """One request as it was sent and what came of it."""

    key: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    response: Response

    @property
    def curl(self) -> str:
        parts = ["curl", "-s"]
        if self.method != "GET":
            parts += ["-X", self.method]
        parts.append(shlex.quote(f"{ADDRESS}{self.target}"))
        for name, value in self.headers.items():
            if name != "host":
                parts += ["-H", shlex.quote(f"{name}: {value}")]
        if self.body:
            parts += ["-d", shlex.quote(self.body.decode("utf-8", "replace"))]
        return " ".join(parts)


class Session:
    """One world of a server, called as a client would."""

    def __init__(self, server: Server, marks: Marks, world: World | None = None):
        self.server = server
        self.marks = marks
        self.world = server.world() if world is None else world
        self.steps: list[Step] = []

    def call(
        self, documented: Documented, values: tuple[str, ...] = (), query: Mapping[str, Any] | None = None,
        body: Any = None, media: str | None = None, *, credential: str | None = "",
        raw: bytes | None = None, method: str | None = None,
    ) -> Reply:  # fmt: skip
        """Send one request; `credential` "" is the twin's own, None is none at all."""
        rest = iter(values)
        template, _, fragment = documented.path.partition("#")
        path = PARAMETER.sub(lambda found: quote(str(next(rest, found.group())), safe=""), template)
        pairs = [*parse_qsl(fragment), *(query or {}).items()]
        text = urlencode([(name, plain(value)) for name, value in pairs], doseq=True)
        headers: dict[str, str] = {}
        sent = raw or b""
        if raw is not None:
            headers["content-type"] = media or "application/json"
        elif body is not None:
            media = media or "application/json"
            headers["content-type"] = media
            if "urlencoded" in media and isinstance(body, dict):
                sent = urlencode([(name, plain(value)) for name, value in body.items()]).encode()
            else:
                sent = orjson.dumps(body)
        target = f"{path}?{text}" if text else path
        return self.send(method or documented.method, target, headers, sent, credential, documented.key)

    def follow(self, address: str, key: str = "") -> Reply:
        """Send a GET to an address that an answer told."""
        parts = urlsplit(address)
        return self.send("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path, {}, b"", "", key)

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes,
        credential: str | None, key: str,
    ) -> Reply:  # fmt: skip
        given = {"host": _HOST, **headers}
        if credential is not None:
            given["authorization"] = credential or self.server.app.credential
        path, _, query = target.partition("?")
        request = Request(method, path, query, given, body, ADDRESS)
        response = self.server.handle(self.world, request)
        self.steps.append(Step(key, method, target, given, body, response))
        try:
            value = orjson.loads(response.body) if response.body else None
        except ValueError:
            value = None
        ok = 200 <= response.status < 300 and not refuses(self.marks, response.status, value)
        return Reply(response, value, ok)


def replayed(server: Server, steps: list[Step], world: World | None = None) -> list[Response]:
    """Return what a server answers to the same requests in the same order, in a world of its own."""
    world = server.world() if world is None else world
    found = []
    for step in steps:
        path, _, query = step.target.partition("?")
        request = Request(step.method, path, query, dict(step.headers), step.body, ADDRESS)
        found.append(server.handle(world, request))
    return found


def differs(server: Server, steps: list[Step]) -> bool:
    """Return whether a server answers the same requests otherwise than they were answered."""
    world = server.world()
    for step in steps:
        response = replayed(server, [step], world)[0]
        if response.status != step.response.status or response.headers != step.response.headers:
            return True
        if response.body != step.response.body and _value(response.body) != _value(step.response.body):
            return True
    return False


def _value(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return body
