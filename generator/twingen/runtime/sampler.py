"""Makes one value for a schema: the walk behind `sample`."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Literal

from twingen.contract.model import Schema
from twingen.runtime.flattening import Flat, combined, flattened
from twingen.runtime.flavours import PREFIX
from twingen.runtime.scalars import number, text
from twingen.runtime.validation import Schemas, Validator
from twingen.runtime.violation import fits

Side = Literal["request", "response"]
NOTHING: Any = object()

_OPTIONAL_DEPTH = 5
_DEEPEST = 40
_BUDGET = 1500
_OVERDRAFT = -5000
_BRANCHES = 150
_OBJECT_WORDS = ("properties", "additionalProperties", "patternProperties", "minProperties")


def validator_of(schema: Schema, schemas: Schemas, side: Side) -> Validator:
    if side == "request":
        return schemas.request_validator(schema)
    return schemas.response_validator(schema)


class UnsatisfiableError(Exception):
    """No value was found for a part of the schema."""


class Sampler:
    __slots__ = ("_branches", "_budget", "_examples", "_minimal", "_open", "_rng", "_schemas",
                 "_side", "_yielding")  # fmt: skip

    def __init__(
        self,
        schemas: Schemas,
        seed: str,
        *,
        minimal: bool,
        examples: bool,
        side: Side,
        yielding: bool = False,
    ):
        self._schemas = schemas
        self._yielding = yielding  # leave out what cannot be had, required or not
        self._minimal = minimal
        self._examples = examples
        self._side: Side = side
        self._rng = random.Random(seed)
        self._budget = _BUDGET
        self._branches = _BRANCHES
        self._open: list[str] = []

    def value(self, schema: Any, name: str = "", depth: int = 0) -> Any:
        """Return a value for `schema`, found at the property `name`."""
        self._budget -= 1
        flat = flattened(schema, self._schemas)
        if depth > _DEEPEST or self._budget < _OVERDRAFT:
            raise UnsatisfiableError
        if self._examples and (published := self._published(flat, schema)) is not NOTHING:
            return published
        self._open.extend(flat.names)
        try:
            if flat.unions:
                return self._union(schema, flat, name, depth)
            return self._plain(flat, name, depth)
        finally:
            del self._open[len(self._open) - len(flat.names) :]

    def _published(self, flat: Flat, schema: Any) -> Any:
        words = flat.keywords
        several = words.get("examples")
        candidates = list(several) if isinstance(several, list) else []
        candidates += [words[word] for word in ("example", "default") if word in words]
        for value in candidates:
            if value in (None, {}, []) and "const" not in words:
                continue
            if not isinstance(schema, Mapping):
                break
            if fits(validator_of(schema, self._schemas, self._side), value):
                return value
        return NOTHING

    def _union(self, schema: Any, flat: Flat, name: str, depth: int) -> Any:
        """Take the first branch with which the whole schema holds, open (recursive) ones last."""
        branches = sorted(flat.unions[0], key=self._is_open)
        validator = validator_of(schema, self._schemas, self._side)
        fallback: Any = NOTHING
        for branch in branches:
            self._branches -= 1
            part = combined(schema, branch, self._schemas)
            added = [known for known in part.names if known not in flat.names]
            self._open.extend(added)
            try:
                value = self._branch(part, branch, name, depth)
            except UnsatisfiableError:
                continue
            finally:
                del self._open[len(self._open) - len(added) :]
            tag = words if isinstance(words := flat.keywords.get("discriminator"), dict) else None
            if tag is not None and isinstance(value, dict):
                value = self._tagged(value, tag, [_name(branch)], part)
            if self._branches <= 0 or fits(validator, value):
                return value
            if fallback is NOTHING:
                fallback = value
        if fallback is NOTHING:
            raise UnsatisfiableError
        return fallback

    def _branch(self, part: Flat, branch: Any, name: str, depth: int) -> Any:
        if part.unions and depth < _DEEPEST and part.unions[0]:
            inner = self.value(branch, name, depth + 1)
            rest = self._plain(part, name, depth) if part.properties else inner
            both = isinstance(rest, dict) and isinstance(inner, dict)
            return {**rest, **inner} if both else inner
        return self._plain(part, name, depth)

    def _is_open(self, branch: Any) -> bool:
        return _name(branch) in self._open

    def _plain(self, flat: Flat, name: str, depth: int) -> Any:
        words = flat.keywords
        if "const" in words:
            return words["const"]
        if isinstance(options := words.get("enum"), (list, tuple)):
            if not options:
                raise UnsatisfiableError
            return next((option for option in options if option is not None), None)
        match self._type(flat):
            case "object":
                return self._object(flat, depth)
            case "array":
                return self._array(flat, name, depth)
            case "string":
                return text(words, name, self._rng)
            case "integer" | "number" as kind:
                return number(words, self._rng, whole=kind == "integer")
            case "boolean":
                return False
            case "null":
                return None
        return text(words, name, self._rng) if name else {}

    def _type(self, flat: Flat) -> str:
        words = flat.keywords
        declared = words.get("type")
        types = list(declared) if isinstance(declared, (list, tuple)) else [declared]
        for kind in types:
            if isinstance(kind, str) and kind != "null":
                return kind
        if "null" in types:
            return "null"
        if flat.properties or flat.required or any(word in words for word in _OBJECT_WORDS):
            return "object"
        if "items" in words or "prefixItems" in words or "minItems" in words:
            return "array"
        if "pattern" in words or "format" in words or "minLength" in words:
            return "string"
        return "integer" if "minimum" in words or "maximum" in words else ""

    def _object(self, flat: Flat, depth: int) -> dict[str, Any]:
        words = flat.keywords
        out: dict[str, Any] = {}
        recursive = any(self._open.count(name) > 1 for name in flat.names)
        optional = not self._minimal and not recursive and depth < _OPTIONAL_DEPTH
        least = _count(words.get("minProperties"))
        most = _count(words.get("maxProperties"), 10**6)
        names = [*flat.required, *(name for name in flat.properties if name not in flat.required)]
        for name in names:
            required = name in flat.required
            wanted = required or (optional and self._budget > 0) or len(out) < least
            part = flat.properties.get(name, words.get("additionalProperties", True))
            if not wanted or len(out) >= most or self._hidden(part):
                continue
            try:
                out[name] = self.value(part, name, depth + 1)
            except UnsatisfiableError:
                if required and not self._yielding:
                    raise
        if isinstance(tag := words.get("discriminator"), dict):
            out = self._tagged(out, tag, list(reversed(self._open)), flat)
        extra = words.get("additionalProperties")
        if isinstance(extra, Mapping) and extra and not flat.properties and optional:
            least = max(least, 1)
        while len(out) < least:
            key = f"key{len(out) + 1}"
            out[key] = self.value(extra, key, depth + 1) if isinstance(extra, Mapping) else key
        return out

    def _hidden(self, schema: Any) -> bool:
        words = flattened(schema, self._schemas).keywords
        return words.get("writeOnly" if self._side == "response" else "readOnly") is True

    def _tagged(
        self, value: dict[str, Any], tag: dict[str, Any], names: list[str], flat: Flat
    ) -> dict[str, Any]:
        """Set the discriminator to what the mapping says of the first of `names` that it knows."""
        key = tag.get("propertyName")
        closed = flat.keywords.get("additionalProperties") is False
        if not isinstance(key, str) or (closed and key not in flat.properties):
            return value
        mapping = tag.get("mapping")
        mapping = mapping if isinstance(mapping, Mapping) else {}
        words = flattened(flat.properties.get(key, {}), self._schemas).keywords
        options = words.get("enum")
        for name in names:
            for label, target in mapping.items():
                if str(target).removeprefix(PREFIX) == name and (
                    "const" not in words and (not options or label in options)
                ):
                    return {**value, key: label}
        if mapping and "const" not in words and not options:
            return {**value, key: next(iter(mapping))}
        if not mapping and not options and "const" not in words and names and names[0]:
            return {**value, key: names[0]}
        return value

    def _array(self, flat: Flat, name: str, depth: int) -> list[Any]:
        words = flat.keywords
        least, most = _count(words.get("minItems")), _count(words.get("maxItems"), 10**6)
        count = least
        item = words.get("items", True)
        if not self._minimal and self._budget > 0 and depth < _OPTIONAL_DEPTH:
            recursive = self._is_open(item) if isinstance(item, Mapping) else False
            count = max(least, min(most, 0 if recursive else 1))
        out: list[Any] = []
        fixed = words.get("prefixItems")
        for part in fixed if isinstance(fixed, (list, tuple)) and count else ():
            out.append(self.value(part, name, depth + 1))
        if item is False:
            return out
        while len(out) < min(count, 200):
            try:
                value = self.value(item, name, depth + 1)
            except UnsatisfiableError:
                if len(out) >= least:
                    break
                raise
            if words.get("uniqueItems") and value in out:
                value = self._other(item, name, out)
            out.append(value)
        return out

    def _other(self, item: Any, name: str, taken: list[Any]) -> Any:
        """Return an item that is not `taken`."""
        flat = flattened(item, self._schemas)
        for option in flat.keywords.get("enum", ()):
            if option not in taken:
                return option
        for _ in range(20):
            value = self._plain(flat, name, _OPTIONAL_DEPTH)
            if value not in taken:
                return value
        raise UnsatisfiableError


def _name(schema: Any) -> str:
    reference = schema.get("$ref") if isinstance(schema, Mapping) else None
    return reference.removeprefix(PREFIX) if isinstance(reference, str) else ""


def _count(value: Any, default: int = 0) -> int:
    return int(value) if isinstance(value, (int, float)) else default
