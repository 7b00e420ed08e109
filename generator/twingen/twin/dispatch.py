"""The kinds of request behind an operation that dispatches, as the contract documents them."""

from __future__ import annotations

import re

from twingen.contract.model import Operation as Documented
from twingen.contract.schemas import Schemas, properties, resolve
from twingen.twin.model import Dispatch

_MEMBER = re.compile(r"\s*(?:body|args)\.(\w+)\s*")


def documented_kinds(
    dispatch: Dispatch, documented: Documented | None, schemas: Schemas
) -> tuple[str, ...]:
    """Return every documented kind: those that the twin lists, and those of the contract.

    Where the requests are a list in the body whose items are objects, the properties of an item are
    the kinds; a twin need not repeat them, and a release that adds one is noticed.
    """
    found = dict.fromkeys(dispatch.documented)
    member = _MEMBER.fullmatch(dispatch.each)
    if member is not None and documented is not None and documented.body is not None:
        for media in documented.body.content:
            listed = properties(media.schema or {}, schemas).get(member.group(1), {})
            items = resolve(listed, schemas).get("items")
            if isinstance(items, dict):
                found.update(dict.fromkeys(properties(items, schemas)))
    return tuple(found)
