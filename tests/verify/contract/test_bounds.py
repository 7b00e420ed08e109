"""What would take for ever is cut short and said, and takes nothing from the others."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.runtime.making import document, twin_of
from tests.verify.contract.making import check, sound
from twingen.verify.contract import bounds, checked


def _pathological() -> dict[str, Any]:
    """Return a service with one body of hundreds of alternatives beside a plain operation."""
    branches = [
        {
            "type": "object",
            "required": [f"kind{n}"],
            "properties": {
                f"kind{n}": {"const": n},
                **{f"p{m}": {"type": "string", "minLength": m + 1, "pattern": "^[a-z]+$"} for m in range(8)},
            },
        }
        for n in range(60)
    ]
    media = {"application/json": {"schema": {"type": "object", "properties": {f"q{n}": {"oneOf": branches} for n in range(6)}}}}
    return document(
        "POST /big\nGET /small", {"POST /big": {"requestBody": {"content": media, "required": True}}}
    )


def test_a_pathological_operation_is_cut_and_the_rest_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "OPERATION_SECONDS", 0.5)
    started = time.process_time()
    heard = check(twin_of(_pathological()), phases=("coverage", "fuzzing"), max_examples=3)
    assert time.process_time() - started < 15
    cut = [note.text for note in heard.notes if note.operation == "POST /big"]
    assert any("coverage ended after" in text and "0.5 seconds are the limit" in text for text in cut)
    assert heard.tallies("overlay")["GET /small"][0] > 3
    assert heard.tallies("overlay")["POST /big"][0] > 0


def test_requests_for_one_operation_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked, "OPERATION_REQUESTS", 7)
    heard = check(sound(), phases=("coverage",))
    assert heard.tallies("overlay")["POST /items"][0] <= 7
    notes = {note.operation: note.text for note in heard.notes}
    assert notes["POST /items"] == "coverage ended after 7 cases: 7 requests are the limit for one operation"


def test_with_little_time_every_operation_gets_some_cases() -> None:
    started = time.monotonic()
    heard = check(sound(), phases=("coverage", "fuzzing"), seconds=2, max_examples=1000)
    assert time.monotonic() - started < 20
    tried = heard.tallies("overlay")
    assert len(tried) == 4
    assert all(cases for cases, _ in tried.values())


def test_a_check_can_be_cancelled() -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 30

    heard = check(sound(), phases=("coverage", "fuzzing"), cancelled=cancelled, max_examples=1000)
    assert sum(cases for cases, _ in heard.tallies("overlay").values()) < 60
