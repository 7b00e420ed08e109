"""Adoption: what an earlier twin knows is bound to the operations of this contract."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from twingen.contract.model import Contract
from twingen.contract.pages import Page
from twingen.infer import Draft
from twingen.render.binding import resolving
from twingen.render.carrying import Carrying
from twingen.render.evidence import Evidence
from twingen.twin.load import load_twin
from twingen.twin.model import Find, Operation, Resource, Service, Through, Twin
from twingen.twin.write import dump_resource, dump_service

_KEPT = ("service.yaml", "seed.yaml", "deviations.yaml", "ui.yaml")


@dataclass(slots=True)
class Adopted:
    """The text of every unit, where each came from, and what could not be bound.

    `evidence` and `bases` are what the lock keeps of units by hand (see `Unit`), `stale` those whose
    documents changed, `merged` and `conflicts` what three-way merges took over and what they left.
    """

    files: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    merged: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    units: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    left_out: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    world: str = ""
    seed: str = ""


def adopt(
    source: Path | None, name: str, contract: Contract, draft: Draft, inferred: dict[str, str],
    pages: Sequence[Page] = (),
) -> Adopted:  # fmt: skip
    """Lay what the twin in `source` says by hand over what the rules conclude.

    A unit is by hand when its text is neither what its lock recorded as inferred nor what the
    rules conclude now. A resource by hand takes over its operations' keys; an inferred resource
    that loses all of its operations to one by hand lives on under that one's name. An inferred unit
    that a hand edited follows the rules where the hand left it alone (see merging.py).
    """
    if source is None:
        return Adopted(files=dict(inferred))
    twin = load_twin(source)
    result = Adopted(world=twin.world, seed=twin.seed, aliases=dict(twin.base_aliases))
    documented = {operation.key: operation for operation in contract.operations}
    known = set(documented)
    carrying = Carrying(source=source, twin=twin, evidence=Evidence(contract, pages), inferred=inferred)
    left_out: list[str] = []
    by_hand: list[Resource] = []
    for earlier in twin.resources:
        file = f"resources/{earlier.name}.yaml"
        if not _by_hand(source, twin, file, inferred):
            continue
        text, resource = carrying.resource(file, earlier)
        bound: list[Operation] = []
        missing = False
        for op in resource.operations:
            if not _binds(op, known):
                left_out.append(f"{file}: {op.key}: {_why(op, known)}")
                missing = True
                continue
            resolved, lost = resolving(op, documented[op.key], contract, twin.contract)
            left_out += [f"{file}: {op.key}: {what}" for what in lost]
            missing = missing or bool(lost)
            bound.append(resolved)
        if resource.operations and not bound and not _needed(resource, twin):
            continue
        by_hand.append(replace(resource, operations=tuple(bound)))
        result.files[file] = text if not missing else dump_resource(by_hand[-1], name)
        _mark(result, twin, file)
        result.keys |= {operation.key for operation in bound}
    kept = {resource.name for resource in by_hand}
    for stem, code in twin.handlers.items():
        shared = not (source / f"resources/{stem}.yaml").exists()
        if stem in kept or (shared and kept):
            result.files[f"resources/{stem}.py"] = code
            _mark(result, twin, f"resources/{stem}.py")
    for file in _KEPT:
        if (source / file).exists() and _by_hand(source, twin, file, inferred):
            result.files[file] = carrying.text(file)
            _mark(result, twin, file)
    for page in sorted(file for file in (source / "ui").glob("*") if file.is_file()):
        file = f"ui/{page.name}"
        if _by_hand(source, twin, file, inferred):
            result.files[file] = page.read_text(encoding="utf-8")
            _mark(result, twin, file)
    for scenario in sorted((source / "scenarios").glob("*.yaml")):
        file = f"scenarios/{scenario.name}"
        result.files[file] = scenario.read_text(encoding="utf-8")
        _mark(result, twin, file)
    for file, text in _remainder(name, draft, by_hand, result.keys).items():
        result.files.setdefault(file, text)
    if "service.yaml" in result.files:
        result.files["service.yaml"] = _with_styles(twin, draft, result)
    for file in ("service.yaml", "seed.yaml"):
        result.files.setdefault(file, inferred[file])
    result.left_out = tuple(left_out)
    carrying.record(result.evidence, result.bases, result.stale, set(result.files))
    result.merged, result.conflicts = tuple(carrying.merged), tuple(carrying.conflicts)
    return result


def _with_styles(twin: Twin, draft: Draft, result: Adopted) -> str:
    """Return the adopted service.yaml with the paging styles that inferred operations refer to."""
    text = result.files["service.yaml"]
    asked = {op.page for op in draft.operations.values() if op.key not in result.keys}
    styles = {
        name: style
        for name, style in draft.service.paging.items()
        if name in asked and name not in twin.service.paging
    }
    if not styles:
        return text
    added = dump_service(Service(name=twin.name, paging=styles)).partition("\npaging:\n")[2]
    head = re.search(r"^paging:[ ]*\n", text, re.MULTILINE)
    if head is not None:
        return text[: head.end()] + added + text[head.end() :]
    if not twin.service.paging:
        return f"{text.rstrip()}\n\npaging:\n{added}"
    return dump_service(replace(twin.service, paging={**styles, **twin.service.paging}))


def _binds(operation: Operation, known: set[str]) -> bool:
    """Return whether a contract documents the operation, and nothing that its behaviour rules out."""
    return operation.key in known and not known.intersection(operation.only_without)


def _why(operation: Operation, known: set[str]) -> str:
    others = sorted(known.intersection(operation.only_without))
    return f"not the answer beside {others[0]}" if others else "not documented here"


def _mark(result: Adopted, twin: Twin, file: str) -> None:
    unit = twin.lock.units.get(file)
    result.origins[file] = unit.origin if unit is not None and unit.origin != "inferred" else "hand"
    result.units.add(file)


def _needed(resource: Resource, twin: Twin) -> bool:
    """Return whether others refer to a resource that has no operations of its own here."""
    return bool(resource.edge) or not resource.operations or any(
        operation.resource == resource.name for other in twin.resources for operation in other.operations
        if other is not resource
    )


def _by_hand(source: Path, twin: Twin, file: str, inferred: dict[str, str]) -> bool:
    content = (source / file).read_bytes()
    unit = twin.lock.units.get(file)
    if unit is not None:
        if unit.origin != "inferred":
            return True
        if unit.digest == hashlib.sha256(content).hexdigest()[:32]:
            return False
    return inferred.get(file, "").encode() != content


def _remainder(
    name: str, draft: Draft, by_hand: list[Resource], taken: set[str]
) -> dict[str, str]:
    """Return the inferred units that are left, without what was taken over by hand."""
    hand = {resource.name for resource in by_hand}
    owner = {op.key: resource.name for resource in by_hand for op in resource.operations}
    grouped: dict[str, list[Operation]] = {}
    for operation in draft.operations.values():
        grouped.setdefault(operation.resource, []).append(operation)
    renamed: dict[str, str] = {}
    for resource, operations in grouped.items():
        owners = Counter(owner[op.key] for op in operations if op.key in owner)
        if owners:
            renamed[resource] = owners.most_common(1)[0][0]
    files: dict[str, str] = {}
    owners_by_name = {resource.name: resource for resource in by_hand}
    for kind in draft.resources.values():
        mine = tuple(
            _renamed(op, renamed) for op in grouped.get(kind.name, ()) if op.key not in taken
        )
        target = renamed.get(kind.name, kind.name)
        if target in hand:
            more = tuple(op for op in mine if _fits(op, owners_by_name[target]))
            if more:
                about = f"What the rules know of {target} beside {target}.yaml."
                rest = Resource(name=f"{target}-more", about=about, store=f"{name}/{target}")
                files[f"resources/{target}-more.yaml"] = dump_resource(
                    replace(rest, operations=more), name
                )
            continue
        parents = tuple(renamed.get(parent, parent) for parent in kind.parents)
        edge = {end: renamed.get(other, other) for end, other in kind.edge.items()}
        edge = {renamed.get(end, end): other for end, other in edge.items()}
        whole = replace(kind, parents=parents, edge=edge, operations=mine)
        files[f"resources/{kind.name}.yaml"] = dump_resource(whole, name)
    return files


_PLAIN = frozenset({"list", "read", "update", "replace", "delete"})


def _fits(operation: Operation, owner: Resource) -> bool:
    """Return whether an inferred operation makes sense on a resource that was written by hand."""
    if operation.does == "transition":
        return owner.lifecycle is not None and operation.move in owner.lifecycle.moves
    return operation.does in _PLAIN


def _renamed(operation: Operation, renamed: dict[str, str]) -> Operation:
    find = tuple(
        Find(
            name=renamed.get(one.name, one.name), by=one.by,
            resource=renamed.get(one.resource, one.resource), error=one.error, give=one.give,
            optional=one.optional, within=one.within,
        )
        for one in operation.find
    )  # fmt: skip
    through = operation.through
    if through is not None:
        through = Through(edge=through.edge, take=renamed.get(through.take, through.take))
    resource = renamed.get(operation.resource, operation.resource)
    return replace(operation, find=find, resource=resource, through=through)
