"""Published examples: parsed where they are text, dropped where they are placeholders."""

from __future__ import annotations

import re
from typing import Any

import orjson

from twingen.contract.model import Example, Schema
from twingen.contract.schemas import Schemas, types
from twingen.ingest.media import is_json
from twingen.ingest.pointers import MISSING
from twingen.ingest.reader import Place, Reading

_PLACEHOLDER = re.compile(
    r"\s*(?:\.{3}|…|string|example|todo|tbd|n/?a|<[^<>]*>|\{\s*\.{3}\s*\}|\[\s*\.{3}\s*\])?\s*\Z",
    re.IGNORECASE,
)


class ExampleReader:
    """Reads the examples of media types and parameters; `parsed` counts those that were text."""

    def __init__(self, reading: Reading, schemas: Schemas) -> None:
        self._reading = reading
        self._schemas = schemas
        self.parsed = 0

    def read(
        self, holder: dict[str, Any], schema: Schema | None, kind: str | None, place: Place
    ) -> tuple[Example, ...]:
        """Return the examples of a media type (`kind`) or of a parameter (`kind` None)."""
        found: list[Example] = []
        raw = holder.get("examples")
        if isinstance(raw, dict):
            for name, entry in raw.items():
                self._named(name, entry, schema, kind, place / "examples" / name, found)
        elif isinstance(raw, list):
            for index, value in enumerate(raw):
                self._add(f"example-{index + 1}", value, "", schema, kind,
                          place / "examples" / index, found)  # fmt: skip
        if "example" in holder:
            self._add("example", holder["example"], "", schema, kind, place / "example", found)
        return tuple(found)

    def _named(
        self,
        name: str,
        entry: Any,
        schema: Schema | None,
        kind: str | None,
        place: Place,
        found: list[Example],
    ) -> None:
        entry, at = self._reading.follow(entry, place)
        if entry is MISSING:
            return
        summary = ""
        if isinstance(entry, dict):
            summary = str(entry.get("summary") or entry.get("description") or "")
            if "externalValue" in entry and "value" not in entry:
                self._reading.say(
                    "note",
                    "external-example",
                    f"the example {name} stands elsewhere: {entry['externalValue']}",
                    at,
                    left_out="the example",
                )
                return
        if isinstance(entry, dict) and "value" in entry:
            self._add(name, entry["value"], summary, schema, kind, at / "value", found)
        else:  # the value itself, where an Example Object belongs
            self._add(name, entry, "", schema, kind, at, found)

    def _add(
        self,
        name: str,
        value: Any,
        summary: str,
        schema: Schema | None,
        kind: str | None,
        place: Place,
        found: list[Example],
    ) -> None:
        if isinstance(value, str) and kind is not None and is_json(kind):
            value = self._from_text(value, schema, place)
            if value is MISSING:
                return
        taken = {example.name for example in found}
        count, unique = 1, name
        while unique in taken:
            count += 1
            unique = f"{name}-{count}"
        origin = self._reading.source.origin(place.pointer)
        found.append(Example(name=unique, value=value, summary=summary, origin=origin))

    def _from_text(self, text: str, schema: Schema | None, place: Place) -> Any:
        wanted = types(schema, self._schemas) if schema is not None else set()
        starts_like_json = text.lstrip()[:1] in ("{", "[")
        if wanted and "string" in wanted and not (starts_like_json and len(wanted) > 1):
            return text
        if not wanted and not starts_like_json:
            return text
        if starts_like_json or wanted:
            try:
                value = orjson.loads(text)
            except orjson.JSONDecodeError:
                pass
            else:
                self.parsed += 1
                return value
        structured = bool(wanted & {"object", "array"}) or starts_like_json
        kind = "placeholder-example" if _PLACEHOLDER.match(text) else "malformed-example"
        if not structured and kind == "malformed-example":
            return text
        self._reading.repair(
            kind,
            "the example is a placeholder" if kind.startswith("p") else
            "the example is text that is no JSON",
            place,
            evidence=text[:120],
            remove=True,
            level="note",
            left_out="the example",
        )  # fmt: skip
        return MISSING
