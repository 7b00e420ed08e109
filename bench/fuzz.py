"""How fast a twin is held against its contract, beside plain `schemathesis run` over HTTP.

    python bench/fuzz.py [TWIN] [--examples N] [--rounds N]

Both get the same operations, checks, seed and number of examples; the other one talks to
`twingen run`. Exits with 1 when a ratio is below its limit, with 2 when the comparison cannot be
made. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import contenders
from contenders import BenchError

from twingen.errors import TwingenError
from twingen.runtime.run import Run
from twingen.twin.load import load_twin
from twingen.twin.model import Twin
from twingen.verify.contract import check_contract
from twingen.verify.contract.checks import configuration, register
from twingen.verify.contract.meaning import Meaning
from twingen.verify.contract.specification import specification
from twingen.verify.events import Began, Ended, Tried
from twingen.verify.subject import failure_marks

PHASES = ("coverage", "fuzzing")
# The least that the median of ours / plain may be, with as many processes as the other has workers.
LIMITS = {"coverage": 2.0, "fuzzing": 1.3}
_SEED = 7
_CASES = re.compile(r"([\d,]+) generated")
_SECONDS = re.compile(r"\(in (?:(\d+)m )?([\d.]+)s\)")


@dataclass(frozen=True, slots=True)
class Rate:
    """What a phase came to."""

    cases: int
    seconds: float

    @property
    def a_second(self) -> float:
        return self.cases / self.seconds


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare how fast a twin is checked.")
    home = contenders.ROOT / "generated" / "okta"
    parser.add_argument("twin", nargs="?", type=Path, default=home, help="its folder (default: %(default)s)")
    parser.add_argument("--examples", type=int, default=20, help="of fuzzing, an operation (default: 20)")
    parser.add_argument("--rounds", type=int, default=3, help="of all runs (default: 3)")
    options = parser.parse_args(arguments)
    if options.examples < 1 or options.rounds < 1:
        parser.error("--examples and --rounds start at 1")
    try:
        twin = load_twin(options.twin)
        with tempfile.TemporaryDirectory(prefix="twingen-bench-") as folder:
            return measure(twin, Path(folder), options)
    except (BenchError, TwingenError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2


def measure(twin: Twin, folder: Path, options: argparse.Namespace) -> int:
    """Run both in turn, with one process and with two; print the table and return the exit code."""
    broken = 0
    print(f"{twin.name}: cases a second, median of {options.rounds} rounds; {os.cpu_count()} cores")
    print(f"{'':10}{'processes':>10}{'ours':>10}{'plain':>10}{'ratio':>8}{'limit':>8}")
    for jobs in (1, 2):
        for phase in PHASES:
            ours: list[Rate] = []
            others: list[Rate] = []
            for _ in range(options.rounds):
                ours.append(_ours(twin, phase, jobs, options.examples))
                others.append(_plain(twin, phase, jobs, options.examples, folder))
            ratio = median(a.a_second / b.a_second for a, b in zip(ours, others, strict=True))
            below = ratio < LIMITS[phase]
            broken += below
            rates = "".join(f"{median(r.a_second for r in rates):>10,.0f}" for rates in (ours, others))
            cases = f"  ({ours[0].cases:,} and {others[0].cases:,} cases)"
            print(f"{phase:10}{jobs:>10}{rates}{ratio:>8.2f}{LIMITS[phase]:>8.1f}{cases}{'  BELOW' if below else ''}", flush=True)
    return 1 if broken else 0


def _ours(twin: Twin, phase: str, jobs: int, examples: int) -> Rate:
    cases, began, ended = 0, 0.0, 0.0
    for event in check_contract(
        twin, phases=(phase,), jobs=jobs, seed=_SEED, max_examples=examples  # type: ignore[arg-type]
    ):
        match event:
            case Began():
                began = time.perf_counter()
            case Ended():
                ended = time.perf_counter()
            case Tried(column="overlay"):
                cases += event.cases
    if not cases:
        raise BenchError(f"no case of {phase} was run")
    return Rate(cases, ended - began)


def _plain(twin: Twin, phase: str, workers: int, examples: int, folder: Path) -> Rate:
    """Run schemathesis as anybody would, against the twin as anybody would serve it."""
    (folder / "openapi.json").write_text(json.dumps(_document(twin)))
    with contenders.twin(_folder(twin)) as server:
        settings = _settings(twin, phase, workers, examples, server.url, server.credential)
        (folder / "schemathesis.toml").write_text(_toml(settings))
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "--no-color",
            "run", "openapi.json", "--phases", phase,
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=folder, env=contenders.environment(), capture_output=True, text=True, check=False
        )
    line = next((one for one in done.stdout.splitlines() if phase.capitalize() in one and "(in " in one), "")
    seconds, cases = _SECONDS.search(line), _CASES.search(done.stdout)
    if seconds is None or cases is None:
        raise BenchError(f"schemathesis did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    minutes = int(seconds.group(1) or 0)
    return Rate(int(cases.group(1).replace(",", "")), 60 * minutes + float(seconds.group(2)))


def _folder(twin: Twin) -> Path:
    assert twin.path is not None
    return twin.path


def _document(twin: Twin) -> dict[str, Any]:
    app = Run([twin]).apps[0]
    unsupported = {key for key, route in app.routes.items() if route.tier == "unsupported"}
    public = {key for key, route in app.routes.items() if route.public}
    return specification(
        twin.contract, twin.service, unsupported=unsupported, public=public
    ).document()


def _settings(
    twin: Twin, phase: str, workers: int, examples: int, url: str, credential: str
) -> dict[str, Any]:
    run = Run([twin])
    meaning = Meaning(twin.service, failure_marks(run.apps[0], run.world(run.apps[0]).fork()))
    known = configuration(register(), meaning.refusals, frozenset())
    checks = {
        name: {"expected-statuses": known[name]["expected-statuses"]}
        for name in ("negative_data_rejection", "missing_required_header")
    }
    return {
        "seed": _SEED, "base-url": url, "workers": workers, "continue-on-failure": True,
        "suppress-health-check": ["all"], "headers": {"Authorization": credential},
        "cache": {"enabled": False}, "analysis": {"constants": {"enabled": False}},
        "generation": {"max-examples": examples, "database": "none"} if phase != "coverage" else {"database": "none"},
        "checks": checks,
    }  # fmt: skip


def _toml(settings: dict[str, Any], table: str = "") -> str:
    """Return settings as TOML: plain values are as JSON has them."""
    plain = {name: value for name, value in settings.items() if not isinstance(value, dict)}
    lines = [f"[{table}]"] if table else []
    lines += [f"{name} = {json.dumps(value)}" for name, value in plain.items()]
    text = "\n".join(lines) + "\n"
    for name, value in settings.items():
        if isinstance(value, dict):
            text += _toml(value, f"{table}.{name}" if table else name)
    return text


if __name__ == "__main__":
    sys.exit(main())
