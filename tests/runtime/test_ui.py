"""What the UI is told: records, relations, calls, pages, and the journal as it happens."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.runtime.making import Caller, document, twin_of
from twingen.errors import FormatError
from twingen.runtime.asgi import asgi_app
from twingen.runtime.http import Response
from twingen.runtime.journal import JournalFeed
from twingen.twin.views import views

ROUTES = """
GET /users
POST /users 201
GET /users/{id}
PUT /users/{id}
DELETE /users/{id} 204
POST /users/{id}/close
GET /teams
POST /teams 201
PUT /teams/{id}/members/{userId}
POST /users/{id}/notes 201
"""
SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string", "description": "What they are called."},
        "age": {"type": "integer"},
        "role": {"type": "string", "enum": ["guest", "admin"]},
        "address": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "extra": {},
    },
}
USER = """
resource: user
schema: User
id: "u{counter:1}"
server_set: {status: OPEN}
derived: {serial: "{mint('{counter:1}')}"}
write_only: [password]
lifecycle:
  field: status
  states: [OPEN, CLOSED]
  moves: {close: {from: OPEN, to: CLOSED}}
operations:
  GET /users: {does: list}
  POST /users: {does: create}
  GET /users/{}: {does: read, find: {user: "path[0]"}}
  PUT /users/{}: {does: replace, find: {user: "path[0]"}}
  DELETE /users/{}: {does: delete, find: {user: "path[0]"}}
  POST /users/{}/close: {does: transition, move: close, find: {user: "path[0]"}}
"""
TEAM = """
resource: team
operations:
  GET /teams: {does: list}
  POST /teams: {does: create}
"""
MEMBER = """
resource: member
edge: {team: team, user: user}
operations:
  PUT /teams/{}/members/{}: {does: link, find: {team: "path[0]", user: "path[1]"}}
"""
NOTE = """
resource: note
parent: user
operations:
  POST /users/{}/notes: {does: create, find: {user: "path[0]"}}
"""


def caller(**options: Any) -> Caller:
    body = {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}}}
    openapi = document(ROUTES, {"POST /users": body, "PUT /users/{id}": body})
    openapi["components"]["schemas"] = {"User": SCHEMA}
    return Caller(twin_of(openapi, USER, TEAM, MEMBER, NOTE), **options)


def control(call: Caller, path: str, **headers: str) -> Response:
    sent = {"host": "localhost:9000", **{key.replace("_", "-"): value for key, value in headers.items()}}
    return call("GET", f"/_twin/{path}", headers=sent)


def test_pages_of_records() -> None:
    call = caller()
    for number in range(7):
        call.json("POST", "/users", {"name": f"Ann {number}", "age": number, "password": "secret"})
    page = control(call, "records/user?limit=3").json()
    assert [record["label"] for record in page["records"]] == ["Ann 6", "Ann 5", "Ann 4"]
    assert page["total"] == 7
    assert page["columns"] == ["name", "role", "age", "status"]
    rest = control(call, f"records/user?limit=5&after={page['next']}").json()
    assert [record["label"] for record in rest["records"]] == ["Ann 3", "Ann 2", "Ann 1", "Ann 0"]
    assert rest["next"] is None
    assert "secret" not in str(page)

    def found(query: str) -> list[str]:
        return [record["label"] for record in control(call, f"records/user?q={query}").json()["records"]]

    assert found("age:3") == found("name:ann%20age:3") == ["Ann 3"]
    assert found("status:closed") == []
    assert len(found("status:open")) == 7


def test_looking_changes_nothing() -> None:
    call, other = caller(), caller()
    for one in (call, other):
        one.json("POST", "/users", {"name": "Ann"})
    for path in ("ui.json", "records/user", "records/user/u1", "journal"):
        assert control(call, path).status == 200
    assert call("POST", "/users", {"name": "Bob"}).body == other("POST", "/users", {"name": "Bob"}).body


def test_a_record_and_what_belongs_to_it() -> None:
    call = caller()
    user = call.json("POST", "/users", {"name": "Ann"})["id"]
    team = call.json("POST", "/teams", {"name": "Red"})["id"]
    call("PUT", f"/teams/{team}/members/{user}", {})
    call("POST", f"/users/{user}/notes", {"text": "Hi"})
    shown = control(call, f"records/user/{user}").json()
    assert shown["moves"] == ["close"]
    assert {(child["resource"], child["count"]) for child in shown["children"]} == {("member", 1), ("note", 1)}
    member = control(call, f"records/member?ref.user={user}").json()["records"][0]
    assert member["label"] == "Red – Ann"
    assert member["refs"]["team"] == {"resource": "team", "id": team, "label": "Red", "gone": False}
    call("POST", f"/users/{user}/close")
    assert control(call, f"records/user/{user}").json()["moves"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("records/user/none", 404), ("records/nothing", 404), ("records/nothing/1", 404),
        ("records/user?limit=x", 400), ("records/user?after=x", 400), ("records/user?ref.team=1", 400),
        ("journal/stream?after=x", 400), ("ui/none.html", 404), ("ui/static/../x.css", 404),
    ],
)  # fmt: skip
def test_what_makes_no_sense(path: str, status: int) -> None:
    response = control(caller(), path)
    assert response.status == status
    assert response.header("content-type") == "application/problem+json"


def test_unknown_worlds_are_told() -> None:
    for path in ("ui.json", "records/user", "records/user/u1", "journal/stream"):
        assert control(caller(), path, x_twin_world="none").status == 404


def test_calls_and_their_fields() -> None:
    call = caller()
    told = control(call, "ui.json").json()
    assert told["credential"] == call.app.credential
    resources = {one["name"]: one for one in told["resources"]}
    assert {name: one["view"] for name, one in resources.items()} == {
        "user": "board", "team": "table", "member": "table", "note": "table",
    }  # fmt: skip
    calls = {one["key"]: one for one in resources["user"]["calls"]}
    assert {key: one["kind"] for key, one in calls.items()} == {
        "POST /users": "create", "PUT /users/{}": "edit", "DELETE /users/{}": "delete", "POST /users/{}/close": "move",
    }  # fmt: skip
    fields = {".".join(one["path"]): (one["type"], one["required"]) for one in calls["POST /users"]["fields"]}
    assert fields == {
        "name": ("string", True), "age": ("integer", False), "role": ("choice", False),
        "address.city": ("string", False), "tags": ("list", False), "extra": ("json", False),
    }  # fmt: skip
    assert calls["PUT /users/{}"]["fill"] == [{"in": "path", "name": "id", "with": "self"}]
    [link] = resources["member"]["calls"]
    assert [(one["name"], one["with"]) for one in link["fill"]] == [("id", "team"), ("userId", "user")]
    [note] = resources["note"]["calls"]
    assert note["fill"] == [{"in": "path", "name": "id", "with": "user", "resource": "user"}]


def test_views_by_hand_come_first() -> None:
    call = caller()
    twin = call.app.twin
    assert [view.resource for view in views(twin)] == ["user", "team", "note", "member"]
    assert views(twin)[0].title == "Users"


def test_the_pages_need_no_token_and_their_data_does() -> None:
    call = caller(control_token="sesame")
    assert control(call, "ui/static/app.js").status == 200
    assert control(call, "ui").status == 404  # a twin without pages says so
    for path in ("ui.json", "records/user", "journal/stream"):
        assert control(call, path).status == 401
        assert control(call, path, x_twin_token="sesame").status == 200
    stranger = {"host": "evil.example"}
    assert caller()("GET", "/_twin/ui/static/app.js", headers=stranger).status == 403


def test_the_feed_of_a_journal() -> None:
    call = caller()
    call("GET", "/users")
    woken: list[int] = []
    recorder = call.run.recorder
    feed = JournalFeed(recorder, call.world, "default", ["small"], after=0)
    feed.open(lambda: woken.append(1))
    first = feed.take()
    assert first is not None and first.startswith(b'id: 1\ndata: {"number":1,')
    assert feed.take() == b": there\n\n"
    call("POST", "/users", {"name": "Ann"})
    assert woken == [1]
    assert b'"method":"POST"' in (feed.take() or b"")
    recorder.close()
    assert feed.take() is None
    feed.close()
    feed.close()
    assert recorder.listeners == []


def test_a_stream_ends_with_its_client() -> None:
    call = caller()
    sent: list[dict[str, Any]] = []
    app = asgi_app(call.run, call.app)

    async def follow() -> None:
        gone: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        async def receive() -> dict[str, Any]:
            return await gone

        async def send(message: Any) -> None:
            sent.append(dict(message))

        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http",
            "raw_path": b"/_twin/journal/stream", "query_string": b"", "headers": [(b"host", b"localhost")],
        }  # fmt: skip
        task = asyncio.ensure_future(app(scope, receive, send))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        call("GET", "/users")
        while len(sent) < 3:
            await asyncio.sleep(0.01)
        gone.set_result({"type": "http.disconnect"})
        await asyncio.wait_for(task, 5)

    asyncio.run(follow())
    assert sent[0]["status"] == 200
    assert b"/users" in b"".join(message.get("body", b"") for message in sent)
    assert call.run.recorder.listeners == []


def test_a_wrong_key_in_ui_yaml() -> None:
    from twingen.twin.format import check

    text = "ui:\n- resource: user\n  view: bord\n"
    with pytest.raises(FormatError, match="did you mean 'board'"):
        check({"ui": [{"resource": "user", "view": "bord"}]}, "ui", file="ui.yaml", text=text)
