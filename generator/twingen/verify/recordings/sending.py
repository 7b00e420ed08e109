"""A recorded request as it is sent to a twin: its identifiers, its host and its own credential."""

from __future__ import annotations

import re
import shlex
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from twingen.runtime.app import TwinApp
from twingen.runtime.http import Request
from twingen.verify.recordings.model import Exchange
from twingen.verify.recordings.pairing import Pairs
from twingen.verify.recordings.secrets import WRONG, Secrets, is_secret

FORM = "application/x-www-form-urlencoded"
_SENT = re.compile(r"accept|accept-language|content-type|if-[a-z-]+|prefer|range|x-.+")
_DROPPED = re.compile(r"x-(?:twin|forwarded|amz|request|real|cloud|datadog|b3|goog-api).*|x-.*(?:trace|agent)")
_LONGEST = 600


def parsed(body: bytes | None) -> Any:
    """Return a body as JSON, as text where it is none, None where there is none."""
    if not body:
        return None
    try:
        return orjson.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def fields_of(exchange: Exchange) -> Any:
    """Return what the body says: JSON, a form's fields, or text."""
    body = exchange.request.body
    if body and FORM in exchange.request.headers.get("content-type", "").lower():
        return form_fields(body.decode("utf-8", "replace"))
    return parsed(body)


def form_fields(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name in found:
            known = found[name]
            found[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            found[name] = value
    return found


def request_to(app: TwinApp, credential: str, exchange: Exchange, pairs: Pairs) -> Request:
    """Return the request in the twin's words."""
    url = urlsplit(exchange.url)
    wrong = "wrong-credential" in exchange.marks
    query, in_query = _with_token(pairs.query(url.query), app.authenticator.queries, app.token, wrong=wrong)
    headers = {
        name: pairs.text(value)
        for name, value in exchange.request.headers.items()
        if _SENT.fullmatch(name)
        and not _DROPPED.fullmatch(name)
        and name not in app.authenticator.headers
        and not is_secret(name)
    }
    body, in_form = _body(exchange, pairs, app, wrong=wrong)
    if not (in_query or in_form or "no-credential" in exchange.marks):
        headers["authorization"] = f"Bearer {WRONG}" if wrong else credential
    headers.setdefault("accept", "application/json")
    if not body:
        headers.pop("content-type", None)
    return Request(exchange.method, pairs.path(url.path or "/"), query, headers, body)


def _with_token(text: str, names: set[str], token: str, *, wrong: bool) -> tuple[str, bool]:
    """Return a query or form with the twin's token in place of the recorded one, and whether it has one."""
    if not any(f"{name}=" in text for name in names):
        return text, False
    pairs = parse_qsl(text, keep_blank_values=True)
    found = False
    for number, (name, value) in enumerate(pairs):
        if name in names:
            found = True
            if value:  # an empty one was sent empty
                pairs[number] = name, WRONG if wrong else token
    return urlencode(pairs), found


def _body(exchange: Exchange, pairs: Pairs, app: TwinApp, *, wrong: bool) -> tuple[bytes, bool]:
    raw = exchange.request.body
    if not raw:
        return b"", False
    media = exchange.request.headers.get("content-type", "").lower()
    if FORM in media:
        text = raw.decode("utf-8", "replace")
        names = app.authenticator.forms | app.authenticator.queries
        text, found = _with_token(text, names, app.token, wrong=wrong)
        return urlencode([(n, _inner(v, pairs)) for n, v in parse_qsl(text, keep_blank_values=True)]).encode(), found
    try:
        return orjson.dumps(pairs.apply(orjson.loads(raw))), False
    except ValueError:
        pass
    try:
        return pairs.text(raw.decode()).encode(), False
    except UnicodeDecodeError:
        return raw, False


def _inner(value: str, pairs: Pairs) -> str:
    """Map identifiers in a form's value, which may itself be JSON."""
    if value[:1] in {"{", "["}:
        try:
            return orjson.dumps(pairs.apply(orjson.loads(value))).decode()
        except ValueError:
            pass
    return pairs.text(value)


def curl_of(request: Request, app: TwinApp, address: str, secrets: Secrets) -> str:
    """Return a command that sends the request again; the twin's token is $TWINGEN_TOKEN."""
    words = ["curl", "-s", "-i"]
    if request.method != "GET":
        words += ["-X", request.method]
    for name, value in request.headers.items():
        if name == "authorization":
            value = value.replace(app.token, "$TWINGEN_TOKEN")
            if value == app.credential:  # Basic hides the token inside
                value = "$TWINGEN_CREDENTIAL"
        elif name == "accept":
            continue
        words += ["-H", f"{name}: {value}"]
    if request.body:
        body = request.body.decode("utf-8", "replace")
        value = parsed(request.body)
        if isinstance(value, (dict, list)):
            body = orjson.dumps(secrets.clean(value)).decode()
        elif FORM in request.headers.get("content-type", "").lower():
            body = secrets.pairs(body, app.token)
        else:
            body = secrets.struck(body)
        words += ["--data-binary", body if len(body) <= _LONGEST else body[:_LONGEST] + "..."]
    query = secrets.pairs(request.query, app.token)
    words.append(f"{address}{secrets.struck(request.path)}" + (f"?{query}" if query else ""))
    return shlex.join(words)
