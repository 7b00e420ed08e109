"""What check_scenarios tells, in process and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT, Served, folder_of
from tests.verify.making import whole, with_defect
from tests.verify.scenarios.making import text_of, workflow
from twingen.errors import UsageError
from twingen.runtime.http import Request, Response
from twingen.runtime.run import Run
from twingen.twin.load import load_twin
from twingen.verify.events import Began, Ended, Event, Found, Noted, Told, Tried
from twingen.verify.remote import Remote
from twingen.verify.scenarios import check_scenarios
from twingen.verify.target import InProcess

CLOSES = text_of(workflow("""\
- {stepId: make, operationId: post_items, requestBody: {payload: {name: Lamp}}, outputs: {id: $response.body#/id}}
- stepId: close
  description: It is open until somebody closes it.
  operationId: post_items_item_close
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
- stepId: closed
  operationId: get_items_item
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
  successCriteria: [{condition: $response.body#/state == 'CLOSED'}]
""", "summary: An item is closed.\n", id="closes"))
LISTS = text_of(workflow("- {stepId: list, operationId: get_items}\n", id="lists"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "more").mkdir()
    (tmp_path / "closes.yaml").write_text(CLOSES)
    (tmp_path / "more" / "lists.yaml").write_text(LISTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(events: list[Event]) -> dict[str, tuple[int, int]]:
    return {e.story.id: (e.story.satisfied, e.story.trajectories) for e in events if isinstance(e, Told)}


def test_events_of_a_twin_that_holds(folder: Path) -> None:
    events = list(check_scenarios(whole(), files=[folder / "closes.yaml", folder / "more"], times=3))
    assert events[0] == Began(source="scenario", total=2)
    assert events[-1] == Ended(source="scenario")
    tried = {(e.operation, e.check): (e.cases, e.failed) for e in events if isinstance(e, Tried)}
    assert tried == {
        ("POST /items", "closes"): (3, 0), ("POST /items/{}/close", "closes"): (3, 0),
        ("GET /items/{}", "closes"): (3, 0), ("GET /items", "lists"): (3, 0),
    }  # fmt: skip
    assert told(events) == {"closes": (3, 3), "lists": (3, 3)}


def test_a_finding_says_where_and_how_to_see_it_again(folder: Path) -> None:
    twin = with_defect("POST /items/{}/close", move="open")
    events = list(check_scenarios(twin, files=[folder / "closes.yaml"], times=3))
    (finding,) = [event.finding for event in events if isinstance(event, Found)]
    assert told(events) == {"closes": (0, 3)}
    assert (finding.source, finding.check, finding.operation, finding.count) == (
        "scenario", "closes", "POST /items/{}/close", 3,
    )  # fmt: skip
    assert finding.title == "closes: the step 'close' fails"
    assert finding.cause == "It is open until somebody closes it."
    assert finding.expected == "a status of success"
    assert finding.observed == 'it answers 409 {"error":"illegal_move"}'
    assert str(finding.passages[0]) == "closes.yaml:10"
    assert finding.passages[0].quote == "- stepId: close"
    make, close = finding.curl
    token = Run([twin]).apps[0].credential
    assert make == (
        f"curl -s -X POST -H 'authorization: {token}' -H 'content-type: application/json' "
        "--data-binary '{\"name\":\"Lamp\"}' http://127.0.0.1:9000/items"
    )
    assert close.startswith(f"curl -s -X POST -H 'authorization: {token}' http://127.0.0.1:9000/items/")


def test_a_file_that_is_wrong_is_trouble_and_the_others_are_played(folder: Path) -> None:
    (folder / "wrong.yaml").write_text(CLOSES.replace("post_items_item_close", "post_items_close"))
    events = list(check_scenarios(whole(), files=[folder]))
    assert told(events) == {"closes": (1, 1), "lists": (1, 1), "wrong": (0, 0)}
    (note,) = [event.note for event in events if isinstance(event, Noted)]
    assert (note.level, note.text) == (
        "error",
        "wrong.yaml:12: small documents no operation 'post_items_close'\n  did you mean 'post_items_item_close'?",
    )


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="there is no such file or folder"):
        list(check_scenarios(whole(), files=[Path("nowhere.yaml")]))


def test_it_stops_when_it_is_told_to(folder: Path) -> None:
    events = list(check_scenarios(whole(), files=[folder], cancelled=lambda: True))
    assert events == [Began(source="scenario", total=2), Ended(source="scenario", reason="interrupted")]


def test_each_trajectory_has_a_world_of_its_own(folder: Path) -> None:
    (folder / "first.yaml").write_text(text_of(workflow("""\
- {stepId: none, operationId: get_items, successCriteria: [{condition: $response.body#/0 == null}]}
- {stepId: make, operationId: post_items, requestBody: {payload: {name: Lamp}}}
""", id="first")))
    run = Run([whole()])
    target = InProcess(run, run.apps[0])
    events = list(check_scenarios(whole(), target=target, files=[folder / "first.yaml"], times=4))
    assert told(events) == {"first": (4, 4)}
    assert list(run.worlds) == ["default"]


def test_a_target_that_is_wrapped_is_reset_before_each(folder: Path) -> None:
    class Forgetful(InProcess):
        """Loses what is closed."""

        def send(self, request: Request) -> Response:
            if request.path.endswith("/close"):
                return Response(200, b"{}", [("content-type", "application/json")])
            return super().send(request)

    run = Run([whole()])
    events = list(check_scenarios(whole(), target=Forgetful(run, run.apps[0]), files=[folder], times=2))
    assert told(events) == {"closes": (0, 2), "lists": (2, 2)}


def test_twins_of_one_world_find_each_other() -> None:
    drive = load_twin(folder_of("google-drive"))
    events = list(check_scenarios(drive, times=2))
    assert told(events) == {"deleted-spreadsheet": (2, 2)}
    # What the other twin answers is not counted as this one's.
    keys = {operation.key for operation in drive.contract.operations}
    assert {event.operation for event in events if isinstance(event, Tried)} <= keys
    alone = replace(drive, path=None)
    file = ROOT / "generated" / "google-drive" / "scenarios"
    (note,) = [e.note for e in check_scenarios(alone, files=[file]) if isinstance(e, Noted)]
    assert "there is no twin for the source 'google-sheets'" in note.text


class Counting:
    """A server on another machine that may only be read."""

    remote = True
    read_only = True
    address = "https://api.example.com"
    credential = ""
    sent = 0

    def send(self, request: Request) -> Response:
        assert request.method == "GET"
        self.sent += 1
        return Response(200, b"[]", [("content-type", "application/json")])

    def reset(self) -> None:
        raise AssertionError("nobody resets a server elsewhere")


def test_a_server_that_may_only_be_read_is_not_written_to(folder: Path) -> None:
    events = list(check_scenarios(whole(), target=Counting(), files=[folder]))
    troubles = {e.story.id: e.story.trouble for e in events if isinstance(e, Told)}
    assert troubles == {
        "closes": "it writes (post_items), and https://api.example.com may only be read\n"
        "  --destructive HOST allows writes to that host",
        "lists": "",
    }


def test_over_http_each_trajectory_has_a_world_as_well(served: Callable[..., Served]) -> None:
    server = served("google-sheets", "google-drive")
    twins = [load_twin(folder_of(name)) for name in ("google-sheets", "google-drive")]
    targets = {twin.name: Remote(server.url(twin.name), credential=server.credential(twin.name)) for twin in twins}
    events = list(check_scenarios(twins, target=targets, times=2))
    assert told(events) == {"all-or-nothing": (2, 2), "typed-and-raw": (2, 2), "deleted-spreadsheet": (2, 2)}
    assert not [event for event in events if isinstance(event, (Found, Noted))]
    worlds = targets["google-drive"].send(Request("GET", "/_twin/worlds", "", {})).json()
    assert worlds == {"worlds": [{"name": "default"}]}
