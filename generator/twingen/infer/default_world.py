"""The default world: a service is never empty, so top-level lists start with a published record."""

from __future__ import annotations

from dataclasses import replace

from twingen.infer.draft import Draft
from twingen.twin.model import Resource, Seed


def default_world(draft: Draft) -> Draft:
    """Seed the first published record of every top-level list, all of those nobody can add to."""
    seeded = {seed.resource for seed in draft.seeds}
    seeds: list[Seed] = list(draft.seeds)
    for resource in draft.resources.values():
        if resource.parents or resource.edge or resource.singleton or resource.name in seeded:
            continue
        reference = _listed(draft, resource)
        if reference is not None:
            count = 1 if _made(draft, resource) else 3
            seeds += [
                Seed(resource=resource.name, sample=f"{reference.removesuffix('[]')}[{number}]")
                for number in range(count)
                if _exists(draft, reference, number)
            ]
    resources = {
        name: replace(resource, seeds=tuple(seed for seed in seeds if seed.resource == name))
        for name, resource in draft.resources.items()
    }
    return replace(draft, resources=resources, seeds=())


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


def _exists(draft: Draft, reference: str, number: int) -> bool:
    head, _, rest = reference.partition(" #")
    key, _, status = head.rpartition(" ")
    name, _, inside = rest.partition(" @")
    member = inside.removesuffix("[]")
    for operation in draft.contract.operations:
        if operation.key == key:
            for response in operation.responses:
                if response.status == status:
                    for media in response.content:
                        for example in media.examples:
                            if example.name == name:
                                value = example.value
                                if member and isinstance(value, dict):
                                    value = value.get(member)
                                return isinstance(value, list) and len(value) > number
    return False
