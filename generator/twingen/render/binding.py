"""What of an adopted behaviour still resolves in a contract."""

from __future__ import annotations

from dataclasses import replace

from twingen.contract.model import Contract, Operation as Documented
from twingen.contract.schemas import properties
from twingen.twin.model import Operation


def resolving(
    operation: Operation, documented: Documented, contract: Contract, before: Contract
) -> tuple[Operation, list[str]]:
    """Return the operation without what no longer resolves, and what that is.

    A rule that names a parameter, a property of the body or a status binds only while the contract
    knows it. What `before`, the contract that the rule was written against, did not document
    either was known from elsewhere and stays.
    """
    earlier = next((op for op in before.operations if op.key == operation.key), None)
    if earlier is None:
        return operation, []
    lost: list[str] = []
    gone = _parameters(earlier) - _parameters(documented)
    treatments = {}
    for name, treatment in operation.parameters.items():
        if name in gone:
            lost.append(f"the parameter {name!r} is not documented here")
        else:
            treatments[name] = treatment
    members, known = _members(earlier, before), _members(documented, contract)
    vanished = members - known if known else set()
    only = tuple(name for name in operation.only if name.split(".")[0] not in vanished)
    required = tuple(name for name in operation.required if name.split(".")[0] not in vanished)
    lost += [
        f"the property {name!r} is not documented here"
        for name in dict.fromkeys((*operation.only, *operation.required))
        if name.split(".")[0] in vanished
    ]
    answer = operation.answer
    if answer.status is not None:
        status = str(answer.status)
        if status in _statuses(earlier) and not _documents(documented, status):
            lost.append(f"the status {status} is not documented here")
            answer = replace(answer, status=None)
    if not lost:
        return operation, []
    bound = replace(
        operation, parameters=treatments, only=only, required=required, answer=answer
    )
    return bound, lost


def _parameters(operation: Documented) -> set[str]:
    return {parameter.name for parameter in operation.parameters}


def _statuses(operation: Documented) -> set[str]:
    return {response.status for response in operation.responses}


def _documents(operation: Documented, status: str) -> bool:
    known = _statuses(operation)
    return not known or status in known or "default" in known or f"{status[0]}XX" in known


def _members(operation: Documented, contract: Contract) -> set[str]:
    body = operation.body
    if body is None:
        return set()
    return {
        name
        for media in body.content
        if media.schema is not None
        for name in properties(media.schema, contract.schemas)
    }
