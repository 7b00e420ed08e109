"""Defects to plant in a twin, so that what is to notice them can be seen to.

An operator yields every place where it can strike; most change the twin's data, the others wrap
what answers, as a defect of a handler or of the runtime would.
"""

from __future__ import annotations

from twingen.verify.defects import answers, fields, lists, moves, refusals, unseen, worlds, writes
from twingen.verify.defects.planting import Defect, Operator

OPERATORS: tuple[Operator, ...] = (
    *writes.OPERATORS,
    *fields.OPERATORS,
    *lists.OPERATORS,
    *moves.OPERATORS,
    *refusals.OPERATORS,
    *answers.OPERATORS,
    *worlds.OPERATORS,
)
# Written when the laws were done, to try the laws and not to make them.
HELD_BACK: tuple[Operator, ...] = unseen.OPERATORS

__all__ = ["HELD_BACK", "OPERATORS", "Defect", "Operator"]
