"""Several contracts of one folder → one.

Rules: documents stand by number of operations, then by path; what prose added comes last. Of two releases of one contract (one
title, and half of the routes of the smaller in both) the newest counts. Of two schemas with one
name that differ, the later document's is called `Name_<document stem>`; so is a security scheme.
Of two operations with one key, the later document's gets `#<document stem>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from twingen.contract.additions import is_added
from twingen.contract.diagnostics import Diagnostics
from twingen.contract.keys import operation_key
from twingen.contract.model import (
    Contract,
    Operation,
    Origin,
    Repair,
    Schema,
    SecurityScheme,
    Server,
)
from twingen.contract.schemas import references
from twingen.ingest.pointers import json_path
from twingen.ingest.renaming import rename_operation, rename_schema


@dataclass(frozen=True, slots=True)
class Part:
    """The contract of one document, the hosts that are its vendor's, what it pulled in."""

    contract: Contract
    hosts: tuple[str, ...] = ()
    path_items: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        return self.contract.documents[0].path

    @property
    def added(self) -> bool:
        """Whether it holds operations of prose alone."""
        return bool(self.contract.operations) and all(map(is_added, self.contract.operations))

    @property
    def stem(self) -> str:
        return re.sub(r"[^A-Za-z0-9_-]+", "_", PurePosixPath(self.path).stem) or "document"


def merge(parts: list[Part], diagnostics: Diagnostics) -> Contract:
    """Return one contract of all `parts` (at least one)."""
    ordered = sorted(parts, key=lambda part: (part.added, -len(part.contract.operations), part.path))
    ordered = _newest(ordered, diagnostics)
    if len(ordered) == 1:
        return ordered[0].contract
    result = _Merging(ordered[0].contract, set(ordered[0].hosts), diagnostics)
    for part in ordered[1:]:
        result.add(part)
    return result.contract()


def _newest(parts: list[Part], diagnostics: Diagnostics) -> list[Part]:
    kept: list[Part] = []
    for part in parts:
        for index, other in enumerate(kept):
            if _same_contract(part.contract, other.contract):
                newer = _release(part.contract.version) > _release(other.contract.version)
                winner, loser = (part, other) if newer else (other, part)
                if newer:
                    kept[index] = part
                same = winner.contract.version == loser.contract.version
                diagnostics.add(
                    "note",
                    "older-release",
                    f"{loser.contract.title} {loser.contract.version} is "
                    + ("a second copy of" if same else "an older release of")
                    + f" {winner.path} ({winner.contract.version})",
                    Origin(document=loser.path),
                    left_out="the document",
                )
                break
        else:
            kept.append(part)
    return kept


def _same_contract(first: Contract, second: Contract) -> bool:
    if _title(first) != _title(second):
        return False
    routes, others = ({o.key for o in c.operations} for c in (first, second))
    shared = len(routes & others)
    if first.version == second.version:
        return bool(routes) and routes == others
    return shared > 0 and 2 * shared >= min(len(routes), len(others))


def _title(contract: Contract) -> list[str]:
    """Return the words of the title that name the service: releases add or lose `API`."""
    words = re.findall(r"[a-z0-9]+", contract.title.lower())
    return [word for word in words if word not in ("api", "rest", "the")]


def _release(version: str) -> list[tuple[int, int | str]]:
    pieces = re.findall(r"\d+|[A-Za-z]+", version)
    return [(1, int(piece)) if piece.isdigit() else (0, piece) for piece in pieces]


@dataclass(slots=True)
class _Merging:
    base: Contract
    hosts: set[str]
    diagnostics: Diagnostics
    operations: list[Operation] = field(default_factory=list)
    schemas: dict[str, Schema] = field(default_factory=dict)
    schemes: dict[str, SecurityScheme] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    added: list[Contract] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.operations.extend(self.base.operations)
        self.schemas.update(self.base.schemas)
        self.schemes.update(self.base.security_schemes)
        self.repairs.extend(self.base.repairs)

    def add(self, part: Part) -> None:
        contract = part.contract
        names = self._different_schemas(contract)
        renamed = {name: self._free(name, part.stem, self.schemas) for name in sorted(names)}
        for name, schema in contract.schemas.items():
            self.schemas[renamed.get(name, name)] = rename_schema(schema, renamed)
        schemes = {
            name: self._free(name, part.stem, self.schemes)
            for name, scheme in contract.security_schemes.items()
            if name in self.schemes and self.schemes[name] != scheme
        }
        for name, scheme in contract.security_schemes.items():
            new = schemes.get(name, name)
            self.schemes.setdefault(new, replace(scheme, name=new))
        if renamed:
            self.diagnostics.add(
                "note",
                "renamed-schema",
                f"{len(renamed)} schemas differ from those of the same name in other documents; "
                f"here they are called Name_{part.stem}: {_some(sorted(renamed))}",
                Origin(document=part.path),
            )
        host = self._host(part)
        self._add_operations(part, host, renamed, schemes)
        self.repairs.extend(_moved(repair, renamed) for repair in contract.repairs)
        if host:
            contract = replace(
                contract,
                servers=tuple(replace(s, host=s.host or host) for s in contract.servers),
            )
        self.added.append(contract)

    def _different_schemas(self, contract: Contract) -> set[str]:
        """Return the names that mean something else here than in the documents before."""
        different = {
            name
            for name, schema in contract.schemas.items()
            if name in self.schemas and self.schemas[name] != schema
        }
        if not different:
            return different
        used_by: dict[str, set[str]] = {}
        for name, schema in contract.schemas.items():
            for reference in references(schema):
                used_by.setdefault(reference, set()).add(name)
        queue = list(different)
        while queue:
            for name in used_by.get(queue.pop(), ()):
                if name in self.schemas and name not in different:
                    different.add(name)
                    queue.append(name)
        return different

    def _host(self, part: Part) -> str:
        """Return the host group of a later document: '' where it shares a host with the first."""
        if not part.hosts or not self.hosts or self.hosts & set(part.hosts):
            self.hosts.update(part.hosts)
            return ""
        return part.hosts[0]

    def _add_operations(
        self, part: Part, host: str, renamed: Mapping[str, str], schemes: Mapping[str, str]
    ) -> None:
        keys = {operation.key for operation in self.operations}
        ids = {operation.id for operation in self.operations}
        for operation in part.contract.operations:
            operation = rename_operation(operation, renamed, schemes)
            if host and not operation.host:
                _, hash_, tail = operation.key.partition("#")
                bare = operation_key(operation.method, operation.path.partition("#")[0], host=host)
                operation = replace(operation, host=host, key=bare + hash_ + tail)
            if operation.key in keys:
                joint = "-" if "#" in operation.key else "#"
                key = f"{operation.key}{joint}{part.stem}"
                self._say_about(
                    operation,
                    "same-route",
                    f"another document has the route {operation.key}; this one is {key}",
                )
                operation = replace(operation, key=key)
            if operation.id in ids:
                new = self._free(operation.id, part.stem, dict.fromkeys(ids))
                self._say_about(
                    operation,
                    "repeated-operation-id",
                    f"the operationId {operation.id} is taken by another document; "
                    f"this one is {new}",
                )
                operation = replace(operation, id=new)
            keys.add(operation.key)
            ids.add(operation.id)
            self.operations.append(operation)

    def _say_about(self, operation: Operation, code: str, message: str) -> None:
        origin = operation.origin or Origin(document="")
        self.diagnostics.add("note", code, message, origin)

    def _free(self, name: str, stem: str, taken: Mapping[str, Any]) -> str:
        candidate, count = f"{name}_{stem}", 1
        while candidate in taken:
            count += 1
            candidate = f"{name}_{stem}_{count}"
        return candidate

    def contract(self) -> Contract:
        servers: dict[tuple[str, str], Server] = {}
        for contract in (self.base, *self.added):
            for server in contract.servers:
                servers.setdefault((server.url, server.host), server)
        return replace(
            self.base,
            servers=tuple(servers.values()),
            operations=tuple(self.operations),
            schemas=self.schemas,
            security_schemes=self.schemes,
            common_parameters=tuple(
                dict.fromkeys(n for c in (self.base, *self.added) for n in c.common_parameters)
            ),
            documents=tuple(d for c in (self.base, *self.added) for d in c.documents),
            repairs=tuple(self.repairs),
        )


def _moved(repair: Repair, renamed: Mapping[str, str]) -> Repair:
    for old, new in renamed.items():
        head = json_path(("components", "schemas", old))
        if repair.target == head or repair.target.startswith((head + ".", head + "[")):
            tail = repair.target[len(head) :]
            return replace(repair, target=json_path(("components", "schemas", new)) + tail)
    return repair


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
