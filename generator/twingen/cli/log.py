"""`twingen log`: what the agent did, read from the ledger."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from twingen.cli.names import base_name, checked_name, find
from twingen.errors import UsageError

if TYPE_CHECKING:
    from twingen.agent.ledger import Conversation, Ledger
    from twingen.agent.transcript import Entry

_LONG = 40  # lines of a text that are shown without -v
_COLOURS = {"said": "green", "thought": "bright_black", "called": "cyan", "failed": "red", "task": "yellow"}


@click.command("log")
@click.argument("twin", metavar="NAME|PATH")
@click.argument("unit", required=False)
@click.option("--conversation", type=int, metavar="N", help="This conversation instead of the unit's latest.")
@click.option("--html", "as_html", is_flag=True, help="Print the transcript as a page.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--branch", metavar="TURN", help="Let the next build go on anew from this turn.")
@click.option("-v", "--verbose", is_flag=True, help="Show long texts whole, and what every unit is told.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def log(
    twin: str, unit: str | None, conversation: int | None, as_html: bool, as_json: bool, branch: str | None,
    verbose: bool, debug: bool,
) -> None:  # fmt: skip
    """List the agent's conversations about a twin, or show a unit's latest as a transcript.

    Every turn has a name, such as turn 3f9c2ab1. --branch takes one: the next build holds that
    unit's conversation up to there as it was, at no cost, and goes on anew from it.

    \b
    Examples:
      twingen log okta
      twingen log okta resource/user
      twingen log okta resource/user --html > user.html
      twingen log okta --branch 3f9c2ab1
    \b
    Exit codes:
      0 shown   2 wrong use, or no such unit, conversation or turn
    """
    from twingen.agent.improving import ledger_path
    from twingen.agent.ledger import Ledger

    name = _name(twin)
    path = ledger_path()
    click.echo(f"ledger: {path}", err=True)
    if not path.exists():
        raise UsageError(
            "there is no ledger: no agent has worked here", where=str(path),
            remedy="with ANTHROPIC_API_KEY set, `twingen build` runs one",
        )  # fmt: skip
    ledger = Ledger(path)
    try:
        if branch is not None:
            _branch(ledger, name, branch, conversation)
        elif unit is None and conversation is None:
            _list(ledger.conversations(name), name, as_json)
        else:
            _show(ledger, _chosen(ledger, name, unit, conversation), as_html, as_json, verbose)
    finally:
        ledger.close()


def _name(text: str) -> str:
    """Return the twin's name that a NAME or PATH means; a name needs no twin on disk."""
    if "/" in text or "." in text:
        import tomllib

        found = find(text)
        try:
            return str(tomllib.loads((found.path / "twin.toml").read_text(encoding="utf-8"))["name"])
        except (OSError, KeyError, tomllib.TOMLDecodeError):
            raise UsageError("this folder is no twin: it has no twin.toml", where=text) from None
    return base_name(checked_name(text))


def _list(conversations: list[Conversation], name: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_row(one) for one in conversations], indent=2))
        return
    if not conversations:
        raise UsageError(f"the ledger holds no conversation about {name}")
    rows = [("N", "UNIT", "ROLE", "ENDED", "TOKENS", "USD", "MODEL", "STARTED")]
    for one in conversations:
        cost = "" if one.cost is None else f"{one.cost:.3f}"
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.started))
        rows.append((str(one.id), one.unit, one.role, one.status, str(one.usage.total), cost, one.model, started))
    if not sys.stdout.isatty():
        for row in rows[1:]:
            click.echo("\t".join(row))
        return
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(one: Conversation) -> dict[str, Any]:
    return {
        "conversation": one.id, "run": one.run, "unit": one.unit, "role": one.role, "ended": one.status,
        "reason": one.reason, "usage": one.usage.as_dict(), "usd": one.cost, "model": one.model,
        "started": one.started, "turn": one.head,
    }  # fmt: skip


def _chosen(ledger: Ledger, name: str, unit: str | None, number: int | None) -> Conversation:
    known = ledger.conversations(name)
    if number is not None:
        found = [one for one in known if one.id == number]
    else:
        found = [one for one in known if unit in {one.unit, one.unit.partition("/")[2]}]
    if not found:
        units = sorted({one.unit for one in known})
        what = f"conversation {number}" if number is not None else f"conversation about {unit!r}"
        raise UsageError(
            f"the ledger holds no {what} of {name}",
            remedy=f"units: {', '.join(units)}" if units else None,
        )
    return found[-1]


def _branch(ledger: Ledger, name: str, start: str, number: int | None) -> None:
    from twingen.agent.ledger import Branch

    turn = ledger.resolve(start)
    if turn is None:
        raise UsageError(
            f"{start!r} names no turn, or several",
            remedy=f"`twingen log {name} UNIT` shows each turn's name; give more of it",
        )
    candidates = [one for one in ledger.conversations(name) if number is None or one.id == number]
    for one in reversed(candidates):
        if any(step.digest == turn for step in ledger.path_to(one.head)):
            ledger.branch(name, Branch(unit=one.unit, role=one.role, turn=turn, conversation=one.id))
            click.echo(f"the next build of {name} goes on anew from turn {turn[:8]} of {one.unit}")
            return
    raise UsageError(f"turn {start} is in no conversation about {name}")


def _show(ledger: Ledger, one: Conversation, as_html: bool, as_json: bool, verbose: bool) -> None:
    from twingen.agent.transcript import transcript

    entries = transcript(ledger, one.head)
    if as_json:
        rows = [
            {
                "kind": e.kind, "title": e.title, "text": e.text, "turn": e.turn, "usage": e.usage.as_dict(),
                "usd": e.cost,
            }
            for e in entries
        ]  # fmt: skip
        click.echo(json.dumps({**_row(one), "entries": rows}, indent=2, ensure_ascii=False))
    elif as_html:
        from twingen.cli.logpage import page

        click.echo(page(one, entries))
    else:
        _print(one, entries, verbose)


def _print(one: Conversation, entries: list[Entry], verbose: bool) -> None:
    click.echo(click.style(f"{one.unit} ({one.role}), conversation {one.id}, {one.model}", bold=True))
    for entry in entries:
        if entry.kind == "head" and not verbose:
            continue
        if entry.turn:
            cost = f", ${entry.cost:.4f}" if entry.cost is not None else ""
            tokens = f"  {entry.usage.total} tokens{cost}" if entry.usage.total else ""
            click.echo(click.style(f"\nturn {entry.turn[:8]}{tokens}", dim=True))
        label = " ".join(part for part in (entry.kind, entry.title) if part)
        click.echo(click.style(label, fg=_COLOURS.get(entry.kind), bold=True))
        lines = entry.text.splitlines()
        shown = lines if verbose else lines[:_LONG]
        for line in shown:
            click.echo(f"  {line}")
        if len(shown) < len(lines):
            click.echo(f"  … {len(lines) - len(shown)} more lines (-v shows all)")
    cost = "" if one.cost is None else f", ${one.cost:.4f}"
    click.echo(f"\n{one.status}: {one.reason}\n{one.usage.total} tokens{cost}")
