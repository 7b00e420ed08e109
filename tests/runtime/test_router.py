"""Which template a request path means, and what a path answers to."""

from __future__ import annotations

import pytest

from twingen.runtime.router import Match, Router

TEMPLATES = [
    ("GET", "/api/v1/users"),
    ("POST", "/api/v1/users"),
    ("GET", "/api/v1/users/{id}"),
    ("PUT", "/api/v1/users/{id}"),
    ("POST", "/api/v1/users/me"),
    ("GET", "/api/v1/users/{id}/lifecycle/{verb}"),
    ("POST", "/api/v1/users/{id}/lifecycle/activate"),
    ("GET", "/files/{id}.json"),
    ("GET", "/files/{id}"),
    ("GET", "/repos/{owner}/{repo}/compare/{base}...{head}"),
    ("GET", "/v4/sheets/{id}/values/{range}"),
    ("PUT", "/v4/sheets/{id}/values/{range}"),
    ("POST", "/v4/sheets/{id}/values/{range}:append"),
    ("POST", "/v4/sheets/{id}/values:batchGet"),
    ("GET", "/v1/{+name}"),
    ("GET", "/v1/{+parent}/messages"),
    ("POST", "/v1/{+name}:archive"),
    ("DELETE", "/chat.delete"),
]


@pytest.fixture
def router() -> Router[str]:
    router: Router[str] = Router()
    for method, template in TEMPLATES:
        router.add(method, template, f"{method} {template}")
    return router


@pytest.mark.parametrize(
    ("method", "path", "value", "params"),
    [
        ("GET", "/api/v1/users", "GET /api/v1/users", ()),
        ("GET", "/api/v1/users/", "GET /api/v1/users", ()),
        ("HEAD", "/api/v1/users/7", "GET /api/v1/users/{id}", ("7",)),
        ("POST", "/api/v1/users/me", "POST /api/v1/users/me", ()),
        ("GET", "/api/v1/users/me", "GET /api/v1/users/{id}", ("me",)),
        ("GET", "/api/v1/users/a%2Fb%20c", "GET /api/v1/users/{id}", ("a/b c",)),
        ("GET", "/api/v1/users/%zz%00%ff", "GET /api/v1/users/{id}", ("%zz\0\ufffd",)),
        ("GET", "/api/v1/us%65rs/7", "GET /api/v1/users/{id}", ("7",)),
        (
            "GET",
            "/api/v1/users/7/lifecycle/activate",
            "GET /api/v1/users/{id}/lifecycle/{verb}",
            ("7", "activate"),
        ),
        ("GET", "/files/a.json", "GET /files/{id}.json", ("a",)),
        ("GET", "/files/.json", "GET /files/{id}", (".json",)),
        ("GET", "/files/a.txt", "GET /files/{id}", ("a.txt",)),
        (
            "GET",
            "/repos/o/r/compare/v1.0...v2...x",
            "GET /repos/{owner}/{repo}/compare/{base}...{head}",
            ("o", "r", "v1.0", "v2...x"),
        ),
        (
            "POST",
            "/v4/sheets/s/values/A1:B2:append",
            "POST /v4/sheets/{id}/values/{range}:append",
            ("s", "A1:B2"),
        ),
        (
            "POST",
            "/v4/sheets/s/values/A1%3AB2%3Aappend",
            "POST /v4/sheets/{id}/values/{range}:append",
            ("s", "A1:B2"),
        ),
        (
            "GET",
            "/v4/sheets/s/values/'My tab'!A1:B2",
            "GET /v4/sheets/{id}/values/{range}",
            ("s", "'My tab'!A1:B2"),
        ),
        ("PUT", "/v4/sheets/s/values/x:append", "PUT /v4/sheets/{id}/values/{range}", None),
        ("POST", "/v4/sheets/s/values:batchGet", "POST /v4/sheets/{id}/values:batchGet", ("s",)),
        ("GET", "/v1/spaces/A", "GET /v1/{+name}", ("spaces/A",)),
        ("GET", "/v1/spaces/A/messages", "GET /v1/{+parent}/messages", ("spaces/A",)),
        ("GET", "/v1/spaces/A/messages/B", "GET /v1/{+name}", ("spaces/A/messages/B",)),
        ("POST", "/v1/spaces/A:archive", "POST /v1/{+name}:archive", ("spaces/A",)),
        ("DELETE", "/chat.delete", "DELETE /chat.delete", ()),
    ],
)
def test_the_best_template_wins(
    router: Router[str], method: str, path: str, value: str, params: tuple[str, ...] | None
) -> None:
    found = router.match(method, path)
    assert found is not None
    assert found.value == value
    if params is not None:
        assert found.params == params


@pytest.mark.parametrize(
    "path",
    ["/nope", "/nope//nope", "/api/v1/users/..", "/api/v1/./users", "//api/v1/users/..",
     "/api/v1/users/%2e%2e", "/API/v1/users", "", "//", "/" * 5000, "/v1/a/../b"],
)  # fmt: skip
def test_what_no_template_describes_is_unknown(router: Router[str], path: str) -> None:
    assert router.match("GET", path) is None


@pytest.mark.parametrize(
    ("path", "value", "params"),
    [
        ("//api/v1/users", "GET /api/v1/users", ()),
        ("/api//v1///users/", "GET /api/v1/users", ()),
        ("/api/v1/users/7//", "GET /api/v1/users/{id}", ("7",)),
        ("/v1//x", "GET /v1/{+name}", ("x",)),
        ("//api/v1/users/a%2F%2Fb", "GET /api/v1/users/{id}", ("a//b",)),
    ],
)
def test_repeated_slashes_count_as_one_where_nothing_else_is_meant(
    router: Router[str], path: str, value: str, params: tuple[str, ...]
) -> None:
    found = router.match("GET", path)
    assert found is not None
    assert (found.value, found.params) == (value, params)


def test_a_template_with_repeated_slashes_is_taken_as_it_is() -> None:
    router: Router[str] = Router()
    router.add("GET", "/a/b", "single")
    router.add("GET", "/a//b", "double")
    found = router.match("GET", "/a//b")
    assert found is not None
    assert found.value == "double"


def test_a_known_path_lists_exactly_its_methods(router: Router[str]) -> None:
    def allow(path: str) -> tuple[str, ...]:
        found = router.match("PATCH", path)
        assert found is not None
        assert found.values == ()
        return found.allow

    assert allow("/api/v1/users/7") == ("GET", "HEAD", "OPTIONS", "PUT")
    # The literal path is the best match, whatever else `{id}` would answer there.
    assert allow("/api/v1/users/me") == ("OPTIONS", "POST")
    assert allow("//api/v1/users/me") == ("OPTIONS", "POST")
    assert allow("/chat.delete") == ("DELETE", "OPTIONS")
    assert allow("/api/v1/users/") == ("GET", "HEAD", "OPTIONS", "POST")


def test_fragments_are_candidates_of_one_route_in_order() -> None:
    router: Router[int] = Router()
    router.add("POST", "/things/{id}#create", 1)
    router.add("POST", "/things/{id}#clone", 2)
    found = router.match("POST", "/things/9")
    assert found is not None
    assert (found.values, found.discriminators) == ((1, 2), ("create", "clone"))


def test_a_documented_head_is_not_the_get() -> None:
    router: Router[str] = Router()
    router.add("HEAD", "/a", "head")
    router.add("GET", "/a", "get")
    router.add("GET", "/b", "get")
    router.add("HEAD", "/b", "head")
    for path in ("/a", "/b"):
        found = router.match("HEAD", path)
        assert isinstance(found, Match)
        assert found.values == ("head",)


def test_a_dead_end_in_a_literal_branch_is_given_up() -> None:
    router: Router[str] = Router()
    router.add("GET", "/a/b/c", "literal")
    router.add("GET", "/a/{x}/d", "template")
    router.add("GET", "/{x}/b/e", "outer")
    for path, value in [("/a/b/c", "literal"), ("/a/b/d", "template"), ("/a/b/e", "outer")]:
        found = router.match("GET", path)
        assert found is not None
        assert found.value == value


def test_parameters_of_one_place_may_differ_in_name() -> None:
    router: Router[str] = Router()
    router.add("GET", "/u/{id}", "get")
    router.add("DELETE", "/u/{userId}", "delete")
    found = router.match("DELETE", "/u/1")
    assert found is not None
    assert (found.value, found.params) == ("delete", ("1",))
