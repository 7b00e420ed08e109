"""Where the commands that prove write their reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twingen.errors import UsageError

if TYPE_CHECKING:
    from twingen.report.model import Report

FORMS = ("html", "json", "md", "junit")


def write_reports(report: Report, forms: Sequence[str], out: Path) -> None:
    """Write a report in each form to the folder `out`, and say where."""
    from twingen.render.report import render

    try:
        out.mkdir(parents=True, exist_ok=True)
        for form in forms:
            name, text = render(report, form)
            (out / name).write_text(text, encoding="utf-8")
            click.echo(f"wrote {out / name}", err=True)
    except OSError as error:
        raise UsageError(f"the report cannot be written: {error.strerror}", where=str(out)) from None
