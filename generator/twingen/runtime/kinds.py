"""Resources made ready to run: templates compiled, indexes named, link tables as closures."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from twingen.errors import ExpressionError, FormatError
from twingen.runtime import paths
from twingen.runtime.ids import compile_style
from twingen.runtime.links import LinkTable, texts_of
from twingen.runtime.store import Extract, Row
from twingen.twin.expression import Evaluate, compile_expression
from twingen.twin.functions import NOTHING
from twingen.twin.model import Change, Guard, Reaction, Resource, Spawn
from twingen.twin.template import compile_template, used, volatile

Setter = tuple[paths.Path, Evaluate]


def setters(fields: Mapping[str, Any]) -> tuple[Setter, ...]:
    return tuple((paths.split(path), compile_template(value)) for path, value in fields.items())


def apply(data: dict[str, Any], fields: tuple[Setter, ...], scope: Any) -> dict[str, Any]:
    """Return `data` with every field set; `nothing` leaves a field as it is."""
    result = None
    for path, evaluate in fields:
        value = evaluate(scope)
        if value is NOTHING:
            continue
        if result is None:
            result = dict(data)
        head = path[0]
        if len(path) == 1:
            result[head] = value
        else:
            inner = result.get(head)
            result[head] = paths.put(inner if isinstance(inner, dict) else {}, path[1:], value)
    return data if result is None else result


def apply_missing(data: dict[str, Any], fields: tuple[Setter, ...], scope: Any) -> dict[str, Any]:
    """Return `data` with those fields set that it lacks."""
    for path, evaluate in fields:
        if not paths.has(data, path):
            value = evaluate(scope)
            if value is not NOTHING:
                data = paths.put(data, path, value)
    return data


class CompiledGuard:
    """A guard is broken where the truth of `test` is not what is `wanted`."""

    __slots__ = ("error", "give", "test", "wanted")

    def __init__(self, guard: Guard):
        self.error = guard.error
        self.wanted = guard.when is None
        self.test = compile_expression(guard.when if guard.when is not None else guard.unless or "true")
        self.give = {name: compile_template(value) for name, value in guard.give.items()}


class CompiledSpawn:
    __slots__ = ("data", "each", "name", "refs", "resource", "when")

    def __init__(self, spawn: Spawn):
        self.resource = spawn.resource
        self.each = compile_expression(spawn.each) if spawn.each else None
        self.data = compile_template(spawn.data)
        self.refs = {name: compile_template(value) for name, value in spawn.refs.items()}
        self.when = compile_expression(spawn.when) if spawn.when else None
        self.name = spawn.name


class CompiledChange:
    __slots__ = ("delete", "move", "resource", "set", "when", "where")

    def __init__(self, change: Change):
        self.resource = change.resource
        self.where = {name: compile_template(value) for name, value in change.where.items()}
        self.delete = change.delete
        self.move = change.move
        self.set = setters(change.set)
        self.when = compile_expression(change.when) if change.when else None


class CompiledReaction:
    __slots__ = ("after", "change", "handler", "resource", "run", "spawn")

    def __init__(self, reaction: Reaction, resource: str):
        self.resource = resource
        self.handler = reaction.handler
        self.run: Callable[[Any], Any] | None = None  # the handler, once it was needed
        self.change = CompiledChange(reaction.change)
        self.spawn = CompiledSpawn(reaction.spawn) if reaction.spawn else None
        self.after = None if reaction.after is None else compile_template(reaction.after)


class CompiledMove:
    __slots__ = ("error", "give", "guards", "name", "set", "sources", "to")

    def __init__(self, move: Any):
        self.name = move.name
        self.sources = frozenset(move.sources)
        self.to = compile_template(move.to) if move.to is not None else None
        self.set = setters(move.set)
        self.guards = tuple(CompiledGuard(guard) for guard in move.guards)
        self.error = move.error
        self.give = {name: compile_template(value) for name, value in move.give.items()}


class CompiledUnique:
    __slots__ = ("_getters", "_heads", "error", "fields", "fold", "give", "index", "within")

    def __init__(self, unique: Any):
        self.fields = tuple(paths.split(field) for field in unique.fields)
        self.within = unique.within
        self.fold = unique.fold_case
        self.error = unique.error
        self.give = {name: compile_template(value) for name, value in unique.give.items()}
        self.index = "unique:" + ",".join([*unique.within, *unique.fields])
        self._getters = tuple(paths.getter(path) for path in self.fields)
        self._heads = tuple(dict.fromkeys(path[0] for path in self.fields))

    def key(self, data: dict[str, Any], refs: Mapping[str, str]) -> Hashable | None:
        """Return what must not occur twice, None when a field is absent."""
        values: list[Any] = [refs.get(name) for name in self.within] if self.within else []
        for get in self._getters:
            value = get(data)
            if value is None or type(value) is dict or type(value) is list:
                return None
            values.append(paths.folded(value) if self.fold else value)
        return tuple(values)

    def same(self, data: dict[str, Any], other: dict[str, Any]) -> bool:
        """Return whether two states of a record surely have the same key."""
        for head in self._heads:
            if data.get(head) is not other.get(head):
                return False
        return True

    def extract(self, row: Row) -> Hashable | None:
        return self.key(row.data, row.refs)


def field_index(path: str, *, fold: bool = False) -> tuple[str, Extract]:
    """Return the name and function of the index over a field."""
    if "(" in path:
        return _computed_index(path, fold)
    get = paths.getter(paths.split(path))
    if fold:
        return f"folded:{path}", lambda row: paths.folded(get(row.data))
    return path, lambda row: _key(get(row.data))


class _Alone:
    """A scope with a record and nothing else, for what is computed when a record is indexed."""

    __slots__ = ("record",)

    def __init__(self, record: Row):
        self.record = record


def _computed_index(expression: str, fold: bool) -> tuple[str, Extract]:
    evaluate = compile_expression(expression, frozenset({"record"}))

    def extract(row: Row) -> Hashable | None:
        value = evaluate(_Alone(row))
        return paths.folded(value) if fold else _key(value)

    return f"computed:{expression}", extract


def _key(value: Any) -> Hashable | None:
    return value if isinstance(value, (str, int, float)) else None


def ref_index(name: str) -> tuple[str, Extract]:
    return f"ref:{name}", lambda row: row.refs.get(name)


class CompiledResource:
    """A resource ready to run. Raises ExpressionError or FormatError with the resource's file."""

    def __init__(self, resource: Resource):
        self.resource = resource
        self.name = resource.name
        self.store = resource.store
        self.refs = tuple(dict.fromkeys([*resource.parents, *resource.edge]))
        try:
            self._compile(resource)
        except (ExpressionError, FormatError) as error:
            if error.where is None and resource.place is not None:
                error.where = str(resource.place)
            raise

    def _compile(self, resource: Resource) -> None:
        identity = resource.identity
        self.id_path = paths.split(identity.field) if identity.field else None
        self.style = identity.mint
        compile_style(identity.mint)
        self.take = compile_expression(identity.take) if identity.take else None
        self.words = {word: compile_template(value) for word, value in identity.words.items()}
        self.number = identity.number
        self.unsent = compile_template(dict(resource.unsent)) if resource.unsent else None
        self.defaults = setters(resource.defaults)
        self.server_set = setters(resource.server_set)
        self.touch = setters(resource.touch)
        self.read_only = tuple(paths.split(path) for path in resource.read_only)
        self.write_only = tuple(
            (path, paths.split(path), None if shown is None else compile_template(shown))
            for path, shown in resource.write_only.items()
        )
        self.derived = setters(resource.derived)
        self.links_at = paths.split(resource.links.at) if resource.links else None
        self.links = LinkTable(resource.links.table) if resource.links else None
        self.state = paths.split(resource.lifecycle.field) if resource.lifecycle else None
        self.moves = (
            {name: CompiledMove(move) for name, move in resource.lifecycle.moves.items()}
            if resource.lifecycle
            else {}
        )
        self.unique = tuple(CompiledUnique(unique) for unique in resource.unique)
        self.spawn = tuple(CompiledSpawn(spawn) for spawn in resource.spawn)
        self.tag = paths.split(resource.discriminator) if resource.discriminator else None
        self.variants = {
            tag: (
                setters(variant.defaults),
                setters(variant.server_set),
                tuple(CompiledSpawn(spawn) for spawn in variant.spawn),
            )
            for tag, variant in resource.variants.items()
        }
        fold = identity.fold_case
        also = [field_index(path, fold=fold) for path in identity.also]
        self.also = tuple(name for name, _ in also)
        self.fold = fold
        self.keys: dict[str, Callable[[Row], Hashable | None]] = dict(also)
        self.keys.update(ref_index(name) for name in self.refs)
        self.keys.update(field_index(path) for path in resource.indexes)
        self.keys.update((unique.index, unique.extract) for unique in self.unique)
        # What a field or parent is indexed as, where its values are kept as they are.
        self.indexed = {name: f"ref:{name}" for name in self.refs}
        for name in resource.indexes:
            if name not in self.indexed and paths.split(name) != self.id_path:
                self.indexed[name] = name
        self.plain = not (self.derived or self._table())
        self.word = self.name.replace("-", "_")
        self.created, self.updated = f"{self.name}.created", f"{self.name}.updated"
        # Whether there is anything to compute when a record is made.
        self.computed = bool(
            self.defaults or self.server_set or self.touch or self.variants or self.write_only
        )
        shown = [dict(resource.derived), [texts_of(link) for link in self._table()]]
        names, _ = used(shown)
        self.steady = not volatile(shown) and names <= {"record", self.word, "base"}

    def same_keys(self, data: dict[str, Any], other: dict[str, Any]) -> bool:
        """Return whether two states of a record surely agree in all that must be unique."""
        for unique in self.unique:
            if not unique.same(data, other):
                return False
        return True

    def own(self, identifier: str, refs: Mapping[str, str]) -> str:
        """Return what a record is stored under whose id a record of another parent has, too."""
        return "|".join([identifier, *(refs.get(parent, "") for parent in self.refs)])

    def _table(self) -> tuple[Any, ...]:
        return self.resource.links.table if self.resource.links else ()
