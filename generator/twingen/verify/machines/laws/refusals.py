"""Requests that must be refused: without credential, about unknown records, malformed, incomplete."""

from __future__ import annotations

from typing import Any

from twingen.contract.schemas import required
from twingen.twin.model import Operation
from twingen.verify.machines.addressing import Address
from twingen.verify.machines.known import Draw, Known
from twingen.verify.machines.law import Law, refused
from twingen.verify.machines.laws.fields import body_schema
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.play import Play
from twingen.verify.outcome import Broken, Unreached

NOBODY = "404040404040"


def credential_applies(plan: Plan, operation: Operation) -> bool:
    return not plan.public(operation)


def credential(play: Play, operation: Operation, draw: Draw) -> None:
    wrong = draw.flag()
    count = play.plan.documented(operation).path.count("{")
    given = f"{play.session.server.app.credential}x" if wrong else None
    reply = play.ask(operation, Address(("1",) * count, {}, {}), credential=given)
    auth = play.plan.twin.service.auth
    what = "a request with a wrong credential" if wrong else "a request without a credential"
    refused(reply, what, play.plan.case(auth.refused if wrong else auth.missing))


def not_found_applies(plan: Plan, operation: Operation) -> bool:
    return any(_nameable(plan, find) for find in operation.find)


def _nameable(plan: Plan, find: Any) -> bool:
    known = plan.resources.get(find.resource)
    return not find.optional and known is not None and not known.edge and not known.singleton


def not_found(play: Play, operation: Operation, draw: Draw) -> None:
    plan = play.plan
    finds = [find for find in operation.find if _nameable(plan, find)]
    find = draw.one(finds)
    chosen: dict[str, Known] = {}
    play.address(operation, chosen)
    if find.name not in chosen and find.resource not in chosen:
        raise Unreached(f"its {find.name} is found in a way of its own")
    nobody = Known(find.resource, NOBODY, dict((chosen.get(find.name) or chosen[find.resource]).under))
    chosen = {**chosen, find.name: nobody, find.resource: nobody}
    sent = None
    try:
        sent = play.body_for(operation, 1)
    except Unreached:
        pass
    reply = play.ask(
        operation, play.address(operation, chosen, fresh=1),
        body=sent.value if sent else None, media=sent.media if sent else None,
    )  # fmt: skip
    valid = plan.twin.service.validation.bodies == "off" or sent is None or sent.media is None
    refused(reply, f"an unknown {find.resource}", plan.case(find.error) if valid or sent else None)


def malformed_applies(plan: Plan, operation: Operation) -> bool:
    body = plan.documented(operation).body
    return body is not None and any("json" in one.type for one in body.content) and operation.handler is None


def malformed(play: Play, operation: Operation, draw: Draw) -> None:
    """Half a JSON document is refused, and so is one without a member that must be there."""
    plan = play.plan
    chosen: dict[str, Known] = {}
    address = play.address(operation, chosen, fresh=2)
    if draw.flag():
        reply = play.ask(operation, address, raw=b'{"half": ', media="application/json")
        refused(reply, "half a JSON document", plan.case("malformed"))
        return
    schema = body_schema(plan, operation)
    names = sorted(required(schema, plan.schemas.schemas)) if schema else []
    names = [name for name in names if name not in address.body]
    if not names or plan.twin.service.validation.bodies not in {"strict", "lenient"}:
        raise Unreached("nothing must be sent")
    name = draw.one(names)
    sent = play.body_for(operation, play.next_number())
    if not isinstance(sent.value, dict) or name not in sent.value:
        raise Unreached(f"{name} is never sent")
    body = {other: value for other, value in sent.value.items() if other != name}
    reply = play.ask(operation, address, body=body, media=sent.media)
    if reply.ok:
        raise Broken(f"a request without {name} to be refused", str(reply))


CREDENTIAL = Law(name="credential", applies=credential_applies, step=credential)
NOT_FOUND = Law(name="not-found", applies=not_found_applies, step=not_found)
MALFORMED = Law(name="malformed", applies=malformed_applies, step=malformed)
