"""An HTML page → prose: Markdown text in which every line knows its line in the file."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

_SPACE = re.compile(r"\s+")
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_SKIPPED = frozenset({
    "script", "style", "noscript", "template", "svg", "nav", "iframe", "title",
    "form", "button", "select", "dialog",
})  # fmt: skip
_BLOCKS = frozenset({
    "p", "div", "section", "article", "main", "aside", "header", "footer", "ul", "ol", "dl", "dd",
    "table", "thead", "tbody", "blockquote", "figure", "details", "summary", "hr", "body", "address",
})  # fmt: skip
_LANGUAGE = re.compile(r"\b(?:language|lang|highlight)-(\w+)")


def is_html(content: bytes) -> bool:
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<!--")) and b"<html" in content[:4096].lower()


def markdown(html: str) -> tuple[str, tuple[int, ...]]:
    """Return a page's text as Markdown and, for each of its lines, the line of the file (1-based).

    Navigation, scripts and forms are left out; headings, lists, tables, code and links stay.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.result()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[str, int]] = []
        self._text = ""
        self._line = 0
        self._prefix = ""
        self._skipped: list[str] = []
        self._lists: list[int | None] = []
        self._pre = False
        self._cells: list[str] | None = None
        self._rows = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if self._skipped or tag in _SKIPPED:
            if tag in _SKIPPED:
                self._skipped.append(tag)
            return
        given = dict(attributes)
        if tag in _HEADINGS:
            self._break()
            self._prefix = _HEADINGS[tag]
        elif tag in ("ul", "ol"):
            self._break(blank=not self._lists)
            self._lists.append(0 if tag == "ol" else None)
        elif tag in ("li", "dt"):
            self._break(blank=False)
            self._prefix = self._bullet(tag)
        elif tag == "pre":
            self._break()
            language = _LANGUAGE.search(given.get("class") or "")
            self._put(f"```{language[1] if language else ''}")
            self._pre = True
        elif tag == "tr":
            self._break(blank=False)
            self._cells = []
        elif tag in ("td", "th"):
            if self._cells is not None:
                self._text = ""
        elif tag == "table":
            self._break()
            self._rows = 0
        elif tag == "br":
            self._text += "\n" if self._pre else " " if self._cells is not None else ""
            if not self._pre and self._cells is None:
                self._break(blank=False)
        elif tag == "a" and not self._pre:
            self._links.append(given.get("href") or "")
            self._add("[")
        elif tag == "code" and not self._pre:
            self._add("`")
        elif tag in _BLOCKS and self._cells is None:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            if tag == self._skipped[-1]:
                self._skipped.pop()
            return
        if tag in _HEADINGS:
            self._break()
        elif tag in ("ul", "ol"):
            self._break(blank=len(self._lists) < 2)
            if self._lists:
                self._lists.pop()
        elif tag in ("li", "dt"):
            self._break(blank=False)
        elif tag == "pre" and self._pre:
            for number, line in enumerate(self._text.strip("\n").split("\n")):
                self._lines.append((line.rstrip(), self._line + number))
            self._text, self._pre = "", False
            self._put("```")
            self._blank()
        elif tag in ("td", "th") and self._cells is not None:
            self._cells.append(_SPACE.sub(" ", self._text).strip().replace("|", "\\|"))
            self._text = ""
        elif tag == "tr" and self._cells is not None:
            cells, self._cells = self._cells, None
            self._text = ""
            if cells:
                self._put("| " + " | ".join(cells) + " |")
                if not self._rows:
                    self._put("|" + " --- |" * len(cells))
                self._rows += 1
        elif tag == "a" and self._links and not self._pre:
            target = self._links.pop()
            if self._text.endswith("["):
                self._text = self._text[:-1]
            else:
                self._add(f"]({target})" if target else "]")
        elif tag == "code" and not self._pre:
            self._add("`")
        elif tag in _BLOCKS and self._cells is None:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._pre:
            if not self._text:
                stripped = data.lstrip("\n")
                self._line = self.getpos()[0] + len(data) - len(stripped)
                data = stripped
            self._text += data
        elif data.strip():
            if not self._text.strip():
                self._line = self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n")
            self._text += data
        elif self._text:
            self._text += " "

    def result(self) -> tuple[str, tuple[int, ...]]:
        self._break()
        while self._lines and not self._lines[-1][0]:
            self._lines.pop()
        return "\n".join(text for text, _ in self._lines), tuple(line for _, line in self._lines)

    def _add(self, text: str) -> None:
        if not self._text.strip():
            self._line = self.getpos()[0]
        self._text += text

    def _bullet(self, tag: str) -> str:
        if tag == "dt":
            return "- "
        indent = "  " * max(0, len(self._lists) - 1)
        if self._lists and self._lists[-1] is not None:
            self._lists[-1] += 1
            return f"{indent}{self._lists[-1]}. "
        return f"{indent}- "

    def _break(self, *, blank: bool = True) -> None:
        """End the line that is being written, and leave a blank one behind it."""
        if self._pre:
            return
        text = _SPACE.sub(" ", self._text).strip()
        if text:
            self._lines.append((self._prefix + text, self._line))
            self._prefix = ""
        self._text = ""
        if blank:
            self._blank()

    def _blank(self) -> None:
        if self._lines and self._lines[-1][0]:
            self._lines.append(("", self._lines[-1][1]))

    def _put(self, text: str) -> None:
        self._lines.append((text, self.getpos()[0]))


def page_title(html: str) -> str:
    """Return what stands in `<title>`, "" where there is none."""
    match = re.search(r"<title[^>]*>(.*?)</title>", html, re.I | re.S)
    return _SPACE.sub(" ", unescape(match[1])).strip() if match else ""
