"""What prose added, as an OpenAPI document: read from a twin, sifted by what pages say now, written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from twingen.agent.evidence import Library, Quote
from twingen.contract.additions import CITES, FILE
from twingen.contract.keys import operation_key
from twingen.contract.model import Contract
from twingen.errors import DamagedTwinError
from twingen.twin.yaml import dump, load

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')
_HEAD = re.compile(r"api|rest|v\d+(?:\.\d+)?")  # segments that come before what a path is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One operation; `path` is the full template on the host, `schemas` are those that came with it."""

    method: str
    path: str
    operation: Mapping[str, Any]
    schemas: Mapping[str, Any] = field(default_factory=dict)
    security_schemes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return operation_key(self.method, self.path)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        return tuple(Quote(page=str(one["page"]), quote=str(one["quote"])) for one in self.operation.get(CITES, ()))


def parse_additions(raw: bytes, where: str = FILE) -> list[Entry]:
    """Return the operations of a twin's additions.yaml."""
    data = load(raw.decode("utf-8", "replace"), where)
    try:
        server = (data.get("servers") or [{"url": ""}])[0]["url"]
        components = data.get("components") or {}
        return [
            Entry(
                method=method, path=_path_of(item["servers"][0]["url"] if "servers" in item else server) + path,
                operation=operation, schemas=components.get("schemas") or {},
                security_schemes=components.get("securitySchemes") or {},
            )
            for path, item in data["paths"].items()
            for method, operation in item.items()
            if method in _METHODS and all(entry.keys() >= {"page", "quote"} for entry in operation.get(CITES, ()))
        ]  # fmt: skip
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise DamagedTwinError(
            f"not the OpenAPI document of what prose added: {error!r}", where=where,
            remedy="mend it, or delete it: a build with an agent writes it anew",
        ) from None  # fmt: skip


def sift(
    entries: Iterable[Entry], contract: Contract, library: Library
) -> tuple[list[Entry], list[str]]:
    """Return the entries that still hold, and why the others do not."""
    documented = {operation.key for operation in contract.operations}
    kept, left_out = [], []
    for entry in entries:
        if entry.key in documented:
            left_out.append(f"{FILE}: {entry.key}: the contract documents it now")
        elif not any(library.locate(quote) for quote in entry.quotes):
            left_out.append(f"{FILE}: {entry.key}: no page says any more what it rests on")
        else:
            kept.append(entry)
    return kept, left_out


def dump_additions(name: str, contract: Contract | None, host: str, entries: Sequence[Entry]) -> bytes:
    """Return entries as an OpenAPI 3.1 document that stands alone; `host` is used where no contract names one."""
    entries = sorted(entries, key=lambda one: (one.path, one.method))
    contract = contract or Contract(title="")
    base = _base(contract, entries)
    origin = _origin(contract.servers[0].url) if contract.servers else host and f"https://{host}"
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {}
    schemes: dict[str, Any] = {}
    for one in entries:
        inside = one.path.startswith(f"{base}/")
        item = paths.setdefault(one.path.removeprefix(base) if inside else one.path, {})
        if not inside:
            item["servers"] = [{"url": origin or "/"}]
        item[one.method] = one.operation
        for schema, value in one.schemas.items():
            schemas.setdefault(schema, value)
        schemes |= {key: one.security_schemes[key] for key in _asked(one.operation) if key in one.security_schemes}
    components: dict[str, Any] = {"schemas": _used(contract, schemas, [one.operation for one in entries])}
    if schemes:
        components["securitySchemes"] = schemes
    title = f"{contract.title}: what prose documents" if contract.title else name
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": contract.version or "0"},
        "servers": [{"url": f"{origin}{base}" or "/"}],
        "paths": paths,
        "components": components,
    }
    return dump(orjson.loads(orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS))).encode()


def _base(contract: Contract, entries: Sequence[Entry]) -> str:
    """Return the base path: the contract's usual one, else what all paths begin with before their subject."""
    usual = Counter(operation.base_path for operation in contract.operations).most_common(1)
    if usual:
        return usual[0][0].rstrip("/")
    base = ""
    for parts in zip(*(entry.path.split("/")[1:-1] for entry in entries), strict=False):
        if len(set(parts)) > 1 or not _HEAD.fullmatch(parts[0]):
            break
        base += f"/{parts[0]}"
    return base


def _used(
    contract: Contract, own: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the schemas that operations refer to, the contract's included: the document stands alone."""
    wave = _referred(operations)
    found: dict[str, Any] = {}
    while wave:
        name = wave.pop()
        schema = own.get(name, contract.schemas.get(name))
        if schema is not None and name not in found:
            found[name] = schema
            wave |= _referred(schema)
    return dict(sorted(found.items()))


def _referred(value: Any) -> set[str]:
    return set(_REFERENCE.findall(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()))


def _asked(operation: Mapping[str, Any]) -> set[str]:
    """Return the security schemes that an operation names."""
    return {name for way in operation.get("security", ()) if isinstance(way, dict) for name in way}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _path_of(url: str) -> str:
    return urlsplit(url).path.rstrip("/")
