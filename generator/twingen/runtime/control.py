"""The control plane under /_twin/: health, reset, worlds, journal, and its own OpenAPI document."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import orjson

from twingen import __version__
from twingen.runtime.http import Request, Response
from twingen.runtime.journal import JournalFeed
from twingen.runtime.ui import Ui, told
from twingen.runtime.world import World

if TYPE_CHECKING:
    from twingen.runtime.app import TwinApp
    from twingen.runtime.run import Run

_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?", re.IGNORECASE)


def problem(status: int, title: str, detail: str = "", **more: Any) -> Response:
    """Return an RFC 9457 problem."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(
        status,
        orjson.dumps({name: value for name, value in body.items() if value != ""}),
        [("content-type", "application/problem+json")],
    )


def _json(status: int, value: Any) -> Response:
    return Response(status, orjson.dumps(value), [("content-type", "application/json")])


class Control:
    """Answers requests to the control plane of a run."""

    def __init__(self, run: Run, token: str | None):
        self.run = run
        self.token = token
        self._uis: dict[str, Ui] = {}

    def handle(self, app: TwinApp, request: Request, world: str) -> Response:
        path = request.path.removeprefix("/_twin").rstrip("/") or "/"
        method = "GET" if request.method == "HEAD" else request.method
        steps = path.split("/")[1:]
        refused = self._refused(request)
        if refused is not None and not (steps[0] == "ui" and refused.status == 401):
            return refused  # browsers cannot send a token for a page; its data wants one
        match method, steps:
            case "GET", ["ui", *rest]:
                page = self._ui(app).page([unquote(step) for step in rest])
                if page is not None:
                    return page
            case "GET", ["ui.json"]:
                return self._in_world(app, world, lambda at: told(self._ui(app).describe(at, world)))
            case "GET", ["records", name]:
                return self._records(app, request, world, unquote(name))
            case "GET", ["records", name, id]:
                return self._record(app, request, world, unquote(name), unquote(id))
            case "GET", ["journal", "stream"]:
                return self._stream(app, request, world)
            case "GET", ["health"]:
                return _json(200, {"status": "ok"})
            case "POST", ["reset"]:
                return self._reset(world)
            case "GET", ["worlds"]:
                return _json(200, {"worlds": [{"name": name} for name in self.run.worlds]})
            case "POST", ["worlds"]:
                return self._fork(request)
            case "DELETE", ["worlds", name]:
                return self._drop(unquote(name))
            case "GET", ["journal"]:
                return self._journal(app, request, world)
            case "GET", ["openapi.json"]:
                return _json(200, document(self.run))
        if path in _ALLOW or path.startswith("/worlds/"):
            allow = _ALLOW.get(path, "DELETE")
            response = problem(405, "Method Not Allowed", f"{path} takes {allow}")
            response.headers.append(("allow", allow))
            return response
        return problem(404, "Not Found", f"the control plane has no {request.path}")

    def _refused(self, request: Request) -> Response | None:
        if self.token is not None:
            sent = request.headers.get("x-twin-token", "")
            if not hmac.compare_digest(sent.encode("utf-8", "replace"), self.token.encode()):
                return problem(401, "Unauthorized", "the control plane wants X-Twin-Token")
            return None
        if not _LOOPBACK.fullmatch(request.headers.get("host") or "localhost"):
            return problem(403, "Forbidden", "the control plane answers on loopback names only")
        scheme, slashes, host = (request.headers.get("origin") or "http://localhost").partition("://")
        if scheme not in {"http", "https"} or not slashes or not _LOOPBACK.fullmatch(host):
            return problem(403, "Forbidden", "cross-origin requests may not use the control plane")
        return None

    def _reset(self, world: str) -> Response:
        from twingen.runtime.run import UnknownWorldError

        try:
            self.run.reset(world)
        except UnknownWorldError:
            return problem(404, "Not Found", f"there is no world {world!r}")
        return Response(204)

    def _fork(self, request: Request) -> Response:
        from twingen.runtime.run import WORLD_NAME, UnknownWorldError

        try:
            asked = orjson.loads(request.body) if request.body.strip() else {}
        except orjson.JSONDecodeError as error:
            return problem(400, "Bad Request", f"the body is not JSON: {error}")
        if not isinstance(asked, dict):
            return problem(400, "Bad Request", 'the body is an object such as {"name": "demo"}')
        extra = sorted(set(asked) - {"name", "from"})
        if extra:
            return problem(400, "Bad Request", f"unknown member {extra[0]!r}; known: name, from")
        name = asked.get("name")
        if name is None:
            number = len(self.run.worlds)
            while f"world-{number}" in self.run.worlds:
                number += 1
            name = f"world-{number}"
        if not isinstance(name, str) or not WORLD_NAME.fullmatch(name):
            return problem(400, "Bad Request", "a world's name is letters, digits, dots and dashes")
        if name in self.run.worlds:
            return problem(409, "Conflict", f"there is a world {name!r} already")
        source = asked.get("from")
        if source is not None and not isinstance(source, str):
            return problem(400, "Bad Request", "`from` is the name of a world")
        try:
            self.run.fork(name, source)
        except UnknownWorldError:
            return problem(404, "Not Found", f"there is no world {source!r}")
        return _json(201, {"name": name})

    def _drop(self, name: str) -> Response:
        from twingen.runtime.run import DEFAULT, UnknownWorldError

        if name == DEFAULT:
            return problem(409, "Conflict", "the default world stays; POST /_twin/reset empties it")
        try:
            self.run.drop(name)
        except UnknownWorldError:
            return problem(404, "Not Found", f"there is no world {name!r}")
        return Response(204)

    def _ui(self, app: TwinApp) -> Ui:
        found = self._uis.get(app.twin.name)
        if found is None:
            found = self._uis[app.twin.name] = Ui(self.run, app)
        return found

    def _in_world(self, app: TwinApp, world: str, answer: Callable[[World], Response]) -> Response:
        from twingen.runtime.run import UnknownWorldError

        try:
            return answer(self.run.world(app, world))
        except UnknownWorldError:
            return problem(404, "Not Found", f"there is no world {world!r}")
        except ValueError as error:
            return problem(400, "Bad Request", str(error))

    def _records(self, app: TwinApp, request: Request, world: str, resource: str) -> Response:
        ui = self._ui(app)
        if resource not in ui.records.resources:
            return problem(404, "Not Found", f"this twin has no resource {resource!r}")
        return self._in_world(
            app,
            world,
            lambda at: told(ui.page_of_records(at, resource, request.query, request.base)),
        )

    def _record(
        self, app: TwinApp, request: Request, world: str, resource: str, id: str
    ) -> Response:
        ui = self._ui(app)

        def answer(at: World) -> Response:
            known = resource in ui.records.resources
            found = ui.record(at, resource, id, request.base) if known else None
            if found is None:
                return problem(404, "Not Found", f"there is no {resource} {id!r} in the world {world!r}")
            return told(found)

        return self._in_world(app, world, answer)

    def _stream(self, app: TwinApp, request: Request, world: str) -> Response:
        after = parse_qs(request.query).get("after", ["0"])[0]
        twins = [one.twin.name for one in self.run.apps if one.twin.world == app.twin.world]

        def answer(at: World) -> Response:
            response = Response(
                200, b"", [("content-type", "text/event-stream"), ("cache-control", "no-store")]
            )
            response.feed = JournalFeed(self.run.recorder, at, world, twins, after=int(after))
            return response

        return self._in_world(app, world, answer)

    def _journal(self, app: TwinApp, request: Request, world: str) -> Response:
        from twingen.runtime.run import UnknownWorldError

        query = parse_qs(request.query)
        try:
            after = int(query.get("after", ["0"])[0])
            found: World = self.run.world(app, world)
        except ValueError:
            return problem(400, "Bad Request", "`after` is a number")
        except UnknownWorldError:
            return problem(404, "Not Found", f"there is no world {world!r}")
        entries = [entry.shown() for entry in list(found.journal) if entry.number > after]
        return _json(200, {"entries": entries})


_ALLOW = {
    "/health": "GET, HEAD",
    "/reset": "POST",
    "/worlds": "GET, HEAD, POST",
    "/journal": "GET, HEAD",
    "/journal/stream": "GET, HEAD",
    "/ui": "GET, HEAD",
    "/ui.json": "GET, HEAD",
    "/openapi.json": "GET, HEAD",
}


def document(run: Run) -> dict[str, Any]:
    """Return the OpenAPI document of the control plane."""
    world = {
        "name": "X-Twin-World",
        "in": "header",
        "schema": {"type": "string"},
        "description": "The world that is meant; the default one without it.",
    }
    problems = {
        "description": "What is wrong.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    free = {"type": "object"}
    named = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}

    def answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"description": description, "content": {"application/json": {"schema": schema}}}

    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control plane of " + ", ".join(app.twin.name for app in run.apps),
            "version": __version__,
            "description": "Health, worlds and journal of running twins. Loopback only, or with "
            "X-Twin-Token where the run was given a control token.",
        },
        "paths": {
            "/_twin/health": {
                "get": {
                    "operationId": "health",
                    "responses": {
                        "200": answer(
                            "Ready.",
                            {
                                "type": "object",
                                "properties": {"status": {"const": "ok"}},
                                "required": ["status"],
                            },
                        )
                    },
                }
            },
            "/_twin/reset": {
                "post": {
                    "operationId": "reset",
                    "summary": "Return the request's world to the pristine state, in all twins.",
                    "parameters": [world],
                    "responses": {"204": {"description": "Done."}, "404": problems},
                }
            },
            "/_twin/worlds": {
                "get": {
                    "operationId": "listWorlds",
                    "responses": {
                        "200": answer(
                            "All worlds.",
                            {
                                "type": "object",
                                "properties": {"worlds": {"type": "array", "items": named}},
                                "required": ["worlds"],
                            },
                        )
                    },
                },
                "post": {
                    "operationId": "createWorld",
                    "summary": "Make a world, pristine or as another one is now.",
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "name": {"type": "string"},
                                        "from": {"type": "string"},
                                    },
                                    "additionalProperties": False,
                                }
                            }
                        }
                    },
                    "responses": {
                        "201": answer("Made.", named),
                        "400": problems,
                        "404": problems,
                        "409": problems,
                    },
                },
            },
            "/_twin/worlds/{name}": {
                "delete": {
                    "operationId": "deleteWorld",
                    "parameters": [
                        {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": {"204": {"description": "Gone."}, "404": problems, "409": problems},
                }
            },
            "/_twin/journal": {
                "get": {
                    "operationId": "journal",
                    "summary": "Requests and responses of the world, oldest first.",
                    "parameters": [
                        world,
                        {"name": "after", "in": "query", "schema": {"type": "integer"}},
                    ],
                    "responses": {
                        "200": answer(
                            "Entries above the number `after`.",
                            {
                                "type": "object",
                                "properties": {"entries": {"type": "array", "items": {"type": "object"}}},
                            },
                        ),
                        "404": problems,
                    },
                }
            },
            "/_twin/journal/stream": {
                "get": {
                    "operationId": "journalStream",
                    "summary": "The journal as server-sent events: what is there, then what happens.",
                    "parameters": [
                        world,
                        {"name": "after", "in": "query", "schema": {"type": "integer"}},
                    ],
                    "responses": {
                        "200": {
                            "description": "An entry an event; `id` is its number.",
                            "content": {"text/event-stream": {"schema": {"type": "string"}}},
                        },
                        "404": problems,
                    },
                }
            },
            "/_twin/ui": {
                "get": {
                    "operationId": "ui",
                    "summary": "The twin's pages; below it their script and style. Needs no token.",
                    "responses": {
                        "200": {"description": "A page.", "content": {"text/html": {}}},
                        "404": problems,
                    },
                }
            },
            "/_twin/ui.json": {
                "get": {
                    "operationId": "uiData",
                    "summary": "What the pages show: resources, views, calls, worlds, the credential.",
                    "parameters": [world],
                    "responses": {"200": answer("The twin.", free), "404": problems},
                }
            },
            "/_twin/records/{resource}": {
                "get": {
                    "operationId": "records",
                    "summary": "Records of a resource in the world, newest first.",
                    "description": "`ref.NAME` is the id of a parent or end that they belong to.",
                    "parameters": [
                        world,
                        {"name": "resource", "in": "path", "required": True, "schema": {"type": "string"}},
                        {
                            "name": "q",
                            "in": "query",
                            "schema": {"type": "string"},
                            "description": "Words that a record holds; `path:word` looks at one field.",
                        },
                        {"name": "after", "in": "query", "schema": {"type": "integer"}},
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 500}},
                    ],
                    "responses": {
                        "200": answer("A page; `next` is the `after` of the following one.", free),
                        "400": problems,
                        "404": problems,
                    },
                }
            },
            "/_twin/records/{resource}/{id}": {
                "get": {
                    "operationId": "record",
                    "summary": "A record with its relations and its legal moves.",
                    "parameters": [
                        world,
                        {"name": "resource", "in": "path", "required": True, "schema": {"type": "string"}},
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    ],
                    "responses": {"200": answer("The record.", free), "404": problems},
                }
            },
        },
        "components": {
            "schemas": {
                "Problem": {
                    "type": "object",
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                    },
                }
            }
        },
    }
