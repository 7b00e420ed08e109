"""twin.lock: what the build knows of each unit and each operation's standing.

It is derived: deleting or damaging it loses no behaviour, only what was on record about it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from twingen.twin.record import Exam, Lock, Proof, Standing, Unit

FILE = "twin.lock"


def parse_lock(raw: bytes | None) -> Lock:
    """Return the lock that `raw` holds; an absent or damaged one is an empty one, which says so."""
    if raw is None:
        return Lock(damage="twin.lock is missing")
    try:
        data = orjson.loads(raw)
        return Lock(
            exam=Exam(**data["exam"]) if "exam" in data else None,
            units={file: Unit(file=file, **_tuples(unit)) for file, unit in data["units"].items()},
            standing={key: _standing(entry) for key, entry in data["operations"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Lock(damage="twin.lock is damaged")


def _tuples(unit: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in unit.items()}


def _standing(entry: dict[str, Any]) -> Standing:
    proof = entry.get("proof")
    return Standing(
        tier=entry["tier"],
        reasons=tuple(entry.get("reasons", ())),
        proof=Proof(kind=proof["kind"], by=proof["by"]) if proof else None,
    )


def dump_lock(lock: Lock) -> bytes:
    """Return the lock as JSON, one line a unit and an operation, sorted."""
    units = {}
    for file, unit in sorted(lock.units.items()):
        entry: dict[str, Any] = {"origin": unit.origin, "digest": unit.digest}
        if unit.evidence:
            entry["evidence"] = unit.evidence
        if unit.base:
            entry["base"] = unit.base
        if unit.agent:
            entry["agent"] = unit.agent
        if unit.stale:
            entry["stale"] = True
        if unit.left_out:
            entry["left_out"] = list(unit.left_out)
        units[file] = entry
    operations = {}
    for key, standing in sorted(lock.standing.items()):
        entry = {"tier": standing.tier}
        if standing.reasons:
            entry["reasons"] = list(standing.reasons)
        if standing.proof:
            entry["proof"] = {"kind": standing.proof.kind, "by": standing.proof.by}
        operations[key] = entry
    lines = [b"{"]
    if lock.exam is not None:
        lines.append(b'"exam": ' + orjson.dumps(asdict(lock.exam)) + b",")
    lines.append(b'"units": {')
    lines.append(b",\n".join(orjson.dumps(k) + b": " + orjson.dumps(v) for k, v in units.items()))
    lines.append(b'},\n"operations": {')
    lines.append(
        b",\n".join(orjson.dumps(k) + b": " + orjson.dumps(v) for k, v in operations.items())
    )
    lines.append(b"}\n}\n")
    return b"\n".join(lines)
