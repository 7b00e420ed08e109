"""Records that are made and listed under an item and read elsewhere: `/issues/{}/comments`, `/comments/{}`."""

from __future__ import annotations

from dataclasses import replace

from twingen.contract.model import Operation as Documented
from twingen.infer.creating import created
from twingen.infer.draft import Draft
from twingen.infer.edges import item_paths
from twingen.infer.evidence import is_object, name_of, request_schema, segments, success_schema
from twingen.infer.lists import ignored, listing, with_style
from twingen.infer.words import kebab, singular
from twingen.twin.model import Find, Operation, Resource

Path = tuple[str, ...]


def nested(draft: Draft) -> Draft:
    """Let a POST below an item make a resource that nothing else makes, if it answers its schema.

    The path must end in the resource's noun, and be the only one that makes it; the item becomes
    one of its parents, and the GET beside the POST lists what lies under it.
    """
    items = item_paths(draft)
    by_path: dict[Path, dict[str, Documented]] = {}
    for operation in draft.contract.operations:
        if not operation.host and "#" not in operation.path and operation.key not in draft.operations:
            by_path.setdefault(segments(operation.path), {})[operation.method] = operation
    found: dict[str, list[Path]] = {}
    for path, methods in by_path.items():
        made = methods.get("POST")
        if made is None or path[:-1] not in items or not is_object(request_schema(made), draft.contract):
            continue
        for resource in _made(draft, made, path):
            found.setdefault(resource.name, []).append(path)
    for name, places in found.items():
        if len(places) == 1:
            draft = _under(draft, draft.resources[name], by_path[places[0]], *items[places[0][:-1]])
    return draft


def _made(draft: Draft, made: Documented, path: Path) -> list[Resource]:
    """Return the resource of a POST's answer, if nothing makes it yet and the path calls it so."""
    schema = name_of(success_schema(made))
    makes = {o.resource for o in draft.operations.values() if o.effect in {"create", "upsert"}}
    same = [one for one in draft.resources.values() if schema is not None and one.schema == schema]
    noun = singular(kebab(path[-1]))
    return [one for one in same if len(same) == 1 and one.name not in makes and one.name.split("-")[-1] == noun]


def _under(
    draft: Draft, resource: Resource, methods: dict[str, Documented], parent: Resource, finds: tuple[Find, ...]
) -> Draft:
    made, listed = methods["POST"], methods.get("GET")
    answer = created(draft, made, resource, False)
    if answer is None or resource.name == parent.name:
        return draft
    parents = tuple(dict.fromkeys((*resource.parents, parent.name)))
    told = (f"nested: made below a {parent.name}, read elsewhere",)
    operations = [
        Operation(
            key=made.key, does="create", effect="create", target="collection", resource=resource.name,
            find=finds, parameters=ignored(made, set()), answer=answer, inferred=told,
        )
    ]  # fmt: skip
    shown = listing(draft, listed, resource, finds) if listed is not None else None
    if shown is not None:
        operation, style = shown
        operations.append(replace(operation, inferred=told))
        if style is not None:
            draft = with_style(draft, style)
    draft = replace(
        draft, resources={**draft.resources, resource.name: replace(resource, parents=parents)}
    )
    return draft.behaving(*operations)
