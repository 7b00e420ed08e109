"""Copies: `/things/{}/copy` that makes another record like the one it is behind."""

from __future__ import annotations

from twingen.contract.model import Operation as Documented
from twingen.infer.creating import created
from twingen.infer.draft import Draft
from twingen.infer.edges import item_paths
from twingen.infer.evidence import record_properties, request_schema, segments, success_schema
from twingen.infer.lists import ignored
from twingen.infer.parts import known_fields
from twingen.infer.words import kebab
from twingen.twin.model import Find, Operation, Resource

_WORDS = frozenset({"copy", "clone", "duplicate"})


def copies(draft: Draft) -> Draft:
    """Let a POST of that word make a record from the one in the path, with what is sent laid over it.

    The body must be of the record's fields, and the answer what a create of it may answer.
    """
    items = item_paths(draft)
    for documented in draft.contract.operations:
        path = segments(documented.path)
        if documented.method != "POST" or documented.host or documented.key in draft.operations:
            continue
        if kebab(path[-1]) in _WORDS and path[:-1] in items:
            resource, finds = items[path[:-1]]
            operation = _copy(draft, documented, resource, finds)
            if operation is not None:
                draft = draft.behaving(operation)
    return draft


def _copy(
    draft: Draft, documented: Documented, resource: Resource, finds: tuple[Find, ...]
) -> Operation | None:
    sent = record_properties(request_schema(documented), draft.contract)
    fields = known_fields(draft, resource)
    answer = created(draft, documented, resource, False)
    field = resource.identity.field
    if any(p.location == "query" and p.required for p in documented.parameters):
        return None  # it may say where the copy goes
    # What a create cannot take stays out of it: it is the server's, or of the record alone.
    if answer is None or field is None or success_schema(documented) is None or set(sent) - set(fields):
        return None
    gone = ", ".join(repr(name) for name in dict.fromkeys((field, "self", "links", "_links")))
    return Operation(
        key=documented.key, does="create", effect="create", target="collection", resource=resource.name,
        find=finds, input=f"{{merge(omit(record, {gone}), body)}}" if sent else f"{{omit(record, {gone})}}",
        parameters=ignored(documented, set()), answer=answer,
        inferred=(f"copies: {segments(documented.path)[-1]} of a {resource.name}",),
    )  # fmt: skip

