"""Services of named methods (`/family.verb`): one convention for errors, arguments and verbs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from twingen.contract.model import Operation as Documented, Schema
from twingen.contract.schemas import resolve
from twingen.infer.conventions import literal
from twingen.infer.draft import Draft
from twingen.infer.evidence import (
    example_items,
    list_items,
    name_of,
    record_properties,
    segments,
    success_examples,
    success_schema,
)  # fmt: skip
from twingen.infer.identity import style
from twingen.infer.pages import paging
from twingen.infer.words import kebab, singular
from twingen.twin.model import (
    Answer,
    ErrorCase,
    Errors,
    Find,
    Identity,
    Operation,
    Resource,
    Seed,
    Treatment,
    Validation,
)  # fmt: skip

_METHOD = re.compile(r"^[a-z]\w*(\.\w+)+$")
_NAME_OR_ID = re.compile(r"\bID,? or (?:a |the )?name\b", re.I)
_TOKENS = frozenset({"token", "access_token", "api_key", "apikey", "auth_token"})
# Internal failure → words that a documented error code for it is made of, best first.
_WORDS: dict[str, tuple[frozenset[str], ...]] = {
    "unauthenticated": (frozenset({"not", "authed"}), frozenset({"unauthorized"}), frozenset({"missing", "token"})),
    "bad_credential": (frozenset({"invalid", "auth"}), frozenset({"invalid", "token"})),
    "unknown_route": (frozenset({"unknown", "method"}), frozenset({"method", "not", "found"})),
    "malformed": (frozenset({"invalid", "json"}), frozenset({"invalid", "form", "data"}), frozenset({"invalid", "request"})),
    "bad_cursor": (frozenset({"invalid", "cursor"}),),
    "invalid": (frozenset({"invalid", "arguments"}), frozenset({"invalid", "arg", "name"})),
    "not_found": (frozenset({"not", "found"}),),
    "rate_limited": (frozenset({"ratelimited"}), frozenset({"rate", "limited"})),
}  # fmt: skip


def methods(draft: Draft) -> Draft:
    """Recognise a service whose paths are method names and give its families the usual meanings.

    Applies when four of five paths end in `family.verb` under GET and POST only. Failures are then
    told in the body where the documents show a marker that is true in successes and false in
    errors without a status of their own.
    """
    operations = draft.contract.operations
    named = [op for op in operations if _METHOD.match(segments(op.path)[-1])]
    if not named or len(named) < 0.8 * len(operations):
        return draft
    if {op.method for op in operations} - {"GET", "POST"}:
        return draft
    draft = _conventions(draft, len(named))
    families: dict[str, dict[str, Documented]] = defaultdict(dict)
    for operation in named:
        family, _, verb = segments(operation.path)[-1].rpartition(".")
        families[family][verb] = operation
    shown: dict[str, Resource] = {}
    for family, verbs in families.items():
        draft, found = _family(draft, family, verbs)
        shown.update(found)
    return _references(draft, named, shown)


def _references(
    draft: Draft, named: list[Documented], shown: dict[str, Resource]
) -> Draft:
    """Let methods without behaviour refuse an unknown record, where they document that they do."""
    for operation in named:
        if operation.key in draft.operations:
            continue
        finds = []
        for parameter in _arguments(operation, draft):
            resource = shown.get(parameter)
            error = f"{parameter}_not_found"
            if resource is not None and error in _all_codes(operation, draft):
                by = f"strip(args.{parameter}, '#')" if resource.identity.also else f"args.{parameter}"
                finds.append(Find(name=parameter, by=by, resource=resource.name, error=error))
        if finds:
            draft = draft.behaving(
                Operation(
                    key=operation.key, does="shape", effect="none", target="view",
                    resource=finds[0].resource, find=tuple(finds),
                    inferred=("methods: refuses what it documents as not found",),
                )
            )  # fmt: skip
    return draft


def _arguments(operation: Documented, draft: Draft) -> list[str]:
    names = [p.name for p in operation.parameters]
    for media in operation.body.content if operation.body else ():
        names += list(record_properties(media.schema, draft.contract))
    return list(dict.fromkeys(names))


def _all_codes(operation: Documented, draft: Draft) -> set[str]:
    return {
        str(code)
        for response in operation.responses
        if response.status == "default"
        for media in response.content
        for schema in record_properties(media.schema, draft.contract).values()
        for code in resolve(schema, draft.contract.schemas).get("enum", ())
    }


def _conventions(draft: Draft, count: int) -> Draft:
    service = draft.service
    places = Counter(
        f"{parameter.location}:{parameter.name}"
        for operation in draft.contract.operations
        for parameter in operation.parameters
        if parameter.name in _TOKENS
    )
    names = {place.partition(":")[2] for place in places}
    auth = replace(
        service.auth,
        places=tuple(sorted({*places, *(f"form:{name}" for name in names)})),
        refused="bad_credential",
    )
    marker = _marker(draft)
    errors = service.errors
    cited = [*service.inferred, f"methods: {count} of {len(draft.contract.operations)} paths are method names"]
    if marker is not None:
        errors, evidence = _errors(draft, *marker)
        cited.append(evidence)
    service = replace(
        service, auth=auth, errors=errors, arguments=True, any_method=True,
        validation=Validation(bodies="off", parameters="off"), inferred=tuple(cited),
    )  # fmt: skip
    return replace(draft, service=service)


def _marker(draft: Draft) -> tuple[str, str] | None:
    """Return the member that tells success from failure and the one with the error's code."""
    seen: Counter[tuple[str, str]] = Counter()
    for operation in draft.contract.operations:
        good = next((e.value for _, e in success_examples(operation) if isinstance(e.value, dict)), {})
        for bad in _default_examples(operation):
            for name, value in bad.items():
                if value is False and good.get(name) is True:
                    codes = [key for key, code in bad.items() if isinstance(code, str)]
                    if codes:
                        seen[name, codes[0]] += 1
    if not seen:
        return None
    marker, count = seen.most_common(1)[0]
    return marker if count * 2 >= len(draft.contract.operations) else None


def _default_examples(operation: Documented) -> list[dict[str, Any]]:
    return [
        example.value
        for response in operation.responses
        if response.status == "default"
        for media in response.content
        for example in media.examples
        if isinstance(example.value, dict)
    ]


def _codes(operation: Documented, member: str, draft: Draft) -> list[str]:
    """Return the error codes that an operation documents."""
    found: list[str] = [str(e[member]) for e in _default_examples(operation) if member in e]
    for response in operation.responses:
        if response.status == "default":
            for media in response.content:
                schema = record_properties(media.schema, draft.contract).get(member)
                if schema is not None:
                    found += [str(c) for c in resolve(schema, draft.contract.schemas).get("enum", ())]
    return list(dict.fromkeys(found))


def _errors(draft: Draft, marker: str, member: str) -> tuple[Errors, str]:
    codes = Counter(
        code for operation in draft.contract.operations for code in _codes(operation, member, draft)
    )
    cases: dict[str, ErrorCase] = {}
    for case, wordings in _WORDS.items():
        for words in wordings:
            exact = [c for c in codes if set(re.split(r"[_\W]+", c.lower())) == words]
            if exact:
                best = max(exact, key=lambda code: codes[code])
                cases[case] = ErrorCase(name=case, status=200, fields={"code": best})
                break
    cases.setdefault("unauthenticated", cases.get("bad_credential", ErrorCase(name="unauthenticated", status=401)))
    for operation in draft.contract.operations:
        for code in _codes(operation, member, draft):
            if code.endswith("_not_found"):
                cases.setdefault(code, ErrorCase(name=code, status=200, fields={"code": code}))
    body = {marker: False, member: "{code}"}
    return replace(draft.service.errors, body=body, cases=cases), (
        f"methods: failures are answered with {marker!r} false and a code in {member!r}, status 200"
    )


def _family(
    draft: Draft, family: str, verbs: dict[str, Documented]
) -> tuple[Draft, dict[str, Resource]]:
    listed = verbs.get("list")
    contract = draft.contract
    found = _records(listed, draft) if listed else None
    if listed is None or found is None or found[0] is None:
        return draft, {}
    member, items = found
    fields = record_properties(items, contract) or _published(listed, member or "")
    if "id" not in fields:
        return draft, {}
    name = singular(kebab(family))
    values, references = [], []
    for status, example in success_examples(listed):
        records = [r for r in example_items(example.value, member) if isinstance(r, dict) and "id" in r]
        values += [record["id"] for record in records]
        if records:
            references.append((f"{listed.key} {status} #{example.name} @{member}[]", records))
    made = verbs.get("create")
    shown = _member(made, draft) or _member(verbs.get("info"), draft) or singular(member or name)
    samples = [reference for reference, _ in references[:1]]
    resource = Resource(
        name=name,
        about=f"What {family}.list lists.",
        schema=name_of(items),
        store=f"{draft.service.name}/{name}",
        identity=Identity(
            mint=style(values, False, fields["id"]), also=("name",) if _by_name(draft, shown) else ()
        ),
        samples=tuple(samples),
        inferred=(f"methods: {family}.list answers {member!r} with 'id'",),
    )
    pager = paging(listed, True, contract)
    if pager is not None:
        service = replace(draft.service, paging={**draft.service.paging, pager.name: pager})
        draft = replace(draft, service=service)
    operations = [_list(draft, listed, member or "", resource, pager.name if pager else None)]
    for verb, does in (("info", "read"), ("get", "read")):
        if verb in verbs:
            operations += _read(draft, verbs[verb], does, shown, resource)
    if made is not None and _member(made, draft):
        body = {**_envelope(made), shown: "{record}"}
        names = ", ".join(repr(token) for token in sorted(_TOKENS))
        operations.append(
            Operation(
                key=made.key, does="create", effect="create", target="collection", resource=name,
                input=f"{{omit(args, {names})}}", answer=Answer(status=200, body=body),
                inferred=("methods: create",),
            )
        )  # fmt: skip
    seeds = tuple(
        Seed(resource=name, sample=f"{reference.removesuffix('[]')}[{number}]")
        for reference, records in references[:1]
        for number in range(len(records))
    )
    draft = replace(
        draft, resources={**draft.resources, name: resource}, seeds=(*draft.seeds, *seeds)
    )
    return draft.behaving(*operations), {shown: resource}


def _records(listed: Documented, draft: Draft) -> tuple[str | None, Schema] | None:
    """Return the member that holds a list's records: as published, else as the schema says."""
    for _, example in success_examples(listed):
        if isinstance(example.value, dict):
            names = [
                name
                for name, value in example.value.items()
                if isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
            ]
            if len(names) == 1:
                schema = record_properties(success_schema(listed), draft.contract).get(names[0], {})
                items = resolve(schema, draft.contract.schemas).get("items", {})
                return names[0], items if isinstance(items, dict) else {}
    return list_items(success_schema(listed), draft.contract)


def _published(listed: Documented, member: str) -> dict[str, Schema]:
    """Return the fields of the published records, where the schema tells none."""
    return {
        name: {}
        for _, example in success_examples(listed)
        for record in example_items(example.value, member)
        if isinstance(record, dict)
        for name in record
    }


def _member(operation: Documented | None, draft: Draft) -> str | None:
    """Return the member of a success that holds the record."""
    if operation is None:
        return None
    for name, schema in record_properties(success_schema(operation), draft.contract).items():
        if "id" in record_properties(schema, draft.contract):
            return name
    for _, example in success_examples(operation):
        if isinstance(example.value, dict):
            for name, value in example.value.items():
                if isinstance(value, dict) and "id" in value:
                    return str(name)
    return None


def _envelope(operation: Documented, without: str = "") -> dict[str, Any]:
    """Return the constant members of a published success."""
    for _, example in success_examples(operation):
        if isinstance(example.value, dict):
            return {
                name: literal(value)
                for name, value in example.value.items()
                if name != without and not isinstance(value, (list, dict))
            }
    return {}


def _by_name(draft: Draft, parameter: str) -> bool:
    """Return whether the documents let a name stand for the id in this parameter."""
    for operation in draft.contract.operations:
        texts = [p.description for p in operation.parameters if p.name == parameter]
        for media in operation.body.content if operation.body else ():
            schema = record_properties(media.schema, draft.contract).get(parameter, {})
            texts.append(str(schema.get("description", "")))
        if any(_NAME_OR_ID.search(text) for text in texts):
            return True
    return False


def _list(
    draft: Draft, listed: Documented, member: str, resource: Resource, page: str | None
) -> Operation:
    body: dict[str, Any] = {**_envelope(listed, member), member: "{page.items}"}
    for name, schema in record_properties(success_schema(listed), draft.contract).items():
        inner = record_properties(schema, draft.contract)
        if "next_cursor" in inner and page is not None:
            body[name] = {"next_cursor": "{either(page.next, '')}"}
    known = draft.service.paging.get(page or "")
    paged = {known.limit, known.cursor, known.number} if known else set()
    return Operation(
        key=listed.key, does="list", effect="none", target="collection", resource=resource.name,
        page=page, answer=Answer(status=200, body=body),
        parameters={
            p.name: Treatment(use="ignored", options={"why": "no rule tells what it does"})
            for p in listed.parameters
            if p.name not in paged and p.name not in _TOKENS
        },
        inferred=("methods: list",),
    )  # fmt: skip


def _read(
    draft: Draft, documented: Documented, does: str, shown: str, resource: Resource
) -> list[Operation]:
    names = [p.name for p in documented.parameters if p.name not in _TOKENS]
    wanted = [n for n in names if n in {shown, resource.name, f"{shown}_id", "id"}]
    if not wanted or _member(documented, draft) is None:
        return []
    error = f"{wanted[0]}_not_found"
    if error not in draft.service.errors.cases:
        error = "not_found"
    find = Find(name=resource.name.replace("-", "_"), by=f"args.{wanted[0]}", resource=resource.name, error=error)
    body = {**_envelope(documented), _member(documented, draft) or shown: "{record}"}
    return [
        Operation(
            key=documented.key, does=does, effect="none", target="item", resource=resource.name,
            find=(find,), answer=Answer(status=200, body=body),
            parameters={
                n: Treatment(use="ignored", options={"why": "no rule tells what it does"})
                for n in names if n != wanted[0]
            },
            inferred=(f"methods: {does} by {wanted[0]!r}",),
        )
    ]  # fmt: skip
