"""`twingen list`: the twins that have a name here."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from twingen.cli.names import every
from twingen.errors import TwinError


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table, with what was proved of each.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def list_twins(as_json: bool, markdown: bool, debug: bool) -> None:
    """List the twins in ./generated and those shipped with twingen.

    Aligned on a terminal; in a pipe tab-separated, a line each: name, operations, semantic, shape,
    unsupported, here or shipped, path, title.

    \b
    Examples:
      twingen list
      twingen list | cut -f1
      twingen list --json
      twingen list --markdown                 the table in README.md
    """
    from twingen.cli.tiers import tiers_of
    from twingen.twin.load import load_twin

    rows = []
    for found in every():
        row: dict[str, object] = {"name": found.name, "path": str(found.path), "source": found.source}
        try:
            twin = load_twin(found.path)
        except TwinError as error:
            click.echo(f"{found.name}: {error}", err=True)
            row["error"] = str(error)
        else:
            row |= {"title": twin.title, **tiers_of(twin).as_dict()}
        rows.append(row)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo("no twins here; build one: twingen build NAME --docs DIR", err=True)
        return
    if markdown:
        click.echo("\n".join(_table(rows)))
        return
    columns = ("name", "documented", "semantic", "shape", "unsupported", "source", "path", "title")
    lines = [[str(row.get(column, "-")) for column in columns] for row in rows]
    if not sys.stdout.isatty():
        for line in lines:
            click.echo("\t".join(line))
        return
    heads = ["NAME", "OPERATIONS", "SEMANTIC", "SHAPE", "UNSUPPORTED", "FROM", "PATH", "TITLE"]
    widths = [max(len(line[n]) for line in [heads, *lines]) for n in range(len(heads))]
    for number, line in enumerate([heads, *lines]):
        text = "  ".join(
            cell.rjust(width) if 1 <= n <= 4 else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        click.echo(click.style(text, bold=True) if number == 0 else text)


def _table(rows: list[dict[str, object]]) -> Iterator[str]:
    """Yield a Markdown table of the twins that load; the proof is what CONFORMANCE.md says of it."""
    from twingen.render.report.markdown import verdict_in
    from twingen.report.digest import REPORT

    yield "| twin | of | operations | semantic | shape | unsupported | proof |"
    yield "|---|---|---:|---:|---:|---:|---|"
    for row in rows:
        if "error" in row:
            continue
        file = Path(str(row["path"])) / REPORT
        said = verdict_in(file.read_text(encoding="utf-8")) if file.exists() else "not proved"
        yield (
            f"| {row['name']} | {row['title']} | {row['documented']} | {row['semantic']} | {row['shape']} | "
            f"{row['unsupported']} | [{said}]({file.as_posix()}) |"
        )
