"""`twingen parity`: the same scenarios on a twin and on a server, and where they differ."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twingen.errors import UsageError

if TYPE_CHECKING:
    from twingen.cli.scenarios import Outcome
    from twingen.report.model import Finding, Note
    from twingen.twin.model import Twin




@click.command()
@click.argument("twin", metavar="NAME|PATH")
@click.argument("files", nargs=-1, metavar="[FILE|DIR]...", type=click.Path(path_type=Path))
@click.option("--base-url", "addresses", multiple=True, metavar="[NAME=]URL",
              help="The server; may be given for each twin that a scenario speaks to.")  # fmt: skip
@click.option("--destructive", multiple=True, metavar="HOST", help="Allow writes to this host of --base-url.")
@click.option("--times", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
              help="Trajectories of each scenario.")  # fmt: skip
@click.option("--variants/--no-variants", default=True, help="Whether trajectories differ. [default: they do]")
@click.option("--seed", type=int, metavar="N", help="Seed of the variants. [default: 0]")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print the total only.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def parity(
    twin: str, files: tuple[Path, ...], addresses: tuple[str, ...], destructive: tuple[str, ...], times: int,
    variants: bool, seed: int | None, as_json: bool, quiet: bool, debug: bool,
) -> int:  # fmt: skip
    """Play scenarios on a twin and on a server in lockstep, and show where their answers differ.

    Both get the same requests. What each mints for itself (ids, times, tokens, hosts) is paired where
    it is seen first and must agree from then on; everything else has to be the same: status, members,
    types, values. In lists only records that the scenario knows are compared; what else each server
    holds is not. FILES are scenario files and folders; without any, the twin's own are played.

    Off this machine nothing is written unless --destructive names the host; its token is read from
    $TWINGEN_TOKEN and shown nowhere.

    \b
    Examples:
      twingen parity okta --base-url http://127.0.0.1:9000
      twingen parity okta --base-url https://sandbox.example.com --destructive sandbox.example.com
      twingen parity okta my/scenarios/ --base-url http://127.0.0.1:9000 --json
    \b
    Exit codes:
      0 no difference   1 differences, or scenarios that were not played to their end
      2 wrong use, or a scenario that cannot be read or played   130 interrupted
    """
    if not addresses:
        raise UsageError(
            "no server is named", remedy=f"twingen parity {twin} --base-url URL (twingen scenarios {twin} needs none)"
        )
    from twingen.cli.scenarios import Outcome, choose_seed, open_scenarios, show_progress
    from twingen.cli.servers import servers
    from twingen.verify.events import Noted
    from twingen.verify.parity import check_parity

    opened = open_scenarios(twin, files, quiet=quiet)
    target = servers(addresses, opened.speaking, destructive)
    told = Outcome(seed=choose_seed(target) if seed is None else seed, times=times)
    notes: list[Note] = []
    for event in check_parity(
        [opened.twin], target=target, files=files or None, times=times, variants=variants, seed=told.seed,
        find=opened.finder,
    ):  # fmt: skip
        told.take(event)
        if isinstance(event, Noted):
            notes.append(event.note)
        if not quiet and not as_json:
            show_progress(event)
    if as_json:
        click.echo(json.dumps(_data(opened.twin, told, notes, [one.address for one in target.values()]), indent=2))
    else:
        _print(opened.twin, told, notes, quiet=quiet)
    if any(one.trouble for one in told.stories):
        return 2
    return 1 if told.findings or notes else 0


def _data(twin: Twin, told: Outcome, notes: Sequence[Note], addresses: Sequence[str]) -> dict[str, Any]:
    ids = {operation.key: operation.id for operation in twin.contract.operations}
    return {
        "name": twin.name,
        "addresses": list(addresses),
        "seed": told.seed,
        "trajectories": told.played,
        "alike": told.satisfied,
        "stories": [asdict(one) for one in told.stories],
        "differences": [{**asdict(one), "id": ids.get(one.operation, "")} for one in told.findings],
        "notes": [asdict(one) for one in notes],
    }


def _print(twin: Twin, told: Outcome, notes: Sequence[Note], *, quiet: bool) -> None:
    ids = {operation.key: operation.id or operation.key for operation in twin.contract.operations}
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for finding in told.findings:
        grouped[ids.get(finding.operation, "other operations")].append(finding)
    if not quiet:
        for name, findings in sorted(grouped.items()):
            click.echo(click.style(name, bold=True))
            for finding in findings:
                times = f" ({finding.count} times)" if finding.count > 1 else ""
                click.echo(f"  {finding.title}{times}: {finding.passages[0].quote}")
                click.echo(f"    twin    {finding.observed}")
                click.echo(f"    server  {finding.expected}")
        for note in notes:
            click.echo(f"{note.level}: {note.text}", err=True)
        if grouped:
            click.echo()
    click.echo(
        f"{len(told.stories)} scenario{'s' * (len(told.stories) != 1)}, {told.satisfied} of {told.played} trajectories "
        f"alike, {len(told.findings)} difference{'s' * (len(told.findings) != 1)}"
    )
