"""What an operation answered while laws were tried on it is what its documents say it answers."""

from __future__ import annotations

from collections.abc import Iterable

from twingen.contract.model import Response
from twingen.contract.schemas import properties, required, resolve, types
from twingen.runtime.sample import documented_response
from twingen.verify.mutants import Mutant
from twingen.verify.outcome import Broken
from twingen.verify.subject import Reply
from twingen.verify.trial import Law, Trial


def cases(trial: Trial) -> Iterable[str]:
    if trial.heard:
        yield ""


def answers(trial: Trial, case: str) -> None:
    for reply in trial.heard[:4]:
        found = documented_response(trial.documented, reply.response.status)
        if found is None:
            if trial.documented.responses:
                raise Broken("a documented status", f"it answers {reply.response.status}")
            return
        _fits(trial, found, reply)


def _fits(trial: Trial, documented: Response, reply: Reply) -> None:
    """Hold the outline only: vendors' own published answers break the details of their schemas."""
    media = next((one for one in documented.content if "json" in one.type), None)
    if media is None or media.schema is None or reply.response.status in {204, 205}:
        return
    if not reply.response.body:
        raise Broken("a body, as documented", str(reply))
    schemas = trial.app.schemas.schemas
    known = types(media.schema, schemas)
    kind = "object" if isinstance(reply.body, dict) else "array"
    if isinstance(reply.body, (dict, list)) and known and kind not in known:
        raise Broken(f"an answer of type {' or '.join(sorted(known))}", f"it is an {kind}")
    if isinstance(reply.body, dict):
        published = [one.value for one in media.examples if isinstance(one.value, dict)]
        shown = properties(media.schema, schemas)
        for name, member in reply.body.items():
            items = resolve(shown.get(name, {}), schemas).get("items")
            objects = isinstance(items, dict) and bool(properties(items, schemas))
            if objects and isinstance(member, list) and any(isinstance(one, str) for one in member):
                raise Broken(f"objects in {name}, as documented", "there are texts")
        for name in sorted(required(media.schema, schemas) - set(reply.body)):
            if not resolve(shown.get(name, {}), schemas).get("writeOnly") and all(name in value for value in published):
                raise Broken(f"{name} in the answer, as documented", "it is not there")


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    return ()


LAW = Law(name="answers", cases=cases, check=answers, mutants=mutants)
