"""Requests to try an operation with: published examples and samples, varied so that they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from twingen.contract.model import MediaType, Operation as Documented, Schema
from twingen.contract.schemas import properties, resolve
from twingen.runtime import paths
from twingen.runtime.sample import sample
from twingen.runtime.validation import Schemas
from twingen.runtime.violation import Validator, fits

_LEAVES = 40
_DEPTH = 5
_DATE = re.compile(r"^\d{4}-\d\d-\d\d")
_TOKEN = re.compile(r"^[A-Z][A-Z0-9_]+$")
_HOLLOW = re.compile(r"^(\{\{?|\$\{|<)[^{}<>]*(\}\}?|>)$")
_REFERENCE = re.compile(r"(^|[a-z_.])(ids?|Ids?|_ids?|key|Key|href|ref)$")
_FIXED = frozenset({"enum", "const", "pattern", "format"})
_REMARKS = frozenset({"description", "title", "example", "examples"})
_OBJECT = frozenset({"type", "properties", "additionalProperties"})
_FREE_FORMATS = frozenset({"email", "uri", "url", "string", "text"})


class Sent(NamedTuple):
    """A body and the media type that it is sent as; None and None without one."""

    media: str | None
    value: Any


def bodies(
    documented: Documented, schemas: Schemas, number: int, unique: frozenset[str] = frozenset()
) -> Iterator[Sent]:
    """Yield bodies to try, best first: a published example varied, samples varied, the example.

    Equal numbers give equal bodies; the fields in `unique` are varied whatever they look like.
    """
    key = ("law-bodies", documented.key, number, unique)
    made = schemas.memo.get(key)
    if made is None:
        made = schemas.memo[key] = ([], _bodies(documented, schemas, number, unique))
    known, rest = made
    place = 0
    while True:
        if place == len(known):
            sent = next(rest, None)
            if sent is None:
                return
            known.append(sent)
        yield known[place]
        place += 1


def _bodies(
    documented: Documented, schemas: Schemas, number: int, unique: frozenset[str]
) -> Iterator[Sent]:
    media = _media(documented)
    if media is None:
        yield Sent(None, None)
        return
    if media.schema is None:
        for example in media.examples[:1]:
            yield Sent(media.type, example.value)
        if not media.examples and "json" in media.type:
            yield Sent(media.type, {"law": f"v{number}"})
        return
    schema = media.schema
    if _free(schema):
        # Any value will do: one that can be told from those of other numbers.
        yield Sent(media.type, {"law": f"v{number}"})
    validator = schemas.request_validator(schema, lenient=True, nulls=True)
    published = [one.value for one in media.examples if fits(validator, one.value)][:2]
    found = published[:1]
    for minimal in (False, True):
        value = sample(schema, schemas, seed=f"law/{documented.key}", minimal=minimal, side="request")
        if value is not None and fits(validator, value):
            found.append(value)
    seen: list[Any] = []
    for value in [*(varied(one, schema, schemas, validator, number, unique) for one in found), *published]:
        if value not in seen:
            seen.append(value)
            yield Sent(media.type, value)


def _free(schema: Schema) -> bool:
    """Return whether a schema admits any object."""
    told = {name: value for name, value in schema.items() if name not in _REMARKS}
    objects = told.get("type") == "object" and told.get("additionalProperties") is not False
    return not told or (objects and not told.get("properties") and set(told) <= _OBJECT)


def _media(documented: Documented) -> MediaType | None:
    content = documented.body.content if documented.body else ()
    ranked = sorted(content, key=lambda media: _rank(media.type))
    return ranked[0] if ranked else None


def _rank(media: str) -> int:
    if media == "application/json":
        return 0
    return 1 if "json" in media else 2 if "urlencoded" in media else 3


def readable(documented: Documented) -> bool:
    """Return whether its body, if it takes one, is of a kind that can be written here."""
    media = _media(documented)
    return media is None or _rank(media.type) < 3


def read_only(documented: Documented, path: tuple[str, ...], schemas: Schemas) -> bool:
    """Return whether a request's schema does not let clients send a field."""
    media = _media(documented)
    schema: Any = media.schema if media is not None else None
    for name in path:
        schema = properties(schema, schemas.schemas).get(name) if schema else None
        if schema is None or resolve(schema, schemas.schemas).get("readOnly"):
            return True
    return False


def queries(documented: Documented, schemas: Schemas) -> dict[str, Any]:
    """Return a value for every query parameter that must be sent."""
    return {
        parameter.name: value_of(parameter.name, documented, schemas)
        for parameter in documented.parameters
        if parameter.location == "query" and parameter.required
    }


def value_of(name: str, documented: Documented, schemas: Schemas) -> Any:
    """Return an example of a parameter, else a sample of its schema."""
    for parameter in documented.parameters:
        if parameter.name == name:
            for example in parameter.examples:
                return example.value
            return sample(parameter.schema, schemas, seed=f"law/{name}", minimal=True, side="request")
    return None


def varied(
    value: Any, schema: Schema, schemas: Schemas, validator: Validator, number: int,
    unique: frozenset[str],
) -> Any:  # fmt: skip
    """Return the value with its free leaves changed, differently for every number."""
    if isinstance(value, str):
        return _other(value, resolve(schema, schemas.schemas), ("value",), number, False) or value
    if not isinstance(value, dict):
        return value
    leaves = list(_leaves(value, schema, schemas, ()))[:_LEAVES]
    for other in (_other, _another_choice):
        changes = []
        for path, old, inner in leaves:
            new = other(old, inner, path, number, ".".join(path) in unique)
            if new is not None and new != old:
                changes.append((path, new))
        result = _changed(value, changes, validator)
        if result != value:
            return result
    return value


def _changed(
    value: dict[str, Any], changes: list[tuple[tuple[str, ...], Any]], validator: Validator
) -> dict[str, Any]:
    """Return the value with all changes, or else with those that are valid one by one."""
    result = value
    for path, new in changes:
        result = paths.put(result, path, new)
    if fits(validator, result):
        return result
    result = value
    for path, new in changes:
        tried = paths.put(result, path, new)
        if fits(validator, tried):
            result = tried
    return result


def _another_choice(
    value: Any, schema: Schema, path: tuple[str, ...], number: int, unique: bool
) -> Any:
    """Return another member of an enum, or a list without its last member."""
    choices = schema.get("enum")
    if isinstance(choices, list) and value in choices and len(choices) > 1:
        return choices[(choices.index(value) + number) % len(choices)]
    return value[:-1] if isinstance(value, list) and len(value) > 1 else None


def _leaves(
    value: Any, schema: Schema, schemas: Schemas, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Schema]]:
    if isinstance(value, Mapping) and len(path) < _DEPTH:
        known = properties(schema, schemas.schemas) if schema else {}
        for name, member in value.items():
            yield from _leaves(member, known.get(name, {}), schemas, (*path, name))
    elif path:
        yield path, value, resolve(schema, schemas.schemas) if schema else {}


def _other(value: Any, schema: Schema, path: tuple[str, ...], number: int, unique: bool) -> Any:
    name = path[-1]
    if "enum" in schema or "const" in schema or schema.get("readOnly"):
        return None
    if isinstance(value, bool):
        return value if number % 2 else not value
    if isinstance(value, (int, float)):
        return None if _REFERENCE.search(name) else value + number
    if isinstance(value, list):
        free = value and all(isinstance(one, str) for one in value)
        items = schema.get("items")
        inner = items if isinstance(items, Mapping) else {}
        if not free or _FIXED & set(inner) or "$ref" in inner:
            return None
        return [_other(one, {}, path, number, unique) or one for one in value]
    if not isinstance(value, str):
        return None
    if unique and re.fullmatch(r"[A-Z0-9]+", value):
        return value[:7] + chr(64 + number)
    if not unique and (_REFERENCE.search(name) or _TOKEN.match(value) or value.isdigit()):
        return None
    if "pattern" in schema or (schema.get("format") or "text") not in _FREE_FORMATS:
        return f"v{number}{value}" if unique else None
    return _text(value, schema, number)


def _text(value: str, schema: Schema, number: int) -> str | None:
    if _DATE.match(value):
        return None
    if "://" in value:
        return f"{value.rstrip('/')}/v{number}"
    if _HOLLOW.match(value):
        return f"v{number}-value"
    new = f"v{number}-{value}"
    longest = schema.get("maxLength")
    return new[:longest] if isinstance(longest, int) else new
