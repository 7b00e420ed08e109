"""Okta's users through its own SDK: life cycle, credentials, lists, errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from okta.client import Client
from okta.models import (
    ChangePasswordRequest,
    CreateUserRequest,
    PasswordCredential,
    RecoveryQuestionCredential,
    UpdateUserRequest,
    UserCredentials,
    UserCredentialsWritable,
    UserNextLogin,
    UserProfile,
)  # fmt: skip

from tests.clients.okta_org import PASSWORD, Org, Refused
from tests.conftest import Served, TwinRun

ILLEGAL: Refused = (
    403,
    "E0000038",
    "This operation is not allowed in the user's current status.",
    [],
)
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


@pytest.fixture
def okta(served: Callable[..., Served]) -> Org:
    return Org(served("okta"))


def test_a_new_user_as_the_sdk_sees_it(okta: Org) -> None:
    body = CreateUserRequest(
        profile=UserProfile(
            firstName="Ada", lastName="Okafor", email="ada@example.com", login="ada@example.com"
        ),
        credentials=UserCredentialsWritable(password=PasswordCredential(value=PASSWORD)),
    )
    made = okta.ok(lambda client: client.create_user(body))
    assert made.status == "ACTIVE"
    assert made.profile.login == "ada@example.com"
    found = okta.ok(lambda client: client.get_user(made.id))
    assert found.id == made.id
    assert {user.id for user in okta.ok(lambda client: client.list_users())} >= {made.id}


def test_a_new_user_has_every_documented_field_in_order(okta: Org) -> None:
    made = okta.user("Ada", password=PASSWORD, question=True, title="Pilot")
    assert list(made) == [
        "id", "status", "created", "activated", "statusChanged", "lastLogin", "lastUpdated",
        "passwordChanged", "type", "profile", "credentials", "_links",
    ]  # fmt: skip
    assert re.fullmatch(r"00u[0-9A-Za-z]{17}", made["id"])
    assert all(TIME.match(made[name]) for name in ("created", "activated", "passwordChanged"))
    assert made["lastLogin"] is None
    assert made["profile"] == {
        "firstName": "Ada", "lastName": "Okafor", "mobilePhone": None, "secondEmail": None,
        "login": "ada@example.com", "email": "ada@example.com", "title": "Pilot",
    }  # fmt: skip
    assert made["credentials"] == {
        "password": {},
        "emails": [{"value": "ada@example.com", "status": "VERIFIED", "type": "PRIMARY"}],
        "recovery_question": {"question": "Which bridge?"},
        "provider": {"type": "OKTA", "name": "OKTA"},
    }
    assert list(made["_links"]) == [
        "suspend", "schema", "resetPassword", "forgotPassword", "expirePassword",
        "changeRecoveryQuestion", "self", "resetFactors", "type", "changePassword", "deactivate",
    ]  # fmt: skip
    assert PASSWORD not in str(made)
    assert "red one" not in str(made)


@pytest.mark.parametrize(
    ("password", "query", "status"),
    [
        (None, "?activate=false", "STAGED"),
        (None, "?activate=true", "PROVISIONED"),
        (PASSWORD, "?activate=false", "STAGED"),
        (PASSWORD, "", "ACTIVE"),
        (PASSWORD, "?activate=true&nextLogin=changePassword", "PASSWORD_EXPIRED"),
    ],
)
def test_first_status_of_a_new_user(
    okta: Org, password: str | None, query: str, status: str
) -> None:
    made = okta.user("Ada", password=password, query=query)
    assert made["status"] == status
    assert (made["activated"] is None) is (status == "STAGED")
    assert (made["passwordChanged"] is None) is (password is None)
    assert ("password" in made["credentials"]) is (password is not None)


def test_a_federated_user_needs_no_password(okta: Org) -> None:
    profile = {
        "firstName": "A",
        "lastName": "B",
        "email": "a.b@example.com",
        "login": "a.b@example.com",
    }
    provider = {"type": "FEDERATION", "name": "FEDERATION"}
    body = {"profile": profile, "credentials": {"provider": provider}}
    made = okta.post("/api/v1/users?provider=true", json=body)
    assert made["status"] == "ACTIVE"
    assert made["credentials"]["provider"] == provider


def test_what_a_new_user_is_refused_for(okta: Org) -> None:
    def made(query: dict[str, Any], **credentials: Any) -> Any:
        profile = UserProfile(
            firstName="A", lastName="B", email="a@example.com", login="ada@example.com"
        )
        body = CreateUserRequest(profile=profile, **credentials)
        return lambda client: client.create_user(body, **query)

    expire = {"next_login": UserNextLogin.CHANGEPASSWORD}
    assert okta.refused(made({"activate": True, **expire}))[:2] == (400, "E0000124")
    assert okta.refused(made({"activate": False, **expire}))[:2] == (400, "E0000125")
    assert okta.refused(made({}, groupIds=[f"00g{n:017}" for n in range(21)])) == (
        400, "E0000093", "Target count limit exceeded", ["The number of group targets is too large"],
    )  # fmt: skip
    assert okta.refused(made({}, groupIds=["00gNOWHERE"]))[:3] == (
        404, "E0000007", "Not found: Resource not found: 00gNOWHERE (UserGroup)",
    )  # fmt: skip
    okta.user("Ada")
    taken = "login: An object with this field already exists in the current organization"
    assert okta.refused(made({})) == (400, "E0000001", "Api validation failed: login", [taken])
    answer = okta.http("POST", "/api/v1/users", json={"profile": {"login": "eve@example.com"}})
    assert answer.status_code == 400
    assert {"errorSummary": "lastName: The field cannot be left blank"} in answer.json()[
        "errorCauses"
    ]


def test_errors_have_the_five_keys(okta: Org) -> None:
    answer = okta.http(
        "POST", "/api/v1/users", content=b"{", headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400
    body = answer.json()
    assert list(body) == ["errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"]
    assert (body["errorCode"], body["errorCauses"]) == ("E0000003", [])
    assert re.fullmatch(r"oae[\w-]{22}", body["errorId"])
    refused = okta.http("GET", "/api/v1/users", headers={"authorization": "SSWS nothing"})
    assert (refused.status_code, refused.json()["errorSummary"]) == (401, "Invalid token provided")
    assert okta.http("PATCH", "/api/v1/users").json()["errorCode"] == "E0000022"
    for told in (answer, okta.http("GET", "/api/v1/nowhere")):
        assert {"x-okta-request-id", "x-rate-limit-limit", "x-rate-limit-remaining"} <= set(
            told.headers
        )


def test_a_user_goes_by_id_login_and_shortname(okta: Org) -> None:
    made = okta.user("Ada")
    for name in (made["id"], "ada@example.com", "ADA@example.com", "ada"):
        assert okta.ok(partial(Client.get_user, id=name)).id == made["id"]
    assert okta.get("/api/v1/users/me")["profile"]["login"] == "robin.owner@example.com"
    assert okta.get(f"//api/v1/users/{made['id']}")["id"] == made["id"]
    okta.user("Bob", login="ada@example.org")
    assert okta.refused(lambda client: client.get_user("ada")) == (
        404, "E0000007", "Not found: Resource not found: ada (User)", [],
    )  # fmt: skip


def test_an_update_changes_only_what_is_sent(okta: Org) -> None:
    made = okta.user("Ada", password=PASSWORD, title="Pilot")
    body = UpdateUserRequest(profile=UserProfile(mobilePhone="555-0100"))
    changed = okta.ok(lambda client: client.update_user(made["id"], body))
    assert (changed.profile.mobile_phone, changed.profile.title) == ("555-0100", "Pilot")
    assert changed.status_changed.isoformat()[:19] == made["statusChanged"][:19]

    path = f"/api/v1/users/{made['id']}"
    cleared = okta.post(path, json={"profile": {"title": None}})
    assert "title" not in cleared["profile"]
    assert okta.post(path, status=400, json={"type": {"id": "otyOther"}})["errorCode"] == "E0000001"
    okta.user("Bob")
    assert (
        okta.post(path, status=400, json={"profile": {"login": "bob@example.com"}})["errorCode"]
        == "E0000001"
    )

    new = okta.post(path, json={"credentials": {"password": {"value": "Other-Otter-17"}}})
    assert new["credentials"]["provider"] == {"type": "OKTA", "name": "OKTA"}
    again = {"credentials": {"password": {"value": "Other-Otter-17"}}}
    assert okta.post(f"{path}?strict=true", status=403, json=again)["errorCode"] == "E0000080"
    assert okta.post(path, json=again)["id"] == made["id"]


def test_a_change_can_be_conditional(okta: Org) -> None:
    made = okta.user("Ada")
    path = f"/api/v1/users/{made['id']}"
    tag = okta.http("GET", path).headers["etag"]
    body = {"profile": {"title": "Pilot"}}
    assert okta.http("POST", path, json=body, headers={"if-match": tag}).status_code == 200
    assert okta.http("POST", path, json=body, headers={"if-match": tag}).status_code == 412


def test_a_replacement_clears_what_is_not_sent(okta: Org) -> None:
    made = okta.user("Ada", password=PASSWORD, title="Pilot", mobilePhone="555-0100")
    profile = UserProfile(
        firstName="Ada", lastName="Lund", email="ada@example.com", login="ada@example.com"
    )
    changed = okta.ok(
        lambda client: client.replace_user(made["id"], UpdateUserRequest(profile=profile))
    )
    assert (changed.profile.last_name, changed.profile.title, changed.profile.mobile_phone) == (
        "Lund",
        None,
        None,
    )
    path = f"/api/v1/users/{made['id']}"
    found = okta.get(path)
    assert "title" not in found["profile"]
    assert found["profile"]["mobilePhone"] is None
    assert found["credentials"]["password"] == {}
    broken = okta.http(
        "PUT",
        path,
        json={"profile": {"login": "ada@example.com", "lastName": "L", "email": "a@b.example"}},
    )
    assert broken.json()["errorCauses"] == [
        {"errorSummary": "firstName: The field cannot be left blank"}
    ]
    moved = okta.http("PUT", path, json={"type": {"id": "otyOther"}}).json()
    assert moved["type"] == {"id": "otyOther"}
    strict = {"credentials": {"password": {"value": PASSWORD}}}
    assert okta.http("PUT", f"{path}?strict=true", json=strict).json()["errorCode"] == "E0000080"


def test_deleting_takes_two_calls(okta: Org) -> None:
    first, second = okta.user("Ada")["id"], okta.user("Bob")["id"]
    okta.ok(lambda client: client.delete_user(first))
    assert okta.status(first) == "DEPROVISIONED"
    assert first not in {user["id"] for user in okta.get("/api/v1/users")}
    assert (
        okta.post(f"/api/v1/users/{first}", status=403, json={"profile": {"title": "x"}})[
            "errorCode"
        ]
        == "E0000038"
    )
    okta.ok(lambda client: client.delete_user(first))
    missing = okta.refused(lambda client: client.get_user(first))
    assert missing == (404, "E0000007", f"Not found: Resource not found: {first} (User)", [])
    assert okta.refused(lambda client: client.delete_user(first)) == missing

    assert okta.post(f"/api/v1/users/{second}/lifecycle/deactivate") == {}
    assert okta.refused(lambda client: client.deactivate_user(second)) == ILLEGAL
    assert okta.http("DELETE", f"/api/v1/users/{second}").status_code == 204
    assert okta.http("GET", f"/api/v1/users/{second}").status_code == 404


def test_mail_is_sent_when_asked(twin_run: Callable[..., TwinRun]) -> None:
    twin = twin_run("okta")
    profile = {
        "firstName": "A",
        "lastName": "B",
        "email": "a.b@example.com",
        "login": "a.b@example.com",
    }
    user = twin.call("POST", "/api/v1/users?activate=false", json={"profile": profile}).json()["id"]
    path = f"/api/v1/users/{user}"

    def mails() -> list[str]:
        rows = twin.app.engine.select(twin.run.world(twin.app), "sent-mail", {"user": user})
        return [str(row.data["about"]) for row in rows]

    twin.call("POST", f"{path}/lifecycle/activate?sendEmail=false")
    assert mails() == []
    twin.call("POST", f"{path}/lifecycle/reactivate?sendEmail=true")
    twin.call("POST", f"{path}/lifecycle/reset_password?sendEmail=true")
    twin.call("DELETE", f"{path}?sendEmail=true")
    assert mails() == ["activation", "password reset", "deactivation"]


def test_activation(okta: Org) -> None:
    user = okta.user("Ada", query="?activate=false")["id"]
    token = okta.ok(lambda client: client.activate_user(user, send_email=False))
    assert re.fullmatch(r"[\w-]{20}", token.activation_token)
    assert token.activation_url == f"{okta.url}/tokens/{token.activation_token}/verify"
    found = okta.get(f"/api/v1/users/{user}")
    assert (found["status"], found["activated"]) == ("PROVISIONED", found["statusChanged"])
    assert okta.refused(lambda client: client.activate_user(user)) == ILLEGAL

    other = okta.user("Bob", password=PASSWORD, query="?activate=false")["id"]
    assert okta.post(f"/api/v1/users/{other}/lifecycle/activate") == {}
    assert okta.status(other) == "ACTIVE"
    assert okta.refused(lambda client: client.activate_user(other)) == (
        403, "E0000016", "Activation failed because the user is already active", [],
    )  # fmt: skip
    okta.post(f"/api/v1/users/{other}/lifecycle/deactivate")
    okta.post(f"/api/v1/users/{other}/lifecycle/activate")
    assert okta.status(other) == "ACTIVE"


def test_reactivation(okta: Org) -> None:
    user = okta.user("Ada")["id"]
    token = okta.ok(lambda client: client.reactivate_user(user))
    assert token.activation_url.endswith(f"/tokens/{token.activation_token}/verify")
    assert okta.post(f"/api/v1/users/{user}/lifecycle/reactivate?sendEmail=true") == {}
    assert okta.status(user) == "PROVISIONED"
    staged = okta.user("Bob", query="?activate=false")["id"]
    assert okta.refused(lambda client: client.reactivate_user(staged)) == ILLEGAL


def test_suspension(okta: Org) -> None:
    user = okta.user("Ada", password=PASSWORD)["id"]
    assert okta.refused(lambda client: client.unsuspend_user(user))[:2] == (400, "E0000001")
    okta.ok(lambda client: client.suspend_user(user))
    found = okta.get(f"/api/v1/users/{user}")
    assert found["status"] == "SUSPENDED"
    assert list(found["_links"]) == [
        "schema",
        "unsuspend",
        "self",
        "resetFactors",
        "type",
        "deactivate",
    ]
    assert okta.refused(lambda client: client.suspend_user(user))[:2] == (400, "E0000001")
    okta.ok(lambda client: client.unsuspend_user(user))
    assert okta.status(user) == "ACTIVE"


def test_unlocking(okta: Org, twin_run: Callable[..., TwinRun]) -> None:
    user = okta.user("Ada", password=PASSWORD)["id"]
    assert okta.refused(lambda client: client.unlock_user(user)) == (
        403, "E0000032", "Unlock is not allowed for this user.", ["The user is not locked out."],
    )  # fmt: skip
    # No operation locks a user out; failed sign-ins do.
    twin = twin_run("okta")
    locked = lock_out(twin)
    assert twin.call("POST", f"/api/v1/users/{locked}/lifecycle/unlock").json() == {}
    assert twin.call("GET", f"/api/v1/users/{locked}").json()["status"] == "ACTIVE"


def lock_out(twin: TwinRun) -> str:
    """Lock the admin out behind the API's back and return their id."""
    world = twin.run.world(twin.app)
    collection = world.writing("okta/user")
    row = next(iter(collection.rows()))
    collection.replace(row.with_data({**row.data, "status": "LOCKED_OUT"}))
    return row.id


def test_resetting_factors_keeps_the_status(okta: Org) -> None:
    user = okta.user("Ada", password=PASSWORD)["id"]
    okta.ok(lambda client: client.reset_factors(user))
    assert okta.post(f"/api/v1/users/{user}/lifecycle/reset_factors") == {}
    assert okta.status(user) == "ACTIVE"
    assert okta.refused(lambda client: client.reset_factors("nobody"))[0] == 404


def test_resetting_a_password(okta: Org) -> None:
    user = okta.user("Ada", password=PASSWORD)["id"]
    token = okta.ok(lambda client: client.reset_password(user, send_email=False))
    assert re.fullmatch(
        re.escape(okta.url) + r"/reset_password/[\w-]{20}", token.reset_password_url
    )
    assert okta.status(user) == "RECOVERY"
    assert okta.post(f"/api/v1/users/{user}/lifecycle/reset_password") == {}
    assert okta.post(f"/api/v1/users/{user}/lifecycle/reset_password?sendEmail=true") == {}
    staged = okta.user("Bob", query="?activate=false")["id"]
    assert okta.refused(lambda client: client.reset_password(staged, send_email=True)) == ILLEGAL


def test_expiring_a_password(okta: Org) -> None:
    made = okta.user("Ada", password=PASSWORD)
    path = f"/api/v1/users/{made['id']}"
    expired = okta.ok(lambda client: client.expire_password(made["id"]))
    assert expired.status == "PASSWORD_EXPIRED"
    assert okta.get(path)["passwordChanged"] == made["passwordChanged"]
    # The SDK has no model for this answer.
    answer = okta.post(f"{path}/lifecycle/expire_password_with_temp_password")
    assert re.fullmatch(r"[0-9A-Za-z]{12}", answer["tempPassword"])
    body = {
        "oldPassword": {"value": answer["tempPassword"]},
        "newPassword": {"value": "New-Otter-9"},
    }
    assert okta.post(f"{path}/credentials/change_password", json=body)["password"] == {}
    assert okta.status(made["id"]) == "ACTIVE"
    without = okta.user("Bob")["id"]
    assert okta.refused(lambda client: client.expire_password(without)) == ILLEGAL
    assert (
        okta.refused(lambda client: client.expire_password_with_temp_password(without)) == ILLEGAL
    )


def test_changing_a_password(okta: Org, twin_run: Callable[..., TwinRun]) -> None:
    user = okta.user("Ada", password=PASSWORD, question=True)["id"]

    def change(old: str, new: str, name: str = user) -> Any:
        body = ChangePasswordRequest(
            oldPassword=PasswordCredential(value=old), newPassword=PasswordCredential(value=new)
        )
        return lambda client: client.change_password(name, body)

    assert okta.refused(change("wrong", "New-Otter-9")) == (
        403, "E0000014", "Update of credentials failed",
        ["oldPassword: The credentials provided were incorrect."],
    )  # fmt: skip
    shown = okta.ok(change(PASSWORD, "New-Otter-9"))
    assert shown.recovery_question.question == "Which bridge?"
    assert okta.refused(change(PASSWORD, "x"))[1] == "E0000014"
    okta.post(f"/api/v1/users/{user}/lifecycle/reset_password?sendEmail=false")
    okta.ok(change("New-Otter-9", "Newer-Otter-9"))
    assert okta.status(user) == "ACTIVE"
    without = okta.user("Bob")["id"]
    assert okta.refused(change("a", "b", without))[:2] == (403, "E0000035")
    body = {"oldPassword": {"value": "a"}}
    answer = okta.post(f"/api/v1/users/{user}/credentials/change_password", status=400, json=body)
    assert answer["errorCauses"] == [{"errorSummary": "password: The field cannot be left blank"}]

    # In an org whose passwords last an hour, `strict` refuses a change at once.
    twin = twin_run("okta")
    rules = twin.run.world(twin.app).writing("okta/password-rules")
    row = next(iter(rules.rows()))
    rules.replace(row.with_data({**row.data, "minAgeMinutes": 60}))
    made = {
        "profile": {
            "firstName": "A",
            "lastName": "B",
            "email": "a.b@example.com",
            "login": "a.b@example.com",
        },
        "credentials": {"password": {"value": PASSWORD}},
    }
    path = f"/api/v1/users/{twin.call('POST', '/api/v1/users', json=made).json()['id']}/credentials/change_password"
    body = {"oldPassword": {"value": PASSWORD}, "newPassword": {"value": "New-Otter-9"}}
    assert twin.call("POST", f"{path}?strict=true", json=body).json()["errorCode"] == "E0000080"
    assert twin.call("POST", path, json=body).status == 200


def test_the_recovery_question(okta: Org) -> None:
    user = okta.user("Ada", password=PASSWORD)["id"]

    def change(password: str, name: str = user) -> Any:
        question = RecoveryQuestionCredential(question="Which river?", answer="the wide one")
        body = UserCredentials(
            password=PasswordCredential(value=password), recovery_question=question
        )
        return lambda client: client.change_recovery_question(name, body)

    assert okta.refused(change("wrong"))[:3] == (403, "E0000014", "Update of credentials failed")
    assert okta.ok(change(PASSWORD)).recovery_question.question == "Which river?"
    assert okta.get(f"/api/v1/users/{user}")["credentials"]["recovery_question"] == {
        "question": "Which river?"
    }
    without = okta.user("Bob")["id"]
    assert okta.refused(change("a", without))[:2] == (403, "E0000036")
    path = f"/api/v1/users/{user}/credentials/change_recovery_question"
    answer = okta.post(
        path,
        status=400,
        json={"password": {"value": PASSWORD}, "recovery_question": {"question": "x"}},
    )
    assert answer["errorCauses"] == [{"errorSummary": "answer: The field cannot be left blank"}]


def test_forgotten_passwords(okta: Org) -> None:
    user = okta.user("Ada", password=PASSWORD, question=True)["id"]
    path = f"/api/v1/users/{user}/credentials"
    answer = okta.ok(lambda client: client.forgot_password(user, send_email=False))
    assert re.fullmatch(
        re.escape(okta.url) + r"/signin/reset-password/[\w-]{20}", answer.reset_password_url
    )
    assert okta.post(f"{path}/forgot_password") == {}
    assert okta.status(user) == "ACTIVE"

    def recover(answer: str) -> Any:
        question = RecoveryQuestionCredential(answer=answer)
        new = PasswordCredential(value="New-Otter-9")
        body = UserCredentials(password=new, recovery_question=question)
        return lambda client: client.forgot_password_set_new_password(user, body)

    assert okta.refused(recover("blue one"))[:2] == (403, "E0000087")
    assert okta.ok(recover("red one")).provider.type == "OKTA"
    older = {"password": {"value": "Newer-Otter-9"}, "recovery_question": {"answer": "red one"}}
    assert okta.post(f"{path}/forgot_password", json=older)["password"] == {}
    change = {"oldPassword": {"value": "Newer-Otter-9"}, "newPassword": {"value": "Last-Otter-9"}}
    assert okta.post(f"{path}/change_password", json=change)["password"] == {}

    without = okta.user("Bob", password=PASSWORD)["id"]
    assert okta.refused(lambda client: client.forgot_password(without))[:2] == (403, "E0000034")


def test_revoking_sessions(okta: Org, twin_run: Callable[..., TwinRun]) -> None:
    user = okta.user("Ada", password=PASSWORD)["id"]
    okta.ok(lambda client: client.revoke_user_sessions(user))
    assert okta.http("DELETE", f"/api/v1/users/{user}/sessions").status_code == 204
    assert okta.refused(lambda client: client.revoke_user_sessions("nobody"))[:2] == (
        404,
        "E0000007",
    )

    twin = twin_run("okta")
    admin = twin.call("GET", "/api/v1/users/me").json()["id"]

    def kinds() -> list[str]:
        rows = twin.app.engine.select(twin.run.world(twin.app), "user-session", {"user": admin})
        return sorted(str(row.data["kind"]) for row in rows)

    add_sessions(twin, admin)
    assert kinds() == ["device", "oauth-token", "session"]
    twin.call("DELETE", f"/api/v1/users/{admin}/sessions?forgetDevices=false")
    assert kinds() == ["device", "oauth-token"]
    twin.call("DELETE", f"/api/v1/users/{admin}/sessions?oauthTokens=true")
    assert kinds() == []
    add_sessions(twin, admin)
    twin.call(
        "POST",
        f"/api/v1/users/{admin}/lifecycle/expire_password_with_temp_password?revokeSessions=true",
    )
    assert "session" not in kinds()


def add_sessions(twin: TwinRun, user: str) -> None:
    """Let a user hold a token and a remembered device beside the session of the default world."""
    from twingen.runtime.http import Request
    from twingen.runtime.scope import Scope

    scope = Scope(twin.app.engine, twin.run.world(twin.app), Request("SEED", "/"))
    for kind in ("oauth-token", "device"):
        scope.create("user-session", {"kind": kind}, user=user)


def test_a_user_without_apps(okta: Org) -> None:
    user = okta.user("Ada")["id"]
    assert okta.ok(lambda client: client.list_app_links(user)) == []
    answer = okta.http("GET", f"/api/v1/users/{user}/appLinks")
    assert answer.json() == []
    assert "link" not in answer.headers


def test_lists_filter_search_and_sort(okta: Org) -> None:
    for name in ("Ada", "Adam", "Zoe"):
        okta.user(name, password=PASSWORD)
    gone = okta.user("Gus")["id"]
    okta.http("DELETE", f"/api/v1/users/{gone}")

    def names(**query: str) -> list[str]:
        users = okta.ok(lambda client: client.list_users(**query))
        return [user.profile.first_name for user in users]

    assert names() == ["Robin", "Ada", "Adam", "Zoe"]
    assert names(q="ad") == ["Ada", "Adam"]
    assert names(filter='status eq "DEPROVISIONED"') == ["Gus"]
    assert names(filter='profile.login eq "zoe@example.com" or profile.firstName eq "Ada"') == [
        "Ada",
        "Zoe",
    ]
    assert names(filter='profile.firstName eq "ada"') == []
    assert names(filter='lastUpdated lt "2001-01-01T00:00:00Z"') == []
    assert names(search='profile.firstName eq "ada"') == ["Ada"]
    assert names(search='profile.email co "da" and status eq "ACTIVE"') == ["Ada", "Adam"]
    assert names(search='profile.firstName sw "A" or status pr', sort_by="profile.firstName", sort_order="desc") == [
        "Zoe", "Robin", "Gus", "Adam", "Ada",
    ]  # fmt: skip
    assert names(sort_by="profile.firstName", sort_order="desc") == ["Robin", "Ada", "Adam", "Zoe"]

    bad: Refused = (400, "E0000031", "Invalid search criteria.", [])
    for query in (
        {"filter": 'status sw "A"'}, {"filter": "status eq"}, {"filter": 'nickName eq "x"'},
        {"filter": 'not (status eq "ACTIVE")'}, {"filter": 'lastUpdated gt "soon"'},
        {"search": 'profile.title co "x"'}, {"search": 'status ne "ACTIVE"'}, {"search": "("},
    ):  # fmt: skip
        assert okta.refused(partial(Client.list_users, **query)) == bad
    both = {"q": "a", "filter": 'status eq "ACTIVE"'}
    assert okta.refused(lambda client: client.list_users(**both))[1] == "E0000033"


def links(headers: Any) -> list[str]:
    """Return the links of an SDK response, which has Link headers under one name each or joined."""
    found = headers.getall("Link") if hasattr(headers, "getall") else [headers["Link"]]
    return [link for text in found for link in text.split(",")]


def test_lists_show_only_the_self_link_and_page_by_header(okta: Org) -> None:
    for name in ("Ada", "Bob", "Cid", "Dot"):
        okta.user(name)

    async def walk(client: Any) -> tuple[list[int], list[str], Any]:
        sizes: list[int] = []
        names: list[str] = []
        after = None
        while True:
            users, response, error = await client.list_users(limit=2, after=after)
            if error is not None:
                return sizes, names, error
            sizes.append(len(users))
            names += [user.profile.first_name for user in users]
            following = [link for link in links(response.headers) if 'rel="next"' in link]
            if not following:
                return sizes, names, None
            after = parse_qs(urlsplit(following[0].partition(">")[0].strip(" <")).query)["after"][0]

    sizes, names, error = okta.sdk(walk)
    assert error is None
    assert sizes == [2, 2, 1]
    assert names == ["Robin", "Ada", "Bob", "Cid", "Dot"]

    answer = okta.http("GET", "/api/v1/users", params={"filter": 'status eq "PROVISIONED"'})
    link = f'<{okta.url}/api/v1/users?limit=200&filter=status+eq+%22PROVISIONED%22>; rel="self"'
    assert answer.headers.get_list("link") == [link]
    assert all(list(user["_links"]) == ["self"] for user in answer.json())
    assert "link" not in okta.http("GET", "/api/v1/users?q=a").headers
    bad = okta.http("GET", "/api/v1/users?after=nonsense").json()
    assert (bad["errorCode"], bad["errorCauses"]) == (
        "E0000029",
        [{"errorSummary": "Invalid cursor."}],
    )


def test_a_create_without_a_body_is_marked_as_shape(okta: Org) -> None:
    made = okta.http("POST", "/api/v1/users")
    assert (made.status_code, made.headers["x-twin-tier"]) == (200, "shape")
    assert made.json()["profile"]["login"].endswith("@example.com")


def test_strict_refuses_a_create_without_a_body(served: Callable[..., Served]) -> None:
    refused = Org(served("okta", options=["--strict"])).http("POST", "/api/v1/users")
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "E0000003")
