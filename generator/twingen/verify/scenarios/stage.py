"""Where a trajectory is played: targets by source, in a world of its own where that can be had."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

import orjson

from twingen.errors import UsageError
from twingen.runtime.clock import TICK_MILLIS
from twingen.runtime.http import Request, Response
from twingen.runtime.run import DEFAULT, Run
from twingen.verify.remote import is_loopback
from twingen.verify.scenarios.faults import Faulty
from twingen.verify.target import InProcess, Target

_NUMBERS = itertools.count(1)
PORT = 9000


class Stage(Protocol):
    """`targets` are by source. `advance`, `reset` and `fork` raise UsageError where they cannot be."""

    @property
    def targets(self) -> Mapping[str, Faulty]: ...
    def advance(self, millis: int) -> None: ...
    def wait(self, millis: int) -> None: ...
    def reset(self) -> None: ...
    def fork(self) -> None: ...
    def close(self) -> None: ...


class InProcessStage:
    """A new world of a run in this process; `seed` makes what it mints differ from other worlds."""

    fresh = True

    def __init__(self, run: Run, names: Mapping[str, str], seed: str = "", port: int = PORT):
        self.run = run
        self.seed = seed
        self.world = self._begin()
        self.inner = {
            source: InProcess(run, run.app(twin), world=self.world, address=address_of(run, twin, port))
            for source, twin in names.items()
        }
        self.targets = {source: Faulty(target, self.wait) for source, target in self.inner.items()}

    def _begin(self) -> str:
        name = f"scenario-{next(_NUMBERS)}"
        self.run.fork(name)
        self._reseed(name)
        return name

    def _reseed(self, name: str) -> None:
        if self.seed:
            for app in self.run.apps:
                world = self.run.world(app, name)
                if not world.seed.endswith(self.seed):
                    world.seed += self.seed

    def advance(self, millis: int) -> None:
        for world in {id(w): w for app in self.run.apps for w in (self.run.world(app, self.world),)}.values():
            if world.mode != "ticking":
                raise UsageError("the clock of this world does not move", remedy="use a ticking clock")
            world.ticks += -(-millis // TICK_MILLIS)

    def wait(self, millis: int) -> None:
        self.advance(millis)

    def reset(self) -> None:
        self.run.reset(self.world)
        self._reseed(self.world)

    def fork(self) -> None:
        name = f"scenario-{next(_NUMBERS)}"
        self.run.fork(name, self.world)
        self.run.drop(self.world)
        self.world = name
        for target in self.inner.values():
            target.world = name

    def close(self) -> None:
        self.run.drop(self.world)


def address_of(run: Run, twin: str, port: int = PORT) -> str:
    """Return the address that `twingen run` would give a twin of the run, by default or from `port` on."""
    position = next(number for number, app in enumerate(run.apps) if app.twin.name == twin)
    return f"http://127.0.0.1:{port + position}"


class GivenStage:
    """Targets that somebody else made; each is reset before a trajectory, where it can be.

    Over HTTP a twin's control plane gives each trajectory a world of its own; any other service is
    taken as it is (`fresh` is False: what earlier trajectories made is still there).
    """

    def __init__(self, targets: Mapping[str, Target], *, worlds: bool):
        self.inner = {name: _InWorld(target) if worlds else target for name, target in targets.items()}
        self.worlds = worlds
        self.fresh = worlds or not any(target.remote for target in targets.values())
        self.targets = {name: Faulty(target, self.wait) for name, target in self.inner.items()}
        self.world = ""
        if worlds:
            self._enter(f"scenario-{next(_NUMBERS)}-{id(self):x}", "")
        elif self.fresh:
            for target in targets.values():
                target.reset()

    def _enter(self, name: str, source: str) -> None:
        asked = {"name": name, "from": source} if source else {"name": name}
        for target in self._servers():
            answer = target.inner.send(_control(target, "POST", "/_twin/worlds", orjson.dumps(asked)))
            if answer.status not in {201, 409}:
                raise UsageError(f"the twin makes no world: {answer.status}", where=target.address)
        left, self.world = self.world, name
        for one in self.inner.values():
            assert isinstance(one, _InWorld)
            one.world = name
        if left:
            self._leave(left)

    def _servers(self) -> list[_InWorld]:
        return [one for one in self.inner.values() if isinstance(one, _InWorld)]

    def _leave(self, name: str) -> None:
        for target in self._servers():
            target.inner.send(_control(target, "DELETE", f"/_twin/worlds/{name}"))

    def advance(self, millis: int) -> None:
        raise UsageError(
            "the clock of a server cannot be moved from outside",
            remedy="run the scenario in process: leave out --base-url",
        )

    def wait(self, millis: int) -> None:
        import time

        time.sleep(millis / 1000)

    def reset(self) -> None:
        if not self.fresh:
            raise UsageError("this server cannot be reset", remedy="x-twingen-fault: reset works on twins only")
        if self.worlds:
            self._enter(f"scenario-{next(_NUMBERS)}-{id(self):x}", "")
        else:
            for target in self.inner.values():
                target.reset()

    def fork(self) -> None:
        if not self.worlds:
            raise UsageError("this server has no worlds to fork", remedy="x-twingen-fault: fork works on twins only")
        self._enter(f"scenario-{next(_NUMBERS)}-{id(self):x}", self.world)

    def close(self) -> None:
        if self.worlds:
            self._leave(self.world)


class _InWorld:
    """A twin over HTTP, in one of its worlds."""

    def __init__(self, inner: Target):
        self.inner = inner
        self.world = DEFAULT
        self.remote = inner.remote

    @property
    def address(self) -> str:
        return self.inner.address

    @property
    def credential(self) -> str:
        return self.inner.credential

    def send(self, request: Request) -> Response:
        request.headers = {**request.headers, "x-twin-world": self.world}
        return self.inner.send(request)

    def reset(self) -> None:
        self.inner.reset()


def _control(target: Target, method: str, path: str, body: bytes = b"") -> Request:
    headers = {"host": target.address.partition("://")[2].partition("/")[0]}
    if body:
        headers["content-type"] = "application/json"
    return Request(method, path, "", headers, body)


def is_twin(target: Target) -> bool:
    """Return whether a server is a twin whose control plane is open to us: one on this machine.

    Others are not asked: a twin that others can reach wants a token for its control plane.
    """
    if not is_loopback(urlsplit(target.address).hostname or ""):
        return False
    try:
        answer = target.send(_control(target, "GET", "/_twin/worlds"))
        return answer.status == 200 and "worlds" in answer.json()
    except (OSError, ValueError, TypeError):
        return False
