"""OpenAPI 3.0, 3.1 and 3.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.contract.model import Contract, Document, Server
from twingen.ingest.bundle import bundle
from twingen.ingest.content import ContentReader
from twingen.ingest.openapi30 import modernise
from twingen.ingest.operations import OperationReader
from twingen.ingest.pointers import lookup
from twingen.ingest.reader import Context, Place, Reading
from twingen.ingest.schema_reader import Dialect, SchemaReader
from twingen.ingest.security import requirements, schemes
from twingen.ingest.servers import addresses
from twingen.ingest.source import Source

name = "openapi"


def recognises(document: Mapping[str, Any]) -> bool:
    return str(document.get("openapi", "")).startswith("3")


def read(source: Source, context: Context) -> Contract:
    source = bundle(source, context, "/components/schemas")
    version = str(source.data["openapi"])
    return read_document(
        source,
        context,
        format=f"OpenAPI {version}",
        dialect=modernise if version.startswith("3.0") else dict,
    )


def read_document(
    source: Source,
    context: Context,
    *,
    format: str,
    dialect: Dialect,
    home: str = "/components/schemas",
) -> Contract:
    """Read an OpenAPI 3 document whose schemas are written in `dialect` and stand at `home`."""
    document = source.data
    reading = Reading(source=source, diagnostics=context.diagnostics)
    components = _mapping(document.get("components"))
    schemas = SchemaReader(reading, dialect, home)
    schemas.read_components(lookup(document, home))
    content = ContentReader(reading, schemas)
    servers = addresses(document.get("servers"))
    context.hosts.extend(a.host for a in servers if not a.customers)
    operations = OperationReader(
        reading,
        content,
        servers,
        requirements(reading, document.get("security"), Place(None, "/security", ("security",))),
    )
    operations.read_paths(document.get("paths"))
    if document.get("webhooks"):
        reading.say("note", "webhooks", "webhooks are not compiled", "/webhooks",
                    left_out=", ".join(document["webhooks"]))  # fmt: skip
    if content.examples.parsed:
        reading.say(
            "note",
            "example-text",
            f"{content.examples.parsed} examples were JSON inside of text; they are parsed",
            "",
        )
    info = _mapping(document.get("info"))
    title = str(info.get("title") or source.path)
    contract_version = str(info.get("version") or "")
    others = operations.other_hosts.values()
    return Contract(
        title=title,
        version=contract_version,
        description=str(info.get("description") or ""),
        servers=tuple(
            [Server(url=a.url, description=a.description) for a in servers]
            + [Server(url=a.url, host=a.host, description=a.description) for a in others]
        ),
        operations=tuple(operations.operations),
        schemas=schemas.components,
        security_schemes=schemes(reading, components.get("securitySchemes")),
        common_parameters=tuple(document.get("x-common-parameters", ())),
        documents=(
            Document(
                path=source.path,
                format=format,
                title=title,
                version=contract_version,
                sha256=source.sha256,
                operations=len(operations.operations),
            ),
        ),
        repairs=tuple(reading.repairs),
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
