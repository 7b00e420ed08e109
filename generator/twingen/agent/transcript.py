"""A conversation of the ledger as a person reads it: entries in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from twingen.agent.ledger import Ledger, Turn
from twingen.agent.usage import Usage

Kind = Literal["head", "task", "said", "thought", "called", "answered", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was said or done. `turn` is the digest to branch from, on the first of a turn's."""

    kind: Kind
    title: str
    text: str
    turn: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None


def transcript(ledger: Ledger, head: str) -> list[Entry]:
    """Return the entries of the conversation that ends in the turn `head`."""
    names: dict[str, str] = {}
    return [entry for turn in ledger.path_to(head) for entry in _entries(turn, names)]


def _entries(turn: Turn, names: dict[str, str]) -> Iterator[Entry]:
    if turn.role == "root":
        text = "\n\n".join(block["text"] for block in turn.content["system"])
        yield Entry(kind="head", title=f"what every unit is told ({turn.content['model']})", text=text)
        return
    mark = turn.digest
    for block in turn.content:
        kind, title, text = _block(turn, block, names)
        if not text and not title:
            continue
        if mark:
            yield Entry(kind=kind, title=title, text=text, turn=mark, usage=turn.usage, cost=turn.cost)
            mark = ""
        else:
            yield Entry(kind=kind, title=title, text=text)


def _block(turn: Turn, block: dict[str, Any], names: dict[str, str]) -> tuple[Kind, str, str]:
    match block["type"]:
        case "text":
            return ("said", "", block["text"]) if turn.role == "assistant" else ("task", "", block["text"])
        case "thinking":
            return "thought", "", block.get("thinking", "")
        case "tool_use":
            names[block["id"]] = block["name"]
            return "called", block["name"], _written(block["input"])
        case "tool_result":
            name = names.get(block["tool_use_id"], "")
            return "failed" if block.get("is_error") else "answered", name, str(block.get("content", ""))
        case other:
            return "said", other, orjson.dumps(block).decode()


def _written(given: Any) -> str:
    """Return a tool's input: short members in a line each, long texts as they are."""
    if not isinstance(given, dict):
        return str(given)
    lines = []
    for name, value in given.items():
        if isinstance(value, str) and "\n" in value:
            lines.append(f"{name}:\n" + "\n".join(f"    {line}" for line in value.splitlines()))
        else:
            lines.append(f"{name}: {value if isinstance(value, str) else orjson.dumps(value).decode()}")
    return "\n".join(lines)


def spent(entries: Sequence[Entry]) -> Usage:
    total = Usage()
    for entry in entries:
        total += entry.usage
    return total
