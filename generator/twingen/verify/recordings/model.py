"""Recorded traffic as data, whatever recorder wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# What a recorder or the publisher of a recording says of an exchange, and replay must know.
Mark = Literal[
    "token-exchange",  # gets a credential; a twin has its own
    "retired",  # an API that the service has switched off
    "foreign",  # names an object that nothing earlier in the recording returned or sent
    "answer-only",  # a published answer; the request is made up
    "wrong-credential",  # was sent with a credential that could not be valid
    "no-credential",  # was sent without one
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Headers (lower-case names; several of a name joined by ", ") and a body as it was on the wire.

    `body` is None when there was none or the recorder kept none; `lost` says why a body that was
    there is not.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    lost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One recorded request and what the service answered. `place` is where it stands (`file:line`)."""

    place: str
    method: str
    url: str
    status: int
    request: Message = Message()
    response: Message = Message()
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cassette:
    """Exchanges in the order in which they happened, from a state that nothing recorded.

    Every cassette gets a fresh world. `recorder` is the format that it was read as.
    """

    name: str
    recorder: str
    exchanges: tuple[Exchange, ...]

