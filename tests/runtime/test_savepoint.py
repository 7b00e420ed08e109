"""An operation that is refused half-way leaves the world as it was, whatever it did before."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.making import Caller
from tests.runtime.test_engine import users

_WORK = """\
  POST /users/{}/{}:
    handler: work
"""
_STEPS = {
    "make": 'scope.create("user", {"name": "new"})',
    "change": 'scope.change(scope.all("user")[0], name="changed")',
    "delete": 'scope.delete(scope.all("user")[0])',
    "replace": 'scope.create("user", {"name": scope.all("user")[-1].data["name"] + "x"})',
}


def state(call: Caller) -> Any:
    rows = call.json("GET", "/users")
    return rows, [call.json("GET", f"/users/{row['id']}") for row in rows], call.world.counter


@pytest.mark.parametrize(
    "steps",
    [
        ["make"], ["change"], ["delete"], ["make", "change"], ["change", "delete"], ["delete", "make"],
        ["make", "delete", "change", "replace"], ["change", "change", "delete", "delete", "make"],
    ],
)  # fmt: skip
def test_what_was_done_is_taken_back(steps: list[str]) -> None:
    body = "\n    ".join(_STEPS[step] for step in steps)
    code = f"def work(scope):\n    {body}\n    raise scope.fail('conflict')\n"
    facets = 'id: "u{counter:1}"\nunique: [{fields: [name]}]\ntouch: {changed: "{now}"}'
    call = users(facets, more=_WORK, handlers={"user": code})
    for name in ("Ann", "Bob", "Cid"):
        call.json("POST", "/users", {"name": name})
    before = state(call)
    assert call("POST", "/users/u1/x").status == 409
    assert state(call) == before
    assert call("POST", "/users", {"name": "Ann"}).status == 409
    assert call.json("POST", "/users", {"name": "new"})["id"] == "u4"


def test_a_fork_taken_before_is_not_touched() -> None:
    code = "def work(scope):\n    scope.delete(scope.all('user')[0])\n    raise scope.fail('conflict')\n"
    call = users('id: "u{counter:1}"', more=_WORK, handlers={"user": code})
    call.json("POST", "/users", {"name": "Ann"})
    other = call.world.fork("other")
    assert call("POST", "/users/u1/x").status == 409
    assert [row.data["name"] for row in other.reading("small/user").rows()] == ["Ann"]
    assert [row["name"] for row in call.json("GET", "/users")] == ["Ann"]
