"""An identifier that nothing has is refused."""

from __future__ import annotations

from collections.abc import Iterable

from twingen.verify.mutants import Mutant
from twingen.verify.outcome import Broken
from twingen.verify.requests import bodies, queries
from twingen.verify.trial import Law, Trial

NOBODY = "404040404040"


def cases(trial: Trial) -> Iterable[str]:
    finds = trial.operation.find
    if finds and not finds[-1].optional and finds[-1].by.startswith(("path[", "query.")):
        known = trial.stages.resources.get(finds[-1].resource)
        # A singleton's or an edge's record is made by asking; words such as `me` name some.
        if known is not None and not known.edge and not known.singleton:
            yield ""


def not_found(trial: Trial, case: str) -> None:
    operation = trial.operation
    stage = trial.stages.of(operation.find[-1].resource)
    subject = trial.fork(stage.subject)
    chosen = trial.stages.around(subject, stage.records[0])
    address = trial.stages.address(subject, operation, chosen)
    by = operation.find[-1].by
    number = int(by[5:].partition("]")[0]) if by.startswith("path[") else -1
    values = tuple(NOBODY if n == number else value for n, value in enumerate(address.values))
    sent = next(bodies(trial.documented, trial.app.schemas, 1))
    query = {**queries(trial.documented, trial.app.schemas), **address.query}
    if number < 0:
        query[by.partition(".")[2]] = NOBODY
    reply = subject.call(trial.key, values, query, trial.stages.laid(sent.value, address), sent.media)
    if reply.ok:
        raise Broken("an unknown identifier to be refused", str(reply))
    if reply.response.status >= 500:
        raise Broken("an unknown identifier to be refused in the service's words", str(reply))


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    return ()


LAW = Law(name="not-found", cases=cases, check=not_found, mutants=mutants)
