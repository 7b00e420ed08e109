"""What a trajectory that is not satisfied says, as a finding with the requests that lead there."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from twingen.report.model import Finding, Passage
from twingen.verify.scenarios.binding import Scenario
from twingen.verify.scenarios.exchange import Exchange
from twingen.verify.scenarios.playing import Failure, Trajectory

_LONGEST = 4_000


def finding_of(
    scenario: Scenario, trajectory: Trajectory, failure: Failure, operations: frozenset[str], about: str
) -> Finding:
    """Return the finding; `about` tells the trajectory from others, `operations` are the twin's own."""
    document, step = scenario.document, failure.step
    call = scenario.calls.get((failure.workflow, step.id))
    key = call.operation.key if call is not None and call.operation.key in operations else ""
    line = document.line(failure.place)
    quote = document.text.splitlines()[line - 1].strip() if line else step.id
    return Finding(
        source="scenario",
        check=scenario.id,
        operation=key,
        identity=f"scenario:{document.file}:{scenario.id}:{step.id}",
        title=f"{scenario.id}: the step {step.id!r} fails{f' ({about})' if about else ''}",
        cause=step.description,
        expected=failure.expected,
        observed=failure.observed,
        curl=curl_of(trajectory.exchanges),
        passages=(Passage(document=document.file, quote=quote, line=line or None),),
    )


def curl_of(exchanges: Sequence[Exchange]) -> tuple[str, ...]:
    """Return commands that send the requests again, in order."""
    lines = []
    for exchange in exchanges:
        request = exchange.request
        words = ["curl", "-s"]
        if request.method != "GET":
            words += ["-X", request.method]
        for name, value in request.headers.items():
            if name not in {"host", "x-twin-world"}:
                words += ["-H", f"{name}: {value}"]
        if request.body:
            body = request.body.decode("utf-8", "replace")
            words += ["--data-binary", body if len(body) <= _LONGEST else f"{body[:_LONGEST]}..."]
        words.append(exchange.url)
        lines.append(" ".join(shlex.quote(word) for word in words))
    return tuple(lines)
