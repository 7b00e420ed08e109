"""Collections of records that fork in microseconds.

A collection keeps its records in order of age in chunks of at most 256, an index from id to age,
and one index for each field or parent that the twin looks records up by. All are copied on write,
piece by piece, so that a fork costs a few pointers until it is written to.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator
from typing import Any, Generic, TypeVar

from twingen.runtime.memory import Memory

CHUNK = 256
_SHARD = 512
V = TypeVar("V")


class Row:
    """A stored record; never changed in place, replaced by another with the same id and age.

    `data` is what clients see of it before derived fields; `refs` names its parents or ends by id;
    `secret` holds what is stored but never shown, by path; `seq` is its age in the world.
    """

    __slots__ = ("data", "id", "kind", "refs", "secret", "seq", "shown")

    def __init__(
        self,
        kind: str,
        id: str,
        seq: int,
        data: dict[str, Any],
        refs: dict[str, str],
        secret: dict[str, Any] | None = None,
    ):
        self.kind = kind
        self.id = id
        self.seq = seq
        self.data = data
        self.refs = refs
        self.secret = secret
        self.shown: tuple[Any, bytes] | None = None

    def member(self, name: str) -> Any:
        """Return a stored field, else the id of a parent or end of that name."""
        found = self.data.get(name)
        if found is None and name not in self.data:
            return self.id if name == "id" else self.refs.get(name)
        return found

    def with_data(
        self, data: dict[str, Any], secret: dict[str, Any] | None = None
    ) -> Row:
        return Row(
            self.kind, self.id, self.seq, data, self.refs, self.secret if secret is None else secret
        )

    def __repr__(self) -> str:
        return f"<{self.kind} {self.id}>"


class ShardedMap(Generic[V]):
    """A hash map in shards that are copied on write; values are shared between forks."""

    __slots__ = ("_mask", "_owned", "_shards", "_size")

    def __init__(self) -> None:
        self._shards: list[dict[Hashable, V]] = [{}]
        self._owned: set[int] = {0}
        self._mask = 0
        self._size = 0

    def fork(self) -> ShardedMap[V]:
        other: ShardedMap[V] = ShardedMap.__new__(ShardedMap)
        other._shards = self._shards.copy()
        other._owned = set()
        other._mask = self._mask
        other._size = self._size
        return other

    def get(self, key: Hashable) -> V | None:
        return self._shards[hash(key) & self._mask].get(key)

    def set(self, key: Hashable, value: V) -> None:
        number = hash(key) & self._mask
        shard = self._shards[number] if number in self._owned else self._own(number)
        if key not in shard:
            self._size += 1
            if self._size > _SHARD * (self._mask + 1):
                self._grow()
                shard = self._own(hash(key) & self._mask)
        shard[key] = value

    def setdefault(self, key: Hashable, value: V) -> V | None:
        """Return what is there; put `value` there, and return None, where nothing is."""
        number = hash(key) & self._mask
        found = self._shards[number].get(key)
        if found is not None:
            return found
        shard = self._shards[number] if number in self._owned else self._own(number)
        shard[key] = value
        self._size += 1
        if self._size > _SHARD * (self._mask + 1):
            self._grow()
        return None

    def remove(self, key: Hashable) -> None:
        shard = self._own(hash(key) & self._mask)
        if shard.pop(key, None) is not None:
            self._size -= 1

    def __len__(self) -> int:
        return self._size

    def _own(self, number: int) -> dict[Hashable, V]:
        if number not in self._owned:
            self._shards[number] = self._shards[number].copy()
            self._owned.add(number)
        return self._shards[number]

    def _grow(self) -> None:
        count = 4 * (self._mask + 1)
        shards: list[dict[Hashable, V]] = [{} for _ in range(count)]
        for shard in self._shards:
            for key, value in shard.items():
                shards[hash(key) & (count - 1)][key] = value
        self._shards, self._mask, self._owned = shards, count - 1, set(range(count))


class Ordered(Generic[V]):
    """Values by age (an ascending integer), in chunks that are copied on write."""

    __slots__ = ("_chunks", "_owned", "_size", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._chunks: list[dict[int, V]] = []
        self._owned: set[int] = set()
        self._size = 0

    def fork(self) -> Ordered[V]:
        other: Ordered[V] = Ordered.__new__(Ordered)
        other._starts = self._starts
        other._chunks = self._chunks.copy()
        other._owned = set()
        other._size = self._size
        return other

    def __len__(self) -> int:
        return self._size

    def get(self, seq: int) -> V | None:
        place = bisect_right(self._starts, seq) - 1
        return self._chunks[place].get(seq) if place >= 0 else None

    def append(self, seq: int, value: V) -> None:
        """Add a value younger than all others."""
        last = len(self._chunks) - 1
        if last < 0 or len(self._chunks[last]) >= CHUNK:
            self._starts = [*self._starts, seq]
            self._chunks.append({seq: value})
            self._owned.add(last + 1)
        elif last in self._owned:
            self._chunks[last][seq] = value
        else:
            self._own(last)[seq] = value
        self._size += 1

    def replace(self, seq: int, value: V) -> None:
        self._own(bisect_right(self._starts, seq) - 1)[seq] = value

    def remove(self, seq: int) -> None:
        place = bisect_right(self._starts, seq) - 1
        if place >= 0 and self._own(place).pop(seq, None) is not None:
            self._size -= 1

    def insert(self, seq: int, value: V) -> None:
        """Put a value back at its age (an index whose key changed); costs one chunk."""
        if not self._starts or seq >= self._starts[-1]:
            chunk = self._chunks[-1] if self._chunks else {}
            if not chunk or seq > next(reversed(chunk)):
                self.append(seq, value)
                return
        place = max(bisect_right(self._starts, seq) - 1, 0)
        chunk = self._own(place)
        chunk[seq] = value
        self._chunks[place] = dict(sorted(chunk.items()))
        if seq < self._starts[place]:
            self._starts = [*self._starts[:place], seq, *self._starts[place + 1 :]]
        self._size += 1

    def after(self, seq: int) -> Iterator[V]:
        """Yield the values younger than `seq`, oldest first."""
        place = max(bisect_right(self._starts, seq) - 1, 0)
        for number in range(place, len(self._chunks)):
            chunk = self._chunks[number]
            if self._starts[number] > seq:
                yield from list(chunk.values())
            else:
                yield from list(chunk.values())[bisect_right(list(chunk), seq) :]

    def before(self, seq: int | None = None) -> Iterator[V]:
        """Yield the values older than `seq` (None: all), youngest first."""
        for number in range(len(self._chunks) - 1, -1, -1):
            if seq is not None and self._starts[number] >= seq:
                continue
            for age, value in reversed(list(self._chunks[number].items())):
                if seq is None or age < seq:
                    yield value

    def _own(self, number: int) -> dict[int, V]:
        if number not in self._owned:
            self._chunks[number] = self._chunks[number].copy()
            self._owned.add(number)
        return self._chunks[number]


Extract = Callable[[Row], Hashable | None]


class Collection:
    """The records of one resource in one world, indexed by id and by whatever `keys` extract.

    A frozen collection belongs to a fork's past: it is read by many worlds and written by none.
    `memory` is told of every change.
    """

    __slots__ = ("_ids", "_indexes", "_keys", "_owned", "_rows", "memory", "serial")

    def __init__(self, keys: dict[str, Extract] | None = None, memory: Memory | None = None):
        self.memory = Memory() if memory is None else memory
        self._keys = keys or {}
        self._rows: Ordered[Row] = Ordered()
        self._ids: ShardedMap[Row] = ShardedMap()
        self._indexes: dict[str, ShardedMap[int | Ordered[None]]] = {
            name: ShardedMap() for name in self._keys
        }
        self._owned: set[int] = set()
        self.serial = 0

    def fork(self, memory: Memory | None = None) -> Collection:
        other = Collection.__new__(Collection)
        other.memory = Memory() if memory is None else memory
        other._keys = self._keys
        other._rows = self._rows.fork()
        other._ids = self._ids.fork()
        other._indexes = {name: index.fork() for name, index in self._indexes.items()}
        other._owned = set()
        other.serial = self.serial
        return other

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, id: str) -> Row | None:
        ids = self._ids
        return ids._shards[hash(id) & ids._mask].get(id)

    def add(self, row: Row) -> None:
        """Add a record; its age must be above all others' and its id new."""
        self.memory.changed()
        self._rows.append(row.seq, row)
        self._ids.set(row.id, row)
        self.serial += 1
        for name, extract in self._keys.items():
            key = extract(row)
            if key is not None and self._indexes[name].setdefault(key, row.seq) is not None:
                self._insert(name, key, row.seq)

    def replace(self, row: Row) -> None:
        """Put `row` in place of the record with its id."""
        self.memory.changed()
        old = self._rows.get(row.seq)
        self._rows.replace(row.seq, row)
        self._ids.set(row.id, row)
        for name, extract in self._keys.items():
            before = None if old is None else extract(old)
            now = extract(row)
            if before != now:
                self._remove(name, before, row.seq)
                self._insert(name, now, row.seq)

    def remove(self, row: Row) -> None:
        old = self._rows.get(row.seq)
        if old is None:
            return
        self.memory.changed()
        self._rows.remove(row.seq)
        self._ids.remove(row.id)
        for name, extract in self._keys.items():
            self._remove(name, extract(old), row.seq)

    def rows(self, after: int = -1) -> Iterator[Row]:
        """Yield the records younger than `after`, oldest first."""
        return self._rows.after(after)

    def rows_back(self, before: int | None = None) -> Iterator[Row]:
        """Yield the records older than `before`, youngest first."""
        return self._rows.before(before)

    def indexed(self, name: str) -> bool:
        return name in self._indexes

    def where(self, name: str, value: Hashable, after: int = -1) -> Iterator[Row]:
        """Yield the records whose key `name` is `value`, oldest first."""
        posting = self._indexes[name].get(value)
        if posting is None:
            return iter(())
        if isinstance(posting, int):
            row = self._rows.get(posting) if posting > after else None
            return iter(()) if row is None else iter((row,))
        return self._where(posting, after)

    def _where(self, posting: Ordered[None], after: int) -> Iterator[Row]:
        for age in _ages_after(posting, after):
            row = self._rows.get(age)
            if row is not None:
                yield row

    def where_back(self, name: str, value: Hashable, before: int | None = None) -> Iterator[Row]:
        for age in reversed(list(self.ages(name, value))):
            row = self._rows.get(age)
            if row is not None and (before is None or age < before):
                yield row

    def ages(self, name: str, value: Hashable, after: int = -1) -> Iterator[int]:
        posting = self._indexes[name].get(value)
        if posting is None:
            return iter(())
        if isinstance(posting, int):
            return iter((posting,) if posting > after else ())
        return _ages_after(posting, after)

    def count(self, name: str, value: Hashable) -> int:
        posting = self._indexes[name].get(value)
        if posting is None:
            return 0
        return 1 if isinstance(posting, int) else len(posting)

    def _insert(self, name: str, key: Hashable | None, age: int) -> None:
        if key is None:
            return
        index = self._indexes[name]
        posting = index.setdefault(key, age)
        if posting is None:
            return
        if isinstance(posting, int):
            grown: Ordered[None] = Ordered()
            for member in sorted((posting, age)):
                grown.append(member, _PRESENT)
            self._owned.add(id(grown))
            index.set(key, grown)
            return
        self._own(index, key, posting).insert(age, _PRESENT)

    def _remove(self, name: str, key: Hashable | None, age: int) -> None:
        if key is None:
            return
        index = self._indexes[name]
        posting = index.get(key)
        if isinstance(posting, int):
            if posting == age:
                index.remove(key)
        elif posting is not None:
            posting = self._own(index, key, posting)
            posting.remove(age)
            if not len(posting):
                index.remove(key)

    def _own(
        self, index: ShardedMap[int | Ordered[None]], key: Hashable, posting: Ordered[None]
    ) -> Ordered[None]:
        if id(posting) in self._owned:
            return posting
        copy = posting.fork()
        self._owned.add(id(copy))
        index.set(key, copy)
        return copy


_PRESENT: Any = True


def _ages_after(posting: Ordered[None], after: int) -> Iterator[int]:
    for chunk in posting._chunks:
        for age in list(chunk):
            if age > after:
                yield age


EMPTY = Collection()
