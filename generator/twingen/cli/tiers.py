"""How many operations of a twin are of which tier, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from twingen.contract.additions import is_added
from twingen.twin.model import Dispatch, Twin
from twingen.twin.record import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """`documented` operations of the contract and how they divide; `added` came from prose."""

    documented: int
    semantic: int
    shape: int
    unsupported: int
    added: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def __str__(self) -> str:
        text = (
            f"{self.documented} operations: {self.semantic} semantic, {self.shape} shape, "
            f"{self.unsupported} unsupported"
        )
        return f"{text}; {self.added} more from prose" if self.added else text


_UNKNOWN = Standing(tier="shape", reasons=("twin.lock has nothing on record about it",))


def standing_of(twin: Twin, key: str) -> Standing:
    """Return an operation's standing as it is served: what the lock lost is shape."""
    return twin.lock.standing.get(key, _UNKNOWN)


def tiers_of(twin: Twin) -> Tiers:
    counts = {"semantic": 0, "shape": 0, "unsupported": 0}
    documented = [one for one in twin.contract.operations if not is_added(one)]
    for operation in documented:
        counts[standing_of(twin, operation.key).tier] += 1
    added = len(twin.contract.operations) - len(documented)
    return Tiers(documented=len(documented), added=added, **counts)


def kinds_of(twin: Twin) -> dict[str, int]:
    """Return how many request kinds stand behind dispatching operations, and how many are semantic.

    A kind is semantic when it has a behaviour and a test of it (its own or its operation's).
    """
    documented = semantic = 0
    for resource in twin.resources:
        for operation in resource.operations:
            if operation.dispatch is not None:
                documented += len(operation.dispatch.documented)
                semantic += _proven(operation.dispatch, operation.tested)
    return {"documented": documented, "semantic": semantic}


def _proven(dispatch: Dispatch, tested: str | None) -> int:
    named = set(dispatch.documented)
    return sum(
        kind.name in named and bool(kind.operation.tested or tested) for kind in dispatch.kinds
    )
