"""Whoever has no credential is refused, except where an operation is public."""

from __future__ import annotations

from collections.abc import Iterable

from twingen.verify.mutants import Mutant
from twingen.verify.outcome import Broken
from twingen.verify.trial import Law, Trial


def cases(trial: Trial) -> Iterable[str]:
    if not trial.app.routes[trial.key].public:
        yield ""


def refused(trial: Trial, case: str) -> None:
    count = trial.documented.path.count("{")
    reply = trial.empty().call(trial.key, ("1",) * count, credential=False)
    if reply.ok:
        raise Broken("a request without a credential to be refused", str(reply))


def mutants(trial: Trial, case: str) -> Iterable[Mutant]:
    return ()


LAW = Law(name="credential", cases=cases, check=refused, mutants=mutants)
