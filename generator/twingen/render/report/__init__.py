"""A report in the forms that people and machines read it in."""

from __future__ import annotations

import json

from twingen.errors import UsageError
from twingen.report.data import dump
from twingen.report.digest import REPORT
from twingen.report.model import Report


def render(report: Report, form: str) -> tuple[str, str]:
    """Return file name and text of a report as html, json, md or junit."""
    match form:
        case "html":
            from twingen.render.report.html import render_html

            return "report.html", render_html(report)
        case "json":
            return "report.json", json.dumps(dump(report), indent=1, ensure_ascii=False) + "\n"
        case "md":
            from twingen.render.report.markdown import render_markdown

            return REPORT, render_markdown(report)
        case "junit":
            from twingen.render.report.junit import render_junit

            return "junit.xml", render_junit(report)
    raise UsageError(f"there is no report {form!r}", remedy="html, json, md or junit")


__all__ = ["render"]
