"""Okta's groups through its own SDK: profiles, members, owners, lists."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from okta.client import Client
from okta.models import AddGroupRequest, AssignGroupOwnerRequestBody, OktaUserGroupProfile

from tests.clients.okta_org import Org, Refused
from tests.conftest import Served

READ_ONLY: Refused = (
    403,
    "E0000111",
    "Cannot modify the UserGroup object because it is read-only.",
    [],
)


@pytest.fixture
def okta(served: Callable[..., Served]) -> Org:
    return Org(served("okta"))


def named(name: str, **profile: Any) -> AddGroupRequest:
    return AddGroupRequest(profile=OktaUserGroupProfile(name=name, **profile))


def everyone(okta: Org) -> str:
    found = okta.get("/api/v1/groups", params={"filter": 'type eq "BUILT_IN"'})
    assert [group["profile"]["name"] for group in found] == ["Everyone"]
    return str(found[0]["id"])


def test_a_new_group(okta: Org) -> None:
    made = okta.ok(lambda client: client.add_group(named("Pilots")))
    assert made.type == "OKTA_GROUP"
    found = okta.get(f"/api/v1/groups/{made.id}")
    assert list(found) == [
        "id", "created", "lastUpdated", "lastMembershipUpdated", "objectClass", "type", "profile", "_links",
    ]  # fmt: skip
    assert re.fullmatch(r"00g[0-9A-Za-z]{17}", found["id"])
    assert found["created"] == found["lastUpdated"] == found["lastMembershipUpdated"]
    assert found["profile"] == {"name": "Pilots", "description": None}
    assert [logo["name"] for logo in found["_links"]["logo"]] == ["medium", "large"]
    assert (
        okta.ok(lambda client: client.get_group(made.id)).profile.actual_instance.name == "Pilots"
    )

    taken = "name: An object with this field already exists in the current organization"
    assert okta.refused(lambda client: client.add_group(named("Pilots"))) == (
        400, "E0000001", "Api validation failed: name", [taken],
    )  # fmt: skip
    blank = okta.post("/api/v1/groups", status=400, json={"profile": {"description": "x"}})
    assert blank["errorCauses"] == [{"errorSummary": "name: The field cannot be left blank"}]
    assert okta.refused(lambda client: client.get_group("00gNOWHERE")) == (
        404, "E0000007", "Not found: Resource not found: 00gNOWHERE (UserGroup)", [],
    )  # fmt: skip


def test_a_replacement_clears_the_description(okta: Org) -> None:
    made = okta.ok(lambda client: client.add_group(named("Pilots", description="They fly")))
    okta.ok(lambda client: client.replace_group(made.id, named("Captains")))
    found = okta.get(f"/api/v1/groups/{made.id}")
    assert found["profile"] == {"name": "Captains", "description": None}
    assert found["lastMembershipUpdated"] == found["created"]
    built_in = everyone(okta)
    assert okta.refused(lambda client: client.replace_group(built_in, named("All"))) == READ_ONLY


def test_deleting_a_group_ends_its_memberships(okta: Org) -> None:
    group, user = okta.group("Pilots"), okta.user("Ada")["id"]
    okta.ok(lambda client: client.assign_user_to_group(group, user))
    okta.ok(lambda client: client.delete_group(group))
    assert okta.refused(lambda client: client.get_group(group))[:2] == (404, "E0000007")
    assert [one["profile"]["name"] for one in okta.get(f"/api/v1/users/{user}/groups")] == [
        "Everyone"
    ]
    assert okta.status(user) == "PROVISIONED"
    built_in = everyone(okta)
    assert okta.refused(lambda client: client.delete_group(built_in)) == READ_ONLY


def test_membership(okta: Org) -> None:
    group, user = okta.group("Pilots"), okta.user("Ada", query="?activate=false")["id"]
    before = okta.get(f"/api/v1/groups/{group}")
    time.sleep(0.01)
    okta.ok(lambda client: client.assign_user_to_group(group, user))
    okta.ok(lambda client: client.assign_user_to_group(group, user))
    after = okta.get(f"/api/v1/groups/{group}")
    assert after["lastMembershipUpdated"] > before["lastMembershipUpdated"]
    assert after["lastUpdated"] == before["lastUpdated"]
    members = okta.ok(lambda client: client.list_group_users(group))
    assert [member.id for member in members] == [user]
    answer = okta.http("GET", f"/api/v1/groups/{group}/users")
    assert list(answer.json()[0]["_links"]) == ["self"]
    assert answer.headers["link"].endswith('/users?limit=1000>; rel="self"')
    groups = okta.ok(lambda client: client.list_user_groups(user))
    assert [one.profile.actual_instance.name for one in groups] == ["Everyone", "Pilots"]

    okta.ok(lambda client: client.unassign_user_from_group(group, user))
    assert okta.members(group) == set()
    assert okta.refused(lambda client: client.assign_user_to_group("00gNO", user))[2].endswith(
        "00gNO (UserGroup)"
    )
    assert okta.refused(lambda client: client.assign_user_to_group(group, "00uNO"))[2].endswith(
        "00uNO (User)"
    )
    built_in = everyone(okta)
    assert okta.refused(lambda client: client.assign_user_to_group(built_in, user)) == READ_ONLY
    assert okta.refused(lambda client: client.unassign_user_from_group(built_in, user)) == READ_ONLY


def test_users_join_and_leave_with_their_lives(okta: Org) -> None:
    group = okta.group("Pilots")
    body = {
        "profile": {
            "firstName": "A",
            "lastName": "B",
            "email": "ab@example.com",
            "login": "ab@example.com",
        },
        "groupIds": [group],
    }
    user = okta.post("/api/v1/users", json=body)["id"]
    assert okta.members(group) == {user}
    assert user in okta.members(everyone(okta))
    for _ in range(2):
        assert okta.http("DELETE", f"/api/v1/users/{user}").status_code == 204
    assert okta.members(group) == set()
    assert user not in okta.members(everyone(okta))


def test_members_come_in_pages(okta: Org) -> None:
    group = okta.group("Pilots")
    users = [okta.user(name)["id"] for name in ("Ada", "Bob", "Cid")]
    for user in users:
        okta.http("PUT", f"/api/v1/groups/{group}/users/{user}")
    first = okta.http("GET", f"/api/v1/groups/{group}/users?limit=2")
    following = first.links["next"]["url"]
    assert "after=" in following
    second = okta.http("GET", following.removeprefix(okta.url))
    assert [user["id"] for user in first.json() + second.json()] == users
    assert "next" not in second.links


def test_owners(okta: Org) -> None:
    group, other, user = okta.group("Pilots"), okta.group("Captains"), okta.user("Ada")["id"]

    def assign(kind: str, identifier: str, to: str = group) -> Any:
        body = AssignGroupOwnerRequestBody(id=identifier, type=kind)
        return lambda client: client.assign_group_owner(to, body)

    made = okta.ok(assign("USER", user))
    assert (made.display_name, made.origin_type, made.resolved) == (
        "Ada Okafor",
        "OKTA_DIRECTORY",
        True,
    )
    okta.ok(assign("USER", user, other))
    path = f"/api/v1/groups/{group}/owners"
    answer = okta.http("POST", path, json={"id": other, "type": "GROUP"})
    assert answer.status_code == 201
    assert list(answer.json()) == [
        "id", "type", "resolved", "originId", "originType", "displayName", "lastUpdated",
    ]  # fmt: skip
    assert (
        okta.refused(assign("GROUP", "00gNO"))[2]
        == "Not found: Resource not found: 00gNO (UserGroup)"
    )
    owners = okta.ok(lambda client: client.list_group_owners(group, search='type eq "GROUP"'))
    assert [owner.display_name for owner in owners] == ["Captains"]
    assert (
        okta.http("GET", path, params={"search": 'name eq "x"'}).json()["errorCode"] == "E0000031"
    )

    okta.ok(lambda client: client.delete_group_owner(group, other))
    assert okta.refused(lambda client: client.delete_group_owner(group, other))[:2] == (
        404,
        "E0000007",
    )
    assert [owner["id"] for owner in okta.get(path)] == [user]
    for _ in range(2):
        okta.http("DELETE", f"/api/v1/users/{user}")
    assert okta.get(path) == okta.get(f"/api/v1/groups/{other}/owners") == []


def test_lists_filter_search_and_expand(okta: Org) -> None:
    for name in ("Pilots", "Pilgrims", "Captains"):
        okta.group(name)

    def names(**query: Any) -> list[str]:
        groups = okta.ok(lambda client: client.list_groups(**query))
        return [group.profile.actual_instance.name for group in groups]

    assert names() == ["Everyone", "Pilots", "Pilgrims", "Captains"]
    assert names(q="pil") == ["Pilots", "Pilgrims"]
    assert names(filter='type eq "OKTA_GROUP" and lastUpdated gt "2001-01-01T00:00:00.000Z"') == [
        "Pilots", "Pilgrims", "Captains",
    ]  # fmt: skip
    assert names(search='profile.name co "il"', sort_by="profile.name") == ["Pilgrims", "Pilots"]
    assert names(search='profile.description eq "All users in your organization"') == ["Everyone"]
    for query in ({"filter": 'profile.name eq "x"'}, {"search": 'type co "x"'}, {"filter": "id"}):
        assert okta.refused(partial(Client.list_groups, **query))[1] == "E0000031"

    answer = okta.http("GET", "/api/v1/groups?limit=3")
    assert answer.links["self"]["url"] == f"{okta.url}/api/v1/groups?limit=3"
    assert len(okta.get(answer.links["next"]["url"].removeprefix(okta.url))) == 1
    okta.user("Ada")
    stats = okta.get("/api/v1/groups?expand=stats")[0]["_embedded"]["stats"]
    assert stats == {
        "usersCount": 2,
        "appsCount": 0,
        "groupPushMappingsCount": 0,
        "hasAdminPrivlege": False,
    }
    assert "_embedded" not in okta.get("/api/v1/groups")[0]
