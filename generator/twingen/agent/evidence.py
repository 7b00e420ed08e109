"""The prose that the agent reads: pages at three depths, a search over passages, quotes checked."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from twingen.contract.pages import Page

_WORD = re.compile(r"[a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SPACE = re.compile(r"\s+")
_LONGEST = 6000  # characters of a section beyond which it is split at an empty line
_K, _B = 1.2, 0.75  # the usual constants of BM25


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A piece of a page under one heading: lines `first` to `last` (1-based, both counted)."""

    page: str
    heading: str
    anchor: str
    level: int
    first: int
    last: int
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.first}-{self.last}"

    @property
    def gist(self) -> str:
        """The section's first sentence, cut to a line."""
        body = [line.strip() for line in self.text.splitlines() if line.strip() and not line.startswith("#")]
        text = " ".join(" ".join(body[:6]).split())
        end = re.search(r"[.!?:](?:\s|$)", text)
        text = text[: end.start() + 1] if end is not None and end.start() < 160 else text
        return text if len(text) <= 160 else text[:159] + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words that a claim rests on. `page` is a page, or a place in the contract (see slices)."""

    page: str
    quote: str

    def as_dict(self) -> dict[str, str]:
        return {"page": self.page, "quote": self.quote}


class Library:
    """The pages of a folder of documents."""

    def __init__(self, pages: Sequence[Page]):
        self.pages = {page.path: page for page in pages}

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return tuple(section for page in self.pages.values() for section in _sections(page))

    def contents(self, under: str = "", most: int = 300) -> str:
        """Return the pages with their titles: the first depth."""
        names = [name for name in self.pages if name.startswith(under)]
        if len(names) > most:
            folders = Counter(_folder(name, under) for name in names)
            return "\n".join(f"{folder}  ({count} pages)" for folder, count in sorted(folders.items()))
        return "\n".join(
            f"{name}  {page.title}  ({page.text.count(chr(10)) + 1} lines)"
            for name, page in self.pages.items() if name in set(names)
        )  # fmt: skip

    def outline(self, path: str) -> str:
        """Return a page's sections with their first sentences: the second depth."""
        lines = []
        for section in self.sections:
            if section.page == path:
                indent = "  " * max(0, section.level - 1)
                lines.append(f"{section.first:>5}-{section.last:<5} {indent}{section.heading}: {section.gist}")
        return "\n".join(lines)

    def passage(self, path: str, first: int, last: int) -> str:
        """Return lines of a page with their numbers: the third depth."""
        lines = self.pages[path].text.splitlines()
        first, last = max(1, first), min(len(lines), last)
        return "\n".join(f"{number:>5} {lines[number - 1]}" for number in range(first, last + 1))

    def section(self, path: str, name: str) -> Section | None:
        """Return a page's section by its anchor or heading."""
        wanted = name.strip().lstrip("#").strip().lower()
        mine = [section for section in self.sections if section.page == path]
        return next((one for one in mine if wanted in {one.anchor.lower(), one.heading.lower()}), None)

    def search(self, query: str, limit: int = 8) -> list[tuple[float, Section]]:
        """Return the sections nearest to `query` by BM25; words of headings count three times."""
        words = set(_words(query))
        counts, lengths, seen, average = self._index
        total = len(self.sections)
        scored = []
        for number, section in enumerate(self.sections):
            score = 0.0
            for word in words:
                frequency = counts[number].get(word, 0)
                if frequency:
                    rarity = math.log(1 + (total - seen[word] + 0.5) / (seen[word] + 0.5))
                    length = 1 - _B + _B * lengths[number] / average
                    score += rarity * frequency * (_K + 1) / (frequency + _K * length)
            if score > 0:
                scored.append((score, section))
        scored.sort(key=lambda pair: (-pair[0], pair[1].page, pair[1].first))
        return scored[:limit]

    @cached_property
    def _index(self) -> tuple[list[Counter[str]], list[int], Counter[str], float]:
        counts, lengths = [], []
        seen: Counter[str] = Counter()
        for section in self.sections:
            words = _words(section.text) + 2 * _words(f"{section.heading} {section.page}")
            counts.append(Counter(words))
            lengths.append(len(words))
            seen.update(set(words))
        return counts, lengths, seen, (sum(lengths) / len(lengths) if lengths else 1.0) or 1.0

    def locate(self, quote: Quote) -> tuple[int, str] | None:
        """Return the line on which a quote begins and the paragraph it stands in, or None.

        White space and Markdown's marks of emphasis and code do not count.
        """
        page = self.pages.get(quote.page)
        wanted = plain(quote.quote)
        if page is None or not wanted:
            return None
        for first, text in _paragraphs(page):
            if wanted in plain(text):
                lines = text.splitlines()
                for number in range(len(lines), 0, -1):
                    if wanted in plain("\n".join(lines[number - 1 :])):
                        return first + number - 1, text
                return first, text
        whole = plain(page.text)
        return (1, page.text) if wanted in whole else None

    def digest_of(self, quote: Quote) -> str:
        """Return the digest of the paragraph that a quote stands in; '' where it does not stand."""
        found = self.locate(quote)
        return "" if found is None else sha256(plain(found[1]).encode()).hexdigest()[:16]


def plain(text: str) -> str:
    """Return a text as quotes are compared: one line, no emphasis, straight quotation marks."""
    text = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xA0: " "})
    return _SPACE.sub(" ", re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text)).strip()


def _words(text: str) -> list[str]:
    """Return the words of a text, those within camelCase too, cut to their stems as English plurals are."""
    found = _WORD.findall(_CAMEL.sub(" ", text).lower())
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found]


def _folder(name: str, under: str) -> str:
    head, _, _ = name[len(under) :].lstrip("/").partition("/")
    return f"{under.rstrip('/')}/{head}".lstrip("/")


def _sections(page: Page) -> list[Section]:
    lines = page.text.splitlines()
    marks = [(h.line, h.text, h.anchor, h.level) for h in page.headings]
    if not marks or marks[0][0] > 1:
        marks.insert(0, (1, page.title, "", 1))
    found = []
    for (first, heading, anchor, level), after in zip(marks, [m[0] for m in marks[1:]] + [len(lines) + 1], strict=True):
        for start, stop in _pieces(lines, first, after - 1):
            text = "\n".join(lines[start - 1 : stop])
            if text.strip():
                found.append(
                    Section(
                        page=page.path, heading=heading, anchor=anchor, level=level, first=start, last=stop,
                        text=text,
                    )
                )  # fmt: skip
    return found


def _pieces(lines: Sequence[str], first: int, last: int) -> list[tuple[int, int]]:
    """Return the spans that lines first..last are split into, each of a length to be read at once."""
    found, start, size = [], first, 0
    for number in range(first, last + 1):
        size += len(lines[number - 1]) + 1
        if size > _LONGEST and not lines[number - 1].strip() and number > start:
            found.append((start, number))
            start, size = number + 1, 0
    if start <= last:
        found.append((start, last))
    return found


def _paragraphs(page: Page) -> list[tuple[int, str]]:
    """Return the paragraphs of a page with the line that each begins on."""
    found: list[tuple[int, str]] = []
    block: list[str] = []
    first = 1
    for number, line in enumerate([*page.text.splitlines(), ""], 1):
        if line.strip():
            if not block:
                first = number
            block.append(line)
        elif block:
            found.append((first, "\n".join(block)))
            block = []
    return found
