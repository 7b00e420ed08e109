"""Resources made ready to run: templates compiled, indexes named, link tables as closures."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from twingen.errors import ExpressionError, FormatError
from twingen.runtime import paths
from twingen.runtime.ids import compile_style
from twingen.runtime.store import Extract, Row
from twingen.twin.expression import Evaluate, compile_expression
from twingen.twin.functions import NOTHING
from twingen.twin.model import Change, Guard, Reaction, Resource, Spawn
from twingen.twin.template import compile_template, volatile

Setter = tuple[paths.Path, Evaluate]


def setters(fields: Mapping[str, Any]) -> tuple[Setter, ...]:
    return tuple((paths.split(path), compile_template(value)) for path, value in fields.items())


def apply(data: dict[str, Any], fields: tuple[Setter, ...], scope: Any) -> dict[str, Any]:
    """Return `data` with every field set; `nothing` leaves a field as it is."""
    for path, evaluate in fields:
        value = evaluate(scope)
        if value is not NOTHING:
            data = paths.put(data, path, value)
    return data


def apply_missing(data: dict[str, Any], fields: tuple[Setter, ...], scope: Any) -> dict[str, Any]:
    """Return `data` with those fields set that it lacks."""
    for path, evaluate in fields:
        if not paths.has(data, path):
            value = evaluate(scope)
            if value is not NOTHING:
                data = paths.put(data, path, value)
    return data


class CompiledGuard:
    __slots__ = ("error", "give", "test", "wanted")

    def __init__(self, guard: Guard):
        self.error = guard.error
        self.wanted = guard.when is None
        self.test = compile_expression(guard.when if guard.when is not None else guard.unless or "true")
        self.give = {name: compile_template(value) for name, value in guard.give.items()}

    def broken(self, scope: Any) -> bool:
        return bool(self.test(scope)) is not self.wanted


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
    __slots__ = ("after", "change", "handler", "resource", "spawn")

    def __init__(self, reaction: Reaction, resource: str):
        self.resource = resource
        self.handler = reaction.handler
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


class CompiledLink:
    __slots__ = ("href", "method", "more", "rel", "when")

    def __init__(self, link: Any):
        self.rel = link.rel
        self.href = compile_template(link.href)
        self.method = link.method
        self.when = compile_expression(link.when) if link.when else None
        self.more = {name: compile_template(value) for name, value in link.more.items()}

    def build(self, scope: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for name, evaluate in self.more.items():
            value = evaluate(scope)
            if value is not NOTHING:
                shown[name] = value
        shown["href"] = self.href(scope)
        if self.method:
            shown["method"] = self.method
        return shown


class CompiledUnique:
    __slots__ = ("error", "fields", "fold", "give", "index", "within")

    def __init__(self, unique: Any):
        self.fields = tuple(paths.split(field) for field in unique.fields)
        self.within = unique.within
        self.fold = unique.fold_case
        self.error = unique.error
        self.give = {name: compile_template(value) for name, value in unique.give.items()}
        self.index = "unique:" + ",".join([*unique.within, *unique.fields])

    def key(self, data: dict[str, Any], refs: Mapping[str, str]) -> Hashable | None:
        """Return what must not occur twice, None when a field is absent."""
        values: list[Any] = [refs.get(name) for name in self.within]
        for path in self.fields:
            value = paths.get(data, path)
            if isinstance(value, (dict, list)) or value is None:
                return None
            values.append(paths.folded(value) if self.fold else value)
        return tuple(values)

    def extract(self, row: Row) -> Hashable | None:
        return self.key(row.data, row.refs)


def field_index(path: str, *, fold: bool = False) -> tuple[str, Extract]:
    """Return the name and function of the index over a field."""
    if "(" in path:
        return _computed_index(path, fold)
    steps = paths.split(path)
    if fold:
        return f"folded:{path}", lambda row: paths.folded(paths.get(row.data, steps))
    return path, lambda row: _key(paths.get(row.data, steps))


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


def vars_of(link: Any) -> list[Any]:
    """Return the templates of a link, its condition among them."""
    condition = f"{{{link.when}}}" if link.when else ""
    return [link.href, condition, dict(link.more)]


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
        self.links = tuple(CompiledLink(link) for link in resource.links.table) if resource.links else ()
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
        self.plain = not (self.derived or self.links)
        self.steady = not volatile([dict(resource.derived), [vars_of(link) for link in self._table()]])

    def own(self, identifier: str, refs: Mapping[str, str]) -> str:
        """Return what a record is stored under whose id a record of another parent has, too."""
        return "|".join([identifier, *(refs.get(parent, "") for parent in self.refs)])

    def _table(self) -> tuple[Any, ...]:
        return self.resource.links.table if self.resource.links else ()
