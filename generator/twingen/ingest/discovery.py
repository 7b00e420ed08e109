"""Google Discovery v1, rewritten method by method as OpenAPI 3."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from twingen.contract.diagnostics import Diagnostics
from twingen.contract.keys import unnamed
from twingen.contract.model import Contract
from twingen.ingest.media import JSON
from twingen.ingest.openapi import read_document
from twingen.ingest.pointers import escape, join
from twingen.ingest.reader import Context
from twingen.ingest.source import Source

Json = dict[str, Any]

name = "discovery"

_OUTPUT_ONLY = re.compile(r"(?:^|\.\s)\s*\[?Output[- ]only\b[\].]?", re.IGNORECASE)
_SCHEMA_KEYS = (
    "type", "format", "pattern", "default", "enum", "enumDescriptions", "enumDeprecated",
    "minimum", "maximum", "items", "properties", "additionalProperties", "$ref",
)  # fmt: skip
_NUMBERS = ("minimum", "maximum")
_BINARY: Json = {"type": "string", "format": "binary"}


def recognises(document: Mapping[str, Any]) -> bool:
    return document.get("kind") == "discovery#restDescription" or (
        "discoveryVersion" in document and "rootUrl" in document
    )


def read(source: Source, context: Context) -> Contract:
    document = source.data
    converted, moved, pathless = _convert(document)
    for pointer in pathless:
        context.diagnostics.add(
            "warning",
            "unexpected-value",
            "a method has no path",
            source.origin(pointer),
            left_out="the method",
        )
    _say_left_out(document, source, context.diagnostics)
    source = source.converted(converted, moved)
    return read_document(
        source,
        context,
        format=f"Google Discovery {document.get('discoveryVersion', 'v1')}",
        dialect=modern_schema,
        home="/schemas",
    )


def _convert(document: Json) -> tuple[Json, dict[str, str], list[str]]:
    """Return the OpenAPI document, where its parts stood, and the methods that have no path."""
    pathless: list[str] = []
    moved: dict[str, str] = {"/servers": "/rootUrl"}
    paths: Json = {}
    common = [_parameter(key, raw) for key, raw in _mapping(document.get("parameters")).items()]
    for pointer, tag, method in _methods(document, "", ""):
        if not isinstance(method.get("path"), str):
            pathless.append(pointer)
            continue
        path = "/" + str(method.get("path", "")).lstrip("/")
        verb = str(method.get("httpMethod", "GET")).lower()
        place, count = path, 1
        while verb in paths.get(place, ()):
            count += 1
            place = f"{path}#{count}"
        paths.setdefault(place, {})[verb] = _operation(method, path, tag, common)
        moved[join("/paths", place, verb)] = pointer
        moved[join("/paths", place, verb, "requestBody")] = f"{pointer}/request"
        moved[join("/paths", place, verb, "responses")] = f"{pointer}/response"
    scopes = _mapping(_mapping(_mapping(document.get("auth")).get("oauth2")).get("scopes"))
    moved["/components/securitySchemes"] = "/auth"
    version = str(document.get("version", ""))
    if document.get("revision"):
        version += f" rev {document['revision']}"
    root = str(document.get("rootUrl", "")).rstrip("/")
    converted: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": document.get("title") or document.get("name"),
            "version": version,
            "description": document.get("description"),
        },
        "servers": [{"url": f"{root}/{str(document.get('servicePath', '')).strip('/')}"}],
        "paths": paths,
        "schemas": _mapping(document.get("schemas")),
        "x-common-parameters": [parameter["name"] for parameter in common],
    }
    if scopes:
        listed = {key: _mapping(scope).get("description", "") for key, scope in scopes.items()}
        flow = {"authorizationUrl": "", "tokenUrl": "", "scopes": listed}
        scheme = {"type": "oauth2", "flows": {"authorizationCode": flow}}
        converted["components"] = {"securitySchemes": {"oauth2": scheme}}
    return converted, moved, pathless


def _methods(holder: Json, pointer: str, tag: str) -> Iterator[tuple[str, str, Json]]:
    """Yield (pointer, resource, method) of a resource and those below it."""
    for key, method in _mapping(holder.get("methods")).items():
        yield f"{pointer}/methods/{escape(key)}", tag, _mapping(method)
    for key, resource in _mapping(holder.get("resources")).items():
        inner = f"{tag}.{key}" if tag else key
        yield from _methods(_mapping(resource), f"{pointer}/resources/{escape(key)}", inner)


def _operation(method: Json, path: str, tag: str, common: list[Json]) -> Json:
    own = [_parameter(key, raw) for key, raw in _mapping(method.get("parameters")).items()]
    names = {parameter["name"] for parameter in own}
    found: Json = {
        "operationId": method.get("id"),
        "description": str(method.get("description", "")).strip(),
        "deprecated": method.get("deprecated") is True,
        "tags": [tag] if tag else [],
        "parameters": own + [p for p in common if p["name"] not in names],
        "responses": _responses(method),
    }
    body = _body(method)
    if body is not None:
        found["requestBody"] = body
    scopes = method.get("scopes")
    if isinstance(scopes, list) and scopes:  # any one of them is enough
        found["security"] = [{"oauth2": [scope]} for scope in scopes]
    hints: Json = {"path": path, "aliases": _upload_paths(method)}
    flat = method.get("flatPath")
    if isinstance(flat, str):
        hints["discriminator"] = unnamed("/" + flat.lstrip("/"))
    found["x-twingen"] = hints
    for key in ("mediaUpload", "supportsMediaDownload", "supportsSubscription", "apiVersion"):
        if key in method:
            found["x-google-" + re.sub(r"(?<!^)(?=[A-Z])", "-", key).lower()] = method[key]
    return found


def _upload_paths(method: Json) -> list[str]:
    protocols = _mapping(_mapping(method.get("mediaUpload")).get("protocols"))
    paths = [_mapping(protocol).get("path") for protocol in protocols.values()]
    return [path for path in paths if isinstance(path, str)]


def _body(method: Json) -> Json | None:
    content: Json = {}
    request = method.get("request")
    if isinstance(request, dict):
        content[JSON] = {"schema": {k: v for k, v in request.items() if k in _SCHEMA_KEYS}}
    upload = _mapping(method.get("mediaUpload"))
    if upload:
        accepted = upload.get("accept")
        accepted = accepted if isinstance(accepted, list) else []
        for kind in [kind for kind in accepted if isinstance(kind, str)] or ["*/*"]:
            content[kind] = {"schema": _BINARY}
        if JSON in content:
            content["multipart/related"] = {"schema": content[JSON]["schema"]}
    return {"content": content} if content else None


def _responses(method: Json) -> Json:
    """A Discovery document names no status: 200 where it names a body, else some success."""
    response = method.get("response")
    content: Json = {}
    if isinstance(response, dict):
        content[JSON] = {"schema": {k: v for k, v in response.items() if k in _SCHEMA_KEYS}}
    if method.get("supportsMediaDownload") is True:
        content["*/*"] = {"schema": _BINARY}
    return {"200": {"content": content}} if content else {"2XX": {}}


def _parameter(key: str, raw: Any) -> Json:
    raw = _mapping(raw)
    schema: Json = {k: raw[k] for k in _SCHEMA_KEYS if k in raw}
    if raw.get("repeated") is True:
        schema = {"type": "array", "items": schema}
    return {
        "name": key,
        "in": raw.get("location", "query"),
        "required": raw.get("required") is True,
        "deprecated": raw.get("deprecated") is True,
        "description": raw.get("description", ""),
        "schema": schema,
    }


def modern_schema(schema: Json) -> Json:
    """Return a Discovery schema as JSON Schema, one level deep.

    64-bit integers stay the strings that they are on the wire.
    """
    found = {k: v for k, v in schema.items() if k not in ("id", "variant", "annotations")}
    reference = found.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        found["$ref"] = "#" + join("/schemas", reference)
    for key in ("enumDescriptions", "enumDeprecated"):
        if key in found:
            found["x-" + re.sub(r"(?=[A-Z])", "-", key).lower()] = found.pop(key)
    if "default" in found:
        found["default"] = _value(found["default"], found.get("type"))
    for key in _NUMBERS:
        if key in found:
            number = _value(found.pop(key), "number")
            if isinstance(number, (int, float)) and found.get("type") in ("integer", "number"):
                found[key] = number
    description = found.get("description")
    if isinstance(description, str) and _OUTPUT_ONLY.search(description):
        found["readOnly"] = True
    if "annotations" in schema:
        found["x-annotations"] = schema["annotations"]
    variant = _mapping(schema.get("variant"))
    if variant:
        mapping = {
            str(entry["type_value"]): "#" + join("/schemas", str(entry["$ref"]))
            for entry in variant.get("map", ())
            if isinstance(entry, dict) and "type_value" in entry and "$ref" in entry
        }
        found["oneOf"] = [{"$ref": target} for target in mapping.values()]
        found["discriminator"] = {
            "propertyName": variant.get("discriminant", "type"),
            "mapping": mapping,
        }
    return found


def _value(text: Any, kind: Any) -> Any:
    """Return what a default written as text stands for."""
    if not isinstance(text, str):
        return text
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text) if not re.fullmatch(r"[-+]?\d+", text) else int(text)
    except ValueError:
        pass
    return text


def _say_left_out(document: Json, source: Source, diagnostics: Diagnostics) -> None:
    if document.get("batchPath"):
        diagnostics.add(
            "note",
            "batch-endpoint",
            f"requests batched as multipart/mixed at /{document['batchPath']} are not compiled",
            source.origin("/batchPath"),
            left_out="the batch endpoint",
        )


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
