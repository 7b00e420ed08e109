"""Collections and their items: the basic create, read, list, replace, update and delete."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from twingen.contract.keys import parameter_names
from twingen.contract.model import Contract, Operation as Documented, Schema
from twingen.contract.schemas import properties, resolve, variants
from twingen.infer.conventions import literal
from twingen.infer.draft import Draft
from twingen.infer.evidence import (
    example_items,
    is_object,
    is_parameter,
    list_items,
    name_of,
    record_properties,
    request_schema,
    segments,
    success_examples,
    success_schema,
)  # fmt: skip
from twingen.infer.identity import identity, identity_field
from twingen.infer.pages import constant, envelope, page_parameters, paging
from twingen.infer.words import kebab, singular
from twingen.twin.model import Answer, Find, Operation, Paging, Resource, Treatment

Path = tuple[str, ...]
_BORN = ("created", "createdAt", "created_at", "createdDate", "createTime", "createdTime", "dateCreated")
_CHANGED = (
    "lastUpdated", "updated", "updatedAt", "updated_at", "updatedDate", "updateTime", "modified",
    "modifiedTime", "lastModified", "lastModifiedDate", "dateUpdated",
)  # fmt: skip

_VERSION = re.compile(r"^v?\d+(\.\d+)*$")


class _Place:
    """The operations on one item path and the collection path above it."""

    def __init__(self, item: Path, parameter: str):
        self.item = item
        self.parameter = parameter
        self.collection = item[:-1]
        self.on_item: dict[str, Documented] = {}
        self.on_collection: dict[str, Documented] = {}


def collections(draft: Draft) -> Draft:
    """Find `/things` with `/things/{id}` and give their operations the usual meanings.

    A place counts as a resource when its item can be read, or is made and listed above it; its
    parents are the resources of the item paths that it lies under. What does not fit is left to
    other passes, with the reason.
    """
    places = _places(draft)
    names = _names(places)
    resources: dict[Path, Resource] = {}
    for item in sorted(places, key=lambda path: (_depth(path), path)):
        place = places[item]
        parents = _parents(item, resources)
        if parents is None:
            for stray in _operations(place):
                draft = draft.because(stray.key, "it lies under something that is no known resource")
            continue
        resource = _resource(draft, place, names[item], [name for name, _ in parents])
        if resource is None:
            continue
        resources[item] = resource
        draft = replace(draft, resources={**draft.resources, resource.name: resource})
        for operation, style in _behaviours(draft, place, resource, parents):
            if style is not None:
                draft = _with_style(draft, style)
            draft = draft.behaving(operation)
    return draft


def _with_style(draft: Draft, style: Paging) -> Draft:
    service = draft.service
    return replace(draft, service=replace(service, paging={**service.paging, style.name: style}))


def _places(draft: Draft) -> dict[Path, _Place]:
    by_path: dict[Path, dict[str, Documented]] = defaultdict(dict)
    for operation in draft.contract.operations:
        if "#" not in operation.path and not operation.host:
            by_path[segments(operation.path)].setdefault(operation.method, operation)
    places: dict[Path, _Place] = {}
    for path, methods in by_path.items():
        if len(path) > 1 and is_parameter(path[-1]) and not is_parameter(path[-2]):
            if "{" not in path[-2]:
                place = _Place(path, parameter_names(next(iter(methods.values())).path)[-1])
                place.on_item = methods
                place.on_collection = by_path.get(path[:-1], {})
                places[path] = place
    for path, methods in by_path.items():
        _implied(path, next(iter(methods.values())), by_path, places, draft)
    return places


def _implied(
    path: Path, operation: Documented, by_path: dict[Path, dict[str, Documented]],
    places: dict[Path, _Place], draft: Draft,
) -> None:  # fmt: skip
    """Add the items that a path goes through without being documented themselves, if they are listed."""
    names = parameter_names(operation.path)
    for end in range(2, len(path)):
        item = path[:end]
        if not is_parameter(item[-1]) or "{" in item[-2] or item in places or item in by_path:
            continue
        listed = by_path.get(item[:-1], {}).get("GET")
        if listed is not None and list_items(success_schema(listed), draft.contract) is not None:
            place = _Place(item, names[sum("{" in part for part in item) - 1])
            place.on_collection = by_path[item[:-1]]
            places[item] = place


def _operations(place: _Place) -> Iterator[Documented]:
    yield from place.on_collection.values()
    yield from place.on_item.values()


def _names(places: dict[Path, _Place]) -> dict[Path, str]:
    """Name each place by its last noun, with the nouns above it where that is not enough.

    The place with the most operations has the first choice; path heads up to a version say nothing.
    """
    nouns = {path: _nouns(path) for path in places}
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in sorted(places, key=lambda path: (_depth(path), len(nouns[path]), -_size(places[path]), path)):
        words = nouns[path]
        for count in range(1, len(words) + 1):
            name = "-".join(words[-count:])
            if name not in taken:
                break
        else:
            number = 2
            while f"{'-'.join(words)}-{number}" in taken:
                number += 1
            name = f"{'-'.join(words)}-{number}"
        taken.add(name)
        names[path] = name
    return names


def _nouns(path: Path) -> list[str]:
    start = next((n + 1 for n, part in enumerate(path[:4]) if _VERSION.match(part)), 0)
    return [singular(kebab(segment)) for segment in path[start:-1] if "{" not in segment]


def _depth(path: Path) -> int:
    return sum("{" in segment for segment in path)


def _size(place: _Place) -> int:
    return len(place.on_item) + len(place.on_collection)


def _parents(item: Path, resources: dict[Path, Resource]) -> list[tuple[str, int]] | None:
    """Return (resource, number of its path parameter) for every parameter above; None if one is unknown."""
    found, number = [], 0
    for end in range(1, len(item)):
        if "{" in item[end - 1]:
            if not is_parameter(item[end - 1]):
                return None
            parent = resources.get(item[:end])
            if parent is None:
                return None
            found.append((parent.name, number))
            number += 1
    return found


def _resource(draft: Draft, place: _Place, name: str, parents: list[str]) -> Resource | None:
    contract = draft.contract
    read, listed = place.on_item.get("GET"), place.on_collection.get("GET")
    made = place.on_collection.get("POST")
    schema = success_schema(read) if read else None
    items = list_items(success_schema(listed), contract) if listed else None
    if not is_object(schema, contract):
        schema = success_schema(made) if made else None
        if not place.on_item and items is not None:
            schema = items[1]
        elif not (is_object(schema, contract) and items):
            return None
    assert schema is not None
    schema = _alive(schema, [success_schema(made) if made else None, items[1] if items else None], contract)
    fields = record_properties(schema, contract)
    if list_items(schema, contract) and "id" not in fields:
        return None
    parameter = place.parameter
    field = identity_field(parameter, name, fields)
    if field is None:
        return None
    sent = record_properties(request_schema(made), contract) if made else {}
    samples, values = _samples(place, items[0] if items else None, field)
    born = {path: "{now}" for path in _BORN if _server_set(fields.get(path), path in sent, draft)}
    changed = {path: "{now}" for path in _CHANGED if _server_set(fields.get(path), path in sent, draft)}
    where = f"/{'/'.join(place.item)}"
    return Resource(
        name=name,
        about=f"What {where} names.",
        schema=name_of(schema),
        store=f"{draft.service.name}/{name}",
        identity=identity(field, fields, sent, values, contract),
        parents=tuple(parents),
        samples=tuple(samples),
        defaults={} if samples else _required(fields, {field, *born, *changed}, contract),
        server_set=born,
        touch=changed,
        write_only=dict.fromkeys(_hidden(fields, sent, contract)),
        read_only=tuple(
            path for path, member in fields.items()
            if resolve(member, contract.schemas).get("readOnly") and path not in born
            and path not in changed and not _sendable(sent.get(path), contract)
        ),
        inferred=(f"collections: {where} answers an object with {field!r}",),
    )  # fmt: skip


def _sendable(schema: Schema | None, contract: Contract) -> bool:
    """Return whether requests may carry a field, whatever the answer's schema says of it."""
    return schema is not None and not resolve(schema, contract.schemas).get("readOnly")


def _alive(schema: Schema, others: list[Schema | None], contract: Contract) -> Schema:
    """Return the branch of a union that is made and listed as well: the rest is of records that are gone."""
    names = {name_of(branch) for branch in variants(schema, contract.schemas).values()} - {None}
    if name_of(schema) is None:
        for other in others:
            if name_of(other) in names and other is not None:
                return other
    return schema


def _required(fields: dict[str, Schema], known: set[str], contract: Contract) -> dict[str, Any]:
    """Return what a record has that nobody sends, where no example shows one: constants, defaults."""
    found: dict[str, Any] = {}
    for name, schema in fields.items():
        if name in known or "." in name:
            continue
        fixed = constant(schema, contract)
        plain = resolve(schema, contract.schemas)
        if fixed is not None:
            found[name] = literal(fixed)
        elif "default" in plain:
            found[name] = literal(plain["default"])
        elif plain.get("format") == "unix-time" and name in _BORN:
            found[name] = "{int(epoch)}"
    return found


def _hidden(
    fields: dict[str, Schema], sent: dict[str, Schema], contract: Contract
) -> list[str]:
    """Return the paths that are never shown: sent but not part of the record, or flagged writeOnly."""
    if not fields:
        return []
    found = [name for name in sent if name not in fields and "." not in name]

    def walk(members: dict[str, Schema], path: str, depth: int) -> None:
        for name, schema in members.items():
            plain = resolve(schema, contract.schemas)
            if "." in name or (path == "" and name in found):
                continue
            if plain.get("writeOnly") or schema.get("writeOnly"):
                found.append(f"{path}{name}")
            elif depth < 3 and plain.get("type") == "object":
                walk(properties(plain, contract.schemas), f"{path}{name}.", depth + 1)

    walk({**sent, **fields}, "", 0)
    return list(dict.fromkeys(found))


def _server_set(schema: Schema | None, sent: bool, draft: Draft) -> bool:
    if schema is None:
        return False
    plain = resolve(schema, draft.contract.schemas)
    if sent and not plain.get("readOnly"):
        return False
    types = plain.get("type")
    return plain.get("format") == "date-time" or (types == "string" and "enum" not in plain)


def _samples(place: _Place, member: str | None, field: str) -> tuple[list[str], list[Any]]:
    references, values = [], []
    for operation in (place.on_collection.get("POST"), place.on_item.get("GET"), place.on_item.get("PUT")):
        for status, example in success_examples(operation) if operation else ():
            if isinstance(example.value, dict) and field in example.value:
                assert operation is not None
                references.append(f"{operation.key} {status} #{example.name}")
                values.append(example.value[field])
    listed = place.on_collection.get("GET")
    for status, example in success_examples(listed) if listed else ():
        items = [item for item in example_items(example.value, member) if isinstance(item, dict)]
        values += [item[field] for item in items if field in item]
        if items and all(field in item for item in items):
            assert listed is not None
            inside = f"{member}[]" if member else "[]"
            references.append(f"{listed.key} {status} #{example.name} @{inside}")
    return references, values


def _behaviours(
    draft: Draft, place: _Place, resource: Resource, parents: list[tuple[str, int]]
) -> Iterator[tuple[Operation, Paging | None]]:
    above = tuple(Find(name=name, by=f"path[{number}]", resource=name) for name, number in parents)
    own = Find(name=resource.name, by=f"path[{len(parents)}]", resource=resource.name)
    contract = draft.contract
    listed, made = place.on_collection.get("GET"), place.on_collection.get("POST")
    if listed is not None:
        operation = _list(draft, listed, resource, above)
        if operation is not None:
            yield operation
    if made is not None and is_object(request_schema(made), contract):
        answered = success_schema(made)
        same = answered is None or name_of(answered) == resource.schema or _alike(answered, resource, draft)
        if same or resource.identity.field in record_properties(answered, contract):
            creating = _operation(draft, made, "create", "create", "collection", resource, above)
            exactly = answered is None or name_of(answered) == resource.schema
            answer = _projection(made, answered, exactly, draft)
            if place.on_item.get("GET") and any(r.status == "201" for r in made.responses):
                answer = replace(answer, headers={"location": _location(made, resource)})
            yield replace(creating, answer=answer), None
    for method, does, effect in (
        ("GET", "read", "none"), ("PUT", "replace", "replace"), ("PATCH", "update", "update"),
        ("DELETE", "delete", "delete"), ("POST", "update", "update"),
    ):  # fmt: skip
        documented = place.on_item.get(method)
        if documented is None or (method == "POST" and not is_object(request_schema(documented), contract)):
            continue
        behaviour = _operation(draft, documented, does, effect, "item", resource, (*above, own))
        if method == "PUT" and made is None:
            behaviour = _upsert(behaviour, documented, resource, own, draft)
        if does == "delete":
            behaviour = replace(behaviour, answer=_gone(documented, resource, draft))
        yield behaviour, None


def _gone(documented: Documented, resource: Resource, draft: Draft) -> Answer:
    """Return what a delete answers: the record, or of a body of its own what is known of it."""
    schema = success_schema(documented)
    if schema is None or name_of(schema) == resource.schema:
        return Answer()
    mine = draft.contract.schemas.get(resource.schema or "", {})
    ours = set(record_properties(mine, draft.contract))
    body: dict[str, Any] = {}
    for name, member in record_properties(schema, draft.contract).items():
        fixed = constant(member, draft.contract)
        if fixed is not None:
            body[name] = fixed
        elif name == resource.identity.field or name in ours:
            body[name] = f"{{record.{name}}}" if name.isidentifier() else "{nothing}"
    return Answer(body=body) if body else Answer()


def _upsert(
    replacing: Operation, documented: Documented, resource: Resource, own: Find, draft: Draft
) -> Operation:
    """Let a PUT make what is not there yet, under the name that the client chose.

    Where nothing else makes records, this does. A body of any kind is the record's `value`, if it
    has one.
    """
    mine = draft.contract.schemas.get(resource.schema or "", {})
    fields = set(record_properties(mine, draft.contract))
    free = not record_properties(request_schema(documented), draft.contract)
    return replace(
        replacing,
        does="upsert",
        effect="upsert",
        find=(*replacing.find[:-1], replace(own, optional=True)),
        input={"value": "{body}"} if free and "value" in fields else None,
        inferred=("collections: PUT makes it where nothing else does",),
    )


def _location(made: Documented, resource: Resource) -> str:
    """Return the template of a new record's address, for the Location header of a 201."""
    parts, number = [], 0
    for part in made.path.split("/"):
        if is_parameter(part):
            part, number = f"{{quote(path[{number}])}}", number + 1
        parts.append(part)
    return "{base}" + "/".join(parts).rstrip("/") + f"/{{quote(record.{resource.identity.field})}}"


def _projection(made: Documented, answered: Schema | None, same: bool, draft: Draft) -> Answer:
    """Return what a create answers where that is less than the whole record."""
    if answered is None or same:
        return Answer()
    names = next((list(e.value) for _, e in success_examples(made) if isinstance(e.value, dict)), None)
    return Answer(only=tuple(names or record_properties(answered, draft.contract)))


def _alike(schema: Schema, resource: Resource, draft: Draft) -> bool:
    mine = draft.contract.schemas.get(resource.schema or "", {})
    ours = set(properties(mine, draft.contract.schemas))
    theirs = set(record_properties(schema, draft.contract))
    return bool(theirs) and len(ours & theirs) >= 0.6 * len(theirs)


def _operation(
    draft: Draft, documented: Documented, does: str, effect: Any, target: Any, resource: Resource,
    find: tuple[Find, ...],
) -> Operation:  # fmt: skip
    return Operation(
        key=documented.key,
        does=does,
        effect=effect,
        target=target,
        resource=resource.name,
        find=find,
        parameters=ignored(documented, set()),
        inferred=(f"collections: {documented.method} of {does}",),
    )


def ignored(documented: Documented, known: set[str]) -> dict[str, Treatment]:
    return {
        parameter.name: Treatment(use="ignored", options={"why": "no rule tells what it does"})
        for parameter in documented.parameters
        if parameter.location == "query" and parameter.name not in known
    }


def _list(
    draft: Draft, documented: Documented, resource: Resource, above: tuple[Find, ...]
) -> tuple[Operation, Paging | None] | None:
    found = list_items(success_schema(documented), draft.contract)
    if found is None:
        return None
    style, _ = paged(draft, documented, found[0])
    return (
        Operation(
            key=documented.key,
            does="list",
            effect="none",
            target="collection",
            resource=resource.name,
            find=above,
            page=style.name if style else None,
            parameters=ignored(documented, page_parameters(style)),
            answer=envelope_answer(draft, documented, found[0], style),
            inferred=("collections: GET answers a list of it",),
        ),
        style,
    )


def paged(
    draft: Draft, documented: Documented, member: str | None
) -> tuple[Paging | None, Draft]:
    """Return the paging style of a list, and the draft that knows it."""
    style = paging(documented, member is not None, draft.contract)
    if style is None:
        return None, draft
    style = _distinct(draft, style)
    return style, _with_style(draft, style)


def envelope_answer(
    draft: Draft, documented: Documented, member: str | None, style: Paging | None
) -> Answer:
    """Return what is around the records of a list: nothing where the list is a bare array."""
    if member is None:
        return Answer()
    fields = record_properties(success_schema(documented), draft.contract)
    return Answer(body=envelope(member, fields, style, draft.contract))


def _distinct(draft: Draft, style: Paging) -> Paging:
    """Return the style under a name of its own, shared by the lists that are paged alike."""
    name, number = style.name, 2
    while True:
        candidate = replace(style, name=name)
        if draft.service.paging.get(name, candidate) == candidate:
            return candidate
        name, number = f"{style.name}-{number}", number + 1
