"""Validators of a contract's schemas, compiled by jsonschema-rs on first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs

from twingen.contract.model import Schema
from twingen.runtime.flavours import PREFIX, Converter, Flavour, repaired
from twingen.runtime.violation import Validator, Violation, violations

__all__ = ["Schemas", "Validator", "Violation", "marks_null", "violations"]

_DATA = frozenset({"const", "default", "enum", "example", "examples"})
_LARGEST = {"int32": 2**31, "int64": 2**63, "uint32": 2**32, "uint64": 2**64}


def _integer_text(format_name: str) -> Callable[[str], bool]:
    """Google writes 64-bit integers as strings: check that the text is one, and in range."""
    limit = _LARGEST[format_name]
    lowest = 0 if format_name.startswith("u") else -limit

    def check(text: str) -> bool:
        digits = text[1:] if text[:1] == "-" else text
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 20:
            return False
        return lowest <= int(text) < limit

    return check


_FORMATS = {name: _integer_text(name) for name in _LARGEST}


class Schemas:
    """The schemas of a contract, and validators of any schema that refers to them.

    Nothing is compiled before it is asked for. `report` is told what had to be left out of a
    schema to make it compile.
    """

    __slots__ = ("_flavours", "_report", "memo", "schemas")

    def __init__(
        self, schemas: Mapping[str, Schema], *, report: Callable[[str], None] | None = None
    ):
        self.schemas = schemas
        # What other modules derive from these schemas, by keys of their own.
        self.memo: dict[Any, Any] = {}
        self._report = report
        self._flavours: dict[Flavour, _Compiler] = {}

    def resolve(self, schema: Any) -> Any:
        """Return what a chain of references leads to; {} if nowhere."""
        for _ in range(32):
            if not isinstance(schema, Mapping):
                return schema if isinstance(schema, bool) else {}
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                return schema
            schema = self._lookup(reference)
        return {}

    def _lookup(self, reference: str) -> Any:
        if not reference.startswith(PREFIX):
            return None
        found: Any = self.schemas.get(reference[len(PREFIX) :])
        if found is not None or "/" not in reference[len(PREFIX) :]:
            return found
        found = self.schemas
        for step in reference[len(PREFIX) :].split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping):
                found = found.get(step)
            elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                return None
        return found

    def request_validator(
        self, schema: Schema, *, lenient: bool = False, nulls: bool = False
    ) -> Validator:
        """Return the validator of `schema` in a request: readOnly properties are not required.

        `lenient` lets several branches of a oneOf match; `nulls` takes null for any property that
        is not required.
        """
        return self._compiler(Flavour("request", lenient, nulls)).validator(schema)

    def response_validator(self, schema: Schema, *, lenient: bool = False) -> Validator:
        """Return the validator of `schema` in a response: writeOnly properties are refused."""
        return self._compiler(Flavour("response", lenient)).validator(schema)

    def _compiler(self, flavour: Flavour) -> _Compiler:
        compiler = self._flavours.get(flavour)
        if compiler is None:
            compiler = _Compiler(flavour, self.schemas, self._report)
            self._flavours[flavour] = compiler
        return compiler


class _Compiler:
    """One flavour's registries and its cache of validators, by identity of the schema."""

    __slots__ = ("_by_name", "_cache", "_registry", "_repaired", "_report", "_schemas", "flavour")

    def __init__(
        self,
        flavour: Flavour,
        schemas: Mapping[str, Schema],
        report: Callable[[str], None] | None,
    ):
        self.flavour = flavour
        self._schemas = schemas
        self._report = report
        self._registry: tuple[Converter, jsonschema_rs.Registry] | None = None
        self._repaired: tuple[Converter, jsonschema_rs.Registry] | None = None
        # The schema is kept beside its validator so that its id stays its own.
        self._cache: dict[int, tuple[Any, Validator]] = {}
        self._by_name: dict[str, Validator] = {}

    def validator(self, schema: Schema) -> Validator:
        entry = self._cache.get(id(schema))
        if entry is not None:
            return entry[1]
        name = schema["$ref"] if isinstance(schema, Mapping) and len(schema) == 1 and (
            "$ref" in schema
        ) else None  # fmt: skip
        found = self._by_name.get(name) if isinstance(name, str) else None
        if found is None:
            found = self._compile(schema)
            if isinstance(name, str):
                self._by_name[name] = found
        self._cache[id(schema)] = (schema, found)
        return found

    def _compile(self, schema: Schema) -> Validator:
        if self._registry is None:
            converter = Converter(self.flavour, self._schemas, self.flavour.urn)
            self._registry = converter, self._build(converter, self.flavour.urn, None)
        converter, registry = self._registry
        try:
            return _validator(converter.convert(schema), registry)
        except ValueError:
            return self._compile_repaired(schema)

    def _compile_repaired(self, schema: Schema) -> Validator:
        if self._repaired is None:
            urn = self.flavour.urn + ":repaired"
            converter = Converter(self.flavour, self._schemas, urn)
            self._repaired = converter, self._build(converter, urn, self._tell)
        converter, registry = self._repaired
        try:
            kept = repaired(converter.convert(schema), self._known, self._tell)
            return _validator(kept, registry)
        except ValueError as error:
            self._tell(f"schema left unchecked: {str(error).splitlines()[0]}")
            return _validator({}, registry)

    def _build(
        self, converter: Converter, urn: str, tell: Callable[[str], None] | None
    ) -> jsonschema_rs.Registry:
        def told(name: str) -> Callable[[str], None]:
            return lambda text: tell(f"{name}: {text}") if tell is not None else None

        converted: dict[str, Any] = {}
        for name, schema in self._schemas.items():
            part = converter.convert(schema)
            converted[name] = part if tell is None else repaired(part, self._known, told(name))
        document = {"components": {"schemas": converted}}
        return jsonschema_rs.Registry([(urn, document)], draft=jsonschema_rs.Draft202012)

    def _known(self, reference: str) -> bool:
        _, _, name = reference.partition(PREFIX)
        name = name.partition("/")[0].replace("~1", "/").replace("~0", "~")
        return name in self._schemas

    def _tell(self, message: str) -> None:
        if self._report is not None:
            self._report(message)


def marks_null(schema: Any) -> bool:
    """Return whether null is among the types of a schema or of one inside it."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            types = part.get("type")
            if types == "null" or (isinstance(types, (list, tuple)) and "null" in types):
                return True
            waiting.extend(value for key, value in part.items() if key not in _DATA)
        elif isinstance(part, (list, tuple)):
            waiting.extend(part)
    return False


def _validator(schema: Any, registry: jsonschema_rs.Registry) -> Validator:
    return jsonschema_rs.Draft202012Validator(
        schema, registry=registry, formats=_FORMATS, validate_formats=True
    )
