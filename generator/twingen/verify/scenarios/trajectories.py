"""Many trajectories of one scenario: as written, then about others and in other orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from twingen.verify.scenarios.binding import Scenario
from twingen.verify.scenarios.model import Document, Step, Workflow
from twingen.verify.scenarios.ordering import reordered
from twingen.verify.scenarios.renaming import Renaming


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way of playing a scenario; `about` says how it differs, `seed` makes ids differ."""

    document: Document
    workflow: Workflow
    order: Sequence[Step]
    seed: str = ""
    about: str = ""


def variants_of(
    scenario: Scenario, times: int, seed: int, *, vary: bool, as_written: bool = True
) -> Iterator[Variant]:
    """Yield `times` variants. The first of seed 0 is the scenario as written, unless that is not wanted.

    Without `vary` only what the world mints differs.
    """
    renaming: Renaming | None = None
    for number in range(times):
        label = "" if number == 0 and seed == 0 and as_written else f"{seed}.{number}"
        if not label or not vary:
            yield _plain(scenario, label)
            continue
        renaming = renaming or Renaming(scenario)
        yield _varied(scenario, renaming, label)


def _plain(scenario: Scenario, label: str) -> Variant:
    workflow = scenario.workflow
    return Variant(document=scenario.document, workflow=workflow, order=workflow.steps, seed=label)


def _varied(scenario: Scenario, renaming: Renaming, label: str) -> Variant:
    document = renaming.of(label)
    workflow = document.workflows[scenario.workflow.id]
    order = reordered(scenario, workflow, Random(f"order/{label}"))
    said = []
    if renaming.words:
        said.append("other names")
    if [step.id for step in order] != [step.id for step in workflow.steps]:
        said.append(f"in the order {', '.join(step.id for step in order)}")
    return Variant(
        document=document, workflow=workflow, order=order, seed=label,
        about=f"variant {label}: {'; '.join(said) or 'other ids'}",
    )  # fmt: skip


def names_in(scenario: Scenario) -> Mapping[str, str]:
    """Return the twin's name for each source of a scenario."""
    return {source: twin.name for source, twin in scenario.twins.items()}
