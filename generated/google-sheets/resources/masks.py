"""The `fields` of requests: which properties an update changes."""

from __future__ import annotations

from typing import Any

from twingen.runtime.masks import MaskError, parse_mask, stray

NONE_LISTED = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"


def asked(scope: Any, schema: str, *roots: str) -> dict[str, Any]:
    """Return the mask of a request over a schema; `roots` may stand in front though they need not."""
    text = scope.body.get("fields")
    if not text:
        raise scope.fail("refused_request", reason=NONE_LISTED)
    try:
        mask = parse_mask(text)
    except MaskError:
        raise scope.fail("bad_argument", reason=f"Invalid field: {text}") from None
    for root in roots:
        if list(mask) == [root]:
            mask = mask[root] or {"*": {}}
    schemas = scope.engine.twin.contract.schemas
    unknown = stray(mask, schemas.get(schema, {}), schemas)
    if unknown is not None:
        raise scope.fail("bad_argument", reason=f"Invalid field: {unknown}")
    return mask
