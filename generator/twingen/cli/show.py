"""`twingen show`: what a twin can do, and why not more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from twingen.cli.names import find
from twingen.errors import UsageError

if TYPE_CHECKING:
    from twingen.contract.model import Operation
    from twingen.twin.model import Operation as Behaviour, Twin

_COLOURS = {"semantic": "green", "shape": "yellow", "unsupported": "red"}


@click.command()
@click.argument("twin", metavar="NAME|PATH")
@click.argument("operation", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def show(twin: str, operation: str | None, as_json: bool, debug: bool) -> None:
    """Show a twin's operations and their tiers, or one operation with the reasons.

    OPERATION is an operationId, "GET /path", or an operation's key as listed.

    \b
    Examples:
      twingen show okta
      twingen show okta listUsers
      twingen show okta "GET /api/v1/users"
      twingen show okta --json | jq .semantic
    """
    from twingen.twin.load import load_twin

    found = find(twin)
    click.echo(str(found), err=True)
    loaded = load_twin(found.path)
    if loaded.lock.damage:
        click.echo(
            f"{loaded.lock.damage}: no behaviour is lost, but no proof is on record; build the twin again",
            err=True,
        )
    if operation is not None:
        chosen = _one(loaded, operation)
        if as_json:
            click.echo(json.dumps(_row(loaded, chosen), indent=2))
        else:
            _print_one(loaded, chosen)
        return
    if not as_json:
        _print(loaded)
        return
    click.echo(json.dumps(_whole(loaded, str(found.path)), indent=2))


def _whole(twin: Twin, path: str) -> dict[str, Any]:
    from twingen.cli.tiers import kinds_of, tiers_of
    from twingen.runtime.auth import credential
    from twingen.runtime.engine import Engine

    token = Engine(twin).token
    return {
        "name": twin.name,
        "path": path,
        **tiers_of(twin).as_dict(),
        "kinds": kinds_of(twin),
        "operations": [_row(twin, one) for one in twin.contract.operations],
        "credential": credential(twin.contract, twin.service, token),
        "token": token,
    }


def _row(twin: Twin, operation: Operation) -> dict[str, Any]:
    from twingen.cli.tiers import standing_of

    standing = standing_of(twin, operation.key)
    return {
        "key": operation.key,
        "id": operation.id,
        "method": operation.method,
        "path": operation.path,
        "tier": standing.tier,
        "reasons": list(standing.reasons),
    }


def _one(twin: Twin, text: str) -> Operation:
    """Return the operation of that key, id, or method and path; raises UsageError."""
    operations = twin.contract.operations
    method, _, path = text.partition(" ")
    written = f"{method.upper()} {path}"
    for one in operations:
        if text in {one.key, one.id} or written == f"{one.method} {one.path}":
            return one
    needle = text.lower().removeprefix(method.lower() + " ") if path else text.lower()
    close = [one for one in operations if needle in one.id.lower() or needle in one.path.lower()]
    listed = ", ".join(one.id or one.key for one in close[:5])
    raise UsageError(
        f"{twin.name} documents no operation {text!r}",
        remedy=f"is it one of these? {listed}" if close else f"twingen show {twin.name} lists all",
    )


def _print(twin: Twin) -> None:
    from twingen.cli.tiers import kinds_of, standing_of, tiers_of

    click.echo(f"{click.style(twin.name, bold=True)}  {twin.title}  {twin.contract.version}".rstrip())
    click.echo(str(tiers_of(twin)))
    kinds = kinds_of(twin)
    if kinds["documented"]:
        click.echo(f"{kinds['documented']} kinds of request behind them, {kinds['semantic']} semantic")
    click.echo()
    for one in twin.contract.operations:
        tier = standing_of(twin, one.key).tier
        label = click.style(f"{tier:<12}", fg=_COLOURS[tier])
        click.echo(f"{label}{one.method:<7} {one.path}  {one.id}".rstrip())


def _print_one(twin: Twin, operation: Operation) -> None:
    from twingen.cli.tiers import standing_of

    standing = standing_of(twin, operation.key)
    click.echo(click.style(f"{operation.method} {operation.path}", bold=True))
    if operation.summary:
        click.echo(operation.summary)
    facts = [("id", operation.id), ("key", operation.key)]
    behaviour = _behaviour(twin, operation.key)
    if behaviour is not None:
        facts += [("does", behaviour.does), ("resource", behaviour.resource)]
        if behaviour.place is not None:
            facts.append(("written in", str(behaviour.place)))
        facts += [("cited", text) for text in behaviour.cite]
        facts += [("inferred", text) for text in behaviour.inferred]
    facts.append(("tier", standing.tier))
    if standing.proof is not None:
        facts.append(("proof", f"{standing.proof.kind}: {standing.proof.by}"))
    facts += [("because", reason) for reason in standing.reasons]
    for name, value in facts:
        click.echo(f"  {name:<11} {value}")


def _behaviour(twin: Twin, key: str) -> Behaviour | None:
    for resource in twin.resources:
        for operation in resource.operations:
            if operation.key == key:
                return operation
    return None
