"""What a twin says of itself, made ready to hold its answers against: families, tables, error cases.

The plan may be of another twin than the one that answers: of the twin as it was before a change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from twingen.contract.model import Operation as Documented
from twingen.contract.schemas import properties, resolve
from twingen.runtime import paths
from twingen.runtime.failures import STATUS
from twingen.twin.model import ErrorCase, Operation, Paging, Resource, Treatment, Twin
from twingen.verify.machines.server import Server
from twingen.verify.subject import failure_marks

Path = tuple[str, ...]
_MAKES = ("create", "upsert", "link")
_WITHOUT_BEHAVIOUR = frozenset({"shape", "unsupported"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A resource with what lies under it and the edges that touch it, and their operations."""

    name: str
    operations: tuple[Operation, ...]


class Plan:
    """One twin's behaviour as tables. `only` limits which operations laws are tried on."""

    def __init__(self, server: Server, only: Collection[str] | None = None):
        self.server = server
        self.twin: Twin = server.twin
        self.schemas = server.app.schemas
        self.marks = failure_marks(server.app, server.world())
        self.resources: dict[str, Resource] = {one.name: one for one in self.twin.resources}
        self.operations = {
            operation.key: operation
            for resource in self.twin.resources
            for operation in resource.operations
            if operation.does not in _WITHOUT_BEHAVIOUR and operation.key in server.app.routes
        }
        self._of: dict[str, list[Operation]] = {name: [] for name in self.resources}
        for operation in self.operations.values():
            self._of.setdefault(operation.resource, []).append(operation)
        # What was seen in the plan's own twin, see laws/footprints.py and laws/creates.py.
        self.footprints: dict[Any, Any] = {}
        self.born: dict[str, frozenset[str]] = {}
        self.tried = [
            operation for key, operation in self.operations.items() if only is None or key in only
        ]

    # The contract

    def documented(self, operation: Operation) -> Documented:
        return self.server.app.routes[operation.key].documented

    def public(self, operation: Operation) -> bool:
        return self.server.app.routes[operation.key].public

    def answered_fields(self, operation: Operation, field: str | None) -> frozenset[str]:
        """Return the fields that an answer documents where it is the bare record, else none."""
        for response in self.documented(operation).responses:
            for media in response.content if response.status.startswith("2") else ():
                if media.schema is not None and "json" in media.type:
                    items = resolve(media.schema, self.schemas.schemas).get("items")
                    inner = items if isinstance(items, Mapping) else media.schema
                    found = frozenset(properties(inner, self.schemas.schemas))
                    return found if field in found else frozenset()
        return frozenset()

    # Resources

    def id_path(self, resource: str) -> Path | None:
        field = self.resources[resource].identity.field
        return paths.split(field) if field else None

    def refs(self, resource: str) -> tuple[str, ...]:
        known = self.resources[resource]
        return tuple(dict.fromkeys([*known.parents, *known.edge]))

    def end(self, resource: str, ref: str) -> str:
        """Return the resource that a parent's or an edge's name stands for."""
        return self.resources[resource].edge.get(ref, ref)

    def unique_fields(self, resource: str) -> frozenset[str]:
        known = self.resources[resource]
        names = {field for unique in known.unique for field in unique.fields}
        if known.identity.take is not None and known.identity.field:
            names |= {known.identity.field, known.identity.take.partition(".")[2]}
        return frozenset(names)

    def creates(self, resource: str) -> list[Operation]:
        """Return what makes records of a resource, the plainest first."""
        mine = self._of.get(resource, [])
        found = [one for one in mine if one.effect in _MAKES and not one.many]
        handled = [
            one
            for one in mine
            if one.handler is not None and one.effect == "none" and one.dispatch is None
            and self.documented(one).method == "POST"
            and all(find.resource != resource for find in one.find)
        ]  # fmt: skip
        return [*sorted(found, key=lambda one: _MAKES.index(one.effect)), *handled]

    def reader(self, resource: str) -> Operation | None:
        """Return the operation that shows one record."""
        for one in self._of.get(resource, []):
            if one.effect == "none" and one.target == "item":
                if one.does == "read" and not one.many and not one.set:
                    return one
        return None

    def lister(self, resource: str) -> Operation | None:
        """Return the operation that lists a resource: of several the freest."""
        found = [
            one
            for one in self._of.get(resource, [])
            if one.does == "list" and one.through is None
        ]
        return min(found, key=lambda one: (bool(one.keep), len(one.find)), default=None)

    def hidden(self, resource: str) -> frozenset[Path]:
        """Return the fields that need not be shown as they were sent."""
        known = self.resources[resource]
        found = {paths.split(path) for path in (*known.write_only, *known.derived)}
        found |= {paths.split(path) for path in (*known.server_set, *known.touch, *known.read_only)}
        for variant in known.variants.values():
            found |= {paths.split(path) for path in variant.server_set}
        if known.lifecycle is not None:
            found.add(paths.split(known.lifecycle.field))
        if known.identity.field and known.identity.take is None:
            found.add(paths.split(known.identity.field))
        return frozenset(found)

    # Conventions

    def case(self, name: str) -> ErrorCase | None:
        """Return the error case that is answered for sure, None where it passes failures on."""
        errors = self.twin.service.errors
        found = errors.cases.get(name)
        if found is None and name not in STATUS and "default" in errors.cases:
            found = replace(errors.cases["default"], name=name)
        if found is None or found.instead:
            return None
        if found.body is None and not found.fields and re.search(r"\bcase\b", str(errors.body)):
            # The envelope tells a case that has no words of its own by its name.
            return replace(found, fields={"case": name})
        return found

    def treatments(self, operation: Operation) -> dict[str, Treatment]:
        """Return the treated parameters that the documents name."""
        documented = {parameter.name for parameter in self.documented(operation).parameters}
        found = {**self.twin.service.parameters, **operation.parameters}
        return {name: one for name, one in found.items() if name in documented}

    def chooses(self, operation: Operation) -> bool:
        """Return whether a list shows only some records, whatever else it is asked for."""
        asked = any(one.required and one.location == "query" for one in self.documented(operation).parameters)
        return bool(operation.keep or operation.where or asked)

    def paging(self, operation: Operation) -> Paging | None:
        return self.twin.service.paging.get(operation.page or "")

    @cached_property
    def families(self) -> tuple[Family, ...]:
        found = []
        covered: set[str] = set()
        for resource in self.twin.resources:
            if resource.parents or resource.edge:
                continue
            members = self._under(resource.name)
            operations = tuple(one for one in self.tried if one.resource in members)
            if operations:
                found.append(Family(name=resource.name, operations=operations))
                covered |= {one.key for one in operations}
        rest = tuple(one for one in self.tried if one.key not in covered)
        if rest:
            found.append(Family(name="others", operations=rest))
        return tuple(found)

    def _under(self, root: str) -> set[str]:
        members = {root}
        for _ in self.resources:
            members |= {
                one.name
                for one in self.twin.resources
                if members & set(one.parents) or root in one.edge.values()
            }
        return members


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the scalars and lists of an object, each with its path."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif path:
        yield path, value
