"""What goes in and out of operations, as OpenAPI 3.1 and back (see contract/document.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twingen.contract.model import Example, Header, MediaType, Origin, Parameter, Response

Json = dict[str, Any]


def sparse(record: Mapping[str, Any]) -> Json:
    return {key: value for key, value in record.items() if value not in (None, "", [], {}, False)}


def dump_origin(origin: Origin) -> list[Any]:
    return [origin.document, origin.pointer, origin.line]


def load_origin(raw: Any) -> Origin | None:
    return None if raw is None else Origin(document=raw[0], pointer=raw[1], line=raw[2])


def dump_parameter(parameter: Parameter) -> Json:
    style, explode = _parameter_defaults(parameter.location)
    raw: Json = {"name": parameter.name, "in": parameter.location} | sparse(
        {
            "required": parameter.required,
            "description": parameter.description,
            "deprecated": parameter.deprecated,
            "style": parameter.style if parameter.style != style else "",
            "examples": _dump_examples(parameter.examples),
        }
    )
    if parameter.explode != explode:
        raw["explode"] = parameter.explode
    if parameter.media_type is None:
        raw["schema"] = dict(parameter.schema)
    else:
        raw["content"] = {parameter.media_type: {"schema": dict(parameter.schema)}}
    return raw


def load_parameter(raw: Mapping[str, Any]) -> Parameter:
    get = raw.get
    style, explode = _parameter_defaults(raw["in"])
    media_type = None
    if "content" in raw:
        media_type, value = next(iter(raw["content"].items()))
        schema = value["schema"]
    else:
        schema = raw["schema"]
    return Parameter(
        name=raw["name"],
        location=raw["in"],
        required=get("required", False),
        schema=schema,
        style=get("style", style),
        explode=get("explode", explode),
        media_type=media_type,
        description=get("description", ""),
        deprecated=get("deprecated", False),
        examples=_load_examples(raw["examples"]) if "examples" in raw else (),
    )


def _parameter_defaults(location: str) -> tuple[str, bool]:
    return ("form", True) if location in ("query", "cookie") else ("simple", False)


def dump_response(response: Response) -> Json:
    return {"description": response.description} | sparse(
        {
            "headers": {header.name: _dump_header(header) for header in response.headers},
            "content": dump_content(response.content),
        }
    )


def _dump_header(header: Header) -> Json:
    return {"schema": dict(header.schema)} | sparse(
        {"required": header.required, "description": header.description}
    )


def load_response(status: str, raw: Mapping[str, Any]) -> Response:
    return Response(
        status=status,
        description=raw["description"],
        headers=tuple(
            [
                Header(
                    name=name,
                    schema=header["schema"],
                    required=header.get("required", False),
                    description=header.get("description", ""),
                )
                for name, header in raw["headers"].items()
            ]
        )
        if "headers" in raw
        else (),
        content=load_content(raw["content"]) if "content" in raw else (),
    )


def dump_content(content: tuple[MediaType, ...]) -> Json:
    written: Json = {}
    for media in content:
        raw: Json = {}
        if media.schema is not None:
            raw["schema"] = dict(media.schema)
        written[media.type] = raw | sparse(
            {"examples": _dump_examples(media.examples), "encoding": dict(media.encoding)}
        )
    return written


def load_content(raw: Mapping[str, Any]) -> tuple[MediaType, ...]:
    return tuple(
        [
            MediaType(
                type=name,
                schema=media.get("schema"),
                examples=_load_examples(media["examples"]) if "examples" in media else (),
                encoding=media.get("encoding") or {},
            )
            for name, media in raw.items()
        ]
    )


def _dump_examples(examples: tuple[Example, ...]) -> Json:
    written: Json = {}
    for example in examples:
        raw: Json = {"value": example.value}
        if example.summary:
            raw["summary"] = example.summary
        if example.origin is not None:
            raw["x-origin"] = dump_origin(example.origin)
        written[example.name] = raw
    return written


def _load_examples(raw: Mapping[str, Any]) -> tuple[Example, ...]:
    return tuple(
        [
            Example(
                name=name,
                value=example["value"],
                summary=example.get("summary", ""),
                origin=load_origin(example.get("x-origin")),
            )
            for name, example in raw.items()
        ]
    )
