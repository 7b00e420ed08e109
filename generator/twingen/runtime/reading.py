"""Records found, selected, counted and shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from twingen.runtime import paths
from twingen.runtime.kinds import CompiledResource, apply
from twingen.runtime.store import Collection, Row
from twingen.runtime.world import World

if TYPE_CHECKING:
    from twingen.runtime.engine import Engine

_KEYS = (str, int, float)  # what an index holds
_MOST_ZEROS = 9


def lookup(
    engine: Engine, world: World, resource: str, identifier: Any, scope: Any = None
) -> Row | None:
    """Return the record that `identifier` names by id, word or alternate field, or None."""
    if isinstance(identifier, Row):
        return identifier
    if identifier is None or isinstance(identifier, (dict, list)):
        return None
    kind = engine.kind(resource)
    collection = world.reading(kind.store)
    text = identifier if isinstance(identifier, str) else str(identifier)
    found = _of_id(collection, identifier)
    if found is not None:
        return found
    if kind.words and text in kind.words:
        meant = kind.words[text](scope)
        return meant if isinstance(meant, Row) or meant is None else collection.get(str(meant))
    for index in kind.also:
        if collection.indexed(index):
            wanted = paths.folded(identifier) if kind.fold else identifier
            if index.startswith("computed:") and collection.count(index, wanted) > 1:
                continue
            found = next(collection.where(index, wanted), None)
            if found is not None:
                return found
    return None


def _of_id(collection: Collection, identifier: Any) -> Row | None:
    """Return the record of an id; a number has lost the zeros at its end, which an id may have."""
    text = identifier if isinstance(identifier, str) else str(identifier)
    found = collection.get(text)
    if found is None and isinstance(identifier, float):
        longer = (collection.get(text + "0" * count) for count in range(1, _MOST_ZEROS + 1))
        found = next((row for row in longer if row is not None), None)
    return found


def select(
    engine: Engine, world: World, resource: str, where: Mapping[str, Any], *, after: int = -1,
    newest: bool = False,
) -> Iterator[Row]:  # fmt: skip
    """Yield the records whose parents or fields have the given values, by age."""
    kind = engine.kind(resource)
    collection = world.reading(kind.store)
    if not where:
        if newest:
            return collection.rows_back(None if after < 0 else after)
        return collection.rows(after)
    if len(where) == 1 and not newest:
        [(name, value)] = where.items()
        only = kind.indexed.get(name)
        if only is not None:
            value = value.id if isinstance(value, Row) else value
            if isinstance(value, _KEYS) and collection.indexed(only):
                return collection.where(only, value, after)
    tests: list[tuple[Any, Any]] = []
    chosen: tuple[str, Any] | None = None
    for name, value in where.items():
        if isinstance(value, Row):
            value = value.id
        if kind.id_path == (name,) and not kind.number and name not in kind.refs:
            return iter(_named(kind, _of_id(collection, value), name, where, after))
        index = f"ref:{name}" if name in kind.refs else name
        if chosen is None and isinstance(value, _KEYS) and collection.indexed(index):
            chosen = index, value
        elif name in kind.refs:
            tests.append((name, value))
        else:
            tests.append((paths.split(name), value))
    if chosen is not None:
        rows = (
            collection.where_back(*chosen, before=None if after < 0 else after)
            if newest
            else collection.where(*chosen, after=after)
        )
    elif newest:
        rows = collection.rows_back(None if after < 0 else after)
    else:
        rows = collection.rows(after)
    if not tests:
        return rows
    return (row for row in rows if all(_has(row, name, value) for name, value in tests))


def _named(
    kind: CompiledResource, found: Row | None, name: str, where: Mapping[str, Any], after: int
) -> tuple[Row, ...]:
    """Return the one record of an id, if the other conditions hold of it."""
    if found is None or found.seq <= after:
        return ()
    if len(where) > 1:
        for other, wanted in where.items():
            if other != name and not _fits(found, kind, other, wanted):
                return ()
    return (found,)


def count(engine: Engine, world: World, resource: str, where: Mapping[str, Any]) -> int:
    kind = engine.kind(resource)
    collection = world.reading(kind.store)
    if not where:
        return len(collection)
    if len(where) == 1:
        name, value = next(iter(where.items()))
        index = f"ref:{name}" if name in kind.refs else name
        value = value.id if isinstance(value, Row) else value
        if isinstance(value, _KEYS) and collection.indexed(index):
            return collection.count(index, value)
    return sum(1 for _ in select(engine, world, resource, where))


def render(engine: Engine, scope: Any, row: Row, links: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Return a record as clients see it: stored fields, then derived ones and links."""
    kind = engine.kinds[row.kind]
    if kind.plain:
        return row.data
    inside = scope.with_names({"record": row, kind.word: row})
    data = apply(row.data, kind.derived, inside) if kind.derived else row.data
    if kind.links is None or kind.links_at is None:
        return dict(data) if data is row.data else data
    return paths.put(data, kind.links_at, kind.links.build(inside, row, links))


def _fits(row: Row, kind: CompiledResource, name: str, value: Any) -> bool:
    wanted = value.id if isinstance(value, Row) else value
    return _has(row, name if name in kind.refs else paths.split(name), wanted)


def _has(row: Row, name: Any, value: Any) -> bool:
    if isinstance(name, str):
        return bool(row.refs.get(name) == value)
    return bool(paths.get(row.data, name) == value)
