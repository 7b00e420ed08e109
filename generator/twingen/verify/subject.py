"""The twin under trial: its app over a world of its own, called as a client would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import orjson

from twingen.runtime.app import TwinApp
from twingen.runtime.behaviour import Behaviour
from twingen.runtime.http import Request, Response
from twingen.runtime.world import World
from twingen.verify.mutants import Mutant
from twingen.verify.outcome import brief

PARAMETER = re.compile(r"\{[^}]*\}")
_LINK = re.compile(r'<([^>]*)>\s*;[^,]*rel="?next"?')

Marks = list[tuple[int, dict[str, Any]]]


class Reply:
    """An answer as a client takes it: `ok` as the service's own envelope tells success."""

    __slots__ = ("body", "ok", "response")

    def __init__(self, response: Response, body: Any, ok: bool):
        self.response = response
        self.body = body
        self.ok = ok

    @property
    def next_link(self) -> str | None:
        for name, value in self.response.headers:
            found = _LINK.search(value) if name.lower() == "link" else None
            if found:
                return found.group(1)
        return None

    def __str__(self) -> str:
        body = self.response.body.decode("utf-8", "replace")
        return f"it answers {self.response.status} {brief(body)}".rstrip()


class Subject:
    """One twin in one world. A mutant, if there is one, changes the operation `key`.

    `heard` are that operation's answers, across forks.
    """

    def __init__(
        self, app: TwinApp, world: World, key: str = "", mutant: Mutant | None = None,
        heard: list[Reply] | None = None, marks: Marks | None = None,
    ):  # fmt: skip
        self.heard = [] if heard is None else heard
        self.app = app
        self.world = world
        self.key = key
        self.mutant = mutant
        self._before = world.fork()
        self._marks = failure_marks(app, world) if marks is None else marks

    def fork(
        self, key: str = "", mutant: Mutant | None = None, heard: list[Reply] | None = None
    ) -> Subject:
        return Subject(self.app, self.world.fork(), key, mutant, heard, self._marks)

    def call(
        self, key: str, values: tuple[str, ...] = (), query: Mapping[str, Any] | None = None,
        body: Any = None, media: str | None = None, *, credential: bool = True,
    ) -> Reply:  # fmt: skip
        """Send one request to the operation `key`; `values` are its path parameters in order."""
        documented = self.app.routes[key].documented
        mutant = self.mutant if key == self.key else None
        query = dict(query or {})
        if mutant is not None:
            values, query, body = _changed(mutant, values, query, body)
        rest = iter(values)
        template, _, fragment = documented.path.partition("#")
        path = PARAMETER.sub(lambda found: quote(str(next(rest, found.group())), safe=""), template)
        pairs = [*parse_qsl(fragment), *query.items()]
        text = urlencode([(name, plain(value)) for name, value in pairs], doseq=True)
        headers = {"host": "twin.invalid"}
        raw = b""
        if body is not None:
            media = media or "application/json"
            headers["content-type"] = media
            if "urlencoded" in media and isinstance(body, dict):
                raw = urlencode([(name, plain(value)) for name, value in body.items()]).encode()
            else:
                raw = orjson.dumps(body)
        return self._send(Request(documented.method, path, text, headers, raw), mutant, credential)

    def follow(self, address: str) -> Reply:
        """Send a GET to an address that an answer of the operation told."""
        parts = urlsplit(address)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        mutant = self.mutant
        if mutant is not None and mutant.without:
            pairs = [pair for pair in pairs if pair[0] != mutant.without]
        request = Request("GET", parts.path, urlencode(pairs), {"host": "twin.invalid"})
        return self._send(request, mutant, True)

    def _send(self, request: Request, mutant: Mutant | None, credential: bool) -> Reply:
        if credential:
            request.headers = {**request.headers, "authorization": self.app.credential}
        world = self.world
        if mutant is not None and (mutant.forgets or mutant.stale):
            world = (self._before if mutant.stale else world).fork()
        response = self.app.handle(world, request)
        try:
            body = orjson.loads(response.body) if response.body else None
        except ValueError:
            body = None
        ok = 200 <= response.status < 300 and not refuses(self._marks, response.status, body)
        if ok and mutant is not None and mutant.answers is not None:
            body = mutant.answers(body)
        reply = Reply(response, body, ok)
        if ok and response.operation == self.key:
            self.heard.append(reply)
        return reply


def refuses(known: Marks, status: int, body: Any) -> bool:
    """Return whether a body is the service's envelope of a failure."""
    return isinstance(body, dict) and any(
        case == status and all(body.get(name) == value for name, value in marks.items())
        for case, marks in known
    )


class swapped:
    """Within it, an operation behaves as its mutant does, where that is a change of behaviour."""

    def __init__(self, app: TwinApp, key: str, mutant: Mutant):
        self.route = app.routes[key]
        self.app = app
        self.mutant = mutant
        self.kept = self.route._behaviour

    def __enter__(self) -> None:
        operation = self.route.operation
        if self.mutant.behaves is not None and operation is not None:
            changed = self.mutant.behaves(operation)
            self.route._behaviour = Behaviour(
                self.app.engine, self.app.handlers, changed, self.route.documented
            )

    def __exit__(self, *trouble: object) -> None:
        self.route._behaviour = self.kept


def _changed(
    mutant: Mutant, values: tuple[str, ...], query: dict[str, Any], body: Any
) -> tuple[tuple[str, ...], dict[str, Any], Any]:
    instead = dict(mutant.instead)
    if instead:
        values = tuple(instead.get(value, value) for value in values)
        query = {n: instead.get(v, v) if isinstance(v, str) else v for n, v in query.items()}
        if isinstance(body, dict):
            body = {n: instead.get(v, v) if isinstance(v, str) else v for n, v in body.items()}
    if mutant.without:
        inside = f"{mutant.without}["
        query = {n: v for n, v in query.items() if n != mutant.without and not n.startswith(inside)}
        if isinstance(body, dict):
            body = {name: value for name, value in body.items() if name != mutant.without}
    return values, query, body


def failure_marks(app: TwinApp, world: World) -> Marks:
    """Return what tells a failure that is answered with the status of a success.

    Seen from a request without a credential: members that are true or false there.
    """
    for route in app.routes.values():
        if not route.public:
            path = route.documented.path.partition("#")[0]
            request = Request(route.documented.method, path, "", {"host": "twin.invalid"})
            response = app.handle(world.fork(), request)
            if response.status >= 300:
                return []
            try:
                body = orjson.loads(response.body)
            except ValueError:
                return []
            marks = {n: v for n, v in body.items() if isinstance(v, bool)} if isinstance(body, dict) else {}
            return [(response.status, marks)] if marks else []
    return []


def plain(value: Any) -> Any:
    """Return a value as a query string or a form carries it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value
