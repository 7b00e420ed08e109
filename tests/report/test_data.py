"""A report as JSON comes back as it was."""

from __future__ import annotations

import json

import pytest

from tests.report.making import report
from twingen.errors import UsageError
from twingen.report.data import dump, load


def test_there_and_back() -> None:
    for one in (report(), report(converged=None, operations=(), findings=(), rounds=(), stories=(), notes=())):
        assert load(json.loads(json.dumps(dump(one)))) == one


def test_readers_find_sums_bounds_and_statuses() -> None:
    data = dump(report())
    assert data["version"] == 1
    assert data["sums"]["overlay"] == {"held": 3, "of": 4}
    assert data["sums"]["cases"] == {"cases": 660, "failed": 7, "bound": None}
    assert data["operations"][0]["overlay"] == {"cases": 120, "failed": 0, "bound": 0.024655}
    assert [one["status"] for one in data["operations"]][:2] == ["holds", "fails"]
    assert [one["open"] for one in data["findings"]] == [True, True, False]
    assert data["stories"][0]["satisfaction"] == 0.9


@pytest.mark.parametrize("data", [{}, {"version": 2}, {"version": 1}, {"version": 1, "operations": [5]}])
def test_what_is_no_report(data: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"this report is in version|this is no report"):
        load(data)
