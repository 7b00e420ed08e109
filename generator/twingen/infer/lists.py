"""Lists: their paging style, what is around their records, and parameters that nothing explains yet."""

from __future__ import annotations

from dataclasses import replace

from twingen.contract.model import Operation as Documented
from twingen.infer.draft import Draft
from twingen.infer.evidence import list_items, record_properties, success_schema
from twingen.infer.pages import envelope, page_parameters, paging
from twingen.twin.model import Answer, Find, Operation, Paging, Resource, Treatment


def ignored(documented: Documented, known: set[str]) -> dict[str, Treatment]:
    return {
        parameter.name: Treatment(use="ignored", options={"why": "no rule tells what it does"})
        for parameter in documented.parameters
        if parameter.location == "query" and parameter.name not in known
    }


def listing(
    draft: Draft, documented: Documented, resource: Resource, above: tuple[Find, ...]
) -> tuple[Operation, Paging | None] | None:
    found = list_items(success_schema(documented), draft.contract)
    if found is None:
        return None
    style, _ = paged(draft, documented, found[0])
    return (
        Operation(
            key=documented.key,
            does="list",
            effect="none",
            target="collection",
            resource=resource.name,
            find=above,
            page=style.name if style else None,
            parameters=ignored(documented, page_parameters(style)),
            answer=envelope_answer(draft, documented, found[0], style),
            inferred=("collections: GET answers a list of it",),
        ),
        style,
    )


def with_style(draft: Draft, style: Paging) -> Draft:
    service = draft.service
    return replace(draft, service=replace(service, paging={**service.paging, style.name: style}))


def paged(
    draft: Draft, documented: Documented, member: str | None
) -> tuple[Paging | None, Draft]:
    """Return the paging style of a list, and the draft that knows it."""
    style = paging(documented, member is not None, draft.contract)
    if style is None:
        return None, draft
    style = _distinct(draft, style)
    return style, with_style(draft, style)


def envelope_answer(
    draft: Draft, documented: Documented, member: str | None, style: Paging | None
) -> Answer:
    """Return what is around the records of a list: nothing where the list is a bare array."""
    if member is None:
        return Answer()
    fields = record_properties(success_schema(documented), draft.contract)
    return Answer(body=envelope(member, fields, style, draft.contract))


def _distinct(draft: Draft, style: Paging) -> Paging:
    """Return the style under a name of its own, shared by the lists that are paged alike."""
    name, number = style.name, 2
    while True:
        candidate = replace(style, name=name)
        if draft.service.paging.get(name, candidate) == candidate:
            return candidate
        name, number = f"{style.name}-{number}", number + 1
