"""A report in short: the CONFORMANCE.md of a twin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from twingen.render.report.words import READING, bound, many, of, verdict
from twingen.report.model import Report
from twingen.report.sums import Share, by_resource, by_unit, statuses, sums

_SHOWN = 40
_DIGEST = re.compile(r"^<!-- twin: ([0-9a-f]{32}) -->$", re.MULTILINE)
_VERDICT = re.compile(r"^\*\*([A-Z][a-z ]+)\.\*\*", re.MULTILINE)
_PROVED = "<!-- proved -->"


def render_markdown(report: Report) -> str:
    """Return the report without anything that differs from one run of a seed to the next."""
    return "\n".join(_lines(report)) + "\n"


def digest_in(text: str) -> str:
    """Return the digest of the twin that a CONFORMANCE.md is about; "" where it says none."""
    found = _DIGEST.search(text)
    return found.group(1) if found else ""


def verdict_in(text: str) -> str:
    """Return what a CONFORMANCE.md came to: converged, not converged or not proved."""
    found = _VERDICT.search(text)
    return found.group(1).lower() if found else "not proved"


def is_proof(text: str) -> bool:
    """Return whether a CONFORMANCE.md tells of a proof, and not only that there was none."""
    return _PROVED in text


def _lines(report: Report) -> Iterator[str]:
    total = sums(report)
    said = verdict(report)
    yield f"# Conformance of {_plain(report.name)}"
    yield ""
    yield f"<!-- twin: {report.digest} -->"
    if report.converged is not None:
        yield _PROVED
    yield ""
    yield f"**{said.text}.** {_plain(said.why)}"
    yield ""
    yield f"{_plain(report.title)}, contract {_plain(report.contract) or 'without a version'}, twingen {report.twingen}."
    yield ""
    yield "| | | of | |"
    yield "|---|---:|---:|---|"
    tiers = f"{total.shape} shape, {total.unsupported} unsupported"
    whose = " of the twin, which was not asked" if report.foreign else ""
    yield f"| semantic operations{whose} | {total.semantic} | {total.documented} | {tiers} |"
    untried = f"{total.untried} not tried" if total.untried else ""
    yield _row("operations that pass the contract as published", total.published, untried)
    yield _row("operations that pass the contract with overlay", total.overlay, untried)
    yield _row("laws held on operations", total.laws)
    yield _row("scenario trajectories satisfied", total.stories, many(total.scenarios, "scenario") if total.stories.of else "")
    yield _row("recorded answers matched", total.recordings)
    if total.cases.cases:
        failed = total.cases.failed
        text = f"{bound(total.cases)} of such cases fail (95%)" if not failed else ""
        yield f"| generated cases that pass | {total.cases.held:,} | {total.cases.cases:,} | {text} |"
    yield ""
    if report.rounds:
        yield f"{many(len(report.rounds), 'round')} from seed {report.seed}; median {total.median_cases:,} cases an operation."
        yield ""
    yield from _resources(report)
    yield from _findings(report)
    yield from _excuses(report)
    if report.notes:
        yield "## What to know"
        yield ""
        yield from (f"- {_plain(note.text)}" for note in report.notes[:_SHOWN])
        yield ""
    yield "## How to read this"
    yield ""
    yield from "\n\n".join(READING).split("\n")


def _row(name: str, share: Share, note: str = "") -> str:
    held, of_ = (f"{share.held:,}", f"{share.of:,}") if share.of else ("–", "none tried")
    return f"| {name} | {held} | {of_} | {note} |"


def _resources(report: Report) -> Iterator[str]:
    groups = by_resource(report)
    if not groups:
        return
    standing = statuses(report)
    proved = report.converged is not None
    yield "## By resource"
    yield ""
    yield "| resource | operations | semantic | shape | unsupported |" + (" hold | open |" if proved else "")
    yield "|---|---:|---:|---:|---:|" + ("---:|---:|" if proved else "")
    holding: dict[str, int] = {}
    for one in report.operations:
        holding[one.resource] = holding.get(one.resource, 0) + (standing[one.key] == "holds")
    for name, total in groups.items():
        line = f"| {_plain(name)} | {total.documented} | {total.semantic} | {total.shape} | {total.unsupported} |"
        supported = total.documented - total.unsupported
        yield line + (f" {of(holding[name], supported)} | {total.open} |" if proved else "")
    yield ""


def _findings(report: Report) -> Iterator[str]:
    left = report.open
    if not left:
        return
    yield f"## {many(len(left), 'finding')} left".replace(",", "")
    yield ""
    shown = 0
    for unit, found in by_unit(left):
        if shown >= _SHOWN:
            break
        yield f"- {_code(unit)}"
        for one in found[: _SHOWN - shown]:
            shown += 1
            yield f"  - {_code(one.operation or 'the service')} {_plain(one.check)}: {_plain(one.title)}"
    if shown < len(left):
        yield f"- … and {len(left) - shown} more"
    yield ""


def _excuses(report: Report) -> Iterator[str]:
    for kind, title in (("demotion", "Repairs of this proof"), ("deviation", "Deviations"), ("repair", "Overlay")):
        entries = [one for one in report.excuses if one.kind == kind]
        if not entries:
            continue
        yield f"## {title}"
        yield ""
        for one in entries[:_SHOWN]:
            evidence = f" ({_plain(one.evidence)})" if one.evidence else ""
            yield f"- {_code(one.what)}: {_plain(one.why)}{evidence}"
        if len(entries) > _SHOWN:
            yield f"- … and {len(entries) - _SHOWN} more"
        yield ""


def _plain(text: str) -> str:
    """Return a text from outside as one line in which Markdown and HTML see nothing of theirs."""
    flat = " ".join(text.split())
    flat = flat if len(flat) <= 300 else f"{flat[:299]}…"
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", flat)


def _code(text: str) -> str:
    flat = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{flat}`"
