"""What check_recordings tells, folded into a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shop import shop_twin
from tests.verify.recordings.cassettes import Call, har, lamp, visit
from twingen.errors import UsageError
from twingen.report.model import Tally
from twingen.runtime.http import Request, Response
from twingen.runtime.run import Run
from twingen.twin.load import load_twin
from twingen.twin.model import Twin
from twingen.verify.collect import Collector
from twingen.verify.events import Began, Ended, Event, Found, Noted, NotTried
from twingen.verify.recordings import check_recordings
from twingen.verify.target import InProcess


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    return load_twin(shop_twin(tmp_path_factory.mktemp("twins") / "shop"))


@pytest.fixture
def traffic(tmp_path: Path) -> Path:
    calls = [
        *visit(),
        Call("POST", "/items", 201, lamp(maker="Ada", size="L", stock={"a": 1}), {"name": "Lamp", "price": 12.5}),
        Call("POST", "/items", 201, lamp(maker="Ada", size="L", stock={"a": 1}), {"name": "Lamp", "price": 12.5}),
        Call("GET", "/orders", 200, []),
        Call("GET", "/collect", 200, {}, host="https://metrics.example"),
    ]
    file = tmp_path / "traffic.har"
    file.write_text(har(calls))
    return file


def test_events_become_a_report(shop: Twin, traffic: Path) -> None:
    events = list(check_recordings(shop, files=[traffic]))
    assert events[0] == Began(source="recording", total=9)
    assert events[-1] == Ended(source="recording", reason="done")
    collector = Collector(shop)
    for event in events:
        collector.add(event)
    report = collector.report(address="in process", seed=0, seconds=1.0)
    tallies = {one.key: one.recordings for one in report.operations}
    assert tallies == {
        "GET /api/v1/items": Tally(cases=1),
        "POST /api/v1/items": Tally(cases=3, failed=2),
        "GET /api/v1/items/{}": Tally(cases=1),
        "PUT /api/v1/items/{}": Tally(cases=1),
        "DELETE /api/v1/items/{}": Tally(cases=1),
    }
    findings = [event.finding for event in events if isinstance(event, Found)]
    assert [(one.check, one.operation, one.cause, one.count) for one in findings] == [
        ("shape", "POST /api/v1/items", "members are missing", 2),
        ("status", "", "no such operation is documented", 1),
    ]
    assert findings[0].expected == ".maker\n.size\n.stock.a"
    assert len({one.identity for one in findings}) == 2
    assert [event.note.text for event in events if isinstance(event, Noted)] == [
        "1 recorded requests are of no documented operation (GET /api/v1/orders); 0 got the recorded answer",
        "1 recorded exchanges were not judged: it went to another service (https://metrics.example)",
    ]


def test_operations_that_could_not_be_judged_say_why(shop: Twin, tmp_path: Path) -> None:
    file = tmp_path / "it.har"
    file.write_text(har([Call("POST", "/items", 201, lamp())]))
    found = [event for event in check_recordings(shop, files=[file]) if isinstance(event, NotTried)]
    assert found == [
        NotTried(
            operation="POST /api/v1/items",
            why="recorded, and could not be judged (1: the recorder kept no body of a request that needs one)",
        )
    ]


def test_cancelling_ends_between_two_exchanges(shop: Twin, traffic: Path) -> None:
    asked = iter([False, False, True])
    events: list[Event] = list(check_recordings(shop, files=[traffic], cancelled=lambda: next(asked)))
    assert events[-1] == Ended(source="recording", reason="interrupted")


class _Elsewhere(InProcess):
    remote = True
    broken = False

    def send(self, request: Request) -> Response:
        if self.broken:
            raise ConnectionResetError("gone")
        return super().send(request)


def test_a_server_elsewhere(shop: Twin, traffic: Path) -> None:
    run = Run([shop])
    target = _Elsewhere(run, run.apps[0], address="http://127.0.0.1:1")
    events = list(check_recordings(shop, files=[traffic], target=target))
    assert any(isinstance(event, Found) and "http://127.0.0.1:1" in event.finding.curl[0] for event in events)
    with pytest.raises(UsageError, match="planted in a twin of this process only"):
        list(check_recordings(shop, files=[traffic], target=target, seeded=True))
    target.broken = True
    notes = [event.note.text for event in check_recordings(shop, files=[traffic], target=target) if isinstance(event, Noted)]
    assert "8 recorded exchanges were not judged: no answer came" in notes
