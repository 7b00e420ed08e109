"""The UI of a twin: its own pages, the shared script and style, and the data that they show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from twingen.folders import templates_folder
from twingen.runtime.calls import calls
from twingen.runtime.http import Response
from twingen.runtime.records import MOST, PAGE, Records

if TYPE_CHECKING:
    from twingen.runtime.app import TwinApp
    from twingen.runtime.run import Run
    from twingen.runtime.world import World

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_SAFE = [
    (
        "content-security-policy",
        "default-src 'self'; script-src 'self'; style-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; object-src 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-cache"),
]
_WITHOUT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>No pages</title>"
    "<p>This twin has no pages: it was built by an earlier twingen. "
    "Build it again, and its UI is here."
)


class Ui:
    """Answers for the pages of one twin. Nothing here changes a world."""

    def __init__(self, run: Run, app: TwinApp):
        self.run = run
        self.app = app
        self.records = Records(app)
        self._shared: dict[str, bytes | None] = {}
        self._described: list[dict[str, Any]] | None = None

    def page(self, steps: list[str]) -> Response | None:
        """Return a page of the twin or a shared file; None where there is none."""
        if steps[:1] == ["static"]:
            name = "/".join(steps[1:])
            content = self._static(name)
        else:
            name = "/".join(steps) or "index.html"
            content = self.app.twin.pages.get(name)
            if content is None and name == "index.html":
                return Response(404, _WITHOUT.encode(), [("content-type", _TYPES[".html"]), *_SAFE])
        kind = _TYPES.get(PurePosixPath(name).suffix)
        if content is None or kind is None:
            return None
        return Response(200, content, [("content-type", kind), *_SAFE])

    def _static(self, name: str) -> bytes | None:
        if name not in self._shared:
            files = templates_folder() / "ui" / "static"
            known = {file.name: file for file in files.iterdir() if file.is_file()}
            self._shared[name] = known[name].read_bytes() if name in known else None
        return self._shared[name]

    def describe(self, world: World, name: str) -> dict[str, Any]:
        """Return all that the pages need to know but the records."""
        twin = self.app.twin
        if self._described is None:
            self._described = [self._resource(resource) for resource in self.records.views]
        counts = self.records.counts(world)
        return {
            "name": twin.name,
            "title": twin.title,
            "version": twin.contract.version,
            "credential": self.app.credential,
            "world": name,
            "worlds": list(self.run.worlds),
            "resources": [{**one, "count": counts[one["name"]]} for one in self._described],
        }

    def _resource(self, name: str) -> dict[str, Any]:
        resource, view = self.records.resources[name], self.records.views[name]
        lifecycle = resource.lifecycle
        return {
            "name": name,
            "title": view.title or name,
            "about": resource.about,
            "view": view.view,
            "label": view.label,
            "columns": list(view.columns),
            "by": view.by,
            "minor": view.minor,
            "singleton": resource.singleton,
            "parents": list(resource.parents),
            "edge": dict(resource.edge),
            "children": [
                {"resource": child, "by": by} for child, by in self.app.engine.children.get(name, ())
            ],
            "lifecycle": None
            if lifecycle is None
            else {
                "field": lifecycle.field,
                "states": list(lifecycle.states),
                "moves": {
                    move.name: {"from": list(move.sources), "to": move.to if _state(move.to) else None}
                    for move in lifecycle.moves.values()
                },
            },
            "calls": calls(self.app, resource, view.columns),
        }

    def page_of_records(self, world: World, resource: str, query: str, base: str) -> Any:
        """Return a page of records; raises ValueError for a query that makes no sense."""
        asked = dict(parse_qsl(query))
        where = {name[4:]: value for name, value in asked.items() if name.startswith("ref.")}
        known = {*self.records.resources[resource].parents, *self.records.resources[resource].edge}
        for name in where:
            if name not in known:
                raise ValueError(f"{resource} belongs to no {name!r}")
        limit = min(max(int(asked.get("limit", PAGE)), 1), MOST)
        after = int(asked["after"]) if asked.get("after") else None
        return self.records.page(
            world, resource, base, q=asked.get("q", ""), where=where, after=after, limit=limit
        )

    def record(self, world: World, resource: str, id: str, base: str) -> Mapping[str, Any] | None:
        return self.records.one(world, resource, id, base)


def _state(value: Any) -> bool:
    return isinstance(value, str) and "{" not in value


def told(value: Any) -> Response:
    """Return `value` as JSON that browsers do not keep."""
    return Response(
        200,
        orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS),
        [("content-type", "application/json"), ("cache-control", "no-store")],
    )
