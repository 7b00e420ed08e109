"""Postman collections 2.0 and 2.1, rewritten as OpenAPI 3.1: schemas come from their examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from twingen.contract.model import Contract
from twingen.ingest.inferred_schema import schema_of
from twingen.ingest.media import JSON
from twingen.ingest.openapi import read_document
from twingen.ingest.operations import METHODS
from twingen.ingest.pointers import join
from twingen.ingest.reader import Context
from twingen.ingest.source import Source

Json = dict[str, Any]

name = "postman"

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_COLLECTION = re.compile(r"schema\.(?:get)?postman\.com/.*/v2\.[01](?:\.0)?/")
_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_IDENTIFIER = re.compile(
    r"\d+|[0-9a-f]{24,}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)
_REQUIRED = re.compile(r"^\s*\(?required\)?\b[.: ]*", re.I)
_LANGUAGES = {"json": JSON, "xml": "application/xml", "html": "text/html", "text": "text/plain"}
# What a client sends by itself, or what another part of the contract tells.
_COMMON_HEADERS = frozenset({
    "accept", "accept-encoding", "authorization", "cache-control", "connection", "content-length",
    "content-type", "cookie", "host", "origin", "postman-token", "referer", "user-agent",
})  # fmt: skip


def recognises(document: Mapping[str, Any]) -> bool:
    info = document.get("info")
    return (
        isinstance(info, dict)
        and isinstance(document.get("item"), list)
        and _COLLECTION.search(str(info.get("schema", ""))) is not None
    )


def read(source: Source, context: Context) -> Contract:
    conversion = _Conversion(source, context)
    converted = conversion.run()
    return read_document(
        source.converted(converted, conversion.moved),
        context,
        format="Postman collection 2.1",
        dialect=dict,
    )


class _Conversion:
    """One collection; `moved` maps pointers of the OpenAPI document to those of the collection."""

    def __init__(self, source: Source, context: Context) -> None:
        self.moved: dict[str, str] = {}
        self._source = source
        self._context = context
        self._document: Json = source.data
        self._variables = {
            str(v["key"]): v.get("value")
            for v in _list(self._document.get("variable"))
            if isinstance(v, dict) and "key" in v
        }
        self._paths: dict[str, Json] = {}
        self._bodies: dict[int, dict[str, list[Json]]] = {}
        self._schemes: dict[str, Json] = {}
        self._servers: list[str] = []

    def run(self) -> Json:
        document = self._document
        self.moved["/components/securitySchemes"] = "/auth"
        security = self._security(document.get("auth"))
        for item, pointer, folders, auth in _requests(document, "", (), None):
            self._request(item, pointer, folders, auth)
        info = document["info"]
        description = info.get("description")
        found: Json = {
            "openapi": "3.1.0",
            "info": {
                "title": str(info.get("name") or self._source.path),
                "version": str(info.get("version") or ""),
                "description": _prose(description),
            },
            "servers": [{"url": url} for url in self._servers] or [{"url": "/"}],
            "paths": self._paths,
            "components": {"securitySchemes": self._schemes},
        }
        if security is not None:
            found["security"] = security
        return found

    def _request(self, item: Json, pointer: str, folders: tuple[str, ...], auth: Any) -> None:
        request = item["request"]
        if isinstance(request, str):
            request = {"method": "GET", "url": request}
        place = f"{pointer}/request"
        method = str(request.get("method") or "GET").lower()
        if not isinstance(request, dict) or method not in METHODS:
            self._say("warning", "postman-method", f"the method {method.upper()} is not understood",
                      place, left_out="the request")  # fmt: skip
            return
        address = self._address(request.get("url"), place)
        if address is None:
            return
        path, parameters, query = address
        operations = self._paths.setdefault(path, {})
        where = f"{join('/paths', path)}/{method}"
        operation = operations.get(method)
        if operation is None:
            self.moved[where] = place
            self.moved[f"{where}/responses"] = f"{pointer}/response"
            operation = operations[method] = {
                "operationId": _name(item, method),
                "summary": str(item.get("name") or ""),
                "description": _prose(request.get("description")),
                "tags": list(folders),
                "parameters": parameters,
                "responses": {},
            }
            chosen = self._security(request.get("auth", auth))
            if chosen is not None:
                operation["security"] = chosen
        self._arguments(operation, query, request)
        self._body(operation, request.get("body"), request, _label(item), place)
        for number, response in enumerate(_list(item.get("response"))):
            if isinstance(response, dict):
                self._response(operation, response, path, f"{pointer}/response/{number}")

    def _address(self, url: Any, place: str) -> tuple[str, list[Json], list[Any]] | None:
        """Return the path template, its parameters and the query of a request; None if it has no URL."""
        if isinstance(url, dict):
            raw = str(url.get("raw") or "")
            query = _list(url.get("query"))
            variables = {v.get("key"): v for v in _list(url.get("variable")) if isinstance(v, dict)}
        elif isinstance(url, str):
            raw, query, variables = url, [], {}
        else:
            raw, query, variables = "", [], {}
        if not raw and isinstance(url, dict) and url.get("path"):
            host = url.get("host") or ""
            head = ".".join(map(str, host)) if isinstance(host, list) else str(host)
            tail = url["path"]
            raw = f"{head}/" + ("/".join(map(str, tail)) if isinstance(tail, list) else str(tail))
        if not raw:
            self._say("warning", "postman-url", "the request has no address", place, left_out="the request")
            return None
        raw, _, rest = raw.partition("?")
        if not query:
            query = [{"key": k, "value": v} for k, v in parse_qsl(rest, keep_blank_values=True)]
        server, segments = self._split(raw.partition("#")[0])
        if server and server not in self._servers:
            self._servers.append(server)
        parts: list[str] = []
        parameters: list[Json] = []
        for segment in segments:
            name = self._parameter_name(segment, parts)
            if name is None:
                parts.append(segment)
                continue
            taken = {parameter["name"] for parameter in parameters}
            name = name if name not in taken else f"{name}{len(taken) + 1}"
            value = variables.get(name, {}).get("value") if segment.startswith(":") else None
            if _IDENTIFIER.fullmatch(segment):
                self._say("note", "postman-identifier",
                          f"the segment {segment!r} looks like an identifier: it is taken for {{{name}}}",
                          f"{place}/url")  # fmt: skip
                value = segment
            schema: Json = {"type": "string"}
            parameters.append({
                "name": name, "in": "path", "required": True, "schema": schema,
                "description": _prose(variables.get(name, {}).get("description")),
                **({"example": str(value)} if value else {}),
            })  # fmt: skip
            parts.append(f"{{{name}}}")
        return "/" + "/".join(parts), parameters, query

    def _split(self, raw: str) -> tuple[str, list[str]]:
        """Return the server of an address and the segments of its path."""
        match = re.match(r"^(?:(\w+:)?//)?([^/]*)(/.*)?$", raw)
        scheme, head, tail = match.groups() if match else (None, "", raw)
        server = ""
        variable = _VARIABLE.match(head or "")
        if variable:  # {{baseUrl}}: an address, or the head of one, by another name
            value = str(self._variables.get(variable[1]) or "")
            known = re.match(r"^(?:(\w+:)?//)?([^/]*)(/.*)?$", _VARIABLE.sub("", value))
            if value and known and known[2]:
                server = f"{known[1] or 'https:'}//{known[2]}{(known[3] or '').rstrip('/')}"
        elif scheme or "." in (head or "") or ":" in (head or ""):
            server = f"{scheme or 'https:'}//{head}"
        else:
            tail = f"/{head}{tail or ''}"
        return server, [part for part in (tail or "").split("/") if part]

    def _parameter_name(self, segment: str, before: list[str]) -> str | None:
        if segment.startswith(":") and len(segment) > 1:
            return segment[1:]
        variable = _VARIABLE.fullmatch(segment)
        if variable:
            return re.sub(r"\W+", "_", variable[1])
        if _IDENTIFIER.fullmatch(segment) and before and not before[-1].startswith("{"):
            return re.sub(r"\W+", "_", before[-1].removesuffix("s")) + "Id"
        return None

    def _arguments(self, operation: Json, query: list[Any], request: Json) -> None:
        known = {(p["in"], p["name"].lower()) for p in operation["parameters"]}
        given = [("query", q) for q in query]
        given += [("header", h) for h in _list(request.get("header"))]
        for location, entry in given:
            if not isinstance(entry, dict) or not entry.get("key"):
                continue
            name = str(entry["key"])
            if location == "header" and name.lower() in _COMMON_HEADERS:
                continue
            if (location, name.lower()) in known:
                continue
            known.add((location, name.lower()))
            description = _prose(entry.get("description"))
            value = entry.get("value")
            schema: Json = {"type": "string"}
            if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
                schema = {"type": "integer"}
            elif value in ("true", "false"):
                schema = {"type": "boolean"}
            operation["parameters"].append({
                "name": name, "in": location, "schema": schema, "description": description,
                "required": bool(_REQUIRED.match(description)),
            })  # fmt: skip

    def _body(self, operation: Json, body: Any, request: Json, label: str, place: str) -> None:
        if not isinstance(body, dict) or body.get("disabled"):
            return
        mode = body.get("mode")
        where = f"{place}/body"
        if mode == "raw":
            raw = body.get("raw")
            if not isinstance(raw, str) or not raw.strip():
                return
            media = _header(request.get("header"), "content-type")
            language = (body.get("options") or {}).get("raw", {}).get("language", "")
            media = media or _LANGUAGES.get(language) or (JSON if raw.lstrip()[:1] in "{[" else "text/plain")
            value = self._parsed(raw, where) if "json" in media else raw
            self._sent(operation, media, value, label)
        elif mode in ("urlencoded", "formdata"):
            fields = [f for f in _list(body.get(mode)) if isinstance(f, dict) and f.get("key")]
            files = {str(f["key"]) for f in fields if f.get("type") == "file"}
            value = {str(f["key"]): f.get("value") or "" for f in fields if str(f["key"]) not in files}
            media = _FORM if mode == "urlencoded" else _MULTIPART
            self._sent(operation, media, value, label, files)
        elif mode == "graphql":
            graphql = body.get("graphql") or {}
            self._sent(operation, JSON, {k: graphql[k] for k in ("query", "variables") if k in graphql}, label)
        elif mode == "file":
            content = operation.setdefault("requestBody", {"content": {}})["content"]
            content.setdefault("application/octet-stream", {"schema": {"type": "string", "format": "binary"}})
        elif mode:
            self._say("warning", "postman-body", f"a body of mode {mode!r} is not understood", where,
                      left_out="the body")  # fmt: skip

    def _sent(self, operation: Json, media: str, value: Any, label: str, files: set[str] | None = None) -> None:
        """Add an example of a request; nothing in a collection says that a field is required."""
        content = operation.setdefault("requestBody", {"content": {}})["content"]
        entry = content.setdefault(media, {"examples": {}})
        examples = entry.setdefault("examples", {})
        if value is _UNREADABLE:
            return
        _add(examples, label, value)
        entry["schema"] = schema_of([e["value"] for e in examples.values()], required=False)
        for file in files or ():
            entry["schema"].setdefault("properties", {})[file] = {"type": "string", "format": "binary"}

    def _response(self, operation: Json, response: Json, path: str, place: str) -> None:
        status = response.get("code")
        if not isinstance(status, int):
            self._say("note", "postman-response", "a saved response has no status code", place,
                      left_out="the response")  # fmt: skip
            return
        label = str(response.get("name") or status)
        original = response.get("originalRequest")
        if isinstance(original, dict):
            address = self._address(original.get("url"), f"{place}/originalRequest")
            if address is not None and len(address[0].split("/")) == len(path.split("/")):
                self._arguments(operation, address[2], original)
            self._body(operation, original.get("body"), original, label, f"{place}/originalRequest")
        entry = operation["responses"].setdefault(
            str(status), {"description": str(response.get("status") or label), "content": {}}
        )
        raw = response.get("body")
        if not isinstance(raw, str) or not raw.strip():
            return
        language = str(response.get("_postman_previewlanguage") or "")
        media = _header(response.get("header"), "content-type") or _LANGUAGES.get(language.lower())
        media = media or (JSON if raw.lstrip()[:1] in "{[" else "text/plain")
        value = self._parsed(raw, f"{place}/body") if "json" in media else raw
        content = entry["content"].setdefault(media, {"examples": {}})
        if value is not _UNREADABLE:
            _add(content["examples"], label, value)
            seen = [e["value"] for e in content["examples"].values()]
            content["schema"] = schema_of(seen, required=len(seen) > 1)

    def _parsed(self, raw: str, place: str) -> Any:
        try:
            return json.loads(raw)
        except ValueError:
            pass
        filled = _VARIABLE.sub(self._filled, raw)
        try:
            return json.loads(filled)
        except ValueError as trouble:
            self._say("warning", "postman-example", f"the example is not JSON: {trouble}", place,
                      left_out="the example")  # fmt: skip
            return _UNREADABLE

    def _filled(self, match: re.Match[str]) -> str:
        value = self._variables.get(match[1])
        return str(value) if value not in (None, "") else "null"

    def _security(self, auth: Any) -> list[Json] | None:
        """Return the requirement that an `auth` entry makes, None where it says nothing."""
        if not isinstance(auth, dict):
            return None
        kind = auth.get("type")
        details = auth.get(kind) if isinstance(kind, str) else None
        if isinstance(details, list):
            details = {e.get("key"): e.get("value") for e in details if isinstance(e, dict)}
        details = details if isinstance(details, dict) else {}
        if kind == "noauth":
            return []
        scheme: Json
        if kind in ("bearer", "basic", "digest"):
            scheme = {"type": "http", "scheme": kind}
        elif kind == "apikey":
            scheme = {
                "type": "apiKey", "in": details.get("in") or "header",
                "name": str(details.get("key") or "Authorization"),
            }  # fmt: skip
        elif kind == "oauth2":
            flow: Json = {"authorizationUrl": details.get("authUrl") or "",
                    "tokenUrl": details.get("accessTokenUrl") or "", "scopes": {}}  # fmt: skip
            scheme = {"type": "oauth2", "flows": {"authorizationCode": flow}}
        else:
            self._say("warning", "postman-auth", f"the authentication {kind!r} is not understood",
                      "/auth", left_out="the authentication")  # fmt: skip
            return None
        self._schemes[str(kind)] = scheme
        return [{str(kind): []}]

    def _say(self, level: Any, code: str, text: str, pointer: str, *, left_out: str = "") -> None:
        self._context.diagnostics.add(level, code, text, self._source.origin(pointer), left_out=left_out)


class _Unreadable:
    pass


_UNREADABLE = _Unreadable()


def _requests(
    node: Json, pointer: str, folders: tuple[str, ...], auth: Any
) -> Iterator[tuple[Json, str, tuple[str, ...], Any]]:
    """Yield every request with its pointer, the folders it lies in, and the authentication they set."""
    for number, item in enumerate(_list(node.get("item"))):
        if not isinstance(item, dict):
            continue
        place = f"{pointer}/item/{number}"
        if isinstance(item.get("request"), (dict, str)):
            yield item, place, folders, auth
        if isinstance(item.get("item"), list):
            inner = (*folders, str(item.get("name") or ""))
            yield from _requests(item, place, inner, item.get("auth", auth))


def _add(examples: Json, label: str, value: Any) -> None:
    name = label
    number = 2
    while name in examples:
        if examples[name]["value"] == value:
            return
        name = f"{label} {number}"
        number += 1
    examples[name] = {"value": value}


def _label(item: Json) -> str:
    """Return the name that a request's own example and its one saved response share."""
    responses = [r for r in _list(item.get("response")) if isinstance(r, dict)]
    good = [r for r in responses if isinstance(r.get("code"), int) and 200 <= r["code"] < 300]
    return str((good[0].get("name") if good else None) or item.get("name") or "example")


def _name(item: Json, method: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", str(item.get("name") or ""))
    return words[0].lower() + "".join(w[:1].upper() + w[1:] for w in words[1:]) if words else ""


def _header(headers: Any, name: str) -> str:
    for header in _list(headers):
        if isinstance(header, dict) and str(header.get("key", "")).lower() == name:
            return "" if header.get("disabled") else str(header.get("value") or "").lower()
    return ""


def _prose(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
