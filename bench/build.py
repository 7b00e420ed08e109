"""How long a build takes, how soon a twin is ready, and how much memory it holds.

    python bench/build.py [DOCS]

DOCS is a folder of documentation, by default the vendor's whole Okta documents among the reference
data ($TWINGEN_REFERENCE). Exits with 1 when a limit is broken, with 2 when nothing can be measured.
See README.md beside this file.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from contenders import BenchError, Contender, environment, free_port, running, twingen

ROOT = Path(__file__).resolve().parent.parent
# Seconds, seconds, seconds, megabytes.
LIMITS = {"cold build": 15.0, "unchanged build": 3.0, "ready": 1.0, "memory": 250.0}
UNITS = {"memory": "MB"}
_START_SECONDS = 30


def main(arguments: Sequence[str]) -> int:
    reference = Path(os.environ.get("TWINGEN_REFERENCE") or ROOT.parent / "shared")
    docs = Path(arguments[0]) if arguments else reference / "docs" / "okta"
    if not docs.is_dir():
        print("no reference data: nothing measured (set TWINGEN_REFERENCE, or name a folder)")
        return 0 if not arguments else 2
    try:
        with tempfile.TemporaryDirectory(prefix="twingen-bench-") as folder:
            found = measure(docs, Path(folder))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(f"{'':18}{'measured':>10}{'limit':>8}")
    for name, value in found.items():
        note = "  BROKEN" if value > LIMITS[name] else ""
        print(f"{name:18}{value:>10.2f}{LIMITS[name]:>8.0f} {UNITS.get(name, 's')}{note}")
    return 1 if any(value > LIMITS[name] for name, value in found.items()) else 0


def measure(docs: Path, folder: Path) -> dict[str, float]:
    """Build twice with a cache of its own, then serve what was built."""
    found = {
        "cold build": _build(docs, folder),
        "unchanged build": _build(docs, folder),
    }
    found["ready"], found["memory"] = _serve(folder / "twin")
    return {name: value for name, value in found.items() if value >= 0}


def _build(docs: Path, folder: Path) -> float:
    command = twingen(
        "build", "okta", "--docs", str(docs), "--out", str(folder / "twin"),
        "--adopt", str(ROOT / "generated" / "okta"), "--agent", "off", "--no-verify", "--quiet",
    )  # fmt: skip
    known = {**environment(), "TWINGEN_CACHE": str(folder / "cache")}
    started = time.perf_counter()
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise BenchError(f"{docs} was not built:\n{done.stderr}")
    return seconds


def _serve(twin: Path) -> tuple[float, float]:
    """Return the seconds until /_twin/health answers, and megabytes in use then (-1: unknown)."""
    port = free_port()
    started = time.perf_counter()
    with running(twingen("run", str(twin), "--port", str(port), "--json")) as process:
        served = Contender(name="twin", port=port, process=process)
        while True:
            with contextlib.suppress(OSError):
                if served.call("GET", "/_twin/health")[0] == 200:
                    break
            if process.poll() is not None or time.perf_counter() - started > _START_SECONDS:
                raise BenchError("the twin did not become ready")
            time.sleep(0.005)
        return time.perf_counter() - started, _memory(process.pid)


def _memory(process: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return -1.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
