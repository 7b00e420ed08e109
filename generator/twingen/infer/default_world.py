"""The default world: a service is never empty, so top-level lists start with a published record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twingen.infer.draft import Draft
from twingen.twin.model import Resource, Seed


def default_world(draft: Draft) -> Draft:
    """Seed the first published record of every top-level list, more of those nobody can add to,
    and those that are published elsewhere under ids of their own.

    What nobody can add to under a seeded record is seeded as well: it is born with it.
    """
    seeded = {seed.resource for seed in draft.seeds}
    seeds: list[Seed] = list(draft.seeds)
    for resource in draft.resources.values():
        if resource.edge or resource.singleton or resource.name in seeded:
            continue
        made = _made(draft, resource)
        if resource.parents and (made or not set(resource.parents) <= seeded):
            continue
        reference = _listed(draft, resource)
        if reference is None:
            continue
        others = _alone(draft, resource, reference)
        places = _apart(_published(draft, reference), resource.identity.field or "id")[: 1 if made else 3]
        seeds += [
            Seed(
                resource=resource.name,
                sample=f"{reference.removesuffix('[]')}[{number}]",
                name=_called(resource.name) if place == 0 else None,
                refs={parent: f"{{{_called(parent)}}}" for parent in resource.parents},
            )
            for place, number in enumerate(places)
        ]
        seeds += [Seed(resource=resource.name, sample=other) for other in others if places and not resource.parents]
        if places:
            seeded.add(resource.name)
    resources = {
        name: replace(resource, seeds=tuple(seed for seed in seeds if seed.resource == name))
        for name, resource in draft.resources.items()
    }
    return replace(draft, resources=resources, seeds=())


def _alone(draft: Draft, resource: Resource, listed: str) -> list[str]:
    """Return further samples, each of one record under an id of its own."""
    field = resource.identity.field or "id"
    seen = {str(record.get(field)) for record in _published(draft, listed) if isinstance(record, dict)}
    found = []
    for reference in resource.samples:
        record = None if "@" in reference else _value(draft, reference)
        if isinstance(record, dict) and record.get(field) is not None and str(record[field]) not in seen:
            seen.add(str(record[field]))
            found.append(reference)
    return found


def _called(name: str) -> str:
    return "a_" + name.replace("-", "_")


def _listed(draft: Draft, resource: Resource) -> str | None:
    listed = {op.key for op in draft.operations.values() if op.resource == resource.name and op.does == "list"}
    for reference in resource.samples:
        if reference.endswith("[]") and reference.partition(" #")[0].rpartition(" ")[0] in listed:
            return reference
    return None


def _made(draft: Draft, resource: Resource) -> bool:
    return any(
        op.resource == resource.name and op.effect in {"create", "upsert"}
        for op in draft.operations.values()
    )


def _apart(records: list[Any], field: str) -> list[int]:
    """Return the places of records that can stand together: none has the id of one before it."""
    found: dict[str, int] = {}
    for number, record in enumerate(records):
        identifier = record
        for step in field.split("."):
            identifier = identifier.get(step) if isinstance(identifier, dict) else None
        found.setdefault(f"#{number}" if identifier is None else f"={identifier}", number)
    return list(found.values())


def _published(draft: Draft, reference: str) -> list[Any]:
    """Return the records of the example of a list that a sample refers to."""
    head, _, inside = reference.partition(" @")
    member = inside.removesuffix("[]")
    value = _value(draft, head)
    if member and isinstance(value, dict):
        value = value.get(member)
    return value if isinstance(value, list) else []


def _value(draft: Draft, reference: str) -> Any:
    """Return the published example that `KEY STATUS #NAME` names, None when there is none."""
    head, _, name = reference.partition(" #")
    key, _, status = head.rpartition(" ")
    for operation in draft.contract.operations:
        if operation.key == key:
            for response in operation.responses:
                for media in response.content if response.status == status else ():
                    for example in media.examples:
                        if example.name == name:
                            return example.value
    return None
