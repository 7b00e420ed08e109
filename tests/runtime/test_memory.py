"""What a world remembers of its answers is forgotten with every change: no answer is ever stale."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.runtime.making import Caller, twin_of
from twingen.runtime.http import Request
from twingen.runtime.memory import Memory

_ROUTES = """
    GET /users
    POST /users
    GET /users/{user}
    PUT /users/{user}
    PATCH /users/{user}
    DELETE /users/{user} 204
    POST /users/{user}/suspend
    GET /users/{user}/groups
    POST /users/{user}/work
    GET /users/{user}/welcome
    GET /groups
    POST /groups
    GET /groups/{group}
    DELETE /groups/{group} 204
    GET /groups/{group}/users
    PUT /groups/{group}/users/{user} 204
    DELETE /groups/{group}/users/{user} 204
    GET /groups/{group}/notes
    POST /groups/{group}/notes
    GET /settings
    PUT /settings
    GET /time
    GET /greeting
    GET /drawn
    GET /counted
    GET /plain
"""
_USER = """
resource: user
id: "u{counter:1}"
unique: [{fields: [name]}]
lifecycle: {field: status, states: [ON, OFF], moves: {suspend: {from: ON, to: OFF}}}
defaults: {status: ON}
links:
  table:
  - {rel: self, href: "{base}/users/{record.id}"}
  - {rel: suspend, href: "{base}/users/{record.id}/suspend", when: record.status == 'ON'}
derived: {groups: "{count('member', user=record)}"}
on:
- {event: group.deleted, where: {status: ON}, set: {lost: "{record.name}"}}
- {event: user.created, after: 3s, where: {id: "{record.id}"}, set: {seen: true}}
operations:
  GET /users: {does: list}
  POST /users: {does: create}
  GET /users/{}: {does: read, find: {user: "path[0]"}}
  PUT /users/{}: {does: replace, find: {user: "path[0]"}}
  PATCH /users/{}: {does: update, find: {user: "path[0]"}}
  DELETE /users/{}: {does: delete, find: {user: "path[0]"}}
  POST /users/{}/suspend: {does: transition, move: suspend, find: {user: "path[0]"}}
  POST /users/{}/work: {handler: work, find: {user: "path[0]"}}
  GET /users/{}/groups: {does: list, of: group, find: {user: "path[0]"}, through: {edge: member, take: group}}
  GET /users/{}/welcome:
    does: read
    find: {user: "path[0]"}
    first: [{when: not record.welcomed, set: {welcomed: true}, answer: {body: {welcome: "{record.name}"}}}]
  GET /time: {does: view, answer: {body: {at: "{now}"}}}
  GET /greeting: {does: view, answer: {body: {hello: "{headers['x-name']}"}}}
  GET /drawn: {does: view, answer: {body: {id: "{mint('{hex:8}')}"}}}
  GET /counted: {handler: counted}
  GET /plain: {does: view, answer: {body: {users: "{count('user')}", asked: "{query.q}"}}}
"""
_GROUP = """
resource: group
id: "g{counter:1}"
operations:
  GET /groups: {does: list, parameters: {expand: {use: expand, values: {members: {members: "{find_all('member', group=record)}"}}}}}
  POST /groups: {does: create}
  GET /groups/{}:
    does: read
    find: {group: "path[0]"}
    answer: {body: {group: "{record}", members: "{count('member', group=record)}"}}
  DELETE /groups/{}: {does: delete, find: {group: "path[0]"}}
"""
_MEMBER = """
resource: member
edge: {group: group, user: user}
operations:
  GET /groups/{}/users: {does: list, of: user, find: {group: "path[0]"}, through: {edge: member, take: user}}
  PUT /groups/{}/users/{}: {does: link, find: {group: "path[0]", user: "path[1]"}}
  DELETE /groups/{}/users/{}: {does: unlink, find: {group: "path[0]", user: "path[1]"}}
"""
_NOTE = """
resource: note
id: "n{counter:1}"
parent: group
operations:
  GET /groups/{}/notes: {does: list, find: {group: "path[0]"}}
  POST /groups/{}/notes: {does: create, find: {group: "path[0]"}}
"""
_SETTINGS = """
resource: settings
singleton: true
id: {field: null}
defaults: {colour: blue}
operations:
  GET /settings: {does: read-singleton}
  PUT /settings: {does: write-singleton}
"""
_CODE = """
calls = []


def work(scope):
    scope.create("user", {"name": "made by work"})
    scope.change(scope.names["user"], name="changed by work")
    if scope.body and scope.body.get("refuse"):
        raise scope.fail("conflict")
    return {}


def counted(scope):
    calls.append(1)
    return {"calls": len(calls)}
"""
_READS = (
    "/users", "/users/u1", "/users/u2", "/users/u1/groups", "/groups", "/groups?expand=members", "/groups/g1",
    "/groups/g1/users", "/groups/g1/notes", "/settings", "/plain", "/plain?q=x", "/time", "/greeting",
)  # fmt: skip


def populated(**options: Any) -> Caller:
    """Return a twin with two users, of whom the first is a member of the first of two groups."""
    call = Caller(
        twin_of(_ROUTES, _USER, _GROUP, _MEMBER, _NOTE, _SETTINGS, handlers={"user": _CODE}), **options
    )
    for name in ("Ann", "Bob"):
        call.json("POST", "/users", {"name": name})
    for name in ("Staff", "Guests"):
        call.json("POST", "/groups", {"name": name})
    call("PUT", "/groups/g1/users/u1")
    for _ in range(4):  # until the timers of both users are over
        call("GET", "/time")
    return call


def remembered(call: Caller, target: str) -> bool:
    call("GET", target)
    path, _, query = target.partition("?")
    return any(key[1:3] == (path, query) for key in call.world.memory.answers if isinstance(key, tuple))


@pytest.mark.parametrize("target", ["/users", "/users/u1", "/groups/g1/users", "/groups/g1", "/plain?q=x"])
def test_a_read_is_answered_from_memory(target: str) -> None:
    call = populated(clock="fixed")
    first = call("GET", target)
    assert remembered(call, target)
    again = call("GET", target)
    assert (again.status, again.headers, again.body) == (first.status, first.headers, first.body)
    assert (again.operation, again.tier) == (first.operation, first.tier)
    entries = list(call.world.journal)
    assert [entry.response.body for entry in entries[-3:]] == [first.body] * 3


@pytest.mark.parametrize("target", ["/time", "/greeting", "/drawn", "/counted", "/users/u9"])
def test_what_looks_at_more_than_the_records_is_not_remembered(target: str) -> None:
    assert not remembered(populated(), target)


def test_time_headers_and_chance_stay_fresh() -> None:
    call = populated()
    assert call.json("GET", "/time") != call.json("GET", "/time")
    assert call.json("GET", "/drawn") != call.json("GET", "/drawn")
    assert [call.json("GET", "/counted")["calls"] for _ in range(2)] == [1, 2]
    assert call.json("GET", "/greeting", headers={"x-name": "Ann"}) == {"hello": "Ann"}
    assert call.json("GET", "/greeting", headers={"x-name": "Bob"}) == {"hello": "Bob"}


@pytest.mark.parametrize(
    ("write", "target", "changed"),
    [
        (("POST", "/users", {"name": "Cid"}), "/users", lambda rows: len(rows) == 3),
        (("POST", "/users", {"name": "Cid"}), "/plain", lambda body: body["users"] == 3),
        (("PUT", "/users/u1", {"name": "Cid"}), "/users/u1", lambda row: row["name"] == "Cid"),
        (("PATCH", "/users/u1", {"name": "Cid"}), "/users", lambda rows: rows[0]["name"] == "Cid"),
        (("PATCH", "/users/u1", {"name": "Cid"}), "/groups/g1/users", lambda rows: rows[0]["name"] == "Cid"),
        (("DELETE", "/users/u2", None), "/users", lambda rows: len(rows) == 1),
        (("DELETE", "/users/u1", None), "/groups/g1/users", lambda rows: rows == []),
        (("DELETE", "/users/u1", None), "/groups/g1", lambda body: body["members"] == 0),
        (("DELETE", "/users/u1", None), "/groups?expand=members", lambda rows: rows[0]["members"] == []),
        (("POST", "/users/u1/suspend", None), "/users/u1", lambda row: "suspend" not in row["_links"]),
        (("PUT", "/groups/g1/users/u2", None), "/groups/g1/users", lambda rows: len(rows) == 2),
        (("PUT", "/groups/g1/users/u2", None), "/users/u2", lambda row: row["groups"] == 1),
        (("PUT", "/groups/g2/users/u1", None), "/users/u1/groups", lambda rows: len(rows) == 2),
        (("PUT", "/groups/g1/users/u2", None), "/groups/g1", lambda body: body["members"] == 2),
        (("DELETE", "/groups/g1/users/u1", None), "/groups/g1/users", lambda rows: rows == []),
        (("DELETE", "/groups/g1/users/u1", None), "/users", lambda rows: rows[0]["groups"] == 0),
        (("DELETE", "/groups/g1", None), "/users/u1/groups", lambda rows: rows == []),
        (("DELETE", "/groups/g2", None), "/users/u2", lambda row: row.get("lost") == "Guests"),
        (("POST", "/groups/g1/notes", {"text": "x"}), "/groups/g1/notes", lambda rows: len(rows) == 1),
        (("PUT", "/settings", {"colour": "red"}), "/settings", lambda one: one["colour"] == "red"),
        (("POST", "/users/u1/work", {}), "/users", lambda rows: rows[0]["name"] == "changed by work"),
    ],
)  # fmt: skip
def test_every_way_to_write_is_seen(
    write: tuple[str, str, Any], target: str, changed: Any
) -> None:
    call = populated()
    before = call.json("GET", target)
    assert call.json("GET", target) == before
    assert not changed(before)
    assert call(*write).status < 300
    assert changed(call.json("GET", target))


def test_a_read_that_writes_is_not_remembered() -> None:
    call = populated()
    assert call.json("GET", "/users/u1/welcome") == {"welcome": "Ann"}
    assert call.json("GET", "/users/u1/welcome")["welcomed"] is True


def test_a_refused_write_leaves_what_was() -> None:
    call = populated()
    before = {target: call("GET", target).body for target in _READS[:-2]}
    assert call("POST", "/users/u1/work", {"refuse": True}).status == 409
    assert {target: call("GET", target).body for target in before} == before


def test_a_timer_is_seen() -> None:
    call = populated()
    call.json("POST", "/users", {"name": "Cid"})
    seen = ["seen" in call.json("GET", "/users/u3") for _ in range(4)]
    assert seen == [False, False, True, True]


def test_a_memory_lets_nobody_in() -> None:
    call = populated()
    assert call("GET", "/users").status == 200
    assert call("GET", "/users", credential="Bearer wrong").status == 401
    assert call("GET", "/users", credential=None).status == 401
    assert call("GET", "/users").status == 200


def test_addresses_belong_to_whom_they_were_answered() -> None:
    call = populated()
    app = call.app
    for base in ("http://a", "https://b", "http://a"):
        request = Request("GET", "/users/u1", "", {"authorization": app.credential}, b"", base)
        assert call.run.handle(app, request).json()["_links"]["self"]["href"] == f"{base}/users/u1"


def test_worlds_remember_apart() -> None:
    call = populated()
    call.json("GET", "/users")
    call.run.fork("other", "default")
    there = {"x-twin-world": "other"}
    assert len(call.json("GET", "/users", headers=there)) == 2
    call.json("POST", "/users", {"name": "Cid"}, headers=there)
    assert len(call.json("GET", "/users", headers=there)) == 3
    assert len(call.json("GET", "/users")) == 2
    call.json("DELETE", "/users/u1")
    assert len(call.json("GET", "/users", headers=there)) == 3
    call.run.reset()
    assert call.json("GET", "/users") == []


def test_an_adopted_draft_is_seen() -> None:
    call = populated()
    world = call.world
    assert len(call.json("GET", "/users")) == 2
    draft = world.fork()
    collection = draft.writing("small/user")
    collection.remove(next(collection.rows()))
    world.adopt(draft)
    assert len(call.json("GET", "/users")) == 1
    collection.remove(next(collection.rows()))
    assert call.json("GET", "/users") == []


def test_a_collection_that_somebody_holds_is_seen() -> None:
    call = populated()
    held = call.world.writing("small/user")
    row = next(held.rows())
    assert call.json("GET", "/users/u1")["name"] == "Ann"
    held.replace(row.with_data({**row.data, "name": "behind the back"}))
    assert call.json("GET", "/users/u1")["name"] == "behind the back"


def test_twins_of_one_world_see_each_other() -> None:
    kind = "resource: user\nstore: shared/user\noperations:\n  GET /users: {does: list}\n  POST /users: {does: create}\n"
    one, two = (
        twin_of("GET /users\nPOST /users", kind, name=name, settings='world = "both"\n')
        for name in ("one", "two")
    )
    call = Caller(one, two)
    assert call.json("GET", "/users", twin=0) == call.json("GET", "/users", twin=0) == []
    call.json("POST", "/users", {"name": "Ann"}, twin=1)
    assert [row["name"] for row in call.json("GET", "/users", twin=0)] == ["Ann"]


def test_a_memory_stays_small() -> None:
    call = populated()
    call.json("PATCH", "/users/u1", {"text": "x" * 50_000})
    for number in range(300):
        call("GET", f"/users/u1?n={number}")
    kept = call.world.memory.answers
    assert 0 < sum(len(answer.body) for answer in kept.values()) < 2**20
    call.json("PATCH", "/users/u1", {"text": "x" * 200_000})
    assert not remembered(call, "/users/u1")


def _requests(seed: int) -> Iterator[tuple[str, str, Any]]:
    chance = random.Random(seed)
    for _ in range(400):
        user, group = f"u{chance.randrange(1, 6)}", f"g{chance.randrange(1, 4)}"
        name = {"name": f"n{chance.randrange(30)}"}
        if chance.random() < 0.75:
            yield "GET", chance.choice(_READS), None
            continue
        yield chance.choice([
            ("POST", "/users", name), ("PATCH", f"/users/{user}", name), ("DELETE", f"/users/{user}", None),
            ("POST", f"/users/{user}/suspend", None), ("POST", "/groups", name),
            ("DELETE", f"/groups/{group}", None), ("PUT", f"/groups/{group}/users/{user}", None),
            ("DELETE", f"/groups/{group}/users/{user}", None), ("POST", f"/groups/{group}/notes", name),
            ("PUT", "/settings", name), ("POST", f"/users/{user}/work", {"refuse": chance.random() < 0.5}),
        ])  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_a_world_without_a_memory_answers_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def answers() -> list[Any]:
        call = populated()
        found = [call(*request) for request in _requests(seed)]
        return [(one.status, one.headers, one.body, one.operation, one.tier) for one in found]

    with_memory = answers()
    monkeypatch.setattr(Memory, "keep", lambda *_: None)
    assert answers() == with_memory
