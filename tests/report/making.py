"""A report with one of each thing in it."""

from __future__ import annotations

from twingen.report.model import (
    Excuse,
    Finding,
    Note,
    OperationResult,
    Passage,
    Report,
    Round,
    Story,
    Tally,
)
from twingen.twin.record import Tier

HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"> & 'quoted' | `code`"


def operation(
    method: str, path: str, *, tier: Tier = "semantic", resource: str = "item", failed: int = 0, cases: int = 120,
    **more: object,
) -> OperationResult:  # fmt: skip
    return OperationResult(
        key=f"{method} {path}", id=f"{method.lower()}{path.title().replace('/', '')}", method=method,
        path=path, resource=resource, tier=tier, published=Tally(cases=cases, failed=failed + (failed > 0)),
        overlay=Tally(cases=cases, failed=failed), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def finding(
    operation: str, check: str = "response_schema_conformance", *, number: int = 1, **more: object
) -> Finding:
    values: dict[str, object] = {
        "source": "contract",
        "title": "A required property is missing from the answer",
        "unit": "resources/item.yaml",
        "columns": ("published", "overlay"),
        "cause": "`created` is set by the service, and the behaviour does not set it.",
        "expected": '{"id": "…", "created": "2026-01-01T00:00:00Z"}',
        "observed": '{"id": "i1"}',
        "curl": ("curl -X POST http://127.0.0.1:9000/items -d '{\"name\": \"Lamp\"}'",
                 "curl http://127.0.0.1:9000/items/i1"),
        "passages": (
            Passage(document="items.md", line=12, quote="Every item says when it was created."),
        ),
        "count": 7,
    }  # fmt: skip
    return Finding(
        check=check, operation=operation, identity=f"{operation} {check} {number}", **values | more  # type: ignore[arg-type]
    )


def report(**more: object) -> Report:
    """Return a report that has not converged: two findings open, one excused."""
    values: dict[str, object] = {
        "name": "shop",
        "title": "Shop API",
        "address": "in process",
        "twingen": "0.1.0",
        "contract": "1.0",
        "seed": 7,
        "seconds": 61.5,
        "converged": False,
        "not_reached": "2 findings left: 2 in resources/item.yaml",
        "digest": "0123456789abcdef0123456789abcdef",
        "operations": (
            operation("GET", "/items", laws={"lists-hold": True, "paging": True}, proof="law: lists-hold"),
            operation("POST", "/items", failed=7, scenarios=Tally(cases=20), recordings=Tally(cases=8, failed=2)),
            operation("GET", "/items/{id}", laws={"reads-what-was-written": False}, cases=300),
            operation("PUT", "/items/{id}", tier="shape", reasons=("the parameter 'mode' is ignored",)),
            operation("GET", "/tags", tier="shape", resource="tag", cases=0, not_tried="its body is an image"),
            operation("DELETE", "/tags/{id}", tier="unsupported", resource="tag", cases=0),
        ),
        "findings": (
            finding("POST /items"),
            finding(
                "GET /items/{id}", "reads-what-was-written", source="law", columns=(), passages=(),
                title=HOSTILE, cause=HOSTILE, expected=HOSTILE, observed=HOSTILE, curl=(f"curl '{HOSTILE}'",),
                count=1,
            ),
            finding(
                "PUT /items/{id}", "status_code_conformance", unit="resources/item.yaml", title="418 came",
                deviation="the real service answers 418 as well",
            ),
        ),
        "rounds": (
            Round(number=1, seed=11, seconds=30.0, cases=500, new=4, open=4, repaired=2),
            Round(number=2, seed=12, seconds=11.0, cases=160, new=1, open=3),
            Round(number=3, seed=13, seconds=10.0, cases=160, new=0, open=2),
            Round(number=4, seed=14, seconds=10.5, cases=160, new=0, open=2),
        ),
        "stories": (
            Story(id="buy", file="scenarios/buy.yaml", summary="Buy a lamp", trajectories=20, satisfied=18),
            Story(id="lost", file="scenarios/lost.yaml", trouble="step 2 names an operation that is not there"),
        ),
        "excuses": (
            Excuse(kind="demotion", what="GET /tags: list → shape", why="its answers broke their schema",
                   evidence="curl http://127.0.0.1:9000/tags"),
            Excuse(kind="deviation", what="PUT /items/{id}: status_code_conformance",
                   why="the real service answers 418 as well", evidence="recording of 2026", used=7),
            Excuse(kind="repair", what="$.components.schemas.Item", why="null in two examples",
                   evidence="shop.yaml:12, shop.yaml:40"),
        ),
        "notes": (
            Note(level="warning", text="the coverage of POST /items was cut at 500 cases", operation="POST /items"),
            Note(level="note", text=HOSTILE),
        ),
    }  # fmt: skip
    return Report(**values | more)  # type: ignore[arg-type]


def large(operations: int = 816) -> Report:
    """Return a report of a whole service."""
    made = []
    for n in range(operations):
        tier: Tier = "unsupported" if n % 29 == 0 else "shape" if n % 3 else "semantic"
        made.append(
            operation("GET POST PUT DELETE".split()[n % 4], f"/api/v1/things{n % 90}/{{id}}/part{n}", tier=tier,
                      resource=f"thing-{n % 90 if n % 7 else 3}", cases=40 + n % 50, failed=int(n % 41 == 0))
        )  # fmt: skip
    findings = tuple(
        finding(one.key, unit=f"resources/{one.resource}.yaml") for one in made if one.overlay.failed
    )
    return report(operations=tuple(made), findings=findings)
