"""Nouns of paths, the field that names a record, the style of its ids, and paging styles."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.contract.model import Contract, Operation, Parameter
from twingen.infer.identity import identity, identity_field, style
from twingen.infer.pages import envelope, page_parameters, paging
from twingen.infer.words import kebab, singular
from twingen.twin.model import Identity, Paging

_NONE = Contract(title="x")


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("users", "user"), ("policies", "policy"), ("classes", "class"), ("boxes", "box"),
        ("statuses", "status"), ("status", "status"), ("people", "person"), ("children", "child"),
        ("data", "data"), ("analysis", "analysis"), ("access", "access"), ("issue-types", "issue-type"),
        ("idps", "idp"), ("apps", "app"), ("searches", "search"),
    ],
)  # fmt: skip
def test_singular(noun: str, expected: str) -> None:
    assert singular(noun) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("authorizationServers", "authorization-servers"), ("custom_fields", "custom-fields"),
        ("API", "api"), ("oauth2", "oauth2"), ("a.b", "a-b"), ("{}", "thing"), ("", "thing"),
    ],
)  # fmt: skip
def test_kebab(text: str, expected: str) -> None:
    assert kebab(text) == expected


@pytest.mark.parametrize(
    ("parameter", "resource", "fields", "expected"),
    [
        ("userId", "user", ["id", "userId"], "id"),
        ("id", "user", ["id"], "id"),
        ("user_id", "user", ["user_id", "name"], "user_id"),
        ("userId", "user", ["userid"], "userid"),
        ("groupName", "group", ["name", "key"], "name"),
        ("projectIdOrKey", "project", ["key", "name"], "key"),
        ("slug", "repo", ["slug"], "slug"),
        ("thing", "thing", ["uuid", "name"], "uuid"),
        ("thing", "thing", ["title"], None),
    ],
)
def test_the_field_that_a_parameter_means(
    parameter: str, resource: str, fields: list[str], expected: str | None
) -> None:
    assert identity_field(parameter, resource, {name: {} for name in fields}) == expected


@pytest.mark.parametrize(
    ("values", "schema", "expected"),
    [
        ([], {}, "{base62:20}"),
        (["00u1ab2cd3efGHIJK4x7", "00u9zz8yy7xxWVUTS6q5"], {}, "00u{base62:17}"),
        (["c56a4180-65aa-42ec-a945-5fd21dec0538"], {}, "{uuid}"),
        ([], {"format": "uuid"}, "{uuid}"),
        (["10001", "10002"], {}, "{counter:10001}"),
        (["12345"], {}, "{counter:10001}"),
        (["deadbeef01", "cafebabe02"], {}, "{hex:10}"),
        (["C0123ABCD", "C0987ZYXW"], {}, "C0{upper:8}"),
        (["a b", "x"], {}, "{base62:20}"),
    ],
)
def test_styles_of_ids(values: list[Any], schema: dict[str, Any], expected: str) -> None:
    assert style(values, False, schema) == expected
    assert style(values, True, schema) == "{counter:10001}"


def test_who_chooses_the_id() -> None:
    text, number = {"type": "string"}, {"type": "integer"}
    assert identity("key", {"key": text}, {"key": text}, [], _NONE).take == "input.key"
    assert identity("key", {"key": text}, {}, [], _NONE).take is None
    read_only = {**text, "readOnly": True}
    assert identity("key", {"key": read_only}, {"key": text}, [], _NONE).take is None
    assert identity("key", {"key": text}, {"key": read_only}, [], _NONE).take is None
    assert identity("id", {"id": number}, {}, [], _NONE) == Identity(
        field="id", mint="{counter:10001}", number=True
    )


def _listing(**queries: dict[str, Any]) -> Operation:
    parameters = tuple(
        Parameter(name=name, location="query", required=False, schema=schema)
        for name, schema in queries.items()
    )
    return Operation(key="GET /a", id="a", method="GET", path="/a", parameters=parameters)


@pytest.mark.parametrize(
    ("queries", "enveloped", "expected"),
    [
        ({"q": {}}, True, None),
        (
            {"limit": {"maximum": 50, "default": 10}, "after": {}}, False,
            Paging(name="cursor", limit="limit", cursor="after", default_limit=10, max_limit=50, link_header=True),
        ),
        (
            {"pageSize": {}, "pageToken": {}}, True,
            Paging(name="cursor", limit="pageSize", cursor="pageToken", default_limit=100, max_limit=1000),
        ),
        (
            {"maxResults": {"maximum": 20}, "startAt": {}}, True,
            Paging(name="offset", limit="maxResults", offset="startAt", default_limit=20, max_limit=20),
        ),
        (
            {"per_page": {}, "page": {}}, False,
            Paging(name="page", limit="per_page", number="page", default_limit=100, max_limit=1000),
        ),
    ],
)  # fmt: skip
def test_paging_styles(queries: dict[str, Any], enveloped: bool, expected: Paging | None) -> None:
    found = paging(_listing(**queries), enveloped, _NONE)
    assert found == expected
    assert page_parameters(found) == (set(queries) if expected else set())


def test_envelopes() -> None:
    cursor = Paging(name="c", cursor="after")
    names = ["items", "total", "nextPageToken", "isLast", "has_more", "startAt", "maxResults", "kind"]
    assert envelope("items", {name: {} for name in names}, cursor, _NONE) == {
        "items": "{page.items}", "total": "{page.total}", "nextPageToken": "{either(page.next, nothing)}",
        "isLast": "{page.last}", "has_more": "{not page.last}", "startAt": "{page.offset}",
        "maxResults": "{page.limit}",
    }  # fmt: skip
