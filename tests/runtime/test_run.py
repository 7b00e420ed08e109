"""Runs: worlds by name, forks, resets, twins that share a world, and the control plane."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.making import Caller, twin_of
from twingen.runtime.http import Response
from twingen.runtime.run import UnknownWorldError

ROUTES = "GET /users\nPOST /users 201\nGET /users/{id}\n"
USER = """
resource: user
store: {store}
id: "u{{counter:1}}"
operations:
  GET /users: {{does: list}}
  POST /users: {{does: create}}
  GET /users/{{}}: {{does: read, find: {{user: "path[0]"}}}}
"""
SEED = "seed: [{resource: user, data: {name: Root}}]"


def caller(**options: Any) -> Caller:
    return Caller(twin_of(ROUTES, USER.format(store="user"), seed=SEED), **options)


def names(call: Caller, target: str = "/users", **options: Any) -> list[str]:
    return [user["name"] for user in call.json("GET", target, **options)]


def control(call: Caller, method: str, path: str, json: Any = None, **headers: str) -> Response:
    sent = {"host": "localhost:9000", **{key.replace("_", "-"): value for key, value in headers.items()}}
    return call(method, f"/_twin/{path}", json, headers=sent)


def test_worlds_are_apart() -> None:
    call = caller()
    assert control(call, "POST", "worlds", {"name": "other"}).json() == {"name": "other"}
    call.json("POST", "/users", {"name": "Ann"})
    token = call.app.credential
    assert names(call) == ["Root", "Ann"]
    assert names(call, headers={"x-twin-world": "other"}) == ["Root"]
    call.json("POST", "/w/other/users", {"name": "Bob"})
    assert names(call, "/w/other/users") == ["Root", "Bob"]
    assert names(call, credential=f"{token}~other") == ["Root", "Bob"]
    assert names(call, f"/users?access_token={call.app.token}~other", credential=None) == ["Root", "Bob"]
    assert names(call) == ["Root", "Ann"]


def test_forks_and_resets() -> None:
    call = caller()
    call.json("POST", "/users", {"name": "Ann"})
    assert control(call, "POST", "worlds", {"name": "copy", "from": "default"}).status == 201
    call.json("POST", "/users", {"name": "Bob"})
    call.json("POST", "/w/copy/users", {"name": "Cy"})
    assert names(call, "/w/copy/users") == ["Root", "Ann", "Cy"]
    assert control(call, "POST", "reset").status == 204
    assert names(call) == ["Root"]
    assert names(call, "/w/copy/users") == ["Root", "Ann", "Cy"]
    assert control(call, "POST", "reset", x_twin_world="copy").status == 204
    assert names(call, "/w/copy/users") == ["Root"]
    assert control(call, "DELETE", "worlds/copy").status == 204
    assert call("GET", "/w/copy/users").status == 404


def test_a_fresh_world_repeats_itself() -> None:
    call = caller()
    first = [call("POST", "/users", {"name": n}).body for n in "abc"]
    call.run.reset()
    assert [call("POST", "/users", {"name": n}).body for n in "abc"] == first


def test_unknown_worlds() -> None:
    call = caller()
    assert call.refused("GET", "/users", headers={"x-twin-world": "none"}) == (404, {"error": {
        "status": 404, "code": "unknown_world", "message": "there is no world 'none'; POST /_twin/worlds makes one"}})  # fmt: skip
    for method, path in [("POST", "reset"), ("GET", "journal")]:
        assert control(call, method, path, x_twin_world="none").status == 404
    assert control(call, "DELETE", "worlds/none").status == 404
    assert control(call, "POST", "worlds", {"name": "a", "from": "none"}).status == 404
    for act in (call.run.reset, call.run.drop):
        with pytest.raises(UnknownWorldError):
            act("none")
    with pytest.raises(KeyError):
        call.run.app("none")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "default"}, 409), ({"name": "../x"}, 400), ({"name": ""}, 400), ({"name": 5}, 400),
        ({"nme": "x"}, 400), ([], 400), ({"name": "x" * 65}, 400), ({"name": "x", "from": 5}, 400),
        ({}, 201), ({"name": "A.b-c_1"}, 201),
    ],
)  # fmt: skip
def test_making_worlds(body: Any, status: int) -> None:
    call = caller()
    assert control(call, "POST", "worlds", body).status == status
    expected = 2 if status == 201 else 1
    assert len(control(call, "GET", "worlds").json()["worlds"]) == expected


def test_the_control_plane_guards_itself() -> None:
    call = caller()
    assert control(call, "GET", "health").json() == {"status": "ok"}
    assert control(call, "GET", "nothing").status == 404
    answer = control(call, "PUT", "reset")
    assert (answer.status, answer.header("allow")) == (405, "POST")
    assert control(call, "GET", "health", host="evil.example").status == 403
    assert control(call, "GET", "health", origin="https://evil.example").status == 403
    assert control(call, "GET", "health", origin="null").status == 403
    assert control(call, "GET", "health", origin="http://127.0.0.1:9000").status == 200
    assert control(call, "DELETE", "worlds/default").status == 409
    locked = caller(control_token="secret")
    assert control(locked, "GET", "health").status == 401
    assert control(locked, "GET", "health", x_twin_token="no").status == 401
    assert control(locked, "GET", "health", x_twin_token="secret", host="evil.example").status == 200


def test_the_journal() -> None:
    call = caller()
    call.json("POST", "/users", {"name": "Ann"})
    call("GET", "/users/u9?x=1")
    entries = control(call, "GET", "journal").json()["entries"]
    assert [(e["number"], e["method"], e["path"], e["query"], e["status"]) for e in entries] == [
        (1, "POST", "/users", "", 201), (2, "GET", "/users/u9", "x=1", 404),
    ]  # fmt: skip
    assert entries[0]["body"] == '{"name":"Ann"}'
    assert call.app.token not in str(entries)
    assert [e["number"] for e in control(call, "GET", "journal?after=1").json()["entries"]] == [2]


def test_twins_that_share_a_world() -> None:
    first = twin_of(ROUTES, USER.format(store="shared/user"), name="one", settings='world = "both"\n', seed=SEED)
    second = twin_of(ROUTES, USER.format(store="shared/user"), name="two", settings='world = "both"\n')
    third = twin_of(ROUTES, USER.format(store="shared/user"), name="three")
    call = Caller(first, second, third)
    assert call.run.apps[0].credential == call.run.apps[1].credential != call.run.apps[2].credential
    call.json("POST", "/users", {"name": "Ann"}, twin=1)
    assert names(call) == names(call, twin=1) == ["Root", "Ann"]
    assert names(call, twin=2) == []
    assert call("GET", "/users", credential=call.run.apps[0].credential, twin=2).status == 401
    control(call, "POST", "worlds", {"name": "w", "from": "default"})
    call.json("POST", "/w/w/users", {"name": "Bob"}, twin=1)
    assert names(call, "/w/w/users") == ["Root", "Ann", "Bob"]
    assert names(call, "/w/w/users", twin=2) == []
    control(call, "POST", "reset")
    assert names(call) == ["Root"]
    assert names(call, "/w/w/users", twin=1) == ["Root", "Ann", "Bob"]


def test_clocks_of_runs() -> None:
    from twingen.runtime.clock import EPOCH_MILLIS

    fixed = caller(clock="fixed")
    fixed("GET", "/users")
    assert fixed.world.millis() == EPOCH_MILLIS
    real = caller(clock="real")
    assert real.world.millis() != EPOCH_MILLIS
