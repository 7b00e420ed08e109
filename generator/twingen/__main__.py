"""`python -m twingen` is the command `twingen`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an interruption while it is still being loaded is one all the same."""
    try:
        from twingen.cli.main import main as command
    except KeyboardInterrupt:
        sys.stderr.write("twingen: interrupted\n")
        sys.exit(130)
    command()


if __name__ == "__main__":
    main()
