"""Parameters, bodies, headers and responses of OpenAPI 3."""

from __future__ import annotations

from typing import Any, cast

from twingen.contract.model import (
    Body,
    Header,
    Location,
    MediaType,
    Parameter,
    Response,
    Schema,
)
from twingen.ingest.examples import ExampleReader
from twingen.ingest.media import JSON, media_type
from twingen.ingest.pointers import MISSING
from twingen.ingest.reader import Place, Reading
from twingen.ingest.schema_reader import SchemaReader

_LOCATIONS = ("path", "query", "header", "cookie")


class ContentReader:
    """Reads what goes in and out of operations; shared components are read once."""

    def __init__(self, reading: Reading, schemas: SchemaReader) -> None:
        self._reading = reading
        self._schemas = schemas
        self.examples = ExampleReader(reading, schemas.components)
        self._shared: dict[tuple[str, str], Any] = {}

    # Parameters

    def parameters(self, raw: Any, place: Place) -> tuple[list[Parameter], list[dict[str, Any]]]:
        """Return the parameters of a list, and what stands there `in: body` or `in: formData`."""
        found: list[Parameter] = []
        bodies: list[dict[str, Any]] = []
        if raw is None:
            return found, bodies
        if not isinstance(raw, list):
            self._unexpected("parameters", raw, place)
            return found, bodies
        seen: set[tuple[str, str]] = set()
        for index, entry in enumerate(raw):
            node, at = self._reading.follow(entry, place / index)
            if node is MISSING:
                continue
            if not isinstance(node, dict) or not isinstance(node.get("name"), str):
                self._unexpected("a parameter with a name", node, at)
                continue
            location = node.get("in")
            if location in ("body", "formData"):
                bodies.append(node)
                continue
            if location not in _LOCATIONS:
                self._unexpected("a parameter in path, query, header or cookie", node, at)
                continue
            name = node["name"].lower() if location == "header" else node["name"]
            if (location, name) in seen:
                self._reading.say(
                    "note",
                    "repeated-parameter",
                    f"the {location} parameter {node['name']} is listed twice; the first counts",
                    place / index,
                )
                continue
            seen.add((location, name))
            found.append(self._parameter(node, location, at))
        return found, bodies

    def _parameter(self, raw: dict[str, Any], location: str, place: Place) -> Parameter:
        key = ("parameter", place.pointer)
        if key in self._shared:
            return cast(Parameter, self._shared[key])
        style = "form" if location in ("query", "cookie") else "simple"
        if isinstance(raw.get("style"), str):
            style = raw["style"]
        explode = raw.get("explode")
        kind: str | None = None
        holder = raw
        at = place
        content = raw.get("content")
        if isinstance(content, dict) and content:
            text = next(iter(content))
            kind = media_type(text)[0]
            at = place / "content" / text
            holder = content[text] if isinstance(content[text], dict) else {}
        schema: Schema = (
            self._schemas.read(holder["schema"], at / "schema") if "schema" in holder else {}
        )
        examples = self.examples.read(holder, schema, kind, at)
        if not examples and holder is not raw:
            examples = self.examples.read(raw, schema, kind, place)
        found = Parameter(
            name=raw["name"],
            location=cast(Location, location),
            required=raw.get("required") is True or location == "path",
            schema=schema,
            style=style,
            explode=explode if isinstance(explode, bool) else style == "form",
            media_type=kind,
            description=_text(raw.get("description")),
            deprecated=raw.get("deprecated") is True,
            examples=examples,
        )
        self._shared[key] = found
        return found

    # Bodies

    def body(self, raw: Any, place: Place) -> Body | None:
        node, at = self._reading.follow(raw, place)
        if node is MISSING or node is None:
            return None
        if not isinstance(node, dict):
            self._unexpected("a request body", node, at)
            return None
        return Body(
            required=node.get("required") is True,
            content=self.content(node.get("content"), at / "content"),
            description=_text(node.get("description")),
        )

    def misplaced_body(self, raw: list[dict[str, Any]], place: Place) -> Body | None:
        """Read Swagger 2 parameters `in: body` or `in: formData` of an OpenAPI 3 operation."""
        if not raw:
            return None
        self._reading.say(
            "warning",
            "body-parameter",
            "a parameter stands in the body, as in Swagger 2; it is read as the request body",
            place,
        )
        for node in raw:
            if node["in"] == "body":
                schema = self._schemas.read(node.get("schema", {}), place / "schema")
                return Body(
                    required=node.get("required") is True,
                    content=(MediaType(type=JSON, schema=schema),),
                    description=_text(node.get("description")),
                )
        fields = {
            n["name"]: n.get("schema") or {k: n[k] for k in ("type", "format", "items") if k in n}
            for n in raw
        }
        form = {
            "type": "object",
            "properties": fields,
            "required": [n["name"] for n in raw if n.get("required") is True],
        }
        schema = self._schemas.read(form, place / "schema")
        kind = "application/x-www-form-urlencoded"
        return Body(required=True, content=(MediaType(type=kind, schema=schema),))

    def content(self, raw: Any, place: Place) -> tuple[MediaType, ...]:
        if raw is None:
            return ()
        if not isinstance(raw, dict):
            self._unexpected("a mapping of media types", raw, place)
            return ()
        found: dict[str, MediaType] = {}
        for text, entry in raw.items():
            kind, legal = media_type(text)
            if not legal:
                self._reading.repair(
                    "illegal-media-type",
                    f"{text!r} is no media type; it is read as {kind}",
                    place / text,
                    evidence=text,
                    level="note",
                )
            node, at = self._reading.follow(entry, place.at(text, kind))
            if node is MISSING or not isinstance(node, dict):
                node = {}
            read = self._media(kind, node, at)
            before = found.get(kind)
            found[kind] = read if before is None else _united(before, read)
        return tuple(found.values())

    def _media(self, kind: str, raw: dict[str, Any], place: Place) -> MediaType:
        schema = self._schemas.read(raw["schema"], place / "schema") if "schema" in raw else None
        encoding = raw.get("encoding")
        return MediaType(
            type=kind,
            schema=schema,
            examples=self.examples.read(raw, schema, kind, place),
            encoding=_encoding(encoding) if isinstance(encoding, dict) else {},
        )

    # Responses

    def responses(self, raw: Any, place: Place) -> tuple[Response, ...]:
        if not isinstance(raw, dict):
            if raw is not None:
                self._unexpected("a mapping of responses", raw, place)
            return ()
        found: list[Response] = []
        for status, entry in raw.items():
            if status.startswith("x-"):
                continue
            node, at = self._reading.follow(entry, place / status)
            if node is MISSING or not isinstance(node, dict):
                node = {}
            code = status.upper() if status.lower() != "default" else "default"
            key = (f"response {code}", at.pointer)
            if key not in self._shared or at.pointer == (place / status).pointer:
                self._shared[key] = self._response(code, node, at)
            found.append(self._shared[key])
        return tuple(found)

    def _response(self, status: str, raw: dict[str, Any], place: Place) -> Response:
        return Response(
            status=status,
            description=_text(raw.get("description")),
            headers=self._headers(raw.get("headers"), place / "headers"),
            content=self.content(raw.get("content"), place / "content"),
        )

    def _headers(self, raw: Any, place: Place) -> tuple[Header, ...]:
        if not isinstance(raw, dict):
            return ()
        found: list[Header] = []
        for name, entry in raw.items():
            node, at = self._reading.follow(entry, place / name)
            if node is MISSING or not isinstance(node, dict):
                continue
            schema: Schema = (
                self._schemas.read(node["schema"], at / "schema") if "schema" in node else {}
            )
            found.append(
                Header(
                    name=name,
                    schema=schema,
                    required=node.get("required") is True,
                    description=_text(node.get("description")),
                )
            )
        return tuple(found)

    def _unexpected(self, wanted: str, raw: Any, place: Place) -> None:
        self._reading.say(
            "warning",
            "unexpected-value",
            f"{wanted} is expected here, not {repr(raw)[:80]}",
            place,
            left_out="this value",
        )


def _encoding(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        name: entry["contentType"]
        if isinstance(entry, dict) and set(entry) == {"contentType"}
        else entry
        for name, entry in raw.items()
    }


def _united(first: MediaType, second: MediaType) -> MediaType:
    """Two spellings of one media type: the first schema stands, examples are kept."""
    taken = {example.name for example in first.examples}
    return MediaType(
        type=first.type,
        schema=first.schema if first.schema is not None else second.schema,
        examples=first.examples + tuple(e for e in second.examples if e.name not in taken),
        encoding=first.encoding or second.encoding,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
