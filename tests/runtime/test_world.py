"""Worlds: forks that cost nothing, time, timers in order, and the same bytes every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from twingen.runtime.clock import EPOCH_MILLIS, ClockMode, delay_of, duration, written
from twingen.runtime.store import Row
from twingen.runtime.world import Timer, World

KEYS = {"t/user": {"name": lambda row: row.data.get("name")}}


def world(mode: ClockMode = "ticking") -> World:
    return World("seed", KEYS, mode=mode)


def put(world: World, name: str) -> Row:
    row = Row("user", f"u-{name}", world.next(), {"name": name}, {})
    world.writing("t/user").add(row)
    return row


def names(world: World) -> list[str]:
    return [row.data["name"] for row in world.reading("t/user").rows()]


def test_forks_never_see_each_other() -> None:
    first = world()
    put(first, "a")
    second = first.fork("other")
    put(first, "b")
    put(second, "c")
    third = second.fork()
    put(third, "d")
    second.writing("t/user").remove(second.reading("t/user").rows().__next__())
    assert (names(first), names(second), names(third)) == (["a", "b"], ["c"], ["a", "c", "d"])
    assert (first.name, second.name, third.name) == ("", "other", "other")
    assert [row.data for row in third.reading("t/user").where("name", "c")] == [{"name": "c"}]


def test_a_fork_copies_no_records() -> None:
    first = world()
    for number in range(1_000):
        put(first, str(number))
    held = first.reading("t/user")
    fork = first.fork()
    assert fork.reading("t/user") is held
    assert first.reading("t/user") is held


def test_adopting_a_draft() -> None:
    first = world()
    put(first, "a")
    draft = first.fork()
    put(draft, "b")
    draft.tick()
    draft.outbox.append("mail")
    assert names(first) == ["a"]
    first.adopt(draft)
    assert names(first) == ["a", "b"]
    assert (first.counter, first.ticks, first.outbox) == (2, 1, ["mail"])
    put(first, "c")
    assert names(first) == ["a", "b", "c"]


def test_an_absent_collection_is_empty_and_stays_so() -> None:
    assert names(world()) == []
    assert len(world().reading("t/none")) == 0


def test_clocks() -> None:
    fixed, ticking, real = world("fixed"), world(), world("real")
    for each in (fixed, ticking, real):
        each.tick()
    assert fixed.millis() == EPOCH_MILLIS
    assert ticking.millis() == EPOCH_MILLIS + 1_000
    assert real.millis() > EPOCH_MILLIS - 10**9


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("iso-millis", "2026-01-01T00:00:00.007Z"),
        ("iso-seconds", "2026-01-01T00:00:00Z"),
        ("iso-micros", "2026-01-01T00:00:00.007000Z"),
        ("iso-offset", "2026-01-01T00:00:00.007+0000"),
        ("unix", EPOCH_MILLIS // 1000),
        ("unix-millis", EPOCH_MILLIS + 7),
    ],
)
def test_how_times_read(style: str, expected: object) -> None:
    assert written(EPOCH_MILLIS + 7, style) == expected


def test_durations() -> None:
    assert duration("1h30m") == 5_400_000
    assert duration("-1d") == -86_400_000
    assert duration("1.5s 250ms".replace(" ", "")) == 1_750
    assert delay_of(2) == 2_000
    assert delay_of("5m") == 300_000
    assert delay_of(-3) == 0
    for bad in ("", "5", "x", "1h x"):
        with pytest.raises(ValueError, match="not a duration"):
            duration(bad)


def test_timers_come_due_in_order() -> None:
    here = world()
    row = put(here, "a")
    now = here.millis()
    for age, (due, twin) in enumerate([(3_000, "t"), (1_000, "t"), (1_000, "other"), (1_000, "t"), (9_000, "t")]):
        here.schedule(Timer(now + due, age, twin, "user.created", 0, row))
    fork = here.fork()
    assert here.due("t") is None
    for _ in range(3):
        here.tick()
    found = []
    while (timer := here.due("t")) is not None:
        found.append((timer.due - now, timer.age))
    assert found == [(1_000, 1), (1_000, 3), (3_000, 0)]
    assert [timer.age for timer in here.timers] == [2, 4]
    assert len(fork.timers) == 5


_STORY = """
import sys
from tests.runtime.making import Caller, twin_of
caller = Caller(twin_of(
    "GET /users\\nPOST /users 201\\nGET /users/{id}\\nPATCH /users/{id}\\nDELETE /users/{id} 204",
    '''
    resource: user
    id: "u{base62:12}"
    server_set: {created: "{now}", code: "{mint('{digits:6}')}", hash: "{hash(record.id)}"}
    touch: {updated: "{now}"}
    derived: {count: "{count('user')}", self: "{url('/users/' + record.id)}"}
    indexes: [team]
    operations:
      GET /users: {does: list, parameters: {team: {use: equals, fields: [team]}}}
      POST /users: {does: create}
      GET /users/{}: {does: read, find: {user: "path[0]"}}
      PATCH /users/{}: {does: update, find: {user: "path[0]"}}
      DELETE /users/{}: {does: delete, find: {user: "path[0]"}}
    '''))
ids = []
for number in range(40):
    made = caller.json("POST", "/users", {"name": f"n{number}", "team": f"t{number % 7}", "tags": ["b", "a"]})
    ids.append(made["id"])
for number, id in enumerate(ids):
    if number % 3 == 0:
        caller("PATCH", f"/users/{id}", {"team": "moved"})
    if number % 5 == 0:
        caller("DELETE", f"/users/{id}")
out = sys.stdout.buffer
for target in ["/users", "/users?team=moved", f"/users/{ids[1]}", f"/users/{ids[0]}", "/nowhere"]:
    answer = caller("GET", target)
    out.write(repr((answer.status, answer.headers)).encode() + answer.body + b"\\n")
"""


def test_the_same_requests_give_the_same_bytes_in_every_process() -> None:
    root = Path(__file__).resolve().parents[2]
    paths = os.pathsep.join([str(root / "generator"), str(root)])
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _STORY],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
        )
        for seed in ("1", "4711")
    ]
    first, second = (process.communicate(timeout=60)[0] for process in running)
    assert len(first) > 1_000
    assert first == second
