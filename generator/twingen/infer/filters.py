"""What list parameters do: filters by field, by expression, by words, and sorting."""

from __future__ import annotations

import re
from dataclasses import replace

from twingen.contract.model import Parameter, Schema
from twingen.contract.schemas import properties, resolve, types
from twingen.infer.draft import Draft
from twingen.infer.evidence import facts, list_items, record_properties, success_schema
from twingen.twin.model import Treatment

_EXPRESSION = re.compile(r"\b(eq|sw|co|ne|pr|gt|lt)\b\s*(\\?[\"'“]|%22)|\bSCIM\b", re.I)
_FILTERS = frozenset({"filter", "search"})
_WORDS = frozenset({"q", "query", "search", "searchTerm", "searchString", "keyword"})
_PREFIX = re.compile(r"starts?\s*with|begin|prefix", re.I)
_SORT = frozenset({"sortBy", "sort_by", "orderBy", "order_by", "sort"})
_ORDER = frozenset({"sortOrder", "sort_order", "order", "direction"})
_NAMES = (
    "name", "label", "title", "displayName", "key", "profile.name", "profile.firstName",
    "profile.lastName", "profile.email", "email", "domain", "login",
)  # fmt: skip
_SCALARS = frozenset({"string", "boolean", "integer"})


def filters(draft: Draft) -> Draft:
    """Tell what the remaining parameters of a list do, by name, type and description.

    A parameter named as a scalar field of the record selects by that field. `filter` and `search`
    are expressions where their description shows an operator; anything else stays ignored.
    """
    documented = {operation.key: operation for operation in draft.contract.operations}
    for operation in list(draft.operations.values()):
        if operation.does != "list":
            continue
        ignored = {name for name, t in operation.parameters.items() if t.use == "ignored"}
        if not ignored:
            continue
        published = documented[operation.key]
        found = list_items(success_schema(published), draft.contract)
        fields = _paths(record_properties(found[1], draft.contract), draft) if found else {}
        treatments = dict(operation.parameters)
        for parameter in published.parameters:
            if parameter.name in ignored and parameter.location == "query":
                treatment = _treatment(parameter, fields, treatments, draft)
                if treatment is not None:
                    treatments[parameter.name] = treatment
        draft = draft.behaving(replace(operation, parameters=treatments))
    return draft


def _paths(fields: dict[str, Schema], draft: Draft) -> dict[str, Schema]:
    """Return the scalar fields of a record and of the objects directly in it, by dotted path."""
    found: dict[str, Schema] = {}
    for name, schema in fields.items():
        plain = facts(schema, draft.contract)
        if "." in name or name.startswith("_"):
            continue
        if types(plain) & _SCALARS:
            found[name] = plain
        elif "object" in types(plain) or plain.get("allOf"):
            for inner, member in properties(plain, draft.contract.schemas).items():
                deep = resolve(member, draft.contract.schemas)
                if "." not in inner and types(deep) & _SCALARS:
                    found[f"{name}.{inner}"] = deep
            if plain.get("additionalProperties"):
                found[f"{name}.*"] = {}
    return found


def _treatment(
    parameter: Parameter, fields: dict[str, Schema], others: dict[str, Treatment], draft: Draft
) -> Treatment | None:
    name, text = parameter.name, f"{parameter.description} {parameter.examples}"
    if name in _FILTERS and _EXPRESSION.search(text) and fields:
        names = {path: path for path in fields}
        return Treatment(use="filter", options={"language": "scim", "names": names, "error": "bad_filter"})
    if name in _WORDS:
        looked = tuple(path for path in _NAMES if path in fields or _open(path, fields))
        if looked:
            return Treatment(use="prefix" if _PREFIX.search(text) else "contains", fields=looked)
        return None
    if name in _SORT and fields:
        return Treatment(use="sort", options={"names": {path: path for path in fields if "*" not in path}})
    if name in _ORDER and any(other in _SORT for other in others):
        return Treatment(use="order")
    return _equals(parameter, fields, draft)


def _open(path: str, fields: dict[str, Schema]) -> bool:
    return "." in path and f"{path.partition('.')[0]}.*" in fields


def _equals(parameter: Parameter, fields: dict[str, Schema], draft: Draft) -> Treatment | None:
    """Return the selection by a field of the parameter's name, where their types agree."""
    schema = facts(parameter.schema, draft.contract)
    kinds = types(schema)
    if "array" in kinds:
        items = schema.get("items")
        kinds = types(resolve(items, draft.contract.schemas)) if isinstance(items, dict) else set()
    for path, field in fields.items():
        if path == parameter.name and kinds & types(field) & _SCALARS:
            return Treatment(use="equals", fields=(path,))
    return None


