"""A scenario is played step by step: calls, actions, other workflows, faults."""

from __future__ import annotations

import pytest

from tests.verify.making import whole
from tests.verify.scenarios.making import (
    failure,
    played,
    scenario_of,
    stage_of,
    statuses,
    text_of,
    workflow,
)
from twingen.errors import UsageError
from twingen.runtime.http import Request, Response
from twingen.verify.scenarios.playing import Player
from twingen.verify.scenarios.stage import GivenStage

MAKE = """\
- stepId: make
  operationId: post_items
  requestBody: {payload: {name: Lamp, price: 3}}
  outputs: {id: $response.body#/id}
"""
READ = """\
- stepId: read
  operationId: get_items_item
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
"""


def test_a_story_that_holds() -> None:
    text = text_of(workflow(MAKE + READ + """\
  successCriteria:
  - condition: $statusCode == 200 && $response.body#/name == 'Lamp'
- stepId: delete
  operationPath: '{$sourceDescriptions.small.url}#/paths/~1items~1{item}/delete'
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
- stepId: gone
  operationId: $sourceDescriptions.small.get_items_item
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
  successCriteria: [{condition: $statusCode == 404}]
"""))
    trajectory = played(text)
    assert trajectory.satisfied
    assert statuses(trajectory) == [("make", 200), ("read", 200), ("delete", 204), ("gone", 404)]


def test_the_first_criterion_that_does_not_hold_ends_it() -> None:
    text = text_of(workflow(MAKE + READ + """\
  successCriteria:
  - condition: $statusCode == 200
  - condition: $response.body#/name == $inputs.name
- {stepId: never, operationId: get_items}
""", "inputs: {type: object, properties: {name: {default: Chair}}}\n"))
    step, expected, observed = failure(text)
    assert (step, expected) == ("read", "$response.body#/name == $inputs.name")
    assert observed.startswith('$response.body#/name is Lamp, $inputs.name is Chair; it answers 200 {"id":')


def test_without_criteria_a_status_of_success_is_wanted() -> None:
    text = text_of(workflow("- {stepId: read, operationId: get_items_item, parameters: [{name: item, in: path, value: x}]}\n"))
    assert failure(text) == ("read", "a status of success", 'it answers 404 {"error":"not_found"}')


def test_a_value_that_is_not_there_fails_the_step_that_needs_it() -> None:
    text = text_of(workflow(MAKE.replace("#/id", "#/none") + READ))
    assert failure(text) == ("read", "a request that can be made", "$steps.make.outputs.id has no value")


def test_requests_are_written_as_documented() -> None:
    text = text_of(workflow("""\
- stepId: make
  operationId: post_items
  parameters:
  - {name: X-Mark, in: header, value: $inputs.mark}
  - {name: crumb, in: cookie, value: c}
  requestBody:
    payload: {name: "{$inputs.mark} one", price: 1}
    replacements:
    - {target: /price, value: $inputs.price}
    - {target: /more, value: [1, "{$inputs.mark}"]}
- stepId: list
  operationId: get_items
  parameters: [{name: limit, in: query, value: 2}, {name: name, in: query, value: a b&c}]
""", "inputs: {type: object, properties: {mark: {default: m}, price: {default: 4.5}}}\n"))
    make, listed = (exchange.request for exchange in played(text).exchanges)
    assert make.body == b'{"name":"m one","price":4.5,"more":[1,"m"]}'
    assert {k: make.headers[k] for k in ("x-mark", "cookie", "content-type")} == {
        "x-mark": "m", "cookie": "crumb=c", "content-type": "application/json",
    }  # fmt: skip
    assert "authorization" in make.headers
    assert (listed.path, listed.query) == ("/items", "limit=2&name=a+b%26c")


def test_a_credential_of_its_own() -> None:
    text = text_of(workflow("""\
- stepId: list
  operationId: get_items
  parameters: [{name: Authorization, in: header, value: Bearer wrong}]
  successCriteria: [{condition: $statusCode == 401}]
"""))
    assert played(text).satisfied


def test_outputs_captures_and_workflow_parameters() -> None:
    text = text_of(workflow("""\
- stepId: one
  operationId: post_items
  requestBody: {payload: {name: One}}
- stepId: two
  operationId: post_items
  requestBody: {payload: {name: Two}}
- stepId: page
  operationId: get_items
  parameters: [{reference: $components.parameters.limit, value: 1}]
  x-twingen-capture:
    after: {context: $response.header.Link, pattern: '[?&]after=([^&>]+)'}
    none: {context: $response.body, pattern: '(nowhere)'}
  successCriteria: [{condition: "$response.body#/0/name == 'One' && $response.body#/1 == null"}]
- stepId: next
  operationId: get_items
  parameters:
  - {reference: $components.parameters.limit}
  - {name: after, in: query, value: $steps.page.outputs.after}
  successCriteria:
  - condition: $response.body#/0/name == 'Two' && $steps.page.outputs.none == null
"""), more="components: {parameters: {limit: {name: limit, in: query, value: 5}}}\n")
    assert played(text).satisfied


def test_actions_decide_what_follows() -> None:
    text = text_of(workflow("""\
- stepId: look
  operationId: get_items
  parameters: [{name: name, in: query, value: Lamp}]
  successCriteria: [{condition: $response.body#/0 != null}]
  onFailure: [{name: make-it, type: goto, stepId: make}]
- stepId: end-here
  operationId: get_tags
  onSuccess:
  - {name: not-yet, type: goto, stepId: look, criteria: [{condition: $statusCode == 500}]}
  - {name: done, type: end}
- stepId: make
  operationId: post_items
  requestBody: {payload: {name: Lamp}}
  onSuccess: [{name: look-again, type: goto, stepId: look}]
- {stepId: never, operationId: get_items_item, parameters: [{name: item, in: path, value: x}]}
"""))
    assert [step for step, _ in statuses(played(text))] == ["look", "make", "look", "end-here"]


def test_a_failure_action_that_ends_leaves_it_unsatisfied() -> None:
    text = text_of(workflow("""\
- stepId: read
  operationId: get_items_item
  parameters: [{name: item, in: path, value: x}]
  onFailure: [{name: stop, type: end}]
"""))
    assert failure(text)[0] == "read"


def test_a_story_that_goes_in_circles_is_stopped() -> None:
    text = text_of(workflow("""\
- stepId: list
  operationId: get_items
  onSuccess: [{name: again, type: goto, stepId: list}]
"""))
    assert failure(text) == ("list", "the scenario to come to an end", "1000 steps were played")


def test_workflows_call_and_wait_for_others() -> None:
    part = workflow("""\
- stepId: make
  operationId: post_items
  requestBody: {payload: {name: $inputs.name}}
  outputs: {id: $response.body#/id}
""", "inputs: {type: object, required: [name], properties: {name: {type: string}}}\noutputs: {id: $steps.make.outputs.id}\n", id="part")
    before = workflow(
        "- {stepId: tag, operationId: post_tags, requestBody: {payload: {name: Red}}, outputs: {id: $response.body#/id}}\n",
        "outputs: {id: $steps.tag.outputs.id}\n", id="before",
    )
    story = workflow("""\
- {stepId: lamp, workflowId: part, parameters: [{name: name, value: Lamp}]}
- {stepId: chair, workflowId: part, parameters: [{name: name, value: Chair}]}
- stepId: tag
  operationId: put_items_item_tags_tag
  parameters:
  - {name: item, in: path, value: $steps.chair.outputs.id}
  - {name: tag, in: path, value: $workflows.before.outputs.id}
- stepId: read
  operationId: get_items_item
  parameters: [{name: item, in: path, value: $steps.lamp.outputs.id}]
  successCriteria: [{condition: $response.body#/name == 'Lamp'}]
""", "dependsOn: [before]\n")
    trajectory = played(text_of(story, before, part))
    assert trajectory.satisfied
    assert [step for step, _ in statuses(trajectory)] == ["tag", "make", "make", "tag", "read"]


# Faults


def faulty(fault: str, *, retries: str = "", then: str = "") -> str:
    return text_of(workflow(f"""\
- stepId: make
  operationId: post_items
  requestBody: {{payload: {{name: Lamp}}}}
  x-twingen-fault: {fault}
{retries}- stepId: list
  operationId: get_items
{then}"""))


AGAIN = "  onFailure: [{name: again, type: retry, retryAfter: 0.5, retryLimit: 3}]\n"


def test_a_status_is_planted_and_retried() -> None:
    scenario = scenario_of(
        faulty("[{status: 503, times: 2, headers: {Retry-After: '7'}, body: {error: busy}}]", retries=AGAIN)
    )
    stage = stage_of(scenario)
    trajectory = Player(scenario.document, scenario.calls, stage).whole(scenario.workflow)
    assert statuses(trajectory) == [("make", 503), ("make", 503), ("make", 200), ("list", 200)]
    assert trajectory.exchanges[0].answer == {"error": "busy"}
    assert trajectory.satisfied
    # Two waits as the answer says, not the action; the two requests that arrived take a second each.
    assert stage.run.world(stage.run.apps[0], stage.world).ticks == 2 * 7 + 2


def test_retries_come_to_an_end() -> None:
    text = faulty("[{status: 429, times: 9}]", retries=AGAIN)
    assert statuses(played(text)) == [("make", 429)] * 4
    assert failure(text)[1:] == ("a status of success", "it answers 429")


def test_a_fault_ends_with_its_step() -> None:
    text = faulty("[{status: 503, times: 2}]", retries="  successCriteria: [{condition: $statusCode == 503}]\n")
    assert statuses(played(text)) == [("make", 503), ("list", 200)]


@pytest.mark.parametrize(("when", "items"), [("request", 1), ("response", 2)])
def test_a_connection_breaks_before_or_after_the_request_arrives(when: str, items: int) -> None:
    then = f"  successCriteria: [{{condition: $response.body#/{items - 1} != null && $response.body#/{items} == null}}]\n"
    trajectory = played(faulty(f"[{{drop: {when}}}]", retries=AGAIN, then=then))
    assert trajectory.satisfied
    assert [status for _, status in statuses(trajectory)] == [None, 200, 200]
    assert trajectory.exchanges[0].trouble.startswith("the connection broke before")
    assert failure(faulty(f"[{{drop: {when}}}]"))[1] == "an answer"


def test_worlds_are_reset_and_forked_and_time_passes() -> None:
    text = text_of(workflow(MAKE + """\
- {stepId: forked, operationId: get_items, x-twingen-fault: [{fork: true}], successCriteria: [{condition: $response.body#/0 != null}]}
- {stepId: reset, operationId: get_items, x-twingen-fault: [{reset: true}], successCriteria: [{condition: $response.body#/0 == null}]}
- {stepId: later, operationId: get_items, x-twingen-fault: [{advance: 1h}, {delay: 2m}]}
"""))
    scenario = scenario_of(text)
    stage = stage_of(scenario)
    assert Player(scenario.document, scenario.calls, stage).whole(scenario.workflow).satisfied
    world = stage.run.world(stage.run.apps[0], stage.world)
    assert world.ticks == 3600 + 120 + 2 and len(stage.run.worlds) == 2
    stage.close()
    assert list(stage.run.worlds) == ["default"]


class Elsewhere:
    """A server on another machine, as far as stages can tell."""

    remote = True
    address = "https://api.example.com"
    credential = ""

    def send(self, request: Request) -> Response:
        return Response(200, b"[]", [("content-type", "application/json")])

    def reset(self) -> None:
        raise AssertionError("nobody resets a server elsewhere")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("advance: 1h", "story.yaml:11: the clock of a server cannot be moved from outside\n"
                        "  run the scenario in process: leave out --base-url"),
        ("reset: true", "story.yaml:11: this server cannot be reset\n  x-twingen-fault: reset works on twins only"),
        ("fork: true", "story.yaml:11: this server has no worlds to fork\n  x-twingen-fault: fork works on twins only"),
    ],
)  # fmt: skip
def test_what_cannot_be_planted_over_http_is_said(fault: str, message: str) -> None:
    scenario = scenario_of(faulty(f"[{{{fault}}}]"), whole())
    stage = GivenStage({"small": Elsewhere()}, worlds=False)
    with pytest.raises(UsageError) as caught:
        Player(scenario.document, scenario.calls, stage).whole(scenario.workflow)
    assert str(caught.value) == message
