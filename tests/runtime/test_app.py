"""The edges of a twin: routes, methods, credentials, bodies, failures and tiers."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from tests.runtime.making import Caller, document, twin_of
from twingen.runtime.http import Request
from twingen.twin.model import Twin

ROUTES = """
GET /users
POST /users 201
GET /users/{id}
DELETE /users/{id} 204
GET /shape
GET /never
"""
USER = """
resource: user
id: "u{counter:1}"
operations:
  GET /users: {does: list}
  POST /users: {does: create}
  GET /users/{}: {does: read, find: {user: "path[0]"}}
  DELETE /users/{}: {does: delete, find: {user: "path[0]"}}
  GET /never: {does: unsupported}
"""
STRICT_BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {
        "type": "object", "required": ["name"],
        "properties": {"name": {"type": "string", "minLength": 2}, "age": {"type": "integer"}}}}}},
}  # fmt: skip
FORM = {"requestBody": {"content": {
    kind: {"schema": {"type": "object"}}
    for kind in ("application/json", "application/x-www-form-urlencoded")}}}  # fmt: skip
SHAPE = {"responses": {"200": {"description": "x", "content": {"application/json": {
    "schema": {"type": "object"}, "example": {"hello": "world"}}}}}}  # fmt: skip


def twin(**options: Any) -> Twin:
    return twin_of(document(ROUTES, {"POST /users": STRICT_BODY, "GET /shape": SHAPE}), USER, **options)


@pytest.fixture
def call() -> Caller:
    return Caller(twin())


def test_unknown_routes_and_wrong_methods(call: Caller) -> None:
    assert call.refused("GET", "/nowhere")[1]["error"] == "unknown_route"
    answer = call("PUT", "/users", {})
    assert answer.status == 405
    assert answer.header("allow") == "GET, HEAD, OPTIONS, POST"
    assert answer.json()["error"]["code"] == "method_not_allowed"
    answer = call("OPTIONS", "/users/u1")
    assert (answer.status, answer.body, answer.header("allow")) == (204, b"", "DELETE, GET, HEAD, OPTIONS")


def test_head_is_get_without_its_body(call: Caller) -> None:
    call.json("POST", "/users", {"name": "Ann"})
    got, head = call("GET", "/users/u1"), call("HEAD", "/users/u1")
    assert (head.status, head.body, head.headers) == (200, b"", got.headers)
    assert call("HEAD", "/users/u9").status == 404
    assert call("HEAD", "/users/u9").body == b""


def test_bodies_that_are_refused(call: Caller) -> None:
    json = {"content-type": "application/json"}
    for body, headers, case in [
        (b"{", json, "malformed"), (b'{"a": NaN}', json, "malformed"), (b"\xff", json, "malformed"),
        (b"[" * 5_000, json, "malformed"),
        (b"<a/>", {"content-type": "application/xml"}, "unsupported_media_type"),
    ]:  # fmt: skip
        response = call("POST", "/users", body=body, headers=headers)
        assert 400 <= response.status < 500, body
        found = response.json()["error"]
        assert (found if isinstance(found, str) else found["code"]) == case, body
    for sent, field in [({}, "name"), ({"name": 5}, "name"), ({"name": "A"}, "name"), ({"name": "Ann", "age": "x"}, "age")]:
        status, answer = call.refused("POST", "/users", sent)
        assert (status, answer["error"], answer["field"]) == (400, "invalid", field)
    assert call.json("GET", "/users") == []


def test_a_body_that_is_too_large() -> None:
    call = Caller(twin(), body_limit=100)
    assert call("POST", "/users", {"name": "x" * 200}).status == 413
    assert call("POST", "/users", {"name": "x" * 20}).status == 201


def test_tiers_are_told(call: Caller) -> None:
    answer = call("GET", "/shape")
    assert (answer.status, answer.json(), answer.header("x-twin-tier")) == (200, {"hello": "world"}, "shape")
    never = call("GET", "/never")
    assert (never.status, never.header("x-twin-tier")) == (501, "unsupported")
    assert never.json() == {"error": {
        "status": 501, "code": "not_implemented", "message": "GET /never is not supported by this twin"}}  # fmt: skip


def test_strict_turns_shapes_into_501() -> None:
    answer = Caller(twin(), strict=True)("GET", "/shape")
    assert answer.status == 501
    assert "GET /shape has a shape only" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/users/%FF", "/users/%", "/users/a%2Fb", "/users/%00", "/users/" + "x" * 5_000])
def test_odd_paths(call: Caller, path: str) -> None:
    assert call("GET", path).status == 404


# Credentials


def test_who_is_let_in(call: Caller) -> None:
    token = call.app.token
    assert call.app.credential == f"Bearer {token}"
    for good in (f"Bearer {token}", f"bearer {token}", f"Token {token}", token, f"  Bearer  {token} "):
        assert call("GET", "/users", credential=good).status == 200, good
    for bad in (f"Bearer {token}x", "Bearer", "Bearer ", "x", f"Bearer {token[:-1]}", "Bearer é", token.upper()):
        assert call.refused("GET", "/users", credential=bad)[1]["error"] == "unauthenticated", bad
    assert call("GET", "/users", credential=None).status == 401
    assert call("GET", f"/users?access_token={token}", credential=None).status == 200
    assert call("GET", f"/users?token={token}", credential=None).status == 401
    pair = base64.b64encode(f"someone:{token}".encode()).decode()
    assert call("GET", "/users", credential=f"Basic {pair}").status == 200
    assert call("GET", "/users", credential="Basic !!!").status == 401
    assert call("GET", "/nowhere", credential=None).status == 404


SCHEMES = {
    "basic": ({"type": "http", "scheme": "basic"}, "Basic "),
    "bearer": ({"type": "http", "scheme": "bearer"}, "Bearer "),
    "oauth": ({"type": "oauth2", "flows": {}}, "Bearer "),
    "key": ({"type": "apiKey", "in": "header", "name": "X-Key"}, ""),
}


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_credentials_in_the_form_of_the_scheme(name: str) -> None:
    shape = document(ROUTES)
    shape["components"]["securitySchemes"] = {"it": SCHEMES[name][0]}
    shape["security"] = [{"it": []}]
    call = Caller(twin_of(shape, USER))
    credential = call.app.credential
    assert credential.startswith(SCHEMES[name][1])
    assert call("GET", "/users").status == 200
    if name == "basic":
        assert base64.b64decode(credential[6:]).decode() == f"twin:{call.app.token}"
    if name == "key":
        assert call("GET", "/users", credential=None, headers={"x-key": call.app.token}).status == 200
        assert call("GET", "/users", credential=None, headers={"x-key": "no"}).status == 401


def test_more_places_missing_and_refused() -> None:
    service = """
    service: small
    arguments: true
    auth: {missing: nobody, refused: wrong, places: ["query:token", "form:token"]}
    errors:
      body: {error: "{case}"}
      cases: {nobody: {status: 403}, wrong: {status: 401}}
    """
    call = Caller(twin_of(document(ROUTES, {"POST /users": FORM}), USER, service=service))
    token = call.app.token
    assert call.refused("GET", "/users", credential=None) == (403, {"error": "nobody"})
    assert call.refused("GET", "/users?token=x", credential=None) == (401, {"error": "wrong"})
    assert call("GET", f"/users?token={token}", credential=None).status == 200
    form = {"content-type": "application/x-www-form-urlencoded"}
    right, wrong = f"token={token}".encode(), b"token=x"
    assert call("POST", "/users", body=right, headers=form, credential=None).status == 201
    assert call.refused("POST", "/users", body=wrong, headers=form, credential=None) == (
        401, {"error": "wrong"},
    )  # fmt: skip


def test_public_operations() -> None:
    shape = document(ROUTES, {"GET /shape": {"security": [], **SHAPE}})
    call = Caller(twin_of(shape, USER.replace("GET /users: {does: list}", "GET /users: {does: list, public: true}")))
    assert call("GET", "/shape", credential=None).status == 200
    assert call("GET", "/users", credential=None).status == 200
    assert call("GET", "/users/u1", credential=None).status == 401


# Failures


FAILING = """
service: small
time: unix
errors:
  content_type: application/problem+json
  headers: {x-error: "{case}"}
  body: {code: "{code}", text: "{text}", at: "{now}", all: {$each: violations, as: v, give: "{v.field}: {v.message}"}}
  messages: {required: "{field} is needed", default: "{field} is wrong ({kind})"}
  cases:
    invalid: {status: 422, code: E1, text: "bad {field}"}
    not_found: {status: 404, code: E2, text: "no {type} {id}", headers: {x-id: "{id}"}}
    default: {status: 499, code: E9, text: other}
    unauthenticated: {status: 401, body: [no]}
headers: {x-request: "{hash(now)}", x-twin: small}
"""


def test_failures_in_the_vendors_words() -> None:
    call = Caller(twin(service=FAILING))
    missing = call("GET", "/users/u7")
    assert (missing.status, missing.header("content-type"), missing.header("x-id")) == (
        404, "application/problem+json", "u7",
    )  # fmt: skip
    assert missing.json() == {"code": "E2", "text": "no user u7", "at": 1767225601, "all": []}
    assert (missing.header("x-error"), missing.header("x-twin")) == ("not_found", "small")
    assert len(missing.header("x-request") or "") == 32
    bad = call("POST", "/users", {"age": "x"})
    assert bad.status == 422
    assert bad.json()["code"] == "E1"
    assert sorted(bad.json()["all"]) == ["age: age is wrong (type)", "name: name is needed"]
    assert call("GET", "/users", credential=None).json() == ["no"]
    assert call("GET", "/nowhere").json()["code"] == "E2"  # as not_found, which the service names
    assert call("GET", "/users").header("x-twin") == "small"


def test_a_case_of_the_twins_own_falls_back_to_the_default() -> None:
    text = USER.replace("GET /users: {does: list}", "GET /users: {does: list, guards: [{when: 'true', error: odd}]}")
    call = Caller(twin_of(document(ROUTES), text, service=FAILING))
    assert call.refused("GET", "/users") == (499, {"code": "E9", "text": "other", "at": 1767225601, "all": []})


def test_plain_failures_claim_no_words() -> None:
    call = Caller(twin(service="service: small"))
    assert call.refused("GET", "/users/u7") == (404, {"error": {
        "status": 404, "code": "not_found", "message": "not found; id=u7; type=user; resource=user"}})  # fmt: skip
    status, answer = call.refused("POST", "/users", {})
    assert (status, answer["error"]["code"]) == (400, "invalid")
    assert answer["error"]["message"].startswith("invalid; name: ")
    assert call("GET", "/users", credential=None).status == 401


def test_an_envelope_that_does_not_compile_is_named() -> None:
    from twingen.errors import ExpressionError

    with pytest.raises(ExpressionError) as caught:
        Caller(twin(service="service: small\nerrors: {body: {a: '{b'}}"))
    assert "a brace is never closed in template" in str(caught.value)


# Services that take arguments anywhere


def test_arguments_by_query_form_or_json() -> None:
    service = "service: small\narguments: true\nwrap: {ok: true, data: '{body}'}\nerrors: {cases: {}}"
    text = """
    resource: user
    id: "u{counter:1}"
    operations:
      POST /users: {does: create, input: "{omit(args, 'token')}"}
      GET /users: {does: view, answer: {body: {x: "{args.x}"}}}
    """
    body = {"requestBody": {"content": {
        kind: {"schema": {"type": "object"}} for kind in ("application/json", "application/x-www-form-urlencoded")}}}
    call = Caller(twin_of(document(ROUTES, {"POST /users": body}), text, service=service))
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert call.json("POST", "/users", {"x": 1}) == {"ok": True, "data": {"id": "u1", "x": 1}}
    assert call.json("POST", "/users", body=b"x=1", headers=form)["data"] == {"id": "u2", "x": "1"}
    assert call.json("POST", "/users?x=1", body=b"", headers=form)["data"] == {"id": "u3", "x": "1"}
    assert call.json("POST", "/users?x=1&y=2", {"x": 5})["data"] == {"id": "u4", "x": 5, "y": "2"}
    assert call.json("GET", "/users?x=q")["data"] == {"x": "q"}


def test_answers() -> None:
    text = """
    resource: user
    id: "u{counter:1}"
    derived: {extra: "E", more: "{count('user')}"}
    operations:
      POST /users: {does: create, answer: {status: 202, headers: {Location: "/users/{record.id}", x: "{nothing}"}}}
      GET /users: {does: list, answer: {only: [id, p.a]}}
      GET /users/{}:
        does: read
        find: {user: "path[0]"}
        parameters:
          fields: {use: fields}
          expand: {use: expand, values: {boss: {_embedded.boss: "{find('user', record.boss)}"}}}
        answer: {drop: [more, p.b]}
      DELETE /users/{}: {does: delete, find: {user: "path[0]"}, answer: {status: 200, empty: true}}
      GET /shape: {does: view, answer: {content_type: text/plain, body: "plain {method}"}}
    """
    call = Caller(twin_of(document(ROUTES), text))
    made = call("POST", "/users", {"p": {"a": 1, "b": 2}})
    assert (made.status, made.header("location"), made.header("x")) == (202, "/users/u1", None)
    call.json("POST", "/users", {"boss": "u1"})
    assert call.json("GET", "/users") == [{"id": "u1", "p": {"a": 1}}, {"id": "u2"}]
    assert call.json("GET", "/users/u1") == {"id": "u1", "p": {"a": 1}, "extra": "E"}
    assert call.json("GET", "/users/u1?fields=p(a),extra") == {"p": {"a": 1}, "extra": "E"}
    assert call("GET", "/users/u1?fields=p(").status == 400
    boss = call.json("GET", "/users/u2?expand=boss")["_embedded"]["boss"]
    assert boss["id"] == "u1"
    assert "_embedded" not in call.json("GET", "/users/u2?expand=other")
    assert "_embedded" not in call.json("GET", "/users/u2")
    gone = call("DELETE", "/users/u2")
    assert (gone.status, gone.body) == (200, b"")
    plain = call("GET", "/shape")
    assert (plain.body, plain.header("content-type")) == (b"plain GET", "text/plain")


def test_answers_shown_from_a_cache_are_as_fresh_as_others() -> None:
    text = USER.replace("operations:", "derived: {at: '{base}/{record.id}', seen: '{query.who}'}\noperations:")
    call = Caller(twin_of(document(ROUTES), text))
    call.json("POST", "/users", {"name": "Ann"})
    for who in ("a", "b"):
        assert call.json("GET", f"/users/u1?who={who}")["seen"] == who
    request = Request("GET", "/users/u1", "", {"authorization": call.app.credential}, base="https://else.where")
    assert orjson.loads(call.run.handle(call.app, request).body)["at"] == "https://else.where/u1"
    assert call.json("GET", "/users/u1")["at"] == "http://twin.invalid/u1"
