"""How a replay is printed: a table of operations, the differences by cause, and all of it as JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import click

from twingen.verify.collect import expandable
from twingen.verify.recordings import Replay, notes
from twingen.verify.recordings.findings import Group, groups
from twingen.verify.recordings.outcome import REASONS, Outcome, Score, score
from twingen.verify.recordings.telling import brief, diff_of

UNKNOWN = "(no documented operation)"
_SHOWN = 5


def print_all(replaying: Replay, outcomes: Sequence[Outcome], *, most: int, quiet: bool) -> None:
    total = score(outcomes)
    if not quiet:
        _print_table(outcomes)
        found = groups(outcomes)
        for group in found[:most]:
            _print_group(group)
        if len(found) > most:
            click.echo(f"{len(found) - most} more causes; --most {len(found)} prints all\n")
        _print_unjudged(outcomes)
    recorders = Counter(cassette.recorder for cassette in replaying.cassettes)
    told = ", ".join(f"{count} {name}" for name, count in recorders.most_common())
    click.echo(f"{len(replaying.cassettes)} recordings ({told}), {total.seen} exchanges, {total.judged} judged")
    if replaying.seeded:
        click.echo(
            f"SEEDED FROM THE RECORDING: {replaying.planted.records} records planted, "
            f"{replaying.planted.refused} refused; do not compare with figures without"
        )
    click.echo(click.style(_line(total), bold=True))


def _line(total: Score) -> str:
    if not total.judged:
        return "nothing could be judged"
    parts = [("match", total.match), ("status", total.status), ("shape", total.shape),
             ("values", total.values), ("headers and times", total.details)]  # fmt: skip
    return "  ".join(f"{name} {count}/{total.judged} ({count / total.judged:.1%})" for name, count in parts)


def _print_table(outcomes: Sequence[Outcome]) -> None:
    by_operation: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if one.unjudged != "other service":
            by_operation[one.operation].append(one)
    scores = {key: score(members) for key, members in by_operation.items()}
    rows = [["MATCH", "STATUS", "SHAPE", "VALUES", "JUDGED", "OF", "OPERATION"]]
    for key, sums in sorted(scores.items(), key=lambda item: (-item[1].failed, -item[1].judged, item[0])):
        counts = [sums.match, sums.status, sums.shape, sums.values] if sums.judged else ["-"] * 4
        rows.append([*map(str, [*counts, sums.judged, sums.seen]), key or UNKNOWN])
    widths = [max(len(row[n]) for row in rows) for n in range(6)]
    for number, row in enumerate(rows):
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=False)]
        text = "  ".join([*cells, row[-1]])
        click.echo(click.style(text, bold=True) if number == 0 else text)
    click.echo()


def _print_group(group: Group) -> None:
    first = group.outcomes[0]
    count = f"{len(group.outcomes)}x"
    click.echo(click.style(f"{count} {group.operation or UNKNOWN}", bold=True) + f"  {group.check}: {group.cause}")
    _print_outcome(first)


def _print_outcome(outcome: Outcome) -> None:
    for line in diff_of(outcome):
        colour = {"-": "red", "+": "green"}.get(line[:1])
        click.echo("    " + (click.style(line, fg=colour) if colour else line))
    click.echo(f"    {outcome.place}")
    click.echo(f"    {_command(outcome)}\n")


def _command(outcome: Outcome) -> str:
    return expandable(outcome.curl)


def _print_unjudged(outcomes: Sequence[Outcome]) -> None:
    reasons: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if one.unjudged:
            reasons[one.unjudged].append(one)
    if not reasons:
        return
    click.echo("not judged:")
    for reason, members in sorted(reasons.items(), key=lambda item: -len(item[1])):
        sent = sum(one.likeness is not None for one in members)
        alike = f"; {sum(one.match for one in members)} of {sent} answered alike" if sent else ""
        named = ""
        if reason == "other service":
            named = f" ({', '.join(list(dict.fromkeys(one.path for one in members))[:3])})"
        click.echo(f"  {len(members):5d}  {REASONS[members[0].unjudged or 'unseeded']}{named}{alike}")
    click.echo()


def print_operation(outcomes: Sequence[Outcome], key: str, text: str) -> None:
    mine = [one for one in outcomes if one.operation == key and one.likeness is not None]
    different = [one for one in mine if one.judged and not one.match]
    for one in different[:_SHOWN]:
        click.echo(click.style(f"{one.method} {one.path}", bold=True) + f"  {one.cause}")
        click.echo(f"    recorded {one.status} {brief(one.recorded, 1200)}".rstrip())
        click.echo(f"    answered {one.answered_status} {brief(one.answered, 1200)}".rstrip())
        _print_outcome(one)
    if len(different) > _SHOWN:
        click.echo(f"{len(different) - _SHOWN} more; --json has all\n")
    for reason, members in Counter(one.why for one in mine if one.unjudged).most_common():
        click.echo(f"not judged, {members}: {reason}")
    if not mine:
        click.echo(f"no recorded exchange is of {text}")
    click.echo(_line(score(mine)))


def whole(replaying: Replay, outcomes: Sequence[Outcome], chosen: str | None) -> dict[str, Any]:
    if chosen is not None:
        outcomes = [one for one in outcomes if one.operation == chosen]
    by_operation: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if one.unjudged != "other service":
            by_operation[one.operation].append(one)
    return {
        "seeded": replaying.seeded,
        "planted": replaying.planted.records,
        "recordings": [
            {"name": one.name, "format": one.recorder, "exchanges": len(one.exchanges)}
            for one in replaying.cassettes
        ],
        "score": _score(score(outcomes)),
        "unjudged": dict(Counter(one.unjudged for one in outcomes if one.unjudged)),
        "operations": [
            {"operation": key, **_score(score(members))} for key, members in sorted(by_operation.items())
        ],
        "notes": [{"level": note.level, "text": note.text} for note in notes(outcomes, replaying)],
        "exchanges": [_exchange(one) for one in outcomes],
    }


def _score(one: Score) -> dict[str, Any]:
    judged = one.judged or 1
    return {
        "seen": one.seen, "judged": one.judged, "match": one.match, "status": one.status,
        "shape": one.shape, "values": one.values, "headers_and_times": one.details,
        "mean_shape": round(one.shape_sum / judged, 4), "mean_values": round(one.values_sum / judged, 4),
    }  # fmt: skip


def _exchange(one: Outcome) -> dict[str, Any]:
    likeness = one.likeness
    return {
        "place": one.place, "recording": one.cassette, "twin": one.twin, "operation": one.operation,
        "method": one.method, "path": one.path, "judged": one.judged, "unjudged": one.unjudged,
        "why": one.why, "match": one.match, "cause": one.cause, "tier": one.tier,
        "recorded": {"status": one.status, "body": one.recorded},
        "answered": None if likeness is None else {"status": one.answered_status, "body": one.answered},
        "likeness": None if likeness is None else {
            "status": likeness.status, "shape": round(likeness.shape, 4), "values": round(likeness.values, 4),
        },
        "differences": [] if likeness is None else [
            {"check": d.check, "path": d.path, "recorded": d.recorded, "answered": d.answered}
            for d in likeness.differences
        ],
        "curl": _command(one) if one.curl else "",
    }  # fmt: skip
