"""What the documented bodies of an operation can carry, and what answers always hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twingen.contract.model import Operation, Schema
from twingen.contract.schemas import properties, required, resolve, variants

Path = tuple[str, ...]

_DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """What a request can bring and what its answer must show.

    `names` are the members of a body of any kind, none where the documents do not tell them. `fixed`
    leads to what is read-only in every kind of body that has it; `shown` are the members without
    which an answer breaks the contract.
    """

    names: frozenset[str] = frozenset()
    fixed: tuple[Path, ...] = ()
    shown: frozenset[str] = frozenset()


def carrying(documented: Operation | None, schemas: Mapping[str, Schema]) -> Carrying:
    """Return what `documented` can carry."""
    if documented is None:
        return Carrying()
    body = next(
        (media.schema for media in (documented.body.content if documented.body else ()) if media.schema is not None),
        None,
    )
    kinds = [] if body is None else [body, *variants(body, schemas).values()]
    found: dict[Path, bool] = {}
    for kind in kinds:
        _look(kind, schemas, (), found)
    return Carrying(
        names=frozenset(path[0] for path in found),
        fixed=tuple(sorted(path for path, is_fixed in found.items() if is_fixed)),
        shown=_shown(documented, schemas),
    )


def _look(schema: Schema, schemas: Mapping[str, Schema], above: Path, found: dict[Path, bool]) -> None:
    """Note of each member whether it is read-only wherever it stands; what is inside one is part of it."""
    for name, member in properties(schema, schemas).items():
        path = (*above, name)
        fixed = bool(resolve(member, schemas).get("readOnly") or member.get("readOnly"))
        found[path] = fixed and found.get(path, True)
        if not fixed and len(path) < _DEPTH:
            _look(member, schemas, path, found)


def _shown(documented: Operation, schemas: Mapping[str, Schema]) -> frozenset[str]:
    for response in documented.responses:
        if response.status.startswith("2"):
            for media in response.content:
                if media.schema is not None:
                    return frozenset(required(media.schema, schemas))
    return frozenset()
