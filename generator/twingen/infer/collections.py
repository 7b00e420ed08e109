"""Collections and their items: the basic create, read, list, replace, update and delete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from twingen.contract.model import Operation as Documented
from twingen.contract.schemas import required, types
from twingen.infer.creating import created, gone, record_fields
from twingen.infer.draft import Draft
from twingen.infer.evidence import (
    facts,
    is_object,
    is_parameter,
    name_of,
    record_properties,
    request_schema,
    success_schema,
)  # fmt: skip
from twingen.infer.lists import ignored, listing, with_style
from twingen.infer.places import Path, Place, depth, names, operations, places
from twingen.infer.records import record
from twingen.infer.words import kebab, participles, singular
from twingen.twin.model import Find, Operation, Paging, Resource

_MAKING = re.compile(r"\b(creat|add|assign|stor|upsert|insert|regist)\w*|\bdoes(n't| not) exist", re.I)
_STAYS = re.compile(
    r"\b(not|n't|aren't|isn't) (sent|provided|included|specified|given|passed|set|supplied|present)\b[^.]*"
    r"\b(unchanged|stays?|remains?|keeps?|kept|left|not (be )?(changed|updated|affected|modified))\b"
    r"|\bpartial(ly)? updat\w+|\bonly updates? the (fields|properties|values|attributes)\b",
    re.I,
)
_NO_PARENT = "it lies under something that is no known resource"


def collections(draft: Draft) -> Draft:
    """Find `/things` with `/things/{id}` and give their operations the usual meanings.

    A place counts as a resource when its item can be read, or is made and listed above it; its
    parents are the resources of the item paths that it lies under, or else those of the same noun
    (`/comments/{}/tags/{}` where comments live under posts). What does not fit is left to other
    passes, with the reason.
    """
    found = places(draft)
    called = names(found)
    resources: dict[Path, Resource] = {}
    orphans = []
    for item in sorted(found, key=lambda path: (depth(path), path)):
        parents = _parents(item, resources)
        if parents is None:
            orphans.append(item)
        else:
            draft = _behaving(draft, found[item], called[item], parents, resources)
    for item in orphans:
        parents = _parents(item, resources, by_noun=True)
        if parents is None:
            for stray in operations(found[item]):
                draft = draft.because(stray.key, _NO_PARENT)
        else:
            draft = _behaving(draft, found[item], called[item], parents, resources)
    return draft


def _behaving(
    draft: Draft, place: Place, name: str, parents: list[tuple[str, str]], resources: dict[Path, Resource]
) -> Draft:
    resource = record(draft, place, name, [parent for parent, _ in parents])
    if resource is None:
        return draft
    found = list(_behaviours(draft, place, resource, parents))
    if any(operation.effect == "upsert" for operation, _ in found):
        # The client's names are told apart by parent.
        chosen = resource.identity.take or f"input.{resource.identity.field}"
        resource = replace(resource, identity=replace(resource.identity, take=chosen))
    resources[place.item] = resource
    draft = replace(draft, resources={**draft.resources, resource.name: resource})
    for operation, style in found:
        if style is not None:
            draft = with_style(draft, style)
        draft = draft.behaving(_said_elsewhere(operation, place))
    return draft


def _said_elsewhere(operation: Operation, place: Place) -> Operation:
    """Return a read whose answer another operation documents, with its body spelled out."""
    source = place.borrowed.get(operation.key)
    if source is None:
        return operation
    body = operation.answer.body
    if body is None:
        body = "{record}" if operation.target == "item" else "{page.items}"
    return replace(
        operation,
        answer=replace(operation.answer, body=body),
        inferred=(*operation.inferred, f"collections: answers what {source} documents"),
    )


def _parents(
    item: Path, resources: dict[Path, Resource], *, by_noun: bool = False
) -> list[tuple[str, str]] | None:
    """Return each resource above and the expression that finds it; None if a parameter is unknown."""
    found, number = [], 0
    for end in range(1, len(item)):
        if "{" in item[end - 1]:
            if not is_parameter(item[end - 1]):
                return None
            parent = resources.get(item[:end])
            if parent is None and "{" in item[end] and (end + 1 == len(item) or item[: end + 1] in resources):
                number += 1
                continue  # the next parameter names it together with this one
            if parent is None and by_noun:
                parent = _of_noun(item[end - 2], resources)
            if parent is None:
                return None
            found.append((parent.name, _by(item[:end], number)))
            number += 1
    return found


def _by(item: Path, number: int) -> str:
    """Return the expression for an item's identifier: its last parameter, or both that name it."""
    return f"path[{number - 1}] + '/' + path[{number}]" if "{" in item[-2] else f"path[{number}]"


def _of_noun(segment: str, resources: dict[Path, Resource]) -> Resource | None:
    """Return the only resource whose path ends in that noun."""
    noun = singular(kebab(segment))
    same = [one for path, one in resources.items() if singular(kebab(path[-2])) == noun]
    return same[0] if len(same) == 1 else None


def _behaviours(
    draft: Draft, place: Place, resource: Resource, parents: list[tuple[str, str]]
) -> Iterator[tuple[Operation, Paging | None]]:
    above = tuple(Find(name=name, by=by, resource=name) for name, by in parents)
    own = Find(name=resource.name, by=_by(place.item, depth(place.item) - 1), resource=resource.name)
    contract = draft.contract
    listed, made = place.on_collection.get("GET"), place.on_collection.get("POST")
    if listed is not None:
        operation = listing(draft, listed, resource, above)
        if operation is not None:
            yield operation
    if made is not None and is_object(request_schema(made), contract):
        answer = created(draft, made, resource, "GET" in place.on_item)
        if answer is not None:
            answer = replace(answer, headers={}) if place.whole else answer
            creating = _operation(made, "create", "create", "collection", resource, above)
            yield replace(creating, answer=answer, input=_renamed(draft, made, resource)), None
    for method, does, effect in (
        ("GET", "read", "none"), ("PUT", "replace", "replace"), ("PATCH", "update", "update"),
        ("DELETE", "delete", "delete"), ("POST", "update", "update"),
    ):  # fmt: skip
        documented = place.on_item.get(method)
        if documented is None or (method == "POST" and not is_object(request_schema(documented), contract)):
            continue
        behaviour = _operation(documented, does, effect, "item", resource, (*above, own))
        if effect in {"replace", "update"}:
            behaviour = replace(behaviour, input=_renamed(draft, documented, resource))
        if method == "PUT" and _partial(documented, place, draft):
            told = ("collections: PUT leaves what is not sent as it is",)
            behaviour = replace(behaviour, does="update", effect="update", inferred=told)
        if method == "PUT" and made is None and _makes(documented, place, draft):
            behaviour = _upsert(behaviour, documented, resource, own, place, draft)
        if does == "delete":
            behaviour = replace(behaviour, answer=gone(documented, resource, draft))
        yield behaviour, None


def _renamed(draft: Draft, documented: Documented, resource: Resource) -> dict[str, str] | None:
    """Return the record that a request means whose fields are written otherwise than in answers.

    `StatusCallback` is sent and `status_callback` shown, `capture` sent and `captured` shown; None
    where all are called the same.
    """
    fields = record_fields(draft, resource)
    sent = [one for one in record_properties(request_schema(documented), draft.contract) if one.isidentifier()]
    plain = {kebab(name): name for name in fields}
    flags = {name for name, schema in fields.items() if types(facts(schema, draft.contract)) == {"boolean"}}
    called = {
        name: name if name in fields
        else plain.get(kebab(name)) or next((one for one in participles(name) if one in flags - set(sent)), name)
        for name in sent
    }  # fmt: skip
    if not fields or all(name == other for name, other in called.items()):
        return None
    return {other: f"{{either(body.{name}, nothing)}}" for name, other in called.items()}


def _partial(put: Documented, place: Place, draft: Draft) -> bool:
    """Return whether a PUT changes only what is sent: in words, or as it may leave out what a record
    must have and a create must send.
    """
    if _STAYS.search(f"{put.summary} {put.description}"):
        return True
    made = place.on_collection.get("POST")
    schemas = draft.contract.schemas
    create, change = (request_schema(one) if one is not None else None for one in (made, put))
    if create is None or change is None or name_of(create) == name_of(change) is not None:
        return False
    needed = required(create, schemas) & set(record_properties(change, draft.contract))
    read = place.on_item.get("GET")
    kept = required(success_schema(read) or {}, schemas) if read is not None else frozenset()
    return bool(needed & kept) and not needed & required(change, schemas)


def _makes(put: Documented, place: Place, draft: Draft) -> bool:
    """Return whether a PUT makes what is not there: by status, in words, as it takes any value at
    all, or as there is a DELETE and nothing else to make what that deletes.
    """
    if "DELETE" in place.on_item or any(response.status == "201" for response in put.responses):
        return True
    free = put.body is not None and not record_properties(request_schema(put), draft.contract)
    return free or bool(_MAKING.search(f"{put.summary} {put.description}"))


def _upsert(
    replacing: Operation, documented: Documented, resource: Resource, own: Find, place: Place, draft: Draft
) -> Operation:
    """Let a PUT make what is not there yet, under the name that the client chose.

    Where nothing else makes records, this does. A body of any kind is the record's `value`, if it
    has one.
    """
    read = place.on_item.get("GET")
    shown = record_properties(success_schema(read), draft.contract) if read is not None else {}
    fields = {**record_fields(draft, resource), **shown}
    free = not record_properties(request_schema(documented), draft.contract)
    return replace(
        replacing,
        does="upsert",
        effect="upsert",
        find=(*replacing.find[:-1], replace(own, optional=True)),
        input={"value": "{body}"} if free and "value" in fields else None,
        inferred=("collections: PUT makes it where nothing else does",),
    )


def _operation(
    documented: Documented, does: str, effect: Any, target: Any, resource: Resource,
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
