"""`twingen scenarios`: end-to-end stories, played on a twin or a server many times over."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twingen.cli.names import find, find_name
from twingen.errors import UsageError

if TYPE_CHECKING:
    from twingen.report.model import Finding, Story
    from twingen.twin.model import Twin
    from twingen.verify.events import Event
    from twingen.verify.scenarios.binding import Scenario

_TIMES = 10


@click.command()
@click.argument("twin", metavar="NAME|PATH")
@click.argument("files", nargs=-1, metavar="[FILE|DIR]...", type=click.Path(path_type=Path))
@click.option("--times", type=click.IntRange(min=1), metavar="N",
              help=f"Trajectories of each scenario. [default: {_TIMES} in process, 1 over HTTP]")  # fmt: skip
@click.option("--variants/--no-variants", default=True,
              help="Whether trajectories differ in names and in the order of independent steps. [default: they do]")  # fmt: skip
@click.option("--seed", type=int, metavar="N", help="Seed of the variants. [default: 0]")
@click.option("--base-url", "addresses", multiple=True, metavar="[NAME=]URL",
              help="Play on the server there instead; may be given for each twin that a scenario speaks to.")  # fmt: skip
@click.option("--destructive", multiple=True, metavar="HOST", help="Allow writes to this host of --base-url.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print the total only.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def scenarios(
    twin: str, files: tuple[Path, ...], times: int | None, variants: bool, seed: int | None,
    addresses: tuple[str, ...], destructive: tuple[str, ...], as_json: bool, quiet: bool, debug: bool,
) -> int:  # fmt: skip
    """Play a twin's scenarios and say how many trajectories satisfy them.

    A scenario is an Arazzo 1.0 workflow: requests in order, what each must answer, and what later
    ones take from earlier answers. FILES are scenario files and folders of them; without any, those in
    the twin's own scenarios/ folder are played. In process every trajectory has a world of its own.
    The first is the scenario as written; the others are about other names and titles, mint other ids,
    and have independent steps in another order. docs/scenarios.md has the format and the rules.

    With --base-url any server is tried. Off this machine nothing is written unless --destructive
    names the host; its token is read from $TWINGEN_TOKEN.

    \b
    Examples:
      twingen scenarios okta
      twingen scenarios okta my/scenarios/ more.yaml --times 100
      twingen scenarios okta --base-url http://127.0.0.1:9000
      twingen scenarios google-drive --base-url http://127.0.0.1:9001 \\
          --base-url google-sheets=http://127.0.0.1:9000
    \b
    Exit codes:
      0 every trajectory is satisfied   1 some are not
      2 wrong use, or a scenario that cannot be read or played   130 interrupted
    """
    from twingen.verify.scenarios import check_scenarios

    story = open_scenarios(twin, files, quiet=quiet)
    target = None
    if addresses:
        from twingen.cli.servers import servers

        target = servers(addresses, story.speaking, destructive)
    elif destructive:
        raise UsageError("--destructive needs a --base-url")
    if seed is None:
        seed = choose_seed(target)
    told = Outcome(seed=seed, times=times or (1 if addresses else _TIMES))
    for event in check_scenarios(
        [story.twin], target=target, files=files or None, times=told.times, variants=variants, seed=seed,
        find=story.finder,
    ):  # fmt: skip
        told.take(event)
        if not quiet and not as_json:
            show_progress(event)
    if as_json:
        click.echo(json.dumps(told.data(story.twin.name), indent=2))
    else:
        told.print(quiet=quiet)
    if any(one.trouble for one in told.stories):
        return 2
    return 0 if told.satisfied == told.played else 1


@dataclass(slots=True)
class Opened:
    """A twin with its scenarios, all read: `speaking` are the twins that they speak to, it first."""

    twin: Twin
    scenarios: list[Scenario]

    @property
    def speaking(self) -> list[Twin]:
        found = {self.twin.name: self.twin}
        for scenario in self.scenarios:
            found |= {twin.name: twin for twin in scenario.twins.values()}
        return list(found.values())

    @staticmethod
    def finder(name: str) -> Twin | None:
        """Return a twin that a source is named after: ./generated, or shipped."""
        from twingen.twin.load import load_twin

        found = find_name(name)
        return None if found is None else load_twin(found.path)


def open_scenarios(name: str, files: Sequence[Path], *, quiet: bool) -> Opened:
    """Read a twin and its scenarios; raises what is wrong with the first file that is not right."""
    from twingen.twin.load import load_twin
    from twingen.verify.scenarios.gathering import finder, gather

    found = find(name)
    if not quiet:
        click.echo(str(found), err=True)
    twin = load_twin(found.path)
    scenarios: list[Scenario] = []
    for one in gather([twin], files or None, finder([twin], Opened.finder)):
        if isinstance(one, tuple):
            raise one[1]
        scenarios.append(one)
    if not scenarios:
        raise UsageError(
            f"{twin.name} has no scenarios", where=str(found.path),
            remedy=f"write one into {found.path / 'scenarios'}/, or name a file",
        )  # fmt: skip
    return Opened(twin, scenarios)


def choose_seed(target: Any) -> int:
    """Return 0, or what chance gives where earlier trajectories left their names behind."""
    if target is None:
        return 0
    from twingen.verify.scenarios.stage import is_twin

    if all(is_twin(one) for one in target.values()):
        return 0
    return random.SystemRandom().randrange(1, 1_000_000)


@dataclass(slots=True)
class Outcome:
    """What was told, for printing."""

    seed: int
    times: int
    stories: list[Story] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def played(self) -> int:
        return sum(one.trajectories for one in self.stories)

    @property
    def satisfied(self) -> int:
        return sum(one.satisfied for one in self.stories)

    def take(self, event: Event) -> None:
        from twingen.verify.events import Found, Told

        match event:
            case Told():
                self.stories.append(event.story)
            case Found():
                self._found(event.finding)

    def _found(self, finding: Finding) -> None:
        """Add a finding; one that is known counts once more."""
        for place, known in enumerate(self.findings):
            if known.identity == finding.identity:
                self.findings[place] = replace(known, count=known.count + finding.count)
                return
        self.findings.append(finding)

    def data(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "seed": self.seed,
            "trajectories": self.played,
            "satisfied": self.satisfied,
            "satisfaction": self.satisfied / self.played if self.played else None,
            "stories": [{**asdict(one), "satisfaction": one.satisfaction} for one in self.stories],
            "findings": [asdict(one) for one in self.findings],
        }

    def print(self, *, quiet: bool) -> None:
        if not quiet:
            width = max(len(one.id) for one in self.stories)
            for story in self.stories:
                click.echo(_row(story, width))
            for finding in self.findings:
                click.echo()
                print_finding(finding)
            for story in self.stories:
                if story.trouble:
                    click.echo(f"\n{story.id} cannot be played: {story.trouble}", err=True)
            click.echo()
        share = f" ({self.satisfied / self.played:.1%})" if self.played else ""
        seed = f", seed {self.seed}" if self.seed else ""
        click.echo(
            f"{len(self.stories)} scenario{'s' * (len(self.stories) != 1)}, {self.satisfied} of {self.played} "
            f"trajectories satisfied{share}{seed}"
        )


def _row(story: Story, width: int) -> str:
    if story.trouble:
        mark, figures = click.style("trouble  ", fg="red"), "-"
    else:
        whole = story.satisfied == story.trajectories
        mark = click.style("satisfied" if whole else "FAILED   ", fg="green" if whole else "red")
        figures = f"{story.satisfied}/{story.trajectories}"
    return f"{mark}  {figures:>7}  {story.id:<{width}}  {story.summary}".rstrip()


def print_finding(finding: Finding) -> None:
    """Print a finding as a person reads it: what, where, what was wanted, and how to see it again."""
    times = f" ({finding.count} times)" if finding.count > 1 else ""
    click.echo(click.style(finding.title, bold=True) + times)
    if finding.cause:
        click.echo(f"  {finding.cause}")
    for passage in finding.passages:
        click.echo(f"  {passage}: {passage.quote}")
    click.echo(f"  expected  {finding.expected}")
    click.echo(f"  observed  {finding.observed}")
    for number, line in enumerate(finding.curl):
        click.echo(("  again     " if number == 0 else " " * 12) + line)


def show_progress(event: Event) -> None:
    """Draw one line over on a terminal while scenarios are played."""
    from twingen.verify.events import Began, Ended, Told

    if not sys.stderr.isatty():
        return
    match event:
        case Began():
            click.echo(f"\r\x1b[Kplaying {event.total} scenarios", err=True, nl=False)
        case Told():
            click.echo(f"\r\x1b[K{event.story.id}", err=True, nl=False)
        case Ended():
            click.echo("\r\x1b[K", err=True, nl=False)
