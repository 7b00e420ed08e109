"""HTTP Archive 1.2, as browsers, proxies and Polly write it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from twingen.verify.recordings.bodies import as_bytes, from_base64, header_map, plain
from twingen.verify.recordings.model import Cassette, Exchange, Message
from twingen.verify.recordings.trouble import unreadable
from twingen.verify.recordings.untrusted import line_of

_TRIED = "HAR"


def read(value: dict[str, Any], text: str, name: str, where: str) -> Cassette:
    """Return a HAR's entries in order of when they began; raises RecordingError."""
    entries = value["log"].get("entries")
    if not isinstance(entries, list):
        raise unreadable(f"{where}:{line_of(text, 'log')}", "log.entries is no list", tried=_TRIED)
    found = []
    for number, entry in enumerate(entries):
        try:
            found.append((_began(entry), number, _exchange(entry, f"{name} entry {number + 1}")))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            line = line_of(text, "log", "entries", number)
            raise unreadable(
                f"{where}:{line}", f"entry {number + 1} is broken: {_said(error)}", tried=_TRIED
            ) from None
    # Browsers group entries by page and write them as they end.
    found.sort(key=lambda one: one[:2])
    return Cassette(name=name, recorder="har", exchanges=tuple(one for *_, one in found))


def _exchange(entry: dict[str, Any], place: str) -> Exchange:
    request, response = entry["request"], entry["response"]
    return Exchange(
        place=place,
        method=str(request["method"]).upper(),
        url=str(request["url"]),
        status=int(response["status"]),
        request=_sent(request),
        response=_received(response),
    )


def _sent(request: dict[str, Any]) -> Message:
    headers = header_map(request.get("headers"))
    data = request.get("postData")
    if not isinstance(data, dict):
        size = request.get("bodySize")
        lost = "the recorder kept no body" if isinstance(size, int) and size > 0 else ""
        return Message(headers=headers, lost=lost)
    media = data.get("mimeType")
    if isinstance(media, str) and media:
        headers.setdefault("content-type", media)
    body = as_bytes(data.get("text"))
    if data.get("encoding") == "base64" and isinstance(data.get("text"), str):
        body = from_base64(data["text"])
    params = data.get("params")
    if not body and isinstance(params, list) and params:
        if "multipart" in headers.get("content-type", ""):
            return Message(headers=headers, lost="multipart, kept in pieces")
        pairs = [(one["name"], one.get("value", "")) for one in params if isinstance(one, dict)]
        body = urlencode(pairs).encode()
    body, lost = plain(body, headers)
    return Message(headers=headers, body=body, lost=lost)


def _received(response: dict[str, Any]) -> Message:
    headers = header_map(response.get("headers"))
    content = response.get("content") or {}
    text = content.get("text")
    if isinstance(content.get("mimeType"), str):
        headers.setdefault("content-type", content["mimeType"])
    if text is None:
        size = content.get("size")
        kept = not (isinstance(size, int) and size > 0)
        return Message(headers=headers, lost="" if kept else "the recorder kept no body")
    body = from_base64(text) if content.get("encoding") == "base64" else as_bytes(text)
    if body is None:
        return Message(headers=headers, lost="its base64 is damaged")
    body, lost = plain(body, headers)
    return Message(headers=headers, body=body, lost=lost)


def _began(entry: dict[str, Any]) -> float:
    """Return when an entry began; one that does not say stays where it is among its neighbours."""
    text = entry.get("startedDateTime")
    if not isinstance(text, str):
        return 0.0
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0


def _said(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)
