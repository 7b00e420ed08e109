"""Which values of two servers stand for the same thing, though each minted its own.

What a twin mints shows when the same requests go to two of its worlds: a value that differs there
is minted, one that is the same is what the twin means to say. A minted value is paired with the
server's at the place where both are seen first, and must be that one from then on; times only have
to be times. A long identifier that a twin always gives the same (of a type, a schema) is paired too:
the service has its own.
"""

from __future__ import annotations

import re
from typing import Any

_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]+ GMT"
)
_LONG_ID = re.compile(r"(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_-]{15,}")
_EPOCHS = ((1e9, 5e9), (1e12, 5e12))
# Twins are reached without TLS as a rule, services never are.
_SCHEME = re.compile(r"https?://")
_SEPARATORS = re.compile(r"([/?&=#,;<>\"'\s()]+)")


class Folding:
    """The pairs known so far in one trajectory."""

    def __init__(self) -> None:
        self._theirs: dict[Any, Any] = {}
        self._ours: dict[Any, Any] = {}

    def known(self, value: Any) -> bool:
        return _hashable(value) and _key(value) in self._theirs

    def knows_theirs(self, value: Any) -> bool:
        return _hashable(value) and _key(value) in self._ours

    def theirs(self, value: Any) -> Any:
        """Return the server's value for one of the twin's, itself where none is paired."""
        return self._theirs.get(_key(value), value) if _hashable(value) else value

    def same(self, twin: Any, double: Any, server: Any) -> bool:
        """Return whether the server's scalar is what the twin's is; `double` is that of its other world."""
        if type(twin) is not type(server) and not (_number(twin) and _number(server)):
            return False
        if isinstance(twin, str):
            return self._same_text(twin, double if isinstance(double, str) else None, server)
        if _both_epochs(twin, server):
            return True
        if twin == double:
            return bool(self.theirs(twin) == server or twin == server)
        return self._pair(twin, server)

    def _same_text(self, twin: str, double: str | None, server: str) -> bool:
        if twin == server:
            return True
        if _TIME.fullmatch(twin):
            return _TIME.fullmatch(server) is not None
        if twin == double and not (_LONG_ID.search(twin) and _LONG_ID.search(server)):
            return bool(self.theirs(twin) == server)
        if self.known(twin) or self.knows_theirs(server):
            return bool(self.theirs(twin) == server)
        parts = [_SEPARATORS.split(_SCHEME.sub("http://", text)) for text in (twin, double or "", server)]
        if len({len(one) for one in parts}) == 1 and len(parts[0]) > 1:
            return all(self._same_part(*three) for three in zip(*parts, strict=True))
        if "/" in twin or " " in twin:
            return False
        return self._pair(twin, server)

    def _same_part(self, twin: str, double: str, server: str) -> bool:
        if twin == double and not (_LONG_ID.fullmatch(twin) and _LONG_ID.fullmatch(server)):
            return bool(twin == server or self.theirs(twin) == server)
        return bool(_TIME.fullmatch(twin) and _TIME.fullmatch(server)) or self._pair(twin, server)

    def _pair(self, twin: Any, server: Any) -> bool:
        """Pair two values that are new to both, else say whether they are a pair."""
        ours, theirs = _key(twin), _key(server)
        if ours not in self._theirs and theirs not in self._ours:
            self._theirs[ours], self._ours[theirs] = server, twin
        return bool(self._theirs.get(ours) == server)


def _key(value: Any) -> tuple[str, Any]:
    return (type(value).__name__, value)


def _hashable(value: Any) -> bool:
    return isinstance(value, (str, int, float))


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _both_epochs(twin: Any, server: Any) -> bool:
    """Return whether two numbers are times of the same unit."""
    return (
        _number(twin)
        and _number(server)
        and any(low <= twin < high and low <= server < high for low, high in _EPOCHS)
    )
