"""Edges: `/groups/{}/users/{}` that puts and takes away what is a record of its own elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twingen.contract.model import Operation as Documented
from twingen.infer.draft import Draft
from twingen.infer.evidence import is_parameter, list_items, name_of, segments, success_schema
from twingen.infer.lists import envelope_answer, ignored, paged
from twingen.infer.words import kebab, singular
from twingen.twin.model import Find, Operation, Resource, Through

Path = tuple[str, ...]


def edges(draft: Draft) -> Draft:
    """Make an edge of an item path that is only put (or posted) and deleted, and listed above.

    Its far end is the resource whose records the list shows, or whose name the path uses; without
    such a resource nothing is concluded.
    """
    by_path: dict[Path, dict[str, Documented]] = {}
    for operation in draft.contract.operations:
        if not operation.host and "#" not in operation.path:
            by_path.setdefault(segments(operation.path), {})[operation.method] = operation
    items = item_paths(draft)
    for path, methods in sorted(by_path.items()):
        if len(path) < 3 or not is_parameter(path[-1]) or path in items:
            continue
        made = methods.get("PUT") or methods.get("POST")
        gone = methods.get("DELETE")
        near = _near(path, items)
        if near is None or made is None or gone is None or made.key in draft.operations:
            continue
        listed = by_path.get(path[:-1], {}).get("GET")
        far = _far(draft, path[-2], listed, near[0])
        if far is None:
            continue
        draft = _edge(draft, path, (near[0], near[1]), far, made, gone, methods.get("GET"), listed)
    return draft


def _near(
    path: Path, items: dict[Path, tuple[Resource, tuple[Find, ...]]]
) -> tuple[Resource, tuple[Find, ...]] | None:
    """Return the item that an edge starts from: the nearest one above with only nouns between."""
    for end in range(len(path) - 2, 1, -1):
        if "{" in path[end - 1]:
            return items.get(path[:end])
    return None


def item_paths(draft: Draft) -> dict[Path, tuple[Resource, tuple[Find, ...]]]:
    """Return the resource and the look-ups of every item path that has a behaviour."""
    found: dict[Path, tuple[Resource, tuple[Find, ...]]] = {}
    for documented in draft.contract.operations:
        operation = draft.operations.get(documented.key)
        if operation is not None and operation.target == "item" and operation.effect != "transition":
            resource = draft.resources.get(operation.resource)
            if resource is not None and is_parameter(segments(documented.path)[-1]):
                found.setdefault(segments(documented.path), (resource, operation.find))
    return found


def _far(
    draft: Draft, noun: str, listed: Documented | None, near: Resource
) -> Resource | None:
    found = list_items(success_schema(listed), draft.contract) if listed else None
    schema = name_of(found[1]) if found else None
    top = [resource for resource in draft.resources.values() if not resource.parents and not resource.edge]
    if schema is not None:
        same = [resource for resource in top if resource.schema == schema]
        if len(same) == 1:
            return same[0]
    name = singular(kebab(noun))
    named = draft.resources.get(name)
    return named if named is not None and not named.parents and named is not near else None


def _edge(
    draft: Draft, path: Path, near: tuple[Resource, tuple[Find, ...]], far: Resource,
    made: Documented, gone: Documented, read: Documented | None, listed: Documented | None,
) -> Draft:  # fmt: skip
    parent, finds = near
    end = far.name if far.name != parent.name else f"other-{far.name}"
    name = f"{parent.name}-{singular(kebab(path[-2]))}"
    while name in draft.resources:
        name += "-edge"
    where = "/" + "/".join(path)
    edge = Resource(
        name=name,
        about=f"What {where} ties together.",
        store=f"{draft.service.name}/{name}",
        edge={parent.name: parent.name, end: far.name},
        inferred=(f"edges: {where} is put and deleted; {far.name!r} is what it leads to",),
    )
    number = sum(is_parameter(part) for part in path[:-1])
    other = Find(name=end, by=f"path[{number}]", resource=far.name)
    common: dict[str, Any] = {"resource": name, "find": (*finds, other)}
    operations = [
        Operation(
            key=made.key, does="link", effect="link", target="edge", parameters=ignored(made, set()),
            inferred=("edges: makes the edge",), **common,
        ),
        Operation(
            key=gone.key, does="unlink", effect="unlink", target="edge",
            parameters=ignored(gone, set()), inferred=("edges: takes the edge away",), **common,
        ),
    ]  # fmt: skip
    found = list_items(success_schema(listed), draft.contract) if listed else None
    if listed is not None and listed.key not in draft.operations and found is not None:
        style, draft = paged(draft, listed, found[0])
        operations.append(
            Operation(
                key=listed.key, does="list", effect="none", target="collection", resource=far.name,
                find=finds, through=Through(edge=name, take=end), page=style.name if style else None,
                parameters=ignored(listed, style_names(style)),
                answer=envelope_answer(draft, listed, found[0], style),
                inferred=("edges: lists what the edges lead to",),
            )
        )  # fmt: skip
    draft = replace(draft, resources={**draft.resources, name: edge})
    return draft.behaving(*operations)


def style_names(style: Any) -> set[str]:
    if style is None:
        return set()
    return {name for name in (style.limit, style.cursor, style.offset, style.number) if name}
