"""Examples and coverage are done once for each state of an operation."""

from __future__ import annotations

from pathlib import Path

from tests.runtime.making import twin_of
from tests.verify.contract.making import ITEMS, SERVICE, Heard, check, openapi
from twingen.verify.events import Began


def _phases(heard: Heard) -> list[str]:
    return [event.phase for event in heard.events if isinstance(event, Began)]


def test_what_has_not_changed_is_not_tried_again_and_says_the_same(tmp_path: Path) -> None:
    twin = twin_of(openapi(), ITEMS.replace("status: 201", "status: 200"), service=SERVICE)
    first = check(twin, cache=tmp_path)
    second = check(twin, cache=tmp_path)
    assert _phases(first) == ["examples", "coverage"]
    assert _phases(second) == []
    assert second.tallies("published") == first.tallies("published")
    assert second.findings == first.findings != []


def test_fuzzing_goes_on_with_fresh_seeds(tmp_path: Path) -> None:
    twin = twin_of(openapi(), ITEMS, service=SERVICE)
    check(twin, cache=tmp_path)
    heard = check(twin, cache=tmp_path, phases=("examples", "coverage", "fuzzing"), seed=5, max_examples=2)
    assert _phases(heard) == ["fuzzing"]


def test_a_changed_operation_is_tried_again_with_its_resource(tmp_path: Path) -> None:
    check(twin_of(openapi(), ITEMS, service=SERVICE), cache=tmp_path)
    changed = twin_of(openapi(), ITEMS.replace("status: 201", "status: 200"), service=SERVICE)
    assert check(changed, cache=tmp_path).named == {("POST /items", "status_code_conformance")}


def test_what_was_cut_short_is_not_remembered(tmp_path: Path) -> None:
    twin = twin_of(openapi(), ITEMS, service=SERVICE)
    asked = iter(range(10_000))
    check(twin, cache=tmp_path, cancelled=lambda: next(asked) > 20)
    assert _phases(check(twin, cache=tmp_path)) != []


def test_a_damaged_entry_counts_as_none(tmp_path: Path) -> None:
    twin = twin_of(openapi(), ITEMS, service=SERVICE)
    check(twin, cache=tmp_path)
    for entry in (tmp_path / "contract").iterdir():
        entry.write_bytes(b"{")
    heard = check(twin, cache=tmp_path, operations=["GET /items"])
    assert set(heard.tallies("overlay")) == {"GET /items"}
