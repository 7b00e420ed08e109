"""Answers with another status, or about something else than what was done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from twingen.twin.model import Twin
from twingen.verify.defects.planting import Defect, Operator, operations, with_operation


def wrong_success_status(twin: Twin) -> Iterator[Defect]:
    for _, operation in operations(twin):
        if operation.handler is None:
            yield with_operation(twin, operation, answer=replace(operation.answer, status=203))


def empty_answer(twin: Twin) -> Iterator[Defect]:
    for _, operation in operations(twin):
        if operation.handler is None and not operation.answer.empty and operation.effect in {"none", "create"}:
            if operation.effect != "none" or operation.target in {"item", "collection"}:
                yield with_operation(twin, operation, answer=replace(operation.answer, empty=True, body=None))


OPERATORS: tuple[Operator, ...] = (
    Operator(name="wrong-success-status", plant=wrong_success_status),
    Operator(name="empty-answer", plant=empty_answer),
)
