"""Search the pages of prose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.agent.desk import Desk
from twingen.agent.tool import Tool, fenced, taking

_SHOWN = 700


def run(desk: Desk, given: Mapping[str, Any]) -> str:
    found = desk.library.search(given["query"], given.get("limit", 6))
    if not found:
        return "nothing found; the documents may say it in other words, or not at all"
    parts = []
    for _, section in found:
        text = section.text if len(section.text) <= _SHOWN else f"{section.text[:_SHOWN]} … (read_docs shows all)"
        parts.append(fenced("page", section.place, text))
    return "\n".join(parts)


SEARCH_DOCS = Tool(
    name="search_docs",
    description=(
        "Search the vendor's prose pages by words; returns the passages nearest to the query, best first, "
        "each with its page and lines."
    ),
    input=taking(
        ("query",),
        query={"type": "string", "minLength": 2, "maxLength": 300},
        limit={"type": "integer", "minimum": 1, "maximum": 20},
    ),
    run=run,
    about=lambda given: str(given.get("query", "")),
)
