"""Lists: pages that hold every record exactly once, filters, sorting, and lists over an edge."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.runtime.making import Caller, twin_of
from twingen.errors import FormatError

ROUTES = "GET /users\nPOST /users 201\nDELETE /users/{id} 204\nGET /groups/{id}/users\n"
SERVICE = """
service: small
errors:
  body: {error: "{case}", field: "{field}", value: "{value}", reason: "{reason}"}
  cases:
    not_found: {status: 404}
    invalid: {status: 400}
    bad_filter: {status: 400}
    bad_cursor: {status: 410}
paging:
  cursor: {limit: limit, cursor: after, default_limit: 3, max_limit: 5, link_header: true, self_link: true}
  body: {limit: limit, cursor: pageToken, default_limit: 3, max_limit: 5, over: error, under: default,
         body: {items: "{page.items}", next: "{either(page.next, nothing)}", last: "{page.last}",
                total: "{page.total}", count: "{page.count}", url: "{page.next_url}"}}
  offset: {limit: limit, offset: startAt, default_limit: 3, max_limit: 5,
           body: {items: "{page.items}", startAt: "{page.offset}", isLast: "{page.last}", total: "{page.total}"}}
  number: {limit: per, number: page, default_limit: 3, max_limit: 5,
           body: {items: "{page.items}", page: "{page.number}", pages: "{page.pages}", last: "{page.last}"}}
  linked: {limit: per, number: page, default_limit: 3, max_limit: 5, link_header: true}
"""


def users(listing: str, *others: str, routes: str = "") -> Caller:
    """Return a caller of a twin whose users are listed as `listing` says."""
    text = f"""
resource: user
id: "u{{counter:1}}"
indexes: [team]
operations:
  GET /users: {{does: list, {listing}}}
  POST /users: {{does: create}}
  DELETE /users/{{}}: {{does: delete, find: {{user: "path[0]"}}}}
"""
    query = [
        {"name": name, "in": "query", "schema": {"type": kind}}
        for name, kind in [("limit", "integer"), ("per", "integer"), ("page", "integer"), ("startAt", "integer")]
    ]
    twin = twin_of(ROUTES + routes, text, *others, service=SERVICE)
    assert query  # undocumented parameters are read all the same
    return Caller(twin)


def fill(call: Caller, count: int) -> None:
    for number in range(count):
        call.json("POST", "/users", {"n": number, "team": "ab"[number % 2]})


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def links(response: Any) -> dict[str, str]:
    found = {}
    for name, value in response.headers:
        if name == "link":
            url, _, rel = value.partition("; ")
            found[rel] = url.strip("<>")
    return found


def local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def walk(call: Caller, style: str, between: Any = lambda: None) -> list[str]:
    """Return the ids on all pages of a list, calling `between` after each page."""
    found: list[str] = []
    target = "/users?limit=2" if style != "number" else "/users?per=2"
    for _ in range(50):
        response = call("GET", target)
        assert response.status == 200, response.body
        body = response.json()
        rows = body if style == "cursor" else body["items"]
        assert len(rows) <= 2
        found += ids(rows)
        between()
        match style:
            case "cursor":
                following = links(response).get('rel="next"')
                if following is None:
                    return found
                target = local(following)
            case "body":
                assert body["last"] is ("next" not in body)
                if body["last"]:
                    return found
                target = f"/users?limit=2&pageToken={body['next']}"
                assert local(body["url"]) == f"/users?pageToken={body['next']}&limit=2"
            case "offset":
                if body["isLast"]:
                    return found
                target = f"/users?limit=2&startAt={body['startAt'] + 2}"
            case _:
                if body["last"]:
                    return found
                target = f"/users?per=2&page={body['page'] + 1}"
    raise AssertionError("the pages never end")


STYLES = ["cursor", "body", "offset", "number"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 9])
@pytest.mark.parametrize("extra", ["", ", descending: true", ", order: n", ", order: n, descending: true"])
def test_every_record_once(style: str, count: int, extra: str) -> None:
    call = users(f"page: {style}{extra}")
    fill(call, count)
    expected = [f"u{number + 1}" for number in range(count)]
    assert walk(call, style) == (expected[::-1] if "descending" in extra else expected)


@pytest.mark.parametrize("style", ["cursor", "body"])
@pytest.mark.parametrize("extra", ["", ", descending: true", ", where: {team: a}"])
def test_every_record_once_while_others_come_and_go(style: str, extra: str) -> None:
    call = users(f"page: {style}{extra}")
    fill(call, 12)
    stay = [f"u{n}" for n in (1, 3, 5, 7, 9, 11)]
    going = iter(["u2", "u4", "u6", "u8", "u10", "u12"])

    def churn() -> None:
        call("DELETE", f"/users/{next(going, 'none')}")
        call("POST", "/users", {"team": "b"})

    found = walk(call, style, churn)
    assert len(found) == len(set(found))
    ours = [id for id in found if id in stay]
    assert ours == (stay[::-1] if "descending" in extra else stay)


def test_the_record_at_the_cursor_may_go() -> None:
    call = users("page: body")
    fill(call, 6)
    first = call.json("GET", "/users?limit=3")
    call("DELETE", "/users/u3")
    assert ids(call.json("GET", f"/users?limit=3&pageToken={first['next']}")["items"]) == ["u4", "u5", "u6"]


@pytest.mark.parametrize("style", ["cursor", "body"])
@pytest.mark.parametrize("cursor", ["x", "u1", "a", "a!", "a123", "1", "a" * 40, "a-5", "o0", "é", "a 1", "a1_1"])
def test_cursors_that_never_were_one(style: str, cursor: str) -> None:
    call = users(f"page: {style}")
    fill(call, 5)
    name = "after" if style == "cursor" else "pageToken"
    status, answer = call.refused("GET", f"/users?{name}={cursor}")
    assert (status, answer["error"], answer["field"]) == (410, "bad_cursor", name)


def test_the_link_to_the_next_numbered_page() -> None:
    call = users("page: linked")
    fill(call, 5)
    following = local(links(call("GET", "/users?per=2"))['rel="next"'])
    assert following == "/users?page=2&per=2"
    assert ids(call.json("GET", following)) == ["u3", "u4"]
    assert local(links(call("GET", following))['rel="next"']) == "/users?page=3&per=2"


def test_an_empty_cursor_is_none() -> None:
    call = users("page: cursor")
    fill(call, 2)
    assert len(call.json("GET", "/users?after=")) == 2


@pytest.mark.parametrize(
    ("style", "query", "count"),
    [
        ("cursor", "", 3), ("cursor", "limit=", 3), ("cursor", "limit=1", 1), ("cursor", "limit=5", 5),
        ("cursor", "limit=99", 5), ("cursor", "limit=0", None), ("cursor", "limit=-1", None),
        ("cursor", "limit=x", None), ("cursor", "limit=1.5", None),
        ("body", "limit=6", None), ("body", "limit=0", 3), ("body", "limit=-4", 3),
        ("offset", "startAt=7", 1), ("offset", "startAt=8", 0), ("offset", "startAt=900", 0),
        ("offset", f"startAt={10**40}", 0), ("number", f"page={10**40}&per=5", 0),
        ("offset", "startAt=-1", None), ("offset", "startAt=x", None),
        ("number", "page=3", 2), ("number", "page=9", 0), ("number", "page=0", 3), ("number", "page=x", None),
    ],
)  # fmt: skip
def test_limits(style: str, query: str, count: int | None) -> None:
    call = users(f"page: {style}")
    fill(call, 8)
    response = call("GET", f"/users?{query}")
    if count is None:
        assert response.status == 400
        assert response.json()["field"] == query.split("=")[0]
    else:
        body = response.json()
        assert len(body if style == "cursor" else body["items"]) == count


def test_what_pages_tell() -> None:
    call = users("page: number")
    fill(call, 7)
    body = call.json("GET", "/users?page=3")
    assert (body["page"], body["pages"], body["last"]) == (3, 3, True)
    call = users("page: body")
    fill(call, 7)
    body = call.json("GET", "/users?limit=2")
    assert (body["total"], body["count"]) == (7, 2)


def test_link_headers_keep_the_query() -> None:
    call = users("page: cursor, parameters: {q: {use: prefix, fields: [name]}}")
    for name in ("a b&c", "a bc", "zed"):
        call.json("POST", "/users", {"name": name})
    response = call("GET", "/users?q=a%20b&limit=1")
    found = links(response)
    assert set(found) == {'rel="self"', 'rel="next"'}
    query = dict(parse_qsl(urlsplit(found['rel="next"']).query))
    assert query.pop("after")
    assert query == {"q": "a b", "limit": "1"}
    second = call("GET", local(found['rel="next"']))
    assert ids(second.json()) == ["u2"]
    assert set(links(second)) == {'rel="self"'}


def test_no_paging_gives_all() -> None:
    call = users("order: n")
    fill(call, 20)
    assert len(call.json("GET", "/users?limit=1")) == 20


PEOPLE: list[dict[str, Any]] = [
    {"name": "Ann", "age": 30, "tags": ["x", "y"], "p": {"city": "Rome"}, "ok": True},
    {"name": "bob", "age": 4, "p": {"city": "paris"}, "ok": False},
    {"name": "Cy", "age": None, "tags": ["y"], "p": {}},
    {"name": "Annabel", "age": 200, "p": {"city": "ROMA"}},
]


def people(parameters: str) -> Caller:
    call = users(f"parameters: {parameters}")
    for person in PEOPLE:
        call.json("POST", "/users", person)
    return call


@pytest.mark.parametrize(
    ("treatment", "query", "found"),
    [
        ("{use: prefix, fields: [name, p.city]}", "an", ["Ann", "Annabel"]),
        ("{use: prefix, fields: [name, p.city]}", "RO", ["Ann", "Annabel"]),
        ("{use: contains, fields: [name]}", "B", ["bob", "Annabel"]),
        ("{use: equals, fields: [p.city]}", "Rome", ["Ann"]),
        ("{use: equals, fields: [p.city]}", "rome", []),
        ("{use: equals, fields: [tags]}", "y", ["Ann", "Cy"]),
        ("{use: equals, fields: [ok]}", "true", ["Ann"]),
        ("{use: equals, fields: [age]}", "30", ["Ann"]),
        ("{use: equals, fields: [p.city]}", "None", []),
        ("{use: filter}", 'name eq "bob"', ["bob"]),
        ("{use: search}", "age gt 10", ["Ann", "Annabel"]),
        ("{use: filter, names: {city: p.city}}", 'city sw "rom"', ["Ann", "Annabel"]),
        ("{use: equals, fields: [name]}", "", ["Ann", "bob", "Cy", "Annabel"]),
        ("{use: moot, why: nothing to see}", "x", ["Ann", "bob", "Cy", "Annabel"]),
        ("{use: sort}", "name", ["Ann", "Annabel", "bob", "Cy"]),
        ("{use: sort}", "-name", ["Cy", "bob", "Annabel", "Ann"]),
        ("{use: sort}", "age", ["Cy", "bob", "Ann", "Annabel"]),
        ("{use: sort, names: {town: p.city}}", "town", ["Cy", "bob", "Annabel", "Ann"]),
        ("{use: sort, several: true}", "ok desc,name", ["Ann", "bob", "Annabel", "Cy"]),
    ],
)
def test_parameters(treatment: str, query: str, found: list[str]) -> None:
    from urllib.parse import quote

    rows = people(f"{{q: {treatment}}}").json("GET", f"/users?q={quote(query)}")
    assert [row["name"] for row in rows] == found


def test_sorting_by_two_parameters() -> None:
    call = people("{by: sort, dir: {use: order}}")
    rows = call.json("GET", "/users?by=name&dir=DESC")
    assert [row["name"] for row in rows] == ["Cy", "bob", "Annabel", "Ann"]
    rows = call.json("GET", "/users?by=name&dir=asc")
    assert [row["name"] for row in rows] == ["Ann", "Annabel", "bob", "Cy"]


@pytest.mark.parametrize(
    ("treatment", "query", "error"),
    [
        ("{use: filter}", "name", "bad_filter"),
        ("{use: filter, error: invalid}", "name", "invalid"),
        ("{use: filter, names: {a: b}}", 'name eq "x"', "bad_filter"),
        ("{use: sort, names: {a: b}}", "name", "invalid"),
        ("{use: sort, several: true}", "name sideways", "invalid"),
        ("refused", "x", "invalid"),
    ],
)
def test_parameters_that_are_refused(treatment: str, query: str, error: str) -> None:
    from urllib.parse import quote

    status, answer = people(f"{{q: {treatment}}}").refused("GET", f"/users?q={quote(query)}")
    assert (status, answer["error"], answer["field"]) == (400, error, "q")


def test_what_a_list_keeps() -> None:
    call = users('keep: "record.n % 3 == 0 and record.n < int(query.below)"')
    fill(call, 10)
    assert ids(call.json("GET", "/users?below=7")) == ["u1", "u4", "u7"]
    call = users('where: {team: "{query.team}"}')
    fill(call, 4)
    assert ids(call.json("GET", "/users?team=b")) == ["u2", "u4"]
    assert call.json("GET", "/users") == []


GROUP = """
resource: group
id: "g{counter:1}"
operations:
  GET /groups/{}/users:
    does: list
    of: user
    find: {group: "path[0]"}
    through: {edge: member, take: user}
    page: body
    parameters: {q: {use: prefix, fields: [name]}, by: sort}
"""


def test_a_list_over_an_edge() -> None:
    call = users("order: n", GROUP, "resource: member\nedge: {group: group, user: user}\n")
    fill(call, 6)
    group = call.scope.create("group", {})
    for id in ("u5", "u1", "u3", "u2"):
        call.scope.create("member", {}, group=group, user=id)
    first = call.json("GET", "/groups/g1/users?limit=3")
    assert ids(first["items"]) == ["u5", "u1", "u3"]
    assert first["total"] == 4
    second = call.json("GET", f"/groups/g1/users?limit=3&pageToken={first['next']}")
    assert ids(second["items"]) == ["u2"]
    by = call.json("GET", "/groups/g1/users?by=n&limit=5")
    assert ids(by["items"]) == ["u1", "u2", "u3", "u5"]
    assert call("GET", "/groups/g2/users").status == 404


def test_unknown_styles_and_ends_are_named() -> None:
    with pytest.raises(FormatError) as caught:
        users("page: nope")
    assert str(caught.value) == (
        "resources/user.yaml:5: there is no paging style 'nope' (operation GET /users)\n"
        "  styles in service.yaml: body, cursor, linked, number, offset"
    )
    bad = GROUP.replace("take: user", "take: usr")
    call = users("order: n", bad, "resource: member\nedge: {group: group, user: user}\n")
    call.scope.create("group", {})
    assert "the edge 'member' has no end 'usr'" in call("GET", "/groups/g1/users").json()["error"]["message"]


