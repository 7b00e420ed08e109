"""What the passes hand on: the contract, and the behaviour concluded so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twingen.contract.model import Contract, Operation as Documented
from twingen.contract.pages import Page
from twingen.twin.model import Operation, Resource, Seed, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A twin in the making.

    `resources` by name, without operations; `operations` by key; `reasons` why an operation is no
    more than a shape, by key; `aliases` path heads that stand for others; `seeds` the default world.
    """

    contract: Contract
    service: Service
    resources: Mapping[str, Resource] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pages: tuple[Page, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    seeds: tuple[Seed, ...] = ()

    def behaving(self, *operations: Operation) -> Draft:
        return replace(
            self, operations={**self.operations, **{op.key: op for op in operations}}
        )

    def because(self, key: str, reason: str) -> Draft:
        known = self.reasons.get(key, ())
        return replace(self, reasons={**self.reasons, key: (*known, reason)})


def documented(contract: Contract) -> dict[str, Documented]:
    return {operation.key: operation for operation in contract.operations}
