"""`twingen run`: serve twins over HTTP until told to stop."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from twingen.cli.names import Found, find
from twingen.errors import UsageError

if TYPE_CHECKING:
    from twingen.runtime.app import TwinApp
    from twingen.runtime.run import Run
    from twingen.runtime.serve import Address


@click.command()
@click.argument("twins", nargs=-1, metavar="NAME|PATH...")
@click.option("--port", default=9000, show_default=True, help="Port of the first twin; the next ones follow.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--tls", is_flag=True, help="HTTPS, with a local authority that clients can trust.")
@click.option("--strict", is_flag=True, help="Answer 501 where only the shape of an answer is known.")
@click.option(
    "--clock",
    type=click.Choice(["real", "ticking", "fixed"]),
    default="real",
    show_default=True,
    help="The twins' time. Ticking: a second a request, so that runs repeat.",
)
@click.option("--control-token", envvar="TWINGEN_CONTROL_TOKEN", metavar="TOKEN",
              help="What /_twin/ wants as X-Twin-Token. Needed when others can reach --host.")  # fmt: skip
@click.option("--rate-limits", is_flag=True, help="Enforce the documented rate limits.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON once ready.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def run(
    twins: tuple[str, ...],
    port: int,
    host: str,
    tls: bool,
    strict: bool,
    clock: Literal["real", "ticking", "fixed"],
    control_token: str | None,
    rate_limits: bool,
    as_json: bool,
    debug: bool,
) -> None:
    """Serve twins: point an official SDK at the address that is printed.

    Each twin gets a port of its own, from --port upwards, in the order given. A credential that
    opens every operation is printed; it never changes. State lives in memory:
    POST /_twin/reset returns to the start, POST /_twin/worlds makes a second world.

    \b
    Examples:
      twingen run okta
      twingen run okta slack --port 9000       okta on 9000, slack on 9001
      twingen run ./build/demo/okta --strict   a twin by its folder; no guesses
      twingen run okta --tls                   for clients that insist on https
    """
    if not twins:
        raise UsageError(
            "no twin is named", remedy="twingen run okta; `twingen list` shows which there are"
        )
    from twingen.runtime.run import Run
    from twingen.runtime.serve import addresses, is_loopback, serve
    from twingen.twin.load import load_twin

    if not is_loopback(host) and not control_token:
        raise UsageError(
            f"--host {host} lets others reach the control plane",
            remedy="add --control-token TOKEN (or $TWINGEN_CONTROL_TOKEN), or leave out --host",
        )
    found = [find(text) for text in twins]
    loaded = [load_twin(one.path) for one in found]
    places = addresses([twin.name for twin in loaded], host, port, secure=tls)
    serving = Run(loaded, clock=clock, strict=strict, control_token=control_token)
    if rate_limits:
        click.echo("--rate-limits: this version enforces none, whatever is documented", err=True)
    certificate = None
    if tls:
        from twingen.folders import state_folder
        from twingen.runtime.tls import certificate as made

        certificate = made(state_folder() / "tls", host)
    authority = None if certificate is None else certificate.authority

    def ready() -> None:
        described = [
            _described(serving, app, one, place, authority)
            for app, one, place in zip(serving.apps, found, places, strict=True)
        ]
        if as_json:
            ca = None if authority is None else str(authority)
            click.echo(json.dumps({"twins": described, "ca": ca}))
        else:
            _print(described, found, authority, control_token)

    code = serve(serving, places, certificate=certificate, on_ready=ready)
    # granian's threads may still be letting go of Python objects, and abort the process when the
    # interpreter is taken down under them: leave without taking it down.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _described(
    run: Run, app: TwinApp, found: Found, place: Address, authority: Path | None
) -> dict[str, Any]:
    from twingen.cli.tiers import tiers_of
    from twingen.cli.tryout import tryouts

    return {
        "name": app.twin.name,
        "title": app.twin.title,
        "path": str(found.path),
        "source": found.source,
        "url": place.url,
        "credential": app.credential,
        "token": app.token,
        **tiers_of(app.twin).as_dict(),
        "try": [line.curl(place.url, app, authority) for line in tryouts(run, app)],
    }


def _print(
    described: list[dict[str, Any]], found: list[Found], authority: Path | None, token: str | None
) -> None:
    for one, source in zip(described, found, strict=True):
        click.echo(
            click.style(one["name"], bold=True)
            + "  "
            + click.style(one["url"], fg="cyan", underline=True)
            + f"  {one['title']}"
        )
        click.echo(f"  twin        {source}")
        click.echo(
            f"  operations  {one['documented']}: {one['semantic']} semantic, {one['shape']} shape, "
            f"{one['unsupported']} unsupported"
        )
        click.echo(f"  credential  Authorization: {one['credential']}")
        click.echo(f"  pages       {one['url']}/_twin/ui")
        if authority is not None:
            click.echo(f"  trust       {authority}")
        for number, line in enumerate(one["try"]):
            click.echo(("  try         " if number == 0 else " " * 14) + line)
        click.echo()
    control = "" if token is None else " (wants X-Twin-Token)"
    click.echo(f"Control plane under {described[0]['url']}/_twin/{control}; Ctrl-C stops.")
