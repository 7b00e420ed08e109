"""Schemas as documents write them → JSON Schema 2020-12 whose references all resolve."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from twingen.contract.schemas import LISTS, MAPS, ONE, PREFIX
from twingen.ingest.keywords import TYPES, sound_pattern, unsound
from twingen.ingest.pointers import MISSING, join, lookup, of_fragment, split, unescape
from twingen.ingest.reader import Place, Reading

Json = dict[str, Any]
Dialect = Callable[[Json], Json]

_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]+")
_NOISE = frozenset(
    {"components", "schemas", "properties", "definitions", "paths", "content", "schema"}
)
_BOOLEANS = frozenset({"additionalProperties", "unevaluatedProperties", "unevaluatedItems"})
_DROPPED = frozenset({"$id", "$schema", "id"})


class SchemaReader:
    """Reads the schemas of one document; `components` fills as they are referred to."""

    def __init__(self, reading: Reading, dialect: Dialect, home: str) -> None:
        """`home` is the pointer of the document's named schemas (`/components/schemas`)."""
        self._reading = reading
        self._home = home
        self._dialect = dialect
        self.components: dict[str, Json] = {}
        self._raw: Json = {}
        self._names: dict[str, str] = {}
        self._lifted: dict[str, str] = {}

    def read_components(self, raw: Any) -> None:
        """Read every named schema of the document; names are made legal first."""
        self._raw = raw if isinstance(raw, dict) else {}
        taken = {name for name in self._raw if not _ILLEGAL.search(name)}
        for name in self._raw:
            legal = name if name in taken else self._free(name, taken)
            taken.add(legal)
            self._names[name] = legal
            if legal != name:
                self._reading.say(
                    "note",
                    "renamed-schema",
                    f"the schema {name!r} is called {legal} in the contract: a component's name "
                    "is made of letters, digits, dot, dash and underscore",
                    join(self._home, name),
                )
        for name, schema in self._raw.items():
            legal = self._names[name]
            place = Place(None, self._home, ("components", "schemas"))
            self.components[legal] = self.read(schema, place.at(name, legal))

    def read(self, raw: Any, place: Place) -> Json:
        """Read a schema that stands by itself: a component, a body's, a parameter's."""
        schema = self._schema(raw, place)
        return unsound(schema, place, self._reading)

    def _schema(self, raw: Any, place: Place) -> Json:
        if raw is True:
            return {}
        if raw is False:
            return {"not": {}}
        if not isinstance(raw, dict):
            self._reading.repair(
                "not-a-schema",
                f"a schema is expected here, not {type(raw).__name__}",
                place,
                evidence=repr(raw)[:80],
                update={},
            )
            return {}
        schema = self._dialect(raw)
        if isinstance(schema.get("items"), list):
            schema = self._tuple(schema, place)
        found: Json = {}
        for keyword, value in schema.items():
            if keyword in MAPS:
                self._map(keyword, value, found, place)
            elif keyword in LISTS:
                self._list(keyword, value, found, place)
            elif keyword in ONE:
                if isinstance(value, bool) and keyword in _BOOLEANS:
                    found[keyword] = value
                else:
                    found[keyword] = self._schema(value, place / keyword)
            elif keyword in _OTHER:
                _OTHER[keyword](self, value, found, place)
            elif keyword not in _DROPPED or (keyword == "id" and not isinstance(value, str)):
                found[keyword] = value
        return found

    def _tuple(self, schema: Json, place: Place) -> Json:
        """Read `items` that is a list, which was right before 3.1, as the `prefixItems` it became."""
        found = dict(schema)
        found["prefixItems"] = found.pop("items")
        if "additionalItems" in found:
            found["items"] = found.pop("additionalItems")
        self._reading.repair(
            "tuple-items",
            "`items` is a list; it is read as prefixItems",
            place,
            evidence=f"items: {repr(schema['items'])[:80]}",
            update={"prefixItems": found["prefixItems"]},
            level="note",
        )
        return found

    # Keywords that hold schemas

    def _map(self, keyword: str, value: Any, found: Json, place: Place) -> None:
        if not isinstance(value, dict):
            self._drop(keyword, value, place, "is no mapping of schemas")
            return
        inner = place / keyword
        read: Json = {}
        needed: list[str] = []
        for name, child in value.items():
            if keyword == "properties" and isinstance(child, dict):
                if child.get("required") is True:
                    needed.append(name)
            elif keyword == "patternProperties" and not sound_pattern(name):
                self._bad_pattern(name, inner / name, remove=True)
                continue
            read[name] = self._schema(child, inner / name)
        found[keyword] = read
        if needed:
            before = found.get("required", [])
            found["required"] = [*before, *(n for n in needed if n not in before)]
            self._reading.say(
                "note",
                "required-flag",
                f"`required: true` stands on {', '.join(needed)}; it is read as the list "
                "`required` of the object",
                inner,
            )

    def _list(self, keyword: str, value: Any, found: Json, place: Place) -> None:
        if isinstance(value, dict) and keyword != "prefixItems":
            value = [value]
        if not isinstance(value, list) or not value:
            self._drop(keyword, value, place, "is no list of schemas")
            return
        inner = place / keyword
        found[keyword] = [self._schema(child, inner / i) for i, child in enumerate(value)]

    def _definitions(self, value: Any, found: Json, place: Place) -> None:
        self._map("$defs", value, found, place)

    # References

    def _reference(self, reference: Any, found: Json, place: Place) -> None:
        name = self.component_of(reference)
        if name is None:
            self._reading.dangling(reference, place, update={})
        else:
            found["$ref"] = PREFIX + name

    def component_of(self, reference: Any) -> str | None:
        """Return the component that a reference leads to; one in the middle is lifted out."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        pointer = of_fragment(reference)
        home, _, token = pointer.rpartition("/")
        if home == self._home and unescape(token) in self._names:
            return self._names[unescape(token)]
        if pointer in self._lifted:
            return self._lifted[pointer]
        if not pointer.startswith("/"):
            return None
        target = lookup(self._reading.document, pointer)
        if target is MISSING or not isinstance(target, (dict, bool)):
            return None
        return self._lift(pointer, target)

    def _lift(self, pointer: str, target: Any) -> str:
        words = [t for t in split(pointer) if t not in _NOISE]
        name = self._free("_".join(words), {*self._names.values(), *self._lifted.values()})
        self._lifted[pointer] = name
        place = Place(None, pointer, ("components", "schemas", name))
        self.components[name] = {}
        self.components[name] = self.read(target, place)
        self._reading.say(
            "note", "ref-into-middle", f"a reference leads here; the schema is now {name}", place
        )
        return name

    def _free(self, name: str, taken: set[str]) -> str:
        legal = _ILLEGAL.sub("_", name).strip("_") or "Schema"
        candidate, count = legal, 1
        while candidate in taken:
            count += 1
            candidate = f"{legal}_{count}"
        return candidate

    def _discriminator(self, value: Any, found: Json, place: Place) -> None:
        if isinstance(value, str):
            value = {"propertyName": value}
        if not isinstance(value, dict) or not isinstance(value.get("propertyName"), str):
            self._drop("discriminator", value, place, "names no property")
            return
        mapping = value.get("mapping")
        if not isinstance(mapping, dict):
            found["discriminator"] = {k: v for k, v in value.items() if k != "mapping"}
            return
        read: Json = {}
        for tag, target in mapping.items():
            name = self._names.get(target) if isinstance(target, str) else None
            name = name or self.component_of(target)
            if name is None:
                self._drop(f"mapping of {tag}", target, place / "discriminator", "leads nowhere")
            else:
                read[tag] = PREFIX + name
        found["discriminator"] = {**value, "mapping": read}

    # Keywords that hold data

    def _type(self, value: Any, found: Json, place: Place) -> None:
        names = value if isinstance(value, list) else [value]
        read: list[str] = []
        for name in names:
            if name == "file":
                found.setdefault("format", "binary")
            if name is None:
                name = "null"
            known = TYPES.get(name) if isinstance(name, str) else None
            if known is None:
                self._drop("type", value, place, "is no JSON type")
                return
            if known not in read:
                read.append(known)
        if "any" in read or not read:
            return
        found["type"] = read if isinstance(value, list) else read[0]

    def _required(self, value: Any, found: Json, place: Place) -> None:
        if isinstance(value, bool):
            return
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            found["required"] = list(dict.fromkeys([*found.get("required", []), *value]))
        else:
            self._drop("required", value, place, "is no list of names")

    def _pattern(self, value: Any, found: Json, place: Place) -> None:
        if isinstance(value, str) and sound_pattern(value):
            found["pattern"] = value
        else:
            self._bad_pattern(value, place / "pattern", remove=True)

    def _bad_pattern(self, value: Any, place: Place, *, remove: bool) -> None:
        self._reading.repair(
            "invalid-pattern",
            "the pattern is no regular expression",
            place,
            evidence=repr(value),
            remove=remove,
            left_out="the pattern",
        )

    def _enum(self, value: Any, found: Json, place: Place) -> None:
        if isinstance(value, list) and value:
            found["enum"] = value
        else:
            self._drop("enum", value, place, "is no list of values")

    def _example(self, value: Any, found: Json, place: Place) -> None:
        found["examples"] = [value, *(e for e in found.get("examples", ()) if e != value)]

    def _examples(self, value: Any, found: Json, place: Place) -> None:
        if isinstance(value, dict):
            value = [e["value"] if isinstance(e, dict) and "value" in e else e
                     for e in value.values()]  # fmt: skip
        values = value if isinstance(value, list) else [value]
        before = found.get("examples", [])
        found["examples"] = [*before, *(e for e in values if e not in before)]

    def _drop(self, keyword: str, value: Any, place: Place, why: str) -> None:
        self._reading.repair(
            "invalid-keyword",
            f"{keyword} {why}",
            place / keyword,
            evidence=f"{keyword}: {repr(value)[:80]}",
            remove=True,
            left_out=f"the keyword {keyword}",
        )


_OTHER: dict[str, Callable[[SchemaReader, Any, Json, Place], None]] = {
    "$ref": SchemaReader._reference,
    "definitions": SchemaReader._definitions,
    "discriminator": SchemaReader._discriminator,
    "enum": SchemaReader._enum,
    "example": SchemaReader._example,
    "examples": SchemaReader._examples,
    "pattern": SchemaReader._pattern,
    "required": SchemaReader._required,
    "type": SchemaReader._type,
}
