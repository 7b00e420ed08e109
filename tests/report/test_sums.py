"""What figures are shares of, and how operations stand."""

from __future__ import annotations

import pytest

from tests.report.making import finding, operation, report
from twingen.report.model import Tally
from twingen.report.sums import Share, by_resource, by_unit, statuses, sums


def test_unsupported_operations_leave_the_denominators_and_are_counted_beside() -> None:
    total = sums(report())
    assert (total.documented, total.semantic, total.shape, total.unsupported) == (6, 3, 2, 1)
    assert (total.published, total.overlay, total.untried) == (Share(held=3, of=4), Share(held=3, of=4), 1)
    # Cases on an unsupported operation count nowhere.
    refused = operation("GET", "/x", tier="unsupported", cases=50, failed=50)
    assert sums(report(operations=(refused,))).published == Share(held=0, of=0)
    assert sums(report(operations=(refused,))).cases == Tally()


def test_each_source_has_its_own_denominator() -> None:
    total = sums(report())
    assert total.laws == Share(held=2, of=3)
    assert (total.scenarios, total.stories) == (2, Share(held=18, of=20))
    assert total.recordings == Share(held=6, of=8)
    assert (total.cases, total.median_cases) == (Tally(cases=660, failed=7), 120)
    assert (total.open, total.excused) == (2, 1)


def test_nothing_tried_is_no_share() -> None:
    total = sums(report(operations=(), findings=(), stories=()))
    assert (total.overlay.percent, total.laws.percent, str(total.stories)) == (None, None, "0 of 0")


def test_statuses() -> None:
    assert list(statuses(report()).values()) == [
        "holds", "fails", "fails", "excused", "untried", "untried",
    ]  # fmt: skip
    # A law that fails is a failure, whether or not a finding tells of it.
    broken = operation("GET", "/a", laws={"paging": False})
    assert statuses(report(operations=(broken,), findings=())) == {"GET /a": "fails"}


def test_by_resource_and_by_unit() -> None:
    groups = by_resource(report())
    assert {name: (one.documented, one.open) for name, one in groups.items()} == {"item": (4, 2), "tag": (2, 0)}
    found = [
        finding("GET /a", number=1, unit="a.yaml"), finding("GET /b", number=2, unit="b.yaml", count=1),
        finding("GET /b", number=3, unit="b.yaml", count=9), finding("", number=4, unit=""),
    ]  # fmt: skip
    assert [(unit, [one.count for one in group]) for unit, group in by_unit(found)] == [
        ("b.yaml", [9, 1]), ("a.yaml", [7]), ("the service as a whole", [7]),
    ]  # fmt: skip


@pytest.mark.parametrize(("cases", "failed", "bound"), [(0, 0, None), (10, 1, None), (300, 0, 0.00994), (1, 0, 0.95)])
def test_the_bound_is_the_exact_one(cases: int, failed: int, bound: float | None) -> None:
    found = Tally(cases=cases, failed=failed).bound
    assert found is None if bound is None else found == pytest.approx(bound, rel=1e-2)
