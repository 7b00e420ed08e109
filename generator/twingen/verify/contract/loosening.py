"""The two contracts a case is held against: as published, and loosened where evidence says so.

A loosening is an action of the overlay on contract.json that lets an answer be something that the
published schema forbids. It stands on two independent published examples that show it, or on a
recording; what a fuzzer found is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import jsonschema_rs
import orjson

from twingen.contract.document import dump, load
from twingen.contract.model import Contract, MediaType, Operation, Origin, Repair
from twingen.contract.schemas import subschemas
from twingen.errors import TwinError

KIND = "loosened"
_URN = "urn:published"
_NEEDED = 2
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]")
_PLAIN = re.compile(r"[A-Za-z_]\w*\Z")
_SHOWN = re.compile(r"example (?P<key>.+) (?P<status>\S+) #(?P<name>.+)\Z")
_RECORDING = re.compile(r"recording \S+")


class UnfoundedLooseningError(TwinError):
    """A loosening of the contract without evidence that resolves."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one example asks of one schema: that it takes null, or a value that its enum lacks."""

    schema: tuple[str, ...]
    keyword: str
    value: str


def overlaid(contract: Contract, repairs: tuple[Repair, ...] | None = None) -> Contract:
    """Return `contract` with its loosenings, those on record and those that its examples show.

    Repairs of what could not be read are in contract.json already and change nothing more. Raises
    UnfoundedLooseningError where a loosening has no evidence.
    """
    if repairs is None:
        repairs = (*contract.repairs, *shown(contract))
    loosenings = [repair for repair in repairs if repair.kind.startswith(KIND)]
    if not loosenings:
        return contract
    for repair in loosenings:
        _founded(repair, contract)
    document = orjson.loads(orjson.dumps(dump(contract)))
    for repair in loosenings:
        _apply(document, repair)
    return load(document)


def shown(contract: Contract) -> tuple[Repair, ...]:
    """Return the loosenings that the contract's own examples show, each at least twice.

    Only null, and values that an enum lacks: anything else that an example breaks stays broken.
    """
    document = dump(contract)
    schemas = _Schemas(document)
    wishes: dict[_Wish, dict[str, tuple[str, Origin | None]]] = {}
    for operation, status, media, place in _bodies(contract):
        for example in media.examples:
            found = schemas.wishes(place, example.value)
            if not found:
                continue
            text = orjson.dumps(example.value, option=orjson.OPT_SORT_KEYS).decode()
            name = f"example {operation.key} {status} #{example.name}"
            for wish in found:
                wishes.setdefault(wish, {}).setdefault(text, (name, example.origin))
    repairs: dict[tuple[str, ...], Repair] = {}
    for wish, seen in wishes.items():
        if len(seen) < _NEEDED:
            continue
        here = _at(document, wish.schema)
        update = _update(here, wish) if isinstance(here, dict) else None
        if update is None:
            continue
        known = repairs.get(wish.schema)
        if known is not None:
            update = {**known.update, **update}
        names = [name for name, _ in seen.values()]
        what = "null" if wish.keyword == "type" else wish.value
        repairs[wish.schema] = Repair(
            kind=f"{KIND}-{'null' if wish.keyword == 'type' else 'enum'}",
            target=_path(wish.schema),
            reason=f"{len(names)} published examples have {what} here, which the schema forbids",
            evidence="; ".join(names[:_NEEDED]),
            origin=next(iter(seen.values()))[1],
            update=update,
        )
    return tuple(repairs.values())


def changed_schemas(published: Contract, overlay: Contract) -> frozenset[str]:
    """Return the names of the components that the overlay loosens."""
    if published is overlay:
        return frozenset()
    return frozenset(
        name for name, schema in overlay.schemas.items() if published.schemas.get(name) != schema
    )


def _bodies(contract: Contract) -> Iterator[tuple[Operation, str, MediaType, tuple[str, ...]]]:
    """Yield JSON bodies with examples: the operation, status (or `request`), and where it stands."""
    for item, methods in dump(contract)["paths"].items():
        for method, raw in methods.items():
            operation = next(o for o in contract.operations if o.key == raw["x-twingen"]["key"])
            place = ("paths", item, method)
            content = operation.body.content if operation.body is not None else ()
            for media in content:
                if _usable(media):
                    yield operation, "request", media, (*place, "requestBody", "content", media.type, "schema")
            for response in operation.responses:
                for media in response.content:
                    if _usable(media):
                        at = (*place, "responses", response.status, "content", media.type, "schema")
                        yield operation, response.status, media, at


def _usable(media: MediaType) -> bool:
    return bool(media.examples) and media.schema is not None and "json" in media.type


class _Schemas:
    """Validators of contract.json's schemas by where they stand."""

    def __init__(self, document: dict[str, Any]):
        self._registry = jsonschema_rs.Registry(
            [(_URN, document)], draft=jsonschema_rs.Draft202012
        )
        self._document = document
        self._known: dict[str, Any] = {}

    def wishes(self, place: tuple[str, ...], value: Any) -> list[_Wish]:
        """Return what would have to be let pass for `value` to be valid; [] if it is, or cannot be."""
        schema = _at(self._document, place)
        reference = schema.get("$ref") if isinstance(schema, dict) and len(schema) == 1 else None
        pointer = reference if isinstance(reference, str) else "#" + "".join(
            "/" + step.replace("~", "~0").replace("/", "~1") for step in place
        )  # fmt: skip
        if pointer not in self._known:
            try:
                self._known[pointer] = jsonschema_rs.Draft202012Validator(
                    {"$ref": _URN + quote(pointer, safe="#/~$")}, registry=self._registry
                )
            except (ValueError, jsonschema_rs.ReferencingError):
                self._known[pointer] = None
        validator = self._known[pointer]
        if validator is None:
            return []
        try:
            return [] if validator.is_valid(value) else list(_wishes(validator.iter_errors(value)))
        except ValueError:
            return []


def _wishes(errors: Any) -> Iterator[_Wish]:
    for error in errors:
        kind = error.kind.name
        place = error.absolute_keyword_location or ""
        if kind not in {"type", "enum"} or not place.startswith(_URN + "#/"):
            continue
        steps = tuple(
            unquote(step).replace("~1", "/").replace("~0", "~")
            for step in place[len(_URN) + 2 :].split("/")
        )[:-1]
        if kind == "enum" and isinstance(error.instance, (str, int, type(None))):
            yield _Wish(steps, "enum", orjson.dumps(error.instance).decode())
        elif kind == "type" and error.instance is None:
            yield _Wish(steps, "type", "null")


def _update(schema: Mapping[str, Any], wish: _Wish) -> dict[str, Any] | None:
    if wish.keyword == "enum":
        value = orjson.loads(wish.value)
        known = schema.get("enum")
        return {"enum": [*known, value]} if isinstance(known, list) and value not in known else None
    types = schema.get("type")
    if isinstance(types, str):
        return {"type": [types, "null"]}
    return {"type": [*types, "null"]} if isinstance(types, list) and "null" not in types else None


def _founded(repair: Repair, contract: Contract) -> None:
    """Raise UnfoundedLooseningError unless the evidence names two examples of the contract, or a recording."""
    claims = [claim.strip() for claim in repair.evidence.split(";") if claim.strip()]
    if any(_RECORDING.match(claim) for claim in claims):
        return
    values: set[str] = set()
    for claim in claims:
        named = _SHOWN.match(claim)
        if named is not None:
            values.update(_named(contract, **named.groupdict()))
    if len(values) < _NEEDED:
        raise UnfoundedLooseningError(
            f"the overlay loosens {repair.target} without evidence: {repair.evidence or 'none is given'}",
            where="overlay.yaml",
            remedy="name two published examples or a recording that show it, or take the action out",
        )


def _named(contract: Contract, key: str, status: str, name: str) -> Iterator[str]:
    for operation in contract.operations:
        if operation.key != key:
            continue
        contents = [r.content for r in operation.responses if r.status == status]
        if status == "request" and operation.body is not None:
            contents = [operation.body.content]
        for content in contents:
            for media in content:
                for example in media.examples:
                    if example.name == name:
                        yield orjson.dumps(example.value, option=orjson.OPT_SORT_KEYS).decode()


def _apply(document: dict[str, Any], repair: Repair) -> None:
    """Merge one action into the document; a target that is not there (any more) is left alone."""
    here = _at(document, _steps(repair.target))
    if not isinstance(here, dict) or not isinstance(repair.update, Mapping):
        return
    here.update(repair.update)


def _at(document: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, (list, tuple)) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def _path(steps: tuple[str, ...]) -> str:
    """Return an RFC 9535 path in contract.json."""
    parts = []
    for step in steps:
        quoted = step.replace("\\", "\\\\").replace("'", "\\'")
        parts.append(f".{step}" if _PLAIN.match(step) else f"['{quoted}']")
    return "$" + "".join(parts)


def _steps(path: str) -> tuple[str, ...]:
    found = []
    for name, quoted, number in _STEP.findall(path.removeprefix("$")):
        found.append(name or number or re.sub(r"\\(.)", r"\1", quoted))
    return tuple(found)


def differs(operation: Operation, changed: frozenset[str], published: Contract, overlay: Contract) -> bool:
    """Return whether the overlay changes anything that an operation's answers may hold."""
    if published is overlay:
        return False
    schemas = [m.schema for r in operation.responses for m in r.content if m.schema is not None]
    seen: set[str] = set()
    waiting = [name for schema in schemas for name in _mentioned(schema)]
    while waiting:
        name = waiting.pop()
        if name in changed:
            return True
        if name not in seen and name in overlay.schemas:
            seen.add(name)
            waiting += _mentioned(overlay.schemas[name])
    twin = next((one for one in overlay.operations if one.key == operation.key), operation)
    return twin.responses != operation.responses


def _mentioned(schema: Any) -> list[str]:
    return [
        here["$ref"].rpartition("/")[2]
        for _, here in subschemas(schema)
        if isinstance(here.get("$ref"), str)
    ]


__all__ = ["UnfoundedLooseningError", "changed_schemas", "differs", "overlaid", "shown"]
