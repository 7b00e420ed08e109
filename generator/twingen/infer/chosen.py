"""The default of a collection: `/things/default` that is put with the id of the one that it becomes."""

from __future__ import annotations

from twingen.contract.schemas import types
from twingen.infer.draft import Draft
from twingen.infer.edges import item_paths
from twingen.infer.evidence import (
    facts,
    record_properties,
    request_schema,
    segments,
    success_schema,
)
from twingen.infer.lists import ignored
from twingen.infer.parts import known_fields
from twingen.infer.words import kebab
from twingen.twin.model import Answer, Change, Find, Operation


def chosen(draft: Draft) -> Draft:
    """Let a PUT of an id on a word behind a collection raise the flag of that name for one record only.

    The flag is a boolean field called after the word (`default`, `isDefault`); every record that
    has it loses it first. What the documents say of an empty id is not understood and refused.
    """
    homes = {path[:-1]: resource for path, (resource, finds) in item_paths(draft).items() if len(finds) == 1}
    for documented in draft.contract.operations:
        path = segments(documented.path)
        resource = homes.get(path[:-1])
        if documented.method != "PUT" or resource is None or documented.key in draft.operations:
            continue
        field = resource.identity.field or "id"
        flag = next(
            (
                name
                for name, schema in known_fields(draft, resource).items()
                if kebab(name).removeprefix("is-") == kebab(path[-1])
                and types(facts(schema, draft.contract)) == {"boolean"}
            ),
            None,
        )
        sent = record_properties(request_schema(documented), draft.contract)
        if flag is None or set(sent) != {field} or record_properties(success_schema(documented), draft.contract):
            continue
        draft = draft.behaving(
            Operation(
                key=documented.key, does="update", effect="update", target="item", resource=resource.name,
                find=(Find(name=resource.name, by=f"body.{field}", resource=resource.name),),
                input={}, set={flag: True}, parameters=ignored(documented, set()), answer=Answer(empty=True),
                change=(
                    Change(resource=resource.name, where={flag: True}, set={flag: "{each.id == record.id}"}),
                ),
                inferred=(f"chosen: makes {flag!r} true of one {resource.name}",),
            )
        )  # fmt: skip
    return draft
