"""Name-value pairs of query strings and forms, still encoded where a delimiter may matter."""

from __future__ import annotations

from urllib.parse import unquote_plus

MOST_PAIRS = 2000


class TooManyPairsError(ValueError):
    """More pairs than the limit: nothing was parsed."""


def encoded_pairs(text: str | bytes, *, limit: int = MOST_PAIRS) -> list[tuple[str, str]]:
    """Return (decoded name, raw value) pairs in order; empty pairs are skipped.

    Raises TooManyPairsError. Whatever the bytes, the texts are valid Unicode.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    elif not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8", "replace")
    if text.count("&") >= limit:
        raise TooManyPairsError(f"more than {limit} name-value pairs")
    pairs: list[tuple[str, str]] = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((plain(name) if "%" in name or "+" in name else name, value))
    return pairs


def plain(text: str) -> str:
    """Return `text` percent-decoded, `+` as a space; broken escapes stay as they are."""
    return unquote_plus(text) if "%" in text or "+" in text else text


def split_raw(raw: str, delimiter: str) -> list[str]:
    """Split an encoded value at `delimiter`, else at its encoded form, and decode the parts."""
    if not raw:
        return []
    if delimiter == " ":
        return plain(raw).split(" ")
    if delimiter in raw:
        return [plain(part) for part in raw.split(delimiter)]
    return plain(raw).split(delimiter)
