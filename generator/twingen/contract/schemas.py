"""What a JSON Schema 2020-12 mapping of a Contract says, references and allOf followed.

These functions know which keywords hold schemas and which hold data: they never walk into
`example`, `default`, `enum`, `const` or `x-*`, and a property that is *named* `$ref` is a property.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from twingen.contract.model import Schema

Schemas = Mapping[str, Schema]

PREFIX = "#/components/schemas/"

ONE = frozenset(
    {
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
MAPS = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})

_TYPE_OF: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    type(None): "null",
    list: "array",
    tuple: "array",
    dict: "object",
}


def schema_name(schema: Schema) -> str | None:
    """Return the component that `schema` refers to, None if it is no reference to one."""
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith(PREFIX):
        return reference[len(PREFIX) :]
    return None


def reference_to(name: str) -> dict[str, str]:
    return {"$ref": PREFIX + name}


def resolve(schema: Schema, schemas: Schemas) -> Schema:
    """Follow `$ref` until something else stands there; siblings of a reference win over its target.

    A reference to itself or to nothing resolves to its siblings alone.
    """
    name = schema_name(schema)
    if name is None:
        return schema
    seen: set[str] = set()
    siblings: dict[str, Any] = {}
    while name is not None:
        siblings = {**{k: v for k, v in schema.items() if k != "$ref"}, **siblings}
        if name in seen or name not in schemas:
            return siblings
        seen.add(name)
        schema = schemas[name]
        name = schema_name(schema)
    return {**schema, **siblings} if siblings else schema


def _layers(schema: Schema, schemas: Schemas, seen: frozenset[str]) -> Iterator[Schema]:
    """Yield the schemas that hold at once for a value of `schema`, parents first."""
    name = schema_name(schema)
    if name is not None:
        if name in seen:
            return
        seen = seen | {name}
        if name in schemas:
            yield from _layers(schemas[name], schemas, seen)
    for branch in schema.get("allOf") or ():
        if isinstance(branch, Mapping):
            yield from _layers(branch, schemas, seen)
    for keyword in ("oneOf", "anyOf"):
        branches = _not_null(schema.get(keyword) or ())
        if len(branches) == 1:
            yield from _layers(branches[0], schemas, seen)
    yield schema


def _not_null(branches: Iterable[Any]) -> list[Schema]:
    return [b for b in branches if isinstance(b, Mapping) and b.get("type") != "null"]


def properties(schema: Schema, schemas: Schemas) -> dict[str, Schema]:
    """Return the properties of an object, those of its allOf parents first.

    A property that is described twice gets both descriptions, the nearer one winning by keyword.
    A union with null counts as its other branch; other unions are left to `variants`.
    """
    found: dict[str, Schema] = {}
    for layer in _layers(schema, schemas, frozenset()):
        for name, value in (layer.get("properties") or {}).items():
            if not isinstance(value, Mapping):
                value = {} if value else {"not": {}}
            before = found.get(name)
            if before is None or before == value:
                found[name] = value
            elif "$ref" in value or not value:
                found[name] = value or before
            else:
                found[name] = {**resolve(before, schemas), **value}
    return found


def required(schema: Schema, schemas: Schemas) -> set[str]:
    """Return the names that an object must have, through `$ref` and allOf."""
    names: set[str] = set()
    for layer in _layers(schema, schemas, frozenset()):
        names.update(layer.get("required") or ())
    return names


def variants(schema: Schema, schemas: Schemas) -> dict[str, Schema]:
    """Return the alternatives of a polymorphic schema by tag, {} if it has none.

    The tag is the discriminator's value where there is one, else the name, the title or the
    position of the branch. null is no alternative. A parent whose discriminator maps nothing has
    the schemas that extend it.
    """
    own = resolve(schema, schemas)
    branches = [
        branch for keyword in ("oneOf", "anyOf") for branch in _not_null(own.get(keyword) or ())
    ]
    if len(branches) == 1 and len(own.get("oneOf") or own.get("anyOf") or ()) == 2:
        return variants(branches[0], schemas)
    discriminator = own.get("discriminator")
    if not isinstance(discriminator, Mapping):
        return {_tag(branch, index): branch for index, branch in enumerate(branches)}
    found: dict[str, Schema] = {}
    for tag, target in (discriminator.get("mapping") or {}).items():
        found[tag] = {"$ref": target}
    mapped = {schema_name(target) for target in found.values()}
    for index, branch in enumerate(branches):
        if schema_name(branch) not in mapped or schema_name(branch) is None:
            found.setdefault(_tag(branch, index), branch)
    name = schema_name(schema)
    if not found and name is not None:
        found = {child: reference_to(child) for child in _children(name, schemas)}
    return found


def _tag(branch: Schema, index: int) -> str:
    return schema_name(branch) or str(branch.get("title") or index)


def _children(parent: str, schemas: Schemas) -> Iterator[str]:
    for name, schema in schemas.items():
        branches = schema.get("allOf") or ()
        if any(isinstance(b, Mapping) and schema_name(b) == parent for b in branches):
            yield name


def children(schema: Schema) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Yield the schemas directly inside `schema` with their keys from it."""
    for keyword, value in schema.items():
        if keyword in MAPS:
            if isinstance(value, Mapping):
                for name, child in value.items():
                    if isinstance(child, Mapping):
                        yield (keyword, name), child
        elif keyword in LISTS:
            if isinstance(value, (list, tuple)):
                for index, child in enumerate(value):
                    if isinstance(child, Mapping):
                        yield (keyword, str(index)), child
        elif keyword in ONE and isinstance(value, Mapping):
            yield (keyword,), value


def subschemas(schema: Schema, pointer: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield every schema inside `schema`, itself first, with its pointer; follow no `$ref`."""
    stack: list[tuple[str, Schema]] = [(pointer, schema)]
    while stack:
        place, here = stack.pop()
        yield place, here
        inner = [("/".join((place, *map(_escape, keys))), c) for keys, c in children(here)]
        stack.extend(reversed(inner))


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def references(schema: Schema) -> set[str]:
    """Return the components that `schema` mentions, also in discriminator mappings."""
    names: set[str] = set()
    for _, here in subschemas(schema):
        name = schema_name(here)
        if name is not None:
            names.add(name)
        discriminator = here.get("discriminator")
        if isinstance(discriminator, Mapping):
            for target in (discriminator.get("mapping") or {}).values():
                if isinstance(target, str) and target.startswith(PREFIX):
                    names.add(target[len(PREFIX) :])
    return names


def types(schema: Schema, schemas: Schemas | None = None) -> set[str]:
    """Return the JSON types that a value may have, {} where the schema does not tell.

    With `schemas` references are followed. Without `type` they follow from enum, const, the
    branches of a union and the keywords of objects and arrays.
    """
    return _types(schema, schemas or {}, frozenset())


def _types(schema: Schema, schemas: Schemas, seen: frozenset[str]) -> set[str]:
    declared = schema.get("type")
    if isinstance(declared, str):
        return {declared}
    if isinstance(declared, (list, tuple)):
        return set(declared)
    if "const" in schema:
        return {_TYPE_OF[type(schema["const"])]}
    if schema.get("enum"):
        return {_TYPE_OF[type(value)] for value in schema["enum"]}
    name = schema_name(schema)
    if name is not None and name in schemas and name not in seen:
        return _types(schemas[name], schemas, seen | {name})
    for keyword in ("oneOf", "anyOf"):
        branches = schema.get(keyword)
        if branches:
            found = [_types(b, schemas, seen) for b in branches if isinstance(b, Mapping)]
            return set().union(*found) if all(found) else set()
    for branch in schema.get("allOf") or ():
        inherited = _types(branch, schemas, seen) if isinstance(branch, Mapping) else set()
        if inherited:
            return inherited
    if "properties" in schema or isinstance(schema.get("additionalProperties"), Mapping):
        return {"object"}
    return {"array"} if "items" in schema or "prefixItems" in schema else set()
