"""What machines try: one law a file, each a step that any of its operations can take."""

from __future__ import annotations

from twingen.verify.machines.law import Law
from twingen.verify.machines.laws import (
    creates,
    deletes,
    edges,
    fields,
    filters,
    footprints,
    guards,
    lists,
    moves,
    paging,
    places,
    refusals,
    unique,
    updates,
)

LAWS: tuple[Law, ...] = (
    creates.LAW,
    updates.LAW,
    deletes.LAW,
    deletes.STAYS,
    lists.LAW,
    lists.AGREES,
    paging.LAW,
    paging.LIMITS,
    filters.LAW,
    moves.LAW,
    moves.ONLY,
    edges.LAW,
    unique.LAW,
    places.LAW,
    guards.LAW,
    fields.READ_ONLY,
    fields.WRITE_ONLY,
    refusals.CREDENTIAL,
    refusals.NOT_FOUND,
    refusals.MALFORMED,
    footprints.LAW,
)
