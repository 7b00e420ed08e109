"""What worlds cost: forks of a large one, idle forks, and short scenarios on fresh forks.

    python bench/worlds.py

Prints each figure against its limit; exit code 1 when one is broken.
"""

from __future__ import annotations

import gc
import time
import tracemalloc

import orjson

from twingen.contract.model import Contract, MediaType, Operation, Parameter, Response
from twingen.runtime.app import TwinApp
from twingen.runtime.http import Request
from twingen.runtime.store import Row
from twingen.runtime.world import World
from twingen.twin.load import load_files

_RECORDS = 100_000
_FORKS = 10_000
_SCENARIOS = 1_000
_FORK_MICROSECONDS = 100.0
_FORK_BYTES = 5_000.0
_SCENARIOS_A_SECOND = 1_000.0

_USER = b"""
resource: user
id: "u{base62:17}"
unique: [{fields: [login]}]
indexes: [team]
server_set: {created: "{now}"}
touch: {updated: "{now}"}
derived: {self: "{url('/users/' + record.id)}"}
operations:
  GET /users: {does: list, page: cursor, parameters: {team: {use: equals, fields: [team]}}}
  POST /users: {does: create}
  GET /users/{}: {does: read, find: {user: "path[0]"}}
  PUT /users/{}: {does: replace, find: {user: "path[0]"}}
  PATCH /users/{}: {does: update, find: {user: "path[0]"}}
  DELETE /users/{}: {does: delete, find: {user: "path[0]"}}
"""
_SERVICE = b"service: bench\npaging: {cursor: {limit: limit, cursor: after, link_header: true}}\n"


def _operation(method: str, path: str) -> Operation:
    named = (Parameter(name="id", location="path", required=True, schema={"type": "string"}),)
    return Operation(
        key=f"{method} {path.replace('{id}', '{}')}",
        id=f"{method}{path}",
        method=method,
        path=path,
        parameters=named if "{" in path else (),
        responses=(Response(status="200", content=(MediaType(type="application/json", schema={}),)),),
    )


def bench_app() -> TwinApp:
    """Return a twin of users with an index, a unique field and a derived one."""
    contract = Contract(
        title="Bench",
        operations=(
            *(_operation(method, "/users") for method in ("GET", "POST")),
            *(_operation(method, "/users/{id}") for method in ("GET", "PUT", "PATCH", "DELETE")),
        ),
    )
    files = {
        "twin.toml": b'format = 1\nname = "bench"\n',
        "service.yaml": _SERVICE,
        "resources/user.yaml": _USER,
    }
    return TwinApp(load_files(files, contract))


def filled(app: TwinApp, count: int) -> World:
    """Return a world of `count` users."""
    world = World("bench", app.engine.keys())
    users = world.writing("bench/user")
    for number in range(count):
        id = f"u{number:017d}"
        data = {"id": id, "login": f"user{number}@example.com", "team": f"t{number % 100}", "n": number}
        users.add(Row("user", id, world.next(), data, {}))
    return world


def fork_microseconds(world: World) -> float:
    """Return what a fork takes, the median of many."""
    taken = []
    for _ in range(2_000):
        begun = time.perf_counter_ns()
        world.fork()
        taken.append(time.perf_counter_ns() - begun)
    return sorted(taken)[len(taken) // 2] / 1_000


def fork_bytes(world: World) -> float:
    """Return what each of many idle forks costs, forks that were never written to."""
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    forks = [world.fork(str(number)) for number in range(_FORKS)]
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(forks)


def scenarios_a_second(app: TwinApp, world: World) -> float:
    """Return how many scenarios of ten requests run in a second, each on a fresh fork."""
    sent = {"authorization": app.credential, "content-type": "application/json"}

    def ask(fork: World, method: str, path: str, query: str = "", json: object = None) -> bytes:
        body = b"" if json is None else orjson.dumps(json)
        response = app.handle(fork, Request(method, path, query, sent, body))
        if response.status >= 400:
            raise SystemExit(f"{method} {path} answered {response.status}: {response.body!r}")
        return response.body

    def scenario(number: int) -> None:
        fork = world.fork()
        made = orjson.loads(ask(fork, "POST", "/users", json={"login": f"new{number}", "team": "t1"}))
        path = f"/users/{made['id']}"
        ask(fork, "GET", path)
        ask(fork, "GET", "/users", "limit=10")
        ask(fork, "PATCH", path, json={"name": "Ann", "profile": {"city": "Rome"}})
        ask(fork, "GET", f"/users/u{number // 2:017d}")
        ask(fork, "PUT", path, json={"login": f"new{number}", "team": "t2"})
        ask(fork, "GET", f"/users/u{number:017d}")
        ask(fork, "POST", "/users", json={"login": f"more{number}"})
        ask(fork, "GET", path)
        ask(fork, "DELETE", path)

    for number in range(20):
        scenario(number)
    begun = time.perf_counter()
    for number in range(_SCENARIOS):
        scenario(number)
    return _SCENARIOS / (time.perf_counter() - begun)


def main() -> int:
    app = bench_app()
    large = filled(app, _RECORDS)
    micros = fork_microseconds(large)
    size = fork_bytes(large)
    large_rate = scenarios_a_second(app, large)
    small_rate = scenarios_a_second(app, filled(app, _SCENARIOS))
    rows = [
        (f"fork of a world of {_RECORDS:,} records", f"{micros:,.1f} µs", micros <= _FORK_MICROSECONDS,
         f"at most {_FORK_MICROSECONDS:,.0f} µs"),
        (f"each of {_FORKS:,} idle forks", f"{size:,.0f} bytes", size <= _FORK_BYTES,
         f"at most {_FORK_BYTES:,.0f} bytes"),
        (f"ten-request scenarios, {_SCENARIOS:,} records", f"{small_rate:,.0f}/s",
         small_rate >= _SCENARIOS_A_SECOND, f"at least {_SCENARIOS_A_SECOND:,.0f}/s"),
        (f"ten-request scenarios, {_RECORDS:,} records", f"{large_rate:,.0f}/s", True, "no limit"),
    ]  # fmt: skip
    for name, figure, holds, limit in rows:
        print(f"{'ok    ' if holds else 'BROKEN'} {name:<45} {figure:>14}   {limit}")
    return 0 if all(holds for _, _, holds, _ in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
