"""The command `twingen`: its commands, and how trouble becomes a message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from twingen import __version__
from twingen.cli.build import build
from twingen.cli.check import check
from twingen.cli.list import list_twins
from twingen.cli.log import log
from twingen.cli.parity import parity
from twingen.cli.replay import replay
from twingen.cli.run import run
from twingen.cli.scenarios import scenarios
from twingen.cli.show import show
from twingen.errors import Interrupted, TwingenError

_INTERRUPTED = Interrupted.exit_code


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="twingen", message="%(prog)s %(version)s")
def twingen() -> None:
    """Compile a service's public API documentation into a twin: a stateful clone that runs here.

    \b
    Try it:
      twingen list                                  the twins that are there
      twingen run okta                              serve one; prints a credential and requests to try
      twingen build acme --docs ./acme-api-docs     compile your own from OpenAPI, Swagger or Discovery
      twingen show acme                             what it can do, and what it cannot
      twingen check acme                            whether it holds what its contract says
    \b
    Exit codes:
      0 all holds   1 findings   2 wrong use   3 built but not converged   4 no contract found
      130 interrupted
    """


for command in (build, run, check, list_twins, show, replay, scenarios, parity, log):
    twingen.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; the only place that decides exit codes."""
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(arguments: list[str]) -> int:
    debug = "--debug" in arguments
    try:
        result = twingen.main(arguments, prog_name="twingen", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader (`head`) has what it wanted; Python's own flush at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except TwingenError as error:
        if debug:
            raise
        _say(str(error))
        return error.exit_code
    except Exception as error:
        if debug:
            raise
        _say(
            f"this is a defect of twingen: {type(error).__name__}: {error}\n"
            "  --debug shows where; please report it with that"
        )
        return 2


def _say(text: str) -> None:
    click.echo(click.style("twingen: ", fg="red", bold=True) + text, err=True)
