"""State machines hold a whole twin, and tell what fails in a changed one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.conftest import environment
from tests.verify.machines.depot import depot
from twingen.report.model import Finding
from twingen.twin.model import Operation, Resource, Twin
from twingen.verify.events import Began, Ended, Event, Found, NotTried, Tried
from twingen.verify.machines import check_laws
from twingen.verify.machines.hold import first_failure
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.server import Server

_HALLS = {"GET /halls", "POST /halls", "GET /halls/{}", "PATCH /halls/{}", "DELETE /halls/{}"}


def changed(key: str, **changes: object) -> Twin:
    """Return the twin with one operation changed."""

    def other(resource: Resource) -> Resource:
        operations = tuple(
            replace(one, **changes) if one.key == key else one  # type: ignore[arg-type]
            for one in resource.operations
        )
        return replace(resource, operations=operations)

    return replace(depot(), resources=tuple(other(one) for one in depot().resources))


def resource_changed(name: str, **changes: object) -> Twin:
    return replace(
        depot(),
        resources=tuple(
            replace(one, **changes) if one.name == name else one  # type: ignore[arg-type]
            for one in depot().resources
        ),
    )


def operation(key: str) -> Operation:
    return next(one for resource in depot().resources for one in resource.operations if one.key == key)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(check_laws(depot(), seed=3, operations=_HALLS))


def findings(events: list[Event]) -> list[Finding]:
    return [event.finding for event in events if isinstance(event, Found)]


def test_a_sound_twin_holds(events: list[Event]) -> None:
    assert findings(events) == []
    assert events[0] == Began(source="law", total=5)
    assert events[-1] == Ended(source="law", reason="done")


def test_every_operation_is_tried_by_the_laws_about_it(events: list[Event]) -> None:
    tried = {(event.check, event.operation) for event in events if isinstance(event, Tried) and event.cases}
    assert {key for _, key in tried} == _HALLS
    assert {
        ("created-is-shown", "POST /halls"),
        ("read-your-writes", "PATCH /halls/{}"),
        ("deleted-is-gone", "DELETE /halls/{}"),
        ("gone-stays-gone", "GET /halls/{}"),
        ("lists-are-complete", "GET /halls"),
        ("pages-cover-all", "GET /halls"),
        ("unique", "POST /halls"),
        ("credential", "GET /halls/{}"),
        ("not-found", "GET /halls/{}"),
        ("malformed", "POST /halls"),
        ("answers", "GET /halls"),
    } <= tried


def test_equal_seeds_tell_the_same(events: list[Event]) -> None:
    assert list(check_laws(depot(), seed=3, operations=_HALLS)) == events


def test_a_finding_has_the_requests_that_show_it() -> None:
    found = first_found(changed("PATCH /halls/{}", only=("nothing",)), {"PATCH /halls/{}", "POST /halls", "GET /halls/{}"})
    assert (found.source, found.check, found.operation) == ("law", "read-your-writes", "PATCH /halls/{}")
    assert found.unit == "resources/hall.yaml"
    assert found.identity == "law/read-your-writes/PATCH /halls/{}"
    assert found.expected.startswith("name = v") and found.expected.endswith("as sent")
    assert found.observed.endswith("is shown")
    first, *_, last = found.curl
    assert first.startswith("curl -s -X POST http://127.0.0.1:9000/halls -H ")
    assert any(line.startswith("curl -s -X PATCH http://127.0.0.1:9000/halls/") for line in found.curl)
    assert last.startswith("curl -s http://127.0.0.1:9000/halls/")
    assert len(found.curl) <= 6


def first_found(twin: Twin, operations: set[str]) -> Finding:
    for event in check_laws(twin, operations=operations):
        if isinstance(event, Found):
            return event.finding
    raise AssertionError("nothing was found")


def test_a_failure_that_is_known_does_not_hide_the_next() -> None:
    twin = changed("PATCH /halls/{}", only=("nothing",))
    halls = next(one for one in twin.resources if one.name == "hall")
    gone = tuple(replace(one, effect="none") if one.effect == "delete" else one for one in halls.operations)
    twin = replace(twin, resources=tuple(replace(one, operations=gone) if one is halls else one for one in twin.resources))
    events = list(check_laws(twin, operations={"PATCH /halls/{}", "POST /halls", "GET /halls/{}", "DELETE /halls/{}"}))
    assert "read-your-writes" in {one.check for one in findings(events)}
    assert any(event.failed for event in events if isinstance(event, Tried))


def test_what_no_law_reaches_is_said() -> None:
    """A public operation that only answers is in the way of no law."""
    resources = tuple(
        replace(one, operations=tuple(replace(op, public=True) for op in one.operations)) for one in depot().resources
    )
    events = list(check_laws(replace(depot(), resources=resources), operations={"GET /rules"}))
    assert events[1:-1] == [NotTried(operation="GET /rules", why="no law is about what it does")]


def test_it_stops_when_it_is_told_to() -> None:
    events = list(check_laws(depot(), cancelled=lambda: True))
    assert events == [
        Began(source="law", total=25),
        *(NotTried(operation=key, why="it was stopped before this was reached") for key in Plan(Server(depot())).operations),
        Ended(source="law", reason="interrupted"),
    ]


def test_it_stops_when_the_time_is_over() -> None:
    assert list(check_laws(depot(), seconds=0.2))[-1] == Ended(source="law", reason="time")


def test_a_twin_that_cannot_run_is_trouble() -> None:
    events = list(check_laws(changed("GET /halls", page="unknown", guards=(), find=operation("GET /halls/{}").find)))
    assert isinstance(events[-1], Ended)


def test_tables_of_the_twin_as_it_was_catch_what_the_changed_one_cannot_know() -> None:
    """Who no longer knows that names are unique cannot miss it."""
    twin = resource_changed("hall", unique=())
    server = Server(twin)
    before = first_failure(Plan(Server(depot()), _HALLS), server, seed=0, seconds=20)
    assert before is not None and before.law in {"unique", "footprints"}
    assert first_failure(Plan(server, _HALLS), server, seed=0, seconds=1.5) is None


def test_hypothesis_is_loaded_by_those_who_need_it_only() -> None:
    code = "import sys, twingen.verify.machines; print('hypothesis' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
