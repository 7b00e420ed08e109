"""Expansion: `expand=owner` shows more of a record than it has without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twingen.contract.model import Operation as Documented, Parameter, Schema
from twingen.contract.schemas import types
from twingen.infer.creating import record_fields
from twingen.infer.draft import Draft
from twingen.infer.evidence import facts, record_properties, success_schema
from twingen.infer.words import kebab, singular
from twingen.twin.model import Operation, Resource, Treatment

_EXPANDS = frozenset({"expand", "embed"})
_NAMED = re.compile(r"[*-]\s+`([A-Za-z]\w*)`")
_EVERYTHING = frozenset({"all", "*"})
_EMBEDDED = "_embedded"


def expansions(draft: Draft) -> Draft:
    """Show what `expand` can ask for only when it is asked for.

    The values are the enum's, else the names that the description lists. A value is a field of the
    record, or (in `_embedded`) the records that belong to it, or that it or they name by id. Where a
    value is none of these, the reason says so.
    """
    published = {operation.key: operation for operation in draft.contract.operations}
    for operation in list(draft.operations.values()):
        resource = draft.resources.get(operation.resource)
        for parameter in published[operation.key].parameters:
            known = operation.parameters.get(parameter.name)
            if parameter.name in _EXPANDS and known is not None and known.use == "ignored" and resource:
                draft = _expanding(draft, operation, parameter, resource, published[operation.key])
    return _unasked(draft, published)


def _unasked(draft: Draft, published: Mapping[str, Documented]) -> Draft:
    """Leave `_embedded` out of answers of resources that have an `expand` to ask for it."""
    asking = {
        operation.resource
        for operation in draft.operations.values()
        if any(parameter.name in _EXPANDS for parameter in published[operation.key].parameters)
    }
    for operation in list(draft.operations.values()):
        resource = draft.resources.get(operation.resource)
        fields = record_fields(draft, resource) if resource is not None else {}
        asked = any(treatment.use == "expand" for treatment in operation.parameters.values())
        if operation.resource in asking and _EMBEDDED in fields and not asked and operation.target != "edge":
            drop = tuple(dict.fromkeys((*operation.answer.drop, _EMBEDDED)))
            draft = draft.behaving(replace(operation, answer=replace(operation.answer, drop=drop)))
    return draft


def _expanding(
    draft: Draft, operation: Operation, parameter: Parameter, resource: Resource, documented: Documented
) -> Draft:
    asked = _values(parameter, draft)
    fields = record_fields(draft, resource) or _answered(documented, draft)
    if not asked:
        return draft
    hidden: list[str] = []
    values: dict[str, Any] = {}
    strange = []
    for value in asked:
        shown = _embedded(draft, resource, fields, value) if _EMBEDDED in fields else None
        if shown is not None:
            values[value] = {f"{_EMBEDDED}.{value}": shown}
        elif value in fields:
            hidden.append(value)
        elif value not in _EVERYTHING:
            strange.append(value)
    everything = [value for value in asked if value in _EVERYTHING]
    if not values and not hidden:
        return draft
    if _EMBEDDED in fields:
        hidden.append(_EMBEDDED)
    for value in strange:
        draft = draft.because(operation.key, f"{parameter.name}={value} shows nothing that a rule knows")
    options: dict[str, Any] = {"values": values} if values else {}
    if everything:
        options["everything"] = everything[0]
    treatment = Treatment(use="expand", fields=tuple(hidden), options=options)
    return draft.behaving(
        replace(
            operation,
            parameters={**operation.parameters, parameter.name: treatment},
            inferred=(*operation.inferred, f"expansions: {parameter.name} names {', '.join(asked)}"),
        )
    )


def _values(parameter: Parameter, draft: Draft) -> list[str]:
    schema = facts(parameter.schema, draft.contract)
    items = schema.get("items")
    inner = facts(items, draft.contract) if isinstance(items, Mapping) else {}
    named = schema.get("enum") or inner.get("enum") or _NAMED.findall(parameter.description)
    return [str(value) for value in dict.fromkeys(named) if value]


def _answered(documented: Documented, draft: Draft) -> dict[str, Schema]:
    return record_properties(success_schema(documented), draft.contract)


def _embedded(
    draft: Draft, resource: Resource, fields: dict[str, Schema], value: str
) -> str | None:
    """Return the template of the records that a value means, None where nothing says which."""
    noun = singular(kebab(value))
    many = noun != kebab(value)
    me = resource.name
    for other in draft.resources.values():
        words = other.name.split("-")
        if other.edge or other.singleton or noun not in {"-".join(words[n:]) for n in range(len(words))}:
            continue
        if me in other.parents and "-" not in me:
            return f"{{find_all({other.name!r}, {me}=record.id)}}"
        key = resource.identity.field or "id"
        theirs = _reference(record_fields(draft, other), me, draft)
        if many and theirs is not None:
            return f"{{find_all({other.name!r}, {theirs}=record.{key})}}"
        mine = _reference(fields, noun, draft)
        if not many and mine is not None and not other.parents:
            return f"{{find({other.name!r}, record.{mine.replace('__', '.')})}}"
    return None


def _reference(fields: dict[str, Schema], name: str, draft: Draft) -> str | None:
    """Return the field that holds the id of a record of that name (`__` for the dot of a path)."""
    for field, schema in fields.items():
        if kebab(field) in {f"{name}-id"} and types(facts(schema, draft.contract)) & {"string", "integer"}:
            return field
        if kebab(field) == name and "id" in record_properties(schema, draft.contract):
            return f"{field}__id"
    return None
