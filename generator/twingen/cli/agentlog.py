"""How the agent's work is told: progress while it runs, a plan, and what it came to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from twingen.agent.events import (
    Event,
    Said,
    ToolAnswered,
    ToolCalled,
    TurnStarted,
    UnitFinished,
    UnitStarted,
    Used,
    Waiting,
    Warned,
)
from twingen.agent.usage import Usage

if TYPE_CHECKING:
    from twingen.agent import Improved, Planned
    from twingen.agent.additions import Extended
    from twingen.agent.examiner import Examined

_SHOWN = 8


class AgentProgress:
    """Keeps count of units, tokens, money and time; `line` is what to draw, `told` what to keep."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.running: dict[str, str] = {}
        self.done = 0
        self.usage = Usage()
        self.cost: float | None = 0.0

    def event(self, event: Event) -> str | None:
        """Take an event in; returns a line that stays, or None where only progress is drawn."""
        match event:
            case UnitStarted(unit=unit):
                self.running[unit] = ""
            case TurnStarted(unit=unit, number=number, remembered=remembered):
                self.running[unit] = f"turn {number}{' from the ledger' if remembered else ''}"
            case ToolCalled(unit=unit, tool=tool):
                self.running[unit] = tool
            case Used(usage=usage, cost=cost):
                self.usage += usage
                self.cost = None if self.cost is None or cost is None else self.cost + cost
            case Waiting(unit=unit, why=why, seconds=seconds):
                self.running[unit] = f"waits {seconds:.0f} s"
                return f"{unit}: {why}; again in {seconds:.0f} s"
            case Warned(unit=unit, text=text):
                return f"{unit}: {text}"
            case UnitFinished():
                self.running.pop(event.unit, None)
                self.done += 1
                return finished(event)
            case Said() | ToolAnswered():
                pass
        return None

    @property
    def line(self) -> str:
        now = ", ".join(f"{unit} {doing}".rstrip() for unit, doing in list(self.running.items())[:4])
        seconds = time.monotonic() - self.begun
        return f"{self.done} units done, {amount(self.usage, self.cost)}, {seconds:.0f} s: {now}"


def amount(usage: Usage, cost: float | None) -> str:
    money = "" if cost is None else f", ${cost:.2f}"
    return f"{usage.total:,} tokens{money}"


def finished(event: UnitFinished) -> str:
    """Return the line that a unit's end leaves behind."""
    name = event.unit if event.role == "builder" else f"{event.unit} ({event.role})"
    if event.remembered:
        return f"{name}: as before, from the ledger"
    took = f"{event.turns} turns, {amount(event.usage, event.cost)}, {event.seconds:.0f} s"
    if event.end == "submitted":
        files = ", ".join(event.files) or "nothing to change"
        return f"{name}: {files}  ({took})"
    return f"{name}: not done ({event.end}: {event.reason})  ({took})"


def prose_lines(read: Extended) -> list[str]:
    """Return what became of the operations that only pages name."""
    lines = []
    if read.results:
        lines.append(f"prose: {len(read.keys)} operations added, {amount(read.usage, read.cost)}")
        lines += [
            f"  {one.unit.name}: {one.end}: {one.reason}" for one in read.results if one.end != "submitted"
        ]
        refused = [f"  {one.unit.name}: {text}" for one in read.results for text in one.incidents]
        lines += [f"{len(refused)} attempts were refused:", *refused] if refused else []
    elif read.unread:
        first = read.unread[0]
        lines.append(
            f"pages name {len(read.unread)} operations that no contract documents, "
            f"which an agent would read: {first.key} ({first.page}:{first.line})"
            + (" and others" if len(read.unread) > 1 else "")
        )
    return lines


def plan_lines(planned: Sequence[Planned], *, whole: bool) -> list[str]:
    """Return what an agent would do: for --dry-run (`whole`), or in short where there is no key."""
    needed = [one for one in planned if one.needed]
    if not needed:
        return ["an agent would have nothing to do: no unit's evidence has changed"]
    operations = sum(len(one.unit.open) for one in needed)
    lines = [f"an agent would work on {len(needed)} units with {operations} operations that are no more than shapes"]
    shown = needed if whole else sorted(needed, key=lambda one: -len(one.unit.open))[:_SHOWN]
    for one in shown:
        size = f"  {one.head_tokens:,} shared + {one.opening_tokens:,} tokens" if whole else ""
        price = f"  ${one.low:.2f} to ${one.high:.2f}" if whole and one.low is not None and one.high is not None else ""
        lines.append(f"  {one.unit.name}: {one.reason}{size}{price}")
    if len(shown) < len(needed):
        lines.append(f"  and {len(needed) - len(shown)} more (--dry-run lists all)")
    low, high = [one.low for one in needed], [one.high for one in needed]
    if None not in low and None not in high:
        lines.append(f"  about ${sum(n or 0 for n in low):.2f} to ${sum(n or 0 for n in high):.2f} in all")
    return lines


def summary_lines(improved: Improved, examined: Examined | None = None) -> list[str]:
    """Return what the agent's work came to, exam included, and what it cost."""
    ended = [result for result in improved.results if result.end == "submitted"]
    usage, cost = improved.usage, improved.cost
    if examined is not None:
        usage += examined.usage
        cost = None if cost is None or examined.cost is None else cost + examined.cost
    lines = [
        f"agent: {len(ended)} of {len(improved.results)} units, {len(improved.files)} files, "
        f"{amount(usage, cost)}; ledger {improved.ledger}"
    ]
    lines += [
        f"  {result.unit.name}: {result.end}: {result.reason}" for result in improved.results if result.end != "submitted"
    ]
    if examined is not None and (examined.grades or examined.unexamined):
        counts = f"{examined.passed} passed, {examined.failed} failed, {examined.voided} void"
        lines.append(f"exam: {counts}; kept in {examined.folder}")
        lines += [f"  {unit}: no exam: {why}" for unit, why in examined.unexamined.items()]
    incidents = [f"  {result.unit.name}: {text}" for result in improved.results for text in result.incidents]
    if incidents:
        lines += [f"{len(incidents)} attempts were refused:", *incidents]
    return lines
