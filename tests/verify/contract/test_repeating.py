"""Commands of findings begin with what makes the records that they speak of."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from twingen.runtime.http import Request, Response
from twingen.verify.contract.repeating import commands, spliced
from twingen.verify.trail import Trail

ADDRESS = "http://127.0.0.1:9000"


def asked(trail: Trail, method: str, path: str, answer: Any, body: Any = None, status: int = 200) -> Request:
    content = b"" if body is None else json.dumps(body).encode()
    path, _, query = path.partition("?")
    request = Request(method, path, query, {}, content)
    trail.note(request, Response(status, json.dumps(answer).encode()))
    return request


def test_a_record_is_made_first_and_its_id_is_taken_from_the_answer() -> None:
    trail = Trail()
    asked(trail, "POST", "/items", {"data": {"id": "it-7f3a91"}}, {"name": "one"})
    read = asked(trail, "GET", "/items/it-7f3a91?view=full", {"id": "it-7f3a91"})
    assert commands([read], ADDRESS, trail) == (
        "ID1=$(curl -s -X POST http://127.0.0.1:9000/items -H 'Content-Type:' "
        """--data-binary '{"name": "one"}' | jq -r '.data.id')""",
        """curl -i -X GET 'http://127.0.0.1:9000/items/'"$ID1"'?view=full'""",
    )


def test_what_was_there_already_is_looked_up_where_it_was_first_shown() -> None:
    trail = Trail()
    asked(trail, "GET", "/items", [{"id": "it-000001"}, {"id": "it-000002"}])
    read = asked(trail, "GET", "/items/it-000002", {"id": "it-000002"})
    assert commands([read], ADDRESS, trail)[0].endswith("/items | jq -r '.[1].id')")


def test_several_ids_of_one_answer_are_taken_from_one_request() -> None:
    trail = Trail()
    asked(trail, "GET", "/items", [{"id": "it-000001"}, {"id": "it-000002"}])
    link = asked(trail, "PUT", "/items/it-000002/next/it-000001", None, status=204)
    first, last = commands([link], ADDRESS, trail)
    assert first == (
        "ANSWER1=$(curl -s -X GET http://127.0.0.1:9000/items); "
        """ID1=$(printf '%s' "$ANSWER1" | jq -r '.[0].id'); ID2=$(printf '%s' "$ANSWER1" | jq -r '.[1].id')"""
    )
    assert last == 'curl -i -X PUT http://127.0.0.1:9000/items/"$ID2"/next/"$ID1"'


def test_a_chain_that_makes_its_own_record_is_not_repeated() -> None:
    trail = Trail()
    made = asked(trail, "POST", "/items", {"id": "it-7f3a91"}, {"name": "one"})
    gone = asked(trail, "DELETE", "/items/it-7f3a91", None, status=204)
    first, last = commands([made, gone], ADDRESS, trail)
    assert first.startswith("ID1=$(curl -s -X POST")
    assert last == 'curl -i -X DELETE http://127.0.0.1:9000/items/"$ID1"'


def test_what_links_two_records_comes_before_the_answer_that_shows_it() -> None:
    trail = Trail()
    asked(trail, "POST", "/teams", {"id": "team-0001"})
    asked(trail, "POST", "/people", {"id": "person-01"})
    asked(trail, "PUT", "/teams/team-0001/people/person-01", None, status=204)
    listed = asked(trail, "GET", "/teams/team-0001/people", [{"id": "person-01"}])
    asked(trail, "DELETE", "/teams/team-0001/people/person-01", None, status=204)
    lines = commands([listed], ADDRESS, trail, b'[{"id": "person-01"}]')
    assert [line.split("/", 3)[-1] for line in lines] == [
        "teams | jq -r '.id')", "people | jq -r '.id')",
        'teams/"$ID1"/people/"$ID2"', 'teams/"$ID1"/people',
    ]  # fmt: skip


def test_refused_requests_make_nothing() -> None:
    trail = Trail()
    asked(trail, "POST", "/items", {"error": {"id": "err-00001"}}, status=400)
    read = asked(trail, "GET", "/items/err-00001", {}, status=404)
    assert len(commands([read], ADDRESS, trail)) == 1


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash reads the commands")
@pytest.mark.parametrize(
    "word",
    ["plain-id01-x", "'it is id01 here'", """'{"a": "id01", "b": "it'"'"'s"}'""", r"$'\x01 \'id01\' \\'", r"'\'id01"],
)
def test_a_variable_means_the_same_in_any_quotes(word: str) -> None:
    def said(command: str) -> str:
        return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout

    # `-` is part of an id, so that only a whole one is replaced.
    changed = spliced(f"printf %s {word}", {"id01": "ID1"})
    assert said(f"ID1=other; {changed}") == said(f"printf %s {word}").replace(
        "id01", "id01" if word.startswith("plain") else "other"
    )


def test_what_was_done_to_a_record_last_comes_before_its_end() -> None:
    trail = Trail()
    asked(trail, "POST", "/items", {"id": "it-7f3a91"})
    asked(trail, "POST", "/items/it-7f3a91/start", {})
    asked(trail, "POST", "/items/it-7f3a91/stop", {})
    gone = asked(trail, "DELETE", "/items/it-7f3a91", None, status=204)
    assert commands([gone], ADDRESS, trail)[1:] == (
        'curl -i -X POST http://127.0.0.1:9000/items/"$ID1"/stop',
        'curl -i -X DELETE http://127.0.0.1:9000/items/"$ID1"',
    )


def test_bad_values_are_known_again_under_their_names() -> None:
    trail = Trail()
    trail.spoil(b'{"profile": {"name": "x", "tags": [7]}, "status": {}}')
    assert trail.is_spoiled(["items", 0, "profile", "name"], "x")
    assert trail.is_spoiled(["tags", 3], 7)
    assert trail.is_spoiled([0, "status"], {})
    assert not trail.is_spoiled([0, "state"], {})
    assert not trail.is_spoiled(["profile", "name"], "y")
