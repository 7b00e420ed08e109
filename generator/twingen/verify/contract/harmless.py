"""Bodies that were made to break the contract and do not, once they are sent.

- A service whose pages say that a null member counts as missing (`validation.nulls` of a service.yaml
  that cites them) is sent the same body with the member and without it: it is bad only if what is
  left is bad too.
- What is documented as bytes, whatever their type, is broken by no bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.case import Case

from twingen.contract.model import Contract, MediaType
from twingen.runtime.bodies import without_nulls
from twingen.runtime.validation import Schemas
from twingen.runtime.violation import fits
from twingen.twin.model import Service


class Harmless:
    """Tells, by the contract as published, which bad bodies of a service are not bad."""

    def __init__(self, published: Contract, service: Service):
        self._schemas = Schemas(published.schemas)
        self._nulls_are_missing = service.validation.nulls == "missing" and bool(service.cite)
        self._content = {
            operation.key: operation.body.content
            for operation in published.operations
            if operation.body is not None
        }

    def is_harmless(self, key: str, case: Case[Any]) -> bool:
        if case.meta is None:
            return False
        bad = {place for place, part in case.meta.components.items() if part.mode.is_negative}
        if bad != {ParameterLocation.BODY}:
            return False
        media = _documented(self._content.get(key, ()), case.media_type)
        if media is None or media.schema is None:
            return False
        if _is_binary(media):
            return True
        if not self._nulls_are_missing:
            return False
        left = without_nulls(case.body)
        return bool(left != case.body) and fits(self._schemas.request_validator(media.schema), left)


def _documented(content: tuple[MediaType, ...], sent: str | None) -> MediaType | None:
    """Return what is documented of a media type, by its name or as any type."""
    for name in (sent, "*/*"):
        for media in content:
            if media.type == name:
                return media
    return None


def _is_binary(media: MediaType) -> bool:
    return isinstance(media.schema, Mapping) and media.schema.get("format") == "binary"
