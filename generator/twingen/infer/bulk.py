"""Operations on several records at once: made from a list in the body, fetched or deleted by their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from twingen.contract.model import Operation as Documented, Schema
from twingen.contract.schemas import required, types
from twingen.infer.draft import Draft
from twingen.infer.edges import item_paths
from twingen.infer.evidence import (
    facts,
    list_items,
    name_of,
    record_properties,
    request_schema,
    segments,
    success_schema,
)
from twingen.infer.lists import ignored
from twingen.infer.pages import WHOLE, constant
from twingen.infer.parts import known_fields
from twingen.infer.words import kebab, singular
from twingen.twin.model import Answer, Find, Operation, Resource

Path = tuple[str, ...]
_BULK = frozenset({"bulk", "batch", "many", "multiple"})
_MAKES = _BULK | {"create", "bulk-create", "batch-create", "import", "createmany"}
_FETCHES = _BULK | {"list", "fetch", "get", "read", "bulk-fetch", "bulkfetch", "batch-get", "batch-read", "bulk-get"}
_DELETES = _BULK | {"delete", "remove", "archive", "bulk-delete", "batch-delete", "delete-many"}
_GONE = frozenset({"delete", "remove", "bulk-delete", "batch-delete", "delete-many"})


class Home(NamedTuple):
    """The resource of a collection, and what is found above it."""

    resource: Resource
    above: tuple[Find, ...]


class Listed(NamedTuple):
    """A list in a request: the expression for it, its member's name, its items, its neighbours."""

    each: str
    member: str
    items: Schema
    beside: tuple[str, ...]


def bulk(draft: Draft) -> Draft:
    """Do to each member of a list what the same request for one would do.

    A list of objects that are much like a resource's records, posted to its collection or to
    `bulk` behind or beside it, makes them; put, it changes those that its members name. A list of
    ids fetches or deletes them, where the path's last word or the method says which.
    """
    homes = _homes(draft)
    for documented in draft.contract.operations:
        if documented.host or "#" in documented.path:
            continue
        known = draft.operations.get(documented.key)
        if known is not None and known.effect != "create":
            continue
        operation = next(_understood(draft, documented, homes), None)
        if operation is not None:
            draft = _chosen_names(draft, operation).behaving(operation)
    return draft


def _chosen_names(draft: Draft, operation: Operation) -> Draft:
    """Let records that are made under names of the client's choice keep those."""
    resource = draft.resources[operation.resource]
    if operation.effect != "upsert" or resource.identity.take is not None:
        return draft
    named = replace(resource, identity=replace(resource.identity, take=f"input.{resource.identity.field}"))
    return replace(draft, resources={**draft.resources, resource.name: named})


def _homes(draft: Draft) -> dict[Path, Home]:
    """Return the collections, by the paths of their items and of what lists or makes records."""
    homes: dict[Path, Home] = {}
    for path, (resource, finds) in item_paths(draft).items():
        if not resource.edge and not resource.singleton and finds:
            homes[path[:-1]] = Home(resource, finds[:-1])
    for documented in draft.contract.operations:
        known = draft.operations.get(documented.key)
        if known is not None and known.target == "collection" and not known.where and known.through is None:
            resource = draft.resources[known.resource]
            if not resource.edge:
                homes.setdefault(segments(documented.path), Home(resource, known.find))
    return homes


def _elsewhere(draft: Draft, documented: Documented, path: Path) -> Home | None:
    """Return the resource whose records are fetched by id at the top, though they lie under others."""
    found = list_items(success_schema(documented), draft.contract)
    name = name_of(found[1]) if found is not None else None
    same = [one for one in draft.resources.values() if one.schema == name is not None and not one.edge]
    if len(same) != 1 or len(path) < 2 or any("{" in part for part in path):
        return None
    return Home(same[0], ()) if singular(kebab(path[-2])) == same[0].name.split("-")[-1] else None


def _understood(draft: Draft, documented: Documented, homes: dict[Path, Home]) -> Iterator[Operation]:
    path = segments(documented.path)
    at, behind = homes.get(path), homes.get(path[:-1])
    word = kebab(path[-1])
    listed = _listed(draft, documented)
    if documented.method == "DELETE" and at is not None:
        yield from _by_query(draft, documented, at)
    if listed is None:
        return
    objects = bool(record_properties(listed.items, draft.contract))
    if documented.method in {"POST", "PUT", "PATCH"} and objects:
        named = set(_named(homes, path[:-1], listed.member)) if word in _BULK else set()
        beside = homes[next(iter(named))] if len(named) == 1 else None
        home = at or (behind if word in _MAKES else None) or beside
        if home is not None:
            yield from _each(draft, documented, home, listed)
    behind = behind or _elsewhere(draft, documented, path)
    if documented.method == "POST" and not objects and behind is not None and not listed.beside:
        if not _ids(listed.member, behind.resource):
            return
        if word in _GONE and success_schema(documented) is None:
            yield _of_ids(documented, behind, listed.each, "delete", Answer(empty=True))
        answer = _records(draft, documented, behind.resource) if word in _FETCHES else None
        if answer is not None:
            yield _of_ids(documented, behind, listed.each, "read", answer)


def _named(homes: dict[Path, Home], place: Path, member: str) -> Iterator[Path]:
    """Yield the collections directly under a path whose noun is the list's name."""
    for path in homes:
        nouns = [singular(kebab(word)).replace("-", "") for word in (path[-1], member)]
        if path[:-1] == place and nouns[0] == nouns[1]:
            yield path


def _listed(draft: Draft, documented: Documented) -> Listed | None:
    """Return the only list in a request's body, or the list that it is."""
    schema = request_schema(documented)
    if schema is None:
        return None
    plain = facts(schema, draft.contract)
    if "array" in types(plain) and isinstance(plain.get("items"), dict):
        return Listed("body", "", plain["items"], ())
    found = []
    fields = record_properties(schema, draft.contract)
    for name, member in fields.items():
        inner = facts(member, draft.contract)
        if "array" in types(inner) and isinstance(inner.get("items"), dict) and name.isidentifier():
            found.append((name, inner["items"]))
    objects = [one for one in found if record_properties(one[1], draft.contract)]
    chosen = found if len(found) == 1 else objects
    if len(chosen) != 1:
        return None
    name, items = chosen[0]
    return Listed(f"body.{name}", name, items, tuple(other for other in fields if other != name))


def _ids(name: str, resource: Resource) -> bool:
    """Return whether a list is called after the identifiers of a resource: `ids`, `userIds`."""
    own = kebab(resource.identity.field or "id")
    words = resource.name.split("-")
    mine = {"-".join([*words[start:], own]) for start in range(len(words))} | {own}
    return not name or singular(kebab(name)) in mine


def _each(draft: Draft, documented: Documented, home: Home, listed: Listed) -> Iterator[Operation]:
    """Yield the making or changing of a record for each member of a list."""
    resource = home.resource
    fields = known_fields(draft, resource)
    sent = record_properties(listed.items, draft.contract)
    known = draft.operations.get(documented.key)
    alike = len(set(sent) & set(fields)) * 2 >= len(sent) or _sent_alone(draft, listed.items, resource)
    if listed.member in fields or not fields or not alike:
        return
    field = resource.identity.field or "id"
    names = field in sent and field.isidentifier()
    own = Find(name=resource.name, by=f"each.{field}", resource=resource.name)
    shared = [name for name in listed.beside if name in fields and name.isidentifier()]
    picked = ", ".join(repr(name) for name in shared)
    common: dict[str, Any] = {
        "key": documented.key, "target": "item", "resource": resource.name, "many": True,
        "each": listed.each, "input": f"{{merge(pick(body, {picked}), each)}}" if shared else "{each}",
        "parameters": ignored(documented, set()),
    }  # fmt: skip
    told = f"bulk: each of {listed.member or 'the body'!r} is a {resource.name}"
    if documented.method != "POST":
        answer = _records(draft, documented, resource)
        if names and answer is not None and known is None:
            yield Operation(
                does="update", effect="update", find=(*home.above, own), answer=answer, inferred=(told,), **common
            )
        return
    answer = _records(draft, documented, resource)
    if answer is None:
        return
    made = any(o.resource == resource.name and o.effect == "create" for o in draft.operations.values())
    chosen = names and not made and not facts(sent[field], draft.contract).get("readOnly")
    if names and (chosen or resource.identity.take is not None):
        own = replace(own, optional=True)
        yield Operation(
            does="upsert", effect="upsert", find=(*home.above, own), answer=answer, inferred=(told,), **common
        )
    else:
        common["target"] = "collection"
        yield Operation(
            does="create", effect="create", find=home.above, answer=answer, inferred=(told,), **common
        )


def _sent_alone(draft: Draft, items: Schema, resource: Resource) -> bool:
    """Return whether the create of one record takes what the list has as members."""
    makes = {o.key for o in draft.operations.values() if o.resource == resource.name and o.effect == "create"}
    return name_of(items) is not None and any(
        name_of(request_schema(one)) == name_of(items)
        for one in draft.contract.operations
        if one.key in makes
    )


def _by_query(draft: Draft, documented: Documented, home: Home) -> Iterator[Operation]:
    """Yield the deletion of the records that a required list in the query names."""
    asked = [p for p in documented.parameters if p.location == "query" and p.required]
    if len(asked) != 1 or not _ids(asked[0].name, home.resource) or not asked[0].name.isidentifier():
        return
    if "array" in types(facts(asked[0].schema, draft.contract)):
        each = f"query.{asked[0].name}"
        operation = _of_ids(documented, home, each, "delete", Answer(empty=True))
        yield replace(operation, parameters=ignored(documented, {asked[0].name}))


def _of_ids(documented: Documented, home: Home, each: str, does: str, answer: Answer) -> Operation:
    resource = home.resource
    find = Find(name=resource.name, by="each", resource=resource.name, optional=does == "read")
    return Operation(
        key=documented.key, does=does, effect="delete" if does == "delete" else "none", target="item",
        resource=resource.name, many=True, each=each, find=(*home.above, find),
        parameters=ignored(documented, set()), answer=answer,
        inferred=(f"bulk: {each} names each {resource.name} that it {does}s",),
    )  # fmt: skip


def _records(draft: Draft, documented: Documented, resource: Resource) -> Answer | None:
    """Return an answer of the records, or of their ids, in what is documented around them.

    None where the answer is something else, or needs something that is not known.
    """
    schema = success_schema(documented)
    if schema is None:
        return Answer(empty=True)
    if name_of(schema) is None and not record_properties(schema, draft.contract) and not types(
        facts(schema, draft.contract)
    ):
        return Answer(empty=True)
    found = list_items(schema, draft.contract)
    if found is not None and found[0] is None:
        shown = _shown(draft, found[1], resource)
        return None if shown is None else Answer(body=shown)
    body: dict[str, Any] = {}
    told = False
    for name, member in record_properties(schema, draft.contract).items():
        plain = facts(member, draft.contract)
        fixed = constant(member, draft.contract)
        items = plain.get("items")
        shown = None
        if "array" in types(plain) and isinstance(items, dict) and not told:
            shown = _shown(draft, items, resource) if not _fails(name) else None
        if shown is not None:
            body[name], told = shown, True
        elif fixed is not None:
            body[name] = fixed
        elif name in WHOLE:
            body[name] = WHOLE[name]
        elif "array" in types(plain):
            body[name] = []
        elif name in required(schema, draft.contract.schemas):
            return None
    return Answer(body=body) if told else None


def _fails(name: str) -> bool:
    return any(word in name.lower() for word in ("error", "fail", "reject", "unknown", "missing"))


def _shown(draft: Draft, items: Schema, resource: Resource) -> Any:
    """Return what stands for each record: itself, some of its fields, or its id."""
    if name_of(items) is not None and name_of(items) == resource.schema:
        return "{records}"
    fields = known_fields(draft, resource)
    theirs = record_properties(items, draft.contract)
    field = resource.identity.field or "id"
    if not theirs and types(facts(items, draft.contract)) <= {"string", "integer"}:
        return f"{{pluck(records, {field!r})}}" if types(facts(items, draft.contract)) else None
    if field not in theirs or len(set(theirs) & set(fields)) * 2 < len(theirs):
        return None
    if set(required(items, draft.contract.schemas)) - set(fields):
        return None
    give = {name: f"{{either(one.{name}, nothing)}}" for name in theirs if name in fields and name.isidentifier()}
    return {"$each": "records", "as": "one", "give": give}
