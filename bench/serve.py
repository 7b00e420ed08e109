"""How fast the Okta twin answers, beside a constant answer and beside vercel-labs/emulate.

    python bench/serve.py [--seconds N] [--rounds N] [--without-emulate]

Exits with 1 when a median ratio is below its limit, with 2 when the comparison cannot be made.
See README.md beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import contenders
from contenders import BenchError, Contender
from load import INSTALL, Load, have_wrk, load

EMULATE = contenders.ROOT / "build" / "bench" / "emulate"
CASES = ("get", "list", "create")
REQUESTS = {
    "get": "GET /api/v1/{}/{{id}}",
    "list": "GET /api/v1/{}?limit=20",
    "create": "POST /api/v1/{}",
}
# The least that the median of twin / other may be.
LIMITS = {
    "constant": {"get": 0.5, "list": 0.35, "create": 0.3},
    "emulate": {"get": 3.0, "list": 3.0, "create": 3.0},
}
_CONNECTIONS = 32


@dataclass
class Figures:
    """Successes a second by contender and case, one for each round."""

    rates: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def add(self, name: str, case: str, found: Load) -> None:
        self.rates.setdefault((name, case), []).append(found.rate)

    def ratios(self, other: str, case: str) -> list[float]:
        """Return twin / other, round by round."""
        pairs = zip(self.rates["twin", case], self.rates[other, case], strict=True)
        return [mine / theirs for mine, theirs in pairs]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare how fast the Okta twin answers.")
    parser.add_argument("--seconds", type=int, default=2, help="of one run (default: 2)")
    parser.add_argument("--rounds", type=int, default=7, help="of all runs (default: 7)")
    parser.add_argument("--connections", type=int, default=_CONNECTIONS, help="of wrk (default: 32)")
    parser.add_argument("--resource", choices=("users", "groups"), default="groups", help="what is read and made")
    parser.add_argument("--without-emulate", action="store_true", help="leave out emulate")
    options = parser.parse_args(arguments)
    if options.seconds < 1 or options.rounds < 1:
        parser.error("--seconds and --rounds start at 1")
    if not have_wrk():
        print(INSTALL, file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="twingen-bench-") as folder:
            figures = measure(Path(folder), options)
    except (BenchError, RuntimeError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return report(figures, options.resource)


def measure(folder: Path, options: argparse.Namespace) -> Figures:
    """Build the twin, start the contenders and load them in turn, round after round."""
    print("building the Okta twin from api_docs/okta", flush=True)
    contenders.build_okta(folder / "okta")
    if not options.without_emulate:
        print(f"installing {contenders.EMULATE} on {contenders.NODE}, if it is not", flush=True)
        contenders.install_emulate(EMULATE)
    figures = Figures()
    with contextlib.ExitStack() as stack:
        twin = stack.enter_context(contenders.twin(folder / "okta"))
        twin.resource = options.resource
        twin.populate()
        sizes = _record_answers(twin, folder)
        print("bytes of an answer: " + ", ".join(f"{case} {size}" for case, size in sizes.items()))
        running = [twin, stack.enter_context(contenders.constant(folder))]
        running[1].resource = options.resource
        for number in range(options.rounds + 1):
            _round(number, running, folder, figures, options)
    return figures


def _record_answers(twin: Contender, folder: Path) -> dict[str, int]:
    """Write down what the twin answers in each case, for the constant answer to repeat."""
    answers = {
        "get": twin.expect(*twin.request("get")),
        "list": twin.expect(*twin.request("list")),
        "create": twin.expect(
            *twin.request("create"), {"profile": contenders.profile(twin.resource, 999)}
        ),
    }
    for case, content in answers.items():
        (folder / f"{case}.json").write_bytes(content)
    return {case: len(content) for case, content in answers.items()}


def _round(
    number: int, running: Sequence[Contender], folder: Path, figures: Figures,
    options: argparse.Namespace,
) -> None:  # fmt: skip
    """Load every contender with every case once; round 0 is for warming up."""
    twin = running[0]
    twin.expect("POST", "/_twin/reset")
    twin.populate()
    with contextlib.ExitStack() as stack:
        ready = list(running)
        if not options.without_emulate:
            # It has no reset that keeps it warm and counts anew: each round starts another.
            ready.append(stack.enter_context(contenders.emulate(EMULATE)))
            ready[-1].resource = options.resource
            ready[-1].populate()
            for case in ("get", "list"):
                _load(ready[-1], case, f"{case}-warm", 1, options)
        turn = number % len(ready)
        for case in CASES:
            for one in (*ready[turn:], *ready[:turn]):
                _check(one, case)
                found = _load(one, case, f"{case}-{number}", options.seconds if number else 1, options)
                _accept(one, case, found)
                if number:
                    figures.add(one.name, case, found)
    print(f"round {number} of {options.rounds}" if number else "warm", flush=True)


def _load(
    one: Contender, case: str, run: str, seconds: int, options: argparse.Namespace
) -> Load:
    method, path = one.request(case)
    return load(
        one.url, method, path, credential=one.credential, run=run, seconds=seconds,
        connections=options.connections,
    )  # fmt: skip


def _check(one: Contender, case: str) -> None:
    """Refuse to measure what does not answer what was asked for."""
    if one.name == "constant" or case == "create":
        return
    found = json.loads(one.expect(*one.request(case)))
    if case == "list" and len(found) != 20:
        raise BenchError(f"{one.name} lists {len(found)} records, not 20")
    if case == "get" and found["id"] != one.record:
        raise BenchError(f"{one.name} answers another record")


def _accept(one: Contender, case: str, found: Load) -> None:
    """Refuse runs with failures; of emulate only the successes are counted."""
    if one.name != "emulate" and (found.failed or found.broken):
        raise BenchError(
            f"{one.name} failed in {case}: {found.failed} error answers, {found.broken} broken connections"
        )
    if found.failed or found.broken:
        print(f"{one.name}, {case}: {found.failed} error answers, {found.broken} broken, not counted")


def report(figures: Figures, resource: str) -> int:
    """Print the tables; return 1 when a median is below its limit, else 0."""
    names = [name for name in ("twin", "constant", "emulate") if (name, "get") in figures.rates]
    print("\nanswers with success a second, median of the rounds")
    print(f"{'':34}" + "".join(f"{name:>10}" for name in names))
    for case in CASES:
        cells = "".join(f"{median(figures.rates[name, case]):>10,.0f}" for name in names)
        print(f"{REQUESTS[case].format(resource):34}{cells}")
    print("\ntwin / other")
    print(f"{'':34}{'other':>10}{'min':>8}{'median':>8}{'max':>8}{'limit':>8}")
    broken = 0
    for other in names[1:]:
        for case in CASES:
            ratios = figures.ratios(other, case)
            limit = LIMITS[other][case]
            below = median(ratios) < limit
            broken += below
            cells = "".join(f"{value:>8.2f}" for value in (min(ratios), median(ratios), max(ratios), limit))
            print(f"{REQUESTS[case].format(resource):34}{other:>10}{cells}{'  BELOW' if below else ''}")
    if "emulate" not in names:
        print("emulate was left out")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
