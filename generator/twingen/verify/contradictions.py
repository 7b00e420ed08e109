"""Where the documents contradict themselves: published answers that break their published schemas.

A service that answers as its documents show breaks its contract; each such place is a deviation
whose evidence is the published example. An example that holds a placeholder is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from twingen.contract.document import dump
from twingen.contract.model import Contract, Operation, Response
from twingen.runtime.validation import Schemas

_PLACEHOLDER = re.compile(r"\{[^{}]*\}|\$\{|<[^<>]+>|\.\.\.|…")
_COMPONENTS = "#/components/schemas/"
# Keywords that a single value breaks by what it is, not by its form.
_BY_VALUE = frozenset({"enum", "const"})


@dataclass(frozen=True, slots=True)
class Place:
    """A keyword that a value breaks: where it stands in the contract, and what breaks it."""

    at: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A published answer breaks `place`; `evidence` leads to it in contract.json."""

    place: Place
    reason: str
    evidence: str


class Contradictions:
    """The contradictions of one contract, found when first asked for."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schemas = Schemas(contract.schemas)
        self._operations = {operation.key: operation for operation in contract.operations}
        self._found: dict[Place, Contradiction] | None = None

    def explain(self, key: str, status: int, content_type: str, body: Any) -> tuple[Contradiction, ...]:
        """Return the contradictions that an answer shows; () unless they are all that is wrong with it."""
        operation = self._operations.get(key)
        if operation is None:
            return ()
        places = list(self._broken(operation, status, content_type, body))
        known = self._all() if places else {}
        if not places or any(place not in known for place, _ in places):
            return ()
        return tuple({place: known[place] for place, _ in places}.values())

    def _all(self) -> dict[Place, Contradiction]:
        if self._found is None:
            self._found = {}
            for contradiction in self._published():
                self._found.setdefault(contradiction.place, contradiction)
        return self._found

    def _published(self) -> Iterator[Contradiction]:
        pointers = _pointers(self._contract)
        for operation in self._contract.operations:
            for response in operation.responses:
                for media in response.content:
                    if media.schema is None or "json" not in media.type:
                        continue
                    for example in media.examples:
                        for place, error in self._errors(operation, response, media.schema, example.value):
                            if _is_placeholder(error.instance):
                                continue
                            inside = "".join(f"/{_escaped(str(step))}" for step in error.instance_path)
                            where = "/".join(
                                map(_escaped, (response.status, "content", media.type, "examples", example.name))
                            )
                            evidence = f"contract.json#{pointers[operation.key]}/responses/{where}/value{inside}"
                            reason = f"the published example {example.name!r} of {operation.key} has the same: "
                            yield Contradiction(
                                place=place, reason=reason + _short(error.message), evidence=evidence
                            )

    def _broken(
        self, operation: Operation, status: int, content_type: str, body: Any
    ) -> Iterator[tuple[Place, Any]]:
        by_status = {response.status.upper(): response for response in operation.responses}
        names = (str(status), f"{status // 100}XX", "DEFAULT")
        response = next((by_status[name] for name in names if name in by_status), None)
        for media in response.content if response is not None else ():
            if media.schema is not None and media.type.partition(";")[0] == content_type:
                assert response is not None
                yield from self._errors(operation, response, media.schema, body)
                return

    def _errors(
        self, operation: Operation, response: Response, schema: Any, value: Any
    ) -> Iterator[tuple[Place, Any]]:
        try:
            validator = self._schemas.response_validator(schema)
            if validator.is_valid(value):
                return
            errors = list(validator.iter_errors(value))
        except ValueError:
            return
        for error in errors:
            yield from _places(error, f"{operation.key} {response.status}")


def _places(error: jsonschema_rs.ValidationError, label: str) -> Iterator[tuple[Place, Any]]:
    """Yield what an error breaks: each member by itself where several are told at once."""
    absolute = error.absolute_keyword_location or ""
    _, found, inside = absolute.partition(_COMPONENTS)
    steps = "/".join(map(str, error.schema_path))
    at = f"{_COMPONENTS}{unquote(inside)}" if found else f"{label} {steps}"
    kind = error.kind.name
    details = error.kind.as_dict()
    if kind == "additionalProperties":
        for name in details.get("unexpected", ()):
            yield Place(at, str(name)), error
    elif kind == "required":
        yield Place(at, str(details.get("property"))), error
    elif kind in _BY_VALUE:
        yield Place(at, repr(error.instance)), error
    elif kind == "type":
        yield Place(at, type(error.instance).__name__), error
    else:
        yield Place(at), error


def _is_placeholder(value: Any) -> bool:
    return isinstance(value, str) and _PLACEHOLDER.search(value) is not None


def _pointers(contract: Contract) -> dict[str, str]:
    """Return where each operation stands in contract.json."""
    return {
        raw["x-twingen"]["key"]: f"/paths/{_escaped(path)}/{method}"
        for path, item in dump(contract)["paths"].items()
        for method, raw in item.items()
    }


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 160 else f"…{text[-159:]}"
