"""How Slack is called: verbs, places of arguments and of the token, unknown methods. Raw HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.fixture
def twin(served: Callable[..., Any]) -> Any:
    twin = served("slack", options=["--clock", "ticking"])
    twin.reset()
    return twin


@pytest.fixture
def http(twin: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=twin.url("slack")) as client:
        yield client


@pytest.fixture
def bearer(twin: Any) -> dict[str, str]:
    return {"authorization": twin.credential("slack")}


def test_arguments_come_from_anywhere(
    http: httpx.Client, twin: Any, bearer: dict[str, str]
) -> None:
    message = {"channel": "general", "text": "Frost"}
    token = {"token": twin.token("slack")}
    ways = [
        http.post("/api/chat.postMessage", data={**message, **token}),
        http.post("/api/chat.postMessage", params={**message, **token}),
        http.get("/api/chat.postMessage", params={**message, **token}),
        http.post("/api/chat.postMessage", params=token, data=message),
        http.post("/api/chat.postMessage", json=message, headers={**bearer, **JSON}),
        http.post("/api//chat.postMessage", data=message, headers=bearer),
    ]
    for answer in ways:
        assert answer.status_code == 200 and answer.json()["ok"], answer.text
    for listed in (
        http.get("/api/users.list", params=token),
        http.post("/api/users.list", data=token),
        http.post("/api/users.list", json={"limit": 1, "cursor": None}, headers={**bearer, **JSON}),
    ):
        assert listed.json()["members"][0]["id"] == "USLACKBOT"


def test_scalars_have_their_types(http: httpx.Client, bearer: dict[str, str]) -> None:
    def error(method: str, **body: object) -> str | None:
        answer = http.post(f"/api/{method}", json=body, headers={**bearer, **JSON}).json()
        return answer.get("error")  # type: ignore[no-any-return]

    assert error("conversations.create", name=5) == "invalid_arguments"
    assert error("conversations.create", name="frost", is_private="maybe") == "invalid_arguments"
    assert error("conversations.create", name="frost", is_private=True, team_id=None) is None
    when = {"channel": "general", "text": "x"}
    assert error("chat.scheduleMessage", **when, post_at="soon") == "invalid_time"
    assert error("chat.postMessage", **when, blocks="[{") == "invalid_blocks_format"
    asked = http.get("/api/users.list", params={"include_locale": "2"}, headers=bearer).json()
    assert asked["error"] == "invalid_arguments"


def test_token(http: httpx.Client, twin: Any) -> None:
    assert http.get("/api/users.list").json() == {"ok": False, "error": "not_authed"}
    assert http.get("/api/users.list?token=").json()["error"] == "not_authed"
    assert http.get("/api/users.list?token=x").json()["error"] == "invalid_auth"
    assert http.post("/api/users.list", data={"token": "x"}).json()["error"] == "invalid_auth"
    inside = {"token": twin.token("slack"), "channel": "general", "text": "x"}
    answer = http.post("/api/chat.postMessage", json=inside, headers=JSON).json()
    assert answer == {"ok": False, "error": "not_authed"}


def test_unknown_methods(http: httpx.Client, bearer: dict[str, str]) -> None:
    answer = http.get("/api/pears.list", headers=bearer)
    assert answer.status_code == 200
    assert answer.json() == {"ok": False, "error": "unknown_method", "req_method": "pears.list"}
    assert http.post("/api/pears").json()["req_method"] == "pears"
    page = http.get("/api/no_such-page", headers=bearer)
    assert page.status_code == 404 and page.headers["content-type"] == "text/html"
    assert http.get("/api/").status_code == 301


def test_argument_names(http: httpx.Client, bearer: dict[str, str]) -> None:
    answer = http.post("/api/chat.postMessage", data={"text[message]": "x", "channel": "general"})
    assert answer.json()["error"] == "invalid_array_arg"
    assert (
        http.get("/api/users.list", params={"query[token]": "x"}).json()["error"]
        == "invalid_array_arg"
    )
    assert http.get("/api/users.list", params={"/token": "x"}).json()["error"] == "invalid_arg_name"
    assert http.get("/api/users.list", params={"pretty": "1"}, headers=bearer).json()["ok"]


def test_bodies_that_are_not_understood(http: httpx.Client, bearer: dict[str, str]) -> None:
    def post(content: bytes, kind: str | None, **headers: str) -> dict[str, Any]:
        sent = {**headers, **({"content-type": kind} if kind else {})}
        body: dict[str, Any] = http.post(
            "/api/chat.postMessage", content=content, headers=sent
        ).json()
        return body

    form = b"channel=general&text=x"
    assert post(form, "Application/Json")["error"] == "invalid_post_type"
    assert post(form, None, **bearer)["error"] == "missing_post_type"
    assert post(form, JSON["content-type"])["error"] == "not_authed"
    assert post(form, JSON["content-type"], **bearer)["error"] == "invalid_json"
    assert post(b"[]", JSON["content-type"], **bearer)["error"] == "json_not_object"


def test_charset_warnings(http: httpx.Client, bearer: dict[str, str]) -> None:
    bare = {"content-type": "application/json"}
    assert http.post("/api/auth.test", json={}, headers=bare).json() == {
        "ok": False,
        "error": "not_authed",
        "warning": "missing_charset",
        "response_metadata": {"warnings": ["missing_charset"]},
    }
    random = http.get("/api/conversations.list", headers=bearer).json()["channels"][1]["id"]
    joined = http.post(
        "/api/conversations.join", json={"channel": random}, headers={**bearer, **bare}
    )
    assert joined.json()["warning"] == "already_in_channel,missing_charset"
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    answer = http.post("/api/auth.test", content=b"x=1", headers={**bearer, **form}).json()
    assert answer["ok"] and answer["warning"] == "superfluous_charset"


def test_every_method_takes_both_verbs(twin_run: Callable[..., Any]) -> None:
    run = twin_run("slack")
    for route in run.app.routes.values():
        for method in ("GET", "POST"):
            answer = run.call(method, route.template, authorized=False).json()
            assert answer.get("error") in (None, "not_authed"), route.template


def test_every_code_is_documented(twin_run: Callable[..., Any]) -> None:
    """A guard refuses with a code that the contract names for that method."""
    app = twin_run("slack").app
    internal = set(app.failures.cases) - {"default"}
    for route in app.routes.values():
        assert route.operation is not None
        used = {guard.error for guard in route.operation.guards}
        used |= {find.error for find in route.operation.find if not find.optional}
        default = next(one for one in route.documented.responses if one.status == "default")
        schema = default.content[0].schema
        assert isinstance(schema, dict)
        codes = set(schema["allOf"][1]["properties"]["error"].get("enum", ()))
        missing = used - codes - internal - {"echo"}
        assert not missing, f"{route.documented.key}: {sorted(missing)}"
