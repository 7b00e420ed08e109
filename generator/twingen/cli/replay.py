"""`twingen replay`: recorded traffic of the real service against a twin."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twingen.cli.names import find
from twingen.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twingen.verify.recordings.findings import Group
    from twingen.verify.recordings.outcome import Outcome, Score
    from twingen.verify.recordings.replaying import Replay

_UNKNOWN = "(no documented operation)"
_SHOWN = 5
_EVERY = 50


@click.command()
@click.argument("twin", metavar="NAME|PATH")
@click.argument("files", nargs=-1, metavar="FILE|DIR...")
@click.option("--with", "others", multiple=True, metavar="NAME|PATH",
              help="Another twin that the recording calls; may be given several times.")  # fmt: skip
@click.option("--seed-from-recording", "seeded", is_flag=True,
              help="First plant the records that the recording shows and did not make.")  # fmt: skip
@click.option("--one-world", is_flag=True, help="Keep the state from one recording to the next.")
@click.option("--show", metavar="OPERATION", help="Only what differs in one operation, at length.")
@click.option("--most", default=10, show_default=True, help="How many causes to print.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object with every exchange.")
@click.option("-q", "--quiet", is_flag=True, help="Only the total.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def replay(
    twin: str, files: tuple[str, ...], others: tuple[str, ...], seeded: bool, one_world: bool,
    show: str | None, most: int, as_json: bool, quiet: bool, debug: bool,
) -> None:  # fmt: skip
    """Send recorded requests to a twin in this process and compare its answers with the recorded ones.

    FILE is a HAR, a cassette of VCR (ruby), vcrpy or go-vcr, or sessions as JSON lines; gzipped or
    not; told apart by what it holds. Each recording starts in a fresh world. Identifiers of the
    recording are mapped to the twin's; an answer matches when its status is the same, its members are
    (F1 of 0.85 or more), and so are 90% of the values that a twin can know. Credentials in a
    recording are never sent on or printed.

    \b
    Examples:
      twingen replay okta traffic.har
      twingen replay okta spec/cassettes/ --show listUsers
      twingen replay google-sheets cassettes/ --with google-drive
      twingen replay okta traffic.har --seed-from-recording --json | jq .score
    \b
    Exit codes:
      0 every judged answer matches   1 some differ, or none could be judged
      2 wrong use, or a file that is no recording
    """
    if not files:
        raise UsageError(
            "no recording is named", remedy=f"twingen replay {twin} traffic.har (a file or a folder)"
        )
    from twingen.runtime.run import Run
    from twingen.twin.load import load_twin
    from twingen.verify.recordings import Replay, read_recordings

    found = [find(text) for text in (twin, *others)]
    if not quiet:
        for one in found:
            click.echo(str(one), err=True)
    cassettes = read_recordings([Path(name) for name in files])
    run = Run([load_twin(one.path) for one in found])
    chosen = None if show is None else _key_of(run.apps, show)
    replaying = Replay(run, cassettes, seeded=seeded, one_world=one_world)
    outcomes = _outcomes(replaying, quiet=quiet)
    _refuse_strangers(outcomes, twin)
    if as_json:
        click.echo(json.dumps(_whole(replaying, outcomes, chosen), indent=2))
    elif chosen is not None:
        _print_operation(outcomes, chosen, show or "")
    else:
        _print(replaying, outcomes, most=0 if quiet else most, quiet=quiet)
    judged = [one for one in outcomes if one.judged]
    raise click.exceptions.Exit(0 if judged and all(one.match for one in judged) else 1)


def _outcomes(replaying: Replay, *, quiet: bool) -> list[Outcome]:
    """Replay, with a line of progress where somebody watches."""
    total = sum(len(cassette.exchanges) for cassette in replaying.cassettes)
    live = not quiet and sys.stderr.isatty()
    outcomes = []
    for one in replaying.outcomes():
        outcomes.append(one)
        if live and len(outcomes) % _EVERY == 0:
            click.echo(f"\r{len(outcomes)} of {total}", nl=False, err=True)
    if live:
        click.echo("\r\x1b[K", nl=False, err=True)
    return outcomes


def _refuse_strangers(outcomes: Sequence[Outcome], twin: str) -> None:
    """Raise UsageError where nothing recorded went to the twins."""
    if outcomes and all(one.unjudged == "other service" for one in outcomes):
        hosts = Counter(one.path for one in outcomes)
        named = ", ".join(host for host, _ in hosts.most_common(3))
        raise UsageError(
            f"none of the {len(outcomes)} recorded requests is for {twin}: they went to {named}",
            remedy="is it a recording of another service? --with NAME adds a twin",
        )


def _key_of(apps: Sequence[Any], text: str) -> str:
    if text == _UNKNOWN or not text:
        return ""
    method, _, path = text.partition(" ")
    for app in apps:
        for one in app.twin.contract.operations:
            if text in {one.key, one.id} or f"{method.upper()} {path}" == f"{one.method} {one.path}":
                return str(one.key)
    raise UsageError(
        f"no twin here documents an operation {text!r}",
        remedy=f"twingen show {apps[0].twin.name} lists all; {_UNKNOWN!r} stands for the rest",
    )


# Text


def _print(replaying: Replay, outcomes: Sequence[Outcome], *, most: int, quiet: bool) -> None:
    from twingen.verify.recordings.findings import groups
    from twingen.verify.recordings.outcome import score

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
    from twingen.verify.recordings.outcome import score

    by_operation: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if one.unjudged != "other service":
            by_operation[one.operation].append(one)
    scores = {key: score(members) for key, members in by_operation.items()}
    rows = [["MATCH", "STATUS", "SHAPE", "VALUES", "JUDGED", "OF", "OPERATION"]]
    for key, sums in sorted(scores.items(), key=lambda item: (-item[1].failed, -item[1].judged, item[0])):
        counts = [sums.match, sums.status, sums.shape, sums.values] if sums.judged else ["-"] * 4
        rows.append([*map(str, [*counts, sums.judged, sums.seen]), key or _UNKNOWN])
    widths = [max(len(row[n]) for row in rows) for n in range(6)]
    for number, row in enumerate(rows):
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=False)]
        text = "  ".join([*cells, row[-1]])
        click.echo(click.style(text, bold=True) if number == 0 else text)
    click.echo()


def _print_group(group: Group) -> None:
    first = group.outcomes[0]
    count = f"{len(group.outcomes)}x"
    click.echo(click.style(f"{count} {group.operation or _UNKNOWN}", bold=True) + f"  {group.check}: {group.cause}")
    _print_outcome(first)


def _print_outcome(outcome: Outcome) -> None:
    from twingen.verify.recordings.telling import diff_of

    for line in diff_of(outcome):
        colour = {"-": "red", "+": "green"}.get(line[:1])
        click.echo("    " + (click.style(line, fg=colour) if colour else line))
    click.echo(f"    {outcome.place}")
    click.echo(f"    {_command(outcome)}\n")


def _command(outcome: Outcome) -> str:
    from twingen.verify.collect import expandable

    return expandable(outcome.curl)


def _print_unjudged(outcomes: Sequence[Outcome]) -> None:
    from twingen.verify.recordings.outcome import REASONS

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


def _print_operation(outcomes: Sequence[Outcome], key: str, text: str) -> None:
    from twingen.verify.recordings.outcome import score
    from twingen.verify.recordings.telling import brief

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


# JSON


def _whole(replaying: Replay, outcomes: Sequence[Outcome], chosen: str | None) -> dict[str, Any]:
    from twingen.verify.recordings import notes
    from twingen.verify.recordings.outcome import score

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
