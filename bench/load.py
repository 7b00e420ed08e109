"""One run of wrk: what it came to, counting only answers that succeeded."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("records.lua")
INSTALL = "wrk is missing: apt-get install wrk (Debian, Ubuntu) or brew install wrk (macOS)"
_FIGURES = re.compile(r"^figures (\d+) (\d+) (\d+) (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a run came to: successes a second, answers with an error status, broken connections."""

    rate: float
    failed: int
    broken: int


def have_wrk() -> bool:
    return shutil.which("wrk") is not None


def load(
    url: str, method: str, path: str, *, credential: str, run: str, seconds: int, connections: int
) -> Load:
    """Send requests for `seconds`; raises RuntimeError when wrk fails."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), url]
    command += ["--", method, path, credential, run]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    found = _FIGURES.search(done.stdout)
    if found is None:
        raise RuntimeError(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
    requests, micros, failed, broken = map(int, found.groups())
    return Load(rate=(requests - failed) / (micros / 1e6), failed=failed, broken=broken)
