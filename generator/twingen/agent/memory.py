"""What a twin remembers of the agent's work on it: each unit's evidence and claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from twingen.agent.desk import Claim

FILE = ".twin/agent.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A unit's work: the digest of what it rested on, and what it claimed."""

    evidence: str
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    units: Mapping[str, Remembered] = field(default_factory=dict)


def parse_memory(raw: bytes | None) -> Memory:
    """Return the memory that `raw` holds; an absent or damaged one is empty: its units run again."""
    try:
        data = orjson.loads(raw or b"")
        return Memory(
            units={
                name: Remembered(
                    evidence=one["evidence"], claims=tuple(Claim.from_dict(claim) for claim in one["claims"])
                )
                for name, one in data["units"].items()
            }
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        return Memory()


def dump_memory(memory: Memory) -> bytes:
    """Return the memory as JSON, sorted, so that a change reads well in review."""
    data = {
        "units": {
            name: {"evidence": one.evidence, "claims": [claim.as_dict() for claim in one.claims]}
            for name, one in sorted(memory.units.items())
        }
    }
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
