"""What a record is: its schema, identity, samples, and the fields that the server sets or hides."""

from __future__ import annotations

import re
from typing import Any

from twingen.contract.model import Contract, Schema
from twingen.contract.schemas import properties, required, resolve, types, variants
from twingen.infer.born import BORN, CHANGED
from twingen.infer.conventions import literal
from twingen.infer.draft import Draft
from twingen.infer.evidence import (
    example_items,
    is_object,
    list_items,
    name_of,
    record_properties,
    request_schema,
    success_examples,
    success_schema,
)  # fmt: skip
from twingen.infer.identity import identity, identity_field, other_names
from twingen.infer.pages import constant
from twingen.infer.places import Place
from twingen.twin.model import Resource


def record(draft: Draft, place: Place, name: str, parents: list[str]) -> Resource | None:
    contract = draft.contract
    read, listed = place.on_item.get("GET"), place.on_collection.get("GET")
    made = place.on_collection.get("POST")
    schema = success_schema(read) if read else None
    answered = success_schema(made) if made else None
    items = list_items(success_schema(listed), contract) if listed else None
    if not is_object(schema, contract):
        if items is None or (made is None and {"PUT", "DELETE"} <= set(place.on_item)):
            return None  # what is only put, deleted and listed may be an edge
        schema = _fuller(answered, items[1], contract) if place.on_item else items[1]
        if not is_object(schema, contract):
            return None
    assert schema is not None
    schema = _alive(schema, [answered, items[1] if items else None], contract)
    fields = record_properties(schema, contract)
    if list_items(schema, contract) and "id" not in fields:
        return None
    parameter = place.parameter
    field = identity_field(parameter, name, {**fields, **_apart(fields, contract)})
    if field is None:
        return None
    sent = record_properties(request_schema(made), contract) if made else {}
    if "." in field:
        fields, sent = {**fields, **_apart(fields, contract)}, {**sent, **_apart(sent, contract)}
    samples, values = _samples(place, items[0] if items else None, field)
    also = other_names(parameter, field, fields)
    born = {path: "{now}" for path in BORN if _server_set(fields.get(path), path in sent, draft)}
    born |= {path: "{int(epoch)}" for path in BORN if _in_seconds(path, fields, sent, place, contract)}
    changed = {path: "{now}" for path in CHANGED if _server_set(fields.get(path), path in sent, draft)}
    where = f"/{'/'.join(place.item)}"
    joined = _joined(place)
    if field != "id" and "id" not in sent and types(resolve(fields.get("id", {}), contract.schemas)) == {"integer"}:
        born["id"] = "{int(serial(9))}"  # one of its own, though another field names it
    if place.whole is not None:
        also = (*also, place.whole)
    return Resource(
        name=name,
        about=f"What {where} names.",
        schema=name_of(schema),
        store=f"{draft.service.name}/{name}",
        identity=identity(field, fields, sent, values, contract, also),
        parents=tuple(parents),
        samples=tuple(samples),
        defaults={} if samples else _required(
            fields, {field, *born, *changed}, required(schema, contract.schemas), contract
        ),
        server_set={**_unlike(also, field, sent, place), **born, **joined},
        touch={**changed, **joined},
        write_only=dict.fromkeys(_hidden(fields, sent, contract)),
        read_only=tuple(
            path for path, member in fields.items()
            if resolve(member, contract.schemas).get("readOnly") and path not in born
            and path not in changed
            and not any(_sendable(one.get(path), contract) for one in (sent, *_rewritten(place, contract)))
        ),
        inferred=(f"collections: {where} answers an object with {field!r}",),
    )  # fmt: skip


def _joined(place: Place) -> dict[str, str]:
    """Return the field of two names: that of the published owner, and what the client calls the record."""
    for operation in place.on_item.values() if place.whole is not None else ():
        for _, example in success_examples(operation):
            if isinstance(example.value, dict) and isinstance(example.value.get(place.whole), str):
                owner, _, name = example.value[place.whole].partition("/")
                same = [one for one, value in example.value.items() if value == name and one.isidentifier()]
                return {str(place.whole): f"{owner}/{{record.{same[0]}}}"} if same else {}
    return {}


def _apart(fields: dict[str, Schema], contract: Contract) -> dict[str, Schema]:
    """Return the members of a record's `metadata`, by dotted path."""
    inner = record_properties(fields.get("metadata"), contract)
    return {f"metadata.{name}": schema for name, schema in inner.items() if "." not in name}


def _fuller(answered: Schema | None, listed: Schema, contract: Contract) -> Schema:
    """Return which of two answers tells more of a record: a create may answer its identifier only."""
    if answered is None or not is_object(answered, contract):
        return listed
    if not is_object(listed, contract):
        return answered
    one, other = record_properties(answered, contract), record_properties(listed, contract)
    return answered if len(one) >= len(other) else listed


def _unlike(
    also: tuple[str, ...], field: str, sent: dict[str, Schema], place: Place
) -> dict[str, Any]:
    """Return how further names are minted that clients cannot send: in the style of a published one."""
    minted: dict[str, Any] = {}
    for name in also:
        if name in sent:
            continue
        published = next(
            (example.value[name] for operation in (*place.on_collection.values(), *place.on_item.values())
             for _, example in success_examples(operation)
             if isinstance(example.value, dict) and isinstance(example.value.get(name), str)), "",
        )  # fmt: skip
        head = re.match(r"[A-Za-z]+[-_]", published)
        minted[name] = f"{literal(head.group()) if head else ''}{{record.{field}}}"
    return minted


def _rewritten(place: Place, contract: Contract) -> list[dict[str, Schema]]:
    """Return what requests that change a record may carry."""
    writes = (place.on_item.get(method) for method in ("PUT", "PATCH", "POST"))
    return [record_properties(request_schema(one), contract) for one in writes if one is not None]


def _sendable(schema: Schema | None, contract: Contract) -> bool:
    """Return whether requests may carry a field, whatever the answer's schema says of it."""
    return schema is not None and not resolve(schema, contract.schemas).get("readOnly")


def _alive(schema: Schema, others: list[Schema | None], contract: Contract) -> Schema:
    """Return the branch of a union that is made and listed as well: the rest is of records that are gone."""
    names = {name_of(branch) for branch in variants(schema, contract.schemas).values()} - {None}
    if name_of(schema) is None:
        for other in others:
            if name_of(other) in names and other is not None:
                return other
    return schema


def _required(
    fields: dict[str, Schema], known: set[str], needed: frozenset[str] | set[str], contract: Contract
) -> dict[str, Any]:
    """Return what a record has that nobody sends, where no example shows one: constants, defaults,
    and the first word of an enum that a record must have: states are told in their order.
    """
    found: dict[str, Any] = {}
    for name, schema in fields.items():
        if name in known or "." in name:
            continue
        fixed = constant(schema, contract)
        plain = resolve(schema, contract.schemas)
        if fixed is not None:
            found[name] = literal(fixed)
        elif "default" in plain:
            found[name] = literal(plain["default"])
        elif name in needed and isinstance(plain.get("enum"), list) and plain["enum"]:
            found[name] = literal(plain["enum"][0])
        elif plain.get("format") == "unix-time" and name in BORN:
            found[name] = "{int(epoch)}"
    return found


def _hidden(
    fields: dict[str, Schema], sent: dict[str, Schema], contract: Contract
) -> list[str]:
    """Return the paths that are never shown: sent but not part of the record, or flagged writeOnly."""
    if not fields:
        return []
    found = [name for name in sent if name not in fields and "." not in name]

    def walk(members: dict[str, Schema], path: str, depth: int) -> None:
        for name, schema in members.items():
            plain = resolve(schema, contract.schemas)
            if "." in name or (path == "" and name in found):
                continue
            if plain.get("writeOnly") or schema.get("writeOnly"):
                found.append(f"{path}{name}")
            elif depth < 3 and plain.get("type") == "object":
                walk(properties(plain, contract.schemas), f"{path}{name}.", depth + 1)

    walk({**sent, **fields}, "", 0)
    return list(dict.fromkeys(found))


def _server_set(schema: Schema | None, sent: bool, draft: Draft) -> bool:
    if schema is None:
        return False
    plain = resolve(schema, draft.contract.schemas)
    if sent and not plain.get("readOnly"):
        return False
    types = plain.get("type")
    return plain.get("format") == "date-time" or (types == "string" and "enum" not in plain)


def _in_seconds(
    path: str, fields: dict[str, Schema], sent: dict[str, Schema], place: Place, contract: Contract
) -> bool:
    """Return whether a time is shown as seconds since 1970: a whole number, published as one of our days."""
    if path in sent or types(resolve(fields.get(path, {}), contract.schemas)) != {"integer"}:
        return False
    published = [
        example.value[path]
        for operation in (*place.on_collection.values(), *place.on_item.values())
        for _, example in success_examples(operation)
        if isinstance(example.value, dict) and path in example.value
    ]
    return bool(published) and all(isinstance(one, int) and 10**9 <= one < 10**10 for one in published)


def _samples(place: Place, member: str | None, field: str) -> tuple[list[str], list[Any]]:
    references, values = [], []
    for operation in (place.on_collection.get("POST"), place.on_item.get("GET"), place.on_item.get("PUT")):
        for status, example in success_examples(operation) if operation else ():
            if isinstance(example.value, dict) and field in example.value:
                assert operation is not None
                references.append(f"{operation.key} {status} #{example.name}")
                values.append(example.value[field])
    listed = place.on_collection.get("GET")
    for status, example in success_examples(listed) if listed else ():
        items = [item for item in example_items(example.value, member) if isinstance(item, dict)]
        values += [item[field] for item in items if field in item]
        if items and all(field in item for item in items):
            assert listed is not None
            inside = f"{member}[]" if member else "[]"
            references.append(f"{listed.key} {status} #{example.name} @{inside}")
    return references, values


