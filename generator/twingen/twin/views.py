"""Which view suits which resource, where ui.yaml does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from twingen.contract.schemas import Schemas, properties, resolve, types
from twingen.twin.model import Operation, Resource, Twin, View

_COLUMNS = 5
# Objects whose fields are as good as the record's own.
_BAGS = frozenset({"profile", "properties", "attributes", "fields", "spec"})
_SCALARS = frozenset({"string", "integer", "number", "boolean"})
_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
# By these a person knows a record, best first.
_LABELS = (
    "displayName", "display_name", "name", "title", "summary", "subject", "label", "login", "email",
    "real_name", "text", "key", "type", "id",
)  # fmt: skip
_TEXTS = ("text", "body", "content", "message", "snippet")
_SPEAKERS = ("user", "author", "from", "sender", "username", "creator")
_ABOVE = ("parent", "parents", "parentId", "parent_id", "folderId", "folder_id")
_STATES = ("status", "state")
# Worth a column before others.
_TELLING = (
    "firstName", "first_name", "lastName", "last_name", "real_name", "email", "emailAddress", "role",
    "type", "mimeType", "description", "purpose", "value", "count", "size",
)  # fmt: skip
_TIMES = ("created", "createdTime", "created_at", "createdAt", "ts", "date", "lastUpdated", "updated")
_NOISE = re.compile(
    r"(url|uri|link|href|etag|kind|hash|token|password|secret|image|icon|color|photo"
    r"|updated|changed|normalized|previous)",
    re.I,
)


def views(twin: Twin) -> tuple[View, ...]:
    """Return a view for every resource: those of ui.yaml in its order, then those concluded here."""
    resources = {resource.name: resource for resource in twin.resources}
    said = [view for view in twin.views if view.resource in resources]
    named = {view.resource for view in said}
    rest = [_concluded(one, twin) for one in twin.resources if one.name not in named]
    return (*said, *sorted(rest, key=lambda view: (view.minor, _rank(resources[view.resource]))))


def _rank(resource: Resource) -> tuple[int, int]:
    """Return what orders resources: those without parents first, then by how much they can do."""
    return (len(resource.parents) + 2 * bool(resource.edge), -len(resource.operations))


def _concluded(resource: Resource, twin: Twin) -> View:
    schemas = twin.contract.schemas
    fields = dict(_scalars(resource, schemas))
    label = _label(resource, fields)
    view = View(
        resource=resource.name,
        title=_title(resource),
        label=label,
        columns=_columns(resource, fields, label),
        minor=not any(_works(operation) for operation in resource.operations),
    )
    return _shaped(view, resource, set(_top(resource, schemas)))


def _works(operation: Operation) -> bool:
    """Return whether an operation lets clients see or make records of its resource."""
    return operation.effect != "none" or operation.does in {"handle", "list", "read", "dispatch"}


def _shaped(view: View, resource: Resource, top: set[str]) -> View:
    if resource.singleton:
        return replace(view, view="detail")
    above = next((name for name in _ABOVE if name in top), None)
    if resource.name in resource.parents:
        return replace(view, view="tree", by=resource.name)
    if above is not None and not resource.parents:
        return replace(view, view="tree", by=above)
    text = next((name for name in _TEXTS if name in top), None)
    if text is not None and resource.parents and any(name in top for name in _SPEAKERS):
        speaker = next(name for name in _SPEAKERS if name in top)
        return replace(view, view="thread", label=text, by=speaker)
    if resource.lifecycle is not None:
        return replace(view, view="board", by=resource.lifecycle.field)
    return view


def _title(resource: Resource) -> str:
    words = resource.name.replace("-", " ").replace("_", " ")
    title = words[:1].upper() + words[1:]
    if resource.singleton or title.endswith("s"):
        return title
    if title.endswith("y") and title[-2:-1] not in set("aeiou"):
        return title[:-1] + "ies"
    return title + ("es" if title.endswith(("x", "ch", "sh")) else "s")


def _top(resource: Resource, schemas: Schemas) -> Mapping[str, object]:
    return properties(schemas.get(resource.schema or "", {}), schemas)


def _scalars(resource: Resource, schemas: Schemas) -> Iterator[tuple[str, str]]:
    """Yield path and type of the scalar fields of a record and of its bags."""
    for name, schema in properties(schemas.get(resource.schema or "", {}), schemas).items():
        kinds = types(schema, schemas)
        if kinds & _SCALARS:
            yield name, next(iter(kinds & _SCALARS))
        elif name in _BAGS:
            for inner, below in properties(resolve(schema, schemas), schemas).items():
                kinds = types(below, schemas)
                if kinds & _SCALARS:
                    yield f"{name}.{inner}", next(iter(kinds & _SCALARS))


def _label(resource: Resource, fields: Mapping[str, str]) -> str | None:
    for path in resource.identity.also:
        if _PLAIN.fullmatch(path) and path in fields:
            return path
    for wanted in _LABELS:
        for path in fields:
            if path.rpartition(".")[2] == wanted:
                return path
        if wanted == "login":
            for unique in resource.unique:
                if unique.fields[0] in fields:
                    return unique.fields[0]
    return None


def _columns(resource: Resource, fields: Mapping[str, str], label: str | None) -> tuple[str, ...]:
    chosen = [label] if label else []
    state = resource.lifecycle.field if resource.lifecycle else None
    state = state or next((name for name in _STATES if name in fields), None)
    time = next((name for name in _TIMES if name in fields), None)

    def order(path: str) -> int:
        last = path.rpartition(".")[2]
        return _TELLING.index(last) if last in _TELLING else len(_TELLING)

    for path in sorted(fields, key=order):
        last = path.rpartition(".")[2]
        dull = last == "id" or last.endswith(("Id", "_id")) or _NOISE.search(last)
        if dull or path in (*chosen, state, time) or last in _TIMES or fields[path] == "boolean":
            continue
        if len(chosen) >= _COLUMNS - bool(state) - bool(time):
            break
        chosen.append(path)
    if state:
        chosen.append(state)
    if time and time not in chosen:
        chosen.append(time)
    return tuple(chosen)
