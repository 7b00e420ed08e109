"""What is not understood in a scenario file is an error that names the line and the nearest right word."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.verify.making import whole
from tests.verify.scenarios.making import HEAD, scenarios_of, text_of, workflow
from twingen.errors import DamagedTwinError, TwingenError, UsageError
from twingen.twin.format import schema
from twingen.verify.scenarios import parse_scenarios, read_scenarios
from twingen.verify.scenarios.binding import bind

LIST = "- {stepId: list, operationId: get_items}\n"


def refusal(text: str) -> str:
    with pytest.raises(TwingenError) as caught:
        scenarios_of(text)
    return str(caught.value)


def step(more: str) -> str:
    """Return a file with one step; `more` are its keys beside stepId and operationId, from line 10 on."""
    return text_of(workflow("- stepId: list\n  operationId: get_items\n" + more))


# Line 8 of a file is that of its first step.
WRONG = {
    "a key": (
        step("  succesCriteria: []\n"),
        "story.yaml:10: unknown key 'succesCriteria' (at workflows.0.steps.0.succesCriteria)\n"
        "  did you mean 'successCriteria'?",
    ),
    "an extension of others": (
        step("  x-other: 1\n"),
        "story.yaml:10: unknown key 'x-other' (at workflows.0.steps.0.x-other)\n"
        "  keys allowed here: description, onFailure, onSuccess, operationId, operationPath, outputs, parameters, "
        "requestBody, stepId, successCriteria, workflowId, x-twingen-capture, x-twingen-fault",
    ),
    "a language": (
        step("  successCriteria: [{condition: //x, type: xpath, context: $response.body}]\n"),
        "story.yaml:10: 'xpath' is not allowed here (at workflows.0.steps.0.successCriteria.0.type)\n"
        "  did you mean 'jsonpath'?",
    ),
    "a version": (
        text_of(workflow(LIST)).replace("1.0.1", "1.1.0"),
        "story.yaml:1: '1.1.0' is not allowed here (at arazzo)\n  did you mean '1.0.1'?",
    ),
    "a source": (
        text_of(workflow(LIST), name="smell"),
        "story.yaml:4: there is no twin for the source 'smell'\n"
        "  a source is named after its twin; build it, or name its folder beside the other one's",
    ),
    "an operation": (
        text_of(workflow("- {stepId: list, operationId: get_itmes}\n")),
        "story.yaml:8: small documents no operation 'get_itmes'\n  did you mean 'get_items'?",
    ),
    "an operation's path": (
        text_of(workflow("- {stepId: a, operationPath: '{$sourceDescriptions.small.url}#/paths/~1items/put'}\n")),
        "story.yaml:8: small documents no PUT /items\n  twingen show small lists what it documents",
    ),
    "a path that is none": (
        text_of(workflow("- {stepId: a, operationPath: /items}\n")),
        "story.yaml:8: '/items' names no operation\n"
        "  such as '{$sourceDescriptions.NAME.url}#/paths/~1users~1{id}/get'",
    ),
    "two calls": (
        step("  workflowId: story\n"),
        "story.yaml:8: the step 'list': operationId and workflowId stand together\n"
        "  a step has one of operationId, operationPath, workflowId",
    ),
    "a query parameter": (
        step("  parameters: [{name: limits, in: query, value: 1}]\n"),
        "story.yaml:10: get_items has no query parameter 'limits'\n  did you mean 'limit'?",
    ),
    "a path parameter that is lacking": (
        text_of(workflow("- {stepId: read, operationId: get_items_item}\n")),
        "story.yaml:8: get_items_item wants the path parameter 'item'",
    ),
    "no place for a parameter": (
        step("  parameters: [{name: limit, value: 1}]\n"),
        "story.yaml:10: the parameter 'limit' lacks `in`\n  in: path, query, header or cookie",
    ),
    "a body": (
        step("  requestBody: {payload: {}}\n"),
        "story.yaml:10: get_items takes no body\n  leave out requestBody",
    ),
    "an expression": (
        step("  outputs: {all: $respons.body}\n"),
        "story.yaml:10: there is no $respons among the runtime expressions: did you mean $response?",
    ),
    "an expression that names nothing": (
        step("  outputs: {all: $response.query.x}\n"),
        "story.yaml:10: '$response.query.x' names nothing: "
        "there are $response.header.NAME and $response.body#/POINTER",
    ),
    "an input": (
        text_of(workflow(
            "- {stepId: list, operationId: get_items, parameters: [{name: limit, in: query, value: $inputs.mots}]}\n",
            "inputs: {type: object, properties: {most: {default: 3}}}\n",
        )),
        "story.yaml:9: there is no input 'mots'\n  did you mean 'most'?",
    ),
    "an input without a value": (
        text_of(workflow(LIST, "inputs: {type: object, properties: {most: {type: integer}}}\n")),
        "story.yaml:7: the input 'most' has no value\n  give it a default or an example",
    ),
    "an input that its schema refuses": (
        text_of(workflow(LIST, "inputs: {type: object, properties: {most: {type: integer, default: many}}}\n")),
        "story.yaml:7: the input 'most' is not what its schema allows: \"many\" is not of type \"integer\"",
    ),
    "an output of another step": (
        text_of(workflow(LIST + "- {stepId: b, operationId: get_items, outputs: {x: $steps.list.outputs.y}}\n")),
        "story.yaml:9: there is no output of the step 'list' 'y'",
    ),
    "a step that is not there": (
        step("  outputs: {x: $steps.lst.outputs.y}\n"),
        "story.yaml:10: there is no step 'lst'\n  did you mean 'list'?",
    ),
    "a step twice": (text_of(workflow(LIST + LIST)), "story.yaml:9: the step 'list' stands twice"),
    "an action's target": (
        step("  onSuccess: [{name: on, type: goto, stepId: lisst}]\n"),
        "story.yaml:8: there is no step 'lisst'\n  did you mean 'list'?",
    ),
    "an action without one": (
        step("  onSuccess: [{name: on, type: goto}]\n"),
        "story.yaml:10: the action 'on' says not where\n  goto has one of stepId, workflowId",
    ),
    "a reference": (
        step("  onFailure: [{reference: $components.failureActions.agian}]\n").rstrip()
        + "\ncomponents: {failureActions: {again: {name: again, type: retry}}}\n",
        "story.yaml:10: '$components.failureActions.agian' leads to nothing\n"
        "  did you mean '$components.failureActions.again'?",
    ),
    "a condition": (
        step("  successCriteria: [{condition: $statusCode = 200}]\n"),
        "story.yaml:10: '$statusCode = 200' cannot be read from '= 200' on",
    ),
    "an expression in a text that is compared": (
        step("  successCriteria:\n  - condition: $response.body#/0 == '{$inputs.x}'\n"),
        "story.yaml:11: '{$inputs.x}' is a text, and nothing in it is evaluated: "
        "compare with the expression itself",
    ),
    "a regular expression": (
        step("  successCriteria: [{context: $response.body, type: regex, condition: '('}]\n"),
        "story.yaml:10: '(' is no regular expression: missing ), unterminated subpattern at position 0",
    ),
    "a JSONPath": (
        step("  successCriteria: [{context: $response.body, type: jsonpath, condition: '$[?'}]\n"),
        "story.yaml:10: '$[?' is no JSONPath of RFC 9535: unexpected end of expression",
    ),
    "a regular expression of nothing": (
        step("  successCriteria: [{type: regex, condition: x}]\n"),
        "story.yaml:10: a regex condition wants a `context`, such as $response.body",
    ),
    "two faults in one": (
        step("  x-twingen-fault: [{status: 503, drop: request}]\n"),
        "story.yaml:10: a fault is one thing, and this says status and drop\n"
        "  one of delay, status, drop, advance, reset, fork",
    ),
    "what means nothing beside a fault": (
        step("  x-twingen-fault: [{advance: 1h, times: 2}]\n"),
        "story.yaml:10: 'times' means nothing beside 'advance'",
    ),
    "a fault's time": (
        step("  x-twingen-fault: [{delay: soon}]\n"),
        "story.yaml:10: not a duration: 'soon'\n  such as 500ms, 2s, 1h30m",
    ),
    "a capture of nothing": (
        step("  x-twingen-capture: {x: {context: $response.body, pattern: abc}}\n"),
        "story.yaml:10: 'abc' has no group: nothing would be captured",
    ),
    "a step that is said to be independent": (
        text_of(workflow(LIST, "x-twingen-independent: [[list, made]]\n")),
        "story.yaml:7: there is no step 'made'\n  there are list",
    ),
    "a workflow without end": (
        text_of(workflow("- {stepId: again, workflowId: story}\n")),
        "story.yaml:6: the workflows story → story never begin",
    ),
    "a workflow's input": (
        text_of(
            workflow("- {stepId: a, workflowId: part, parameters: [{name: mots, value: 1}]}\n"),
            workflow(LIST, "inputs: {type: object, properties: {most: {type: integer}}}\n", id="part"),
        ),
        "story.yaml:8: there is no input of part 'mots'\n  did you mean 'most'?",
    ),
    "a workflow that has not run": (
        text_of(
            workflow("- {stepId: a, operationId: get_items, outputs: {x: $workflows.other.outputs.y}}\n"),
            workflow(LIST, "outputs: {y: $steps.list.outputs.z}\n", id="other").replace(
                "operationId: get_items}", "operationId: get_items, outputs: {z: $response.body}}"
            ),
        ),
        "story.yaml:8: the workflow 'other' has not run by then\n  dependsOn: [other]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_with_its_line(what: str) -> None:
    text, message = WRONG[what]
    assert refusal(text) == message


def test_several_sources_must_be_told_apart() -> None:
    text = text_of(workflow(LIST)).replace(
        "workflows:\n", "- {name: other, url: ./other.json, type: openapi}\nworkflows:\n"
    )
    with pytest.raises(TwingenError) as caught:
        scenarios_of(text, whole(), replace(whole(), name="other"))
    assert str(caught.value) == (
        "story.yaml:9: 'get_items' could be in any of small, other\n  $sourceDescriptions.small.get_items"
    )


def test_a_file_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "story.yaml"
    file.write_text(HEAD.replace("workflows:", "workflows: ["))
    with pytest.raises(DamagedTwinError, match="not valid YAML"):
        read_scenarios(file, "story.yaml")
    with pytest.raises(DamagedTwinError, match="cannot be read: No such file"):
        read_scenarios(tmp_path / "none.yaml")


def test_json_is_read_as_well() -> None:
    text = (
        '{"arazzo": "1.0.0", "info": {"title": "t", "version": "1"},\n'
        '"sourceDescriptions": [{"name": "small", "url": "./x", "type": "openapi"}],\n'
        '"workflows": [{"workflowId": "w", "steps": [{"stepId": "a", "operationId": "get_items"}]}]}'
    )
    assert list(parse_scenarios(text, "story.json").workflows) == ["w"]
    with pytest.raises(DamagedTwinError, match=r"story\.json:2: not valid JSON"):
        parse_scenarios(text.replace('}],\n"workflows', '}]\n"workflows').replace('"./x",', '"./x"'), "story.json")


def test_workflows_that_others_call_are_no_scenarios() -> None:
    text = text_of(workflow("- {stepId: a, workflowId: part}\n"), workflow(LIST, id="part"))
    assert [scenario.id for scenario in scenarios_of(text)] == ["story"]


def test_a_twin_of_another_name_is_the_only_source_of_its_own_files() -> None:
    document = parse_scenarios(text_of(workflow(LIST), name="acme"), "story.yaml")
    (found,) = bind(document, lambda name: None, whole())
    assert found.twins["acme"].name == "small"
    with pytest.raises(UsageError):
        bind(document, lambda name: None)


def test_the_example_of_the_guide_is_one() -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    (example,) = [block for block in re.findall(r"^```yaml\n(.*?)^```", text, re.S | re.M) if block.startswith("arazzo:")]
    assert list(parse_scenarios(example, "scenarios.md").workflows) == ["sale"]


def test_the_guide_names_every_part_of_the_format() -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    kinds = schema("twingen.verify.scenarios")["$defs"]
    keys = {key for name in ("workflow", "step", "body", "fault") for key in kinds[name]["properties"]}
    assert [key for key in sorted(keys) if key not in text] == []
