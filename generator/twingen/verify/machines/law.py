"""What a law of a machine is: where it applies, and one step that holds or breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twingen.twin.model import ErrorCase, Operation
from twingen.verify.machines.known import Draw
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached, brief
from twingen.verify.subject import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """`step` does one thing to the world of a play and raises Broken where the answers contradict
    each other or the plan; Unreached where it cannot be tried just now.
    """

    name: str
    applies: Callable[[Plan, Operation], bool]
    step: Callable[[Play, Operation, Draw], None]


def failed_as(reply: Reply, case: ErrorCase) -> bool:
    """Return whether a refusal is in the words of an error case."""
    if reply.ok or reply.response.status != case.status:
        return False
    literal = [v for v in case.fields.values() if isinstance(v, (str, int)) and "{" not in str(v)]
    return all(_holds(reply.body, value) for value in literal)


def refused(reply: Reply, what: str, case: ErrorCase | None = None) -> None:
    """Hold that a request was refused, in the words of an error case if there is one."""
    if reply.ok:
        raise Broken(f"{what} to be refused", str(reply))
    if reply.response.status >= 500:
        raise Broken(f"{what} to be refused in the service's words", str(reply))
    if case is None:
        return
    if reply.response.status != case.status:
        raise Broken(f"{what} to be refused with {case.status}", str(reply))
    for name, value in case.fields.items():
        if isinstance(value, (str, int)) and "{" not in str(value) and not _holds(reply.body, value):
            raise Broken(f"{what} to be refused with {name} {brief(value)}", str(reply))


def _holds(body: object, value: object) -> bool:
    if isinstance(body, dict):
        return any(_holds(member, value) for member in body.values())
    if isinstance(body, list):
        return any(_holds(member, value) for member in body)
    return body == value or str(value) in str(body)


def taken(reply: Reply) -> None:
    """Raise Unreached where a request is refused that need not be taken."""
    if not reply.ok:
        raise Unreached(f"it is refused: {reply}")
