"""Which recorded requests went out with a wrong credential, or with none: they must again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from twingen.verify.recordings.model import Cassette, Exchange, Mark

_UNAUTHENTICATED = 401
_REFUSALS = frozenset({401, 403})


def with_credentials_marked(cassette: Cassette, headers: Collection[str]) -> Cassette:
    """Return a cassette whose exchanges say so where the credential was wrong or missing.

    That shows only beside others: a value is wrong when it was refused throughout and another one
    was not; a missing one was not sent when others were kept.
    """
    sent = [_credential(exchange, headers) for exchange in cassette.exchanges]
    if not any(sent):
        return cassette
    accepted = {
        value
        for value, exchange in zip(sent, cassette.exchanges, strict=True)
        if value and exchange.status not in _REFUSALS
    }
    exchanges = []
    for value, exchange in zip(sent, cassette.exchanges, strict=True):
        mark: Mark | None = None
        if exchange.status == _UNAUTHENTICATED and not value:
            mark = "no-credential"
        elif exchange.status == _UNAUTHENTICATED and accepted and value not in accepted:
            mark = "wrong-credential"
        exchanges.append(exchange if mark is None else replace(exchange, marks=exchange.marks | {mark}))
    return replace(cassette, exchanges=tuple(exchanges))


def _credential(exchange: Exchange, headers: Collection[str]) -> str:
    return next((exchange.request.headers[name] for name in headers if name in exchange.request.headers), "")


def refused(status: int, body: Any) -> bool:
    """Return whether an answer is a refusal, by its status or inside an answer of 200."""
    if status >= 400:
        return True
    return isinstance(body, dict) and (body.get("ok") is False or bool(body.get("error")))
