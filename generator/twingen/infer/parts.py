"""Parts of an item behind it in the path: a field that is written alone, a flag that a verb sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from twingen.contract.model import Operation as Documented, Schema
from twingen.contract.schemas import types
from twingen.infer.creating import record_fields
from twingen.infer.draft import Draft
from twingen.infer.edges import item_paths
from twingen.infer.evidence import (
    facts,
    is_object,
    record_properties,
    request_schema,
    segments,
    success_schema,
)  # fmt: skip
from twingen.infer.lists import ignored
from twingen.infer.words import kebab, participles
from twingen.twin.model import Answer, Find, Operation, Resource

Path = tuple[str, ...]
_UNDOES = {
    "restore": ("archived", "trashed", "deleted", "removed"),
    "undelete": ("deleted",),
    "enable": ("disabled",),
    "show": ("hidden",),
}
_TAKES_AWAY = frozenset({"delete", "remove", "destroy", "purge"})
_FIELDS = {
    "GET": ("read-field", "none"), "PUT": ("write-field", "replace"), "DELETE": ("delete-field", "delete"),
}  # fmt: skip


def parts(draft: Draft) -> Draft:
    """Give paths one word behind an item their meaning where the record has what they name.

    `/notes/{}/archive` sets the boolean `archived`, `/notes/{}/star` is put and deleted, and
    `/notes/{}/owner` writes the object `owner` with a body of its members.
    """
    items = item_paths(draft)
    by_path: dict[Path, dict[str, Documented]] = {}
    for operation in draft.contract.operations:
        path = segments(operation.path)
        if path[:-1] in items and "{" not in path[-1] and operation.key not in draft.operations:
            by_path.setdefault(path, {})[operation.method] = operation
    for path, methods in sorted(by_path.items()):
        resource, finds = items[path[:-1]]
        found = tuple(_flags(draft, path[-1], methods, resource, finds)) or tuple(
            _field(draft, path[-1], methods, resource, finds)
        )
        draft = draft.behaving(*found)
    return draft


def known_fields(draft: Draft, resource: Resource) -> dict[str, Schema]:
    """Return the fields of a record, by its schema's name or as its read answers."""
    found = record_fields(draft, resource)
    if found:
        return found
    reads = {o.key for o in draft.operations.values() if o.resource == resource.name and o.does == "read"}
    for operation in draft.contract.operations:
        if operation.key in reads:
            return record_properties(success_schema(operation), draft.contract)
    return {}


def _flags(
    draft: Draft, word: str, methods: dict[str, Documented], resource: Resource, finds: tuple[Find, ...]
) -> Iterator[Operation]:
    """Yield what sets or clears a boolean field that the word names or leads to."""
    booleans = {
        kebab(name.removeprefix("is")) if name[2:3].isupper() else kebab(name): name
        for name, schema in known_fields(draft, resource).items()
        if types(facts(schema, draft.contract)) == {"boolean"}
    }
    verb = kebab(word)
    bare = [one for one in methods.values() if one.body is None and one.method != "GET"]
    if {one.method for one in bare} >= {"PUT", "DELETE"} or {one.method for one in bare} >= {"POST", "DELETE"}:
        name = next((booleans[one] for one in (verb, *participles(verb)) if one in booleans), None)
        wanted = {"PUT": True, "POST": True, "DELETE": False}
        for operation in bare if name else ():
            yield _setting(draft, operation, resource, finds, {name or "": wanted[operation.method]})
        return
    for operation in bare:
        if operation.method not in {"POST", "PUT"} or verb in _TAKES_AWAY:
            continue
        set_by = next((booleans[one] for one in participles(verb) if one in booleans), None)
        undone = verb[2:] if verb.startswith("un") else ""
        cleared = [
            booleans[one] for one in (*participles(undone), *_UNDOES.get(verb, ())) if one in booleans
        ]
        if set_by is not None:
            yield _setting(draft, operation, resource, finds, {set_by: True})
        elif cleared:
            yield _setting(draft, operation, resource, finds, dict.fromkeys(cleared, False))


def _setting(
    draft: Draft, documented: Documented, resource: Resource, finds: tuple[Find, ...],
    fields: dict[str, bool],
) -> Operation:  # fmt: skip
    told = ", ".join(f"{name!r} {str(value).lower()}" for name, value in fields.items())
    answered = success_schema(documented)
    bare = answered is not None and not is_object(answered, draft.contract)
    return Operation(
        key=documented.key, does="update", effect="update", target="item", resource=resource.name,
        find=finds, set=fields, parameters=ignored(documented, set()), answer=Answer(empty=bare),
        inferred=(f"parts: makes {told}",),
    )  # fmt: skip


def _field(
    draft: Draft, word: str, methods: dict[str, Documented], resource: Resource, finds: tuple[Find, ...]
) -> Iterator[Operation]:
    """Yield what reads, writes and deletes an object field of the word's name."""
    fields = known_fields(draft, resource)
    name = next((one for one in fields if kebab(one) == kebab(word)), None)
    inner = set(record_properties(fields[name], draft.contract)) if name else set()
    put = methods.get("PUT")
    if name is None or not inner or put is None:
        return
    sent = set(record_properties(request_schema(put), draft.contract))
    if not sent or not sent <= inner:
        return
    for method, (does, effect) in _FIELDS.items():
        documented = methods.get(method)
        if documented is not None:
            operation = Operation(
                key=documented.key, does=does, effect="none", target="field", resource=resource.name,
                find=finds, field=name, parameters=ignored(documented, set()),
                inferred=(f"parts: {name!r} is a field of its own",),
            )  # fmt: skip
            yield replace(operation, effect=effect)  # type: ignore[arg-type]
