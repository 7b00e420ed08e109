"""Every law on every operation it reaches, each with the defects that it must catch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from twingen.runtime.app import TwinApp
from twingen.runtime.world import World
from twingen.twin.model import Operation, Twin
from twingen.twin.record import Proof
from twingen.verify.laws import LAWS
from twingen.verify.mutants import Mutant
from twingen.verify.outcome import Broken, Unreached, brief
from twingen.verify.stage import Stages
from twingen.verify.subject import Subject, swapped
from twingen.verify.trial import Law, Trial


@dataclass(slots=True)
class Verdict:
    """What the laws say of one operation.

    `proven` are laws that hold and whose mutants were noticed, `against` the laws that fail,
    `unproven` why no law proves it, `doubts` what about its parameters no law could see.
    """

    proven: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def proof(self) -> Proof | None:
        return Proof(kind="law", by="; ".join(self.proven)) if self.proven else None

    @property
    def open(self) -> list[str]:
        """What keeps an operation that no law speaks against from being proven."""
        if self.proven or self.against:
            return self.doubts
        return list(dict.fromkeys([*self.unproven, *self.doubts]))


def prove(twin: Twin, only: Collection[str] | None = None) -> Mapping[str, Verdict]:
    """Try the laws on every operation that has behaviour; never raises for what a twin does.

    `only` are the keys of the operations to try; None means all.
    """
    verdicts: dict[str, Verdict] = {}
    operations = [
        operation
        for resource in twin.resources
        for operation in resource.operations
        if operation.does not in {"shape", "unsupported"} and (only is None or operation.key in only)
    ]
    if not operations:
        return verdicts
    try:
        app = TwinApp(twin)
        world = World(twin.world, app.engine.keys())
        app.plant(world)
        stages = Stages(app, Subject(app, world))
    except Exception as trouble:
        reason = f"the twin cannot be tried: {type(trouble).__name__}: {brief(str(trouble))}"
        return {operation.key: Verdict(against=[reason]) for operation in operations}
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
            verdict.against.append(_unexpected(law, trouble))
    return verdict


def _tried(law: Law, trial: Trial, case: str, verdict: Verdict) -> None:
    """Hold one law on one case, then see that it notices the defects it is there for."""
    trial.mutant = None
    about = f" ({case})" if case else ""
    try:
        law.check(trial, case)
    except Broken as broken:
        verdict.against.append(f"law {law.name}{about} fails: {broken}")
        return
    except Unreached as why:
        if law.proves:
            verdict.unproven.append(f"no law reaches it: {why}")
        elif law.honours:
            verdict.doubts.append(f"no law reaches {f'the parameter {case!r}' if case else 'its pages'}: {why}")
        return
    caught = []
    try:
        mutants = list(law.mutants(trial, case))
    except Unreached as why:
        verdict.unproven.append(f"no law reaches it: {why}")
        return
    for mutant in mutants:
        if not _caught(law, trial, case, mutant):
            reason = f"law {law.name}{about} does not notice the defect {mutant.name}"
            (verdict.unproven if law.proves else verdict.doubts).append(reason)
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
        return False
    finally:
        trial.mutant = None
    return False


def _unexpected(law: Law, trouble: Exception) -> str:
    return f"law {law.name} went wrong: {type(trouble).__name__}: {brief(str(trouble))}"
