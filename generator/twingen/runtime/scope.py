"""What expressions and handlers see while a request is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from twingen.runtime import paths
from twingen.runtime.clock import duration, written
from twingen.runtime.http import Request
from twingen.runtime.refusal import Refusal
from twingen.runtime.store import Row

if TYPE_CHECKING:
    from twingen.runtime.engine import Engine
    from twingen.runtime.world import World


class Scope:
    """The names of one request.

    `body`, `query` and `headers` as sent (decoded), `path` the path parameters in order, `args` all
    arguments merged where the service takes them anywhere; `record` is the operation's subject,
    `before` what it was before the change, `input` the data being written; records that the
    operation finds stand under their names.
    """

    # Not slots: most requests leave most of these as they are.
    body: Any = None
    media: Any = None
    record: Any = None
    before: Any = None
    input: Any = None
    unsent = False
    # Whether only the request line, its body and the world's records have been looked at so far:
    # what an answer may depend on that is remembered.
    steady = True
    _now: tuple[int, Any] | None = None

    def __init__(self, engine: Engine, world: World, request: Request, path: tuple[str, ...] = ()):
        self.engine = engine
        self.world = world
        self.request = request
        self.path = path
        self.query: dict[str, Any] = {}
        self.args: dict[str, Any] = {}
        self.names: dict[str, Any] = {}
        self.millis = world.millis()

    def __getattr__(self, name: str) -> Any:
        found = self.names.get(name)
        if found is None and name in self.engine.names:
            found = self.names[name] = self.engine.names[name](self)
        return found

    def having(self, name: str, value: Any) -> Inner:
        return Inner(self, {name: value})

    def with_names(self, names: dict[str, Any]) -> Inner:
        return Inner(self, names)

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def headers(self) -> Mapping[str, Any]:
        self.steady = False
        return self.request.headers

    @property
    def now(self) -> Any:
        """The world's time as the service writes it."""
        self.steady = False
        found = self._now
        if found is None or found[0] != self.millis:
            found = self._now = self.millis, written(self.millis, self.engine.service.time)
        return found[1]

    @property
    def epoch(self) -> float:
        """The world's time in seconds since 1970."""
        self.steady = False
        return self.millis / 1000

    @property
    def base(self) -> str:
        """Scheme and host as the client sees them, for links."""
        return self.request.base

    @property
    def credential(self) -> str:
        return self.engine.token

    def fail(self, case: str, **give: Any) -> Refusal:
        """Return the refusal for an error case of service.yaml; handlers raise it."""
        return Refusal(case, **give)

    def do_mint(self, style: str) -> str:
        self.steady = False
        return self.engine.mint(self.world, style)

    def do_serial(self, width: int) -> str:
        """Return the world's next number as the last `width` digits, padded with zeros."""
        self.steady = False
        return f"{self.world.next():0{width}d}"[-width:]

    def do_later(self, text: str) -> Any:
        self.steady = False
        return written(self.millis + duration(text), self.engine.service.time)

    def do_iso(self, seconds: Any) -> Any:
        return None if seconds is None else written(int(float(seconds) * 1000), "iso-millis")

    def do_find(self, resource: str, *identifier: Any, **where: Any) -> Row | None:
        """Return the record of that id (None for an absent one), else the first that fits `where`."""
        if identifier and not (identifier[0] is None and where):
            return self.engine.lookup(self.world, resource, identifier[0], self)
        return next(iter(self.engine.select(self.world, resource, _dotted(where))), None)

    def do_find_all(self, resource: str, **where: Any) -> list[Row]:
        return list(self.engine.select(self.world, resource, _dotted(where)))

    def do_missing(self, resource: str, identifiers: Any) -> list[Any]:
        """Return those identifiers of a list that name no record."""
        listed = identifiers if isinstance(identifiers, list) else []
        return [each for each in listed if self.do_find(resource, each or "") is None]

    def do_count(self, resource: str, **where: Any) -> int:
        return self.engine.count(self.world, resource, where)

    def do_exists(self, resource: str, **where: Any) -> bool:
        return any(True for _ in self.engine.select(self.world, resource, where))

    def do_render(self, value: Any, *links: str) -> Any:
        """Return a record (or a list of them) as clients see it."""
        if isinstance(value, Row):
            return self.engine.render(self, value, links or None)
        if isinstance(value, list):
            return [self.do_render(item, *links) for item in value]
        return value

    def do_url(self, path: str, **query: Any) -> str:
        pairs = "&".join(f"{name}={quote(str(v), safe='')}" for name, v in query.items() if v is not None)
        return f"{self.request.base}{path}{'?' + pairs if pairs else ''}"

    def do_secret(self, record: Any, path: str) -> Any:
        secret = getattr(record, "secret", None)
        return None if secret is None else secret.get(path)

    # What handlers use beside the names: the store of the request's world.

    def get(self, resource: str, identifier: Any) -> Row | None:
        """Return the record that `identifier` names, or None."""
        return self.engine.lookup(self.world, resource, identifier, self)

    def all(self, resource: str, **where: Any) -> list[Row]:
        """Return the records whose fields or parents have these values, oldest first."""
        return list(self.engine.select(self.world, resource, where))

    def create(
        self,
        resource: str,
        data: Mapping[str, Any],
        *,
        id: str | None = None,
        **refs: Any,
    ) -> Row:
        """Make a record with all that comes with it (server-set fields, spawns, reactions)."""
        return self.engine.create(self, resource, dict(data), refs, id=id)

    def change(self, record: Row, **values: Any) -> Row:
        """Set fields of a record (`__` for the dot of a path) and return it as it is now."""
        data = record.data
        for name, value in values.items():
            data = paths.put(data, tuple(name.split("__")), value)
        return self.engine.write(self, record, data)

    def write(self, record: Row, data: dict[str, Any]) -> Row:
        """Replace what is stored of a record and return it as it is now."""
        return self.engine.write(self, record, data)

    def delete(self, record: Row) -> None:
        """Delete a record with all that goes with it."""
        self.engine.delete(self, record)

    def move(self, record: Row, move: str) -> Row:
        """Make a lifecycle move or raise the vendor's refusal."""
        return self.engine.transition(self, record, move)


def _dotted(where: dict[str, Any]) -> dict[str, Any]:
    """Return conditions by path: `__` in a name stands for the dot of a path."""
    for name in where:
        if "__" in name:
            return {name.replace("__", "."): value for name, value in where.items()}
    return where


# What is the same as long as a request is answered, and asked for often.
_FIXED = frozenset({"base", "engine", "now", "request", "world"})


class Inner:
    """A scope with a few more names: it takes over the dictionary that holds them."""

    def __init__(self, scope: Scope, names: dict[str, Any]):
        names["_scope"] = scope
        self.__dict__ = names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._scope, name)
        if name in _FIXED:
            self.__dict__[name] = found
        return found

    def having(self, name: str, value: Any) -> Inner:
        return Inner(self._scope, {**self.__dict__, name: value})

    def with_names(self, names: dict[str, Any]) -> Inner:
        return Inner(self._scope, {**self.__dict__, **names})
