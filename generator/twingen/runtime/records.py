"""The records of a world as the UI reads them: pages, one record with its relations, legal moves.

Everything is read from a fork, so that looking at a world never changes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import orjson

from twingen.errors import TwinError
from twingen.runtime import paths
from twingen.runtime.app import TwinApp
from twingen.runtime.engine import dumps
from twingen.runtime.http import Request
from twingen.runtime.refusal import Refusal, Unwritten
from twingen.runtime.scope import Scope
from twingen.runtime.store import Row
from twingen.runtime.world import World
from twingen.twin.model import Resource, View
from twingen.twin.views import views

PAGE = 50
MOST = 500
_WORDS = 120  # of a label
_FEW = 5  # columns
_NESTED = 2  # objects in objects that are taken apart
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:")


class Records:
    """Reads the records of one twin."""

    def __init__(self, app: TwinApp):
        self.app = app
        self.engine = app.engine
        self.views: dict[str, View] = {view.resource: view for view in views(app.twin)}
        self.resources: dict[str, Resource] = {one.name: one for one in app.twin.resources}

    def counts(self, world: World) -> dict[str, int]:
        return {name: self.engine.count(world, name, {}) for name in self.resources}

    def page(
        self, world: World, resource: str, base: str, *, q: str = "", where: Mapping[str, str],
        after: int | None = None, limit: int = PAGE,
    ) -> dict[str, Any]:  # fmt: skip
        """Return records, newest first, below the age `after`, and where the next page begins.

        `q` holds words that all occur in a record; `path:word` looks at one field only.
        """
        tests = [_test(word) for word in q.split()]
        scope = self._scope(world, base)
        matching = (
            row
            for row in self._rows(world, resource, where, after)
            if all(test(row) for test in tests)
        )
        rows = list(islice(matching, limit + 1))
        more = len(rows) > limit
        shown = [self._shown(scope, row) for row in rows[:limit]]
        return {
            "records": shown,
            "columns": list(self.views[resource].columns) or _columns(shown),
            "within": {
                name: self._reference(world, kind, where[name])
                for name, kind in self._ends(resource)
                if name in where
            },
            "next": rows[limit - 1].seq if more else None,
            "total": self.engine.count(world, resource, where) if not tests else None,
        }

    def one(self, world: World, resource: str, id: str, base: str) -> dict[str, Any] | None:
        """Return a record with what it belongs to, what belongs to it, and its legal moves."""
        row = world.reading(self.engine.kind(resource).store).get(id)
        if row is None:
            return None
        scope = self._scope(world, base)
        shown = self._shown(scope, row)
        shown["children"] = [
            {"resource": child, "by": name, "count": self.engine.count(world, child, {name: row.id})}
            for child, name in self.engine.children.get(resource, ())
        ]
        shown["mentions"] = list(self._mentions(scope, row, shown["data"]))
        shown["moves"] = self._moves(row)
        shown["facts"] = sorted(
            ([path, value] for path, value in _facts(shown["data"]) if value != row.id),
            key=lambda fact: isinstance(fact[1], str) and bool(_TIME.match(fact[1])),
        )
        return shown

    def _rows(
        self, world: World, resource: str, where: Mapping[str, str], after: int | None
    ) -> Iterator[Row]:
        if after is not None and after <= 0:
            return iter(())
        return self.engine.select(world, resource, where, newest=True, after=-1 if after is None else after)

    def _scope(self, world: World, base: str) -> Scope:
        return Scope(self.engine, world.fork(), Request("GET", "/", base=base))

    def _shown(self, scope: Scope, row: Row) -> dict[str, Any]:
        try:
            data: Any = orjson.Fragment(dumps(self.engine.render(scope, row), scope))
            data = orjson.loads(orjson.dumps(data))
        except (Refusal, Unwritten, TwinError, TypeError):
            data = row.data
        refs = {
            name: self._reference(scope.world, kind, row.refs[name])
            for name, kind in self._ends(row.kind)
            if row.refs.get(name)
        }
        label = self.label(row)
        if label == row.id and refs and self.resources[row.kind].edge:
            label = " – ".join(ref["label"] for ref in refs.values())
        return {"id": row.id, "seq": row.seq, "label": label, "data": data, "refs": refs}

    def _ends(self, resource: str) -> Iterable[tuple[str, str]]:
        kind = self.resources[resource]
        return (*((parent, parent) for parent in kind.parents), *kind.edge.items())

    def _reference(self, world: World, kind: str, id: str) -> dict[str, Any]:
        found = world.reading(self.engine.kind(kind).store).get(id) if kind in self.resources else None
        return {
            "resource": kind, "id": id, "label": id if found is None else self.label(found),
            "gone": found is None,
        }  # fmt: skip

    def label(self, row: Row) -> str:
        """Return how a person knows a record."""
        view = self.views.get(row.kind)
        if view is not None and view.label:
            found = paths.get(row.data, paths.split(view.label))
            if isinstance(found, (str, int, float)) and found != "":
                return str(found)[:_WORDS]
        if self.resources[row.kind].singleton:
            return view.title if view is not None else row.kind
        for name in ("name", "title", "about", "kind", "for"):
            found = row.data.get(name)
            if isinstance(found, str) and found:
                return found[:_WORDS]
        return row.id

    def _mentions(self, scope: Scope, row: Row, data: Any) -> Iterator[dict[str, Any]]:
        """Yield the records that fields name by id: `user`, `userId`, `owner_user`."""
        if not isinstance(data, dict):
            return
        for field, value in data.items():
            if not isinstance(value, str) or not value or field in row.refs:
                continue
            for name in self.resources:
                stem = name.replace("-", "").lower()
                if field.lower().replace("_", "").removesuffix("id").endswith(stem) or field in {
                    "creator", "author", "owner"
                }:
                    found = scope.world.reading(self.engine.kind(name).store).get(value)
                    if found is not None and (found.kind, found.id) != (row.kind, row.id):
                        yield {"field": field, "resource": name, "id": found.id, "label": self.label(found)}
                        break

    def _moves(self, row: Row) -> list[str]:
        lifecycle = self.resources[row.kind].lifecycle
        if lifecycle is None:
            return []
        state = paths.get(row.data, paths.split(lifecycle.field))
        return [
            name for name, move in lifecycle.moves.items() if not move.sources or state in move.sources
        ]


def _facts(data: Any, head: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value of what a record says, objects in it taken apart."""
    for name, value in data.items() if isinstance(data, dict) else ():
        if value is None or value == "" or value == {} or (not head and name.startswith("_")):
            continue
        path = f"{head}{name}"
        if isinstance(value, dict) and path.count(".") < _NESTED:
            yield from _facts(value, f"{path}.")
        else:
            yield path, value


def _columns(records: list[dict[str, Any]]) -> list[str]:
    """Return the first plain fields of records whose schema is not known."""
    found: dict[str, None] = {}
    for record in records:
        if isinstance(record["data"], dict):
            for name, value in record["data"].items():
                if name != "id" and name not in record["refs"] and not isinstance(value, (dict, list)):
                    found[name] = None
    return list(found)[:_FEW]


def _test(word: str) -> Any:
    """Return a test of a record for one word of a search."""
    field, colon, wanted = word.partition(":")
    if colon and wanted and all(part.isidentifier() for part in field.split(".")):
        path, needle = paths.split(field), wanted.casefold()

        def at_field(row: Row) -> bool:
            found = paths.get(row.data, path)
            if found is None:
                found = row.refs.get(field, row.id if field == "id" else None)
            return found is not None and needle in str(found).casefold()

        return at_field
    needle = word.casefold()

    def anywhere(row: Row) -> bool:
        return needle in row.id.casefold() or needle in _words(row.data)

    return anywhere


def _words(value: Any) -> str:
    """Return the values in a record as one text; times, which nobody means, are left out."""
    if isinstance(value, dict):
        return "\n".join(_words(member) for member in value.values())
    if isinstance(value, (list, tuple)):
        return "\n".join(_words(member) for member in value)
    if value is None or isinstance(value, bool) or (isinstance(value, str) and _TIME.match(value)):
        return ""
    return str(value).casefold()
