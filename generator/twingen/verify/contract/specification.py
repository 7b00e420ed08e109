"""A contract → the OpenAPI 3.1 documents that schemathesis generates cases from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from twingen.contract.document import dump
from twingen.contract.keys import parameter_names, unnamed
from twingen.contract.model import Contract, Operation
from twingen.contract.schemas import PREFIX, references
from twingen.runtime.auth import Authenticator
from twingen.twin.model import Service
from twingen.verify.contract.loosening import changed_schemas

Json = dict[str, Any]

SCHEME = "credential"
# The share of operations that must document an error status before it counts for the service.
_SHARE = 0.1
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"})
_BODILESS = frozenset({"204", "205", "304"})
_DATA = frozenset({"const", "default", "enum", "example", "examples", "pattern", "description", "title"})
# Behind the name of a component: the same one as the overlay has it.
COPY = "--overlay"
_OTHER = "application/octet-stream"
_SPANNING = re.compile(r"\{\+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """What schemathesis is told.

    `paths` are the path items by template, `schemas` the components. `keys` names the operation
    behind a label (`GET /users/{id}`); `left_out` says of the others why they are not tried.
    `methods` are all that the contract documents for a template, tried or not.
    `errors` are the error statuses of the service as a whole, each with the reason to think so;
    `silent` is whether the documents name no error status at all.
    """

    title: str
    paths: Mapping[str, Json]
    schemas: Mapping[str, Any]
    keys: Mapping[str, str]
    left_out: Mapping[str, str] = field(default_factory=dict)
    methods: Mapping[str, frozenset[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False

    def document(self, labels: Collection[str] | None = None) -> Json:
        """Return the OpenAPI document of all operations, or of those with these labels."""
        paths: Json = {}
        for path, item in self.paths.items():
            kept = {m: raw for m, raw in item.items() if labels is None or f"{m.upper()} {path}" in labels}
            if kept:
                paths[path] = kept
        needed = _closure(paths, self.schemas)
        return {
            "openapi": "3.1.0",
            "info": {"title": self.title or "API", "version": "1"},
            "paths": paths,
            "components": {
                "schemas": {name: self.schemas[name] for name in self.schemas if name in needed},
                "securitySchemes": {
                    SCHEME: {"type": "apiKey", "in": "header", "name": "Authorization"}
                },
            },
        }


def specification(
    contract: Contract, service: Service, *, overlay: Contract | None = None, unsupported: Collection[str] = (),
    public: Collection[str] = (), operations: Collection[str] | None = None, safe_only: bool = False,
    refusals_succeed: bool = False,
) -> Specification:  # fmt: skip
    """Return what schemathesis is told of `contract`: its requests as published, its answers as in `overlay`.

    Of security only the Authorization header is kept, since the twin's credential goes there and
    opens everything; arguments that are credentials themselves are left to the tests of the twin.
    Every operation also documents the error statuses that are the service's convention, with the
    schema that the others give them. `public` need no credential whatever is documented;
    `refusals_succeed` is a service that answers its failures with the status of a success.
    """
    loosened = Loosened(contract, overlay or contract)
    document = dump(contract)
    credentials = _credentials(contract, service)
    errors, bodies = conventions(contract, service)
    silent = not any(_is_error(r.status) for o in contract.operations for r in o.responses)
    records = {operation.key: operation for operation in contract.operations}
    templates: dict[str, str] = {}
    methods: dict[str, set[str]] = {}
    paths: dict[str, Json] = {}
    keys: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for item in document["paths"].values():
        for raw in item.values():
            operation = records[raw["x-twingen"]["key"]]
            key = operation.key
            route = unnamed(_SPANNING.sub("{", operation.path.partition("#")[0]))
            template = templates.setdefault(route, _SPANNING.sub("{", operation.path.partition("#")[0]))
            methods.setdefault(template, set()).add(operation.method)
            if operations is not None and key not in operations:
                continue
            if safe_only and operation.method not in _SAFE:
                left_out[key] = "it may change something, and only reading was asked for"
                continue
            why = _why_not(operation, unsupported)
            label = f"{operation.method} {template}"
            if not why and label in keys:
                why = f"OpenAPI cannot tell it from {keys[label]}: they share method and path"
            if why:
                left_out[key] = why
                continue
            keys[label] = key
            written = _operation(raw, operation, template, credentials, key in public)
            _with_conventions(written, bodies, silent=silent, refusals_succeed=refusals_succeed)
            written["responses"] = {
                status: loosened.response(key, status, _as_http(status, response))
                for status, response in written["responses"].items()
            }
            paths.setdefault(template, {})[operation.method.lower()] = written
    return Specification(
        title=contract.title, paths=paths, schemas={**contract.schemas, **loosened.schemas}, keys=keys, left_out=left_out,
        methods={template: frozenset(found) for template, found in methods.items()}, errors=errors,
        silent=silent,
    )  # fmt: skip


def conventions(contract: Contract, service: Service) -> tuple[dict[str, str], dict[str, Json]]:
    """Return the error statuses of the service as a whole: why each is one, and its response.

    A status below 500 is a convention of the service where a tenth of the operations, and at least
    two, document it; or where an error case of service.yaml has it and service.yaml cites the
    documents. Its body is what most of those operations give it.
    """
    counted: Counter[str] = Counter()
    shapes: dict[str, Counter[str]] = {}
    known: dict[str, Json] = {}
    dumped = dump(contract)["paths"]
    total = 0
    for item in dumped.values():
        for raw in item.values():
            total += 1
            for status, response in raw["responses"].items():
                if status.isdigit() and 400 <= int(status) < 500:
                    counted[status] += 1
                    content = response.get("content") or {}
                    shape = repr({kind: media.get("schema") for kind, media in content.items()})
                    shapes.setdefault(status, Counter())[shape] += 1
                    known.setdefault(f"{status} {shape}", response)
    reasons: dict[str, str] = {}
    bodies: dict[str, Json] = {}
    for status, count in counted.items():
        if count >= max(2, _SHARE * total):
            reasons[status] = f"{count} of {total} operations document it"
            shape = shapes[status].most_common(1)[0][0]
            bodies[status] = {
                name: value for name, value in known[f"{status} {shape}"].items() if name != "headers"
            }
    if service.cite:
        for name, case in service.errors.cases.items():
            status = str(case.status)
            if 400 <= case.status < 500 and status not in reasons:
                reasons[status] = f"the error case {name} of service.yaml has it ({service.cite[0]})"
                bodies[status] = {"description": "A convention of the service."}
    return reasons, bodies


def _why_not(operation: Operation, unsupported: Collection[str]) -> str:
    if operation.key in unsupported:
        return "the twin does not support it: it answers 501 and says so"
    if operation.method not in _METHODS:
        return f"OpenAPI has no word for the method {operation.method}"
    if "?" in operation.path:
        return "its path holds a query, which OpenAPI cannot express"
    names = parameter_names(operation.path)
    if len(set(names)) != len(names):
        return "its path names the same parameter twice"
    return ""


def _operation(
    raw: Json, operation: Operation, template: str, credentials: Collection[tuple[str, str]],
    public: bool,
) -> Json:  # fmt: skip
    """Return an operation as schemathesis gets it: named as the path item names its parameters."""
    written = {name: value for name, value in raw.items() if not name.startswith("x-")}
    renamed = dict(
        zip(parameter_names(operation.path.partition("#")[0]), parameter_names(template), strict=True)
    )
    parameters = []
    for parameter in raw.get("parameters") or ():
        place = str(parameter["in"])
        if (place, str(parameter["name"]).lower()) in credentials:
            continue
        if place == "path":
            parameter = {**parameter, "name": renamed.get(parameter["name"], parameter["name"])}
        parameters.append(parameter)
    written["parameters"] = parameters
    written["responses"] = dict(raw["responses"])
    content = (raw.get("requestBody") or {}).get("content") or {}
    if len(content) > 1 and "*/*" in content:
        # Any type but those with a schema of their own: told as one that is surely another.
        named = {_OTHER if kind == "*/*" else kind: media for kind, media in content.items()}
        written["requestBody"] = {**raw["requestBody"], "content": named}
    is_public = public or operation.security == () or (
        operation.security is not None and any(not way for way in operation.security)
    )  # fmt: skip
    written["security"] = [] if is_public else [{SCHEME: []}]
    return written


def _with_conventions(
    written: Json, bodies: Mapping[str, Json], *, silent: bool, refusals_succeed: bool
) -> None:
    """Add the service's error statuses to an operation that does not document them itself.

    Documents without a single error status cannot be read as promising that nothing is ever
    refused: there any 4XX will do. Where failures have the status of a success, and no error is
    documented, the success's schema holds for both.
    """
    responses = written["responses"]
    if refusals_succeed:
        if not any(_is_error(status) for status in responses):
            success = next((r for s, r in responses.items() if s[0] == "2"), None)
            responses["4XX"] = success or {"description": "A refusal."}
        return
    if "default" in responses or not responses:
        return
    if silent:
        responses["4XX"] = {"description": "The documents name no error status."}
        return
    for status, body in bodies.items():
        if status not in responses and f"{status[0]}XX" not in responses:
            responses[status] = body


def _as_http(status: str, response: Json) -> Json:
    """Return a response without the body that its status has none of, whatever is documented."""
    if status not in _BODILESS or "content" not in response:
        return response
    return {name: value for name, value in response.items() if name != "content"}


class Loosened:
    """The answers of operations as the overlay has them, over components of their own.

    `schemas` are these components.
    """

    def __init__(self, published: Contract, overlay: Contract):
        self.schemas: dict[str, Any] = {}
        self._overlay: dict[str, Mapping[str, Json]] = {}
        changed = changed_schemas(published, overlay)
        self._affected = _reaching(changed, overlay.schemas)
        for name in self._affected:
            self.schemas[name + COPY] = self._redirected(overlay.schemas[name])
        if published is not overlay:
            for item in dump(overlay)["paths"].values():
                for raw in item.values():
                    self._overlay[raw["x-twingen"]["key"]] = raw["responses"]

    def response(self, key: str, status: str, response: Json) -> Json:
        """Return a response as the overlay has it; those of conventions stand in it as well."""
        written = self._overlay.get(key, {}).get(status, response)
        if not self._affected or "content" not in response:
            return response
        content = {}
        for kind, media in written.get("content", {}).items():
            content[kind] = media
            if "schema" in media:
                content[kind] = {**media, "schema": self._redirected(media["schema"])}
        return {**response, "content": content}

    def _redirected(self, schema: Any) -> Any:
        if isinstance(schema, Mapping):
            return {
                name: value if name in _DATA else self._redirected(value)
                for name, value in schema.items()
            }
        if isinstance(schema, (list, tuple)):
            return [self._redirected(one) for one in schema]
        if isinstance(schema, str) and schema.startswith(PREFIX) and schema[len(PREFIX) :] in self._affected:
            return schema + COPY
        return schema


def _reaching(changed: Collection[str], schemas: Mapping[str, Any]) -> set[str]:
    """Return the components from which one of `changed` is reached, those included."""
    users: dict[str, set[str]] = {}
    for name, schema in schemas.items():
        for used in references(schema):
            users.setdefault(used, set()).add(name)
    found: set[str] = set()
    waiting = list(changed)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += users.get(name, ())
    return found


def _is_error(status: str) -> bool:
    return status == "default" or status[0] in "45"


def _credentials(contract: Contract, service: Service) -> frozenset[tuple[str, str]]:
    """Return the arguments that carry a credential, by place and lower-case name."""
    places = Authenticator(contract, service, "")
    found = {("header", name.lower()) for name in places.headers}
    found |= {("query", name.lower()) for name in places.queries | places.forms}
    documented = {("header", name.lower()) for name in places.forms}
    return frozenset(found | documented)


def _closure(paths: Json, schemas: Mapping[str, Any]) -> set[str]:
    """Return the components that path items lead to, through each other."""
    needed: set[str] = set()
    waiting = list(_named(paths))
    while waiting:
        name = waiting.pop()
        if name not in needed and name in schemas:
            needed.add(name)
            waiting += references(schemas[name])
    return needed


def _named(node: Any) -> Iterable[str]:
    """Yield the components that path items refer to; examples are data and are not walked into."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(PREFIX):
            yield reference[len(PREFIX) :]
        for name, value in node.items():
            if name == "schema" and isinstance(value, dict):
                yield from references(value)
            elif name not in {"examples", "example"}:
                yield from _named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value)
