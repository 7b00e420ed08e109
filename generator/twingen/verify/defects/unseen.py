"""Operators that were written after the laws."""

from __future__ import annotations

from twingen.verify.defects.planting import Operator

OPERATORS: tuple[Operator, ...] = ()
