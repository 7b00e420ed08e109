"""Claims as a model states them, and the check that what they quote stands where they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twingen.agent.desk import Claim, Desk, ToolError
from twingen.agent.evidence import Quote

_SHORTEST = 12

CLAIMS: Mapping[str, Any] = {
    "type": "array",
    "maxItems": 200,
    "items": {
        "type": "object",
        "properties": {
            "claim": {"type": "string", "minLength": 8, "description": "a testable sentence about the service"},
            "operations": {"type": "array", "items": {"type": "string"}, "description": "keys it is about"},
            "quotes": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {"page": {"type": "string"}, "quote": {"type": "string", "minLength": 1}},
                    "required": ["page", "quote"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["claim", "quotes"],
        "additionalProperties": False,
    },
}


def read_claims(desk: Desk, given: Sequence[Mapping[str, Any]]) -> list[Claim]:
    """Return claims whose quotes all resolve; raises ToolError that lists those that do not."""
    claims, wrong = [], []
    for number, one in enumerate(given, 1):
        quotes = tuple(Quote(page=q["page"].strip(), quote=q["quote"]) for q in one["quotes"])
        for quote in quotes:
            reason = unresolved(desk, quote)
            if reason:
                wrong.append(f"claim {number}: {reason}")
        claims.append(
            Claim(
                text=one["claim"], quotes=quotes, operations=tuple(one.get("operations", ())),
                scenario=one.get("scenario", ""),
            )
        )  # fmt: skip
    if wrong:
        raise ToolError("these quotes do not stand where they should:\n" + "\n".join(wrong[:20]))
    return claims


def unresolved(desk: Desk, quote: Quote) -> str:
    """Return why a quote does not resolve, '' when it does."""
    if quote.page in desk.library.pages:
        if len(quote.quote.strip()) < _SHORTEST:
            return f"{quote.quote!r} is too short to be evidence"
        if desk.library.locate(quote) is None:
            return f"{quote.page} does not say {quote.quote[:120]!r}"
        return ""
    if desk.slices.cited(quote) is not None:
        return ""
    kind, _, name = quote.page.partition(" ")
    known = (kind == "operation" and desk.slices.find(name) is not None) or (
        kind == "schema" and name in desk.slices.contract.schemas
    )
    if known:
        return f"{quote.page} does not say {quote.quote[:120]!r}"
    return f"there is no {quote.page!r}: give a page's path, `operation KEY` or `schema NAME`"
