"""Prose: pages of documentation with their headings and lines, so that facts can be cited."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NOT_ANCHOR = re.compile(r"[^\w\- ]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of a page: its depth (1 is the title), text, anchor and line (1-based)."""

    level: int
    text: str
    anchor: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of prose. `path` is relative to the folder of documents; `text` is plain Markdown.

    `lines` gives each line's number in the file, where the file is not Markdown itself.
    """

    path: str
    title: str
    text: str
    headings: tuple[Heading, ...] = ()
    lines: tuple[int, ...] = ()

    def line_in_file(self, number: int) -> int:
        """Return where a line of the text (1-based) stands in the file (1-based)."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else number

    def line(self, number: int) -> str:
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def section_at(self, line: int) -> Heading | None:
        """Return the heading that the line stands under."""
        found = None
        for heading in self.headings:
            if heading.line > line:
                break
            found = heading
        return found


def anchor(text: str) -> str:
    """Return the anchor that a heading's text gets: lower case, words joined by dashes."""
    return _NOT_ANCHOR.sub("", text.strip().lower()).replace(" ", "-")
