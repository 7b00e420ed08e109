"""The default world: the records that seed.yaml and the resources' own files start a world with."""

from __future__ import annotations

from typing import Any

from twingen.errors import FormatError
from twingen.runtime import paths
from twingen.runtime.engine import Engine
from twingen.runtime.http import Request
from twingen.runtime.refusal import Refusal
from twingen.runtime.scope import Scope
from twingen.runtime.world import World
from twingen.twin.model import Seed
from twingen.twin.template import compile_template


def plant(engine: Engine, world: World) -> None:
    """Make the default world's records in `world`; raises FormatError for one that is refused."""
    scope = Scope(engine, world, Request("SEED", "/"))
    names: dict[str, Any] = {}
    above = sorted(engine.twin.resources, key=lambda resource: len(resource.parents))
    own = (seed for resource in above for seed in resource.seeds)
    for seed in (*engine.twin.seeds, *own):
        inside = scope.with_names(dict(names))
        data = compile_template(seed.data)(inside) or {}
        if seed.sample is not None:
            data = {**engine.samples.one(seed.sample), **data}
        refs = {name: compile_template(value)(inside) for name, value in seed.refs.items()}
        if seed.sample is not None and None in refs.values():
            continue  # published under a record that this twin does not start with
        try:
            row = engine.create(inside, seed.resource, dict(data), refs, id=_named(engine, seed, data))
        except Refusal as refusal:
            raise FormatError(
                f"{engine.twin.name}: the default world's {seed.name or seed.sample or 'record'} of "
                f"{seed.resource!r} is refused: {refusal.case} {refusal.give}",
                remedy="two records that may not stand together; see `seed` in the twin's files",
            ) from None
        if seed.name:
            names[seed.name] = row


def _named(engine: Engine, seed: Seed, data: dict[str, Any]) -> str | None:
    """Return the id of a seeded record: given, or the one that its sample has."""
    path = engine.kind(seed.resource).id_path
    if seed.id is not None or seed.sample is None or path is None:
        return seed.id
    found = paths.get(data, path)
    return None if found is None else str(found)
