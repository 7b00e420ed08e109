"""Views: lists elsewhere of what is a resource already (`/users/search`, `/projects/{}/versions`)."""

from __future__ import annotations

from dataclasses import replace

from twingen.contract.model import Operation as Documented, Schema
from twingen.contract.schemas import types
from twingen.infer.creating import record_fields
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
from twingen.infer.lists import envelope_answer, ignored, paged
from twingen.infer.pages import page_parameters
from twingen.infer.words import kebab, singular
from twingen.twin.model import Find, Operation, Resource

Path = tuple[str, ...]
_SEARCH = frozenset({"search", "query", "list", "all", "find", "bulk", "batch"})


def views(draft: Draft) -> Draft:
    """List a resource's records at another path whose items have their schema.

    At the top the path must end in the resource's noun, in a word for searching behind its
    collection, or in the name of a boolean field, which then selects. Below an item the records
    are those that lie under it or that name it by id. What is qualified otherwise is no view.
    """
    items = item_paths(draft)
    homes = {path[:-1]: resource for path, (resource, _) in items.items()}
    for documented in draft.contract.operations:
        if documented.method != "GET" or documented.key in draft.operations or documented.host:
            continue
        if documented.key in draft.reasons or "#" in documented.path:
            continue
        found = list_items(success_schema(documented), draft.contract)
        path = segments(documented.path)
        if found is None or "{" in path[-1]:
            continue
        resource = _shown(draft, path, found[1], homes)
        if resource is None:
            continue
        place = _place(draft, path, resource, items)
        if place is not None:
            draft = _view(draft, documented, found[0], resource, *place)
    return draft


def _shown(
    draft: Draft, path: Path, item: Schema, homes: dict[Path, Resource]
) -> Resource | None:
    """Return the resource of which a list shows records: the only one of its items' schema, or the
    one whose collection is searched, where the items are much like its records.
    """
    home = homes.get(path[:-1])
    if home is not None and path[-1] in _SEARCH:
        mine, theirs = set(record_fields(draft, home)), set(record_properties(item, draft.contract))
        return home if theirs and len(mine & theirs) * 2 >= len(theirs) else None
    name = name_of(item)
    same = [r for r in draft.resources.values() if r.schema == name and not r.edge and not r.singleton]
    top = [resource for resource in same if not resource.parents]
    if name is None:
        return None
    return same[0] if len(same) == 1 else top[0] if len(top) == 1 else None


def _place(
    draft: Draft, path: Path, resource: Resource, items: dict[Path, tuple[Resource, tuple[Find, ...]]]
) -> tuple[tuple[Find, ...], dict[str, str | bool]] | None:
    """Return what the path names and what selects the records, None where it says something else."""
    ends = [end for end in range(1, len(path) + 1) if "{" in path[end - 1]]
    noun = singular(kebab(path[-1]))
    words = resource.name.split("-")
    own = noun in {"-".join(words[start:]) for start in range(len(words))}
    if not ends:
        flags = {
            kebab(name): name
            for name, schema in record_fields(draft, resource).items()
            if types(facts(schema, draft.contract)) == {"boolean"}
        }
        if kebab(path[-1]) in flags:
            return (), {flags[kebab(path[-1])]: True}
        searched = path[-1] in _SEARCH and len(path) > 1
        above = singular(kebab(path[-2])) if searched else noun
        if (resource.parents and (searched or len(path) < 2)) or above not in {"-".join(words[start:]) for start in range(len(words))}:
            return None
        return (), {}
    above_path = path[: ends[-1]]
    if above_path not in items or len(path) != ends[-1] + 1 or not own:
        return None
    parent, finds = items[above_path]
    if parent.name in resource.parents:
        return finds, {}
    where = _reference(draft, resource, parent, finds[-1].name)
    return None if where is None else (finds, where)


def _reference(
    draft: Draft, resource: Resource, parent: Resource, found: str
) -> dict[str, str | bool] | None:
    """Return the selection by the field in which records name their parent."""
    word = parent.name.split("-")[-1]
    key = parent.identity.field or "id"
    for field, schema in record_fields(draft, resource).items():
        inner = record_properties(schema, draft.contract)
        for path, member in ((field, schema), *((f"{field}.{name}", one) for name, one in inner.items())):
            called = kebab(path.replace(".", "-"))
            if called == f"{kebab(key)}-{word}" and not _sent(draft, resource, path):
                continue  # what nobody sends is derived, and not from what is known
            if called in {f"{word}-{kebab(key)}", f"{kebab(key)}-{word}"}:
                kinds = types(facts(member, draft.contract))
                value = f"{found.replace('-', '_')}.{key}"
                if kinds == {"integer"} and not parent.identity.number:
                    return {path: f"{{int({value})}}"}
                text = parent.identity.number and "integer" not in kinds
                return {path: f"{{{value}}}{{''}}" if text else f"{{{value}}}"}
    return None


def _sent(draft: Draft, resource: Resource, field: str) -> bool:
    """Return whether a create of the resource takes a field."""
    makes = {o.key for o in draft.operations.values() if o.resource == resource.name and o.effect == "create"}
    return any(
        field in record_properties(request_schema(one), draft.contract)
        for one in draft.contract.operations
        if one.key in makes
    )


def _view(
    draft: Draft, documented: Documented, member: str | None, resource: Resource,
    finds: tuple[Find, ...], where: dict[str, str | bool],
) -> Draft:  # fmt: skip
    style, draft = paged(draft, documented, member)
    operation = Operation(
        key=documented.key, does="list", effect="none", target="collection", resource=resource.name,
        find=finds, where=where, page=style.name if style else None,
        parameters=ignored(documented, page_parameters(style)),
        answer=envelope_answer(draft, documented, member, style),
        inferred=(f"views: shows what {resource.name!r} is" + (f", chosen by {', '.join(where)}" if where else ""),),
    )  # fmt: skip
    return replace(draft, operations={**draft.operations, documented.key: operation})
