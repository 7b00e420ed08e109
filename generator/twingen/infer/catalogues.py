"""Catalogues: top-level lists that can be looked at and nothing else (`/currencies`)."""

from __future__ import annotations

from dataclasses import replace

from twingen.contract.model import Operation as Documented
from twingen.contract.schemas import types
from twingen.infer.draft import Draft
from twingen.infer.evidence import (
    example_items,
    facts,
    list_items,
    name_of,
    record_properties,
    segments,
    success_examples,
    success_schema,
)  # fmt: skip
from twingen.infer.identity import style
from twingen.infer.lists import envelope_answer, ignored, paged
from twingen.infer.pages import page_parameters
from twingen.infer.words import kebab, singular
from twingen.twin.model import Identity, Operation, Resource

_KEYS = ("id", "key", "code", "name")


def catalogues(draft: Draft) -> Draft:
    """Make a resource of a list that stands alone: no path below or beside it writes, and neither
    its last noun nor its items' schema is that of another resource, which it would be a view of.

    At least two published records must be told apart by one field.
    """
    paths = {segments(one.path): one for one in draft.contract.operations if one.method != "GET"}
    schemas = {resource.schema for resource in draft.resources.values()} - {None}
    nouns = {resource.name.split("-")[-1] for resource in draft.resources.values()}
    for documented in draft.contract.operations:
        path = segments(documented.path)
        if documented.method != "GET" or documented.host or "{" in documented.path or "#" in documented.path:
            continue
        if documented.key in draft.operations or any(other[: len(path)] == path for other in paths):
            continue
        found = list_items(success_schema(documented), draft.contract)
        noun = singular(kebab(path[-1]))
        if found is None or noun in nouns or noun == kebab(path[-1]):
            continue
        if name_of(found[1]) in schemas or noun in draft.resources:
            continue
        draft = _catalogue(draft, documented, noun, *found)
    return draft


def _catalogue(draft: Draft, documented: Documented, noun: str, member: str | None, item: object) -> Draft:
    fields = record_properties(item, draft.contract) if isinstance(item, dict) else {}
    for status, example in success_examples(documented):
        records = [one for one in example_items(example.value, member) if isinstance(one, dict)]
        key = next(
            (name for name in _KEYS if name in fields and len({str(r.get(name)) for r in records}) == len(records)),
            None,
        )
        if key is None or len(records) < 2 or not all(key in record for record in records):
            continue
        inside = f"{member}[]" if member else "[]"
        number = "integer" in types(facts(fields[key], draft.contract))
        resource = Resource(
            name=noun,
            about=f"What {documented.path} lists.",
            schema=name_of(item if isinstance(item, dict) else None),
            store=f"{draft.service.name}/{noun}",
            identity=Identity(
                field=key, number=number, mint=style([r[key] for r in records], number, fields[key])
            ),
            samples=(f"{documented.key} {status} #{example.name} @{inside}",),
            inferred=(f"catalogues: {documented.path} is listed and nothing writes it",),
        )
        pages, draft = paged(draft, documented, member)
        operation = Operation(
            key=documented.key, does="list", effect="none", target="collection", resource=noun,
            page=pages.name if pages else None,
            parameters=ignored(documented, page_parameters(pages)),
            answer=envelope_answer(draft, documented, member, pages),
            inferred=("catalogues: GET lists it",),
        )  # fmt: skip
        return replace(draft, resources={**draft.resources, noun: resource}).behaving(operation)
    return draft
