"""Read the pages of prose at three depths: contents, a page's outline, a passage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk, ToolError
from twingen.agent.tool import Tool, fenced, taking

_MOST_LINES = 400


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    library = desk.library
    path = given.get("page")
    if path is None or (path not in library.pages and any(name.startswith(path) for name in library.pages)):
        listed = library.contents(path or "")
        return fenced("contents", path or "all pages", listed) if listed else "there are no pages of prose"
    if path not in library.pages:
        raise ToolError(f"there is no page {path!r}; read_docs without a page lists them")
    if "section" in given:
        section = library.section(path, given["section"])
        if section is None:
            raise ToolError(f"the page has no section {given['section']!r}:\n{library.outline(path)}")
        return fenced("page", section.place, library.passage(path, section.first, section.last))
    if "first" in given or "last" in given:
        first = given.get("first", 1)
        last = min(given.get("last", first + 80), first + _MOST_LINES)
        return fenced("page", f"{path}:{first}-{last}", library.passage(path, first, last))
    return fenced("outline", path, library.outline(path))


READ_DOCS = Tool(
    name="read_docs",
    description=(
        "Read the vendor's prose. Without a page: the list of pages (a folder's name narrows it). With a "
        "page: its sections and their first sentences. With a section, or first and last lines: the passage."
    ),
    input=taking(
        page={"type": "string"},
        section={"type": "string", "description": "heading or anchor"},
        first={"type": "integer", "minimum": 1},
        last={"type": "integer", "minimum": 1},
    ),
    run=run,
    about=lambda given: " ".join(str(given[name]) for name in ("page", "section", "first") if name in given),
)
