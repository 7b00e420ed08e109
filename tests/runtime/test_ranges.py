"""Ranges: what counts as a time or a number, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.runtime.ranges import in_range, moment
from twingen.runtime.refusal import Refusal
from twingen.runtime.store import Row
from twingen.twin.model import Treatment


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7.0),
        ("7.5", 7.5),
        (1_700_000_000_000, 1_700_000_000.0),
        ("2023-11-14T22:13:20Z", 1_700_000_000.0),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000.0),
        ("2023-11-14", 1_699_920_000.0),
        ("yesterday", None),
        (True, None),
        (None, None),
    ],
)
def test_moments(value: Any, expected: float | None) -> None:
    assert moment(value) == expected


@pytest.mark.parametrize(
    ("asked", "options", "chosen"),
    [
        ({"gte": 2}, {}, [2, 3]),
        ({"gt": "1", "lt": 3}, {}, [2]),
        ("2", {"bound": "lte"}, [1, 2]),
        (2, {}, [2, 3]),
    ],
)
def test_records_in_range(asked: Any, options: dict[str, Any], chosen: list[int]) -> None:
    test = in_range("size", asked, Treatment(use="range", options=options))
    rows = [Row("box", str(size), size, {"size": size}, {}) for size in (1, 2, 3)]
    assert [row.seq for row in rows if test(row)] == chosen
    assert not test(Row("box", "0", 0, {}, {}))


@pytest.mark.parametrize("asked", ["soon", {"gte": "soon"}, {"near": 3}, [1]])
def test_what_is_no_range_is_refused(asked: Any) -> None:
    with pytest.raises(Refusal):
        in_range("size", asked, Treatment(use="range"))
