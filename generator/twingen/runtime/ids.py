"""Identifiers from a counter hashed with the seed: the same seed and requests give the same ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from hashlib import blake2b

from twingen.errors import FormatError

_DIGITS = "0123456789"
_UPPER = _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER = _DIGITS + "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS = {
    "digits": _DIGITS,
    "hex": "0123456789abcdef",
    "upper": _UPPER,
    "lower": _LOWER,
    "base62": _LOWER + "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "base64": _LOWER + "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_",
}
_TABLES = {
    name: bytes(ord(letters[byte % len(letters)]) for byte in range(256))
    for name, letters in _ALPHABETS.items()
}
_PART = re.compile(r"\{(\w+)(?::(\d+))?\}")

# (hash of seed, service, collection; number of the mint in the world; number in the collection)
Mint = Callable[[str, int, int], str]


@cache
def compile_style(style: str) -> Mint:
    """Return the function that mints ids of `style` from a salt, a counter and a serial number.

    `{base62:17}`, `{upper:9}`, `{lower:N}`, `{digits:N}`, `{hex:N}`, `{uuid}`, `{counter:START}`.
    Raises FormatError for a part that is none of these.
    """
    pieces: list[str | tuple[str, int]] = []
    end = 0
    for match in _PART.finditer(style):
        name, size = match.group(1), match.group(2)
        if name not in _ALPHABETS and name not in {"uuid", "counter"}:
            known = ", ".join(sorted([*_ALPHABETS, "uuid", "counter"]))
            raise FormatError(f"no id style {{{name}}}", remedy=f"styles: {known}")
        pieces.extend((style[end : match.start()], (name, int(size or 0))))
        end = match.end()
    pieces.append(style[end:])
    if any(brace in piece for piece in pieces if isinstance(piece, str) for brace in "{}"):
        raise FormatError(f"the id style {style!r} has a brace too many", remedy="such as x{base62:17}")

    parts = [piece for piece in pieces if not isinstance(piece, str)]
    wanted = sum(16 if name == "uuid" else size or 16 for name, size in parts if name != "counter")

    if len(parts) == 1 and parts[0][0] in _TABLES and parts[0][0] != "digits" and wanted <= 64:
        table, head, tail = _TABLES[parts[0][0]], str(pieces[0]), str(pieces[-1])

        def mint_one(salt: str, number: int, serial: int) -> str:
            raw = blake2b(f"{salt}/{number}".encode()).digest()[:wanted]
            return f"{head}{raw.translate(table).decode('ascii')}{tail}"

        return mint_one

    def mint(salt: str, number: int, serial: int) -> str:
        raw = blake2b(f"{salt}/{number}".encode()).digest()
        for block in range(1, -(-wanted // 64)):
            raw += blake2b(f"{salt}/{number}/{block}".encode()).digest()
        text = []
        at = 0
        for piece in pieces:
            if isinstance(piece, str):
                text.append(piece)
                continue
            name, size = piece
            if name == "counter":
                text.append(str(serial + size))
                continue
            end = at + (16 if name == "uuid" else size or 16)
            drawn = raw[at:end]
            at = end
            text.append(_uuid(drawn) if name == "uuid" else _letters(drawn, name))
        return "".join(text)

    return mint


def _letters(raw: bytes, name: str) -> str:
    """Return a letter of the alphabet for each byte; a number does not start with a zero."""
    drawn = raw.translate(_TABLES[name]).decode("ascii")
    return "1" + drawn[1:] if name == "digits" and drawn[0] == "0" else drawn


def _uuid(raw: bytes) -> str:
    text = raw.hex()
    variant = "89ab"[raw[8] & 3]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"
