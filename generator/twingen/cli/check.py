"""`twingen check`: what holds of a twin, or of any server that its contract describes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twingen.cli.names import find
from twingen.cli.reports import FORMS, write_reports
from twingen.cli.servers import RATE, REQUESTS, servers
from twingen.errors import UsageError

if TYPE_CHECKING:
    from twingen.report.model import Note
    from twingen.twin.model import Twin
    from twingen.verify.remote import Remote

_SECONDS = 300

@click.command()
@click.argument("twin", metavar="NAME|PATH")
@click.option("--operations", metavar="REGEX",
              help="Only operations whose key, id or \"METHOD /path\" matches.")  # fmt: skip
@click.option("--seconds", type=click.IntRange(min=1), default=_SECONDS, show_default=True, metavar="N",
              help="Time limit; a sample is spread over all operations.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Seed of the first round.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N",
              help="Processes at once. [default: by operations and cores]")  # fmt: skip
@click.option("--recordings", type=click.Path(path_type=Path, exists=True), multiple=True, metavar="FILE",
              help="Recorded traffic of the real service to replay; may be given again.")  # fmt: skip
@click.option("--base-url", metavar="URL", help="Check the server there instead; the contract is the twin's.")
@click.option("--destructive", metavar="HOST",
              help="Also send writes to this host, which is the one of --base-url.")  # fmt: skip
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), metavar="N",
              help=f"Requests a second. [default: {RATE:g} off loopback]")  # fmt: skip
@click.option("--requests", "ceiling", type=click.IntRange(min=1), metavar="N",
              help=f"The most requests to send. [default: {REQUESTS:,} off loopback]")  # fmt: skip
@click.option("--report", "forms", metavar="FORMS", help="html, json, md, junit: a list with commas.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Where the reports go.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.option("-v", "--verbose", is_flag=True, help="Print findings and notes as they come.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def check(
    twin: str, operations: str | None, seconds: int, seed: int, jobs: int | None, recordings: tuple[Path, ...],
    base_url: str | None, destructive: str | None, rate: float | None, ceiling: int | None,
    forms: str | None, out: Path | None, as_json: bool, quiet: bool, verbose: bool, debug: bool,
) -> int:  # fmt: skip
    """Check a twin against its contract, its laws and its scenarios, and report what holds.

    Rounds on fresh seeds go on until three in a row find nothing new, or the time is up. Ctrl-C keeps
    what was found: the same command goes on from there.

    With --base-url any server is checked against the twin's contract. Off this machine only GET, HEAD
    and OPTIONS are sent, unless --destructive names the host; its token is read from $TWINGEN_TOKEN
    (the token, or the whole Authorization header) and is shown nowhere.

    \b
    Examples:
      twingen check okta
      twingen check okta --seconds 60 --operations '^GET '
      twingen check okta --report html,junit --out ./report
      twingen check okta --base-url https://sandbox.example.com --rate 2
    \b
    Exit codes:
      0 nothing open   1 findings, or something could not be tried   2 wrong use   130 interrupted
    """
    from twingen.cli.proving import ProofScreen, summary
    from twingen.folders import cache_folder
    from twingen.report.data import dump
    from twingen.report.digest import digest_of_folder
    from twingen.report.sums import statuses
    from twingen.twin.load import load_twin
    from twingen.verify.converge import Options, converge
    from twingen.verify.provers import provers

    wanted = _forms(forms, out)
    found = find(twin)
    click.echo(str(found), err=True)
    loaded = load_twin(found.path)
    chosen = None if operations is None else _chosen(loaded, operations)
    target = None if base_url is None else _target(loaded, base_url, destructive, rate, ceiling)
    if target is None and (destructive or rate or ceiling):
        raise UsageError("--destructive, --rate and --requests need a --base-url")
    safe = target is not None and target.read_only
    options = Options(
        provers=provers(remote=target is not None, scenarios=chosen is None and not safe, recordings=recordings),
        seconds=seconds,
        seed=seed,
        jobs=jobs,
        operations=chosen,
        target=target,
        safe_only=safe,
        rules=(),
        cache=cache_folder(),
        state=cache_folder() if target is None else None,
        cancelled=lambda: target is not None and target.spent,
        notes=_limits(loaded, chosen, target),
    )
    screen = ProofScreen(quiet=quiet, verbose=verbose)
    try:
        report = converge(
            loaded, options, digest=digest_of_folder(found.path), on_event=screen.event
        ).report
    except KeyboardInterrupt:
        screen.close()
        if options.state is not None and not quiet:
            click.echo("what was found is kept: the same command goes on from there", err=True)
        raise
    finally:
        screen.close()
    if out is not None:
        write_reports(report, wanted, out)
    if as_json:
        click.echo(json.dumps(dump(report), indent=2))
    else:
        for line in summary(report):
            click.echo(line)
    tried = report.stories or any(status != "untried" for status in statuses(report).values())
    troubled = any(note.level == "error" for note in report.notes)
    return 1 if report.open or troubled or not tried else 0


def _chosen(twin: Twin, pattern: str) -> list[str]:
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"--operations {pattern!r} is no regular expression: {error}") from None
    keys = [
        one.key
        for one in twin.contract.operations
        if any(wanted.search(text) for text in (one.key, one.id, f"{one.method} {one.path}"))
    ]
    if not keys:
        raise UsageError(
            f"no operation of {twin.name} matches {pattern!r}", remedy=f"twingen show {twin.name} lists all"
        )
    return keys


def _target(
    twin: Twin, url: str, destructive: str | None, rate: float | None, ceiling: int | None
) -> Remote:
    """Return the server at `url`; raises UsageError when nothing listens there."""
    hosts = [destructive] if destructive is not None else []
    (found,) = servers([url], [twin], hosts, rate=rate, ceiling=ceiling).values()
    trouble = found.unreachable()
    if trouble:
        raise UsageError(f"nothing answers there: {trouble}", where=url, remedy="is --base-url right?")
    return found


def _limits(twin: Twin, chosen: list[str] | None, target: Remote | None) -> tuple[Note, ...]:
    """Return what the reader of the report must know of how it was made."""
    from twingen.report.model import Note

    texts = []
    if chosen is not None:
        texts.append(f"{len(chosen)} of {len(twin.contract.operations)} operations were chosen; scenarios were left out")
    if target is not None:
        texts.append("laws need a world of their own: they were not tried on this server")
        texts.append("tiers and files are those of the twin, and say nothing of this server")
        if target.read_only:
            texts.append(f"only reads were sent to {target.host}: writes and scenarios were left out")
        if target.ceiling is not None:
            texts.append(f"at most {target.ceiling:,} requests were to be sent")
    return tuple(Note(level="note", text=text) for text in texts)


def _forms(forms: str | None, out: Path | None) -> list[str]:
    wanted = [form.strip() for form in (forms or "").split(",") if form.strip()]
    unknown = [form for form in wanted if form not in FORMS]
    if unknown:
        raise UsageError(f"there is no report {unknown[0]!r}", remedy=f"--report {','.join(FORMS)}")
    if bool(wanted) != (out is not None):
        raise UsageError("--report and --out go together", remedy="--report html --out ./report")
    return wanted
