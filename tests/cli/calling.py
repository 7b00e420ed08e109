"""Runs `twingen` as a user does: in a process of its own, in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import environment


@dataclass(frozen=True, slots=True)
class Result:
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Twingen:
    """`twingen` in the folder `home`, with state below it and a cache in `cache`."""

    home: Path
    cache: Path

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "twingen", *map(str, arguments)]

    def env(self) -> dict[str, str]:
        made = environment(
            TWINGEN_CACHE=str(self.cache), TWINGEN_STATE=str(self.home / ".state")
        )
        return {k: v for k, v in made.items() if k not in {"ANTHROPIC_API_KEY", "TWINGEN_CONTROL_TOKEN"}}

    def __call__(self, *arguments: str | Path) -> Result:
        done = subprocess.run(
            self.command(*arguments), cwd=self.home, env=self.env(), capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments), cwd=self.home, env=self.env(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
