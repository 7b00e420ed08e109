"""The UI in a browser: what a person sees and does, and that the API's journal has it."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from tests.browser.chromium import Chromium, Page
from tests.conftest import Served, start

Show = Callable[..., Page]
USERS = "/api/v1/users"
HOSTILE = '<img src=x onerror="window.broken=1">'


def call(okta: Served, method: str, path: str, body: Any = None, world: str = "default") -> Any:
    request = urllib.request.Request(
        okta.url() + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "authorization": okta.credential(),
            "content-type": "application/json",
            "x-twin-world": world,
        },
    )
    with urllib.request.urlopen(request) as response:
        text = response.read()
    return json.loads(text) if text else None


def person(first: str, last: str = "Doe", name: str | None = None) -> dict[str, Any]:
    address = f"{name or first.lower()}@example.com"
    return {
        "profile": {"firstName": first, "lastName": last, "email": address, "login": address},
        "credentials": {"password": {"value": "Tr0ub4dor&3"}},
    }


def journal(okta: Served, world: str = "default") -> list[tuple[str, str, int]]:
    entries = call(okta, "GET", "/_twin/journal", world=world)["entries"]
    return [(entry["method"], entry["path"], entry["status"]) for entry in entries]


def write(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.fill(f'dialog [name="profile.{name}"]', text)


def wide(page: Page) -> int:
    """Return how many pixels the page is wider than its window."""
    return int(page.run("document.documentElement.scrollWidth - innerWidth"))


def test_a_user_is_created_and_suspended(show: Show, okta: Served) -> None:
    page = show("#/user")
    page.click("#new")
    write(page, login="ann@example.com", email="ann@example.com", firstName="Ann", lastName="Lee")
    page.click("dialog summary", "")
    page.fill('dialog [name="credentials.password.value"]', "Tr0ub4dor&3")
    page.click("dialog button.primary")
    page.sees("Created ann@example.com", "#notice")
    page.sees("ACTIVE", ".record")
    assert page.run("document.querySelector('.actions button[title^=only]').disabled") is True
    page.click(".actions button", "Suspend")
    page.sees("SUSPENDED", ".record")
    page.sees("Suspend: done.", "#notice")

    [made, moved] = journal(okta)
    assert made == ("POST", USERS, 200)
    assert re.fullmatch(rf"{USERS}/\w+/lifecycle/suspend", moved[1])
    page.sees("/lifecycle/suspend", "#entries")
    page.click("#entries summary")
    page.sees("Copy as curl", "#entries")
    page.sees("Response", "#entries")
    assert call(okta, "GET", f"{USERS}/ann@example.com")["status"] == "SUSPENDED"


def test_a_refusal_is_readable(show: Show, okta: Served) -> None:
    call(okta, "POST", USERS, person("Ann"))
    page = show("#/user")
    page.press("n")
    write(page, login="ann@example.com", email="ann@example.com", firstName="Ann", lastName="Lee")
    page.click("dialog button.primary")
    page.sees("400: Api validation failed: login", "dialog")
    page.sees("already exists", "dialog")
    assert page.run("document.querySelector('#dialog').open") is True


def test_an_edit_and_a_deletion_in_two_calls(show: Show, okta: Served) -> None:
    made = call(okta, "POST", USERS, person("Ann"))
    page = show(f"#/user/{made['id']}")
    page.click("#edit")
    write(page, lastName="Lovelace")
    page.click("dialog button.primary", "Save")
    page.sees("Saved.", "#notice")
    page.sees("Lovelace", ".facts")
    now = call(okta, "GET", f"{USERS}/{made['id']}")
    assert now["profile"]["lastName"] == "Lovelace"
    assert now["profile"]["firstName"] == "Ann"
    for told in ("Not gone yet: now DEPROVISIONED", "Deleted."):
        page.click(".actions button.danger", "Delete")
        page.click("dialog button.danger", "Delete")
        page.sees(told, "#notice")
    page.until("location.hash === '#/user'")


def test_relations_are_links(show: Show, okta: Served) -> None:
    ann = call(okta, "POST", USERS, person("Ann"))
    group = call(okta, "POST", "/api/v1/groups", {"profile": {"name": "Engineers"}})
    page = show(f"#/group/{group['id']}")
    page.click(".relations button[aria-label='Add to Group memberships']")
    page.until("document.querySelectorAll('dialog select option').length > 1")
    page.choose("dialog select", ann["id"])
    page.click("dialog button.primary")
    page.sees("Engineers – ann@example.com", "#view")
    page.click(".relations a", "Engineers")
    page.click(".relations a", "Group memberships")
    page.sees("Engineers", ".chips")
    page.click("tbody td a", "ann@example.com")
    page.sees("Ann", ".facts")
    assert ("PUT", f"/api/v1/groups/{group['id']}/users/{ann['id']}", 204) in journal(okta)


def test_tables_page_and_filter(show: Show, okta: Served) -> None:
    call(okta, "POST", "/api/v1/groups", {"profile": {"name": "Team Zebra"}})
    for number in range(29):
        call(okta, "POST", "/api/v1/groups", {"profile": {"name": f"Team {number:02}"}})
    page = show("#/group")
    page.sees("1–25 of 31", ".pager")
    page.click(".pager button", "Older")
    page.sees("26–31 of 31", ".pager")
    page.sees("Everyone", "tbody")
    page.press("/")
    page.fill("#filter", "team zebra")
    page.until("document.querySelectorAll('tbody tr').length === 1")
    page.sees("Team Zebra", "tbody")
    assert page.run("document.activeElement.id") == "filter"
    page.fill("#filter", "type:built_in")
    page.sees("Everyone", "tbody")
    page.press("Escape")
    page.sees("1–25 of 31", ".pager")
    page.fill("#filter", "nowhere")
    page.sees("Nothing in Groups holds “nowhere”.", "#view")


def test_worlds_are_apart(show: Show, okta: Served) -> None:
    call(okta, "POST", USERS, person("Ann"))
    page = show("#/user?view=table")
    page.sees("ann@example.com", "tbody")
    page.press("w")
    page.fill("#world-name", "fresh")
    page.click("#worlds-dialog button", "Create fresh")
    page.sees("This is the world fresh.", "#notice")
    page.until("!document.querySelector('tbody').innerText.includes('ann@')")
    page.click("#new")
    write(page, login="bob@example.com", email="bob@example.com", firstName="Bob", lastName="Lee")
    page.click("dialog button.primary")
    page.sees("Created bob@example.com", "#notice")
    assert journal(okta) == [("POST", USERS, 200)]
    assert journal(okta, "fresh") == [("POST", USERS, 200)]
    logins = [user["profile"]["login"] for user in call(okta, "GET", USERS)]
    assert "ann@example.com" in logins and "bob@example.com" not in logins
    page.choose("#world", "default")
    page.until("location.search === ''")
    page.press("w")
    page.click("#worlds-dialog button", "Reset default")
    page.sees("as it was at first", "#notice")
    assert len(call(okta, "GET", USERS)) == 1
    call(okta, "DELETE", "/_twin/worlds/fresh")


def test_hostile_content_is_text(show: Show, okta: Served) -> None:
    made = call(okta, "POST", USERS, person(HOSTILE, "'\"><script>window.broken=1</script>", "evil"))
    group = call(okta, "POST", "/api/v1/groups", {"profile": {"name": HOSTILE, "description": HOSTILE}})
    for route in (
        "#/user", "#/user?view=table", f"#/user/{made['id']}", "#/group", f"#/group/{group['id']}",
        f"#/group?q={HOSTILE}", f"#/{HOSTILE}", f"#/user/{HOSTILE}",
    ):  # fmt: skip
        page = show(route)
        page.click("#entries summary")
        page.sees("Response", "#entries")
        assert page.run("window.broken ?? 0") == 0
        assert page.run("document.querySelectorAll('img, #view script').length") == 0
    page = show("#/group")
    page.sees(HOSTILE, "tbody")


def test_policy_of_the_pages(okta: Served) -> None:
    for path in ("", "/static/app.js", "/static/style.css"):
        with urllib.request.urlopen(f"{okta.url()}/_twin/ui{path}") as response:
            policy = response.headers["content-security-policy"]
            assert policy.startswith("default-src 'self'; script-src 'self'; style-src 'self'")
            assert "unsafe" not in policy
            assert response.headers["x-content-type-options"] == "nosniff"
    for path in ("/static/../index.html", "/static/%2e%2e/index.html", "/nothing.html", "/static/x.js"):
        try:
            urllib.request.urlopen(f"{okta.url()}/_twin/ui{path}")
            raise AssertionError(path)
        except urllib.error.HTTPError as error:
            assert error.code == 404


def test_small_screens_do_not_scroll_sideways(show: Show, okta: Served) -> None:
    made = call(okta, "POST", USERS, person("Wolfeschlegelsteinhausenbergerdorff", name="w" * 60))
    for route in ("#/user", "#/user?view=table", f"#/user/{made['id']}", "#/group", "#/group-membership"):
        page = show(route, width=375, height=700)
        assert wide(page) <= 0, route
        page.click("#journal-toggle")
        assert wide(page) <= 0, route
        page.click("#journal-toggle")
    page.click("#menu")
    page.click("#nav a", "Users")
    page.until("location.hash === '#/user'")
    page.click("#new")
    assert wide(page) <= 0


def test_light_and_dark(show: Show) -> None:
    def ground(page: Page) -> int:
        colour = str(page.run("getComputedStyle(document.body).backgroundColor"))
        return sum(int(part) for part in re.findall(r"\d+", colour)[:3])

    page = show("#/user", dark=True)
    assert ground(page) < 150
    page.click("#theme")
    assert page.run("document.documentElement.dataset.theme") == "light"
    assert ground(page) > 600
    page.prefer("light")
    page.click("#theme")
    assert ground(page) < 150


def test_keyboard(show: Show, okta: Served) -> None:
    for name in ("Ann", "Bob"):
        call(okta, "POST", USERS, person(name))
    page = show("#/user?view=table")
    page.sees("bob@example.com", "tbody")
    page.press("j")
    page.press("j")
    page.sees("ann@example.com", "tr.selected")
    page.press("k")
    page.sees("bob@example.com", "tr.selected")
    page.press("j")
    page.press("Enter")
    page.sees("ann@example.com", ".record")
    page.press("Escape")
    page.until("location.hash === '#/user'")
    page.press("?")
    page.sees("new record", "#help-dialog")
    page.press("Escape")
    page.until("!document.querySelector('dialog[open]')")
    page.press("n")
    page.sees("POST /api/v1/users", "dialog")


def test_names_for_those_who_do_not_see(show: Show, okta: Served) -> None:
    made = call(okta, "POST", USERS, person("Ann"))
    for route in ("#/user", f"#/user/{made['id']}"):
        page = show(route)
        nameless = """[...document.querySelectorAll('button, input, select, textarea, a')].filter((one) =>
            !(one.innerText || one.textContent || one.getAttribute('aria-label') || one.labels?.length)).map((one) => one.outerHTML)"""
        assert page.run(nameless) == []
        page.press("e" if "/" in route[2:] else "n")
        page.until("document.querySelector('dialog[open]')")
        assert page.run(nameless) == []
    assert page.run("document.querySelector('#entries').getAttribute('aria-live')") == "polite"


def test_the_journal_is_live(show: Show, okta: Served) -> None:
    page = show("#/user?view=table")
    page.sees("live", "#journal-state")
    call(okta, "POST", USERS, person("Ann"))
    page.sees(USERS, "#entries")
    page.sees("ann@example.com", "tbody")
    page.sees("2", "#nav a[aria-current]")


def test_the_journal_shows_what_was_asked_before_the_page_was_opened(show: Show, okta: Served) -> None:
    for name in ("Ann", "Bea", "Cleo"):
        call(okta, "POST", USERS, person(name))
    page = show("#/group")
    page.until("document.querySelectorAll('#entries details').length === 3")


def test_a_control_token_is_asked_for_once(okta: Served, chromium: Chromium) -> None:
    guarded = start([okta.twins["okta"]["path"]], ["--control-token", "sesame"])
    try:
        page = chromium.page(f"{guarded.url()}/_twin/ui#/user")
        for token in ("wrong", "sesame"):
            page.until("document.querySelector('#token-dialog').open")
            page.fill("#token", token)
            page.click("#token-dialog button")
            page.until("!document.querySelector('#token-dialog').open || document.querySelector('#token').value === ''")
        page.sees("robin.owner@example.com", "#view")
        page.sees("live", "#journal-state")
        page.open(f"{guarded.url()}/_twin/ui#/group")
        page.sees("Everyone", "#view")
        assert page.run("document.querySelector('#token-dialog').open") is False
        assert page.errors == []
        page.close()
    finally:
        guarded.stop()
