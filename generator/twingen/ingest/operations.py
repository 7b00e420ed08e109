"""The operations of an OpenAPI 3 document: paths, keys, hosts and everything inside them."""

from __future__ import annotations

import re
from typing import Any

from twingen.contract.keys import operation_key, parameter_names
from twingen.contract.model import Operation, Parameter, Requirement
from twingen.ingest.content import ContentReader
from twingen.ingest.pointers import MISSING, escape
from twingen.ingest.reader import Place, Reading
from twingen.ingest.security import requirements
from twingen.ingest.servers import Address, addresses

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_ITEM_KEYS = frozenset({"summary", "description", "servers", "parameters", "$ref"})


class OperationReader:
    """Reads path items one after the other; keys and ids are unique in the document."""

    def __init__(
        self,
        reading: Reading,
        content: ContentReader,
        servers: list[Address],
        security: tuple[Requirement, ...] | None,
    ) -> None:
        self._reading = reading
        self._content = content
        self._servers = servers
        self._security = security
        self._ids: set[str] = set()
        self._keys: set[str] = set()
        self.operations: list[Operation] = []
        self.other_hosts: dict[str, Address] = {}

    def read_paths(self, raw: Any) -> None:
        for name, item in raw.items() if isinstance(raw, dict) else ():
            if name.startswith("x-"):
                continue
            place = Place(None, "/paths/" + escape(name), ("paths",))
            node, at = self._reading.follow(item, place)
            if node is MISSING or node is None:
                continue
            if not isinstance(node, dict):
                self._reading.say("warning", "unexpected-value", "a path item is a mapping", place,
                                  left_out=f"the path {name}")  # fmt: skip
                continue
            self._path_item(name, node, at)

    def _path_item(self, name: str, item: dict[str, Any], place: Place) -> None:
        path = self._path(name, place)
        servers = addresses(item.get("servers")) or self._servers
        shared = [key for key in item if key not in METHODS]
        for key in shared:
            if key not in _ITEM_KEYS and not key.startswith("x-"):
                self._reading.say("warning", "unknown-method", f"{key} is no HTTP method",
                                  place / key, left_out=f"{key} {name}")  # fmt: skip
        for method in item:
            raw = item[method]
            if method in METHODS and isinstance(raw, dict):
                self._operation(method, path, raw, item, servers, place)
            elif method in METHODS:
                self._reading.say("warning", "unexpected-value", "an operation is a mapping",
                                  place / method, left_out=f"{method} {name}")  # fmt: skip

    def _path(self, name: str, place: Place) -> str:
        path = name
        if "?" in path:
            head, _, query = path.partition("?")
            path = f"{head}#{query.replace('#', '&')}"
        if not path.startswith("/"):
            self._reading.say("note", "path-without-slash",
                              f"the path {name!r} lacks its leading slash", place)  # fmt: skip
            path = "/" + path
        return path

    def _operation(
        self,
        method: str,
        path: str,
        raw: dict[str, Any],
        item: dict[str, Any],
        servers: list[Address],
        above: Place,
    ) -> None:
        listed = addresses(raw.get("servers")) or servers
        first = listed[0] if listed else Address("", "", "")
        hints = raw.get("x-twingen")  # what a reader of another format knows
        hints = hints if isinstance(hints, dict) else {}
        path = hints.get("path", path)
        full = first.base_path + path
        if len(full) > 1 and path == "/" and first.base_path:
            full = first.base_path + "/"
        place = Place(None, f"{above.pointer}/{method}", ("paths", full.replace("{+", "{"), method))
        host = self._host(listed)
        key = operation_key(method, full, host=host)
        identifier = self._identifier(raw.get("operationId"), method, path, place)
        if key in self._keys:
            self._reading.say(
                "note",
                "same-route",
                f"another operation has the route {key}; {identifier} gets a key of its own",
                place,
            )
            key = f"{key}#{hints.get('discriminator', identifier)}"
        self._keys.add(key)
        parameters, body_parameters = self._parameters(raw, item, full, above, place)
        body = self._content.body(raw.get("requestBody"), place / "requestBody")
        if body is None:
            body = self._content.misplaced_body(body_parameters, place / "parameters")
        security = requirements(self._reading, raw.get("security"), place / "security")
        self._say_left_out(raw, place)
        tags = raw.get("tags")
        self.operations.append(
            Operation(
                key=key,
                id=identifier,
                method=method.upper(),
                path=full,
                base_path=first.base_path,
                host=host,
                aliases=_aliases(listed, path, full, hints),
                summary=_text(raw.get("summary") or item.get("summary")),
                description=_text(raw.get("description") or item.get("description")),
                tags=tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
                parameters=tuple(parameters),
                body=body,
                responses=self._content.responses(raw.get("responses"), place / "responses"),
                security=self._security if security is None else security,
                deprecated=raw.get("deprecated") is True,
                extensions={
                    k: v for k, v in raw.items() if k.startswith("x-") and k != "x-twingen"
                },
                origin=self._reading.source.origin(place.pointer),
            )
        )

    def _host(self, listed: list[Address]) -> str:
        """Return '' for the document's first host, else the host's name."""
        usual = {server.host for server in self._servers}
        if not listed or not listed[0].host or listed[0].host in usual or not usual - {""}:
            return ""
        self.other_hosts.setdefault(listed[0].host, listed[0])
        return listed[0].host

    def _identifier(self, raw: Any, method: str, path: str, place: Place) -> str:
        if isinstance(raw, str) and raw.strip():
            wanted = raw.strip()
        else:
            words = re.findall(r"[A-Za-z0-9_]+", path)
            wanted = "_".join([method, *words])
        identifier, count = wanted, 1
        while identifier in self._ids:
            count += 1
            identifier = f"{wanted}_{count}"
        if identifier != wanted:
            self._reading.say("note", "repeated-operation-id",
                              f"the operationId {wanted} is taken; this one is {identifier}",
                              place)  # fmt: skip
        self._ids.add(identifier)
        return identifier

    def _parameters(
        self, raw: dict[str, Any], item: dict[str, Any], full: str, above: Place, place: Place
    ) -> tuple[list[Parameter], list[dict[str, Any]]]:
        shared, shared_bodies = self._content.parameters(
            item.get("parameters"), above / "parameters"
        )
        own, bodies = self._content.parameters(raw.get("parameters"), place / "parameters")
        overridden = {(p.location, p.name) for p in own}
        listed = [p for p in shared if (p.location, p.name) not in overridden] + own
        names = parameter_names(full.partition("#")[0])
        found: list[Parameter] = []
        for parameter in listed:
            if parameter.location == "path" and parameter.name not in names:
                self._reading.say(
                    "warning",
                    "parameter-not-in-path",
                    f"the path parameter {parameter.name} is declared but {full} does not hold it",
                    place / "parameters",
                    left_out=f"the parameter {parameter.name}",
                )
                continue
            found.append(parameter)
        declared = {p.name for p in found if p.location == "path"}
        for name in dict.fromkeys(names):
            if name not in declared:
                added = Parameter(name=name, location="path", required=True, style="simple",
                                  explode=False, schema={"type": "string"})  # fmt: skip
                found.append(added)
                self._reading.repair(
                    "undeclared-path-parameter",
                    f"the path parameter {name} of {full} is not declared; it is taken as a string",
                    place / "parameters",
                    evidence=full,
                    update=[
                        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    level="note",
                )
        return found, shared_bodies + bodies

    def _say_left_out(self, raw: dict[str, Any], place: Place) -> None:
        for key in ("callbacks", "links"):
            if raw.get(key):
                self._reading.say("note", key, f"{key} are not compiled", place / key,
                                  left_out=", ".join(raw[key]))  # fmt: skip


def _aliases(listed: list[Address], path: str, full: str, hints: dict[str, Any]) -> tuple[str, ...]:
    """Return the other full templates: other base paths in the host list, a reader's own."""
    found = dict.fromkeys([server.base_path + path for server in listed])
    found.update(dict.fromkeys(hints.get("aliases", ())))
    found.pop(full, None)
    return tuple(found)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
