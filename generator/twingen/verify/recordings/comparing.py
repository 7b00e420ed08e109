"""How alike two answers are: status, shape, values and headers, with every difference by its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from twingen.verify.recordings.pairing import MISSING, TIME, Pairs, aligned, leaves

Check = Literal["status", "shape", "value", "header", "format"]
SHAPE = 0.85  # the least likeness of shapes, and share of known values, that count as a match
VALUES = 0.90
_OUTCOME = re.compile(
    r"(?:^|[._])(?:ok|error|errorcode|error_code|errorsummary|errormessages|code|status|reason|warning)"
    r"(?:\[\])*$",
    re.I,
)
_URL = re.compile(r"https?://", re.I)
_COMPARED = ("content-type", "etag", "link", "location")
_PAGES = frozenset({"next", "prev", "previous", "first", "last"})  # depend on how much there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: at `path` of the body (or the header of that name)."""

    check: Check
    path: str
    recorded: str
    answered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """`shape` is the F1 score of the two bodies' key paths, `values` the share of values that a twin
    can know and answered alike. Headers and how times are written are told, and decide nothing.
    """

    status: bool
    shape: float
    values: float
    differences: tuple[Difference, ...] = ()

    @property
    def same_shape(self) -> bool:
        return self.shape >= SHAPE

    @property
    def same_values(self) -> bool:
        return self.values >= VALUES

    @property
    def same_details(self) -> bool:
        return not any(one.check in {"header", "format"} for one in self.differences)

    @property
    def match(self) -> bool:
        return self.status and self.same_shape and self.same_values


def compare(
    recorded: Any, status: int, answered: Any, answered_status: int, *, pairs: Pairs, sent: set[str]
) -> Likeness:
    """Compare two JSON bodies (text where they are none, None where there is none).

    `sent` are the texts that the client has sent so far, in the twin's words: what a twin can
    know. So are the codes and messages of outcomes.
    """
    differences: list[Difference] = []
    if status != answered_status:
        differences.append(
            Difference(check="status", path="", recorded=str(status), answered=str(answered_status))
        )
    shape, values = 1.0, 1.0
    if _empty(recorded):
        if not _empty(answered):
            shape = 0.5
            differences.append(Difference(check="shape", path="", recorded="no body", answered="a body"))
    elif not isinstance(recorded, (dict, list)):
        if not isinstance(answered, type(recorded)):
            shape = 0.0
            differences.append(
                Difference(check="shape", path="", recorded=_kind(recorded), answered=_kind(answered))
            )
    else:
        shape = _shape(recorded, answered, differences)
        values = _values(pairs.apply(recorded), answered, sent, differences)
    return Likeness(
        status=status == answered_status, shape=shape, values=values, differences=tuple(differences)
    )


def compare_headers(recorded: Mapping[str, str], answered: Mapping[str, str]) -> list[Difference]:
    """Return what the real answer's headers say and the twin's do not.

    Recorders drop headers, so that one which was not recorded proves nothing.
    """
    found = []
    for name in _COMPARED:
        if name not in recorded:
            continue
        wanted, came = _essence(name, recorded[name]), _essence(name, answered.get(name, ""))
        if name == "link" and wanted <= came:
            continue
        if wanted != came:
            found.append(
                Difference(check="header", path=name, recorded=_listed(wanted), answered=_listed(came))
            )
    return found


def _essence(name: str, value: str) -> frozenset[str]:
    """Return what is compared of a header: the media type, the relations, or that it is there."""
    if not value:
        return frozenset()
    if name == "content-type":
        return frozenset({value.partition(";")[0].strip().lower()})
    if name == "link":
        return frozenset(re.findall(r'rel="?([\w-]+)', value)) - _PAGES
    return frozenset({"there"})


def _listed(values: frozenset[str]) -> str:
    return ", ".join(sorted(values)) or "nothing"


def _shape(recorded: Any, answered: Any, differences: list[Difference]) -> float:
    ours = {path for path, _ in leaves(recorded)}
    theirs = {path for path, _ in leaves(answered)} if isinstance(answered, (dict, list)) else set()
    for path in sorted(ours - theirs):
        differences.append(Difference(check="shape", path=path, recorded="there", answered="missing"))
    for path in sorted(theirs - ours):
        differences.append(Difference(check="shape", path=path, recorded="missing", answered="there"))
    total = len(ours) + len(theirs)
    return 2 * len(ours & theirs) / total if total else 1.0


def _values(recorded: Any, answered: Any, sent: set[str], differences: list[Difference]) -> float:
    good = total = 0
    for path, mine, other, _ in aligned(recorded, answered):
        check: Check = "value"
        if _knowable(path, mine, sent):
            total += 1
            same = _alike(mine, other)
            good += same
        elif isinstance(mine, str) and isinstance(other, str) and TIME.fullmatch(mine):
            # A time is the world's own, but how it is written is the service's.
            check, same = "format", _form(mine) == _form(other)
        else:
            continue
        if not same:
            differences.append(
                Difference(check=check, path=path, recorded=_shown(mine), answered=_shown(other))
            )
    return good / total if total else 1.0


def _knowable(path: str, value: Any, sent: set[str]) -> bool:
    if isinstance(value, str):
        if len(value) > 2 and value in sent:
            return True
        if _URL.match(value) or TIME.fullmatch(value):
            return False
    return bool(_OUTCOME.search(path))


def _alike(mine: Any, other: Any) -> bool:
    if isinstance(mine, str) and isinstance(other, str):
        return mine.casefold() == other.casefold()
    return bool(mine == other) and isinstance(mine, bool) == isinstance(other, bool)


def _form(time: str) -> str:
    """Return how a time is written: digits as 0, any offset as one, so that zones do not count."""
    return re.sub(r"(?:Z|[+-]\d\d:?\d\d)$", "+", re.sub(r"\.\d+", ".0", time)).translate(_DIGITS)


_DIGITS = str.maketrans("123456789", "000000000")


def _empty(body: Any) -> bool:
    return body is None or body == "" or body == {}


def _kind(body: Any) -> str:
    return "no body" if _empty(body) else "JSON" if isinstance(body, (dict, list)) else "text"


def _shown(value: Any) -> str:
    return "nothing" if value is MISSING else repr(value)
