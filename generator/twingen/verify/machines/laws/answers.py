"""Every answer, whatever it was asked for, is one that the documents describe."""

from __future__ import annotations

from twingen.contract.schemas import properties, required, resolve, types
from twingen.runtime.sample import documented_response
from twingen.twin.model import Operation
from twingen.verify.machines.plan import Plan
from twingen.verify.outcome import Broken
from twingen.verify.subject import Reply

NAME = "answers"


def described(plan: Plan, operation: Operation, reply: Reply) -> None:
    """Hold the outline of an answer against its documents, and its status against the plan."""
    status = reply.response.status
    if not reply.ok:
        if status >= 500 and status != 501:
            raise Broken("an answer in the service's words", str(reply))
        _envelope(plan, reply)
        return
    documented = plan.documented(operation)
    found = documented_response(documented, status)
    if found is None:
        if documented.responses:
            raise Broken("a documented status", f"it answers {status}")
        return
    wanted = operation.answer.status
    if wanted is not None and not operation.first and status != wanted:
        raise Broken(f"status {wanted}", f"it answers {status}")
    media = next((one for one in found.content if "json" in one.type), None)
    if media is None or media.schema is None or status in {204, 205}:
        return
    if not reply.response.body:
        raise Broken("a body, as documented", str(reply))
    schemas = plan.schemas.schemas
    known = types(media.schema, schemas)
    kind = "object" if isinstance(reply.body, dict) else "array"
    if isinstance(reply.body, (dict, list)) and known and kind not in known:
        raise Broken(f"an answer of type {' or '.join(sorted(known))}", f"it is an {kind}")
    if isinstance(reply.body, dict):
        published = [one.value for one in media.examples if isinstance(one.value, dict)]
        shown = properties(media.schema, schemas)
        for name in sorted(required(media.schema, schemas) - set(reply.body)):
            secret = resolve(shown.get(name, {}), schemas).get("writeOnly")
            if not secret and all(name in value for value in published):
                raise Broken(f"{name} in the answer, as documented", "it is not there")


def _envelope(plan: Plan, reply: Reply) -> None:
    """Hold that a refusal has the service's envelope, where no case has one of its own."""
    errors = plan.twin.service.errors
    status = reply.response.status
    if not isinstance(errors.body, dict) or status == 501:
        return
    if any(case.body is not None or (case.status == status and case.instead) for case in errors.cases.values() if case.status == status):
        return
    wanted = {name for name in errors.body if not name.startswith("$")}
    missing = sorted(wanted - set(reply.body)) if isinstance(reply.body, dict) else sorted(wanted)
    if missing and not any("nothing" in str(errors.body[name]) for name in missing):
        raise Broken(f"{missing[0]} in a refusal", str(reply))
