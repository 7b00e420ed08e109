"""One run of a machine: a world, the records that it knows of, and how they are addressed.

All that is known of records was sent or answered; nothing here looks into the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from twingen.runtime import paths
from twingen.twin.model import Operation, Paging
from twingen.verify.laws.paging import is_last, next_told
from twingen.verify.machines.addressing import Address, address_of, found_there
from twingen.verify.machines.known import Chosen, Draw, Known, same
from twingen.verify.machines.plan import Path, Plan, leaves
from twingen.verify.machines.session import Session
from twingen.verify.outcome import Broken, Unreached
from twingen.verify.requests import Sent, bodies, queries, readable
from twingen.verify.shown import named, records_in, unlike
from twingen.verify.subject import Reply

_DEEPEST = 4
_MOST_PAGES = 60


class Play:
    """The records and the requests of one run."""

    def __init__(self, plan: Plan, session: Session, noticed: Callable[[Operation, Reply], None] | None = None):
        self.plan = plan
        self.session = session
        self.known: list[Known] = []
        self.count = 0
        self._noticed = noticed

    # Records

    def of(self, resource: str, *, alive: bool = True, under: Chosen | None = None) -> list[Known]:
        """Return the records of a resource that were made, oldest first."""
        return [
            one
            for one in self.known
            if one.resource == resource and one.alive is alive and one.mine
            and all(same(one.under.get(name), parent) for name, parent in (under or {}).items()
                    if name in self.plan.refs(resource))
        ]  # fmt: skip

    def some(self, resource: str, draw: Draw, chosen: Chosen | None = None) -> Known:
        """Return a record of a resource, one that is there or a new one."""
        there = self.of(resource, under=chosen)
        if there and (len(there) > 4 or draw.number(0, 2)):
            return draw.one(there)
        try:
            return self.make(resource, dict(chosen or {}))
        except Unreached:
            if there:
                return draw.one(there)
            return found_there(self, resource, chosen or {})

    def others_of(self, edge: str, ends: Chosen) -> list[Known]:
        """Return the ties of an edge between these ends."""
        return [one for one in self.of(edge) if all(end in one.under.values() for end in ends.values())]

    def others(self, known: Known) -> list[Known]:
        return [one for one in self.of(known.resource) if one is not known][:3]

    @staticmethod
    def around(known: Known) -> Chosen:
        """Return a record with all that it lies under, by resource."""
        chosen: Chosen = {}
        for name, parent in known.under.items():
            chosen = {**chosen, **Play.around(parent), name: parent}
        return {**chosen, known.resource: known}

    def make(self, resource: str, chosen: Chosen, depth: int = 0) -> Known:
        """Make a record by the first create that works; what it lies under is added to `chosen`."""
        if depth > _DEEPEST:
            raise Unreached("it lies too deep under others")
        trouble = ""
        for create in self.plan.creates(resource):
            try:
                return self.make_by(create, chosen, depth)
            except Unreached as why:
                trouble = trouble or str(why)
        raise Unreached(trouble or f"nothing makes a {resource}")

    def make_by(
        self, create: Operation, chosen: Chosen, depth: int = 0, change: Callable[[Any], Any] | None = None
    ) -> Known:
        """Make a record by one operation; raises Unreached when it takes no request."""
        number = self.next_number()
        plan = self.plan
        documented = plan.documented(create)
        if not readable(documented):
            raise Unreached(f"{create.key} takes no JSON or form")
        address = self.address(create, chosen, depth, fresh=number)
        refused: Reply | None = None
        for sent in bodies(documented, plan.schemas, number, plan.unique_fields(create.resource)):
            value = change(sent.value) if change is not None else sent.value
            reply = self.ask(create, address, body=value, media=sent.media)
            if reply.ok:
                return self.made(create, chosen, value, reply, address)
            refused = refused or reply
        raise Unreached(f"{create.key} takes none of the requests tried: {refused}")

    def made(self, create: Operation, chosen: Chosen, sent: Any, reply: Reply, address: Address) -> Known:
        """Take a record for known that a request made; raises Unreached where nothing tells its name."""
        resource = create.resource
        refs = self.plan.refs(resource)
        under = {
            name: chosen.get(name) or chosen[self.plan.end(resource, name)]
            for name in refs
            if name in chosen or self.plan.end(resource, name) in chosen
        }
        if isinstance(sent, dict):
            sent = {name: value for name, value in sent.items() if name not in address.body}
        known = Known(resource, "", under, sent, age=self.count)
        if not self.plan.resources[resource].edge:
            known.name = self._name(create, sent, reply, chosen)
        self.known.append(known)
        return known

    def _name(self, create: Operation, sent: Any, reply: Reply, chosen: Chosen) -> str:
        path = self.plan.id_path(create.resource)
        take = self.plan.resources[create.resource].identity.take or ""
        if path is None and take.partition(".")[0] in chosen:
            return chosen[take.partition(".")[0]].name
        for body in (reply.body, sent):
            if path is not None and paths.has(body, path):
                return str(paths.get(body, path))
            found = next(named(body, (path or ("id",))[-1]), None)
            if isinstance(found, (str, int)):
                return str(found)
        raise Unreached(f"{create.key} does not tell what it made")

    # Calls

    def call(
        self, operation: Operation, chosen: Chosen, *, query: dict[str, Any] | None = None,
        body: Any = None, media: str | None = None, credential: str | None = "",
    ) -> Reply:  # fmt: skip
        """Call an operation about the chosen records."""
        address = self.address(operation, chosen)
        return self.ask(operation, address, query=query, body=body, media=media, credential=credential)

    def ask(
        self, operation: Operation, address: Address, *, query: dict[str, Any] | None = None,
        body: Any = None, media: str | None = None, credential: str | None = "", raw: bytes | None = None,
    ) -> Reply:  # fmt: skip
        documented = self.plan.documented(operation)
        asked = {**queries(documented, self.plan.schemas), **address.query, **self._whole(operation)}
        asked.update(query or {})
        sent = {**body, **address.body} if isinstance(body, dict) else body if body is not None else address.body or None
        if sent is not None and media is None:
            media = next((one.type for one in (documented.body.content if documented.body else ())), None)
        reply = self.session.call(documented, address.values, asked, sent, media, credential=credential, raw=raw)
        if self._noticed is not None:
            self._noticed(operation, reply)
        return reply

    def _whole(self, operation: Operation) -> dict[str, str]:
        """Return what asks for whole records, where answers show only some fields unless asked."""
        if operation.effect == "delete":
            return {}
        return {
            name: "*"
            for name, one in self.plan.treatments(operation).items()
            if one.use == "fields" and one.options.get("default")
        }

    def attempt(
        self, operation: Operation, chosen: Chosen, number: int,
        change: Callable[[Any], Any] | None = None,
    ) -> tuple[Any, Reply]:  # fmt: skip
        """Call an operation with one body after another; returns what came of the best."""
        documented = self.plan.documented(operation)
        if not readable(documented):
            raise Unreached("it takes no JSON or form")
        refused: Reply | None = None
        address = self.address(operation, chosen)
        for sent in bodies(documented, self.plan.schemas, number, self._varied(operation)):
            value = change(sent.value) if change is not None else sent.value
            reply = self.ask(operation, address, body=value, media=sent.media)
            if reply.ok:
                return value, reply
            refused = refused or reply
        if refused is None:
            raise Unreached("no request could be made for it")
        return None, refused

    def _varied(self, operation: Operation) -> frozenset[str]:
        makes = operation.effect in {"create", "upsert", "update", "replace"}
        return self.plan.unique_fields(operation.resource) if makes else frozenset()

    def body_for(self, operation: Operation, number: int) -> Sent:
        """Return the first body that an operation might take."""
        documented = self.plan.documented(operation)
        if not readable(documented):
            raise Unreached("it takes no JSON or form")
        found = next(bodies(documented, self.plan.schemas, number, self._varied(operation)), None)
        if found is None:
            raise Unreached("no request could be made for it")
        return found

    def next_number(self) -> int:
        """Return the number of the next body: 1 to 25, each once, in no order that a list could have."""
        self.count += 1
        return 7 * (1 + (self.count - 1) % 25) % 26

    def wander(self, known: Known, draw: Draw) -> None:
        """Make up to two moves that may or may not be legal."""
        moves = [
            one
            for one in self.plan.operations.values()
            if one.resource == known.resource and one.effect == "transition"
        ]
        for _ in range(draw.number(0, 2) if moves else 0):
            known.moved = True
            self.attempt(draw.one(moves), self.around(known), 1)
        if moves:
            self.remember(known, None, self.look(known))

    # Looking

    def look(self, known: Known) -> Any:
        """Return what clients see of a record, by its read or in its list; None when it is gone."""
        reader = self.plan.reader(known.resource)
        if reader is not None:
            reply = self.call(reader, self.around(known))
            return self._record_in(reply.body, known) if reply.ok else None
        return self.listed(known)

    def _record_in(self, body: Any, known: Known) -> Any:
        """Return the record in an answer, where it stands one level down."""
        path = self.plan.id_path(known.resource)
        if path is not None and isinstance(body, dict) and not paths.has(body, path):
            for member in body.values():
                if paths.has(member, path) and str(paths.get(member, path)) == known.name:
                    return member
        return {} if body is None else body

    def listed(self, known: Known) -> Any:
        """Return what stands in the resource's list for a record, None when nothing does."""
        lister = self.plan.lister(known.resource)
        if lister is None:
            raise Unreached(f"nothing shows a {known.resource}")
        within = {name: one for name, one in self.around(known).items() if name != known.resource}
        for reply in self.pages(lister, within):
            if not reply.ok:
                raise Unreached(f"its list is refused: {reply}")
            for member in self.members(reply, known.resource):
                if self.name_of(member, known.resource) == known.name:
                    return member
        return None

    def pages(
        self, operation: Operation, chosen: Chosen, query: dict[str, Any] | None = None
    ) -> Iterator[Reply]:
        """Yield one page after another, as a client that knows nothing but the answers."""
        style = self.plan.paging(operation) or Paging(name="")
        place = style.cursor or style.offset or style.number
        asked = dict(query or {})
        reply = self.call(operation, dict(chosen), query=asked)
        seen = 0
        for _ in range(_MOST_PAGES):
            yield reply
            records = records_in(reply.body, self.plan.id_path(operation.resource)) if reply.ok else []
            seen += len(records)
            told = reply.next_link or next_told(reply.body)
            if place is None or not reply.ok:
                return
            if told is not None and "://" in told:
                reply = self.session.follow(told, operation.key)
                continue
            if style.cursor is not None:
                if not told:
                    return
                asked = {**asked, style.cursor: told}
            elif is_last(reply.body, seen) or not records:
                return
            else:
                at = seen if style.offset is not None else int(asked.get(place, 1)) + 1
                asked = {**asked, place: at}
            reply = self.call(operation, dict(chosen), query=asked)
        raise Broken("the pages to end", f"there are more than {_MOST_PAGES}")

    def members(self, reply: Reply, resource: str) -> list[Any]:
        return records_in(reply.body, self.plan.id_path(resource)) if reply.ok else []

    def name_of(self, member: Any, resource: str) -> str | None:
        """Return the identifier that a list's member shows, None where it shows none."""
        if isinstance(member, (str, int)) and not isinstance(member, bool):
            return str(member)
        path = self.plan.id_path(resource) or self._taken_from(resource)
        if paths.has(member, path):
            found = paths.get(member, path)
            return None if found is None else str(found)
        inner = [one for one in member.values() if isinstance(one, dict)] if isinstance(member, dict) else []
        return next((str(paths.get(one, path)) for one in inner if paths.has(one, path)), None)

    def _taken_from(self, resource: str) -> Path:
        """Return where a record without an identifier of its own shows the one it took."""
        head, _, rest = (self.plan.resources[resource].identity.take or "").partition(".")
        return (head, *rest.split(".")) if head in self.plan.resources and rest.isidentifier() else ("id",)

    def everything(self, operation: Operation, chosen: Chosen, query: dict[str, Any] | None = None) -> list[Any]:
        """Return the members of a list over all its pages; raises Unreached where it is refused."""
        found: list[Any] = []
        for reply in self.pages(operation, chosen, query):
            if not reply.ok:
                raise Unreached(f"it is refused: {reply}")
            found += self.members(reply, operation.resource)
        return found

    def names(self, operation: Operation, chosen: Chosen, query: dict[str, Any] | None = None) -> list[str]:
        """Return the identifiers in a list over all its pages."""
        members = self.everything(operation, chosen, query)
        found = [self.name_of(member, operation.resource) for member in members]
        return [name for name in found if name is not None]

    def address(self, operation: Operation, chosen: Chosen, depth: int = 0, fresh: int = 0) -> Address:
        """Return where a request goes; what `chosen` lacks is added to it. See addressing.py."""
        return address_of(self, operation, chosen, depth, fresh)

    # Comparing

    def skips(self, resource: str, by: Operation | None, also: frozenset[Path] = frozenset()) -> Callable[[Path], bool]:
        """Return which sent fields need not be shown."""
        hidden = self.plan.hidden(resource) | also
        field_ = self.plan.resources[resource].identity.field
        known = self.plan.answered_fields(by, field_) if by is not None else frozenset()
        return lambda path: path in hidden or (len(path) == 1 and bool(known) and path[0] not in known)

    def shows(self, known: Known, sent: Any, operation: Operation) -> Any:
        """Hold that everything sent is shown and remember how; returns what is shown."""
        shown = self.look(known)
        if shown is None:
            raise Broken(f"the {known.resource} to be shown", "nothing is")
        reader = self.plan.reader(known.resource) or self.plan.lister(known.resource)
        also = frozenset(paths.split(path) for path in operation.set)
        found = unlike(sent, shown, self.skips(known.resource, reader, also))
        if found is not None:
            path, expected, came = found
            raise Broken(f"{path} = {expected} as sent", f"{came} is shown")
        self.remember(known, sent, shown)
        return shown

    def remember(self, known: Known, sent: Any, shown: Any) -> None:
        """Take what is shown of the sent fields for what the record holds."""
        hidden = self.plan.hidden(known.resource)
        for path, _ in leaves(sent):
            known.holds.setdefault(path, None)
        known.holds = {
            path: paths.get(shown, path)
            for path in known.holds
            if paths.has(shown, path) and not any(path[: n + 1] in hidden for n in range(len(path)))
        }

    def stays(self, known: Known) -> None:
        """Hold that a record is as it was when it was last written to."""
        if not known.holds:
            return
        shown = self.look(known)
        if shown is None:
            raise Broken(f"the {known.resource} {known.name} to be as it was", "it is gone")
        for path, value in known.holds.items():
            if paths.get(shown, path) != value:
                raise Broken(
                    f"{'.'.join(path)} of the {known.resource} {known.name} to stay {value!r}",
                    f"{paths.get(shown, path)!r} is shown",
                )
