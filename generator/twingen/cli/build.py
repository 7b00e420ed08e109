"""`twingen build`: compile documentation into a twin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from twingen.cli.names import (
    Found,
    base_name,
    checked_name,
    default_folder,
    find,
    find_for_adoption,
)
from twingen.cli.reports import write_reports
from twingen.errors import TwinError, UsageError

if TYPE_CHECKING:
    from twingen.agency import Agency

_FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("name")
@click.option("--docs", type=_FOLDER, metavar="DIR",
              help="Folder of documentation: OpenAPI, Swagger, Google Discovery, Markdown. Required.")  # fmt: skip
@click.option("--out", type=_FOLDER, metavar="DIR",
              help="The twin's own folder. [default: ./generated/NAME]")  # fmt: skip
@click.option("--adopt", metavar="NAME|PATH",
              help="The twin whose behaviours carry over. [default: what NAME means]")  # fmt: skip
@click.option("--fresh", is_flag=True, help="Adopt nothing: only what the rules infer.")
@click.option("--no-verify", is_flag=True, help="Do not prove the twin; exit code 0 all the same.")
@click.option("--agent", type=click.Choice(["off", "auto"]), default="auto", show_default=True,
              help="Whether a language model writes what the rules cannot infer.")  # fmt: skip
@click.option("--model", metavar="NAME", help="The agent's model. [default: claude-sonnet-5-5]")
@click.option("--budget", type=click.FloatRange(min=0), metavar="USD", help="What the agent may spend.")
@click.option("--max-turns", type=click.IntRange(min=1), default=60, show_default=True, metavar="N",
              help="Turns of one unit's conversation.")  # fmt: skip
@click.option("--unit", "units", multiple=True, metavar="NAME",
              help="Let the agent work on this unit only, as --dry-run names it. Repeatable.")  # fmt: skip
@click.option("--pattern", metavar="NAME|PATH",
              help="Show the agent this twin's conventions as an example of how one is written.")  # fmt: skip
@click.option("--exam", type=_FOLDER, metavar="DIR",
              help="Where the exam is kept, outside the twin. [default: the state folder]")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be built; write nothing.")
@click.option("--seconds", type=click.IntRange(min=1), default=300, show_default=True, metavar="N",
              help="Time limit of the proof.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Seed of the proof.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N",
              help="Processes that prove at once. [default: by operations and cores]")  # fmt: skip
@click.option("--report", "report_to", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Also write the whole report there: report.html, report.json, junit.xml.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object at the end.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Print every diagnostic and what was left out.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def build(
    name: str,
    docs: Path | None,
    out: Path | None,
    adopt: str | None,
    fresh: bool,
    no_verify: bool,
    agent: Literal["off", "auto"],
    model: str | None,
    budget: float | None,
    max_turns: int,
    units: tuple[str, ...],
    pattern: str | None,
    exam: Path | None,
    dry_run: bool,
    seconds: int,
    seed: int,
    jobs: int | None,
    report_to: Path | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    debug: bool,
) -> int:
    """Compile a service's documentation into the twin NAME.

    What is inferred comes from the contract alone; what the twin of that name knew before is kept
    (adoption). The old twin stays as it is until the new one is complete.

    The twin is then proved: rounds of cases on fresh seeds go on until three in a row find nothing, or
    the time is up. It is written all the same, with what was found in CONFORMANCE.md. After Ctrl-C the
    same command goes on from there.

    With ANTHROPIC_API_KEY set an agent writes what rules cannot know, and reads operations from pages that
    no contract documents (docs/agent.md). What the proof finds against its files goes back to it.

    \b
    Examples:
      twingen build acme --docs ./acme-api-docs              writes ./generated/acme
      twingen build okta --docs ./okta-2026.09 --out ./try   the shipped behaviours, a newer contract
      twingen build okta --docs ./okta-2026.09 --fresh       without them
      twingen build okta --docs ./okta-2026.09 --dry-run     what would come of it
      twingen build acme --docs ./acme-api-docs --seconds 60 --report ./report
      twingen build acme --docs ./acme-pages                 pages alone: needs ANTHROPIC_API_KEY
    \b
    Exit codes:
      0 built   3 built, not converged   4 no contract in --docs   2 wrong use   130 interrupted
    """
    from twingen import pipeline
    from twingen.cli.buildlog import BuildLog
    from twingen.conformance import Proof
    from twingen.folders import cache_folder

    name = checked_name(name)
    if docs is None:
        raise UsageError("--docs is missing", remedy=f"twingen build {name} --docs DIR")
    if not docs.exists():
        raise UsageError("there is no such folder", where=str(docs), remedy="--docs wants a folder")
    if not docs.is_dir():
        raise UsageError(
            "this is a file, and --docs wants a folder", where=str(docs),
            remedy=f"--docs {docs.parent}",
        )  # fmt: skip
    target = out if out is not None else default_folder(name)
    source = _adopted(name, adopt, fresh)
    log = BuildLog(quiet=quiet, verbose=verbose, to_stderr=as_json)
    log.begin(name, target, source, agent=_agent(agent))
    try:
        built = pipeline.build(
            base_name(name), docs, target,
            adopt_from=None if source is None else source.path,
            cache=cache_folder() / "ingest",
            dry_run=dry_run,
            proof=None if no_verify or dry_run else Proof(seconds=seconds, seed=seed, jobs=jobs),
            agency=_agency(agent, dry_run, model, budget, max_turns, jobs, units, exam, pattern),
            on_event=log.event,
        )  # fmt: skip
    except TwinError as error:
        if source is not None and error.remedy is None:
            error.remedy = f"mend the twin in {source.path}, or --fresh to adopt nothing from it"
        raise
    except KeyboardInterrupt:
        log.interrupted()
        raise
    finally:
        log.close()
    if report_to is not None:
        write_reports(built.report, ("html", "json", "junit"), report_to)
    log.end(built, as_json=as_json)
    return 3 if built.report.converged is False else 0


def _adopted(name: str, adopt: str | None, fresh: bool) -> Found | None:
    if fresh and adopt is not None:
        raise UsageError("--fresh adopts nothing, --adopt something", remedy="give one of the two")
    if fresh:
        return None
    return find_for_adoption(name) if adopt is None else find(adopt)


def _agency(
    agent: str, dry_run: bool, model: str | None, budget: float | None, max_turns: int,
    jobs: int | None, units: tuple[str, ...], exam: Path | None, pattern: str | None,
) -> Agency | None:
    if agent == "off":
        return None
    from twingen.agency import Agency
    from twingen.agent import DEFAULT_MODEL, Settings
    from twingen.agent.loop import Limits

    settings = Settings(
        model=model or DEFAULT_MODEL, budget=budget, jobs=jobs or 4, limits=Limits(turns=max_turns),
        only=units, pattern=_conventions(pattern),
    )  # fmt: skip
    asks = bool(os.environ.get("ANTHROPIC_API_KEY")) and not dry_run
    return Agency(settings=settings, asks=asks, exam=exam, sizes=dry_run)


def _conventions(pattern: str | None) -> str:
    """Return the service.yaml of the twin that is to be an example."""
    if pattern is None:
        return ""
    file = find(pattern).path / "service.yaml"
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read: {error}", where=str(file), remedy="--pattern wants a twin") from None


def _agent(agent: str) -> str:
    """Return the line that tells whether an agent takes part."""
    if agent == "off":
        return "no agent (--agent off): the rules and what was adopted"
    if os.environ.get("ANTHROPIC_API_KEY"):
        return "works on what rules cannot know (ANTHROPIC_API_KEY is set; --agent off does without)"
    return "no agent (no ANTHROPIC_API_KEY): the rules and what was adopted"
