"""Media types as real documents write them → lower case, parameters normalised."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[A-Za-z0-9!#$&^_.+*-]+\Z")
_PARAMETER = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]+)\s*=\s*(\"[^\"]*\"|[^\s;,]+)\s*\Z")

JSON = "application/json"


def media_type(text: str) -> tuple[str, bool]:
    """Return the normalised media type and whether `text` was a legal one.

    Parameters after a comma (`application/json, okta-version=1.0.0`) belong to the type.
    """
    pieces = re.split(r"([;,])", text)
    head = pieces[0].strip().lower()
    kind, slash, subtype = head.partition("/")
    legal = bool(slash and _TOKEN.match(kind) and _TOKEN.match(subtype))
    found = head
    for separator, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if not piece.strip():
            continue
        parameter = _PARAMETER.match(piece)
        if parameter is None:
            legal = False
            if separator == "," and "/" in piece:  # a list of types; the first one stands
                break
            continue
        if separator == ",":
            legal = False
        value = parameter[2]
        if parameter[1].lower() == "charset":
            value = value.lower()
        found += f"; {parameter[1].lower()}={value}"
    if found == head and not slash:
        return (f"application/{head}" if _TOKEN.match(head) else JSON), False
    return found, legal


def is_json(kind: str) -> bool:
    bare = kind.partition(";")[0]
    return bare == JSON or bare.endswith("+json") or bare == "text/json"
