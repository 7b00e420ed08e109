"""Items that a query parameter names: `/user?accountId=…` that is made, read and deleted on one path."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twingen.contract.model import Operation as Documented, Parameter, Schema
from twingen.contract.schemas import resolve, types
from twingen.infer.draft import Draft
from twingen.infer.evidence import (
    facts,
    is_object,
    name_of,
    record_properties,
    request_schema,
    segments,
    success_examples,
    success_schema,
)  # fmt: skip
from twingen.infer.identity import identity
from twingen.infer.lists import ignored
from twingen.infer.words import kebab, singular
from twingen.twin.model import Answer, Find, Identity, Operation, Resource

Path = tuple[str, ...]
_USES: dict[str, tuple[str, Any]] = {
    "GET": ("read", "none"),
    "PUT": ("replace", "replace"),
    "PATCH": ("update", "update"),
    "DELETE": ("delete", "delete"),
}


def keyed(draft: Draft) -> Draft:
    """Make a resource of a literal path that is posted to, read and deleted, where one query
    parameter of the read and of the delete is a scalar field of the record and the delete needs it.
    """
    by_path: dict[Path, dict[str, Documented]] = {}
    for operation in draft.contract.operations:
        if not operation.host and "#" not in operation.path and "{" not in operation.path:
            by_path.setdefault(segments(operation.path), {})[operation.method] = operation
    for path, methods in sorted(by_path.items()):
        draft = _values(draft, path, methods)
        read, made = methods.get("GET"), methods.get("POST")
        if read is None or made is None or any(one.key in draft.operations for one in methods.values()):
            continue
        schema = success_schema(read)
        if not is_object(schema, draft.contract) or not is_object(request_schema(made), draft.contract):
            continue
        fields = record_properties(schema, draft.contract)
        key = _key(methods, fields)
        if key is not None and name_of(success_schema(made)) == name_of(schema):
            draft = _resource(draft, path, methods, key, fields)
    return draft


def _values(draft: Draft, path: Path, methods: dict[str, Documented]) -> Draft:
    """Make records of scalars that are put, read and deleted on one path by the only parameter."""
    name = singular(kebab(path[-1]))
    three = [methods.get(method) for method in ("GET", "PUT", "DELETE")]
    if len(methods) != 3 or None in three or name in draft.resources:
        return draft
    read, put, gone = (one for one in three if one is not None)
    asked = {tuple((p.name, p.required) for p in one.parameters if p.location == "query") for one in (read, put, gone)}
    scalars = [types(facts(schema or {}, draft.contract)) for schema in (success_schema(read), request_schema(put))]
    if len(asked) != 1 or not scalars[0] or scalars[0] != scalars[1] or scalars[0] & {"object", "array"}:
        return draft
    keys = next(iter(asked))
    if len(keys) != 1 or not keys[0][1] or any(one.key in draft.operations for one in methods.values()):
        return draft
    key, where = keys[0][0], "/" + "/".join(path)
    resource = Resource(
        name=name, about=f"The value at {where} for a {key}.", store=f"{draft.service.name}/{name}",
        identity=Identity(field="key", take="input.key"),
        inferred=(f"keyed: {where} puts, reads and deletes a value by its query's {key!r}",),
    )  # fmt: skip
    find = Find(name=name, by=f"query.{key}", resource=name)
    common: dict[str, Any] = {"target": "item", "resource": name}
    draft = replace(draft, resources={**draft.resources, name: resource})
    return draft.behaving(
        Operation(
            key=read.key, does="read", effect="none", find=(find,), answer=Answer(body="{record.value}"),
            inferred=("keyed: GET reads the value",), **common,
        ),
        Operation(
            key=put.key, does="upsert", effect="upsert", find=(replace(find, optional=True),),
            input={"value": "{body}"}, inferred=("keyed: PUT writes the value",), **common,
        ),
        Operation(
            key=gone.key, does="delete", effect="delete", find=(find,),
            inferred=("keyed: DELETE takes the value away",), **common,
        ),
    )  # fmt: skip


def _key(methods: dict[str, Documented], fields: dict[str, Schema]) -> Parameter | None:
    gone = methods.get("DELETE")
    asked = {p.name for p in methods["GET"].parameters if p.location == "query"}
    for parameter in gone.parameters if gone is not None else ():
        if parameter.location == "query" and parameter.required and parameter.name in asked & set(fields):
            return parameter
    return None


def _resource(
    draft: Draft, path: tuple[str, ...], methods: dict[str, Documented], key: Parameter,
    fields: dict[str, Schema],
) -> Draft:  # fmt: skip
    name = singular(kebab(path[-1]))
    if name in draft.resources:
        return draft
    contract = draft.contract
    read, made = methods["GET"], methods["POST"]
    sent = record_properties(request_schema(made), contract)
    samples = [
        (f"{operation.key} {status} #{example.name}", example.value[key.name])
        for operation in (made, read)
        for status, example in success_examples(operation)
        if isinstance(example.value, dict) and key.name in example.value
    ]
    where = "/" + "/".join(path)
    resource = Resource(
        name=name,
        about=f"What {where} answers for a {key.name}.",
        schema=name_of(success_schema(read)),
        store=f"{draft.service.name}/{name}",
        identity=identity(key.name, fields, sent, [value for _, value in samples], contract),
        samples=tuple(reference for reference, _ in samples),
        write_only=dict.fromkeys(field for field in sent if field not in fields and "." not in field),
        read_only=tuple(
            field for field, member in fields.items()
            if resolve(member, contract.schemas).get("readOnly") and field not in sent
        ),
        inferred=(f"keyed: {where} is made, read and deleted by its query's {key.name!r}",),
    )  # fmt: skip
    find = Find(name=name, by=f"query.{key.name}", resource=name)
    operations = [
        Operation(
            key=made.key, does="create", effect="create", target="collection", resource=name,
            parameters=ignored(made, set()), inferred=("keyed: POST makes it",),
        )
    ]  # fmt: skip
    for method, (does, effect) in _USES.items():
        operation = methods.get(method)
        if operation is not None and any(p.name == key.name for p in operation.parameters):
            operations.append(
                Operation(
                    key=operation.key, does=does, effect=effect, target="item", resource=name,
                    find=(find,), parameters=ignored(operation, {key.name}),
                    inferred=(f"keyed: {method} finds it by {key.name!r}",),
                )
            )  # fmt: skip
    draft = replace(draft, resources={**draft.resources, name: resource})
    return _beneath(draft.behaving(*operations), path, find, key.name)


def _beneath(draft: Draft, path: tuple[str, ...], find: Find, key: str) -> Draft:
    """Let resources under the path, all of whose operations take the same key, belong to the item."""
    published = {one.key: one for one in draft.contract.operations}
    for resource in draft.resources.values():
        mine = [one for one in draft.operations.values() if one.resource == resource.name]
        if not mine or resource.name == find.resource or resource.parents:
            continue
        documented = [published[one.key] for one in mine]
        if all(
            segments(one.path)[: len(path)] == path and any(p.name == key for p in one.parameters)
            for one in documented
        ):
            draft = replace(
                draft,
                resources={
                    **draft.resources, resource.name: replace(resource, parents=(find.resource,))
                },
            ).behaving(
                *(
                    replace(
                        one,
                        find=(find, *one.find),
                        parameters={n: t for n, t in one.parameters.items() if n != key},
                        inferred=(*one.inferred, f"keyed: it lies under the {find.name} of {key!r}"),
                    )
                    for one in mine
                )
            )  # fmt: skip
    return draft
