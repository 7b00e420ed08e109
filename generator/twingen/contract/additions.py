"""Operations that only prose documents: how a contract tells them from its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from twingen.contract.model import Contract, Operation, Origin, Repair

# The file of a twin, an OpenAPI document, that holds what prose added to the contract.
FILE = "additions.yaml"
# The extension that marks such an operation: the words that it rests on, and their pages.
CITES = "x-twingen-cites"


def is_added(operation: Operation) -> bool:
    """Return whether an operation came from prose, and from no contract."""
    return CITES in operation.extensions


def settle(contract: Contract) -> Contract:
    """Return a contract whose added operations ask for what the others do, and are on record as repairs."""
    added = [one for one in contract.operations if is_added(one)]
    if not added:
        return contract
    usual = Counter(repr(one.security) for one in contract.operations if not is_added(one)).most_common(1)
    asked = next(
        (one.security for one in contract.operations if usual and repr(one.security) == usual[0][0]), None
    )
    operations = tuple(
        replace(one, security=asked) if is_added(one) and one.security is None else one
        for one in contract.operations
    )
    return replace(contract, operations=operations, repairs=(*contract.repairs, *map(_repair, added)))


def _repair(operation: Operation) -> Repair:
    cites = operation.extensions[CITES]
    cites = [one for one in cites if isinstance(one, dict)] if isinstance(cites, list) else []
    return Repair(
        kind="added-from-prose",
        target=f"$.paths['{operation.path}'].{operation.method.lower()}",
        reason="no contract documents the operation, a page of prose does",
        evidence="; ".join(f"{one.get('page')}: {one.get('quote')}" for one in cites),
        origin=Origin(document=str(cites[0].get("page"))) if cites else operation.origin,
    )
