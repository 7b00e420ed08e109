"""Keeps what recordings hold of credentials out of everything that is printed or written."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus

HIDDEN = "<hidden>"
WRONG = "not-a-valid-token"  # what is sent in place of a credential that was refused
_NAMES = re.compile(
    r"(?:^|[._-])(?:authorization|cookie|set-cookie|passw(?:or)?d|passphrase|passcode|secret|token|"
    r"apikey|api[_-]key|secret[_-]?(?:key|hash)|private[_-]?key|signature|assertion)s?$"
    r"|(?:Token|Secret|Password|Passcode|PassCode|ApiKey|SecretKey|PrivateKey)$"
    r"|(?:reset|activat|invit|recover)\w*(?:Url|Uri|Link)$",
    re.I,
)
# What stands under a password or secret that is an object.
_INNER = frozenset({"value", "hash", "salt", "plain", "text"})
# Bearer and Basic values, JSON web tokens, and keys in PEM, wherever they stand.
_TEXTS = re.compile(
    r"(?i:\b(?:bearer|basic|token|apikey)\s+)[A-Za-z0-9._~+/=\-]{8,}"
    r"|\beyJ[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
)
_SHORTEST = 6  # shorter ones would take harmless words with them
# Cursors are called tokens as well, and are no secret.
_HARMLESS = re.compile(r"(?:next|prev|page|cursor|sync|continuation)", re.I)


def is_secret(name: str) -> bool:
    """Return whether what stands under a name is a credential; `a.b` and `a[b]` are names inside names."""
    parts = [part for part in re.split(r"[.\[\]]+", name) if part]
    if len(parts) > 1 and parts[-1].lower() in _INNER:
        parts = parts[:-1]
    return bool(parts) and bool(_NAMES.search(parts[-1])) and not _HARMLESS.search(parts[-1])


class Secrets:
    """The credentials met in recordings, to be struck out wherever they appear."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, text: str) -> None:
        for piece in {text, text.rpartition(" ")[2]}:
            # A plain word is hidden where it stands; struck out everywhere it would spoil other texts.
            word = piece.isalpha() and piece.islower()
            if len(piece) >= _SHORTEST and not word and not piece.startswith("<"):
                self._known.add(piece)
                self._pattern = None

    def gather(self, node: Any, name: str = "") -> None:
        """Take in what stands under the names of credentials in a JSON value."""
        if isinstance(node, dict):
            for key, value in node.items():
                self.gather(value, f"{name}.{key}")
        elif isinstance(node, list):
            for value in node:
                self.gather(value, name)
        elif isinstance(node, str) and name and is_secret(name):
            self.add(node)

    def struck(self, text: str) -> str:
        """Return a text without credentials."""
        if self._pattern is None:
            longest = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
        return _TEXTS.sub(HIDDEN, self._pattern.sub(HIDDEN, text))

    def pairs(self, text: str, token: str) -> str:
        """Return a query or form without credentials; the twin's `token` reads $TWINGEN_TOKEN."""
        found = text.split("&")
        for number, pair in enumerate(found):
            name, sign, value = pair.partition("=")
            if unquote_plus(value) == token:
                found[number] = f"{name}=$TWINGEN_TOKEN"
            elif value and value != WRONG and is_secret(unquote_plus(name)):
                found[number] = f"{name}={HIDDEN}"
            else:
                found[number] = self.struck(name) + sign + self.struck(value)
        return "&".join(found)

    def clean(self, node: Any, name: str = "") -> Any:
        """Return a JSON value without credentials."""
        if isinstance(node, dict):
            return {key: self.clean(value, f"{name}.{key}") for key, value in node.items()}
        if isinstance(node, list):
            return [self.clean(value, name) for value in node]
        if isinstance(node, str):
            return HIDDEN if node and is_secret(name) else self.struck(node)
        return node
