"""Several twins served together: their worlds, and which world a request is for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from twingen.runtime.app import TwinApp
from twingen.runtime.auth import world_of
from twingen.runtime.bodies import LIMIT
from twingen.runtime.clock import ClockMode, real_millis
from twingen.runtime.control import Control
from twingen.runtime.failures import plain
from twingen.runtime.http import Request, Response
from twingen.runtime.journal import Entry, Recorder
from twingen.runtime.world import World
from twingen.twin.model import Twin

DEFAULT = "default"
WORLD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class UnknownWorldError(LookupError):
    """No world has that name."""


class Run:
    """Twins that run together. Twins whose twin.toml names the same world share its state.

    A named world holds one `World` for each group of twins; it is forked from the pristine ones on
    its first request.
    """

    def __init__(
        self,
        twins: Sequence[Twin],
        *,
        clock: ClockMode = "ticking",
        strict: bool = False,
        control_token: str | None = None,
        body_limit: int | None = None,
        needs_bodies: bool = False,
    ):
        limit = LIMIT if body_limit is None else body_limit
        self.apps = [
            TwinApp(twin, strict=strict, body_limit=limit, needs_bodies=needs_bodies) for twin in twins
        ]
        self.clock = clock
        self.control = Control(self, control_token)
        self.recorder = Recorder()
        self._pristine: dict[str, World] = {}
        keys: dict[str, dict[str, dict[str, object]]] = {}
        for app in self.apps:
            keys.setdefault(app.twin.world, {}).update(app.engine.keys())
        for app in self.apps:
            group = app.twin.world
            if group not in self._pristine:
                self._pristine[group] = World(group, keys[group], mode=clock)  # type: ignore[arg-type]
            app.plant(self._pristine[group])
        self.worlds: dict[str, dict[str, World]] = {DEFAULT: {}}

    def app(self, name: str) -> TwinApp:
        """Return the twin of that name; raises KeyError when it does not run here."""
        for app in self.apps:
            if app.twin.name == name:
                return app
        raise KeyError(name)

    def world(self, app: TwinApp, name: str = DEFAULT) -> World:
        """Return the state that `app` has in the world `name`; raises UnknownWorldError."""
        try:
            parts = self.worlds[name]
        except KeyError:
            raise UnknownWorldError(name) from None
        group = app.twin.world
        found = parts.get(group)
        if found is None:
            found = parts[group] = self._pristine[group].fork(name)
        return found

    def fork(self, name: str, source: str | None = None) -> None:
        """Make the world `name` as `source` is now (None: pristine). Raises UnknownWorldError."""
        if source is None:
            self.worlds[name] = {}
            return
        if source not in self.worlds:
            raise UnknownWorldError(source)
        self.worlds[name] = {group: world.fork(name) for group, world in self.worlds[source].items()}

    def reset(self, name: str = DEFAULT) -> None:
        """Return a world to the pristine state, in every twin of the run."""
        if name not in self.worlds:
            raise UnknownWorldError(name)
        self.worlds[name] = {}

    def drop(self, name: str) -> None:
        if name not in self.worlds:
            raise UnknownWorldError(name)
        del self.worlds[name]

    def handle(self, app: TwinApp, request: Request) -> Response:
        """Answer a request to `app`: the control plane's, or the API's in the request's world."""
        path = request.path
        name = request.headers.get("x-twin-world")
        if path.startswith("/w/"):
            _, _, named, *rest = path.split("/", 3)
            if WORLD_NAME.fullmatch(unquote(named)):
                name = unquote(named)
                request.path = path = "/" + (rest[0] if rest else "")
                request.base = f"{request.base}/w/{name}"
        if path.startswith("/_twin/") or path == "/_twin":
            return self.control.handle(app, request, name or world_of(request) or DEFAULT)
        if name is None:
            name = world_of(request) or DEFAULT
        try:
            world = self.world(app, name)
        except UnknownWorldError:
            return plain(404, "unknown_world", f"there is no world {name!r}; POST /_twin/worlds makes one")
        started = real_millis()
        response = app.handle(world, request)
        self.recorder.record(
            world, Entry(app.twin.name, name, request, response, started, world.millis())
        )
        return response


__all__ = ["DEFAULT", "WORLD_NAME", "Run", "UnknownWorldError"]
