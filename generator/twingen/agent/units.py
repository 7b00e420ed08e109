"""The units of work: what of a twin an agent can improve, and what each rests on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from twingen.agent.evidence import Library, Quote
from twingen.agent.slices import Slices
from twingen.contract.model import Operation
from twingen.twin.model import Twin
from twingen.twin.record import Standing

Kind = Literal["service", "seed", "resource", "ui", "additions"]

MOST_OPERATIONS = 20
MOST_TOKENS = 12_000
_WORD = re.compile(r"[^a-z0-9]+")
_OURS = frozenset({"inferred", "agent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A piece of work for one conversation.

    `keys` are the operations it answers for, `open` those of them that are not semantic yet;
    `files` what it may write (a name, or a prefix that ends in `*`); `lane` orders the parts of
    one file: parts of a lane run one after the other.
    """

    name: str
    kind: Kind
    title: str
    files: tuple[str, ...]
    lane: str
    keys: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    part: int = 1
    parts: int = 1
    why: str = ""

    def owns(self, path: str) -> bool:
        """Return whether the unit may write the file."""
        return any(
            path.startswith(name[:-1]) if name.endswith("*") else path == name for name in self.files
        )


def units_of(twin: Twin, slices: Slices, faulty: Collection[str] = ()) -> list[Unit]:
    """Return everything an agent may work on, in a fixed order; of `faulty` files also what is semantic.

    What a hand wrote is left to it: a file whose origin is `hand` is no unit.
    """
    origins = {file: unit.origin for file, unit in twin.lock.units.items()}
    semantic = {key for key, one in twin.lock.standing.items() if one.tier == "semantic"}
    found: list[Unit] = []
    if origins.get("service.yaml", "inferred") in _OURS:
        found.append(
            Unit(
                name="service", kind="service", title="conventions of the service",
                files=("service.yaml",), lane="service", keys=_typical(twin.contract.operations),
                why="credential, errors and paging as rules conclude them",
            )
        )  # fmt: skip
    if origins.get("seed.yaml", "inferred") in _OURS:
        found.append(
            Unit(
                name="seed", kind="seed", title="the default world", files=("seed.yaml",), lane="seed",
                why="what a new account of this service holds",
            )
        )  # fmt: skip
    ours = {
        resource.name: origins.get(f"resources/{resource.name}.yaml", "inferred") in _OURS
        for resource in twin.resources
    }
    orphans = _orphans(twin, ours)
    for name, mine in ours.items():
        if mine:
            keys = orphans.pop(name, set()) | _keys_of(twin, name)
            whole = f"resources/{name}.yaml" in faulty
            found += _resource_units(name, keys, slices, set() if whole else semantic)
    for name, keys in orphans.items():
        found += _resource_units(name, keys, slices, semantic)
    if twin.views and origins.get("ui.yaml", "inferred") in _OURS:
        found.append(
            Unit(
                name="ui", kind="ui", title="the UI", files=("ui.yaml",), lane="ui",
                why="views, labels and columns as rules conclude them",
            )
        )  # fmt: skip
    return found


def evidence_of(unit: Unit, slices: Slices, library: Library, cited: Iterable[Quote]) -> str:
    """Return the digest of what a unit rests on: its slice of the contract and the passages it cites."""
    digest = sha256(f"{unit.kind} {unit.name} {unit.part}/{unit.parts}\n".encode())
    digest.update(slices.digest(unit.keys).encode())
    passages = set()
    for quote in cited:
        text = slices.cited(quote)
        passages.add(sha256(text.encode()).hexdigest()[:16] if text else library.digest_of(quote))
    for passage in sorted(passages):
        digest.update(passage.encode() + b"\n")
    return digest.hexdigest()[:32]


def open_operations(standing: Mapping[str, Standing]) -> int:
    return sum(one.tier != "semantic" for one in standing.values())


def _keys_of(twin: Twin, name: str) -> set[str]:
    return {op.key for resource in twin.resources if resource.name == name for op in resource.operations}


def _orphans(twin: Twin, ours: Mapping[str, bool]) -> dict[str, set[str]]:
    """Return the operations that no file describes, by the resource whose unit they join.

    That is the one they are about, or one beside it where a hand wrote that.
    """
    owned = {operation.key for resource in twin.resources for operation in resource.operations}
    groups: dict[str, set[str]] = {}
    for operation in twin.contract.operations:
        if operation.key not in owned:
            topic = _topic(operation)
            name = topic if ours.get(topic, True) else f"{topic}-more"
            if ours.get(name, True):
                groups.setdefault(name, set()).add(operation.key)
    return groups


def _resource_units(name: str, keys: set[str], slices: Slices, semantic: set[str]) -> list[Unit]:
    """Return a resource's units; its operations are taken in the contract's order, so that parts stay."""
    return _split(name, name, [key for key in slices.operations if key in keys], slices, semantic)


def _split(
    name: str, title: str, keys: Sequence[str], slices: Slices, semantic: set[str]
) -> list[Unit]:
    """Return the unit of a resource, or several where its slice is too large for one conversation."""
    parts: list[list[str]] = [[]]
    size = 0
    for key in keys:
        tokens = slices.size(key)
        if parts[-1] and (len(parts[-1]) >= MOST_OPERATIONS or size + tokens > MOST_TOKENS):
            parts.append([])
            size = 0
        parts[-1].append(key)
        size += tokens
    files = (f"resources/{name}.yaml", f"resources/{name}.py", f"resources/{name}-*")
    whole = Unit(name=f"resource/{name}", kind="resource", title=title, files=files, lane=name)
    found = []
    for number, part in enumerate(parts, 1):
        left = tuple(key for key in part if key not in semantic)
        if left:
            found.append(
                replace(
                    whole, name=whole.name if len(parts) == 1 else f"{whole.name}/{number}",
                    keys=tuple(part), open=left, part=number, parts=len(parts),
                    why=f"{len(left)} of {len(part)} operations are shapes",
                )
            )  # fmt: skip
    return found


def _topic(operation: Operation) -> str:
    if operation.tags:
        text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", operation.tags[0])
    else:
        rest = operation.path.removeprefix(operation.base_path)
        fixed = [part for part in rest.split("/") if part and not part.startswith("{")]
        text = fixed[0] if fixed else "service"
    return _WORD.sub("-", text.lower()).strip("-") or "service"


def _typical(operations: Sequence[Operation]) -> tuple[str, ...]:
    """Return operations that show a service's conventions: the first of each method, and of lists."""
    chosen: dict[str, str] = {}
    for operation in operations:
        paged = any(
            p.location == "query" and p.name.lower() in {"limit", "cursor", "after", "page", "offset", "pagetoken"}
            for p in operation.parameters
        )
        chosen.setdefault(f"{operation.method} {paged}", operation.key)
    return tuple(chosen.values())
