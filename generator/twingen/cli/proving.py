"""What is shown of a proof: one line that moves while it runs, and the figures when it is done."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator

import click

from twingen.report.model import Finding, Report
from twingen.report.sums import Share, Sums, by_unit, sums
from twingen.verify.converge import (
    LoopEvent,
    ProverBegan,
    Repairing,
    Resumed,
    RoundBegan,
    RoundEnded,
)
from twingen.verify.events import Began, Found, Noted, Tried

_SHOWN = 20
_ERASE = "\r\x1b[K"
_OFTEN = 0.1


class ProofScreen:
    """Shows a proof on standard error: a line drawn over on a terminal, a line a round elsewhere."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False):
        self.quiet = quiet
        self.verbose = verbose
        self.live = sys.stderr.isatty() and not quiet
        self._round = 0
        self._prover = ""
        self._total: int | None = None
        self._reached: set[str] = set()
        self._cases = 0
        self._findings = 0
        self._until = 0.0
        self._drawn = 0.0

    def event(self, event: LoopEvent) -> None:
        match event:
            case Resumed():
                self._findings = event.findings
                self._say(f"goes on after round {event.rounds}: {_many(event.findings, 'finding')} so far")
            case RoundBegan():
                self._round = event.number
            case ProverBegan():
                self._prover, self._total, self._until = event.name, None, time.monotonic() + event.left
                self._reached.clear()
            case Began():
                if event.total is not None:
                    self._total = event.total
            case Tried():
                self._reached.add(event.operation)
                self._cases += 0 if event.column == "published" else event.cases
            case Found():
                self._findings += 1
                if self.verbose:
                    self._say(f"  {_line(event.finding)}")
            case Noted():
                if self.verbose or event.note.level == "error":
                    self._say(f"  {event.note.level}: {event.note.text}")
            case Repairing():
                self._say(f"  repaired: {event.excuse.what}")
            case RoundEnded():
                one = event.round
                self._findings = one.open
                self._say(
                    f"round {one.number}: {one.cases:,} cases, {one.new} new, {one.open} open, "
                    f"{one.repaired} repaired ({one.seconds:.1f} s; {event.quiet} of 3 quiet)"
                )
        self._draw()

    def close(self) -> None:
        """End the line that is being drawn over, if there is one."""
        if self._drawn:
            click.echo(_ERASE, nl=False, err=True)
            self._drawn = 0.0

    def _draw(self) -> None:
        now = time.monotonic()
        if not self.live or now - self._drawn < _OFTEN:
            return
        of = f"/{self._total}" if self._total else ""
        left = max(0, round(self._until - now))
        text = (
            f"round {self._round} · {self._prover} · {len(self._reached)}{of} operations · "
            f"{self._cases:,} cases · {_many(self._findings, 'finding')} · {left // 60}:{left % 60:02} left"
        )
        width = shutil.get_terminal_size().columns
        click.echo(_ERASE + text[: width - 1], nl=False, err=True)
        self._drawn = now

    def _say(self, text: str) -> None:
        if not self.quiet:
            self.close()
            click.echo(text, err=True)


def summary(report: Report) -> Iterator[str]:
    """Yield the lines that tell what holds, with denominators, and what is left by unit."""
    total = sums(report)
    where = "" if report.address == "in process" else f" at {report.address}"
    yield f"{click.style(report.name, bold=True)}  {report.title}  {report.contract}{where}".rstrip()
    beside = f", beside them {total.unsupported} unsupported" if total.unsupported else ""
    rows = [
        ("tiers", f"{total.semantic} semantic, {total.shape} shape of {total.documented} operations{beside}"),
        ("contract as published", _operations(total.published, total)),
        ("contract with overlay", _operations(total.overlay, total)),
        ("laws", _share(total.laws, "laws on operations held")),
        ("scenarios", _share(total.stories, f"trajectories of {_many(total.scenarios, 'scenario')} satisfied")),
        ("recordings", _share(total.recordings, "recorded answers matched")),
        ("contract cases", _cases(total)),
    ]
    for name, text in rows:
        yield f"  {name:<22}{text}"
    for kind, text in (("deviation", "findings are excused by"), ("demotion", "were made:")):
        count = sum(one.kind == kind for one in report.excuses)
        if kind == "deviation" and total.excused:
            yield f"  {'deviations':<22}{total.excused} {text} {count} deviations or the overlay"
        elif kind == "demotion" and count:
            yield f"  {'repairs':<22}{count}"
            yield from (f"    {one.what}: {one.why}" for one in report.excuses if one.kind == kind)
    yield from _findings(report)
    yield ""
    yield _verdict(report)


def _operations(share: Share, total: Sums) -> str:
    if not share.of:
        return "not tried"
    untried = f"; {total.untried} not tried" if total.untried else ""
    return f"{share} operations pass every case{untried}"


def _share(share: Share, what: str) -> str:
    return f"{share} {what}" if share.of else "none tried"


def _cases(total: Sums) -> str:
    if not total.cases.cases:
        return "none"
    text = f"{total.cases.cases:,} generated, median {total.median_cases:,} an operation"
    if total.cases.bound is not None:
        return f"{text}; none failed: fewer than {total.cases.bound:.2%} of such cases do (95%)"
    return f"{text}; {total.cases.failed:,} failed"


def _findings(report: Report) -> Iterator[str]:
    left = report.open
    if not left:
        return
    yield ""
    yield click.style(f"{_many(len(left), 'finding')} left", fg="red", bold=True)
    shown = 0
    for unit, found in by_unit(left):
        if shown >= _SHOWN:
            break
        yield f"  {unit}  {len(found)}"
        for finding in found[: _SHOWN - shown]:
            shown += 1
            yield f"    {_line(finding)}"
            if finding.curl:
                yield click.style(f"      {finding.curl[-1][:200]}", dim=True)
    if shown < len(left):
        yield f"  … and {len(left) - shown} more: --report html --out DIR"


def _verdict(report: Report) -> str:
    if report.converged:
        return click.style("converged", fg="green", bold=True) + (
            f": {len(report.rounds)} rounds, the last three found nothing ({report.seconds:.0f} s)"
        )
    return click.style("not converged", fg="yellow", bold=True) + f": {report.not_reached}"


def _line(finding: Finding) -> str:
    where = finding.operation or "the service"
    more = f" ({finding.count} times)" if finding.count > 1 else ""
    return f"{where}  {finding.check}: {finding.title.splitlines()[0] if finding.title else ''}{more}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
