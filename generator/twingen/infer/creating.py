"""What making and deleting answers, and where a new record is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twingen.contract.model import Operation as Documented, Schema
from twingen.contract.schemas import properties, required, types
from twingen.infer.conventions import literal
from twingen.infer.draft import Draft
from twingen.infer.evidence import (
    facts,
    is_parameter,
    name_of,
    record_properties,
    success_examples,
    success_schema,
)  # fmt: skip
from twingen.infer.pages import constant
from twingen.twin.model import Answer, Resource


def created(draft: Draft, made: Documented, resource: Resource, readable: bool) -> Answer | None:
    """Return what a create answers: the record, less of it, or no more than its identifier.

    None when the answer is something else that is not understood. Where the record can be read, a
    201 tells its address.
    """
    answer = _answer(draft, made, resource)
    if answer is not None and readable and any(r.status == "201" for r in made.responses):
        return replace(answer, headers={"location": _location(made, resource)})
    return answer


def _answer(draft: Draft, made: Documented, resource: Resource) -> Answer | None:
    answered = success_schema(made)
    if answered is None or name_of(answered) == resource.schema is not None:
        return Answer()
    fields = record_properties(answered, draft.contract)
    if resource.identity.field in fields or _alike(fields, resource, draft):
        same = name_of(answered) == resource.schema
        return Answer() if same else _projection(made, answered, draft)
    kinds = types(facts(answered, draft.contract))
    if kinds == {"array"}:
        return _with_its_like(draft, answered, resource)
    if not fields:
        return Answer(body=_identifier(resource, kinds)) if kinds and kinds <= {"integer", "string"} else None
    return _told(draft, answered, fields, resource)


def _with_its_like(draft: Draft, answered: Schema, resource: Resource) -> Answer | None:
    """Return the answer of all records of the new one's parent, where it is an array of such."""
    items = facts(answered, draft.contract).get("items")
    if not isinstance(items, dict) or name_of(items) is None or name_of(items) != resource.schema:
        return None
    if not resource.parents:
        return Answer(body=["{record}"])
    parent = resource.parents[-1].replace("-", "_")
    return Answer(body=f"{{find_all({resource.name!r}, {parent}={parent}.id)}}") if "-" not in resource.parents[-1] else None


def _told(
    draft: Draft, answered: Schema, fields: dict[str, Schema], resource: Resource
) -> Answer | None:
    """Return an answer of the identifier under another name, with what else of the record is in it."""
    mine = record_fields(draft, resource)
    own = _bare(f"{resource.name}{resource.identity.field}")
    body: dict[str, Any] = {}
    named = False
    for name, member in fields.items():
        fixed = constant(member, draft.contract)
        if own.endswith(_bare(name)) and _bare(name).endswith(_bare(resource.identity.field or "id")):
            body[name] = _identifier(resource, types(facts(member, draft.contract)))
            named = True
        elif fixed is not None:
            body[name] = fixed
        elif name in mine and name.isidentifier():
            body[name] = f"{{record.{name}}}"
        elif name in required(answered, draft.contract.schemas):
            return None
    return Answer(body=body) if named else None


def _bare(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _identifier(resource: Resource, kinds: set[str] | frozenset[str]) -> str:
    field = f"record.{resource.identity.field}"
    return f"{{int({field})}}" if kinds == {"integer"} and not resource.identity.number else f"{{{field}}}"


def record_fields(draft: Draft, resource: Resource) -> dict[str, Schema]:
    """Return the fields of a resource whose schema has a name."""
    return record_properties(draft.contract.schemas.get(resource.schema or "", {}), draft.contract)


def gone(documented: Documented, resource: Resource, draft: Draft) -> Answer:
    """Return what a delete answers: the record, or of a body of its own what is known of it."""
    schema = success_schema(documented)
    if schema is None:
        return _accepted(documented)
    if name_of(schema) == resource.schema:
        return Answer()
    ours = record_fields(draft, resource)
    published = next((e.value for _, e in success_examples(documented) if isinstance(e.value, dict)), {})
    body: dict[str, Any] = {}
    for name, member in record_properties(schema, draft.contract).items():
        fixed = constant(member, draft.contract)
        if fixed is not None:
            body[name] = fixed
        elif name in published and name != resource.identity.field and not _of_record(
            name, published[name], resource, draft
        ):
            body[name] = literal(published[name])
        elif name == resource.identity.field or name in ours:
            body[name] = f"{{record.{name}}}" if name.isidentifier() else "{nothing}"
    return Answer(body=body) if body else Answer()


def _of_record(name: str, value: Any, resource: Resource, draft: Draft) -> bool:
    """Return whether a deletion's published value may be the record's: a published record has it."""
    if isinstance(value, (dict, list)):
        return True
    return any(
        isinstance(example.value, dict) and example.value.get(name) == value
        for operation in draft.contract.operations
        if resource.schema is not None and name_of(success_schema(operation)) == resource.schema
        for _, example in success_examples(operation)
    )


def _accepted(documented: Documented) -> Answer:
    """Return the redirection that an operation documents as its only success."""
    statuses = [r.status for r in documented.responses if r.status[:1] in {"2", "3"}]
    if statuses and all(status.startswith("3") and status.isdigit() for status in statuses):
        return Answer(status=int(min(statuses)), empty=True)
    return Answer()


def _location(made: Documented, resource: Resource) -> str:
    """Return the template of a new record's address, for the Location header of a 201."""
    parts, number = [], 0
    for part in made.path.split("/"):
        if is_parameter(part):
            part, number = f"{{quote(path[{number}])}}", number + 1
        parts.append(part)
    head, dot, suffix = "/".join(parts).rstrip("/").rpartition(".json")
    identifier = f"/{{quote(record.{resource.identity.field})}}"
    return "{base}" + (head or suffix) + identifier + (dot if not suffix else "")


def _projection(made: Documented, answered: Schema, draft: Draft) -> Answer:
    """Return what a create answers where that is less than the whole record."""
    names = next((list(e.value) for _, e in success_examples(made) if isinstance(e.value, dict)), None)
    return Answer(only=tuple(names or record_properties(answered, draft.contract)))


def _alike(theirs: dict[str, Schema], resource: Resource, draft: Draft) -> bool:
    mine = draft.contract.schemas.get(resource.schema or "", {})
    ours = set(properties(mine, draft.contract.schemas))
    return bool(theirs) and len(ours & set(theirs)) >= 0.6 * len(theirs)
