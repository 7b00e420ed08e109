"""`twingen replay`: recorded traffic of the real service against a twin."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twingen.cli.names import find
from twingen.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twingen.verify.recordings.outcome import Outcome
    from twingen.verify.recordings.replaying import Replay

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
    from twingen.cli.replaylog import print_all, print_operation, whole
    from twingen.runtime.run import Run
    from twingen.twin.load import load_twin
    from twingen.verify.recordings import Replay, UnknownFormatError, read_recordings

    found = [find(text) for text in (twin, *others)]
    if not quiet:
        for one in found:
            click.echo(str(one), err=True)
    passed: list[UnknownFormatError] = []
    cassettes = read_recordings([Path(name) for name in files], passed)
    for error in passed:
        click.echo(f"passed over: {error.where}: {error.message}", err=True)
    run = Run([load_twin(one.path) for one in found])
    chosen = None if show is None else _key_of(run.apps, show)
    replaying = Replay(run, cassettes, seeded=seeded, one_world=one_world)
    outcomes = _outcomes(replaying, quiet=quiet)
    _refuse_strangers(outcomes, twin)
    if as_json:
        click.echo(json.dumps(whole(replaying, outcomes, chosen), indent=2))
    elif chosen is not None:
        print_operation(outcomes, chosen, show or "")
    else:
        print_all(replaying, outcomes, most=0 if quiet else most, quiet=quiet)
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
    from twingen.cli.replaylog import UNKNOWN

    if text == UNKNOWN or not text:
        return ""
    method, _, path = text.partition(" ")
    for app in apps:
        for one in app.twin.contract.operations:
            if text in {one.key, one.id} or f"{method.upper()} {path}" == f"{one.method} {one.path}":
                return str(one.key)
    raise UsageError(
        f"no twin here documents an operation {text!r}",
        remedy=f"twingen show {apps[0].twin.name} lists all; {UNKNOWN!r} stands for the rest",
    )
