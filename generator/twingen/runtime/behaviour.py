"""One operation ready to run: find, guard, take effect, answer."""

from __future__ import annotations

from typing import Any

from twingen.contract.model import Operation as Documented
from twingen.errors import ExpressionError, FormatError
from twingen.runtime import paths
from twingen.runtime.answers import Answers, Outcome
from twingen.runtime.carrying import carrying
from twingen.runtime.engine import Engine
from twingen.runtime.handlers import Handlers, Reply
from twingen.runtime.json_patch import MEDIA as JSON_PATCH, PatchError, patched, takes_patches
from twingen.runtime.kinds import (
    CompiledChange,
    CompiledGuard,
    CompiledSpawn,
    apply,
    apply_missing,
    setters,
)  # fmt: skip
from twingen.runtime.listing import Listing
from twingen.runtime.masks import MaskError, laid_over, parse_mask
from twingen.runtime.refusal import Refusal, Unwritten
from twingen.runtime.samples import personal
from twingen.runtime.store import Row
from twingen.twin.dispatch import documented_kinds
from twingen.twin.expression import Evaluate, compile_expression, compiled
from twingen.twin.functions import NOTHING
from twingen.twin.model import Find, Operation
from twingen.twin.template import compile_template

Arguments = dict[str, Any]
_GONE = "gone"  # marks a singleton that was deleted, so that it is not made again by looking
_WRITES = frozenset({"create", "replace", "update", "upsert"})


class CompiledFind:
    __slots__ = ("by", "error", "give", "name", "optional", "resource", "within")

    def __init__(self, find: Find):
        self.name = find.name
        self.resource = find.resource
        self.by = compile_expression(find.by)
        self.error = find.error
        self.give = {name: compile_template(value) for name, value in find.give.items()}
        self.optional = find.optional
        self.within = {name: compile_template(value) for name, value in find.within.items()}

    def run(self, engine: Engine, scope: Any) -> Row | None:
        """Return the record that the request names; raises Refusal when there is none."""
        identifier = self.by(scope)
        kind = engine.kind(self.resource)
        if kind.resource.edge and isinstance(identifier, list):
            identifier = "|".join(str(getattr(part, "id", part)) for part in identifier)
        found = engine.lookup(scope.world, self.resource, identifier, scope)
        if kind.resource.parents and kind.take is not None and isinstance(identifier, str):
            parents = {
                name: row.id for name in kind.refs if isinstance(row := scope.names.get(name), Row)
            }
            own = scope.world.reading(kind.store).get(kind.own(identifier, parents))
            found = own or found
        if found is not None:
            for name in kind.refs:
                parent = scope.names.get(name)
                if isinstance(parent, Row) and found.refs.get(name) != parent.id:
                    found = None
                    break
            else:
                for name, evaluate in self.within.items():
                    wanted = evaluate(scope)
                    if found.member(name) != getattr(wanted, "id", wanted):
                        found = None
                        break
        if found is None and not self.optional:
            give = {name: evaluate(scope) for name, evaluate in self.give.items()}
            raise Refusal(
                self.error, **{"id": identifier, "type": kind.resource.schema or kind.name,
                               "resource": kind.name, **give}
            )  # fmt: skip
        return found


class Behaviour:
    """The behaviour of one operation over any world."""

    def __init__(
        self,
        engine: Engine,
        handlers: Handlers,
        operation: Operation,
        documented: Documented | None,
    ):
        self.engine = engine
        self.operation = operation
        try:
            self._compile(engine, handlers, operation, documented)
        except (ExpressionError, FormatError) as error:
            if error.where is None and operation.place is not None:
                error.where = f"{operation.place} operation {operation.key}"
            raise

    def _compile(
        self, engine: Engine, handlers: Handlers, operation: Operation, documented: Documented | None
    ) -> None:
        self.finds = tuple(CompiledFind(find) for find in operation.find if not _of_each(find, operation))
        self.of_each = tuple(CompiledFind(find) for find in operation.find if _of_each(find, operation))
        self.members = compile_expression(operation.each) if operation.each else None
        self.guards = tuple(CompiledGuard(guard) for guard in operation.guards)
        self.input = None if operation.input is None else compile_template(operation.input)
        self.only = tuple(paths.split(path) for path in operation.only)
        self.required = tuple((path, paths.split(path)) for path in operation.required)
        self.set = setters(operation.set)
        self.mask = compile_expression(operation.mask) if operation.mask else None
        self.first = tuple(
            (
                compile_expression(step.when), step.move, setters(step.set),
                Answers(engine, operation, documented, step.answer or operation.answer),
            )
            for step in operation.first
        )  # fmt: skip
        self.field = paths.split(operation.field) if operation.field else None
        self.spawn = tuple(CompiledSpawn(spawn) for spawn in operation.spawn)
        self.change = tuple(CompiledChange(change) for change in operation.change)
        self.patches = operation.target == "item" and any(
            takes_patches(media, engine.twin.contract.schemas)
            for media in (documented.body.content if documented is not None and documented.body else ())
        )
        writes = operation.effect in _WRITES and operation.handler is None
        self.carrying = carrying(documented if writes else None, engine.twin.contract.schemas)
        self.where = {name: compile_template(value) for name, value in operation.where.items()}
        treatments = {**engine.service.parameters, **operation.parameters}
        self.refused = [
            (name, treatment.options.get("error", "invalid"), treatment.options.get("allowed", ()))
            for name, treatment in treatments.items()
            if treatment.use == "refused"
        ]
        self.answers = Answers(engine, operation, documented, operation.answer)
        self.listing = (
            Listing(engine, operation, treatments, self._filters(handlers, treatments))
            if operation.target == "collection"
            and operation.effect == "none" else None
        )  # fmt: skip
        self.kind = None
        if operation.handler is None and operation.dispatch is None and operation.target != "view":
            self.kind = engine.kind(operation.resource)
        self.handler = (
            None if operation.handler is None
            else handlers.get(_file_of(operation), operation.handler)
        )  # fmt: skip
        self.unwritable: tuple[paths.Path, ...] = ()
        if self.input is None:
            names = self.carrying.names
            own = self.kind.server_set if self.kind is not None and names and operation.effect != "create" else ()
            self.unwritable = (*self.carrying.fixed, *(path for path, _ in own if path[0] not in names))
        self.subject = self._subject(operation)
        self.dispatch = operation.dispatch
        self.each = compile_expression(operation.dispatch.each) if operation.dispatch else None
        self.documented_kinds = (
            frozenset(documented_kinds(operation.dispatch, documented, engine.twin.contract.schemas))
            if operation.dispatch
            else frozenset()
        )
        self.kinds = (
            {}
            if operation.dispatch is None
            else {
                kind.name: Behaviour(engine, handlers, kind.operation, None)
                for kind in operation.dispatch.kinds
            }
        )
        self.atomic = bool(
            self.handler or self.dispatch or self.spawn or self.change or operation.many
            or (operation.effect != "none" and engine.handled)
        )

        # Whether all that it does is to look at records, by the twin's data alone.
        self.looks = operation.effect == "none" and not (
            self.handler or self.dispatch or self.spawn or self.change or self.set or operation.event
            or (self.listing is not None and self.listing.filters)
        )  # fmt: skip

    def _filters(self, handlers: Handlers, treatments: dict[str, Any]) -> dict[str, Any]:
        """Return the functions that read query languages of the service's own, by parameter."""
        return {
            name: handlers.get(_file_of(self.operation), treatment.options["handler"])
            for name, treatment in treatments.items()
            if treatment.use in {"filter", "search"} and "handler" in treatment.options
        }

    @staticmethod
    def _subject(operation: Operation) -> str | None:
        names = [find.name for find in operation.find]
        if operation.resource in names:
            return operation.resource
        same = [find.name for find in operation.find if find.resource == operation.resource]
        return same[-1] if same else (names[-1] if names else None)

    def run(self, scope: Any, arguments: Arguments) -> Outcome:
        """Answer one request; raises Refusal in the vendor's terms, Unwritten where there is no behaviour."""
        for name, error, allowed in self.refused:
            if name in arguments and arguments[name] not in allowed:
                raise Refusal(error, field=name, value=arguments[name])
        if scope.unsent and self.operation.effect == "create" and self.kind is not None:
            scope.body = self.kind.unsent(scope) if self.kind.unsent else {}
        for find in self.finds:
            scope.names[find.name] = find.run(self.engine, scope)
        record = scope.names.get(self.subject) if self.subject else None
        scope.record = scope.before = record
        if self.members is not None:
            return self._repeated(scope, arguments, self.members)
        if self.guards:
            self.engine.guard(scope, self.guards)
        for when, move, fields, answers in self.first:
            if when(scope):
                if move is not None and record is not None:
                    scope.record = self.engine.transition(scope, record, move)
                if fields:
                    row = scope.record
                    scope.record = self.engine.write(scope, row, apply(row.data, fields, scope))
                return answers.outcome(scope, None, arguments)
        if self.handler is not None and self.dispatch is None:
            return self._handled(scope, arguments)
        result = self._effect(scope, arguments) if self.dispatch is None else self._dispatch(scope, arguments)
        for spawn in self.spawn:
            made = self.engine.spawn(scope, spawn)
            if spawn.name:
                scope.names[spawn.name] = made
        for change in self.change:
            self.engine.change(scope, change)
        if self.operation.event and isinstance(scope.record, Row):
            self.engine.emit(scope, self.operation.event, scope.record)
        if self.handler is not None:
            return self._handled(scope, arguments)
        return self.answers.outcome(scope, result, arguments)

    def _repeated(self, scope: Any, arguments: Arguments, members: Evaluate) -> Outcome:
        """Take the effect once for each member of what the request lists."""
        names, listed = dict(scope.names), members(scope)
        records = []
        for member in listed if isinstance(listed, list) else ():
            scope.names = {**names, "each": member}
            for find in self.of_each:
                scope.names[find.name] = find.run(self.engine, scope)
            scope.record = scope.before = scope.names.get(self.subject) if self.subject else None
            if self.guards:
                self.engine.guard(scope, self.guards)
            records.append(self._effect(scope, arguments))
        scope.names = {**names, "records": [record for record in records if record is not None]}
        return self.answers.outcome(scope, scope.names["records"], arguments)

    def _handled(self, scope: Any, arguments: Arguments) -> Outcome:
        """Answer what the handler returns; behind a dispatch it sees the replies."""
        assert self.handler is not None
        result = self.handler(scope)
        if isinstance(result, Reply):
            return self.answers.reply(scope, result, arguments)
        return self.answers.outcome(scope, result, arguments, given=True)

    def _effect(self, scope: Any, arguments: Arguments) -> Any:
        operation = self.operation
        match operation.effect, operation.target:
            case "none", "collection":
                assert self.listing is not None
                return self.listing.page(scope, arguments)
            case "none", "field":
                return paths.get(scope.record.data, self.field or ())
            case _, "singleton":
                return self._singleton(scope)
            case "none", _:
                if self.set and isinstance(scope.record, Row):
                    scope.record = self.engine.write(
                        scope, scope.record, apply(scope.record.data, self.set, scope)
                    )
                return scope.record
            case "create", _:
                scope.record = self._create(scope)
            case "upsert", _:
                if scope.record is None:
                    scope.record = self._create(scope, self._chosen(scope))
                else:
                    scope.record = self._write(scope, scope.record)
            case ("update" | "replace"), _ if operation.many and self.members is None:
                scope.record = None
                for row in self._selected(scope):
                    self._write(scope, row)
            case ("update" | "replace"), _:
                scope.record = self._write(scope, scope.record)
            case "delete", "field":
                data = paths.without(scope.record.data, self.field or ())
                scope.record = self.engine.write(scope, scope.record, apply(data, self.set, scope))
            case "delete", _ if operation.many and self.members is None:
                for row in self._selected(scope):
                    self.engine.delete(scope, row)
            case "delete", _:
                if scope.record is not None:
                    self.engine.delete(scope, scope.record)
            case "transition", _:
                row = self.engine.transition(scope, scope.record, operation.move or "")
                if self.set:
                    row = self.engine.write(scope, row, apply(row.data, self.set, scope))
                scope.record = row
            case "link", _:
                scope.record = self._link(scope)
            case "unlink", _:
                self._unlink(scope)
        return scope.record

    def _selected(self, scope: Any) -> list[Row]:
        where = {name: evaluate(scope) for name, evaluate in self.where.items()}
        assert self.kind is not None
        for name in self.kind.refs:
            parent = scope.names.get(name)
            if isinstance(parent, Row):
                where.setdefault(name, parent.id)
        return list(self.engine.select(scope.world, self.operation.resource, where))

    def _data(self, scope: Any) -> dict[str, Any]:
        """Return what the client sent for the record, without what clients cannot set."""
        data = scope.body if self.input is None else self.input(scope)
        data = getattr(data, "data", data)
        if data is None or data is NOTHING:
            data = {}
        if not isinstance(data, dict):
            raise Refusal("invalid", field="body", reason="an object is expected")
        if self.only:
            data = paths.picked(data, self.only)
        for name, path in () if scope.unsent else self.required:
            value = paths.get(data, path)
            if value is None or value == "":
                raise Refusal("invalid", field=name, reason="missing", violations=[])
        if self.kind is not None:
            for path in self.kind.read_only:
                data = paths.without(data, path)
            for path in self.unwritable:
                data = paths.without(data, path)
        scope.input = data
        sent: dict[str, Any] = data
        return sent

    def _refs(self, scope: Any) -> dict[str, Any]:
        assert self.kind is not None
        found: dict[str, Any] = {}
        for name in self.kind.refs:
            value = scope.names.get(name)
            if isinstance(value, Row):
                found[name] = value
        for name, evaluate in self.where.items():
            if name in self.kind.refs:
                found[name] = evaluate(scope)
        return found

    def _chosen(self, scope: Any) -> str | None:
        finds = self.of_each or self.finds
        chosen = finds[-1].by(scope) if finds else None
        return None if chosen is None else str(chosen)

    def _create(self, scope: Any, id: str | None = None) -> Row:
        assert self.kind is not None
        data = self._data(scope)
        return self._from_sample(scope, data, id)

    def _from_sample(self, scope: Any, data: dict[str, Any], id: str | None) -> Row:
        """Make a record from what was sent, laid over the published example that is most like it."""
        kind, engine = self.kind, self.engine
        assert kind is not None
        refs = self._refs(scope)
        sample = engine.samples.best(kind.resource, data)
        if sample:
            named = {name: row if isinstance(row, str) else row.id for name, row in refs.items()}
            id = id or engine.identifier(scope, kind, data, named)
            mine = personal(sample, kind.id_path, id, scope.base, engine.hosts)
            data = paths.merged(mine, data)
        data = apply(data, self.set, scope)
        return engine.create(scope, kind.name, data, refs, id=id)

    def _write(self, scope: Any, row: Row) -> Row:
        if self.patches and (isinstance(scope.body, list) or self._is_patch(scope)):
            return self._patched(scope, row)
        data = self._data(scope)
        operation, kind = self.operation, self.kind
        assert kind is not None
        if operation.target == "field" and self.field is not None:
            value = scope.body if self.input is None else self.input(scope)
            old = paths.get(row.data, self.field)
            if self.mask is not None:
                value = self._laid_over(scope, old, value)
            elif operation.effect == "update":
                value = paths.merged(old, value)
            data = apply_missing(paths.put(row.data, self.field, value), kind.defaults, scope)
        elif self.mask is not None:
            data = apply_missing(self._laid_over(scope, row.data, data), kind.defaults, scope)
        elif (operation.effect == "replace" or operation.merge == "replace") and not scope.unsent:
            data = self._kept(row, data)
        elif operation.merge == "shallow":
            data = self._fixed(row, {**row.data, **data})
        else:
            data = paths.merged(row.data, data)
        if kind.id_path is not None and not kind.resource.edge:
            shown = paths.get(row.data, kind.id_path)
            if shown is not None and paths.get(data, kind.id_path) != shown:
                data = paths.put(data, kind.id_path, shown)
        scope.before = row
        inside = scope.with_names({"record": Row(row.kind, row.id, row.seq, data, row.refs, row.secret)})
        return self.engine.write(scope, row, apply(data, self.set, inside))

    def _is_patch(self, scope: Any) -> bool:
        header: str = scope.request.headers.get("content-type", "")
        return header.partition(";")[0].strip() == JSON_PATCH

    def _patched(self, scope: Any, row: Row) -> Row:
        """Return the record with a JSON Patch applied; what clients cannot set stays as it is."""
        kind = self.kind
        assert kind is not None
        try:
            data = patched(row.data, scope.body)
        except PatchError as error:
            raise Refusal("patch_failed", field="body", reason=str(error)) from None
        if not isinstance(data, dict):
            raise Refusal("patch_failed", field="body", reason="an object is expected")
        for path in [*kind.read_only, *(one for one in (kind.id_path, kind.state) if one is not None)]:
            if paths.has(row.data, path):
                data = paths.put(data, path, paths.get(row.data, path))
            elif paths.has(data, path):
                data = paths.without(data, path)
        scope.before = row
        return self.engine.write(scope, row, apply(data, self.set, scope))

    def _laid_over(self, scope: Any, old: Any, new: Any) -> Any:
        """Return `old` with what the request's mask names taken from `new`."""
        assert self.mask is not None
        asked = self.mask(scope)
        try:
            return laid_over(old, new, parse_mask(str(asked or "")))
        except MaskError as error:
            raise Refusal("invalid", field="mask", value=asked, reason=str(error)) from None

    def _kept(self, row: Row, data: dict[str, Any]) -> dict[str, Any]:
        """Return `data` with what a replacement cannot touch: id, state, server-set and read-only."""
        kind = self.kind
        assert kind is not None
        keep = [path for path, _ in kind.server_set] + list(kind.read_only)
        keep += [path for path in (kind.id_path, kind.state) if path is not None]
        keep += [path for _, path, shown in kind.write_only if shown is not None]
        result = dict(data)
        for path in keep:
            if paths.has(row.data, path):
                result = paths.put(result, path, paths.get(row.data, path))
        carrying = self.carrying
        if carrying.names:
            # What requests cannot carry cannot be taken away by leaving it out, nor what answers must hold.
            lost = carrying.names - carrying.shown
            result = self._fixed(row, {n: v for n, v in row.data.items() if n not in lost} | result)
        order = {name: place for place, name in enumerate(row.data)}
        return dict(sorted(result.items(), key=lambda item: order.get(item[0], len(order))))

    def _fixed(self, row: Row, data: dict[str, Any]) -> dict[str, Any]:
        """Return `data` with what is read-only inside of what was sent as the record has it."""
        for path in self.carrying.fixed if self.input is None else ():
            inside = paths.get(data, path[:-1]) if len(path) > 1 else data
            if isinstance(inside, dict) and paths.has(row.data, path):
                data = paths.put(data, path, paths.get(row.data, path))
        return data

    def _singleton(self, scope: Any) -> Row | None:
        kind, engine = self.kind, self.engine
        assert kind is not None
        refs = self._refs(scope)
        row = next(iter(engine.select(scope.world, kind.name, refs)), None)
        if row is not None and row.secret and row.secret.get(_GONE):
            if self.operation.effect in {"none", "delete"}:
                raise Refusal("not_found", type=kind.resource.schema or kind.name, resource=kind.name)
            engine.delete(scope, row)
            row = None
        if row is None:
            row = self._from_sample(scope, {}, None)
        scope.record = scope.before = row
        match self.operation.effect:
            case "replace" | "update" | "upsert":
                scope.record = self._write(scope, row)
            case "delete":
                if kind.defaults:
                    engine.delete(scope, row)  # and it is what it was at first
                else:
                    engine.forget(scope, row, _GONE)
        return row if self.operation.effect == "delete" else scope.record

    def _link(self, scope: Any) -> Row:
        kind = self.kind
        assert kind is not None
        refs = self._refs(scope)
        identifier = "|".join(getattr(refs.get(end), "id", "") for end in kind.resource.edge)
        found: Row | None = scope.world.reading(kind.store).get(identifier)
        data = {} if self.operation.input is None and not isinstance(scope.body, dict) else self._data(scope)
        data = apply(data, self.set, scope)
        if found is not None:
            if not data:
                return found
            return self.engine.write(scope, found, paths.merged(found.data, data))
        return self.engine.create(scope, kind.name, data, refs)

    def _unlink(self, scope: Any) -> None:
        kind = self.kind
        assert kind is not None
        refs = self._refs(scope)
        for row in list(self.engine.select(scope.world, kind.name, refs)):
            self.engine.delete(scope, row)

    def _dispatch(self, scope: Any, arguments: Arguments) -> Any:
        dispatch = self.dispatch
        assert dispatch is not None and self.each is not None
        requests = self.each(scope) or []
        if not isinstance(requests, list):
            raise Refusal(dispatch.unknown, reason="a list of requests is expected")
        names, body, subject = dict(scope.names), scope.body, scope.record
        replies = []
        for index, request in enumerate(requests):
            present = [k for k, v in request.items() if v is not None] if isinstance(request, dict) else []
            kind = present[0] if len(present) == 1 else None
            if kind is None or (kind not in self.kinds and kind not in self.documented_kinds):
                raise Refusal(dispatch.unknown, index=index, kind=kind or "", count=len(present))
            behaviour = self.kinds.get(kind)
            if behaviour is None:
                raise Unwritten(f"{self.operation.key} has no behaviour for {kind}")
            scope.names = {**names, "index": index, "kind": kind}
            scope.body = request[kind] if request[kind] is not None else {}
            scope.record = subject
            try:
                outcome = behaviour.run(scope, arguments)
            except Refusal as refusal:
                refusal.give.setdefault("index", index)
                refusal.give.setdefault("kind", kind)
                raise
            replies.append(behaviour.answers.resolved(scope, outcome.value, arguments))
        scope.names = {**names, "replies": replies}
        scope.body, scope.record = body, subject
        return {"replies": replies}


def _of_each(find: Find, operation: Operation) -> bool:
    """Return whether what is found depends on the member of `each`."""
    return operation.each is not None and "each" in compiled(find.by).names


def _file_of(operation: Operation) -> str:
    if operation.place is not None:
        name = operation.place.file.rsplit("/", 1)[-1]
        return name.removesuffix(".yaml")
    return operation.resource
