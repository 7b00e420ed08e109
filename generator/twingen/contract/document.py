"""A Contract as an OpenAPI 3.1 document, and back.

`dump` writes full path templates, servers without their base paths and everything but schemas
inline. What OpenAPI has no word for stands under `x-twingen`. `load(dump(contract)) == contract`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from twingen.contract.document_content import (
    dump_content,
    dump_origin,
    dump_parameter,
    dump_response,
    load_content,
    load_origin,
    load_parameter,
    load_response,
    sparse,
)
from twingen.contract.keys import parameter_names
from twingen.contract.model import (
    Body,
    Contract,
    Document,
    Operation,
    Repair,
    SecurityScheme,
    Server,
)

Json = dict[str, Any]

_SCHEME_KEYS = frozenset({"type", "scheme", "in", "name", "description", "x-twingen"})


def dump(contract: Contract) -> Json:
    """Return `contract` as an OpenAPI 3.1 document of plain dicts, lists and scalars."""
    info: Json = {"title": contract.title, "version": contract.version}
    if contract.description:
        info["description"] = contract.description
    paths, order = _dump_paths(contract.operations)
    extra = sparse(
        {
            "common-parameters": list(contract.common_parameters),
            "documents": [_dump_record(document) for document in contract.documents],
            "repairs": [_dump_repair(repair) for repair in contract.repairs],
            "order": order,
        }
    )
    components: Json = {"schemas": dict(contract.schemas)}
    if contract.security_schemes:
        components["securitySchemes"] = {
            key: _dump_scheme(key, scheme) for key, scheme in contract.security_schemes.items()
        }
    document: Json = {"openapi": "3.1.0", "info": info}
    if contract.servers:
        document["servers"] = [_dump_server(server) for server in contract.servers]
    document |= {"paths": paths, "components": components}
    if extra:
        document["x-twingen"] = extra
    return document


def load(document: Mapping[str, Any]) -> Contract:
    """Return the contract that `dump` wrote as `document`."""
    info = document["info"]
    extra = document.get("x-twingen") or {}
    components = document.get("components") or {}
    operations = [
        _load_operation(path, method, raw)
        for path, item in document["paths"].items()
        for method, raw in item.items()
    ]
    order = extra.get("order")
    if order:
        operations = [operations[index] for index in order]
    return Contract(
        title=info["title"],
        version=info["version"],
        description=info.get("description", ""),
        servers=tuple(_load_server(raw) for raw in document.get("servers") or ()),
        operations=tuple(operations),
        schemas=components.get("schemas") or {},
        security_schemes={
            key: _load_scheme(key, raw)
            for key, raw in (components.get("securitySchemes") or {}).items()
        },
        common_parameters=tuple(extra.get("common-parameters") or ()),
        documents=tuple(Document(**raw) for raw in extra.get("documents") or ()),
        repairs=tuple(_load_repair(raw) for raw in extra.get("repairs") or ()),
    )


def _dump_record(record: Any) -> Json:
    return sparse({f.name: getattr(record, f.name) for f in fields(record)})


def _dump_repair(repair: Repair) -> Json:
    raw = _dump_record(repair)
    if repair.origin is not None:
        raw["origin"] = dump_origin(repair.origin)
    if repair.update is not None:
        raw["update"] = repair.update
    return raw


def _load_repair(raw: Mapping[str, Any]) -> Repair:
    return Repair(**{"evidence": "", **raw, "origin": load_origin(raw.get("origin"))})


# Servers and security schemes


def _dump_server(server: Server) -> Json:
    scheme, separator, rest = server.url.partition("://")
    bare = f"{scheme}://{rest.partition('/')[0]}" if separator else "/"
    raw: Json = {"url": bare}
    if server.description:
        raw["description"] = server.description
    names = parameter_names(bare)
    if names:
        raw["variables"] = {name: {"default": name} for name in names}
    extra = sparse({"host": server.host, "url": server.url if server.url != bare else ""})
    if extra:
        raw["x-twingen"] = extra
    return raw


def _load_server(raw: Mapping[str, Any]) -> Server:
    extra = raw.get("x-twingen") or {}
    return Server(
        url=extra.get("url", raw["url"]),
        host=extra.get("host", ""),
        description=raw.get("description", ""),
    )


def _dump_scheme(key: str, scheme: SecurityScheme) -> Json:
    raw: Json = {"type": scheme.type} | sparse(
        {
            "scheme": scheme.scheme,
            "in": scheme.location,
            "name": scheme.parameter,
            "description": scheme.description,
        }
    )
    raw |= {name: value for name, value in scheme.details.items() if name not in _SCHEME_KEYS}
    extra = sparse(
        {
            "name": scheme.name if scheme.name != key else "",
            "prefix": scheme.prefix,
            "scopes": list(scheme.scopes),
        }
    )
    if extra:
        raw["x-twingen"] = extra
    return raw


def _load_scheme(key: str, raw: Mapping[str, Any]) -> SecurityScheme:
    extra = raw.get("x-twingen") or {}
    return SecurityScheme(
        name=extra.get("name", key),
        type=raw["type"],
        scheme=raw.get("scheme", ""),
        location=raw.get("in", ""),
        parameter=raw.get("name", ""),
        prefix=extra.get("prefix", ""),
        description=raw.get("description", ""),
        scopes=tuple(extra.get("scopes") or ()),
        details={name: value for name, value in raw.items() if name not in _SCHEME_KEYS},
    )


# Operations


def _dump_paths(operations: tuple[Operation, ...]) -> tuple[Json, list[int]]:
    """Return the paths object, and where each operation stands in it if that is not their order."""
    paths: Json = {}
    places: list[tuple[str, str]] = []
    for operation in operations:
        method = operation.method.lower()
        name = operation.path.replace("{+", "{")
        count = 1
        while method in paths.get(name, ()):
            count += 1
            suffix = f"-{count}" if count > 2 else ""
            name = f"{operation.path.replace('{+', '{')}#{operation.host or 'variant'}{suffix}"
        paths.setdefault(name, {})[method] = _dump_operation(operation, name)
        places.append((name, method))
    written = {
        (name, method): index
        for index, (name, method) in enumerate((n, m) for n, item in paths.items() for m in item)
    }
    order = [written[place] for place in places]
    return paths, [] if order == sorted(order) else order


def _dump_operation(operation: Operation, name: str) -> Json:
    raw: Json = {"operationId": operation.id} | sparse(
        {
            "summary": operation.summary,
            "description": operation.description,
            "tags": list(operation.tags),
            "deprecated": operation.deprecated,
            "parameters": [dump_parameter(p) for p in operation.parameters],
        }
    )
    if operation.body is not None:
        raw["requestBody"] = {"content": dump_content(operation.body.content)} | sparse(
            {"required": operation.body.required, "description": operation.body.description}
        )
    raw["responses"] = {r.status: dump_response(r) for r in operation.responses}
    if operation.security is not None:
        raw["security"] = [
            {scheme: list(scopes) for scheme, scopes in requirement.items()}
            for requirement in operation.security
        ]
    raw |= {k: v for k, v in operation.extensions.items() if k != "x-twingen"}
    extra: Json = {"key": operation.key} | sparse(
        {
            "path": operation.path if operation.path != name else "",
            "base-path": operation.base_path,
            "host": operation.host,
            "aliases": list(operation.aliases),
        }
    )
    if operation.origin is not None:
        extra["origin"] = dump_origin(operation.origin)
    raw["x-twingen"] = extra
    return raw


def _load_operation(path: str, method: str, raw: Mapping[str, Any]) -> Operation:
    get = raw.get
    extra = raw["x-twingen"]
    body = get("requestBody")
    security = get("security")
    return Operation(
        key=extra["key"],
        id=raw["operationId"],
        method=method.upper(),
        path=extra.get("path", path),
        base_path=extra.get("base-path", ""),
        host=extra.get("host", ""),
        aliases=tuple(extra.get("aliases", ())),
        summary=get("summary", ""),
        description=get("description", ""),
        tags=tuple(get("tags", ())),
        parameters=tuple([load_parameter(p) for p in get("parameters", ())]),
        body=None
        if body is None
        else Body(
            required=body.get("required", False),
            content=load_content(body["content"]),
            description=body.get("description", ""),
        ),
        responses=tuple([load_response(s, r) for s, r in raw["responses"].items()]),
        security=None
        if security is None
        else tuple([{s: tuple(scopes) for s, scopes in r.items()} for r in security]),
        deprecated=get("deprecated", False),
        extensions={k: v for k, v in raw.items() if k[:2] == "x-" and k != "x-twingen"},
        origin=load_origin(extra.get("origin")),
    )
