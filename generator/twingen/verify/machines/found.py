"""A failure as the report shows it."""

from __future__ import annotations

from twingen.report.model import Finding, Passage
from twingen.verify.machines.machine import Failure
from twingen.verify.machines.plan import Plan


def finding_of(plan: Plan, failure: Failure) -> Finding:
    """Return a failure as the report shows it, each request of its run as a command."""
    operation = plan.operations.get(failure.operation)
    return Finding(
        source="law",
        check=failure.law,
        operation=failure.operation,
        identity=f"law/{failure.law}/{failure.operation}",
        title=f"law {failure.law} fails: expected {failure.expected}; {failure.came}",
        unit=f"resources/{operation.resource}.yaml" if operation is not None else "service.yaml",
        expected=failure.expected,
        observed=failure.came,
        curl=tuple(step.curl for step in failure.steps),
        passages=_passages(plan, failure.operation),
    )


def _passages(plan: Plan, key: str) -> tuple[Passage, ...]:
    operation = plan.operations.get(key)
    if operation is None:
        return ()
    resource = plan.resources.get(operation.resource)
    cited = operation.cite or (resource.cite if resource is not None else ())
    found = []
    for cite in cited:
        document, mark, pointer = cite.partition("#")
        found.append(Passage(document=document, quote="", pointer=mark + pointer))
    origin = plan.documented(operation).origin
    if not found and origin is not None:
        found.append(Passage(document=origin.document, quote="", pointer=origin.pointer, line=origin.line))
    return tuple(found)
