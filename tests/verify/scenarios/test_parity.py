"""The same requests to a twin and to a server: what each mints is folded away, the rest must be equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.conftest import Served, folder_of
from tests.verify.making import whole, with_defect
from tests.verify.scenarios.making import text_of, workflow
from twingen.report.model import Finding
from twingen.runtime.http import Request, Response
from twingen.runtime.run import Run
from twingen.twin.load import load_twin
from twingen.twin.model import Twin
from twingen.verify.events import Found, Noted, Told
from twingen.verify.parity import check_parity
from twingen.verify.parity.folding import Folding
from twingen.verify.remote import Remote
from twingen.verify.target import InProcess

STORY = text_of(workflow("""\
- {stepId: one, operationId: post_items, requestBody: {payload: {name: One, price: 1}}, outputs: {id: $response.body#/id}}
- {stepId: two, operationId: post_items, requestBody: {payload: {name: Two, price: 2}}, outputs: {id: $response.body#/id}}
- stepId: close
  operationId: post_items_item_close
  parameters: [{name: item, in: path, value: $steps.one.outputs.id}]
- {stepId: list, operationId: get_items}
- {stepId: read, operationId: get_items_item, parameters: [{name: item, in: path, value: $steps.two.outputs.id}]}
"""))


class Changed(InProcess):
    """A server like a twin of another seed, whose JSON answers go through `change` first."""

    def __init__(self, twin: Twin, change: Callable[[str, Any], Any] = lambda path, body: body):
        run = Run([replace(twin, seed="elsewhere")])
        super().__init__(run, run.apps[0], address="https://api.example.com")
        self.change = change

    def send(self, request: Request) -> Response:
        response = super().send(request)
        if response.body:
            response.body = orjson.dumps(self.change(f"{request.method} {request.path}", response.json()))
        return response


@pytest.fixture
def compared(tmp_path: Path) -> Callable[..., list[str]]:
    file = tmp_path / "story.yaml"
    file.write_text(STORY)

    def get(target: InProcess) -> list[str]:
        events = list(check_parity(whole(), target=target, files=[file], times=2))
        return [_line(event.finding) for event in events if isinstance(event, Found)]

    return get


def _line(finding: Finding) -> str:
    return f"{finding.operation}: {finding.title}: {finding.observed} / {finding.expected}"


def test_servers_that_differ_in_what_they_mint_are_alike(compared: Callable[..., list[str]]) -> None:
    assert compared(Changed(whole())) == []


def test_others_records_in_a_list_are_no_difference(compared: Callable[..., list[str]]) -> None:
    stranger = {"id": "x9x9x9x9x9x9x9x9x9x9", "name": "Theirs", "price": 9, "state": "OPEN"}

    def change(path: str, body: Any) -> Any:
        return [stranger, *body] if path == "GET /items" else body

    assert compared(Changed(whole(), change)) == []


def _only(path: str, change: Callable[[Any], Any]) -> Callable[[str, Any], Any]:
    return lambda at, body: change(body) if at.startswith(path) else body


def _without(name: str) -> Callable[[Any], Any]:
    return lambda body: {key: value for key, value in body.items() if key != name}


CHANGES: dict[str, tuple[str, Callable[[Any], Any], list[str]]] = {
    "a value": ("GET /items/", lambda b: {**b, "price": 3}, ["GET /items/{}: another value at price: 2 / 3"]),
    "a word": ("GET /items/", lambda b: {**b, "state": "FRESH"}, ["GET /items/{}: another value at state: OPEN / FRESH"]),
    "a type": ("GET /items/", lambda b: {**b, "price": "2"}, ["GET /items/{}: another type at price: number 2 / text 2"]),
    "a member missing": ("GET /items/", lambda b: {**b, "more": [1]}, ["GET /items/{}: a member is missing at more: nothing / [1]"]),
    "a member too many": ("GET /items/", _without("price"), ["GET /items/{}: a member too many at price: 2 / nothing"]),
    "an order": ("GET /items", lambda b: b[::-1] if isinstance(b, list) else b, ["GET /items: another value: one order / another order"]),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_what_differs_is_shown_by_operation(what: str, compared: Callable[..., list[str]]) -> None:
    path, change, lines = CHANGES[what]
    assert compared(Changed(whole(), _only(path, change))) == lines


def test_a_record_that_is_lacking(compared: Callable[..., list[str]]) -> None:
    def change(path: str, body: Any) -> Any:
        return body[:1] if path == "GET /items" else body

    (line,) = compared(Changed(whole(), change))
    assert line.startswith("GET /items: a member too many at []: {'id':")
    assert "'name': 'Two'" in line and line.endswith("/ nothing")


def test_an_identifier_that_is_another_one_later(compared: Callable[..., list[str]]) -> None:
    def change(path: str, body: Any) -> Any:
        return {**body, "id": "q0q0q0q0q0q0q0q0q0q0"} if path.startswith("GET /items/") else body

    (line,) = compared(Changed(whole(), change))
    assert line.startswith("GET /items/{}: another value at id:") and "(elsewhere " in line


def test_another_status_ends_the_trajectory(tmp_path: Path) -> None:
    file = tmp_path / "story.yaml"
    file.write_text(STORY)
    events = list(check_parity(whole(), target=Changed(with_defect("POST /items/{}/close", move="open")), files=[file]))
    (finding,) = [event.finding for event in events if isinstance(event, Found)]
    assert (finding.source, finding.check, finding.operation) == ("parity", "status", "POST /items/{}/close")
    assert finding.expected == '409 {"error":"illegal_move"}'
    assert finding.observed.startswith('200 {"')
    assert len(finding.curl) == 3 and finding.curl[2].endswith("/close")
    assert finding.curl[2].split()[-1].startswith("https://api.example.com/items/")
    (story,) = [event.story for event in events if isinstance(event, Told)]
    assert (story.satisfied, story.trajectories) == (0, 1)


def test_a_story_that_fails_on_both_is_said_not_to_be_played_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "story.yaml"
    file.write_text(text_of(workflow("- {stepId: list, operationId: get_items, successCriteria: [{condition: $statusCode == 500}]}\n")))
    events = list(check_parity(whole(), target=Changed(whole()), files=[file]))
    assert not [event for event in events if isinstance(event, Found)]
    (note,) = [event.note.text for event in events if isinstance(event, Noted)]
    assert "story was not played to its end: on the server the step 'list' fails" in note


@pytest.mark.parametrize(
    ("twin", "double", "server", "same"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2030-05-05T01:02:03.456Z", True),
        ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "yesterday", False),
        (1_767_225_600, 1_767_225_601, 1_900_000_000, True),
        (1_767_225_600, 1_767_225_601, 7, True),
        ("E0000007", "E0000007", "E0000009", False),
        ("abc1", "abd2", "xyz9", True),
        ("abc1", "abd2", 9, False),
        ("http://a/items/i1/close", "http://b/items/i2/close", "https://c/items/k9/close", True),
        ("http://a/items/i1/close", "http://b/items/i2/close", "http://c/items/k9/close", True),
        ("http://a/items/i1/close", "http://b/items/i2/close", "http://c/things/k9/close", False),
        ("Hello i1, welcome", "Hello i2, welcome", "Hello k9, welcome", True),
        ("Hello i1, welcome", "Hello i2, welcome", "Bye k9, welcome", False),
        ("oty26870f19a469ddf64", "oty26870f19a469ddf64", "otyd1afh3b6gTlX1F0h7", True),
        (True, True, False, False),
        (3, 3, 3.0, True),
    ],
)
def test_folding(twin: Any, double: Any, server: Any, same: bool) -> None:
    assert Folding().same(twin, double, server) is same


def test_a_pair_is_kept() -> None:
    folding = Folding()
    assert folding.same("i1", "i2", "k1") and folding.same("i1", "i2", "k1")
    assert not folding.same("i1", "i2", "k3")
    assert not folding.same("i4", "i5", "k1")


def test_a_twin_over_http_is_alike(served: Callable[..., Served]) -> None:
    server = served("slack", options=["--clock", "ticking"])
    twin = load_twin(folder_of("slack"))
    target = Remote(server.url("slack"), credential=server.credential("slack"))
    events = list(check_parity(twin, target=target, times=2))
    assert [_line(event.finding) for event in events if isinstance(event, Found)] == []
    assert [event.story.satisfied for event in events if isinstance(event, Told)] == [2, 2, 2]
