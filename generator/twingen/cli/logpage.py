"""A transcript as one page of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twingen.agent.ledger import Conversation
    from twingen.agent.transcript import Entry

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --dim: #888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .2rem; }
h2 { font: 12px ui-monospace, monospace; color: var(--dim); margin: 1.6rem 0 .3rem; border-top: 1px solid var(--line); padding-top: .5rem; }
details { margin: .3rem 0; border-left: 3px solid var(--line); padding-left: .7rem; }
summary { cursor: pointer; font-weight: 600; }
.said, .task { border-color: #3a8; } .called { border-color: #38c; } .failed { border-color: #c44; }
.thought { border-color: #a7c; opacity: .8; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, monospace; margin: .3rem 0; }
"""
_OPEN = 30  # lines up to which a text is shown unfolded


def page(one: Conversation, entries: Sequence[Entry]) -> str:
    """Return the page; every text in it is escaped, since models and vendors wrote it."""
    title = escape(f"{one.twin}: {one.unit} ({one.role})")
    cost = "" if one.cost is None else f", ${one.cost:.4f}"
    facts = escape(f"conversation {one.id}, {one.model}, {one.status}, {one.usage.total} tokens{cost}")
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1><p>{facts}</p>",
    ]
    parts += [part for entry in entries for part in _entry(entry)]
    parts.append(f"<h2>end</h2><p>{escape(one.reason)}</p></body></html>")
    return "\n".join(parts)


def _entry(entry: Entry) -> list[str]:
    parts = []
    if entry.turn:
        cost = f", ${entry.cost:.4f}" if entry.cost is not None else ""
        tokens = f" · {entry.usage.total} tokens{cost}" if entry.usage.total else ""
        parts.append(f'<h2 id="{entry.turn}">turn {entry.turn[:8]}{tokens}</h2>')
    label = escape(" ".join(part for part in (entry.kind, entry.title) if part))
    folded = entry.kind in {"head"} or entry.text.count("\n") > _OPEN
    parts.append(
        f'<details class="{entry.kind}"{"" if folded else " open"}><summary>{label}</summary>'
        f"<pre>{escape(entry.text)}</pre></details>"
    )
    return parts
