"""One documented parameter, compiled: its style's grammar, its types, its checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from twingen.contract.model import Parameter
from twingen.runtime.coercion import Coercion, Shape
from twingen.runtime.pairs import plain, split_raw
from twingen.runtime.validation import Schemas
from twingen.runtime.violation import Place, Validator, Violation, violations

_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|", "simple": ","}
# With these keywords only, a value that coerced to one of the types is valid.
_TYPE_ONLY = frozenset(
    {"type", "description", "default", "example", "examples", "title", "deprecated", "nullable",
     "readOnly", "writeOnly"}
)  # fmt: skip


class Argument:
    """A parameter ready to take texts; `scattered` ones are spread over several query names."""

    __slots__ = ("_coerce", "_delimiter", "_json", "_parameter", "_schemas", "_trusted",
                 "_validator", "coercion", "location", "missing", "name", "required",
                 "scattered", "shape")  # fmt: skip

    def __init__(self, parameter: Parameter, coercion: Coercion):
        self._parameter = parameter
        self._schemas: Schemas = coercion.schemas
        self.coercion = coercion
        self.name = parameter.name
        self.location: Place = parameter.location
        self.required = parameter.required
        self.shape: Shape = coercion.shape(parameter.schema)
        self._json = parameter.media_type is not None and "json" in parameter.media_type
        self._delimiter = _DELIMITERS.get(parameter.style, ",")
        self.scattered = (
            parameter.location == "query"
            and self.shape.types == ("object",)
            and parameter.style == "form"
            and parameter.explode
            and parameter.media_type is None
            and bool(self.shape.properties)
        )
        self._coerce = self.shape.text
        self._validator: Validator | None = None
        schema = parameter.schema
        # Texts are always strings: nothing to check where any string will do.
        self._trusted: type | None = None
        if isinstance(schema, Mapping) and _TYPE_ONLY.issuperset(
            key for key in schema if not str(key).startswith("x-")
        ):
            self._trusted = {("string",): str, (): object, ("boolean",): bool}.get(self.shape.types)
        self.missing = self.violation("required", f'"{self.name}" is required', None)

    def violation(self, kind: str, message: str, expected: Any = None) -> Violation:
        return Violation(
            location=self.location, name=self.name, kind=kind, message=message, expected=expected
        )

    def take(self, text: str, values: dict[str, Any], found: list[Violation]) -> None:
        """Take a path value or a header, already decoded."""
        if self._json:
            self._take_json(text, values, found)
        elif self.shape.is_scalar and self._parameter.style == "simple":
            self._check(self._coerce(text), values, found)
        else:
            self._check(self._styled(text), values, found)

    def take_query(self, raws: list[str], values: dict[str, Any], found: list[Violation]) -> None:
        """Take the still encoded values of a query name."""
        shape = self.shape
        if self._json:
            self._take_json(plain(raws[-1]), values, found)
        elif shape.is_scalar or ("string" in shape.types and len(raws) == 1):
            if len(raws) > 1 and not self.coercion.lenient:
                found.append(self.violation("type", f'"{self.name}" is repeated', "one value"))
            raw = raws[-1]
            self._check(
                self._coerce(plain(raw) if "%" in raw or "+" in raw else raw), values, found
            )
        elif shape.is_array:
            self._check(self._array(raws), values, found)
        else:
            self._check(self._object(raws[-1]), values, found)

    def take_tree(self, tree: Any, values: dict[str, Any], found: list[Violation]) -> None:
        """Take nested texts of bracketed names."""
        self._check(self.coercion.tree(tree, self._parameter.schema), values, found)

    def gather(
        self, texts: dict[str, list[str]], values: dict[str, Any], found: list[Violation]
    ) -> None:
        """Take an exploded object's properties out of the query's `texts`."""
        value: dict[str, Any] = {}
        for name, part in self.shape.properties.items():
            raws = texts.pop(name, None)
            if raws is None:
                continue
            shape = self.coercion.shape(part)
            decoded = [plain(raw) for raw in raws]
            value[name] = (
                self.coercion.items(shape, decoded) if shape.is_array else shape.text(decoded[-1])
            )
        if value:
            self._check(value, values, found)

    def _array(self, raws: list[str]) -> Any:
        if len(raws) == 1 and raws[0] and self.coercion.lenient:
            parsed = self._coerce(plain(raws[0]))
            if isinstance(parsed, list):
                return parsed
        if self._parameter.explode:
            return self.coercion.items(self.shape, map(plain, raws))
        texts = [part for raw in raws for part in split_raw(raw, self._delimiter)]
        return self.coercion.items(self.shape, texts)

    def _object(self, raw: str) -> Any:
        text = plain(raw)
        if text[:1] == "{" and (parsed := self._coerce(text)) is not text:
            return parsed
        if self._parameter.style == "deepObject":
            return text
        parts = split_raw(raw, self._delimiter)
        if not parts or len(parts) % 2:
            return text
        return self.coercion.members(self.shape, zip(parts[::2], parts[1::2], strict=True))

    def _styled(self, text: str) -> Any:
        """Undo simple, label and matrix; text that does not follow its style stays text."""
        style, explode, shape = self._parameter.style, self._parameter.explode, self.shape
        delimiter = ","
        if style == "label":
            if text[:1] != ".":
                return text
            text, delimiter = text[1:], "." if explode else ","
        elif style == "matrix":
            if text[:1] != ";":
                return text
            if explode and shape.is_object:
                text, delimiter = text[1:], ";"
            else:
                pairs = [part.partition("=") for part in text[1:].split(";")]
                if any(pair[0] != self.name for pair in pairs):
                    return text
                if shape.is_array and explode:
                    return self.coercion.items(shape, [pair[2] for pair in pairs])
                text = pairs[0][2]
        if shape.is_scalar:
            return self._coerce(text)
        parts = [part.strip() for part in text.split(delimiter)] if text else []
        if shape.is_array:
            return self.coercion.items(shape, parts)
        if explode:
            pairs = [part.partition("=") for part in parts]
            return self.coercion.members(shape, [(pair[0], pair[2]) for pair in pairs])
        if len(parts) % 2:
            return text
        return self.coercion.members(shape, zip(parts[::2], parts[1::2], strict=True))

    def _take_json(self, text: str, values: dict[str, Any], found: list[Violation]) -> None:
        try:
            value = orjson.loads(text)
        except ValueError as error:
            message = f'"{self.name}" is not JSON: {error}'
            found.append(self.violation("contentMediaType", message, "application/json"))
            return
        self._check(value, values, found)

    def _check(self, value: Any, values: dict[str, Any], found: list[Violation]) -> None:
        values[self.name] = value
        if self._trusted is not None and isinstance(value, self._trusted):
            return
        validator = self._validator
        if validator is None:
            validator = self._schemas.request_validator(self._parameter.schema, lenient=True)
            self._validator = validator
        found.extend(violations(validator, value, location=self.location, name=self.name))


def compile_argument(parameter: Parameter, coercion: Coercion) -> Argument:
    """Compile `parameter`; its validator is compiled when a value first needs one."""
    return Argument(parameter, coercion)
