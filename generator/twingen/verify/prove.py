"""Every law on every operation it reaches, each with the defects that it must catch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twingen.runtime.app import TwinApp
from twingen.runtime.world import World
from twingen.twin.model import Operation, Proof, Twin
from twingen.verify.laws import LAWS
from twingen.verify.mutants import Mutant
from twingen.verify.outcome import Broken, Unreached, brief
from twingen.verify.stage import Stages
from twingen.verify.subject import Subject, swapped
from twingen.verify.trial import Law, Trial


@dataclass(slots=True)
class Verdict:
    """What the laws say of one operation.

    `proven` are laws that hold and whose mutants were caught, `failing` the reasons that laws give
    against it, `unreached` why laws that apply could not be tried, `honoured` the parameters whose
    effect was seen.
    """

    proven: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)

    @property
    def proof(self) -> Proof | None:
        return Proof(kind="law", by=", ".join(self.proven)) if self.proven else None


def prove(twin: Twin) -> Mapping[str, Verdict]:
    """Try the laws on every operation that has behaviour; never raises for what a twin does."""
    verdicts: dict[str, Verdict] = {}
    operations = [
        operation
        for resource in twin.resources
        for operation in resource.operations
        if operation.does not in {"shape", "unsupported"}
    ]
    if not operations:
        return verdicts
    try:
        app = TwinApp(twin)
        world = World(twin.world, app.engine.keys())  # type: ignore[arg-type]
        app.plant(world)
        stages = Stages(app, Subject(app, world))
    except Exception as trouble:
        reason = f"the twin cannot be tried: {type(trouble).__name__}: {brief(str(trouble))}"
        return {operation.key: Verdict(failing=[reason]) for operation in operations}
    for operation in operations:
        if operation.key in app.routes:
            verdicts[operation.key] = _judged(stages, operation)
    return verdicts


def _judged(stages: Stages, operation: Operation) -> Verdict:
    verdict = Verdict()
    trial = Trial(stages, operation)
    for law in LAWS:
        try:
            for case in law.cases(trial):
                _tried(law, trial, case, verdict)
        except Exception as trouble:
            verdict.failing.append(_unexpected(law, trouble))
    return verdict


def _tried(law: Law, trial: Trial, case: str, verdict: Verdict) -> None:
    """Hold one law on one case, then see that it notices the defects it is there for."""
    trial.mutant = None
    about = f" ({case})" if case else ""
    try:
        law.check(trial, case)
    except Broken as broken:
        verdict.failing.append(f"law {law.name}{about} fails: {broken}")
        return
    except Unreached as why:
        known = verdict.unreached if law.proves else verdict.doubtful
        known.append(f"no law reaches {f'the parameter {case!r}' if case else 'it'}: {why}")
        return
    caught = []
    for mutant in law.mutants(trial, case):
        if not _caught(law, trial, case, mutant):
            verdict.doubtful.append(f"law {law.name}{about} does not notice the defect {mutant.name}")
            return
        caught.append(mutant.name)
    if law.proves and caught:
        verdict.proven.append(f"{law.name} (mutant: {', '.join(caught)})")


def _caught(law: Law, trial: Trial, case: str, mutant: Mutant) -> bool:
    trial.mutant = mutant
    try:
        with swapped(trial.app, trial.key, mutant):
            law.check(trial, case)
    except Broken:
        return True
    except Unreached:
        # The defect kept the law from being tried: it shows, in whatever stands in its way.
        return True
    finally:
        trial.mutant = None
    return False


def _unexpected(law: Law, trouble: Exception) -> str:
    return f"law {law.name} went wrong: {type(trouble).__name__}: {brief(str(trouble))}"
