"""What the UI may do: each operation with its path, what fills it, and the fields of its form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from twingen.contract.model import MediaType, Operation as Documented, Schema
from twingen.contract.schemas import Schemas, properties, required, resolve, types
from twingen.runtime.app import TwinApp
from twingen.twin.model import Operation, Resource

_DEEP = 3
_FIELDS = 60
_NAMED = re.compile(r"\b(args|query|body)\.(\w+)|\bpath\[(\d+)\]")
_MAKES = re.compile(r"(create|insert|add|post|new|open|upload)", re.I)
_CHANGES = re.compile(r"(update|edit|patch|rename|set)", re.I)
_REMOVES = re.compile(r"(delete|remove|trash)", re.I)
_KINDS = {
    "create": "create", "upsert": "create", "update": "edit", "replace": "edit", "delete": "delete",
    "transition": "move", "link": "link", "unlink": "unlink",
}  # fmt: skip


def calls(app: TwinApp, resource: Resource, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return what can be done to a resource's records: everything but reading them."""
    found = []
    for operation in resource.operations:
        route = app.routes.get(operation.key)
        if route is not None and (operation.effect != "none" or operation.does in {"handle", "dispatch", "act"}):
            if route.documented.method not in {"GET", "HEAD"} and route.tier != "unsupported":
                found.append(_call(app, resource, operation, route.documented, route.tier, columns))
    return found


def _call(
    app: TwinApp, resource: Resource, operation: Operation, documented: Documented, tier: str,
    columns: tuple[str, ...],
) -> dict[str, Any]:  # fmt: skip
    schemas = app.twin.contract.schemas
    fill = list(_fill(resource, operation, documented))
    own = any(one["with"] == "self" for one in fill)
    media = _media(documented)
    filled = {(one["in"], one["name"]) for one in fill}
    fields = [*_parameters(app, documented, filled)]
    if media is not None and media.schema is not None:
        names = {name for _, name in filled}
        fields += [one for one in _body(media.schema, schemas) if not _is_filled(one, names)][:_FIELDS]
    for name in operation.required:
        for one in fields:
            if one["path"][-1:] == [name] or ".".join(one["path"]) == name:
                one["required"] = True
    return {
        "key": operation.key,
        "kind": _kind(operation, documented, own),
        "own": own,
        "partial": operation.effect == "update" and documented.method != "PUT",
        "method": documented.method,
        "path": documented.path,
        "tier": tier,
        "move": operation.move,
        "title": documented.summary or documented.id or operation.key,
        "media": "" if media is None else media.type,
        "fill": fill,
        "fields": sorted(fields, key=lambda field: _order(field, columns)),
    }


def _order(field: Mapping[str, Any], columns: tuple[str, ...]) -> int:
    """Return what sorts fields: needed ones first, then those that tables show, arguments last."""
    if field["required"]:
        return 0
    if field["in"] != "body":
        return 3
    return 1 if ".".join(field["path"]) in columns else 2


def _kind(operation: Operation, documented: Documented, own: bool) -> str:
    kind = _KINDS.get(operation.effect)
    if kind is not None and operation.target in {"collection", "item", "edge", "singleton"}:
        return kind
    if operation.does == "handle":
        words = f"{documented.id} {documented.path.rpartition('/')[2]}"
        if not own and _MAKES.search(words) and not _CHANGES.search(words):
            return "create"
        if own and _REMOVES.search(words):
            return "delete"
        if own and (documented.method in {"PUT", "PATCH"} or _CHANGES.search(words)):
            return "edit"
    return "call"


def _fill(
    resource: Resource, operation: Operation, documented: Documented
) -> Iterator[dict[str, str]]:
    """Yield which arguments are ids of known records: the record itself, or one it belongs to."""
    slots = re.findall(r"\{\+?([^}:=*]+)[^}]*\}", documented.path)
    ends = {*resource.parents, *resource.edge}
    for find in operation.find:
        named = _NAMED.search(find.by)
        if named is None:
            continue
        place, name, number = named.groups()
        if number is not None:
            if int(number) >= len(slots):
                continue
            place, name = "path", slots[int(number)]
        elif place == "args":
            inside = documented.method == "GET" or not documented.body
            place = "query" if inside else "body"
        edge = next((end for end, kind in resource.edge.items() if kind == find.resource), None)
        if find.resource == resource.name:
            yield {"in": place, "name": name, "with": "self"}
        elif edge is not None:
            yield {"in": place, "name": name, "with": edge, "resource": find.resource}
        elif find.resource in ends:
            yield {"in": place, "name": name, "with": find.resource, "resource": find.resource}
        else:
            yield {"in": place, "name": name, "with": "", "resource": find.resource}


def _is_filled(field: Mapping[str, Any], names: set[str]) -> bool:
    return len(field["path"]) == 1 and field["path"][0] in names


def _media(documented: Documented) -> MediaType | None:
    content = documented.body.content if documented.body else ()
    for wanted in ("json", "x-www-form-urlencoded"):
        for media in content:
            if wanted in media.type:
                return media
    return content[0] if content else None


def _parameters(
    app: TwinApp, documented: Documented, filled: set[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    common = set(app.twin.contract.common_parameters)
    for parameter in documented.parameters:
        if parameter.location not in {"path", "query"} or parameter.name in common:
            continue
        if (parameter.location, parameter.name) in filled:
            continue
        needed = parameter.required or parameter.location == "path"
        yield _field(
            [parameter.name], parameter.schema, app.twin.contract.schemas, needed,
            place=parameter.location, about=parameter.description,
        )  # fmt: skip


def _body(
    schema: Schema, schemas: Schemas, head: tuple[str, ...] = (), needed: bool = True
) -> Iterator[dict[str, Any]]:
    must = required(schema, schemas)
    for name, value in properties(schema, schemas).items():
        value = resolve(value, schemas)
        if value.get("readOnly") or name.startswith("_"):
            continue
        path = [*head, name]
        wanted = needed and name in must
        inner = properties(value, schemas)
        if inner and len(path) < _DEEP and "array" not in types(value, schemas):
            yield from _body(value, schemas, tuple(path), wanted)
        else:
            yield _field(path, value, schemas, wanted)


def _field(
    path: list[str], schema: Schema, schemas: Schemas, needed: bool, *, place: str = "body", about: str = ""
) -> dict[str, Any]:
    schema = resolve(schema, schemas)
    kinds = types(schema, schemas) - {"null"}
    options = schema.get("enum")
    kind = "json"
    if isinstance(options, list):
        kind = "choice"
    elif len(kinds) == 1 and kinds <= {"string", "integer", "number", "boolean"}:
        kind = next(iter(kinds))
    elif kinds == {"array"} and types(schema.get("items") or {}, schemas) == {"string"}:
        kind = "list"
    elif not kinds and place != "body":
        kind = "string"
    field: dict[str, Any] = {"path": path, "in": place, "type": kind, "required": needed}
    if kind == "choice":
        field["options"] = [option for option in options or () if option is not None]
    told = about or schema.get("description")
    if isinstance(told, str) and told:
        field["about"] = told.split("\n")[0][:200]
    if schema.get("format"):
        field["format"] = schema["format"]
    if "default" in schema:
        field["default"] = schema["default"]
    return field
