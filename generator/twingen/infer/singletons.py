"""Singletons: `/org/settings` that is read and written as the only record of its kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twingen.contract.model import Operation as Documented
from twingen.contract.schemas import resolve
from twingen.infer.draft import Draft
from twingen.infer.edges import item_paths
from twingen.infer.evidence import (
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
from twingen.infer.lists import ignored
from twingen.infer.words import kebab, singular
from twingen.twin.model import Answer, Find, Identity, Operation, Resource

Path = tuple[str, ...]
_SHORT: dict[str, tuple[str, Any]] = {
    "PUT": ("write-singleton", "replace"),
    "PATCH": ("update-singleton", "update"),
    "POST": ("update-singleton", "update"),
    "DELETE": ("delete-singleton", "delete"),
}


def singletons(draft: Draft) -> Draft:
    """Make a singleton of a literal path whose GET answers an object that the same path writes.

    A GET of an object on the path is required: without one, a POST may as well be a command. It has
    one record for each record of the items that it lies under.
    """
    by_path: dict[Path, dict[str, Documented]] = {}
    for operation in draft.contract.operations:
        if not operation.host and "#" not in operation.path:
            by_path.setdefault(segments(operation.path), {})[operation.method] = operation
    items = item_paths(draft)
    for path, methods in sorted(by_path.items()):
        read = methods.get("GET")
        writes = [m for name, m in methods.items() if name in _SHORT and m.key not in draft.operations]
        if read is None or "{" in path[-1] or read.key in draft.operations or not writes:
            continue
        schema = success_schema(read)
        if not is_object(schema, draft.contract) or _many(draft, read):
            continue
        above = _above(path, items)
        if above is None or any(not _fits(draft, schema, write) for write in writes):
            continue
        seen = _part_of(draft, schema, above)
        draft = (
            _singleton(draft, path, read, writes, above) if not seen
            else draft.behaving(*_projection(draft, read, writes, above, seen))
        )
    return draft


def _part_of(draft: Draft, schema: Any, above: tuple[Find, ...]) -> tuple[str, ...]:
    """Return the paths that an answer shows of the item above, if all of it is the item's.

    Only records that keep their name in an object of its own are told by that: elsewhere two
    objects may well have fields of the same names.
    """
    item = draft.resources.get(above[-1].resource) if above else None
    if item is None or "." not in (item.identity.field or "") or name_of(schema) == item.schema:
        return ()
    mine, theirs = (_leaves(draft, one, 3) for one in (schema, draft.contract.schemas.get(item.schema or "")))
    plain = {path for path in mine if path not in {"kind", "apiVersion"}}
    return tuple(sorted(plain)) if item.identity.field in plain and plain <= theirs else ()


def _leaves(draft: Draft, schema: Any, depth: int) -> set[str]:
    found: set[str] = set()
    for name, member in record_properties(schema, draft.contract).items():
        inner = _leaves(draft, member, depth - 1) if depth else set()
        found |= {f"{name}.{one}" for one in inner} or {name}
    return found


def _projection(
    draft: Draft, read: Documented, writes: list[Documented], above: tuple[Find, ...], seen: tuple[str, ...]
) -> list[Operation]:
    """Return what reads and writes some paths of an item and leaves the rest of it alone."""
    name = above[-1].resource
    answer = Answer(only=seen)
    told = (f"singletons: it shows {len(seen)} paths of the {name} and no more",)
    operations = [
        Operation(
            key=read.key, does="read", effect="none", target="item", resource=name, find=above,
            parameters=ignored(read, set()), answer=answer, inferred=told,
        )
    ]  # fmt: skip
    for write in writes:
        if write.method in {"PUT", "PATCH"} and "json-patch" not in "".join(
            media.type for media in (write.body.content if write.body else ())
        ):
            operations.append(
                Operation(
                    key=write.key, does="update", effect="update", target="item", resource=name, find=above,
                    only=seen, parameters=ignored(write, set()), answer=answer, inferred=told,
                )
            )  # fmt: skip
    return operations


def _many(draft: Draft, read: Documented) -> bool:
    """Return whether what is read is a list in an envelope: an array of objects beside paging."""
    found = list_items(success_schema(read), draft.contract)
    if found is None:
        return False
    fields = record_properties(success_schema(read), draft.contract)
    return found[0] is None or len(fields) <= 3 or any(p.name in {"limit", "after", "startAt"} for p in read.parameters)


def _fits(draft: Draft, schema: Any, write: Documented) -> bool:
    """Return whether a write takes (mostly) the fields that the read answers."""
    if write.method == "DELETE":
        return True
    sent = record_properties(request_schema(write), draft.contract)
    mine = record_properties(schema, draft.contract)
    if not sent or not mine:
        return name_of(request_schema(write)) == name_of(schema) is not None
    return len(set(sent) & set(mine)) * 2 >= len(sent)


def _sent(draft: Draft, write: Documented, field: str) -> bool:
    """Return whether a write may carry a field, whatever the read's schema says of it."""
    schema = record_properties(request_schema(write), draft.contract).get(field)
    return schema is not None and not resolve(schema, draft.contract.schemas).get("readOnly")


def _above(
    path: Path, items: dict[Path, tuple[Resource, tuple[Find, ...]]]
) -> tuple[Find, ...] | None:
    ends = [end for end in range(1, len(path) + 1) if "{" in path[end - 1]]
    if not ends:
        return ()
    if not is_parameter(path[ends[-1] - 1]) or path[: ends[-1]] not in items:
        return None
    return items[path[: ends[-1]]][1]


def _singleton(
    draft: Draft, path: Path, read: Documented, writes: list[Documented], above: tuple[Find, ...]
) -> Draft:
    schema = success_schema(read)
    nouns = [singular(kebab(part)) for part in path if "{" not in part]
    name = nouns[-1]
    for count in range(2, len(nouns) + 1):
        if name not in draft.resources:
            break
        name = "-".join(nouns[-count:])
    if name in draft.resources:
        return draft
    fields = record_properties(schema, draft.contract)
    samples = [
        f"{operation.key} {status} #{example.name}"
        for operation in (read, *writes)
        for status, example in success_examples(operation)
        if isinstance(example.value, dict)
    ]
    where = "/" + "/".join(path)
    resource = Resource(
        name=name,
        about=f"The only record at {where}.",
        schema=name_of(schema),
        store=f"{draft.service.name}/{name}",
        identity=Identity(field=None),
        parents=tuple(find.name for find in above[-1:]),
        singleton=True,
        samples=tuple(samples),
        read_only=tuple(
            field for field, member in fields.items()
            if resolve(member, draft.contract.schemas).get("readOnly") and "." not in field
            and not any(_sent(draft, write, field) for write in writes)
        ),
        inferred=(f"singletons: {where} answers an object and is written",),
    )  # fmt: skip
    operations = [
        Operation(
            key=read.key, does="read-singleton", effect="none", target="singleton", resource=name,
            find=above, parameters=ignored(read, set()), inferred=("singletons: GET reads it",),
        )
    ]  # fmt: skip
    for write in writes:
        does, effect = _SHORT[write.method]
        operations.append(
            Operation(
                key=write.key, does=does, effect=effect, target="singleton", resource=name,
                find=above, parameters=ignored(write, set()),
                inferred=(f"singletons: {write.method} {effect}s it",),
            )
        )  # fmt: skip
    draft = replace(draft, resources={**draft.resources, name: resource})
    return draft.behaving(*operations)
