"""Cassettes of VCR (ruby), betamax, vcrpy and go-vcr, in YAML or JSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson

from twingen.verify.recordings.bodies import as_bytes, from_base64, header_map, plain
from twingen.verify.recordings.model import Cassette, Exchange, Message
from twingen.verify.recordings.trouble import unreadable
from twingen.verify.recordings.untrusted import line_of


def read_ruby(value: dict[str, Any], text: str, name: str, where: str) -> Cassette:
    """Return a cassette of VCR or betamax: `http_interactions`. Raises RecordingError."""
    return _read(value, text, name, where, key="http_interactions", recorder="vcr")


def read_interactions(value: dict[str, Any], text: str, name: str, where: str) -> Cassette:
    """Return a cassette of vcrpy or go-vcr: `interactions`. Raises RecordingError."""
    first = next((one for one in value["interactions"] if isinstance(one, dict)), {})
    request = first.get("request")
    # vcrpy writes `uri`, go-vcr `url`.
    go = isinstance(request, dict) and "uri" not in request and "url" in request
    recorder = "go-vcr" if go else "vcrpy"
    return _read(value, text, name, where, key="interactions", recorder=recorder)


def _read(
    value: dict[str, Any], text: str, name: str, where: str, *, key: str, recorder: str
) -> Cassette:
    interactions = value[key]
    if not isinstance(interactions, list):
        raise unreadable(f"{where}:{line_of(text, key)}", f"{key} is no list", tried=recorder)
    exchanges = []
    for number, one in enumerate(interactions):
        try:
            exchanges.append(_exchange(one, f"{name} interaction {number + 1}"))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            said = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise unreadable(
                f"{where}:{line_of(text, key, number)}",
                f"interaction {number + 1} is broken: {said}", tried=recorder,
            ) from None  # fmt: skip
    return Cassette(name=name, recorder=recorder, exchanges=tuple(exchanges))


def _exchange(one: dict[str, Any], place: str) -> Exchange:
    request, response = one["request"], one["response"]
    url = request.get("uri") or request.get("url")
    if not isinstance(url, str):
        raise KeyError("request.uri")
    return Exchange(
        place=place,
        method=str(request.get("method") or "GET").upper(),
        url=url,
        status=_status(response),
        request=_message(request),
        response=_message(response),
    )


def _status(response: dict[str, Any]) -> int:
    """Return 200 from `{code: 200}` (ruby, python), `code: 200` or `status: 200 OK` (go)."""
    for found in (response.get("code"), response.get("status_code"), response.get("status")):
        if isinstance(found, dict):
            found = found.get("code")
        if isinstance(found, int):
            return found
        if isinstance(found, str) and found[:3].isdigit():
            return int(found[:3])
    raise KeyError("response.status")


def _message(part: dict[str, Any]) -> Message:
    headers = header_map(part.get("headers"))
    body = _body(part.get("body"), headers)
    if body is None and isinstance(part.get("content"), str):
        body = part["content"].encode()  # what vcrpy writes for httpx
    form = part.get("form")
    if not body and isinstance(form, dict) and form:
        body = urlencode(form, doseq=True).encode()
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    if body == b"":
        body = None
    body, lost = plain(body, headers)
    return Message(headers=headers, body=body, lost=lost)


def _body(found: Any, headers: dict[str, str]) -> bytes | None:
    if not isinstance(found, dict):
        return as_bytes(found)
    packed = found.get("base64_string")
    if isinstance(packed, str):
        return from_base64(packed)
    if "string" in found:
        text = found["string"]
        encoding = found.get("encoding")
        if isinstance(text, str) and found.get("base64"):
            return from_base64(text)
        if isinstance(text, str) and isinstance(encoding, str):
            try:
                return text.encode(encoding)
            except (LookupError, UnicodeEncodeError):
                return text.encode()
        return as_bytes(text)
    if not found or set(found) <= {"encoding"}:
        return None
    # Some serializers parse JSON bodies.
    headers.setdefault("content-type", "application/json")
    return orjson.dumps(found)
