"""What `twingen build` prints: stages while they run, diagnostics, and a summary."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from twingen.cli.agentlog import AgentProgress, plan_lines, prose_lines, summary_lines
from twingen.cli.names import Found
from twingen.cli.proving import ProofScreen, summary
from twingen.cli.tiers import kinds_of, tiers_of
from twingen.contract.diagnostics import Diagnostic
from twingen.pipeline import Built, Event, Progress, Proving, StageFinished, StageStarted, Working
from twingen.report.data import dump
from twingen.report.model import Report

_SHOWN = 3
_COLOURS = {"error": "red", "warning": "yellow", "note": "blue"}
_ERASE = "\r\x1b[K"


class BuildLog:
    """Prints a build's events; `to_stderr` keeps standard output free for JSON."""

    def __init__(self, *, quiet: bool, verbose: bool, to_stderr: bool):
        self.quiet = quiet
        self.verbose = verbose
        self.to_stderr = to_stderr
        self.live = (sys.stderr if to_stderr else sys.stdout).isatty() and not quiet
        self._drawn = False
        self._proving = False
        self.agent = AgentProgress()
        self.screen = ProofScreen(quiet=quiet, verbose=verbose)

    def begin(self, name: str, target: Path, source: Found | None, *, agent: str) -> None:
        self._say(f"{click.style(name, bold=True)} → {target}")
        self._say(f"  {'adopts':<9}{'nothing' if source is None else source}")
        self._say(f"  {'agent':<9}{agent}")

    def event(self, event: Event) -> None:
        match event:
            case StageStarted():
                self._draw(f"  {event.stage:<9}{event.detail} ...")
            case Proving():
                self._proving = True
                if not self.quiet:
                    self.close()
                    self.screen.event(event.event)
            case Working():
                line = self.agent.event(event.event)
                if line is not None:
                    self._say(f"    {line}")
                self._draw(f"  {self.agent.line}")
            case Progress():
                if self.verbose:
                    self._say(f"  {'':<9}{event.text}")
                else:
                    self._draw(f"  {event.text}")
            case StageFinished():
                self.screen.close()
                counts = ", ".join(f"{number} {what}" for what, number in event.counts.items())
                self._say(f"  {event.stage:<9}{counts}  ({event.seconds:.1f} s)")

    def close(self) -> None:
        """End the line that is being drawn over, if there is one."""
        self.screen.close()
        if self._drawn:
            click.echo(_ERASE, nl=False, err=self.to_stderr)
            self._drawn = False

    def interrupted(self) -> None:
        """Say what an interruption does not undo."""
        self.close()
        if self._proving and not self.quiet:
            click.echo("what the proof found is kept: the same command goes on from there", err=True)
        elif self.agent.done + len(self.agent.running) and not self.quiet:
            click.echo("what the agent did is in the ledger: the same command goes on from there", err=True)

    def end(self, built: Built, *, as_json: bool) -> None:
        """Print diagnostics and summary, and what the proof came to if one was asked for."""
        self._diagnostics(built)
        self._left_out(built)
        self._listed("stale", "by hand and written against other documents: kept as they are", built.stale)
        self._listed("merged", "edited by hand follow the rules or the agent where the hand left them alone", built.merged)
        self._listed("conflicts", "changed by hand and by the rules or the agent: look at them", built.conflicts)
        self._summary(built)
        if as_json:
            click.echo(json.dumps(_as_json(built), indent=2))

    def _summary(self, built: Built) -> None:
        twin = built.twin
        self._say("")
        self._say(f"{click.style(twin.title, bold=True)}: {tiers_of(twin)}")
        kinds = kinds_of(twin)
        if kinds["documented"]:
            self._say(f"  {kinds['documented']} kinds of request behind them, {kinds['semantic']} semantic")
        if built.adopted:
            self._say(f"  {len(built.adopted)} files adopted")
        if built.worked is not None:
            worked = built.worked
            if worked.improved is not None:
                lines = summary_lines(worked.improved, worked.examined)
            else:
                lines = plan_lines(worked.planned, whole=not built.written)
            for line in [*prose_lines(worked.read), *lines]:
                self._say(f"  {line}")
        if built.written:
            self._say(f"written to {built.path} in {built.seconds:.1f} s")
            self._say(f"next: twingen run {shlex.quote(_as_path(built.path))}")
        else:
            self._say(f"nothing was written (--dry-run), {built.seconds:.1f} s")
        if built.report.converged is not None:
            self._proved(built.report)

    def _proved(self, report: Report) -> None:
        """Print what holds; why a twin has not converged is said even where little is printed."""
        self._say("")
        for line in summary(report):
            self._say(line)
        if not report.converged and self.quiet:
            click.echo(f"not converged: {report.not_reached}", err=True)

    def _diagnostics(self, built: Built) -> None:
        by_level: dict[str, list[Diagnostic]] = {"error": [], "warning": [], "note": []}
        for diagnostic in built.diagnostics:
            by_level[diagnostic.level].append(diagnostic)
        for level, found in by_level.items():
            if not found:
                continue
            codes = ", ".join(
                f"{number} {code}"
                for code, number in Counter(one.code for one in found).most_common(5)
            )
            head = click.style(f"{len(found)} {level}{'s' if len(found) > 1 else ''}", fg=_COLOURS[level])
            self._say(f"  {head}: {codes}")
            whole = self.verbose or level == "error"
            shown = found if whole else found[:_SHOWN] if level == "warning" else []
            for one in shown:
                self._say(f"    {one}")
            if shown and len(shown) < len(found):
                self._say(f"    and {len(found) - len(shown)} more (-v shows all)")

    def _left_out(self, built: Built) -> None:
        if not built.left_out:
            return
        self._say(
            f"  {len(built.left_out)} left out: adopted behaviours of operations that are not "
            "documented here"
        )
        for line in built.left_out if self.verbose else built.left_out[:_SHOWN]:
            self._say(f"    {line}")
        if not self.verbose and len(built.left_out) > _SHOWN:
            self._say(f"    and {len(built.left_out) - _SHOWN} more (-v shows all)")

    def _listed(self, name: str, what: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        self._say(f"  {len(lines)} {name}: units {what}")
        for line in lines if self.verbose else lines[:_SHOWN]:
            self._say(f"    {line}")
        if not self.verbose and len(lines) > _SHOWN:
            self._say(f"    and {len(lines) - _SHOWN} more (-v shows all)")

    def _say(self, text: str) -> None:
        if self.quiet:
            return
        self.close()
        click.echo(text, err=self.to_stderr)

    def _draw(self, text: str) -> None:
        """Show a line that the next one replaces (terminals only)."""
        if not self.live:
            return
        width = shutil.get_terminal_size().columns
        click.echo(_ERASE + text[: width - 1], nl=False, err=self.to_stderr)
        self._drawn = True


def _as_path(path: Path) -> str:
    """Return a path in a form that no command takes for a name."""
    text = str(path)
    return text if "/" in text or "." in text else f"./{text}"


def _as_json(built: Built) -> dict[str, Any]:
    twin = built.twin
    return {
        "name": twin.name,
        "path": str(built.path),
        "written": built.written,
        "converged": built.report.converged is True,
        "not_reached": built.report.not_reached,
        "proof": dump(built.report)["sums"],
        "seconds": round(built.seconds, 3),
        **tiers_of(twin).as_dict(),
        "kinds": kinds_of(twin),
        "adopted": list(built.adopted),
        "left_out": list(built.left_out),
        "stale": list(built.stale),
        "merged": list(built.merged),
        "conflicts": list(built.conflicts),
        "diagnostics": [
            {
                "level": one.level,
                "code": one.code,
                "message": one.message,
                "document": one.origin.document,
                "line": one.origin.line,
                "pointer": one.origin.pointer,
                "left_out": one.left_out,
            }
            for one in built.diagnostics
        ],
    }
