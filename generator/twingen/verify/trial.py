"""One operation on trial, and what laws may ask of the twin around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from twingen.contract.model import Operation as Documented
from twingen.contract.schemas import properties, resolve
from twingen.runtime import paths
from twingen.runtime.json_patch import MEDIA as JSON_PATCH
from twingen.twin.model import Operation, Resource
from twingen.verify.mutants import Mutant
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.requests import Sent, bodies, queries, read_only, readable
from twingen.verify.shown import member_of, unlike
from twingen.verify.stage import Chosen, Made, Stage, Stages
from twingen.verify.subject import Reply, Subject

Path = tuple[str, ...]
_RENAMED = re.compile(r"\{either\(body\.(\w+), nothing\)\}")


class Sight(NamedTuple):
    """A record as clients find it: what it lies under and itself, by resource, and its identifier."""

    chosen: Chosen
    name: str


class Trial:
    """An operation, with the stages that its laws share."""

    def __init__(self, stages: Stages, operation: Operation):
        self.stages = stages
        self.app = stages.app
        self.operation = operation
        self.key = operation.key
        self.resource: Resource = stages.resources[operation.resource]
        self.documented: Documented = self.app.routes[operation.key].documented
        self.kind = self.app.engine.kinds[operation.resource]
        self.mutant: Mutant | None = None
        self.heard: list[Reply] = []
        # Worlds with records for a list, by how many: see populating.py.
        self.populated: dict[int, Any] = {}

    # Worlds

    def stage(self, resource: str | None = None) -> Stage:
        """Return the stage of a resource, its world forked and with the mutant in it."""
        found = self.stages.of(resource or self.resource.name)
        return found._replace(subject=self.fork(found.subject), chosen=dict(found.chosen))

    def empty(self) -> Subject:
        return self.fork(self.stages.pristine)

    def fork(self, subject: Subject) -> Subject:
        return subject.fork(self.key, self.mutant, self.heard)

    # Calls

    def call(
        self, subject: Subject, operation: Operation, chosen: Chosen, *,
        query: dict[str, Any] | None = None, body: Any = None, media: str | None = None,
    ) -> Reply:  # fmt: skip
        """Call an operation about the chosen records."""
        address = self.stages.address(subject, operation, chosen)
        documented = self.app.routes[operation.key].documented
        asked = {**queries(documented, self.app.schemas), **self._named(subject, operation)}
        asked.update({**address.query, **self._everything(operation)})
        asked.update(query or {})
        sent = self.stages.laid(body, address)
        if sent is not None and media is None:
            media = next((m.type for m in (documented.body.content if documented.body else ())), None)
        return subject.call(operation.key, address.values, asked, sent, media)

    def taken(self, reply: Reply) -> bool:
        """Return whether a request was taken, where a redirection may be all that is documented."""
        status = reply.response.status
        return reply.ok or (
            300 <= status < 400 and any(r.status == str(status) for r in self.documented.responses)
        )

    def _named(self, subject: Subject, operation: Operation) -> dict[str, list[str]]:
        """Return every identifier of the records for a list that must be told which to show."""
        kind = self.app.engine.kinds.get(operation.resource)
        documented = self.app.routes[operation.key].documented
        if kind is None or kind.id_path is None or operation.does != "list":
            return {}
        field = ".".join(kind.id_path)
        names = [self.stages.name(subject, row.kind, row.id) for row in self.stages.rows(subject, operation.resource)]
        return {
            parameter.name: names
            for parameter in documented.parameters
            if parameter.required and parameter.location == "query" and names
            and (treatment := operation.parameters.get(parameter.name)) is not None
            and treatment.use == "equals" and treatment.fields == (field,)
        }  # fmt: skip

    def _everything(self, operation: Operation) -> dict[str, str]:
        """Return what asks for whole records, where answers show only some fields unless asked."""
        treatments = {**self.app.twin.service.parameters, **operation.parameters}
        return {
            name: one.options["every"][0] if one.use == "equals" else "*"
            for name, one in treatments.items()
            if one.options.get("default") and operation.effect == "none"
            and (one.use == "fields" or (one.use == "equals" and one.options.get("every")))
        }  # fmt: skip

    def write(
        self, subject: Subject, operation: Operation, chosen: Chosen, number: int,
        unique: frozenset[str] = frozenset(),
    ) -> tuple[Any, Reply]:  # fmt: skip
        """Call an operation with the first body that it takes; raises Unreached if it takes none."""
        sent, reply = self.attempt(subject, operation, chosen, number, unique)
        if not reply.ok:
            raise Unreached(f"it takes none of the requests tried: {reply}")
        return sent, reply

    def attempt(
        self, subject: Subject, operation: Operation, chosen: Chosen, number: int,
        unique: frozenset[str] = frozenset(),
    ) -> tuple[Any, Reply]:  # fmt: skip
        """Call an operation with one body after another; returns what came of the best."""
        documented = self.app.routes[operation.key].documented
        if not readable(documented):
            raise Unreached("it takes no JSON or form")
        refused: Reply | None = None
        for sent in bodies(documented, self.app.schemas, number, unique):
            reply = self.call(subject, operation, dict(chosen), body=sent.value, media=sent.media)
            if reply.ok:
                return sent.value, reply
            refused = refused or reply
        if refused is None:
            raise Unreached("no request could be made for it")
        return None, refused

    def requests(self) -> Iterator[Sent]:
        """Yield requests for the operation on trial that differ from those of its stage."""
        if not readable(self.documented):
            raise Unreached("it takes no JSON or form")
        makes = self.operation.effect in {"create", "upsert"}
        unique = self.stages.unique(self.resource.name) if makes else frozenset()
        if self.documented.body is None and self._takes_any():
            yield Sent("application/json", {"law": "v3" if makes else "v8"})
        yield from self._patches()
        yield from bodies(self.documented, self.app.schemas, 3 if makes else 8, unique)

    def _patches(self) -> Iterator[Sent]:
        """Yield a JSON Patch of a text that the record shows, where that is what is taken."""
        media = [one.type for one in (self.documented.body.content if self.documented.body else ())]
        reader = self.reader()
        if JSON_PATCH not in media or reader is None:
            return
        for name in sorted(self._texts(reader)):
            yield Sent(JSON_PATCH, [{"op": "add", "path": f"/{name}", "value": f"v8-{name}"}])
            return
        for one in self.documented.body.content if self.documented.body else ():
            for example in one.examples if one.type == JSON_PATCH else ():
                yield Sent(JSON_PATCH, example.value)

    def _texts(self, by: Operation) -> set[str]:
        """Return the fields of free text that an operation's answer documents."""
        schemas = self.app.schemas.schemas
        found = set()
        for response in self.app.routes[by.key].documented.responses:
            for media in response.content if response.status.startswith("2") else ():
                for name, schema in properties(media.schema, schemas).items() if media.schema else ():
                    plain = resolve(schema, schemas)
                    fixed = {"enum", "const", "format", "pattern", "readOnly"} & set(plain)
                    if plain.get("type") == "string" and not fixed and (name,) != self.kind.id_path:
                        found.add(name)
        return found & self._documented(by)

    def _takes_any(self) -> bool:
        """Return whether any value at all is the request: it is kept in one field."""
        return isinstance(self.operation.input, dict) and list(self.operation.input.values()) == ["{body}"]

    # Looking

    def reader(self) -> Operation | None:
        """Return the operation that shows one record of the resource."""
        return self.stages.reader(self.resource.name)

    def lister(self) -> Operation | None:
        """Return the operation that lists records of the resource."""
        found = [
            operation
            for operation in self.resource.operations
            if operation.does == "list" and operation.through is None and not operation.keep
        ]
        return min(found, key=lambda operation: len(operation.find), default=None)

    def name(self, subject: Subject, made: Made) -> str:
        return self.stages.name(subject, made.resource, made.id)

    def sight(self, subject: Subject, made: Made) -> Sight:
        """Return how to look at a record, for as long as it is there and afterwards."""
        return Sight(self.stages.around(subject, made), self.name(subject, made))

    def look(self, subject: Subject, sight: Sight) -> Any:
        """Return what clients see of a record, by its read or in its list; None when it is gone."""
        reader = self.reader()
        if reader is not None:
            reply = self.call(subject, reader, dict(sight.chosen), query=self.whole(reader))
            return reply.body if reply.ok else None
        return self.listed(subject, sight)

    def whole(self, operation: Operation) -> dict[str, Any]:
        """Return the query that asks an operation to show all that it leaves out otherwise."""
        return {
            name: ",".join(treatment.fields)
            for name, treatment in operation.parameters.items()
            if treatment.use == "expand" and treatment.fields and "_embedded" not in treatment.fields
        }

    def listed(self, subject: Subject, sight: Sight) -> Any:
        """Return what stands in the resource's list for a record, None when nothing does."""
        lister = self.lister()
        if lister is None:
            raise Unreached(f"nothing shows a {self.resource.name}")
        within = {name: id for name, id in sight.chosen.items() if name != self.resource.name}
        reply = self.call(subject, lister, within, query=self.whole(lister))
        if not reply.ok:
            raise Unreached(f"its list is refused: {reply}")
        return member_of(reply.body, sight.name, self.kind.id_path)

    # Comparing

    def shows(self, what: str, sent: Any, shown: Any, by: Operation | None) -> None:
        """Hold that everything sent is shown; raises Broken for the first that is not."""
        if shown is None:
            raise Broken(f"{what} to be shown", "nothing is")
        if sent is not None and not isinstance(sent, (dict, list)) and not isinstance(shown, (dict, list)):
            if sent != shown:
                raise Broken(f"{sent!r} as {what}", f"{shown!r} is shown")
            return
        found = unlike(self.meant(sent), shown, self._skips(by))
        if found is not None:
            path, expected, came = found
            raise Broken(f"{path} = {expected} as {what}", f"{came} is shown")

    def tells(self, sent: Any, by: Operation | None) -> bool:
        """Return whether anything of what was sent is among what `by` may show."""
        skipped = self._skips(by)
        sent = self.meant(sent)
        free = isinstance(self.operation.input, dict) and "{body}" in self.operation.input.values()
        return free or not isinstance(sent, dict) or any(not skipped((name,)) for name in sent)

    def meant(self, sent: Any) -> Any:
        """Return what was sent under the names of the record, where the operation renames fields."""
        renames = self.operation.input
        if isinstance(sent, list) and all(isinstance(one, dict) and "path" in one for one in sent):
            told: dict[str, Any] = {}
            for one in sent:
                if "value" in one:
                    told = paths.put(told, tuple(str(one["path"]).strip("/").split("/")), one["value"])
            return told
        if not isinstance(sent, dict) or not isinstance(renames, dict):
            return sent
        called = {
            found.group(1): name
            for name, template in renames.items()
            if isinstance(template, str) and (found := _RENAMED.fullmatch(template))
        }
        return {called.get(name, name): value for name, value in sent.items()}

    def _skips(self, by: Operation | None) -> Callable[[Path], bool]:
        """Return which sent fields need not be shown: secret, read-only, set by the server, unknown."""
        kind = self.kind
        hidden = {path for _, path, _ in kind.write_only}
        hidden |= {paths.split(path) for path in self.resource.derived}
        for fields in (self.resource.server_set, self.resource.touch, self.operation.set):
            hidden |= {paths.split(path) for path in fields}
        # What rules took for read-only counts as that only where the request says so as well.
        inferred = bool(self.resource.inferred)
        for path in kind.read_only:
            if not inferred or read_only(self.documented, path, self.app.schemas):
                hidden.add(path)
        # An upsert's identifier stands in its path.
        creates = self.operation.effect == "create" or (
            self.operation.effect == "upsert" and not self.operation.find
        )
        if kind.id_path is not None and not (creates and self.resource.identity.take is not None):
            hidden.add(kind.id_path)
        if kind.state is not None:
            hidden.add(kind.state)
        known = self._documented(by)
        return lambda path: path in hidden or (len(path) == 1 and bool(known) and path[0] not in known)

    def _documented(self, by: Operation | None) -> set[str]:
        """Return the fields that the answer of `by` documents, where it is the bare record."""
        documented = self.app.routes[by.key].documented if by is not None else None
        schemas = self.app.schemas.schemas
        for response in documented.responses if documented else ():
            if response.status.startswith("2"):
                for media in response.content:
                    if media.schema is not None and "json" in media.type:
                        plain = resolve(media.schema, schemas)
                        items = plain.get("items")
                        inner = items if isinstance(items, dict) else media.schema
                        found = set(properties(inner, schemas))
                        field = self.resource.identity.field
                        return found if field in found else set()
        return set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What must hold. `cases` says on what it is tried (nothing: it does not apply), `check`
    raises Broken or Unreached, `mutants` are the defects that it must notice. A law that `proves`
    makes an operation semantic; one that `honours` is about parameters, which stay in doubt where
    it cannot be tried; the others only hold back what is wrong.
    """

    name: str
    cases: Callable[[Trial], Iterable[str]]
    check: Callable[[Trial, str], None]
    mutants: Callable[[Trial, str], Iterable[Mutant]]
    proves: bool = False
    honours: bool = False
