"""Requests worth trying first: found by trying them in a scratch world."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from twingen.runtime.app import Route, TwinApp
from twingen.runtime.http import Request, Response
from twingen.runtime.run import Run
from twingen.runtime.sample import sample

_SCRATCH = "twingen-tryout"
_RESOURCES = 8  # how many resources are tried before the best so far is taken
_BODY = 700  # a longer body is nothing to paste
_PLACE = re.compile(r"(?:args|query)\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tryout:
    """A request that succeeds in a fresh world; `target` is path and query."""

    method: str
    target: str
    content_type: str | None = None
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def curl(self, url: str, app: TwinApp, authority: Path | None = None) -> str:
        """Return the request as a line for a shell."""
        words = ["curl", "-s"]
        if authority is not None:
            words += ["--cacert", str(authority)]
        if self.method != "GET":
            words += ["-X", self.method]
        words += ["-H", f"Authorization: {app.credential}"]
        if self.body is not None and self.content_type is not None:
            words += ["-H", f"Content-Type: {self.content_type}", "-d", self.body]
        words.append(url + self.target)
        return " ".join(shlex.quote(word) for word in words)


def tryouts(run: Run, app: TwinApp) -> list[Tryout]:
    """Return up to three requests that work: a list, a create and a read of one resource.

    Where no resource offers all three, those that the best one offers. No world of the run changes.
    """
    best: list[Tryout] = []
    ranked = sorted(_by_resource(app).items(), key=lambda item: (-_rank(item[1]), item[0]))
    for _, routes in ranked[:_RESOURCES]:
        run.fork(_SCRATCH)
        try:
            found = list(_try(run, app, routes))
        finally:
            run.drop(_SCRATCH)
        if len(found) > len(best):
            best = found
        if len(best) >= 3:
            break
    return best[:3]


def _by_resource(app: TwinApp) -> dict[str, dict[str, Route]]:
    """Return for each resource its first list, create and read that need no parent."""
    grouped: dict[str, dict[str, Route]] = {}
    for route in app.routes.values():
        operation = route.operation
        if operation is None or operation.does not in {"list", "create", "read"}:
            continue
        depth = route.template.count("{")
        if depth != (1 if operation.does == "read" and not _read_place(route) else 0):
            continue
        grouped.setdefault(operation.resource, {}).setdefault(operation.does, route)
    return grouped


def _rank(routes: dict[str, Route]) -> int:
    semantic = sum(route.tier == "semantic" for route in routes.values())
    return 10 * semantic + 3 * len(routes) + ("create" in routes)


def _try(run: Run, app: TwinApp, routes: dict[str, Route]) -> Iterator[Tryout]:
    listed = None
    if "list" in routes:
        route = routes["list"]
        line = Tryout(method=route.documented.method, target=route.template)
        listed = _send(run, app, line)
        if listed is not None:
            yield line
    made = None
    if "create" in routes:
        for line in _creates(app, routes["create"]):
            made = _send(run, app, line)
            if made is not None:
                yield line
                break
    if "read" in routes and routes["read"].operation is not None:
        # Records of the start are there whatever was called before, so they come first.
        for answer in (listed, made):
            identifier = _identifier(app, routes["read"], answer)
            if identifier is not None:
                line = _read(routes["read"], identifier)
                if _send(run, app, line) is not None:
                    yield line
                    return


def _send(run: Run, app: TwinApp, line: Tryout) -> Any:
    """Return the JSON that the request is answered with in the scratch world, None on failure."""
    path, _, query = line.target.partition("?")
    headers = {"authorization": app.credential, "x-twin-world": _SCRATCH}
    if line.content_type:
        headers["content-type"] = line.content_type
    request = Request(line.method, path, query, headers, (line.body or "").encode())
    try:
        response: Response = run.handle(app, request)
        answer = response.json()
    except Exception:  # a hint is no reason to fail: another request is tried
        return None
    if response.status >= 300:
        return None
    refused = isinstance(answer, dict) and ("error" in answer or answer.get("ok") is False)
    return None if refused else answer


def _creates(app: TwinApp, route: Route) -> Iterator[Tryout]:
    """Yield requests that may create: published examples, then what the schema asks for."""
    documented = route.documented
    content = documented.body.content if documented.body else ()
    for media in content:
        values = [example.value for example in media.examples]
        if media.schema is not None:
            values += [
                sample(media.schema, app.schemas, seed="try", minimal=minimal, side="request")
                for minimal in (True, False)
            ]
        for value in values:
            if "json" in media.type:
                body = orjson.dumps(value).decode()
            elif media.type == "application/x-www-form-urlencoded" and isinstance(value, dict):
                body = "&".join(f"{quote(str(k))}={quote(str(v))}" for k, v in value.items())
            else:
                continue
            if len(body) <= _BODY:
                yield Tryout(
                    method=documented.method, target=route.template, content_type=media.type,
                    body=body,
                )  # fmt: skip
    if not content:
        yield Tryout(method=documented.method, target=route.template)


def _read_place(route: Route) -> str | None:
    """Return the query parameter that names the record, None where the path does."""
    if route.operation is None or not route.operation.find:
        return None
    found = _PLACE.fullmatch(route.operation.find[-1].by)
    return found.group(1) if found else None


def _read(route: Route, identifier: str) -> Tryout:
    place = _read_place(route)
    value = quote(identifier, safe="")
    if place is None:
        target = re.sub(r"\{[^}]*\}", lambda _: value, route.template)
    else:
        target = f"{route.template}?{place}={value}"
    return Tryout(method=route.documented.method, target=target)


def _identifier(app: TwinApp, route: Route, answer: Any) -> str | None:
    """Return the id in an answer: of the record itself, of the first one, or of one inside."""
    assert route.operation is not None
    name = app.engine.kind(route.operation.resource).resource.identity.field or "id"
    queue: list[tuple[Any, int]] = [(answer, 0)]
    while queue:
        value, depth = queue.pop(0)
        if isinstance(value, dict):
            if isinstance(value.get(name), str | int):
                return str(value[name])
            inside = [part for part in value.values() if isinstance(part, dict | list)]
            if depth < 2:
                queue += [(part, depth + 1) for part in inside]
        elif isinstance(value, list) and value:
            queue.append((value[0], depth + 1))
    return None
