"""Small twins written inline, and calls to them in process."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import orjson

from twingen.contract.diagnostics import Diagnostics
from twingen.contract.model import Contract
from twingen.ingest import read_folder
from twingen.runtime.app import TwinApp
from twingen.runtime.http import Request, Response
from twingen.runtime.run import Run
from twingen.runtime.scope import Scope
from twingen.runtime.world import World
from twingen.twin.load import load_files
from twingen.twin.model import Twin

_ENVELOPE = """
service: NAME
errors:
  body: {error: "{case}", field: "{field}", id: "{id}", reason: "{reason}", state: "{state}"}
  cases:
    unauthenticated: {status: 401}
    unknown_route: {status: 404}
    not_found: {status: 404}
    conflict: {status: 409}
    illegal_move: {status: 409}
    invalid: {status: 400}
    bad_filter: {status: 400}
    bad_cursor: {status: 400}
"""


def document(operations: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return an OpenAPI document of operations such as `GET /users 204`, one a line.

    Every operation takes any JSON and answers any JSON (nothing with 204); `more` by
    `GET /users` is laid over an operation's object.
    """
    paths: dict[str, Any] = {}
    for line in operations.split("\n"):
        if not line.strip():
            continue
        method, path, *status = line.split()
        code = status[0] if status else "200"
        body: dict[str, Any] = {"content": {"application/json": {"schema": {}}}}
        if code == "204":
            body = {}
        operation: dict[str, Any] = {"responses": {code: {"description": "Done.", **body}}}
        names = [step[1:].split("}")[0] for step in path.split("/") if step.startswith("{")]
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
        if method in {"POST", "PUT", "PATCH"}:
            operation["requestBody"] = {"content": {"application/json": {"schema": {}}}}
        operation.update((more or {}).get(f"{method} {path}", {}))
        paths.setdefault(path, {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "security": [{"token": []}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


@cache
def _contract(text: bytes) -> Contract:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "api.json").write_bytes(text)
        return read_folder(Path(folder), diagnostics=Diagnostics())


def contract_of(openapi: Mapping[str, Any]) -> Contract:
    """Return the contract that one OpenAPI document is read as."""
    return _contract(orjson.dumps(openapi))


def twin_of(
    openapi: Mapping[str, Any] | str,
    *resources: str,
    name: str = "small",
    service: str | None = None,
    seed: str | None = None,
    handlers: Mapping[str, str] | None = None,
    settings: str = "",
) -> Twin:
    """Return a twin of a document (or lines for `document`) and the texts of its YAML files."""
    files = {"twin.toml": f'format = 1\nname = "{name}"\n{settings}'.encode()}
    text = _ENVELOPE.replace("NAME", name) if service is None else dedent(service)
    files["service.yaml"] = text.encode()
    for resource in resources:
        clean = dedent(resource).lstrip()
        title = clean.split("\n", 1)[0].removeprefix("resource:").strip()
        files[f"resources/{title}.yaml"] = clean.encode()
    if seed is not None:
        files["seed.yaml"] = dedent(seed).encode()
    for stem, code in (handlers or {}).items():
        files[f"resources/{stem}.py"] = dedent(code).encode()
    shape = document(openapi) if isinstance(openapi, str) else openapi
    return load_files(files, contract_of(shape))


class Caller:
    """Calls the first twin of a run, with its credential unless told otherwise."""

    def __init__(self, *twins: Twin, **options: Any):
        self.run = Run(twins, **options)

    @property
    def app(self) -> TwinApp:
        return self.run.apps[0]

    @property
    def world(self) -> World:
        """The state behind the default world."""
        return self.run.world(self.app)

    @property
    def scope(self) -> Scope:
        """A scope outside any request, to look at the world with."""
        return Scope(self.app.engine, self.world, Request("TEST", "/"))

    def __call__(
        self,
        method: str,
        target: str,
        json: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        credential: str | None = "",
        twin: int = 0,
    ) -> Response:
        """Send one request; `credential` "" is the twin's own, None is none."""
        app = self.run.apps[twin]
        sent = {"authorization": app.credential if credential == "" else credential or ""}
        if credential is None:
            sent = {}
        raw = body if body is not None else b"" if json is None else orjson.dumps(json)
        if json is not None:
            sent["content-type"] = "application/json"
        path, _, query = target.partition("?")
        request = Request(method, path, query, {**sent, **(headers or {})}, raw)
        return self.run.handle(app, request)

    def json(self, method: str, target: str, json: Any = None, **options: Any) -> Any:
        """Return the JSON of a success; what is none fails the test with the answer."""
        response = self(method, target, json, **options)
        assert response.status < 300, (response.status, response.body)
        return response.json() if response.body else None

    def refused(self, method: str, target: str, json: Any = None, **options: Any) -> tuple[int, Any]:
        """Return status and JSON of a refusal."""
        response = self(method, target, json, **options)
        assert response.status >= 400, (response.status, response.body)
        return response.status, response.json()
