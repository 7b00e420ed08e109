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
_PART = re.compile(r"\{(\w+)(?::(\d+))?\}")

# (hash of seed, service, collection; number of the mint in the world; number in the collection)
Mint = Callable[[str, int, int], str]


def _digits(value: int, alphabet: str, length: int) -> str:
    size = len(alphabet)
    letters = []
    for _ in range(length):
        value, digit = divmod(value, size)
        letters.append(alphabet[digit])
    return "".join(letters)


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

    parts = [piece for piece in pieces if not isinstance(piece, str)]
    bits = sum(128 if name == "uuid" else 6 * (size or 16) for name, size in parts if name != "counter")

    def mint(salt: str, number: int, serial: int) -> str:
        seed = blake2b(f"{salt}/{number}".encode(), digest_size=48).digest()
        for block in range(1, -(-bits // 384)):
            seed += blake2b(f"{salt}/{number}/{block}".encode(), digest_size=48).digest()
        value = int.from_bytes(seed, "little")
        text = []
        for piece in pieces:
            if isinstance(piece, str):
                text.append(piece)
                continue
            name, size = piece
            if name == "uuid":
                raw = f"{value & ((1 << 128) - 1):032x}"
                variant = "89ab"[int(raw[16], 16) & 3]
                text.append(f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-{variant}{raw[17:20]}-{raw[20:]}")
                value >>= 128
            elif name == "counter":
                text.append(str(serial + size))
            else:
                alphabet = _ALPHABETS[name]
                drawn = _digits(value, alphabet, size or 16)
                if name == "digits" and drawn.startswith("0"):
                    drawn = "1" + drawn[1:]
                text.append(drawn)
                value >>= 3 * (size or 16)
        return "".join(text)

    return mint
