"""Components under another name: schemas, operations and security requirements follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from twingen.contract.model import MediaType, Operation, Schema
from twingen.contract.schemas import LISTS, MAPS, ONE, PREFIX, references


def rename_schema(schema: Schema, names: Mapping[str, str]) -> Schema:
    """Return `schema` with its references to the keys of `names` pointing at the values."""
    if not names or not references(schema) & names.keys():
        return schema

    def renamed(target: str) -> str:
        name = target.removeprefix(PREFIX)
        return PREFIX + names[name] if target.startswith(PREFIX) and name in names else target

    return _redirected(schema, renamed)


def redirect(schema: Schema, old: str, new: str) -> Schema:
    """Return `schema` with references that begin with `old` beginning with `new`."""
    return _redirected(
        schema, lambda target: new + target[len(old) :] if target.startswith(old) else target
    )


def _redirected(schema: Schema, change: Callable[[str], str]) -> Schema:
    found: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword == "$ref" and isinstance(value, str):
            found[keyword] = change(value)
        elif keyword == "discriminator" and isinstance(value, dict) and "mapping" in value:
            mapping = {tag: change(target) for tag, target in value["mapping"].items()}
            found[keyword] = {**value, "mapping": mapping}
        elif keyword in MAPS and isinstance(value, dict):
            found[keyword] = {name: _child(child, change) for name, child in value.items()}
        elif keyword in LISTS and isinstance(value, list):
            found[keyword] = [_child(child, change) for child in value]
        elif keyword in ONE:
            found[keyword] = _child(value, change)
        else:
            found[keyword] = value
    return found


def _child(value: Any, change: Callable[[str], str]) -> Any:
    return _redirected(value, change) if isinstance(value, dict) else value


def rename_operation(
    operation: Operation, schemas: Mapping[str, str], schemes: Mapping[str, str]
) -> Operation:
    """Return `operation` with its schemas and security schemes renamed."""
    if schemes and operation.security is not None:
        security = tuple(
            {schemes.get(name, name): scopes for name, scopes in requirement.items()}
            for requirement in operation.security
        )
        operation = replace(operation, security=security)
    if not schemas:
        return operation
    body = operation.body
    return replace(
        operation,
        parameters=tuple(
            replace(p, schema=rename_schema(p.schema, schemas)) for p in operation.parameters
        ),
        body=None if body is None else replace(body, content=_content(body.content, schemas)),
        responses=tuple(
            replace(
                response,
                headers=tuple(
                    replace(h, schema=rename_schema(h.schema, schemas)) for h in response.headers
                ),
                content=_content(response.content, schemas),
            )
            for response in operation.responses
        ),
    )


def _content(content: tuple[MediaType, ...], names: Mapping[str, str]) -> tuple[MediaType, ...]:
    return tuple(
        media if media.schema is None
        else replace(media, schema=rename_schema(media.schema, names))
        for media in content
    )  # fmt: skip
