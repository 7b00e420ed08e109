"""What list parameters do: filters by field, by expression, by words, by range, and sorting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twingen.contract.model import Parameter, Schema
from twingen.contract.schemas import properties, resolve, types
from twingen.infer.draft import Draft
from twingen.infer.evidence import facts, list_items, record_properties, success_schema
from twingen.infer.ranges import in_range
from twingen.infer.words import kebab, singular
from twingen.twin.model import Resource, Treatment

_EXPRESSION = re.compile(r"\b(eq|sw|co|ne|pr|gt|lt)\b\s*(\\?[\"'“]|%22)|\bSCIM\b", re.I)
_FILTERS = frozenset({"filter", "search"})
_WORDS = frozenset(
    {"q", "query", "search", "searchTerm", "searchString", "keyword", "queryString", "match"}
)
_PREFIX = re.compile(r"starts?\s*with|begin|prefix", re.I)
_PART = re.compile(r"\b(partial|contain\w*|substring|part of)\b", re.I)
_SORT = frozenset({"sortBy", "sort_by", "orderBy", "order_by", "sort"})
_ORDER = frozenset({"sortOrder", "sort_order", "order", "direction"})
_SHOWS = frozenset({"expand", "embed", "fields", "include", "properties"})
_ONLY = re.compile(r"\bonly\b", re.I)
_FLAG = re.compile(r"^(?:only|is)(?=[A-Z_])_?")
_NAMED = re.compile(r"`([A-Za-z_][\w.]*)`")
_CHOOSES = re.compile(r"\b(filter|select|match|only|restrict|limit|list of|set of|IDs? of)\w*", re.I)
_NAMES = (
    "name", "label", "title", "displayName", "key", "profile.name", "profile.firstName",
    "profile.lastName", "profile.email", "email", "domain", "login",
)  # fmt: skip
_EVERY = frozenset({"all", "any", "both", "*"})
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
                resource = draft.resources.get(operation.resource)
                treatment = _treatment(parameter, fields, treatments, resource, draft)
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
        if types(plain) & _SCALARS or "enum" in plain:
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
    parameter: Parameter, fields: dict[str, Schema], others: Mapping[str, Treatment],
    resource: Resource | None, draft: Draft,
) -> Treatment | None:  # fmt: skip
    name, text = parameter.name, f"{parameter.description} {parameter.examples}"
    if name in _SHOWS:
        return None
    if name in _FILTERS and _EXPRESSION.search(text) and fields:
        names = {path: path for path in fields}
        return Treatment(use="filter", options={"language": "scim", "names": names, "error": "bad_filter"})
    if name in _WORDS:
        looked = tuple(path for path in _told(parameter, fields) if "*" not in path) or tuple(
            path for path in _NAMES if path in fields or _open(path, fields)
        )
        if looked:
            return Treatment(use="prefix" if _PREFIX.search(text) else "contains", fields=looked)
        return None
    if name in _SORT and fields:
        return _sort(parameter, fields, draft)
    if name in _ORDER and any(other in _SORT for other in others):
        return Treatment(use="order")
    ranged = in_range(parameter, fields, draft.contract)
    if ranged is not None:
        return ranged
    if _members(parameter.schema, draft):
        return None  # an object that chooses in a way of its own
    found = _equals(parameter, fields, draft) or _flag(parameter, fields, draft) or (
        _meant(parameter, fields, resource, draft)
    )
    return None if found is None else _with_all(found, parameter, fields, draft)


def _with_all(
    treatment: Treatment, parameter: Parameter, fields: dict[str, Schema], draft: Draft
) -> Treatment:
    """Return the selection with the word that stands for every value, and with what counts without one."""
    schema = facts(parameter.schema, draft.contract)
    values = schema.get("enum")
    own = fields[treatment.fields[0]].get("enum") if len(treatment.fields) == 1 else None
    if treatment.use != "equals" or not isinstance(values, list):
        return treatment
    every = [value for value in values if str(value).lower() in _EVERY and value not in (own or ())]
    if not every:
        return treatment
    options = {**treatment.options, "every": every}
    if schema.get("default") in values and schema["default"] not in every:
        options["default"] = schema["default"]
    return replace(treatment, options=options)


def _open(path: str, fields: dict[str, Schema]) -> bool:
    return "." in path and f"{path.partition('.')[0]}.*" in fields


def _members(schema: Schema, draft: Draft) -> dict[str, Schema]:
    return record_properties(schema, draft.contract)


def _told(parameter: Parameter, fields: Mapping[str, Any]) -> list[str]:
    """Return the fields that a description names as such."""
    return [name for name in dict.fromkeys(_NAMED.findall(parameter.description)) if name in fields]


def _sort(parameter: Parameter, fields: dict[str, Schema], draft: Draft) -> Treatment | None:
    """Return the sorting by a field, None where one of the documented keys is no field."""
    schema = facts(parameter.schema, draft.contract)
    if "array" in types(schema):
        return None
    keys = schema.get("enum")
    plain = {path: path for path in fields if "*" not in path}
    if not isinstance(keys, list):
        return Treatment(use="sort", options={"names": plain})
    asked = {str(key).lstrip("+-") for key in keys}
    lowered = {path.lower().replace("_", ""): path for path in plain}
    names = {key: _sorted_by(key.lower().replace("_", ""), lowered) for key in sorted(asked)}
    return Treatment(use="sort", options={"names": names}) if all(names.values()) else None


def _sorted_by(key: str, lowered: Mapping[str, str]) -> str:
    """Return the field that a key means: that of its name, or its time (`created`: `created_at`)."""
    return next((lowered[name] for name in (key, f"{key}at", f"{key}date", f"{key}time") if name in lowered), "")


def _kinds(schema: Schema, draft: Draft) -> set[str]:
    """Return the types of a value, of an array those of its members."""
    plain = facts(schema, draft.contract)
    kinds = set(types(plain))
    items = plain.get("items")
    if "array" in kinds and isinstance(items, dict):
        plain = facts(items, draft.contract)
        kinds = set(types(plain))
    if not kinds and any(isinstance(value, str) for value in plain.get("enum", ())):
        kinds = {"string"}
    return kinds


def _equals(parameter: Parameter, fields: dict[str, Schema], draft: Draft) -> Treatment | None:
    """Return the selection by a field of the parameter's name, where their types agree."""
    kinds = _kinds(parameter.schema, draft)
    field = fields.get(parameter.name)
    if field is None or not kinds & _kinds(field, draft) & _SCALARS:
        return None
    options = {"only": "true"} if kinds == {"boolean"} and _ONLY.search(parameter.description) else {}
    return Treatment(use="equals", fields=(parameter.name,), options=options)


def _flag(parameter: Parameter, fields: dict[str, Schema], draft: Draft) -> Treatment | None:
    """Return the selection by a boolean field: `onlyDefault`, `isDefault`, `default` mean the same."""
    if _kinds(parameter.schema, draft) != {"boolean"}:
        return None
    stem = kebab(_FLAG.sub("", parameter.name))
    for path, field in fields.items():
        if kebab(_FLAG.sub("", path)) == stem and _kinds(field, draft) == {"boolean"}:
            options = {"only": "true"} if _ONLY.search(f"{parameter.name} {parameter.description}") or (
                parameter.name.startswith("only")
            ) else {}  # fmt: skip
            return Treatment(use="equals", fields=(path,), options=options)
    return None


def _meant(
    parameter: Parameter, fields: dict[str, Schema], resource: Resource | None, draft: Draft
) -> Treatment | None:
    """Return the selection by the field that a parameter means under another name.

    A plural means the singular, `sourceId` the id of `source`, and the resource's own name with
    `Id` its identity; else the only field that the description names, where it speaks of choosing.
    """
    kinds = _kinds(parameter.schema, draft)
    if not kinds & {"string", "integer"}:
        return None
    text = parameter.description
    use = "contains" if _PART.search(text) else "equals"
    name = singular(kebab(parameter.name))
    by_name = {kebab(path.replace(".", "-")): path for path in fields}
    path = by_name.get(name)
    own = resource.identity.field if resource is not None else None
    if path is None and resource is not None and own in fields:
        words = resource.name.split("-")
        mine = {"-".join([*words[start:], own]) for start in range(len(words))} | {own}
        path = own if name in mine else None
    if path is None and "array" not in types(facts(parameter.schema, draft.contract)):
        told = _told(parameter, fields)
        path = told[0] if len(told) == 1 and _CHOOSES.search(text) else None
    if path is None:
        return None
    both = kinds & _kinds(fields[path], draft)
    # Identifiers are numbers here and digits there; anything else is of one type.
    if not both and not (path == own or path.endswith(".id")):
        return None
    return Treatment(use=use, fields=(path,))
