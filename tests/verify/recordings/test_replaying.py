"""Recorded conversations against the shop's twin: what matches, what differs, and what cannot be judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.shop import shop_twin
from tests.verify.recordings.cassettes import (
    HOST,
    LAMP,
    SECRET,
    Call,
    har,
    lamp,
    python,
    ruby,
    sessions,
    visit,
)
from twingen.runtime.run import Run
from twingen.twin.load import load_twin
from twingen.twin.model import Twin
from twingen.verify.recordings.outcome import Outcome, score
from twingen.verify.recordings.reading import read_recordings
from twingen.verify.recordings.replaying import Replay
from twingen.verify.recordings.telling import diff_of

Replayed = Callable[..., list[Outcome]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    return load_twin(shop_twin(tmp_path_factory.mktemp("twins") / "shop"))


@pytest.fixture
def replayed(shop: Twin, tmp_path: Path) -> Replayed:
    """Return what comes of texts, each written to a file."""

    def run(*texts: str, **options: Any) -> list[Outcome]:
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"{number}.recording")
            files[-1].write_text(text)
        return list(Replay(Run([shop]), read_recordings(files), **options).outcomes())

    return run


def verdicts(outcomes: list[Outcome]) -> list[str]:
    return [one.unjudged or ("match" if one.match else f"{one.cause}") for one in outcomes]


def test_a_whole_visit_matches_through_its_own_ids(replayed: Replayed) -> None:
    outcomes = replayed(har(visit()))
    assert verdicts(outcomes) == ["match"] * 5
    assert [one.operation for one in outcomes] == [
        "POST /api/v1/items", "GET /api/v1/items/{}", "PUT /api/v1/items/{}", "GET /api/v1/items",
        "DELETE /api/v1/items/{}",
    ]  # fmt: skip
    assert outcomes[1].curl.startswith("curl -s -i -H ") and LAMP not in outcomes[1].curl
    assert outcomes[1].answered["id"] in outcomes[1].curl
    assert score(outcomes).match == score(outcomes).details == 5


def test_each_recording_has_a_world_of_its_own_unless_told_otherwise(replayed: Replayed) -> None:
    made = [Call("POST", "/items", 201, lamp(), {"name": "Lamp", "price": 12.5})]
    listed = [Call("GET", "/items", 200, [])]
    assert verdicts(replayed(har(made), har(listed))) == ["match", "match"]
    assert verdicts(replayed(har(made), har(listed), one_world=True)) == ["match", "a list should be empty"]


def test_status_shape_and_value(replayed: Replayed) -> None:
    calls = [
        Call("POST", "/items", 409, {"error": {"code": "taken"}}, {"name": "Lamp"}),
        Call("POST", "/items", 201, lamp(stock={"here": 1, "there": 2}, maker="Ada"), {"name": "Lamp", "price": 12.5}),
        Call("POST", "/items", 201, lamp(name="Lamp 2", owner="Lamp"), {"name": "Lamp", "price": 12.5}),
    ]
    outcomes = replayed(har(calls))
    assert verdicts(outcomes) == ["status 201 for 409", "members are missing", "value of .owner"]
    assert diff_of(outcomes[0])[0] == '- 409 {"error":{"code":"taken"}}'
    assert diff_of(outcomes[0])[1].startswith('+ 201 {"id":')
    assert diff_of(outcomes[1]) == ["- .maker", "- .stock.here", "- .stock.there"]
    assert diff_of(outcomes[2]) == ["- .owner: 'Lamp'", "+ .owner: nothing", "- .owner"]


def test_headers_and_the_form_of_times_are_told_and_decide_nothing(replayed: Replayed) -> None:
    calls = [
        Call(
            "POST", "/items", 201, lamp(created="2024-03-01 10:00"), {"name": "Lamp", "price": 12.5},
            answered={"ETag": '"1"', "Location": f"{HOST}/items/{LAMP}", "X-Request-Id": "r1", "Date": "x"},
        )
    ]  # fmt: skip
    (one,) = replayed(har(calls))
    assert one.match
    assert one.likeness is not None and not one.likeness.same_details
    told = [(d.check, d.path, d.recorded, d.answered) for d in one.likeness.differences]
    assert told == [
        ("format", ".created", "'2024-03-01 10:00'", "'2026-01-01T00:00:01.000Z'"),
        ("header", "etag", "there", "nothing"),
    ]


def test_what_follows_from_an_earlier_failure_names_it(replayed: Replayed) -> None:
    calls = [
        Call("POST", "/items", 201, lamp(), {"price": 12.5}),
        Call("GET", f"/items/{LAMP}", 200, lamp()),
    ]
    assert verdicts(replayed(har(calls))) == [
        'status 400 for 201: invalid; name: "name" is a required property',
        "POST /api/v1/items failed before",
    ]


def test_what_cannot_be_judged(replayed: Replayed) -> None:
    calls = [
        Call("GET", "/items/it0000000001", 200, lamp(id="it0000000001")),
        Call("GET", "/items/it0000000002", 404, {"error": "not found"}),
        Call("POST", "/items", 201, lamp()),
        Call("GET", "/collect", 200, {}, host="https://metrics.example"),
    ]
    outcomes = replayed(har(calls))
    assert verdicts(outcomes) == ["unseeded", "unknown record", "body lost", "other service"]
    assert outcomes[0].why == "nothing earlier in the recording made or showed it0000000001"
    assert (outcomes[1].status, outcomes[1].answered_status) == (404, 404)
    assert outcomes[3].path == "https://metrics.example"
    assert score(outcomes).judged == 0 and score(outcomes).seen == 4


def test_what_a_publisher_marked_is_not_judged(replayed: Replayed) -> None:
    get = [Call("GET", "/items", 200, [])]
    assert verdicts(replayed(sessions(get, foreign=True))) == ["unseeded"]
    assert verdicts(replayed(sessions(get, auth=True))) == ["token exchange"]
    assert verdicts(replayed(sessions(get, legacy=True))) == ["retired"]
    assert verdicts(replayed(sessions(get).replace('"service"', '"response_only": true, "service"'))) == ["answer only"]


def test_undocumented_requests_count(replayed: Replayed) -> None:
    outcomes = replayed(har([Call("GET", "/orders", 200, [{"id": "o1"}]), Call("GET", "/items", 200, [])]))
    assert verdicts(outcomes) == ["no such operation is documented", "match"]
    assert [one.operation for one in outcomes] == ["", "GET /api/v1/items"]
    assert score(outcomes).judged == 2


def test_another_host_of_the_same_service(replayed: Replayed) -> None:
    """A host that no document names is the service's as soon as a documented path was called there."""
    calls = [replace(call, host="https://shop.acme.internal/api/v1") for call in visit()]
    lost = Call("GET", "/orders", 404, {"error": "x"}, host="https://shop.acme.internal/api/v1")
    assert [one.unjudged for one in replayed(har([*calls, lost]))] == [""] * 6


def test_lists_are_paired_by_what_their_items_share(replayed: Replayed) -> None:
    names = ["Lamp", "Vase", "Rug"]
    made = [
        Call("POST", "/items", 201, lamp(id=f"it000000000{n}", name=name), {"name": name, "price": 12.5})
        for n, name in enumerate(names)
    ]
    backwards = [lamp(id=f"it000000000{n}", name=names[n]) for n in (2, 1, 0)]
    calls = [*made, Call("GET", "/items", 200, backwards), Call("GET", "/items/it0000000002", 200, backwards[0])]
    outcomes = replayed(har(calls))
    assert verdicts(outcomes) == ["match"] * 5
    assert outcomes[-1].answered["name"] == "Rug"


def test_seeding_plants_what_was_there_and_judges_the_rest(replayed: Replayed, shop: Twin, tmp_path: Path) -> None:
    old = lamp(id="it9900000001")
    calls = [
        Call("GET", "/items", 200, [old]),
        Call("GET", "/items/it9900000001", 200, old),
        Call("PUT", "/items/it9900000001", 200, lamp(id="it9900000001", name="Lantern"), {"name": "Lantern", "price": 12.5}),
        Call("POST", "/items", 201, lamp(), {"name": "Lamp", "price": 12.5}),
        Call("GET", f"/items/{LAMP}", 200, lamp()),
    ]
    assert verdicts(replayed(python(calls))) == [
        "a list is empty", "GET /api/v1/items answered no such record",
        "GET /api/v1/items answered no such record", "match", "match",
    ]  # fmt: skip
    assert verdicts(replayed(python(calls), seeded=True)) == ["first sighting", "match", "match", "match", "match"]
    file = tmp_path / "it"
    file.write_text(python(calls))
    replay = Replay(Run([shop]), read_recordings([file]), seeded=True)
    assert len(list(replay.outcomes())) == 5
    assert (replay.planted.records, replay.planted.refused) == (1, 0)


@pytest.mark.parametrize("write", [har, ruby, python])
def test_no_secret_comes_out(write: Callable[[list[Call]], str], replayed: Replayed, shop: Twin) -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
    calls = [
        Call(
            "POST", "/items", 200, lamp(secret="wLk29-aaaa-77", note=f"use {SECRET} and {token}", maker="Ada"),
            {"name": "Lamp", "password": {"value": "open-sesame-9"}},
            headers={"Cookie": "session=c00kie-value-123", "X-Api-Key": "key-123456789", "X-Trace": "Bearer abcdefgh1234"},
            answered={"Set-Cookie": "session=c00kie-value-456; Path=/"},
        ),
        Call("GET", f"/items/{LAMP}?access_token={SECRET}&note=open-sesame-9", 200, lamp(note="open-sesame-9")),
    ]  # fmt: skip
    outcomes = replayed(write(calls))
    everything = " ".join(repr(one) for one in outcomes) + " ".join("\n".join(diff_of(one)) for one in outcomes)
    for secret in (SECRET, token, "wLk29-aaaa-77", "open-sesame-9", "c00kie-value", "key-123456789", "abcdefgh1234"):
        assert secret not in everything
    assert Run([shop]).apps[0].token not in everything
    assert "$TWINGEN_TOKEN" in outcomes[0].curl


def test_plain_words_are_hidden_where_they_stand(replayed: Replayed) -> None:
    call = Call("GET", "/items?password=lampshade&note=lampshades", 200, [])
    (one,) = replayed(har([call]))
    assert one.curl.endswith("/api/v1/items?password=<hidden>&note=lampshades'")


def test_a_wrong_credential_stays_wrong(replayed: Replayed) -> None:
    refused = Call("GET", "/items?access_token=<OTHER_TOKEN>", 401, {"error": "unauthorized"})
    allowed = Call("GET", "/items?access_token=<TOKEN>", 200, [])
    outcomes = replayed(sessions([refused, allowed]))
    assert [one.answered_status for one in outcomes] == [401, 200]
    assert "not-a-valid-token" in outcomes[0].curl and "TOKEN>" not in outcomes[1].curl


def test_a_hidden_credential_that_the_service_took_was_valid(replayed: Replayed) -> None:
    taken = Call("GET", "/items?access_token=<OTHER_TOKEN>", 200, [])
    assert verdicts(replayed(sessions([taken]))) == ["match"]


def test_credentials_that_were_refused_beside_another_are_wrong(replayed: Replayed) -> None:
    def asked(status: int, **headers: str) -> Call:
        return Call("GET", "/items", status, [] if status == 200 else {"error": {"status": status}}, headers=headers)

    calls = [asked(200), asked(401, Authorization="Bearer expired-5f1e0c9d"), asked(401, Authorization="")]
    outcomes = replayed(har(calls))
    assert [one.answered_status for one in outcomes] == [200, 401, 401]
    assert "authorization" in outcomes[1].curl and "authorization" not in outcomes[2].curl
    alone = replayed(har([asked(401, Authorization="Bearer expired-5f1e0c9d")]))
    assert [one.answered_status for one in alone] == [200]


def test_pages_are_followed_and_those_that_the_twin_has_not_are_left_out(replayed: Replayed) -> None:
    made = [
        Call("POST", "/items", 201, lamp(id=f"it000000000{n}"), {"name": "Lamp", "price": 12.5}) for n in range(2)
    ]
    after = {"Link": f'<{HOST}/items?limit=1&after=cur5or77>; rel="next"'}
    pages = [
        Call("GET", "/items?limit=1", 200, [lamp(id="it0000000000")], answered=after),
        Call("GET", "/items?limit=1&after=cur5or77", 200, [lamp(id="it0000000001")]),
    ]
    outcomes = replayed(har([*made, *pages]))
    assert outcomes[-1].answered_status != 400
    (_, beyond) = replayed(har(pages))
    assert (beyond.unjudged, beyond.why) == (
        "unseeded", "it asks for a further page of a list that the twin's is not as long as (after)",
    )  # fmt: skip


def test_half_a_request_is_not_sent(replayed: Replayed) -> None:
    text = json.dumps({**json.loads(sessions([Call("POST", "/items", 201, lamp(), {"_multipart": []})]))})
    assert verdicts(replayed(text)) == ["request lost"]
