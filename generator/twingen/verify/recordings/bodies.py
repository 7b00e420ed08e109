"""Bodies as recorders keep them, brought back to what was on the wire without its encoding."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

_MOST = 64 * 1024 * 1024


def header_map(found: Any) -> dict[str, str]:
    """Return headers with lower-case names: from a map of texts or lists, or a list of pairs."""
    pairs: Iterable[tuple[Any, Any]] = ()
    if isinstance(found, Mapping):
        pairs = found.items()
    elif isinstance(found, list):
        pairs = [
            (one.get("name"), one.get("value")) if isinstance(one, Mapping) else tuple(one)
            for one in found
            if isinstance(one, Mapping) or (isinstance(one, list) and len(one) == 2)
        ]
    headers: dict[str, str] = {}
    for name, value in pairs:
        if not isinstance(name, str):
            continue
        values = value if isinstance(value, list) else [value]
        text = ", ".join(_text(one) for one in values if one is not None)
        key = name.lower()
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def from_base64(text: str) -> bytes | None:
    """Return the bytes, None where the text is no base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def as_bytes(found: Any) -> bytes | None:
    """Return a body that a recorder wrote as text, as bytes, or not at all."""
    if found is None:
        return None
    if isinstance(found, bytes):
        return found
    if isinstance(found, str):
        return found.encode()
    return None


def plain(body: bytes | None, headers: Mapping[str, str]) -> tuple[bytes | None, str]:
    """Return a body without its content-encoding, and why it is lost if it cannot be had.

    Recorders that unpack keep the header all the same: what is not packed is taken as it is.
    """
    encoding = headers.get("content-encoding", "").lower()
    if not body or not encoding or encoding == "identity":
        return body, ""
    if "gzip" in encoding:
        if body[:2] != b"\x1f\x8b":
            return body, ""
        return _inflated(body, 31)
    if "deflate" in encoding:
        if _readable(body):
            return body, ""
        found, lost = _inflated(body, 15)
        return (found, lost) if not lost else _inflated(body, -15)
    if _readable(body):
        return body, ""
    return None, f"packed with {encoding}"


def _inflated(body: bytes, window: int) -> tuple[bytes | None, str]:
    worker = zlib.decompressobj(window)
    try:
        found = worker.decompress(body, _MOST)
    except (zlib.error, gzip.BadGzipFile):
        return None, "packed, and damaged"
    if worker.unconsumed_tail:
        return None, f"larger than {_MOST // 1024 // 1024} MB"
    return found, ""


def _readable(body: bytes) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return text.isprintable() or text.lstrip()[:1] in {"{", "[", "<", '"'}


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
