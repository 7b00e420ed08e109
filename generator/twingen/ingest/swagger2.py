"""Swagger 2.0, rewritten operation by operation as OpenAPI 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.contract.model import Contract
from twingen.ingest.bundle import bundle
from twingen.ingest.media import JSON
from twingen.ingest.openapi import read_document
from twingen.ingest.openapi30 import modernise
from twingen.ingest.operations import METHODS
from twingen.ingest.pointers import MISSING, join, lookup, of_fragment
from twingen.ingest.reader import Context
from twingen.ingest.source import Source

Json = dict[str, Any]

name = "swagger2"

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_SCHEMA_KEYS = (
    "type", "format", "items", "default", "enum", "maximum", "exclusiveMaximum", "minimum",
    "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems",
    "multipleOf", "description", "x-nullable",
)  # fmt: skip
_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}


def recognises(document: Mapping[str, Any]) -> bool:
    return str(document.get("swagger", "")).startswith("2")


def read(source: Source, context: Context) -> Contract:
    source = bundle(source, context, "/definitions")
    converted, moved = _Conversion(source.data).run()
    return read_document(
        source.converted(converted, moved),
        context,
        format="Swagger 2.0",
        dialect=modernise,
        home="/definitions",
    )


class _Conversion:
    """One document; `moved` maps new pointers to those of the Swagger document."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._moved: dict[str, str] = {}

    def run(self) -> tuple[Json, dict[str, str]]:
        document = self._document
        definitions = document.get("securityDefinitions")
        self._moved["/components/securitySchemes"] = "/securityDefinitions"
        self._moved["/servers"] = "/host"
        raw_paths = document.get("paths")
        paths = {
            path: self._path_item(item, join("/paths", path))
            for path, item in (raw_paths if isinstance(raw_paths, dict) else {}).items()
        }
        converted: Json = {
            **document,
            "servers": self._servers(),
            "paths": paths,
            "components": {
                "securitySchemes": {
                    key: _scheme(scheme) if isinstance(scheme, dict) else scheme
                    for key, scheme in (definitions or {}).items()
                }
                if isinstance(definitions, dict)
                else {}
            },
        }
        return converted, self._moved

    def _servers(self) -> list[Json]:
        base = self._document.get("basePath") or ""
        host = self._document.get("host")
        if not isinstance(base, str):
            base = ""
        base = "/" + base.strip("/") if base.strip("/") else ""
        if not isinstance(host, str) or not host:
            return [{"url": base or "/"}]
        schemes = self._document.get("schemes")
        order = schemes if isinstance(schemes, list) and schemes else ["https"]
        order = sorted(order, key=lambda scheme: scheme != "https")
        return [{"url": f"{scheme}://{host}{base}"} for scheme in order]

    def _path_item(self, item: Any, pointer: str) -> Any:
        if isinstance(item, dict) and isinstance(item.get("$ref"), str):
            item = self._follow(item)
        if not isinstance(item, dict):
            return item
        found: Json = {}
        shared = item.get("parameters")
        for key, value in item.items():
            if key in METHODS and isinstance(value, dict):
                found[key] = self._operation(value, shared, f"{pointer}/{key}")
            elif key != "parameters":
                found[key] = value
        return found

    def _follow(self, node: Any) -> Any:
        """Return what a reference leads to; a dangling one stays, to be reported when read."""
        for _ in range(20):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                break
            target = lookup(self._document, of_fragment(node["$ref"]))
            if target is MISSING:
                break
            node = target
        return node

    def _operation(self, raw: Json, shared: Any, pointer: str) -> Json:
        own = [self._follow(p) for p in _list(raw.get("parameters"))]
        names = {_identity(p) for p in own}
        inherited = [self._follow(entry) for entry in _list(shared)]
        parameters = own + [p for p in inherited if _identity(p) not in names]
        places = {id(p): p.get("in") if isinstance(p, dict) else None for p in parameters}
        found = {k: v for k, v in raw.items() if k not in ("consumes", "produces", "schemes")}
        found["parameters"] = [
            _parameter(p) for p in parameters if places[id(p)] not in ("body", "formData")
        ]
        consumes = self._types(raw, "consumes")
        inside = [p for p in parameters if places[id(p)] in ("body", "formData")]
        body = self._body(inside, consumes)
        if body is not None:
            found["requestBody"] = body
            self._moved[f"{pointer}/requestBody"] = f"{pointer}/parameters"
        produces = self._types(raw, "produces")
        responses = raw.get("responses")
        if isinstance(responses, dict):
            found["responses"] = {
                status: self._response(entry, produces) for status, entry in responses.items()
            }
        return found

    def _types(self, raw: Json, key: str) -> list[str]:
        value = raw.get(key, self._document.get(key))
        return [item for item in _list(value) if isinstance(item, str)]

    def _body(self, raw: list[Json], consumes: list[str]) -> Json | None:
        if not raw:
            return None
        required = any(p.get("required") is True for p in raw)
        whole = next((p for p in raw if p["in"] == "body"), None)
        if whole is not None:
            media: Json = {"schema": whole.get("schema", {})}
            examples = whole.get("x-examples")
            content = {kind: dict(media) for kind in consumes or [JSON]}
            for kind, value in (examples if isinstance(examples, dict) else {}).items():
                content.setdefault(kind, dict(media))["example"] = value
            return {
                "required": required,
                "description": whole.get("description", ""),
                "content": content,
            }
        schema: Json = {
            "type": "object",
            "properties": {p["name"]: _schema(p) for p in raw if isinstance(p.get("name"), str)},
        }
        needed = [
            p["name"] for p in raw if p.get("required") is True and isinstance(p.get("name"), str)
        ]
        if needed:
            schema["required"] = needed
        has_file = any(p.get("type") == "file" for p in raw)
        kinds = [k for k in consumes if not has_file or not k.startswith(JSON)]
        if not any(kind.startswith((_FORM, _MULTIPART)) for kind in kinds):
            kinds = [_MULTIPART if has_file else _FORM]
        return {"required": required, "content": {kind: {"schema": schema} for kind in kinds}}

    def _response(self, raw: Any, produces: list[str]) -> Any:
        node = self._follow(raw)
        if not isinstance(node, dict) or "$ref" in node:
            return node
        found: Json = {"description": node.get("description", "")}
        headers = node.get("headers")
        if isinstance(headers, dict):
            found["headers"] = {
                key: {"schema": _schema(header), "description": header.get("description", "")}
                for key, header in headers.items()
                if isinstance(header, dict)
            }
        content: dict[str, Json] = {}
        schema = node.get("schema")
        if isinstance(schema, dict):
            default = "application/octet-stream" if schema.get("type") == "file" else JSON
            content = {kind: {"schema": schema} for kind in produces or [default]}
        examples = node.get("examples")
        for kind, value in (examples if isinstance(examples, dict) else {}).items():
            if "/" not in kind:  # a named example, where a media type belongs
                kind = produces[0] if produces else JSON
            media = content.setdefault(kind, {"schema": schema} if schema is not None else {})
            media.setdefault("example", value)
        if content:
            found["content"] = content
        return found


def _identity(raw: Any) -> str:
    return f"{raw.get('in')} {raw.get('name')}" if isinstance(raw, dict) else repr(raw)


def _parameter(raw: Any) -> Any:
    if not isinstance(raw, dict) or "$ref" in raw:
        return raw
    kept = ("name", "in", "description", "required", "deprecated")
    found = {k: v for k, v in raw.items() if k in kept or k.startswith("x-")}
    found["schema"] = _schema({k: v for k, v in raw.items() if k != "description"})
    if isinstance(raw.get("schema"), dict):
        found["schema"] = raw["schema"]
    if "x-example" in raw:
        found["example"] = raw["x-example"]
    if raw.get("type") == "array":
        form = raw.get("in") == "query"
        style = {"ssv": "spaceDelimited", "pipes": "pipeDelimited", "tsv": "tabDelimited"}
        chosen = raw.get("collectionFormat", "csv")
        found["style"] = style.get(str(chosen), "form" if form else "simple")
        found["explode"] = chosen == "multi"
    return found


def _schema(raw: Json) -> Json:
    return {key: raw[key] for key in _SCHEMA_KEYS if key in raw}


def _scheme(raw: Json) -> Json:
    kind = raw.get("type")
    if kind == "basic":
        return {**raw, "type": "http", "scheme": "basic"}
    if kind == "oauth2":
        rest = {k: v for k, v in raw.items()
                if k not in ("flow", "authorizationUrl", "tokenUrl", "scopes")}  # fmt: skip
        flow: Json = {k: raw[k] for k in ("authorizationUrl", "tokenUrl") if k in raw}
        flow["scopes"] = raw.get("scopes") or {}
        return {**rest, "flows": {_FLOWS.get(str(raw.get("flow")), "implicit"): flow}}
    return raw


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
