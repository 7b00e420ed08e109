"""Records to try laws on: made by the twin's own creates, with everything that they lie under."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from twingen.runtime import paths
from twingen.runtime.app import TwinApp
from twingen.runtime.store import Row
from twingen.twin.model import Find, Operation, Twin
from twingen.verify.members import different, members
from twingen.verify.outcome import Unmade, Unreached
from twingen.verify.requests import Sent, bodies, queries, readable, value_of
from twingen.verify.subject import Reply, Subject

_DEEPEST = 4
_MAKES = ("create", "upsert", "link")
_PATH = re.compile(r"path\[(\d+)\]")
_ARGUMENT = re.compile(r"(?:strip\()?(args|query|body)\.(\w+)(?:, ?'[^']*'\))?")
_ASKED = re.compile(r"\b(args|query|body)\.")
_PARAMETER = re.compile(r"\{[^}]*\}")

Chosen = dict[str, str]  # resource → id of the record that stands for it


class Made(NamedTuple):
    """A record: its resource, its id in the store, what was sent for it, what was answered."""

    resource: str
    id: str
    sent: Any = None
    reply: Reply | None = None


class Stage(NamedTuple):
    """A world with records of one resource in it: two that were made, else what was there."""

    subject: Subject
    records: tuple[Made, ...]
    chosen: Chosen
    created: bool


class Address(NamedTuple):
    """Where a request goes: path values, and identifiers among its query and body."""

    values: tuple[str, ...]
    query: dict[str, Any]
    body: dict[str, Any]


class Stages:
    """The stages of one twin, made when first asked for, and how to make and address records."""

    def __init__(self, app: TwinApp, pristine: Subject):
        self.app = app
        self.twin: Twin = app.twin
        self.pristine = pristine
        self.resources = {resource.name: resource for resource in app.twin.resources}
        self._stages: dict[str, Stage | str] = {}
        # How records were addressed that are gone by now.
        self._in_two: dict[tuple[str, str], tuple[str, str]] = {}
        self._working: dict[str, tuple[int, Operation]] = {}

    def of(self, resource: str) -> Stage:
        """Return the stage of a resource; raises Unreached with the reason why there is none."""
        found = self._stages.get(resource)
        if found is None:
            try:
                found = self._build(resource)
            except Unreached as why:
                found = str(why)
            self._stages[resource] = found
        if isinstance(found, str):
            raise Unreached(found)
        return found

    def _build(self, resource: str) -> Stage:
        subject = self.pristine.fork()
        chosen: Chosen = {}
        try:
            first = self.make(subject, resource, 1, chosen)
            parents = dict(chosen)
        except Unreached as why:
            rows = [row for row in self.rows(subject, resource) if self.seen(subject, row)][:2]
            if not rows:
                raise Unreached(f"no {resource} to try it on: {why}") from None
            records = tuple(Made(resource, row.id) for row in rows)
            return Stage(subject, records, dict(rows[0].refs), False)
        try:
            records = (first, self.make(subject, resource, 2, chosen))
        except Unreached:
            records = (first,)
        return Stage(subject, records, parents, True)

    # Making

    def creates(self, resource: str) -> list[Operation]:
        known = self.resources.get(resource)
        if known is None:
            return []
        found = [op for op in known.operations if op.effect in _MAKES]
        handled = [
            op
            for op in known.operations
            if op.handler is not None and op.effect == "none" and self._posts(op)
        ]
        return [*sorted(found, key=lambda op: _MAKES.index(op.effect)), *handled]

    def _posts(self, operation: Operation) -> bool:
        """Return whether a handler may be one that makes records."""
        method = self.app.routes[operation.key].documented.method
        return method == "POST" and all(find.resource != operation.resource for find in operation.find)

    def rows(self, subject: Subject, resource: str) -> list[Row]:
        kind = self.app.engine.kinds.get(resource)
        return [] if kind is None else list(subject.world.reading(kind.store).rows())

    def reader(self, resource: str, target: str = "item", field: str | None = None) -> Operation | None:
        """Return the operation that shows one record (or one field) of a resource."""
        for operation in self.resources[resource].operations:
            if operation.effect == "none" and operation.target == target and not operation.many:
                if operation.field == field and operation.does != "act" and not operation.set:
                    return operation
        return None

    def seen(self, subject: Subject, row: Row) -> bool:
        """Return whether clients can read a record that was there from the start."""
        reader = self.reader(row.kind)
        if reader is None:
            return True
        try:
            address = self.address(subject, reader, self.around(subject, Made(row.kind, row.id)))
        except Unreached:
            return False
        query = {**queries(self.app.routes[reader.key].documented, self.app.schemas), **address.query}
        return subject.fork().call(reader.key, address.values, query, address.body or None).ok

    def make(
        self, subject: Subject, resource: str, number: int, chosen: Chosen, depth: int = 0
    ) -> Made:
        """Make a record by the first create that works; what it lies under is added to `chosen`."""
        if depth > _DEEPEST:
            raise Unreached("it lies too deep under others")
        creates = self.creates(resource)
        if not creates:
            raise Unreached(f"nothing makes a {resource}")
        trouble = ""
        for create in creates:
            try:
                return self.make_by(subject, create, number, chosen, depth)
            except Unreached as why:
                trouble = trouble or str(why)
        raise Unreached(trouble)

    def make_by(
        self, subject: Subject, create: Operation, number: int, chosen: Chosen, depth: int = 0,
        only: Sent | None = None,
    ) -> Made:  # fmt: skip
        """Make a record by one operation; raises Unreached when no request (or not `only`) is taken."""
        documented = self.app.routes[create.key].documented
        if not readable(documented):
            raise Unreached(f"{create.key} takes no JSON or form")
        address = self.address(subject, create, chosen, depth, fresh=number)
        # Behind the addressing, which may have made the record that this one is a copy of.
        before = {row.id for row in self.rows(subject, create.resource)}
        refused: Reply | None = None
        unique = self.unique(create.resource)
        for sent in [only] if only is not None else bodies(documented, self.app.schemas, number, unique):
            if create.each is not None:
                sent = different(create, documented, self.app.schemas, sent, number, unique)
            body = self.laid(sent.value, address)
            query = {**queries(documented, self.app.schemas), **address.query}
            reply = subject.call(create.key, address.values, query, body, sent.media)
            if not reply.ok:
                refused = refused or reply
                continue
            for row in self.rows(subject, create.resource):
                if row.id not in before:
                    value = sent.value if create.each is None else next(iter(members(create, sent.value)), None)
                    return Made(create.resource, row.id, value, reply)
            raise Unmade(f"{create.key} succeeds and makes no new {create.resource}")
        raise Unreached(f"{create.key} takes none of the requests tried: {refused}")

    def unique(self, resource: str) -> frozenset[str]:
        known = self.resources[resource]
        names = {field for unique in known.unique for field in unique.fields}
        if known.identity.take is not None and known.identity.field:
            names |= {known.identity.field, known.identity.take.partition(".")[2]}
        return frozenset(names)

    @staticmethod
    def laid(body: Any, address: Address) -> Any:
        return {**body, **address.body} if isinstance(body, dict) else body or address.body or None

    # Addressing

    def row(self, subject: Subject, resource: str, id: str) -> Row | None:
        kind = self.app.engine.kinds.get(resource)
        return None if kind is None else subject.world.reading(kind.store).get(id)

    def name(self, subject: Subject, resource: str, id: str) -> str:
        """Return the identifier that clients use for a record."""
        kind = self.app.engine.kinds[resource]
        row = self.row(subject, resource, id)
        shown = None if row is None else paths.get(row.data, kind.id_path or ("id",))
        # Ids that only their parents tell apart are stored with something added.
        return id if shown is None or (kind.id_path is None and str(shown) not in id) else str(shown)

    def around(self, subject: Subject, made: Made) -> Chosen:
        """Return a record with those that it lies under, by resource."""
        chosen = {made.resource: made.id}
        kind = self.app.engine.kinds[made.resource]
        row = self.row(subject, made.resource, made.id)
        for name, id in (row.refs if row is not None else {}).items():
            other = kind.resource.edge.get(name, name)
            if other in self.resources:
                chosen = {**self.around(subject, Made(other, id)), **chosen}
        return chosen

    def address(
        self, subject: Subject, operation: Operation, chosen: Chosen, depth: int = 0, fresh: int = 0
    ) -> Address:
        """Return where a request about the chosen records goes.

        What `chosen` lacks is made (or else taken from what is there) and added to it. With
        `fresh`, a last find that may fail gets an identifier that nothing has yet.
        """
        documented = self.app.routes[operation.key].documented
        values: dict[int, str] = {}
        query: dict[str, Any] = {}
        body: dict[str, Any] = {}
        queried = {p.name for p in documented.parameters if p.location == "query"}
        for find in operation.find:
            places = [int(found) for found in _PATH.findall(find.by)]
            above, place = places[:-1], places[-1] if places else None
            argument = _ARGUMENT.fullmatch(find.by)
            if place is None and argument is None and not self._edge(find):
                if _ASKED.search(find.by) and not find.optional:
                    raise Unreached(f"its {find.name} is found in a way of its own")
                continue
            if find.optional and find is operation.find[-1] and fresh and operation.effect == "upsert":
                value = f"law{fresh}"
            elif find.optional and place is None:
                continue
            else:
                id = self._stand_in(subject, find, chosen, depth)
                value = self.name(subject, find.resource, id)
                if len(places) > 1 and "+ '/' +" in find.by:
                    values[above[0]], value = self._two(subject, find.resource, id)
                    above = above[1:]
            if place is not None:
                values[place] = value
                for number, parent in zip(above, self.app.engine.kinds[find.resource].refs, strict=False):
                    if number not in values and parent in chosen:
                        values[number] = self.name(subject, parent, chosen[parent])
            elif argument is not None:
                name = argument.group(2)
                source = argument.group(1)
                (query if name in queried and source != "body" else body)[name] = value
        return Address(self._values(operation, values), query, body)

    def _two(self, subject: Subject, resource: str, id: str) -> tuple[str, str]:
        """Return the two names by which clients address a record together."""
        row = self.row(subject, resource, id)
        for field in self.resources[resource].identity.also if row is not None else ():
            head, slash, tail = str(row.data.get(field) if row is not None else "").partition("/")
            if slash:
                self._in_two[resource, id] = head, tail
        if (resource, id) in self._in_two:
            return self._in_two[resource, id]
        raise Unreached(f"the {resource} has no name of two parts")

    def _edge(self, find: Find) -> bool:
        known = self.resources.get(find.resource)
        return known is not None and bool(known.edge)

    def _stand_in(self, subject: Subject, find: Find, chosen: Chosen, depth: int) -> str:
        known = chosen.get(find.name) or chosen.get(find.resource)
        if known is not None:
            return known
        resource = find.resource
        try:
            inner = dict(chosen)
            made = self.make(subject, resource, 1, inner, depth + 1)
            chosen.update({**inner, resource: made.id})
            return made.id
        except Unreached as why:
            kind = self.app.engine.kinds.get(resource)
            for row in self.rows(subject, resource):
                if kind is not None and self.seen(subject, row) and all(
                    chosen.get(name, row.refs.get(name)) == row.refs.get(name) for name in kind.refs
                ):
                    for name, id in {**self.around(subject, Made(resource, row.id))}.items():
                        chosen.setdefault(name, id)
                    return row.id
            raise Unreached(f"no {resource} to try it on: {why}") from None

    def _values(self, operation: Operation, known: Mapping[int, str]) -> tuple[str, ...]:
        documented = self.app.routes[operation.key].documented
        names = [name.strip("{}+*") for name in _PARAMETER.findall(documented.path.partition("#")[0])]
        return tuple(
            known[place] if place in known
            else str(value_of(name, documented, self.app.schemas))
            for place, name in enumerate(names)
        )  # fmt: skip
