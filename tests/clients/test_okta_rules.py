"""Okta's group rules through its own SDK: expressions put users into groups."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from okta.models import CreateGroupRuleRequest, GroupRule

from tests.clients.okta_org import Org, Refused
from tests.conftest import Served

UNEXPECTED: Refused = (
    403,
    "E0000107",
    "The entity is not in the expected state for the requested transition.",
    [],
)


@pytest.fixture
def okta(served: Callable[..., Served]) -> Org:
    return Org(served("okta"))


def rule_of(
    expression: str, *groups: str, name: str = "Pilots fly", **conditions: Any
) -> dict[str, Any]:
    value = {"type": "urn:okta:expression:1.0", "value": expression}
    return {
        "type": "group_rule",
        "name": name,
        "conditions": {"expression": value, **conditions},
        "actions": {"assignUserToGroups": {"groupIds": list(groups)}},
    }


def active(okta: Org, rule: dict[str, Any]) -> str:
    """Make a rule, activate it and return its id."""
    made = okta.post("/api/v1/groups/rules", json=rule)["id"]
    okta.post(f"/api/v1/groups/rules/{made}/lifecycle/activate", status=204)
    return str(made)


def test_a_new_rule(okta: Org) -> None:
    group = okta.group("Pilots")
    body = CreateGroupRuleRequest.from_dict(rule_of('user.title=="Pilot"', group))
    made = okta.ok(lambda client: client.create_group_rule(body))
    assert made.status == "INACTIVE"
    found = okta.get(f"/api/v1/groups/rules/{made.id}")
    assert list(found) == [
        "type", "id", "status", "name", "created", "lastUpdated", "conditions", "actions", "allGroupsValid",
    ]  # fmt: skip
    assert re.fullmatch(r"0pr[0-9A-Za-z]{17}", found["id"])
    assert list(found["conditions"]["expression"]) == ["value", "type"]
    assert found["allGroupsValid"] is True
    expanded = okta.get(f"/api/v1/groups/rules/{made.id}?expand=groupIdToGroupNameMap")
    assert expanded["_embedded"] == {"groupIdToGroupNameMap": {group: "Pilots"}}
    okta.http("DELETE", f"/api/v1/groups/{group}")
    assert okta.get(f"/api/v1/groups/rules/{made.id}")["allGroupsValid"] is False
    assert okta.refused(lambda client: client.get_group_rule("0prNO"))[:3] == (
        404, "E0000007", "Not found: Resource not found: 0prNO (GroupRule)",
    )  # fmt: skip
    bare = {"name": "Bare", "conditions": {"expression": {"type": "urn:okta:expression:1.0"}}}
    assert "value" not in okta.post("/api/v1/groups/rules", json=bare)["conditions"]["expression"]
    nameless = okta.post("/api/v1/groups/rules", status=400, json={"type": "group_rule"})
    assert nameless["errorCauses"] == [{"errorSummary": "name: The field cannot be left blank"}]


def test_an_active_rule_fills_its_group(okta: Org) -> None:
    group = okta.group("Pilots")
    ada, bob = (
        okta.user("Ada", title="Pilot")["id"],
        okta.user("Bob", query="?activate=false")["id"],
    )
    made = okta.post("/api/v1/groups/rules", json=rule_of('user.title=="Pilot"', group))["id"]
    assert okta.members(group) == set()
    okta.ok(lambda client: client.activate_group_rule(made))
    assert okta.get(f"/api/v1/groups/rules/{made}")["status"] == "ACTIVE"
    assert okta.members(group) == {ada}
    assert okta.refused(lambda client: client.activate_group_rule(made)) == UNEXPECTED

    cid = okta.user("Cid", title="Pilot")["id"]
    okta.post(f"/api/v1/users/{bob}", json={"profile": {"title": "Pilot"}})
    assert okta.members(group) == {ada, bob, cid}
    okta.post(f"/api/v1/users/{ada}", json={"profile": {"title": "Chef"}})
    assert okta.members(group) == {bob, cid}

    okta.ok(lambda client: client.deactivate_group_rule(made))
    assert okta.refused(lambda client: client.deactivate_group_rule(made)) == UNEXPECTED
    okta.user("Dot", title="Pilot")
    assert okta.members(group) == {bob, cid}


def test_those_whom_nobody_but_the_rule_put_there_leave(okta: Org) -> None:
    group = okta.group("Pilots")
    ada, bob = okta.user("Ada", title="Pilot")["id"], okta.user("Bob")["id"]
    okta.http("PUT", f"/api/v1/groups/{group}/users/{bob}")
    made = active(okta, rule_of('user.title=="Pilot"', group))
    path = f"/api/v1/groups/rules/{made}"
    okta.post(f"{path}/lifecycle/deactivate", status=204)
    assert okta.http("PUT", path, json=rule_of('user.title=="Nobody"', group)).status_code == 200
    assert okta.members(group) == {ada, bob}
    okta.post(f"{path}/lifecycle/activate", status=204)
    assert okta.members(group) == {bob}


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("user.title == 'Pilot' AND user.city != \"Oslo\"", True),
        ('user.title == "Pilot" && !(user.city == "Rome")', False),
        ('user.title == "Chef" OR user.city == "Rome"', True),
        ('String.stringContains(user.email, "ada@")', True),
        ('String.startsWith(String.toUpperCase(user.firstName), "AD")', True),
        ("String.len(user.firstName) >= 4", False),
        ('String.substring(user.firstName, 0, 2) == "Ad"', True),
        ('user.email matches ".*@example[.]com"', True),
        ('user.getInternalProperty("status") == "PROVISIONED"', True),
        ("Arrays.isEmpty(user.tags)", True),
        ("user.isContractor", False),
    ],
)
def test_expressions(okta: Org, expression: str, fits: bool) -> None:
    group, ada = okta.group("Pilots"), okta.user("Ada", title="Pilot", city="Rome")["id"]
    active(okta, rule_of(expression, group))
    assert (ada in okta.members(group)) is fits


def test_people_can_be_left_out(okta: Org) -> None:
    group, others = okta.group("Pilots"), okta.group("Others")
    ada, bob, cid = (okta.user(name, title="Pilot")["id"] for name in ("Ada", "Bob", "Cid"))
    okta.http("PUT", f"/api/v1/groups/{others}/users/{bob}")
    people = {"users": {"exclude": [ada]}, "groups": {"exclude": [others]}}
    active(okta, rule_of('user.title=="Pilot"', group, people=people))
    assert okta.members(group) == {cid}


def test_an_expression_that_the_twin_cannot_evaluate_is_a_loud_501(okta: Org) -> None:
    group = okta.group("Pilots")
    made = okta.post("/api/v1/groups/rules", json=rule_of("Convert.toInt(user.title) == 1", group))[
        "id"
    ]
    path = f"/api/v1/groups/rules/{made}"
    answer = okta.http("POST", f"{path}/lifecycle/activate")
    assert answer.status_code == 501
    assert "Convert.toInt() is not known" in answer.text
    assert okta.get(path)["status"] == "INACTIVE"


def test_a_rule_is_changed_while_inactive(okta: Org) -> None:
    group = okta.group("Pilots")
    made = okta.post("/api/v1/groups/rules", json=rule_of('user.title=="Pilot"', group))["id"]
    path = f"/api/v1/groups/rules/{made}"

    def replaced(rule: dict[str, Any]) -> Any:
        body = GroupRule.from_dict(rule)
        return lambda client: client.replace_group_rule(made, body)

    changed = okta.ok(replaced(rule_of('user.title=="Chef"', group, name="Chefs cook")))
    assert (changed.name, changed.conditions.expression.value) == (
        "Chefs cook",
        'user.title=="Chef"',
    )
    assert okta.get(path)["status"] == "INACTIVE"
    other = okta.group("Others")
    assert okta.refused(replaced(rule_of("true", other)))[:3] == (
        400,
        "E0000001",
        "Api validation failed: actions",
    )
    okta.post(f"{path}/lifecycle/activate", status=204)
    assert okta.refused(replaced(rule_of("true", group)))[:2] == (400, "E0000001")


def test_deleting_a_rule(okta: Org) -> None:
    group, ada = okta.group("Pilots"), okta.user("Ada", title="Pilot")["id"]
    rule = rule_of('user.title=="Pilot"', group)
    first = active(okta, rule)
    answer = okta.http("DELETE", f"/api/v1/groups/rules/{first}")
    assert (answer.status_code, answer.json()) == (202, {})
    assert okta.members(group) == {ada}
    okta.http("DELETE", f"/api/v1/groups/{group}/users/{ada}")
    second = active(okta, rule)
    assert okta.members(group) == {ada}
    okta.sdk(lambda client: client.delete_group_rule(second, remove_users=True))
    assert okta.members(group) == set()
    assert okta.get("/api/v1/groups/rules") == []


def test_lists_of_rules(okta: Org) -> None:
    group = okta.group("Pilots")
    for name in ("Pilots fly", "Chefs cook", "Pilots land"):
        okta.post("/api/v1/groups/rules", json=rule_of("true", group, name=name))
    rules = okta.ok(lambda client: client.list_group_rules(search="pilots"))
    assert [rule.name for rule in rules] == ["Pilots fly", "Pilots land"]
    answer = okta.http("GET", "/api/v1/groups/rules?limit=2&expand=groupIdToGroupNameMap")
    assert answer.json()[0]["_embedded"]["groupIdToGroupNameMap"] == {group: "Pilots"}
    assert (
        okta.http("GET", "/api/v1/groups/rules")
        .headers["link"]
        .endswith('rules?limit=50>; rel="self"')
    )
    second = okta.get(answer.links["next"]["url"].removeprefix(okta.url))
    assert [rule["name"] for rule in second] == ["Pilots land"]
    assert okta.http("GET", "/api/v1/groups/rules?limit=500").status_code == 400
