"""Tiers: what each operation may be called, and why it is not more."""

from __future__ import annotations

import re
from collections.abc import Mapping

from twingen.contract.model import Operation as Documented
from twingen.twin.dispatch import documented_kinds
from twingen.twin.model import Operation, Proof, Standing, Twin
from twingen.twin.write import operation_data

_UNPROVEN = "no proof on record: inferred, and no law has checked it yet"
_UNWRITTEN = "no rule tells what it does"


def standings(twin: Twin, reasons: Mapping[str, tuple[str, ...]]) -> dict[str, Standing]:
    """Return the tier of every documented operation.

    Semantic needs a proof (until laws run: a test of what was written by hand), every documented
    parameter honoured or refused, and, where it dispatches, every documented kind.
    """
    behaviours = {op.key: op for resource in twin.resources for op in resource.operations}
    found = {}
    for documented in twin.contract.operations:
        found[documented.key] = _standing(
            twin, documented, behaviours.get(documented.key), reasons.get(documented.key, ())
        )
    return found


def _standing(
    twin: Twin, documented: Documented, operation: Operation | None, reasons: tuple[str, ...]
) -> Standing:
    if operation is None or operation.does == "shape":
        return Standing(tier="shape", reasons=reasons or (_UNWRITTEN,))
    if operation.does == "unsupported":
        return Standing(tier="unsupported", reasons=("the twin says that it does not do this",))
    problems = list(reasons)
    if operation.tested is None:
        problems.append(_UNPROVEN)
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
    proof = None if operation.tested is None else Proof(kind="test", by=operation.tested)
    if problems:
        return Standing(tier="shape", reasons=tuple(problems), proof=proof)
    return Standing(tier="semantic", proof=proof)


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
