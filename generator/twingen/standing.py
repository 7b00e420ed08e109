"""Tiers: what each operation may be called, and why it is not more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from twingen.contract.model import Operation as Documented
from twingen.twin.dispatch import documented_kinds
from twingen.twin.model import Operation, Twin
from twingen.twin.record import Proof, Standing
from twingen.twin.write import operation_data

_UNPROVEN = "no law reaches it: none is about what it does"
_UNWRITTEN = "no rule tells what it does"


class Verdict(Protocol):
    """What laws say of an operation: its proof, what speaks against it, and what stays open."""

    @property
    def proof(self) -> Proof | None: ...
    @property
    def against(self) -> Sequence[str]: ...
    @property
    def open(self) -> Sequence[str]: ...


def standings(
    twin: Twin, reasons: Mapping[str, tuple[str, ...]], verdicts: Mapping[str, Verdict]
) -> dict[str, Standing]:
    """Return the tier of every documented operation.

    Semantic needs a proof (a law that holds and notices planted defects, or a test of what was
    written by hand), no law against it, every documented parameter honoured or refused, and,
    where it dispatches, every documented kind.
    """
    behaviours = {op.key: op for resource in twin.resources for op in resource.operations}
    found = {}
    for documented in twin.contract.operations:
        key = documented.key
        found[key] = _standing(
            twin, documented, behaviours.get(key), reasons.get(key, ()), verdicts.get(key)
        )
    return found


def _standing(
    twin: Twin, documented: Documented, operation: Operation | None, reasons: tuple[str, ...],
    verdict: Verdict | None,
) -> Standing:  # fmt: skip
    if operation is None or operation.does == "shape":
        if not _succeeds(documented):
            return Standing(tier="unsupported", reasons=("it documents no success to answer with",))
        return Standing(tier="shape", reasons=reasons or (_UNWRITTEN,))
    if operation.does == "unsupported":
        return Standing(tier="unsupported", reasons=("the twin says that it does not do this",))
    problems = list(reasons)
    if operation.tested is not None:
        proof: Proof | None = Proof(kind="test", by=operation.tested)
    else:
        proof = verdict.proof if verdict is not None else None
        unproven = list(verdict.open) if verdict is not None else []
        known = unproven or (verdict is not None and verdict.against)
        problems += unproven if known or proof is not None else [_UNPROVEN]
    if verdict is not None:
        problems += verdict.against
    problems += _ignored(twin, documented, operation)
    dispatch = operation.dispatch
    if dispatch is not None:
        written = {kind.name for kind in dispatch.kinds}
        kinds = documented_kinds(dispatch, documented, twin.contract.schemas)
        unwritten = [kind for kind in kinds if kind not in written]
        if unwritten:
            problems.append(f"{len(unwritten)} documented kinds have no behaviour: {', '.join(unwritten)}")
    if twin.service.errors.body is None and not twin.service.errors.cases:
        problems.append("the documents show no error envelope")
    if problems:
        return Standing(tier="shape", reasons=tuple(problems), proof=proof)
    return Standing(tier="semantic", proof=proof)


def _succeeds(documented: Documented) -> bool:
    """Return whether a success is documented, or nothing at all is."""
    statuses = [response.status for response in documented.responses]
    return not statuses or any(status[0] == "2" or status == "default" for status in statuses)


def _ignored(twin: Twin, documented: Documented, operation: Operation) -> list[str]:
    """Return a reason for every documented parameter that nothing reads."""
    text = repr(operation_data(operation, operation.resource))
    code = "\n".join(twin.handlers.values()) if operation.handler or operation.dispatch else ""
    style = twin.service.paging.get(operation.page or "")
    paged = {style.limit, style.cursor, style.offset, style.number} if style else set()
    common = set(twin.contract.common_parameters)
    problems = []
    for parameter in documented.parameters:
        name = parameter.name
        if parameter.location in {"path", "header", "cookie"} or name in common or name in paged:
            continue
        treatment = operation.parameters.get(name) or twin.service.parameters.get(name)
        if treatment is not None:
            if treatment.use == "ignored" or (
                treatment.use == "moot" and not treatment.options.get("why")
            ):
                problems.append(f"the parameter {name!r} is ignored")
            continue
        if not _mentioned(name, text) and not _mentioned(name, code):
            problems.append(f"the parameter {name!r} is ignored")
    return problems


def _mentioned(name: str, text: str) -> bool:
    quoted = re.escape(name)
    return bool(re.search(rf"(?:query|args|headers)\.{quoted}\b|['\"]{quoted}['\"]", text))
