"""Seeded defects for exams: an operation of a running twin that answers or works wrongly.

They are planted where callers meet an operation, so that they are alike for data and handlers, and
say nothing of how either is written.
"""

from __future__ import annotations

from typing import Any

import orjson

from twingen.contract.schemas import properties, required, resolve
from twingen.runtime.http import Request, Response
from twingen.runtime.run import Run
from twingen.twin.model import Operation, Twin
from twingen.verify.target import InProcess

_PROBE = "defect-probe"
_MOST_MEMBERS = 2
_UNTRIED = frozenset({"ignored", "moot", "refused"})


def defects_of(twin: Twin, key: str) -> list[str]:
    """Return the names of the defects that can be planted in an operation; none in one without behaviour."""
    operation = next((op for one in twin.resources for op in one.operations if op.key == key), None)
    documented = next((op for op in twin.contract.operations if op.key == key), None)
    if operation is None or documented is None or operation.does in {"shape", "unsupported"}:
        return []
    found = ["refuses", "other-status"]
    if documented.method not in {"GET", "HEAD"}:
        found.append("loses-effect")
    if operation.target == "collection" and operation.effect == "none":
        found.append("lists-nothing")
    found += [f"omits-{name}" for name in _members(twin, operation, key)]
    found += [
        f"ignores-{name}" for name, treatment in operation.parameters.items() if treatment.use not in _UNTRIED
    ]
    return found


def _members(twin: Twin, operation: Operation, key: str) -> list[str]:
    """Return members that the documented success has: what its schema requires first."""
    documented = next(op for op in twin.contract.operations if op.key == key)
    for response in documented.responses:
        for media in response.content:
            if response.status.startswith("2") and media.schema is not None and "json" in media.type:
                schemas = twin.contract.schemas
                schema = resolve(media.schema, schemas)
                if isinstance(schema.get("items"), dict):
                    schema = resolve(schema["items"], schemas)
                needed = required(schema, schemas)
                names = sorted(properties(schema, schemas), key=lambda name: (name not in needed, name))
                return names[:_MOST_MEMBERS]
    return []


class Defective:
    """A twin in process with one defect in one operation: a Target for provers."""

    remote = False

    def __init__(self, twin: Twin, key: str, defect: str):
        self.run = Run([twin])
        self._inner = InProcess(self.run, self.run.apps[0])
        self._key = key
        self._defect = defect
        self.address = self._inner.address
        self.credential = self._inner.credential
        self.reached = False

    def reset(self) -> None:
        self._inner.reset()

    def send(self, request: Request) -> Response:
        probed = self._probe(request)
        if probed.operation != self._key or probed.status >= 400:
            return self._inner.send(request)
        self.reached = True
        kind, _, name = self._defect.partition("-")
        match kind:
            case "refuses":
                return Response(403, b"{}", [("content-type", "application/json")], operation=self._key)
            case "loses":
                return probed
            case "ignores":
                pairs = [pair for pair in request.query.split("&") if pair.partition("=")[0] != name]
                request.query = "&".join(pairs)
                return self._inner.send(request)
        response = self._inner.send(request)
        if kind == "other":
            response.status = 200 if response.status != 200 else 202
        elif response.body:
            try:
                body = _without(orjson.loads(response.body), name if kind == "omits" else "")
            except ValueError:
                return response
            response.body = orjson.dumps(body)
            response.headers = [pair for pair in response.headers if pair[0].lower() != "content-length"]
        return response

    def _probe(self, request: Request) -> Response:
        """Return what the operation would answer, without an effect on the world."""
        self.run.fork(_PROBE, self._inner.world)
        headers = {**request.headers, "x-twin-world": _PROBE}
        copy = Request(request.method, request.path, request.query, headers, request.body, self.address)
        try:
            return self.run.handle(self.run.apps[0], copy)
        finally:
            self.run.drop(_PROBE)


def _without(value: Any, name: str, depth: int = 2) -> Any:
    """Return a body without a member, wherever it stands near the top; '' empties lists instead."""
    if isinstance(value, list):
        return [_without(one, name, depth) for one in value] if name else []
    if isinstance(value, dict) and depth:
        return {key: _without(one, name, depth - 1) for key, one in value.items() if key != name}
    return value
