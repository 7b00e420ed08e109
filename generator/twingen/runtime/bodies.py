"""Request bodies: bytes and a content type to a value, or a reason why not."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from twingen.contract.model import MediaType, Operation
from twingen.runtime.coercion import Coercion
from twingen.runtime.forms import File, form_value, multipart_value
from twingen.runtime.multipart import MultipartError, header_parameters, parse_multipart
from twingen.runtime.pairs import TooManyPairsError, encoded_pairs
from twingen.runtime.validation import Schemas

__all__ = ["BodyDecoder", "BodyFailure", "DecodedBody", "File", "compile_body", "decode_body", "without_nulls"]

Kind = Literal["none", "json", "form", "multipart", "related", "text", "bytes"]

LIMIT = 10 * 1024 * 1024
_DEEPEST = 128
_WHOLE = re.compile(rb"\d(?:\.0|[eE])")
_EXACT = 2**53
_REMEMBERED = 64
_FORM = "application/x-www-form-urlencoded"
_JSON_STARTS = b'{["-0123456789tfn'


@dataclass(slots=True, kw_only=True)
class DecodedBody:
    """A body that was understood.

    `kind` is how it was read ('none': nothing was sent); `documented` the representation that it
    matched, None where the operation documents none. `value` is JSON for json, related and forms
    (whose files are `File`), str for text, bytes otherwise; `media` is the file of an upload.
    """

    kind: Kind
    value: Any = None
    content_type: str = ""
    documented: MediaType | None = None
    media: File | None = None

    @property
    def checkable(self) -> Any:
        """`value` with files and bytes replaced by text, so that a validator can look at it."""
        if self.kind == "multipart":
            return _without_files(self.value)
        return self.value.decode("latin-1") if self.kind == "bytes" else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFailure:
    """A body that was refused before any validation.

    `offset` is the byte or character where a malformed body broke, if known; `documented` lists
    the media types that the operation takes.
    """

    reason: Literal["malformed", "unsupported", "missing", "too-large"]
    message: str
    offset: int | None = None
    documented: tuple[str, ...] = ()


class _MalformedError(ValueError):
    def __init__(self, message: str, offset: int | None = None):
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to do with one content type."""

    kind: Kind
    content_type: str
    documented: MediaType | None
    charset: str = ""
    boundary: str = ""


@dataclass(slots=True, kw_only=True)
class BodyDecoder:
    """How one operation's body is read; plans by Content-Type header are made on first use."""

    content: tuple[MediaType, ...] = ()
    types: tuple[str, ...] = ()
    required: bool = False
    known: bool = False
    uploads: bool = False
    coercion: Coercion
    plans: dict[str, _Plan | BodyFailure] = field(default_factory=dict)

    def plan(self, header: str) -> _Plan | BodyFailure:
        found = self.plans.get(header)
        if found is None:
            found = self._plan(header)
            if len(self.plans) < _REMEMBERED:
                self.plans[header] = found
        return found

    def _plan(self, header: str) -> _Plan | BodyFailure:
        essence, parameters = header_parameters(header)
        essence = essence.partition(",")[0].strip()
        documented = _documented(essence, header, self.content)
        if self.content and documented is None and not self.uploads:
            return self.unsupported(essence)
        charset = parameters.get("charset", "").lower()
        if charset in ("utf-8", "utf8", "us-ascii"):
            charset = ""
        elif charset:
            try:
                codecs.lookup(charset)
            except (LookupError, ValueError):
                return self.unsupported(f"{essence}; charset={charset}")
        kind = _kind(essence)
        if kind != "related" and documented is not None and _is_binary(documented):
            kind = "bytes"
        if kind == "related" and documented is None:
            documented = next((one for one in self.content if _kind(one.type) == "json"), None)
        return _Plan(kind, essence, documented, charset, parameters.get("boundary", ""))

    def unsupported(self, essence: str) -> BodyFailure:
        wanted = ", ".join(self.types)
        message = f'content type "{essence}" is not supported; the operation takes {wanted}'
        return BodyFailure(reason="unsupported", message=message, documented=self.types)


def compile_body(
    operation: Operation, schemas: Schemas, *, uploads: bool | None = None, lenient: bool = False
) -> BodyDecoder:
    """Compile how `operation`'s body is read.

    `uploads` takes media of any type, alone or behind its metadata (multipart/related); by default
    where an alias of the operation has `/upload/` in its path. `lenient` also takes `True` and `1`
    for booleans in forms.
    """
    body = operation.body
    if uploads is None:
        uploads = any("/upload/" in path for path in (operation.path, *operation.aliases))
    content = body.content if body is not None else ()
    return BodyDecoder(
        content=content,
        types=tuple(media.type for media in content),
        required=body is not None and body.required,
        known=body is not None,
        uploads=uploads,
        coercion=Coercion.of(schemas, lenient=lenient),
    )


def decode_body(
    content_type: str | None, raw: bytes, decoder: BodyDecoder, *, limit: int = LIMIT
) -> DecodedBody | BodyFailure:
    """Read `raw`; a body above `limit` bytes is refused unread.

    A body that no document mentions is read if it can be, and never refused.
    """
    if len(raw) > limit:
        return BodyFailure(
            reason="too-large", message=f"the body has {len(raw)} bytes, more than {limit}"
        )
    if not raw:
        if decoder.required:
            return BodyFailure(
                reason="missing", message="a body is required", documented=decoder.types
            )
        return DecodedBody(kind="none")
    plan = decoder.plan(content_type) if content_type else _guessed(raw, decoder)
    if isinstance(plan, BodyFailure):
        return plan
    try:
        return _decode(raw, plan, decoder)
    except (_MalformedError, MultipartError) as error:
        failure = BodyFailure(reason="malformed", message=str(error), offset=error.offset)
    except TooManyPairsError as error:
        failure = BodyFailure(reason="malformed", message=str(error))
    return failure if decoder.known else DecodedBody(kind="bytes", value=raw)


def _guessed(raw: bytes, decoder: BodyDecoder) -> _Plan | BodyFailure:
    """Plan for a body without a content type."""
    json = next((media for media in decoder.content if _kind(media.type) == "json"), None)
    start = raw.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if (json is not None or not decoder.content) and start and start in _JSON_STARTS:
        return _Plan("json", "application/json", json)
    for media in decoder.content:
        # Without a type JSON is more likely meant than whatever else is taken.
        if _kind(media.type) in ("bytes", "text") and (json is None or "*" not in media.type):
            return _Plan(_kind(media.type), media.type, media)
    if decoder.content and not decoder.uploads:
        return decoder.unsupported("")
    return _Plan("bytes", "", None)


def _decode(raw: bytes, plan: _Plan, decoder: BodyDecoder) -> DecodedBody:
    kind = plan.kind
    body = DecodedBody(kind=kind, content_type=plan.content_type, documented=plan.documented)
    schema = plan.documented.schema if plan.documented is not None else None
    if kind == "json":
        body.value = _json(raw, plan.charset)
    elif kind == "bytes":
        body.value = raw
        if decoder.uploads:
            body.media = File(content_type=plan.content_type, content=raw)
    elif kind == "text":
        body.value = _text(raw, plan.charset)
    elif kind == "form":
        pairs = encoded_pairs(_text(raw, plan.charset) if plan.charset else raw)
        body.value = form_value(pairs, schema, decoder.coercion)
    elif kind == "multipart":
        parts = parse_multipart(raw, plan.boundary)
        body.value = multipart_value(parts, schema, decoder.coercion)
    elif kind == "related":
        parts = parse_multipart(raw, plan.boundary)
        if not parts or len(parts) > 2:
            raise _MalformedError("expected the metadata and then the media")
        body.value = _json(parts[0].content, "") if parts[0].content.strip() else {}
        if len(parts) == 2:
            body.media = File(content_type=parts[1].content_type, content=parts[1].content)
    return body


def _json(raw: bytes, charset: str) -> Any:
    if charset:
        raw = _text(raw, charset).encode()
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _MalformedError(str(error), error.pos) from None
    if raw.count(b"[") + raw.count(b"{") > _DEEPEST and _too_deep(value):
        raise _MalformedError(f"nested deeper than {_DEEPEST} levels")
    return _whole(value) if _WHOLE.search(raw) else value


def _whole(value: Any) -> Any:
    """Return a value with 2.0 as 2: to JSON Schema it is an integer, to Python it is none."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    if isinstance(value, dict):
        return {name: _whole(member) for name, member in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST + 1):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return False
        level = below
    return any(isinstance(item, (dict, list)) for item in level)


def _text(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset or "utf-8")
    except (UnicodeError, LookupError) as error:
        raise _MalformedError(f"not {charset or 'utf-8'}", getattr(error, "start", None)) from None


def _kind(content_type: str) -> Kind:
    essence = content_type.partition(";")[0].partition(",")[0].strip()
    if essence in ("application/json", "text/json") or essence.endswith("+json"):
        return "json"
    if essence == _FORM:
        return "form"
    if essence == "multipart/related":
        return "related"
    if essence.startswith("multipart/"):
        return "multipart"
    return "text" if essence.startswith("text/") else "bytes"


def _documented(essence: str, header: str, content: tuple[MediaType, ...]) -> MediaType | None:
    """Return the representation that fits best: word for word, by type, by kind, by wildcard."""
    header = header.lower().replace(" ", "")
    wild: MediaType | None = None
    same: MediaType | None = None
    kindred: MediaType | None = None
    is_json = _kind(essence) == "json"
    for media in content:
        if media.type.replace(" ", "") == header:
            return media
        name = media.type.partition(";")[0].partition(",")[0].strip()
        if same is None and name == essence:
            same = media
        elif kindred is None and is_json and _kind(name) == "json":
            kindred = media
        elif wild is None and name.endswith("/*"):
            wild = media if name in ("*/*", essence.partition("/")[0] + "/*") else None
    return same or kindred or wild


def _is_binary(media: MediaType) -> bool:
    """Return whether a representation is documented as bytes, whatever their type is."""
    return isinstance(media.schema, Mapping) and media.schema.get("format") == "binary"


def without_nulls(value: Any) -> Any:
    """Return a body without the null members of its objects; those of lists stay."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def _without_files(value: Any) -> Any:
    if isinstance(value, File):
        return value.content.decode("latin-1")
    if isinstance(value, Mapping):
        return {name: _without_files(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_files(part) for part in value]
    return value
