"""Published examples against published schemas: where a document contradicts itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from twingen.contract.diagnostics import Diagnostics
from twingen.contract.model import Contract, Example, MediaType, Operation, Origin, Schema
from twingen.contract.schemas import PREFIX, Schemas, references
from twingen.ingest.media import is_json
from twingen.ingest.renaming import redirect

_BASE = "urn:contract"
# Compiling a schema costs as much as all that it reaches; a document whose schemas all reach each
# other is checked only as far as this many reached schemas go (Okta needs some 4,000).
_BUDGET = 30_000


def check_examples(contract: Contract, diagnostics: Diagnostics) -> None:
    """Add a note for every operation whose request or 2xx examples contradict their schemas.

    Neither side is changed: which one is right takes a recording or prose to tell.
    """
    check = _Check(contract.schemas)
    for operation in contract.operations:
        failures: list[tuple[Example, str]] = []
        count = 0
        for media in _checked(operation):
            for example in media.examples:
                count += 1
                problem = check.problem(media.schema, example.value)
                if problem is not None:
                    failures.append((example, problem))
        if failures:
            example, problem = failures[0]
            diagnostics.add(
                "note",
                "example-contradicts-schema",
                f"{len(failures)} of {count} examples of {operation.id} contradict their schema; "
                f"{example.name}: {problem}",
                example.origin or operation.origin or Origin(document=""),
            )
    if check.exhausted:
        diagnostics.add(
            "note",
            "examples-unchecked",
            "the schemas reach each other so widely that not all examples were checked",
            Origin(document=contract.documents[0].path),
            left_out="the check of some examples",
        )


def _checked(operation: Operation) -> Iterator[MediaType]:
    groups = [operation.body.content] if operation.body is not None else []
    groups += [r.content for r in operation.responses if r.status.startswith("2")]
    for content in groups:
        for media in content:
            if media.schema is not None and media.examples and is_json(media.type):
                yield media


class _Check:
    """Compiles each schema once; None where the validator cannot compile it."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._uses: dict[str, set[str]] = {}
        self._spent = 0
        document = {"components": {"schemas": dict(schemas)}}
        self._registry = jsonschema_rs.Registry([(_BASE, document)])
        self._validators: dict[Any, Any] = {}
        self._known: dict[tuple[int, int], str | None] = {}

    @property
    def exhausted(self) -> bool:
        return self._spent > _BUDGET

    def problem(self, schema: Schema | None, value: Any) -> str | None:
        """Return what is wrong with `value`, None if nothing is."""
        if schema is None:
            return None
        key = (id(schema), id(value))  # both live as long as the contract
        if key not in self._known:
            self._known[key] = self._problem(schema, value)
        return self._known[key]

    def _problem(self, schema: Schema, value: Any) -> str | None:
        name = schema.get("$ref") if len(schema) == 1 else id(schema)
        if name not in self._validators:
            self._validators[name] = self._compile(schema)
        validator = self._validators[name]
        if validator is None:
            return None
        try:
            if validator.is_valid(value):
                return None
            error = next(iter(validator.iter_errors(value)))
        except (ValueError, StopIteration):
            return None
        place = "".join(f"/{token}" for token in error.instance_path)
        message = re.sub(r"\s+", " ", error.message)
        if len(message) > 160:
            message = "…" + message[-159:]
        return f"{message} (at {place or 'the top'})"

    def _cost(self, schema: Schema) -> int:
        """Return how many named schemas `schema` reaches."""
        seen: set[str] = set()
        queue = [*references(schema)]
        while queue:
            name = queue.pop()
            if name in seen or name not in self._schemas:
                continue
            seen.add(name)
            if name not in self._uses:
                self._uses[name] = references(self._schemas[name])
            queue.extend(self._uses[name])
        return len(seen) + 1

    def _compile(self, schema: Schema) -> Any:
        if self._spent > _BUDGET:
            return None
        self._spent += self._cost(schema)
        try:
            return jsonschema_rs.Draft202012Validator(
                dict(redirect(schema, PREFIX, _BASE + PREFIX)), registry=self._registry
            )
        except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
            return None
