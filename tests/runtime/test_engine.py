"""What happens to records, seen through requests: made, changed, moved, deleted, and what follows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.making import Caller, document, twin_of
from twingen.errors import FormatError
from twingen.twin import guard

CRUD = """
POST /users 201
GET /users
GET /users/{id}
PUT /users/{id}
PATCH /users/{id}
DELETE /users/{id} 204
POST /users/{id}/{move}
"""
OPERATIONS = """
operations:
  POST /users: {does: create}
  GET /users: {does: list}
  GET /users/{}: {does: read, find: {user: "path[0]"}}
  PUT /users/{}: {does: replace, find: {user: "path[0]"}}
  PATCH /users/{}: {does: update, find: {user: "path[0]"}}
  DELETE /users/{}: {does: delete, find: {user: "path[0]"}}
"""


def users(facets: str = "", *others: str, more: str = "", **options: Any) -> Caller:
    """Return a caller of a twin of users with these facets, and other resources."""
    text = "resource: user\n" + facets.strip("\n") + "\n" + OPERATIONS.strip("\n") + "\n" + more
    return Caller(twin_of(CRUD + options.pop("routes", ""), text, *others, **options))


def test_create_read_replace_update_delete() -> None:
    call = users('id: "u{counter:1}"\nserver_set: {made: "{now}"}\ntouch: {changed: "{now}"}\nread_only: [kind]')
    made = call.json("POST", "/users", {"name": "Ann", "kind": "x", "made": "never", "p": {"a": 1}})
    assert made == {
        "id": "u1", "name": "Ann", "p": {"a": 1},
        "made": "2026-01-01T00:00:01.000Z", "changed": "2026-01-01T00:00:01.000Z",
    }  # fmt: skip
    assert call.json("GET", "/users/u1") == made
    updated = call.json("PATCH", "/users/u1", {"p": {"b": 2}, "id": "other", "kind": "y"})
    assert updated["p"] == {"a": 1, "b": 2}
    assert "kind" not in updated
    assert updated["changed"] == "2026-01-01T00:00:03.000Z"
    assert updated["id"] == "u1"
    replaced = call.json("PUT", "/users/u1", {"name": "Bob"})
    assert replaced == {
        "id": "u1", "name": "Bob", "made": made["made"], "changed": "2026-01-01T00:00:04.000Z",
    }  # fmt: skip
    assert call.json("GET", "/users") == [replaced]
    assert call("DELETE", "/users/u1").status == 204
    assert call.refused("GET", "/users/u1") == (
        404, {"error": "not_found", "field": None, "id": "u1", "reason": None, "state": None},
    )  # fmt: skip
    for method in ("PUT", "PATCH", "DELETE"):
        assert call(method, "/users/u1", {}).status == 404
    assert call.json("GET", "/users") == []


@pytest.mark.parametrize("body", [[1], "text", 5, True])
def test_a_body_that_is_no_object(body: Any) -> None:
    call = users()
    status, answer = call.refused("POST", "/users", body)
    assert (status, answer["error"], answer["field"]) == (400, "invalid", "body")


def test_what_clients_may_set() -> None:
    call = users(more="""\
  POST /users/{}/{}:
    does: create
    input: "{body.user}"
    only: [name, p.a]
    required: [name]
    set: {source: "{path[1]}", skipped: "{nothing}"}
""")  # fmt: skip
    sent = {"user": {"name": "Ann", "p": {"a": 1, "b": 2}, "age": 3}}
    made = call.json("POST", "/users/x/web", sent)
    del made["id"]
    assert made == {"name": "Ann", "p": {"a": 1}, "source": "web"}
    assert call.refused("POST", "/users/x/web", {"user": {"name": ""}})[1]["field"] == "name"
    assert call.refused("POST", "/users/x/web", {})[1]["field"] == "name"


def test_ids_words_and_other_names() -> None:
    call = users("""
id: {mint: "u{counter:1}", also: [login, "lower(record.name)"], fold_case: true,
     words: {me: "{find('user', login='ANN@x')}"}}
""")
    call.json("POST", "/users", {"login": "ANN@x", "name": "Ann"})
    call.json("POST", "/users", {"login": "bob@x", "name": "Bob"})
    for name in ("u1", "ann@x", "me", "ANN"):
        assert call.json("GET", f"/users/{name}")["id"] == "u1"
    call.json("POST", "/users", {"login": "other", "name": "BOB"})
    assert call("GET", "/users/bob").status == 404  # two answer to that name


def test_ids_that_clients_choose() -> None:
    call = users("id: {field: key, take: input.key}")
    assert call.json("POST", "/users", {"key": "K1", "a": 1}) == {"key": "K1", "a": 1}
    status, answer = call.refused("POST", "/users", {"key": "K1", "b": 2})
    assert (status, answer["error"], answer["id"]) == (409, "conflict", "K1")
    assert call.json("GET", "/users/K1") == {"key": "K1", "a": 1}
    assert call.json("POST", "/users", {"key": 7})["key"] in (7, "7")
    assert len(call.json("POST", "/users", {"x": 1})["key"]) == 20


def test_numbers_for_ids() -> None:
    call = users('id: {mint: "{counter:100}", number: true}')
    assert call.json("POST", "/users", {})["id"] == 100
    assert call.json("POST", "/users", {})["id"] == 101
    assert call("DELETE", "/users/101").status == 204
    assert call.json("POST", "/users", {})["id"] == 102
    assert call.json("GET", "/users/100")["id"] == 100


def test_ids_that_a_client_sends_as_numbers() -> None:
    """A query that documents a number has lost the zeros at the end of an id that looks like one."""
    number = {"parameters": [{"name": "ts", "in": "query", "schema": {"type": "number"}}]}
    openapi = document("POST /notes\nGET /one\nGET /some\n", {"GET /one": number, "GET /some": number})
    note = """
        resource: note
        id: {field: ts, take: input.ts}
        operations:
          POST /notes: {does: create}
          GET /one: {does: read, find: {note: query.ts}}
          GET /some: {does: list, where: {ts: "{query.ts}"}}
    """
    call = Caller(twin_of(openapi, note))
    for ts in ("1767225602.000040", "1767225602.000000", "12.5", "7"):
        assert call.json("POST", "/notes", {"ts": ts})["ts"] == ts
        assert call.json("GET", f"/one?ts={ts}")["ts"] == ts
        assert [one["ts"] for one in call.json("GET", f"/some?ts={ts}")] == [ts]
    assert call("GET", "/one?ts=1767225602.00004").status == 200
    assert call("GET", "/one?ts=1767225602.0004").status == 404


def test_uniqueness() -> None:
    call = users("""
id: "u{counter:1}"
unique: [{fields: [login, realm], fold_case: true, give: {reason: "{other.login} is taken"}}]
""")
    call.json("POST", "/users", {"login": "ann", "realm": "r"})
    status, answer = call.refused("POST", "/users", {"login": "ANN", "realm": "r"})
    assert (status, answer["error"], answer["field"], answer["reason"]) == (
        409, "conflict", "login", "ann is taken",
    )  # fmt: skip
    assert len(call.json("GET", "/users")) == 1
    call.json("POST", "/users", {"login": "ann", "realm": "s"})
    call.json("POST", "/users", {"login": "ann"})  # an absent field clashes with nothing
    assert call("PATCH", "/users/u2", {"realm": "R"}).status == 409
    assert call.json("PATCH", "/users/u1", {"login": "Ann"})["login"] == "Ann"
    call("DELETE", "/users/u1")
    assert call.json("PATCH", "/users/u2", {"realm": "R"})["realm"] == "R"


def test_defaults_and_variants() -> None:
    call = users("""
id: "u{counter:1}"
defaults: {role: guest, label: "{record.name}!", p.deep: 1}
variants:
  by: type
  cases:
    BOT: {defaults: {role: machine}, server_set: {trusted: false}, spawn: [{resource: log, data: {of: "{record.id}"}}]}
""", "resource: log\nid: '{counter:1}'\n")
    assert call.json("POST", "/users", {"name": "Ann"}) == {
        "id": "u1", "name": "Ann", "role": "guest", "label": "Ann!", "p": {"deep": 1},
    }  # fmt: skip
    bot = call.json("POST", "/users", {"name": "R2", "type": "BOT", "label": "x"})
    assert (bot["role"], bot["trusted"], bot["label"]) == ("machine", False, "x")
    assert call.json("POST", "/users", {"type": ["odd"]})["role"] == "guest"
    assert [row.data["of"] for row in call.scope.all("log")] == ["u2"]


def test_what_is_never_shown() -> None:
    call = users("""
id: "u{counter:1}"
write_only: {password: null, pin: "****"}
derived: {strong: "{len(secret(record, 'password')) > 5}"}
""")
    made = call.json("POST", "/users", {"password": "geheim!", "pin": "1234", "n": 1})
    assert made == {"id": "u1", "n": 1, "pin": "****", "strong": True}
    assert call.json("PATCH", "/users/u1", {"n": 2, "pin": "****"}) == {**made, "n": 2}
    row = call.scope.get("user", "u1")
    assert row is not None
    assert row.secret == {"password": "geheim!", "pin": "1234"}
    assert call.json("PATCH", "/users/u1", {"password": "short"})["strong"] is False
    assert b"geheim" not in call("GET", "/users").body


def test_derived_fields_and_links() -> None:
    call = users("""
id: "u{counter:1}"
derived: {full: "{record.a} {record.b}", gone: "{nothing}", n: "{count('user')}"}
links:
  table:
  - {rel: self, href: "{url('/users/' + record.id)}"}
  - {rel: stop, when: record.on, href: /stop, method: POST, more: {hint: "{record.a}"}}
  - {rel: log, href: /log/1}
  - {rel: log, href: /log/2}
""")
    made = call.json("POST", "/users", {"a": "A", "b": "B", "on": True})
    assert made == {
        "id": "u1", "a": "A", "b": "B", "on": True, "full": "A B", "n": 1,
        "_links": {
            "self": {"href": "http://twin.invalid/users/u1"},
            "stop": {"hint": "A", "href": "/stop", "method": "POST"},
            "log": [{"href": "/log/1"}, {"href": "/log/2"}],
        },
    }  # fmt: skip
    call.json("POST", "/users", {})
    assert call.json("GET", "/users/u1")["n"] == 2
    assert "stop" not in call.json("PATCH", "/users/u1", {"on": False})["_links"]
    row = call.scope.get("user", "u1")
    assert row is not None
    assert set(row.data) == {"id", "a", "b", "on"}


LIFE = """
id: "u{counter:1}"
server_set: {status: STAGED}
lifecycle:
  field: status
  moves:
    activate: {from: [STAGED, STOPPED], to: ACTIVE, set: {since: "{now}"}}
    stop: {from: [ACTIVE], to: STOPPED, guards: [{when: record.locked, error: conflict, give: {reason: locked}}]}
    touch: {set: {touched: true}}
    back: {to: "{record.since and 'ACTIVE' or 'STAGED'}"}
"""
MOVES = """\
  POST /users/{}/{}:
    does: handle
    find: {user: "path[0]"}
    handler: move
"""
MOVE = {"user": "def move(scope):\n    return scope.move(scope.names['user'], scope.path[1])\n"}


def test_legal_moves() -> None:
    call = users(LIFE, more=MOVES, handlers=MOVE)
    call.json("POST", "/users", {})
    status, answer = call.refused("POST", "/users/u1/stop")
    assert (status, answer["error"], answer["state"], answer["id"]) == (409, "illegal_move", "STAGED", "u1")
    active = call.json("POST", "/users/u1/activate")
    assert (active["status"], active["since"]) == ("ACTIVE", "2026-01-01T00:00:03.000Z")
    assert call("POST", "/users/u1/activate").status == 409
    call.json("PATCH", "/users/u1", {"locked": True})
    assert call.refused("POST", "/users/u1/stop")[1]["reason"] == "locked"
    call.json("PATCH", "/users/u1", {"locked": False})
    assert call.json("POST", "/users/u1/stop")["status"] == "STOPPED"
    assert call.json("POST", "/users/u1/touch")["status"] == "STOPPED"
    assert call.json("POST", "/users/u1/back")["status"] == "ACTIVE"
    answer = call("POST", "/users/u1/fly")
    assert answer.status == 501
    assert answer.json()["error"]["message"] == "user has no move 'fly'"
    assert call.json("PUT", "/users/u1", {"x": 1})["status"] == "ACTIVE"  # replacing moves nothing


def test_first_steps_and_guards() -> None:
    text = OPERATIONS.replace('  DELETE /users/{}: {does: delete, find: {user: "path[0]"}}', """\
  DELETE /users/{}:
    does: delete
    find: {user: "path[0]"}
    guards: [{when: "record.role == 'root'", error: conflict, give: {reason: "{record.name} stays"}}]
    first: [{when: "record.status != 'STOPPED'", move: stop, set: {note: "{now}"}}]
""")
    twin = twin_of(CRUD, "resource: user\n" + LIFE.replace("[ACTIVE]", "[ACTIVE, STAGED]") + text)
    call = Caller(twin)
    call.json("POST", "/users", {"name": "Ann"})
    call.json("POST", "/users", {"name": "Root", "role": "root"})
    assert call("DELETE", "/users/u1").status == 204
    stopped = call.json("GET", "/users/u1")
    assert (stopped["status"], stopped["note"]) == ("STOPPED", "2026-01-01T00:00:03.000Z")
    assert call("DELETE", "/users/u1").status == 204
    assert call("GET", "/users/u1").status == 404
    assert call.refused("DELETE", "/users/u2")[1]["reason"] == "Root stays"


GROUP = """
resource: group
id: "g{counter:1}"
operations:
  POST /groups: {does: create}
  DELETE /groups/{}: {does: delete, find: {group: "path[0]"}}
  PUT /groups/{}/users/{}: {does: link, of: member, find: {group: "path[0]", user: "path[1]"}}
  DELETE /groups/{}/users/{}: {does: unlink, of: member, find: {group: "path[0]", user: "path[1]"}}
  GET /groups/{}/users: {does: list, of: user, find: {group: "path[0]"}, through: {edge: member, take: user}}
"""
MEMBER = "resource: member\nedge: {group: group, user: user}\n"
GROUPS = """
POST /groups 201
DELETE /groups/{id} 204
PUT /groups/{id}/users/{user} 204
DELETE /groups/{id}/users/{user} 204
GET /groups/{id}/users
"""


def test_edges() -> None:
    call = users('id: "u{counter:1}"', GROUP, MEMBER, routes=GROUPS)
    for _ in range(3):
        call.json("POST", "/users", {})
    call.json("POST", "/groups", {})
    call.json("POST", "/groups", {})
    for user in ("u3", "u1", "u3"):
        assert call("PUT", f"/groups/g1/users/{user}").status == 204
    call("PUT", "/groups/g2/users/u1")
    assert [user["id"] for user in call.json("GET", "/groups/g1/users")] == ["u3", "u1"]
    assert call("PUT", "/groups/g1/users/u9").status == 404
    assert call("PUT", "/groups/g9/users/u1").status == 404
    assert call("DELETE", "/groups/g1/users/u3").status == 204
    assert call("DELETE", "/groups/g1/users/u3").status == 204
    assert [user["id"] for user in call.json("GET", "/groups/g1/users")] == ["u1"]
    call("DELETE", "/users/u1")
    assert call.json("GET", "/groups/g2/users") == []
    assert call.scope.all("member") == []
    call("PUT", "/groups/g2/users/u2")
    call("DELETE", "/groups/g2")
    assert call.scope.all("member") == []
    assert len(call.json("GET", "/users")) == 2


NOTE = """
resource: note
id: "n{counter:1}"
parent: user
operations:
  POST /users/{}/notes: {does: create, find: {user: "path[0]"}}
  GET /users/{}/notes: {does: list, find: {user: "path[0]"}}
  GET /users/{}/notes/{}: {does: read, find: {user: "path[0]", note: "path[1]"}}
"""
NOTES = "POST /users/{id}/notes 201\nGET /users/{id}/notes\nGET /users/{id}/notes/{note}\n"


def test_children_belong_to_their_parent() -> None:
    tag = "resource: tag\nparent: note\n"
    call = users('id: "u{counter:1}"', NOTE, tag, routes=NOTES)
    call.json("POST", "/users", {})
    call.json("POST", "/users", {})
    call.json("POST", "/users/u1/notes", {"text": "a"})
    call.json("POST", "/users/u2/notes", {"text": "b"})
    assert call.json("GET", "/users/u1/notes") == [{"id": "n1", "text": "a"}]
    assert call.json("GET", "/users/u1/notes/n1")["text"] == "a"
    assert call("GET", "/users/u2/notes/n1").status == 404
    assert call("POST", "/users/u9/notes", {}).status == 404
    note = call.scope.get("note", "n1")
    assert note is not None
    call.scope.create("tag", {}, note=note)
    call("DELETE", "/users/u1")
    assert [row.id for row in call.scope.all("note")] == ["n2"]
    assert call.scope.all("tag") == []


def test_chosen_ids_are_the_parents_own() -> None:
    note = NOTE.replace('"n{counter:1}"', "{field: key, take: input.key}")
    call = users('id: "u{counter:1}"', note, routes=NOTES)
    call.json("POST", "/users", {})
    call.json("POST", "/users", {})
    call.json("POST", "/users/u1/notes", {"key": "k", "of": 1})
    call.json("POST", "/users/u2/notes", {"key": "k", "of": 2})
    assert call.json("GET", "/users/u1/notes/k")["of"] == 1
    assert call.json("GET", "/users/u2/notes/k")["of"] == 2
    assert call("POST", "/users/u2/notes", {"key": "k", "of": 3}).status == 409


def test_spawns_and_reactions() -> None:
    log = """
resource: log
id: "l{counter:1}"
on:
- {event: user.created, spawn: {resource: log, data: {text: "{user.name} came"}, refs: {user: "{user.id}"}}}
- {event: user.updated, when: record.loud, spawn: {resource: log, data: {text: "{record.name} changed"}}}
- {event: user.deleted, where: {kind: own}, set: {text: gone}}
"""
    call = users("""
id: "u{counter:1}"
spawn:
- {resource: log, when: record.name, data: {kind: own, text: "born {record.id}"}}
- {resource: log, each: record.tags, data: {text: "tag {each}"}}
""", log)
    call.json("POST", "/users", {"name": "Ann", "tags": ["a", "b"]})

    def texts() -> list[str]:
        return [row.data["text"] for row in call.scope.all("log")]

    assert texts() == ["born u1", "tag a", "tag b", "Ann came"]
    call.json("PATCH", "/users/u1", {"x": 1})
    call.json("PATCH", "/users/u1", {"loud": True})
    assert texts()[4:] == ["Ann changed"]
    call("DELETE", "/users/u1")
    assert texts()[0] == "gone"


def test_changes_of_an_operation() -> None:
    call = users('id: "u{counter:1}"', NOTE, routes=NOTES, more="""\
  POST /users/{}/{}:
    does: act
    find: {user: "path[0]"}
    event: user.tidied
    spawn: [{resource: note, name: made, refs: {user: "{user.id}"}, data: {text: new}}]
    change:
    - {resource: note, where: {text: old}, delete: true}
    - {resource: user, where: {id: "{user.id}"}, set: {tidy: true}, when: "path[1] == 'now'"}
    answer: {body: {note: "{made.id}", tidy: "{find('user', user.id).tidy}"}}
""")  # fmt: skip
    call.json("POST", "/users", {})
    call.json("POST", "/users/u1/notes", {"text": "old"})
    call.json("POST", "/users/u1/notes", {"text": "kept"})
    assert call.json("POST", "/users/u1/now") == {"note": "n3", "tidy": True}
    assert [note["text"] for note in call.json("GET", "/users/u1/notes")] == ["kept", "new"]


def test_what_happens_later() -> None:
    call = users("""
id: "u{counter:1}"
on:
- {event: user.created, after: 3s, where: {id: "{record.id}"}, set: {seen: "{now}"}}
- {event: user.created, after: "{record.wait}", when: "record.wait", where: {id: "{record.id}"}, delete: true}
""")
    call.json("POST", "/users", {"wait": 5})
    call.json("POST", "/users", {"wait": "1h"})
    assert "seen" not in call.json("GET", "/users/u1")
    assert call.json("GET", "/users/u1")["seen"] == "2026-01-01T00:00:04.000Z"
    assert "seen" in call.json("GET", "/users/u2")
    assert call("GET", "/users/u1").status == 404
    assert len(call.world.timers) == 1


def test_reactions_in_circles_end() -> None:
    call = users("on: [{event: user.updated, where: {id: '{record.id}'}, set: {n: '{record.n + 1}'}}]")
    id = call.json("POST", "/users", {})["id"]
    answer = call("PATCH", f"/users/{id}", {})
    assert answer.status == 500
    assert "reactions to user.updated go round in circles" in answer.json()["error"]["message"]


ATOMIC = """\
  POST /users/{}/{}:
    handler: work
"""


@pytest.mark.parametrize(
    ("failure", "status", "said"),
    [
        ("raise scope.fail('conflict')", 409, "conflict"),
        ("raise KeyError('x')", 500, "POST /users/{}/{}: KeyError: 'x' at"),
        ("return {'x': scope.names['none'].id}", 500, "POST /users/{}/{}: KeyError: 'none' at"),
        ("return {'x': object()}", 500, "POST /users/{}/{}: TypeError: "),
    ],
)
def test_a_handler_that_fails_leaves_nothing_behind(failure: str, status: int, said: str) -> None:
    code = f"""
def work(scope):
    scope.create("user", {{"name": "half"}})
    for row in scope.all("user"):
        scope.change(row, p__deep=1)
    {failure}
"""
    call = users('id: "u{counter:1}"', more=ATOMIC, handlers={"user": code})
    call.json("POST", "/users", {"name": "Ann"})
    before = (call.world.counter, call.json("GET", "/users"))
    answer = call("POST", "/users/u1/x")
    assert answer.status == status
    assert said in answer.body.decode()
    assert (call.world.counter, call.json("GET", "/users")) == before


def test_what_handlers_can_do() -> None:
    code = """
from twingen.runtime.handlers import Reply
from twin.shared import shout

def work(scope):
    ann = scope.get("user", scope.path[0])
    bob = scope.create("user", {"name": shout("bob")})
    ann = scope.change(ann, p__deep=1, friend=bob.id)
    scope.write(bob, {**bob.data, "x": 1})
    if scope.path[1] == "raw":
        return Reply(b"bytes", status=202, headers={"X-A": "b"}, content_type="text/plain")
    if scope.path[1] == "empty":
        return Reply(status=204)
    scope.delete(bob)
    return {"user": ann, "all": scope.all("user"), "now": scope.now}
"""
    call = users('id: "u{counter:1}"', more=ATOMIC, handlers={
        "user": code, "shared": "def shout(text):\n    return text.upper()\n"})  # fmt: skip
    ann = {"id": "u1", "name": "Ann", "p": {"deep": 1}, "friend": "u2"}
    call.json("POST", "/users", {"name": "Ann"})
    assert call.json("POST", "/users/u1/json") == {
        "user": ann, "all": [ann], "now": "2026-01-01T00:00:02.000Z",
    }  # fmt: skip
    raw = call("POST", "/users/u1/raw")
    assert (raw.status, raw.body, raw.header("X-A"), raw.header("content-type")) == (
        202, b"bytes", "b", "text/plain",
    )  # fmt: skip
    assert call("POST", "/users/u1/empty").status == 204
    assert call.json("GET", "/users/u3")["x"] == 1


def test_handlers_that_cannot_be_found() -> None:
    call = users(more=ATOMIC, handlers={"user": "def other(scope): ...\n"})
    answer = call("POST", "/users/u1/x")
    assert answer.status == 500
    assert "there is no function 'work'" in answer.json()["error"]["message"]
    assert call("GET", "/users").status == 200
    call = users(more=ATOMIC)
    assert "the handlers' file is missing" in call("POST", "/users/u1/x").json()["error"]["message"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def work(scope:\n", "resources/user.py:1: not valid Python: '(' was never closed (user.py, line 1)"),
        ("def work(scope):\n    return open('x')\n", "resources/user.py:2: 'open': handlers have no use of it"),
        (
            "import os\ndef work(scope): ...\n",
            "resources/user.py:1: the module 'os': handlers may import "
            + ", ".join(sorted(name for name in guard.MODULES if not name.startswith("__"))),
        ),
    ],
)
def test_a_twin_with_a_handler_that_may_not_run_is_refused(source: str, message: str) -> None:
    with pytest.raises(FormatError) as refused:
        users(more=ATOMIC, handlers={"user": source})
    assert str(refused.value) == f"{message}\n  docs/agent.md says under Safety what handlers may use"


def test_a_handler_that_never_ends_is_stopped_and_taken_back() -> None:
    endless = """def work(scope):
    scope.create("user", {"name": "left over"})
    try:
        while True:
            pass
    except Exception:
        return {}
"""
    call = users(more=ATOMIC, handlers={"user": endless})
    made = call.json("POST", "/users", {})["id"]
    for _ in range(2):
        answer = call("POST", f"/users/{made}/x")
        assert answer.status == 500
        assert answer.json()["error"] == {
            "status": 500, "code": "twin",
            "message": "POST /users/{}/{}: a handler took more than 2,000,000 steps: does a loop never end?",
        }
    assert len(call.json("GET", "/users")) == 1


BATCH = """\
  POST /users/{}/{}:
    dispatch:
      each: body.requests
      documented: [later]
      kinds:
        add: {does: create, set: {at: "{index}"}, answer: {body: {made: "{record.id}"}}}
        drop: {does: delete, find: {user: body.id}, answer: {body: {}}}
        none: {handler: nothing}
    answer: {body: {replies: "{replies}"}}
"""
NOTHING = {"user": "def nothing(scope):\n    return {'kind': scope.names['kind']}\n"}


def test_dispatch_is_all_or_nothing() -> None:
    call = users('id: "u{counter:1}"', more=BATCH, handlers=NOTHING)
    call.json("POST", "/users", {})
    good = [{"add": {"n": 1}}, {"drop": {"id": "u1"}}, {"none": {}}, {"add": {"n": 2}}]
    found = call.json("POST", "/users/x/batch", {"requests": good})
    assert found == {"replies": [{"made": "u2"}, {}, {"kind": "none"}, {"made": "u3"}]}
    held = call.json("GET", "/users")
    assert [user["at"] for user in held] == [0, 3]
    for bad, status in [
        ({"drop": {"id": "u9"}}, 404), ({"zap": {}}, 400), ({}, 400), ({"add": {}, "drop": {}}, 400),
        (5, 400), ({"later": {}}, 501), ({"add": []}, 400),
    ]:  # fmt: skip
        answer = call("POST", "/users/x/batch", {"requests": [{"add": {}}, {"drop": {"id": "u2"}}, bad]})
        assert answer.status == status, bad
        assert call.json("GET", "/users") == held
    assert call("POST", "/users/x/batch", {"requests": 5}).status == 400
    assert call.json("POST", "/users/x/batch", {}) == {"replies": []}


def test_singletons_and_fields() -> None:
    policy = """
resource: policy
singleton: true
parent: user
id: {field: null}
defaults: {level: 1}
operations:
  GET /users/{}/policy: {does: read-singleton, find: {user: "path[0]"}}
  PUT /users/{}/policy: {does: write-singleton, find: {user: "path[0]"}}
  PATCH /users/{}/policy: {does: update-singleton, find: {user: "path[0]"}}
  DELETE /users/{}/policy: {does: delete-singleton, find: {user: "path[0]"}}
  GET /users/{}/profile: {does: read-field, of: user, field: profile, find: {user: "path[0]"}}
  PUT /users/{}/profile: {does: write-field, of: user, field: profile, find: {user: "path[0]"}}
  DELETE /users/{}/profile: {does: delete-field, of: user, field: profile, find: {user: "path[0]"}}
"""
    routes = "\n".join(
        f"{method} /users/{{id}}/{name}{' 204' if method == 'DELETE' else ''}"
        for name in ("policy", "profile") for method in ("GET", "PUT", "PATCH", "DELETE")
        if (name, method) != ("profile", "PATCH")
    )  # fmt: skip
    call = users('id: "u{counter:1}"', policy, routes=routes)
    call.json("POST", "/users", {"profile": {"a": 1}})
    call.json("POST", "/users", {})
    assert call.json("GET", "/users/u1/policy") == {"level": 1}
    assert call.json("PATCH", "/users/u1/policy", {"x": 1}) == {"level": 1, "x": 1}
    assert call.json("PUT", "/users/u1/policy", {"y": 1}) == {"y": 1}
    assert call.json("GET", "/users/u2/policy") == {"level": 1}
    assert call("DELETE", "/users/u1/policy").status == 204
    assert call.json("GET", "/users/u1/policy") == {"level": 1}
    assert call.json("GET", "/users/u1/profile") == {"a": 1}
    call("PUT", "/users/u1/profile", {"b": 2})
    assert call.json("GET", "/users/u1")["profile"] == {"b": 2}
    assert call("DELETE", "/users/u1/profile").status == 204
    assert "profile" not in call.json("GET", "/users/u1")


@pytest.mark.parametrize("odd", [["x"], {"a": 1}, 5, None, "", True, 1.5])
def test_odd_values_where_an_id_is_expected(odd: Any) -> None:
    call = users('id: {also: [login]}\nindexes: [login]', more="""\
  POST /users/{}/{}:
    does: view
    find: {user: {by: body.x, optional: true}}
    answer: {body: {a: "{exists('user', login=body.x)}", b: "{count('user', login=body.x)}",
                    c: "{find('user', login=body.x)}", d: "{find('user', body.x)}",
                    e: "{missing('user', body.x)}"}}
""")  # fmt: skip
    call.json("POST", "/users", {"login": "ann"})
    assert call.json("POST", "/users/1/x", {"x": odd})["b"] in (0, 1)


def test_the_default_world() -> None:
    seed = """
    seed:
    - {resource: user, name: ann, id: first, data: {name: Ann}}
    - {resource: user, data: {boss: "{ann.id}", at: "{now}"}}
    - {resource: note, refs: {user: "{ann}"}, data: {text: hello}}
    """
    call = users('id: "u{counter:1}"', NOTE, routes=NOTES, seed=seed)
    assert call.json("GET", "/users") == [
        {"id": "first", "name": "Ann"},
        {"id": "u2", "boss": "first", "at": "2026-01-01T00:00:00.000Z"},
    ]
    assert [note["text"] for note in call.json("GET", "/users/first/notes")] == ["hello"]


def test_a_seed_of_an_unknown_resource() -> None:
    with pytest.raises(FormatError) as caught:
        users(seed="seed: [{resource: usr}]")
    assert str(caught.value) == "small: there is no resource 'usr'\n  resources of this twin: user"


def test_seeds_that_cannot_stand_together() -> None:
    with pytest.raises(FormatError, match="the default world's bob of 'user' is refused: conflict"):
        users(seed="seed: [{resource: user, id: a}, {resource: user, id: a, name: bob}]")


def test_a_singleton_that_was_deleted_is_not_made_again_by_looking() -> None:
    routes = "GET /limits\nPUT /limits\nDELETE /limits 204\n"
    text = """\
resource: limit
id: {field: null}
singleton: true
operations:
  GET /limits: {does: read-singleton}
  PUT /limits: {does: write-singleton}
  DELETE /limits: {does: delete-singleton}
"""
    call = Caller(twin_of(routes, text))
    assert call.json("GET", "/limits") == {}
    assert call.json("PUT", "/limits", {"most": 3}) == {"most": 3}
    assert call("DELETE", "/limits").status == 204
    assert call("GET", "/limits").status == 404
    assert call("DELETE", "/limits").status == 404
    assert call.json("PUT", "/limits", {"most": 4}) == {"most": 4}
    assert call.json("GET", "/limits") == {"most": 4}
