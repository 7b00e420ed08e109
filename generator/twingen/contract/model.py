"""The API as data: what a vendor's documents say, whatever format they are written in.

Schemas stay plain JSON Schema 2020-12 mappings whose references read
`#/components/schemas/NAME`; everything around them is a frozen record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Schema = Mapping[str, Any]
Location = Literal["path", "query", "header", "cookie"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a fact was read: a document of the folder, a JSON pointer, a line (1-based) if known."""

    document: str
    pointer: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A published example; `value` is parsed JSON, or text where the media type is not JSON."""

    name: str
    value: Any
    summary: str = ""
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An argument outside the body.

    `style` and `explode` are OpenAPI's, with the defaults of the location filled in; `media_type`
    is set where the value is serialised (JSON in a query).
    """

    name: str
    location: Location
    required: bool = False
    schema: Schema = field(default_factory=dict)
    style: str = "form"
    explode: bool = True
    media_type: str | None = None
    description: str = ""
    deprecated: bool = False
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaType:
    """One representation of a body.

    `type` is the lower-case media type with its parameters normalised
    (`application/json; okta-version=1.0.0`); `encoding` maps a form field to its content type.
    """

    type: str
    schema: Schema | None = None
    examples: tuple[Example, ...] = ()
    encoding: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    required: bool = False
    content: tuple[MediaType, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    name: str
    schema: Schema = field(default_factory=dict)
    required: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """`status` is `200`, a range such as `4XX`, or `default`."""

    status: str
    description: str = ""
    headers: tuple[Header, ...] = ()
    content: tuple[MediaType, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityScheme:
    """`type` is apiKey, http, oauth2, openIdConnect or whatever else the document says.

    `location` and `parameter` are an apiKey's place and name; `scheme` is an http scheme's name in
    lower case; `prefix` is text that the token must follow (`SSWS `), where a document tells it.
    """

    name: str
    type: str
    scheme: str = ""
    location: str = ""
    parameter: str = ""
    prefix: str = ""
    description: str = ""
    scopes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


# One way to be let in: every scheme of the mapping with its scopes. No ways at all means public.
Requirement = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One documented operation.

    `path` is the full template on the host, base path included; `base_path` is its head that came
    from a server URL. `key` names the operation across releases (see contract/keys.py). `aliases`
    are further full templates that reach the same operation (Google's upload paths).
    `security` None means that the document says nothing, () that the operation is public.
    """

    key: str
    id: str
    method: str
    path: str
    base_path: str = ""
    host: str = ""
    aliases: tuple[str, ...] = ()
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    responses: tuple[Response, ...] = ()
    security: tuple[Requirement, ...] | None = None
    deprecated: bool = False
    extensions: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that was read: path relative to the folder, the reader that took it, its own version."""

    path: str
    format: str
    title: str = ""
    version: str = ""
    sha256: str = ""
    operations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A documented address. `host` is the group's name in operation keys, '' for the first one."""

    url: str
    host: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A change to the contract as published, as an OpenAPI Overlay action with its evidence.

    `target` is an RFC 9535 path in contract.json; `kind` groups repairs for counting
    (`dangling-ref`, `example-text`, ...); `evidence` is what was seen, and where.
    """

    kind: str
    target: str
    reason: str
    evidence: str
    origin: Origin | None = None
    update: Any = None
    remove: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A service's API: operations in document order, schemas by name, and where they came from.

    `common_parameters` are those that the document gives for every operation at once
    (Google's `fields`, `alt`); they also stand in each operation.
    """

    title: str
    version: str = ""
    description: str = ""
    servers: tuple[Server, ...] = ()
    operations: tuple[Operation, ...] = ()
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    security_schemes: Mapping[str, SecurityScheme] = field(default_factory=dict)
    common_parameters: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    repairs: tuple[Repair, ...] = ()
