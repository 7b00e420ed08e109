"""Which identifier of the twin stands for which one of the recording, learnt as both answer."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Any = _Missing()
TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} .*")
_NAMED = re.compile(r"(?:^|[._-])(?:ids?|keys?|ts|u?uid|guid|etag|cursor|token)$|(?:Ids?|Key|Token)$", re.I)
_MINTED = re.compile(r"(?=.*\d)[^\s/?&]{6,200}")
_TOKEN = re.compile(r"[A-Za-z0-9_.\-]{6,}")
_PIECE = re.compile(r"[A-Za-z0-9]{6,}")
_URL = re.compile(r"https?://", re.I)
_SMALLEST = 9  # numbers up to this are positions and counts, whatever their key says


class Pairs:
    """What the recording's identifiers are called in the twin.

    The first sight of an identifier counts; one that was only told by its place in a list gives way
    to one that was told surely.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._numbers: dict[int, int] = {}
        self._guessed: set[str] = set()

    def known(self, text: str) -> bool:
        return text in self._texts

    def pair(self, recorded: str, answered: str, *, sure: bool = True) -> None:
        known = self._texts.get(recorded)
        if known is not None and not (sure and recorded in self._guessed):
            return
        self._texts[recorded] = answered
        (self._guessed.discard if sure else self._guessed.add)(recorded)
        if recorded.isdigit() and answered.isdigit():
            self._numbers[int(recorded)] = int(answered)

    def learn(self, recorded: Any, answered: Any, sent: set[str]) -> None:
        """Pair what stands at the same places of two answers. What the client chose is not minted."""
        for path, mine, other, sure in aligned(recorded, answered, self):
            if isinstance(mine, bool) or isinstance(other, bool) or mine == other:
                continue
            name = path.rsplit(".", 1)[-1].removesuffix("[]")
            if isinstance(mine, int) and isinstance(other, int):
                if mine > _SMALLEST and _NAMED.search(name):
                    self.pair(str(mine), str(other), sure=sure)
            elif isinstance(mine, str) and isinstance(other, str):
                if _URL.match(mine) and _URL.match(other):
                    self.learn_url(mine, other, sent, sure=sure)
                elif mine not in sent and is_identifier(mine, name):
                    self.pair(mine, other, sure=sure)

    def learn_url(self, recorded: str, answered: str, sent: set[str], *, sure: bool = True) -> None:
        """Pair the segments and query values that differ between two URLs of one form."""
        mine, other = urlsplit(recorded), urlsplit(answered)
        ours, theirs = mine.path.split("/"), other.path.split("/")
        if len(ours) == len(theirs):
            for one, two in zip(ours, theirs, strict=True):
                self._piece(unquote(one), unquote(two), "", sent, sure=sure)
        values = dict(parse_qsl(other.query))
        for name, value in parse_qsl(mine.query):
            if name in values:
                self._piece(value, values[name], name, sent, sure=sure)

    def _piece(self, mine: str, other: str, name: str, sent: set[str], *, sure: bool) -> None:
        if mine != other and mine not in sent and is_identifier(mine, name):
            self.pair(mine, other, sure=sure)

    def apply(self, node: Any) -> Any:
        """Return a JSON value with the recording's identifiers replaced by the twin's."""
        if isinstance(node, dict):
            return {self.text(key): self.apply(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self.apply(value) for value in node]
        if isinstance(node, str):
            return self.text(node)
        if isinstance(node, int) and not isinstance(node, bool):
            return self._numbers.get(node, node)
        return node

    def text(self, text: str) -> str:
        found = self._texts.get(text)
        if found is not None:
            return found
        known = self._texts.keys()
        if len(text) < 6 or not known:
            return text
        # Nearly every text holds none, and this is asked for each one of every answer.
        if known.isdisjoint(_TOKEN.findall(text)) and known.isdisjoint(_PIECE.findall(text)):
            return text
        return _TOKEN.sub(lambda match: self._inside(match.group()), text)

    def _inside(self, token: str) -> str:
        found = self._texts.get(token)
        if found is not None:
            return found
        for cut in (".", "-", "_"):
            if cut in token:
                pieces = [
                    self._texts.get(piece, piece) if len(piece) > 5 else piece
                    for piece in token.split(cut)
                ]
                token = cut.join(pieces)
        return token

    def path(self, path: str) -> str:
        """Return a percent-encoded path, segment by segment, so that short identifiers count too."""
        parts = []
        for part in path.split("/"):
            bare = unquote(part)
            new = self.text(bare)
            if new == bare and re.search(r"[:!,]", bare):
                new = "".join(self._texts.get(one, one) for one in re.split(r"([:!,])", bare))
            parts.append(part if new == bare else quote(new, safe="!:,@$*+~"))
        return "/".join(parts)

    def query(self, query: str) -> str:
        if not query or not self._texts:
            return query
        pairs = parse_qsl(query, keep_blank_values=True)
        new = [(name, self.text(value)) for name, value in pairs]
        return query if new == pairs else urlencode(new)


def is_identifier(text: str, name: str = "") -> bool:
    """Return whether a text may be something that the service minted; `name` is its key."""
    if TIME.fullmatch(text) or "@" in text or len(text) < 3:
        return False
    if _MINTED.fullmatch(text):
        return True
    return bool(_NAMED.search(name)) and not re.search(r"[\s/]", text)


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value of everything in a JSON value that holds nothing more."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}")
    elif isinstance(node, list) and node:
        for value in node:
            yield from leaves(value, f"{path}[]")
    else:
        yield (f"{path}[]" if isinstance(node, list) else path), node


def aligned(
    recorded: Any, answered: Any, pairs: Pairs | None = None, path: str = "", sure: bool = True
) -> Iterator[tuple[str, Any, Any, bool]]:
    """Yield path, value, the answer's value (or MISSING) and whether they surely belong together."""
    if isinstance(recorded, dict) and recorded:
        for key, value in recorded.items():
            other = answered.get(key, MISSING) if isinstance(answered, dict) else MISSING
            yield from aligned(value, other, pairs, f"{path}.{key}", sure)
    elif isinstance(recorded, list) and recorded:
        others = answered if isinstance(answered, list) else []
        for value, other, certain in _partners(recorded, others, pairs):
            yield from aligned(value, other, pairs, f"{path}[]", sure and certain)
    else:
        yield path, recorded, answered, sure


def _partners(
    recorded: list[Any], answered: list[Any], pairs: Pairs | None
) -> Iterator[tuple[Any, Any, bool]]:
    """Yield each item with the answered one that shares something with it which no other has."""
    if len(recorded) == 1 and len(answered) == 1:
        yield recorded[0], answered[0], True
        return
    marks = [_marks(pairs.apply(item) if pairs else item) for item in recorded]
    theirs = [_marks(item) for item in answered]
    common = Counter(mark for item in marks for mark in item)
    where: dict[tuple[str, Any], list[int]] = defaultdict(list)
    for number, item in enumerate(theirs):
        for mark in item:
            where[mark].append(number)
    free = set(range(len(answered)))
    chosen: dict[int, int] = {}
    for number, item in enumerate(marks):
        votes = Counter(
            where[mark][0] for mark in item if common[mark] == 1 and len(where.get(mark, ())) == 1
        )
        best = next((other for other, _ in votes.most_common() if other in free), None)
        if best is not None:
            chosen[number] = best
            free.discard(best)
    rest = sorted(free)
    for number, item in enumerate(recorded):
        if number in chosen:
            yield item, answered[chosen[number]], True
        elif rest:
            place = number if number in free else rest[0]
            free.discard(place)
            rest.remove(place)
            yield item, answered[place], False
        else:
            yield item, MISSING, False


def _marks(item: Any) -> set[tuple[str, Any]]:
    """Return what an item may be recognised by: its texts and numbers, not too deep inside."""
    if not isinstance(item, dict):
        return {("", item)} if isinstance(item, (str, int, float)) else set()
    found: set[tuple[str, Any]] = set()
    for key, value in item.items():
        if isinstance(value, dict):
            found |= {(f"{key}.{k}", v) for k, v in value.items() if isinstance(v, str)}
        elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            found.add((key, value))
    return found
