"""Sessions as JSON lines: recorded traffic of many recorders in one format, bodies parsed already."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson

from twingen.verify.recordings.bodies import from_base64, header_map
from twingen.verify.recordings.credentials import refused
from twingen.verify.recordings.model import Cassette, Exchange, Mark, Message
from twingen.verify.recordings.trouble import unreadable

_TRIED = "sessions as JSON lines"
_FORM = "application/x-www-form-urlencoded"
_WRONG = "<OTHER_TOKEN>"


def is_one(value: dict[str, Any]) -> bool:
    """Return whether an object with `interactions` is a session of this format."""
    first = next((one for one in value["interactions"] if isinstance(one, dict)), {})
    request = first.get("request")
    return "session" in value and isinstance(request, dict) and "path" in request


def read(value: dict[str, Any], name: str, where: str) -> Cassette:
    """Return one session; raises RecordingError."""
    exchanges = []
    every: frozenset[Mark] = frozenset({"answer-only"} if value.get("response_only") else ())
    for number, one in enumerate(value["interactions"], 1):
        try:
            exchanges.append(_exchange(one, every, f"{name} {value['session']} interaction {number}"))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            said = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise unreadable(where, f"interaction {number} is broken: {said}", tried=_TRIED) from None
    return Cassette(name=str(value["session"]), recorder=str(value.get("format", "session")), exchanges=tuple(exchanges))


def _exchange(one: dict[str, Any], every: frozenset[Mark], place: str) -> Exchange:
    request, response = one["request"], one["response"]
    marks = set(every)
    names: tuple[tuple[str, Mark], ...] = (
        ("auth", "token-exchange"), ("legacy", "retired"), ("foreign", "foreign"),
    )  # fmt: skip
    marks |= {mark for name, mark in names if one.get(name)}
    query = request.get("query")
    sent = request.get("body")
    hidden = any(isinstance(part, dict) and _WRONG in part.values() for part in (query, sent))
    if hidden and refused(int(response["status"]), response.get("body")):
        marks.add("wrong-credential")  # what the service took was valid, whatever it looked like
    headers = header_map(request.get("headers"))
    url = str(request["url"]).partition("?")[0]
    if isinstance(query, dict) and query:
        url += "?" + urlencode(query, doseq=True)
    return Exchange(
        place=place,
        method=str(request["method"]).upper(),
        url=url,
        status=int(response["status"]),
        request=_message(sent, headers),
        response=_message(response.get("body"), header_map(response.get("headers"))),
        marks=frozenset(marks),
    )


def _message(body: Any, headers: dict[str, str]) -> Message:
    if body is None:
        return Message(headers=headers)
    if isinstance(body, dict):
        if "_multipart" in body:
            return Message(headers=headers, lost="multipart, kept in pieces")
        if body.get("_truncated"):
            return Message(headers=headers, lost="longer than the recording keeps")
        if "_binary" in body:
            packed = body.get("base64")
            raw = from_base64(packed) if isinstance(packed, str) else None
            return Message(headers=headers, body=raw, lost="" if raw is not None else "binary, not kept")
        if _FORM in headers.get("content-type", ""):
            flat = {k: v if isinstance(v, (str, list)) else orjson.dumps(v).decode() for k, v in body.items()}
            return Message(headers=headers, body=urlencode(flat, doseq=True).encode())
    if isinstance(body, str):
        return Message(headers=headers, body=body.encode())
    headers.setdefault("content-type", "application/json")
    return Message(headers=headers, body=orjson.dumps(body))
