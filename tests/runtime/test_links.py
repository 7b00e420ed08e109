"""Link tables: which links a record shows, however the choice is remembered."""

from __future__ import annotations

from typing import Any

from tests.runtime.making import Caller, twin_of


def shown(table: str, *records: dict[str, Any], answer: str = "") -> list[Any]:
    """Return the links of records, each read twice and in turn."""
    text = f"""\
resource: user
id: "u{{counter:1}}"
indexes: [level]
links:
  table:
{table}
operations:
  POST /users: {{does: create}}
  PATCH /users/{{}}: {{does: update, find: {{user: "path[0]"}}}}
  GET /users/{{}}: {{does: read, find: {{user: "path[0]"}}{answer}}}
"""
    call = Caller(twin_of("POST /users\nPATCH /users/{user}\nGET /users/{user}", text))
    for record in records:
        call.json("POST", "/users", record)
    targets = [f"/users/u{number + 1}" for number in range(len(records))]
    first = [call.json("GET", target)["_links"] for target in targets]
    call.json("PATCH", targets[-1], {"touched": 1})
    assert [call.json("GET", target)["_links"] for target in targets] == first
    return first


def test_links_that_share_a_relation_are_a_list() -> None:
    table = """\
  - {rel: logo, href: "{base}/{record.id}/medium", more: {name: medium, size: "{record.size}"}}
  - {rel: logo, href: "{base}/{record.id}/large", more: {name: large, none: "{nothing}"}, method: GET}
  - {rel: self, href: "{base}/{user.id}"}"""
    assert shown(table, {"size": 3}) == [{
        "logo": [
            {"name": "medium", "size": 3, "href": "http://twin.invalid/u1/medium"},
            {"name": "large", "href": "http://twin.invalid/u1/large", "method": "GET"},
        ],
        "self": {"href": "http://twin.invalid/u1"},
    }]  # fmt: skip


def test_conditions_tell_apart_what_is_equal_in_python() -> None:
    table = """\
  - {rel: yes, href: /, when: record.on == true}
  - {rel: one, href: /, when: record.on == 1}
  - {rel: text, href: /, when: record.on == '1'}"""
    records: list[dict[str, Any]] = [{"on": True}, {"on": 1}, {"on": "1"}, {"on": 1.0}, {}, {"on": [1]}, {"on": None}]
    found = [sorted(links) for links in shown(table, *records)]
    assert found == [["yes"], ["one"], ["text"], ["one"], [], [], []]


def test_conditions_may_ask_for_other_records() -> None:
    table = """\
  - {rel: alone, href: /, when: "count('user', level=record.level) == 1"}
  - {rel: any, href: /, when: len(keys(record)) == 3}
  - {rel: always, href: /}"""
    found = shown(table, {"level": "a", "more": 1}, {"level": "b"}, {"level": "b", "touched": 0})
    assert [sorted(links) for links in found] == [["alone", "always", "any"], ["always"], ["always", "any"]]


def test_an_answer_may_show_some_links_only() -> None:
    table = """\
  - {rel: self, href: "/{record.id}"}
  - {rel: other, href: "/other/{record.id}", when: record.name}"""
    assert shown(table, {"name": "Ann"}, answer=", answer: {links: [other]}") == [{"other": {"href": "/other/u1"}}]
    assert shown(table, {}, answer=", answer: {links: [other]}") == [{}]


def test_braces_in_names_are_what_they_are() -> None:
    table = """\
  - {rel: "{self}", href: "/{record.id}", more: {"{templated}": true}}"""
    assert shown(table, {}) == [{"{self}": {"{templated}": True, "href": "/u1"}}]
