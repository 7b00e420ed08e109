"""Scenarios written inline about a small twin, and played on it in process."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent
from typing import Any

from tests.verify.making import whole
from twingen.runtime.run import Run
from twingen.twin.model import Twin
from twingen.verify.scenarios.binding import Scenario, bind
from twingen.verify.scenarios.playing import Player, Trajectory
from twingen.verify.scenarios.reading import parse_scenarios
from twingen.verify.scenarios.stage import InProcessStage

HEAD = """\
arazzo: 1.0.1
info: {title: A story, version: 1.0.0}
sourceDescriptions:
- {name: NAME, url: ./contract.json, type: openapi}
workflows:
"""


def workflow(steps: str, more: str = "", id: str = "story") -> str:
    """Return a workflow of steps (YAML); `more` stands before the steps."""
    return (
        f"- workflowId: {id}\n" + indent(dedent(more), "  ") + "  steps:\n" + indent(dedent(steps), "  ")
    )


def text_of(*workflows: str, name: str = "small", more: str = "") -> str:
    return HEAD.replace("NAME", name) + "".join(workflows) + dedent(more)


def scenarios_of(text: str, *twins: Twin) -> list[Scenario]:
    known = {twin.name: twin for twin in twins or (whole(),)}
    return bind(parse_scenarios(text, "story.yaml"), known.get)


def scenario_of(text: str, *twins: Twin) -> Scenario:
    (found,) = scenarios_of(text, *twins)
    return found


def stage_of(scenario: Scenario, run: Run | None = None) -> InProcessStage:
    run = run or Run(list({twin.name: twin for twin in scenario.twins.values()}.values()))
    return InProcessStage(run, {source: twin.name for source, twin in scenario.twins.items()})


def played(text: str, *twins: Twin, inputs: Mapping[str, Any] | None = None) -> Trajectory:
    """Play the first scenario of a file in a world of its own."""
    scenario = scenarios_of(text, *twins)[0]
    stage = stage_of(scenario)
    try:
        return Player(scenario.document, scenario.calls, stage).whole(scenario.workflow)
    finally:
        stage.close()


def failure(text: str) -> tuple[str, str, str]:
    """Return step, expectation and observation of a trajectory that must fail."""
    found = played(text).failure
    assert found is not None, "every criterion holds"
    return found.step.id, found.expected, found.observed


def statuses(trajectory: Trajectory) -> list[tuple[str, int | None]]:
    return [(exchange.step, exchange.status) for exchange in trajectory.exchanges]
