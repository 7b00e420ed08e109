"""A report as one self-contained page."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from twingen.folders import templates_folder
from twingen.render.report import charts
from twingen.render.report.words import READING, bound, many, of, verdict
from twingen.report.model import Finding, OperationResult, Report, Story, Tally
from twingen.report.sums import Share, Sums, by_resource, by_unit, statuses, sums

_GROUPS = (
    ("demotion", "Repairs of this proof", "behaviours that it took back, and samples that it dropped"),
    ("deviation", "Deviations", "where the real service differs from its contract"),
    ("repair", "Overlay", "repairs of the published contract"),
)
_FOREIGN = "another server was asked: tiers and files are the twin's, and say nothing of it"
_COLUMNS = {"published": "as published", "overlay": "with the overlay"}

Row = dict[str, Any]


def render_html(report: Report) -> str:
    """Return the page. Everything from outside is escaped; style, script and charts are inside."""
    folder = templates_folder() / "report"
    environment = Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    total = sums(report)
    standing = statuses(report)
    known = {one.key: one for one in report.operations}
    # Style and script are the project's own text, which must not be escaped.
    style = Markup((folder / "style.css").read_text(encoding="utf-8"))
    script = Markup((folder / "script.js").read_text(encoding="utf-8"))
    sections = [("findings", "Findings"), ("operations", "Operations")]
    sections += [("scenarios", "Scenarios")] if report.stories else []
    sections += [("record", "On record")] if report.excuses else []
    sections += [("notes", "Notes")] if report.notes else []
    return environment.get_template("report.html").render(
        name=report.name,
        title=report.title,
        style=style,
        script=script,
        sections=sections,
        verdict=verdict(report),
        facts=_facts(report, total),
        tiles=_tiles(report, total),
        convergence={
            "svg": charts.convergence(report.rounds),
            "about": "findings by round: new as bars, open as a line",
        },
        coverage={"svg": charts.coverage(by_resource(report))},
        choices=_choices(report, standing),
        findings_total=len(report.findings),
        units=[
            {"name": unit, "findings": [_finding(one, known, standing) for one in found]}
            for unit, found in by_unit(sorted(report.findings, key=lambda one: not one.open))
        ],
        operations=[_operation(one, standing[one.key]) for one in report.operations],
        stories=[_story(one) for one in report.stories],
        excuses=_excuses(report),
        notes=report.notes,
        reading=READING,
    )


def _facts(report: Report, total: Sums) -> list[tuple[str, str]]:
    facts = [
        ("Contract", report.contract or "no version"),
        ("Where", report.address),
        ("Cases", f"{total.cases.cases:,}, median {total.median_cases:,} an operation"),
        ("Rounds", f"{len(report.rounds)} from seed {report.seed}"),
        ("Time", f"{report.seconds:,.0f} s"),
        ("twingen", report.twingen),
    ]
    return facts + ([("Digest of the twin", report.digest[:12])] if report.digest else [])


def _tiles(report: Report, total: Sums) -> list[Row]:
    untried = f"{total.untried} not tried" if total.untried else "every supported operation was tried"
    overlay = untried
    if total.cases.bound is not None:
        overlay = f"{untried}; {bound(total.cases)} of such cases fail (95%)"
    tiers = [("semantic", total.semantic), ("shape", total.shape), ("unsupported", total.unsupported)]
    return [
        _tile("Contract, with overlay", total.overlay, f"operations pass every case; {overlay}"),
        _tile("Contract, as published", total.published, "operations pass every case"),
        {
            "title": "Semantic in the twin" if report.foreign else "Semantic operations", "held": f"{total.semantic:,}",
            "of": f"{total.documented:,}" if total.documented else None,
            "parts": [{"kind": kind, "count": count} for kind, count in tiers if count],
            "label": ", ".join(f"{count} {kind}" for kind, count in tiers),
            "note": _FOREIGN if report.foreign
            else f"{total.shape} shape, {total.unsupported} unsupported, beside the other figures",
        },
        _tile("Laws held", total.laws, "laws on operations, each with defects that it must notice"),
        _tile("Scenarios satisfied", total.stories, f"trajectories of {many(total.scenarios, 'scenario')}"),
        _tile("Recordings matched", total.recordings, "answers of the real service"),
    ]  # fmt: skip


def _tile(title: str, share: Share, note: str) -> Row:
    missed = share.of - share.held
    parts = [{"kind": kind, "count": count} for kind, count in (("held", share.held), ("missed", missed)) if count]
    return {
        "title": title,
        "held": f"{share.held:,}",
        "of": f"{share.of:,}" if share.of else None,
        "note": note if share.of else "",
        "parts": parts,
        "label": f"{share.held} hold, {missed} do not",
    }


def _choices(report: Report, standing: Any) -> list[Row]:
    resources = sorted({one.resource for one in report.operations})
    tiers = [tier for tier in ("semantic", "shape", "unsupported") if any(o.tier == tier for o in report.operations)]
    found = sorted(set(standing.values()))
    return [
        {"name": "tier", "title": "Tier", "all": "Every tier", "options": tiers},
        {"name": "resource", "title": "Resource", "all": "Every resource", "options": resources},
        {"name": "status", "title": "Status", "all": "Every status", "options": found},
    ]


def _finding(one: Finding, known: dict[str, OperationResult], standing: Any) -> Row:
    operation = known.get(one.operation)
    passages = [{"quote": passage.quote, "place": str(passage)} for passage in one.passages]
    words = (one.title, one.operation, one.check, one.cause, one.unit, operation.id if operation else "")
    return {
        "anchor": f"f-{sha256(one.identity.encode()).hexdigest()[:10]}",
        "state": "open" if one.open else "excused",
        "source": one.source,
        "title": one.title,
        "operation": one.operation or "the service as a whole",
        "check": one.check,
        "times": f" · {one.count:,} times" if one.count > 1 else "",
        "deviation": one.deviation,
        "cause": one.cause,
        "expected": one.expected,
        "observed": one.observed,
        "columns": " and ".join(_COLUMNS[column] for column in one.columns),
        "curl": "\n".join(one.curl),
        "passages": passages,
        "tier": operation.tier if operation else "",
        "resource": operation.resource if operation else "",
        "status": standing.get(one.operation, "fails" if one.open else "excused"),
        "text": " ".join(words).lower(),
    }


def _operation(one: OperationResult, status: str) -> Row:
    held = sum(one.laws.values())
    cells = [
        ("As published", _cases(one.published)),
        ("With overlay", _cases(one.overlay)),
        ("Bound", _cell(bound(one.overlay if one.overlay.cases else one.published) or "–", "none")),
        ("Laws", _share(held, len(one.laws))),
        ("Scenarios", _share(one.scenarios.held, one.scenarios.cases)),
        ("Recordings", _share(one.recordings.held, one.recordings.cases)),
    ]
    more = [("Operation", [one.id or one.key]), ("Key", [one.key]), ("Resource", [one.resource])]
    more += [("Why not more", list(one.reasons))] if one.reasons else []
    more += [("Proof", [one.proof])] if one.proof else []
    broken = [name for name, holds in one.laws.items() if not holds]
    more += [("Laws that fail", broken)] if broken else []
    more += [("Laws that hold", [", ".join(sorted(set(one.laws) - set(broken)))])] if held else []
    more += [("Not tried", [one.not_tried])] if one.not_tried else []
    return {
        "method": one.method,
        "path": one.path,
        "resource": one.resource,
        "tier": one.tier,
        "status": status,
        "cells": cells,
        "more": more,
        "text": " ".join((one.method, one.path, one.id, one.key, one.resource)).lower(),
    }


def _cases(tally: Tally) -> Row:
    if not tally.cases:
        return _cell("–", "none")
    if tally.failed:
        return _cell(f"{tally.failed:,} of {tally.cases:,} fail", "bad")
    return _cell(f"{tally.cases:,}", "")


def _share(held: int, total: int) -> Row:
    return _cell(f"{held}/{total}", "" if held == total else "bad") if total else _cell("–", "none")


def _cell(text: str, kind: str) -> Row:
    return {"text": text, "kind": kind}


def _story(one: Story) -> Row:
    whole = one.trajectories > 0 and one.satisfied == one.trajectories
    return {
        "id": one.id,
        "file": one.file,
        "summary": one.summary,
        "text": of(one.satisfied, one.trajectories),
        "trouble": one.trouble,
        "kind": "good" if whole else "bad",
    }


def _excuses(report: Report) -> list[Row]:
    groups = []
    for kind, title, about in _GROUPS:
        entries = [
            {
                "what": one.what, "why": one.why, "evidence": one.evidence,
                "used": f"excused {many(one.used, 'failing case')}" if one.used else "",
            }
            for one in report.excuses
            if one.kind == kind
        ]  # fmt: skip
        if entries:
            groups.append({"title": title, "about": about, "entries": entries})
    return groups
