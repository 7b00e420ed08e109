"""What must hold for an operation to be semantic, one law a file."""

from __future__ import annotations

from twingen.verify.laws import (
    answers,
    copies,
    credential,
    deletes,
    each,
    edges,
    lists,
    looks,
    moves,
    not_found,
    paging,
    parameters,
    places,
    reads,
    sets,
    writes,
)
from twingen.verify.trial import Law

# The laws that prove come first; the others hold back what is wrong all the same.
LAWS: tuple[Law, ...] = (
    writes.LAW,
    reads.LAW,
    lists.LAW,
    deletes.LAW,
    moves.LAW,
    sets.LAW,
    edges.LAW,
    places.LAW,
    each.LAW,
    copies.LAW,
    paging.LAW,
    parameters.LAW,
    looks.LAW,
    not_found.LAW,
    credential.LAW,
    # Last: it looks back at what the others were answered.
    answers.LAW,
)
