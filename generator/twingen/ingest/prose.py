"""Reader of prose: the Markdown and HTML pages of a folder of documents."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from twingen.contract.pages import Heading, Page, anchor
from twingen.ingest.html import is_html, markdown, page_title

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_MARKDOWN = frozenset({".md", ".mdx", ".markdown"})
_HTML = frozenset({".html", ".htm", ".xhtml", ""})
_LARGEST = 4_000_000


def read_pages(folder: Path) -> tuple[Page, ...]:
    """Return the pages below `folder` in order of path; unreadable ones are left out."""
    if not folder.is_dir():
        return ()
    pages = []
    for file in sorted(folder.rglob("*")):
        suffix = file.suffix.lower()
        if suffix not in _MARKDOWN | _HTML or not file.is_file() or file.stat().st_size > _LARGEST:
            continue
        content = file.read_bytes()
        text = content.decode("utf-8", "replace")
        path = file.relative_to(folder).as_posix()
        if is_html(content):
            pages.append(html_page(path, text))
        elif suffix in _MARKDOWN:
            pages.append(page(path, text))
    return tuple(pages)


def html_page(path: str, text: str) -> Page:
    """Return an HTML text as a page."""
    plain, lines = markdown(text)
    found = page(path, plain)
    title = found.title if found.headings else page_title(text) or found.title
    return replace(found, title=title, lines=lines)


def page(path: str, text: str) -> Page:
    """Return a Markdown text as a page: its headings found outside code fences and front matter."""
    headings: list[Heading] = []
    counts: dict[str, int] = {}
    fenced = False
    lines = text.splitlines()
    start = _front_matter(lines)
    for number, line in enumerate(lines[start:], start + 1):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        match = None if fenced else _HEADING.match(line)
        if match is not None:
            name = anchor(match.group(2))
            seen = counts.get(name, 0)
            counts[name] = seen + 1
            headings.append(
                Heading(
                    level=len(match.group(1)),
                    text=match.group(2),
                    anchor=f"{name}-{seen}" if seen else name,
                    line=number,
                )
            )
    title = headings[0].text if headings else path.rsplit("/", 1)[-1]
    return Page(path=path, title=title, text=text, headings=tuple(headings))


def _front_matter(lines: list[str]) -> int:
    if lines and lines[0].strip() == "---":
        for number, line in enumerate(lines[1:], 1):
            if line.strip() == "---":
                return number + 1
    return 0
