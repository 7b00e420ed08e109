"""Sends a recording's requests to a twin, in order, and compares what comes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from twingen.runtime.app import Route, TwinApp
from twingen.runtime.http import Request, Response
from twingen.runtime.run import DEFAULT, Run
from twingen.verify.recordings.comparing import Likeness, compare, compare_headers
from twingen.verify.recordings.credentials import refused, with_credentials_marked
from twingen.verify.recordings.model import Cassette, Exchange
from twingen.verify.recordings.outcome import OF_VALUES, REASONS, Outcome, Unjudged
from twingen.verify.recordings.pairing import Pairs, is_identifier, leaves
from twingen.verify.recordings.routing import Routed, Routing
from twingen.verify.recordings.secrets import Secrets, is_secret
from twingen.verify.recordings.seeding import Planted, plant
from twingen.verify.recordings.sending import curl_of, fields_of, form_fields, parsed, request_to
from twingen.verify.target import InProcess, Target

_NEVER: Callable[[], bool] = lambda: False  # noqa: E731
_ARGUMENT = re.compile(r"\b(?:args|query|body)(?:\.(\w+)|\[['\"](\w+)['\"]\])")
_PIECES = re.compile(r"[!:,|~]")
_LINK = re.compile(r"<([^<>]*)>")


class Replay:
    """Replays cassettes against the twins of a run (or one of them, wherever `target` sends to).

    With `seeded`, what a cassette shows of the time before it is planted first; `planted` counts
    that. With `one_world` the state is not put back between cassettes.
    """

    def __init__(
        self, run: Run, cassettes: Sequence[Cassette], *, target: Target | None = None,
        seeded: bool = False, one_world: bool = False, address: str = "http://127.0.0.1:9000",
    ):  # fmt: skip
        self.run = run
        headers = {name for app in run.apps for name in app.authenticator.headers}
        self.cassettes = [with_credentials_marked(cassette, headers) for cassette in cassettes]
        self.seeded = seeded
        self.one_world = one_world
        self.planted = Planted()
        self.secrets = Secrets()
        self.targets: dict[str, Target] = {
            app.twin.name: target or InProcess(run, app, address=address) for app in run.apps
        }
        self.routing = Routing(run.apps)
        for cassette in self.cassettes:
            self.routing.learn(cassette.exchanges)
            for exchange in cassette.exchanges:
                _gather(self.secrets, exchange, run.apps)

    def outcomes(self, cancelled: Callable[[], bool] = _NEVER) -> Iterator[Outcome]:
        """Yield what came of every exchange; stops between two when `cancelled`."""
        pairs = Pairs()
        for number, cassette in enumerate(self.cassettes):
            if number == 0 or not self.one_world:
                for target in dict.fromkeys(self.targets.values()):
                    target.reset()
                pairs = Pairs()
            session = _Session(self, cassette, pairs)
            for exchange in cassette.exchanges:
                if cancelled():
                    return
                yield session.outcome(exchange)


class _Session:
    """One cassette while it is replayed: what was sent and seen, and what failed."""

    def __init__(self, replay: Replay, cassette: Cassette, pairs: Pairs):
        self.replay = replay
        self.cassette = cassette
        self.pairs = pairs
        self.sent: set[str] = set()  # in the twin's words
        self.chosen: set[str] = set()  # in the recording's
        self.seen: set[str] = set()
        self.broken: dict[str, str] = {}  # identifier → why the twin has no such record
        self.sighted: set[int] = set()
        if replay.seeded:
            routed = [replay.routing.of(exchange) for exchange in cassette.exchanges]
            found = plant(replay.run, DEFAULT, cassette, routed)
            replay.planted = replay.planted + found
            self.sighted = {id(cassette.exchanges[place]) for place in found.places}
            self.seen |= found.names

    def outcome(self, exchange: Exchange) -> Outcome:
        routed = self.replay.routing.of(exchange)
        plain = self._plain(exchange, routed)
        reason: Unjudged = _unsent(exchange, routed)
        if reason or routed is None:
            return replace(plain, unjudged=reason or "other service", why=REASONS[reason or "other service"])
        app, target = routed.app, self.replay.targets[routed.app.twin.name]
        request = request_to(app, target.credential, exchange, self.pairs)
        curl = curl_of(request, app, target.address, self.replay.secrets)
        try:
            response = target.send(request)
        except OSError as error:
            return replace(plain, unjudged="interrupted", why=f"no answer came: {error}", curl=curl)
        recorded, answered = parsed(exchange.response.body), parsed(response.body)
        why, reason = self._unjudged(exchange, routed, recorded)
        self._note_sent(exchange, request)
        agree = exchange.status // 100 == response.status // 100
        if agree:
            self._learn(exchange, recorded, response, answered)
        likeness = compare(
            recorded, exchange.status, answered, response.status, pairs=self.pairs, sent=self.sent
        )
        likeness = _with_headers(likeness, exchange, response)
        cause = ""
        if not likeness.match:
            cause = self._cause(exchange, recorded, routed, likeness, response, answered)
        self._note_seen(exchange, recorded, routed, likeness, shown=agree or reason != "unseeded")
        clean, struck = self.replay.secrets.clean, self.replay.secrets.struck
        told = tuple(
            replace(one, recorded=struck(one.recorded), answered=struck(one.answered))
            for one in likeness.differences
        )
        return replace(
            plain, operation=routed.key, recorded=clean(recorded), answered_status=response.status,
            answered=clean(answered), likeness=replace(likeness, differences=told), unjudged=reason,
            why=why, cause=struck(cause), tier=response.tier, curl=curl,
        )  # fmt: skip

    def _plain(self, exchange: Exchange, routed: Routed | None) -> Outcome:
        struck = self.replay.secrets.struck
        url = urlsplit(exchange.url)
        return Outcome(
            place=exchange.place,
            cassette=self.cassette.name,
            twin=routed.app.twin.name if routed is not None else "",
            operation=routed.key if routed is not None else "",
            method=exchange.method,
            path=struck(url.path or "/") if routed is not None else f"{url.scheme}://{url.netloc}",
            status=exchange.status,
        )

    def _unjudged(self, exchange: Exchange, routed: Routed, recorded: Any) -> tuple[str, Unjudged]:
        if id(exchange) in self.sighted:
            return REASONS["first sighting"], "first sighting"
        if exchange.response.lost:
            return f"the answer: {exchange.response.lost}", "answer lost"
        cursor = self._unknown_page(exchange, routed)
        if cursor:
            return f"it asks for a further page of a list that the twin's is not as long as ({cursor})", "unseeded"
        unknown = self._unknown(exchange, routed)
        if unknown and refused(exchange.status, recorded):
            return REASONS["unknown record"], "unknown record"
        if unknown:
            return f"nothing earlier in the recording made or showed {self.replay.secrets.struck(unknown)}", "unseeded"
        if _body_lost(exchange, routed.route):
            return REASONS["body lost"], "body lost"
        return "", ""

    def _unknown(self, exchange: Exchange, routed: Routed) -> str:
        """Return what the request names and nothing has shown yet, "" if there is no such thing."""
        for value in _named(exchange, routed):
            if value and is_identifier(value) | value.isdigit() and not self._was_seen(value):
                return value
        return "a record" if "foreign" in exchange.marks else ""

    def _unknown_page(self, exchange: Exchange, routed: Routed) -> str:
        """Return the cursor parameter of a page after one that the twin has no page after."""
        operation = routed.route.operation if routed.route is not None else None
        style = routed.app.twin.service.paging.get(operation.page or "") if operation is not None else None
        if style is None or style.cursor is None:
            return ""
        for name, value in parse_qsl(urlsplit(exchange.url).query):
            if name == style.cursor and value in self.seen and not self.pairs.known(value):
                return name
        return ""

    def _was_seen(self, value: str) -> bool:
        if value in self.seen:
            return True
        return any(piece in self.seen for piece in _PIECES.split(value) if len(piece) > 5)

    def _note_sent(self, exchange: Exchange, request: Request) -> None:
        body = fields_of(exchange)
        query = form_fields(urlsplit(exchange.url).query)
        for part in (body, query):
            for _, value in leaves(part):
                if isinstance(value, (str, int)) and not isinstance(value, bool):
                    self.chosen.add(str(value))
                    self.sent.add(str(self.pairs.apply(value)))
        self.seen |= {str(value) for _, value in leaves(body) if isinstance(value, (str, int))}

    def _learn(self, exchange: Exchange, recorded: Any, response: Response, answered: Any) -> None:
        self.pairs.learn(recorded, answered, self.chosen)
        for name in ("location", "link"):
            mine, other = exchange.response.headers.get(name, ""), response.header(name) or ""
            ours, theirs = _LINK.findall(mine) or [mine], _LINK.findall(other) or [other]
            for one, two in zip(ours, theirs, strict=False):
                if one and two:
                    self.pairs.learn_url(one, two, self.chosen)

    def _note_seen(
        self, exchange: Exchange, recorded: Any, routed: Routed, likeness: Likeness, *, shown: bool
    ) -> None:
        """Remember what the answer shows, and which of it the twin will never know."""
        if not shown:
            return
        values = [str(v) for _, v in leaves(recorded) if isinstance(v, (str, int)) and not isinstance(v, bool)]
        values += [exchange.response.headers.get("location", "")]
        values += _LINK.findall(exchange.response.headers.get("link", ""))
        for value in values:
            if value.startswith(("http://", "https://", "/")):
                url = urlsplit(value)
                self.seen |= {unquote(part) for part in url.path.split("/")}
                self.seen |= {text for _, text in parse_qsl(url.query)}
            if value not in self.seen and exchange.status < 300 and is_identifier(value):
                if not likeness.status:
                    self.broken.setdefault(value, f"{routed.key or 'an undocumented operation'} failed before")
                elif not self.pairs.known(value):
                    self.broken.setdefault(value, f"{routed.key or 'an undocumented operation'} answered no such record")
            self.seen.add(value)

    def _cause(
        self, exchange: Exchange, recorded: Any, routed: Routed, likeness: Likeness,
        response: Response, answered: Any,
    ) -> str:  # fmt: skip
        if not routed.key:
            return "no such operation is documented"
        if refused(response.status, answered) and not refused(exchange.status, recorded):
            for value in _named(exchange, routed):
                if value in self.broken and not self.pairs.known(value):
                    return self.broken[value]
        if not likeness.status:
            return f"status {response.status} for {exchange.status}{_first_words(answered)}"
        if not likeness.same_values:
            paths = sorted({one.path for one in likeness.differences if one.check == "value"})
            return OF_VALUES + ", ".join(paths[:2]) + (", ..." if len(paths) > 2 else "")
        return _shape_cause(likeness)


def _unsent(exchange: Exchange, routed: Routed | None) -> Unjudged:
    """Return why an exchange is not worth sending."""
    if "answer-only" in exchange.marks:
        return "answer only"
    if "token-exchange" in exchange.marks:
        return "token exchange"
    if "retired" in exchange.marks:
        return "retired"
    if routed is None:
        return "other service"
    return "request lost" if exchange.request.lost else ""


def _named(exchange: Exchange, routed: Routed) -> Iterator[str]:
    """Yield what the request names records by: the path's parameters, and arguments that are looked up."""
    if routed.route is None:
        yield from (unquote(part) for part in urlsplit(exchange.url).path.split("/"))
        return
    yield from routed.params
    operation = routed.route.operation
    names = {
        first or second
        for find in (operation.find if operation is not None else ())
        for first, second in _ARGUMENT.findall(find.by)
    }
    if names:
        body = fields_of(exchange)
        given = {**form_fields(urlsplit(exchange.url).query), **(body if isinstance(body, dict) else {})}
        yield from (str(given[name]) for name in sorted(names) if isinstance(given.get(name), (str, int)))


def _body_lost(exchange: Exchange, route: Route | None) -> bool:
    """Return whether a request that the service took needs a body and has none."""
    body = route.documented.body if route is not None else None
    return bool(
        exchange.request.body is None and body is not None and body.required and exchange.status < 400
        and not urlsplit(exchange.url).query
    )  # fmt: skip


def _with_headers(likeness: Likeness, exchange: Exchange, response: Response) -> Likeness:
    answered = {name.lower(): value for name, value in response.headers}
    recorded = dict(exchange.response.headers)
    if exchange.response.body is None or not response.body:
        recorded.pop("content-type", None)
    found = compare_headers(recorded, answered) if likeness.status else []
    if not found:
        return likeness
    return replace(likeness, differences=(*likeness.differences, *found))


def _shape_cause(likeness: Likeness) -> str:
    shapes = [one for one in likeness.differences if one.check == "shape"]
    missing = [one.path for one in shapes if one.answered == "missing"]
    more = [one.path for one in shapes if one.recorded == "missing"]
    if _emptied(missing, more):
        return "a list should be empty"
    if _emptied(more, missing):
        return "a list is empty"
    if missing and more:
        return "members are missing and others too many"
    return "members are missing" if missing else "members are too many"


def _emptied(empty: list[str], full: list[str]) -> bool:
    """Return whether a list is empty in one answer and holds something in the other."""
    return any(path.endswith("[]") and any(one.startswith(path) for one in full) for path in empty)


def _first_words(answered: Any) -> str:
    """Return what the twin's refusal says, short."""
    if not isinstance(answered, dict):
        return ""
    for _, value in leaves(answered):
        if isinstance(value, str) and " " in value:
            return f": {value[:60]}"
    return ""


def _gather(secrets: Secrets, exchange: Exchange, apps: Sequence[TwinApp]) -> None:
    names = {name for app in apps for name in (*app.authenticator.headers, *app.authenticator.forms)}
    for message in (exchange.request, exchange.response):
        for name, value in message.headers.items():
            if name in names or is_secret(name):
                for piece in re.split(r"[;,]\s*", value):
                    secrets.add(piece.partition("=")[2] if "cookie" in name else piece)
    secrets.gather(fields_of(exchange))
    secrets.gather(form_fields(urlsplit(exchange.url).query))
    secrets.gather(parsed(exchange.response.body))
