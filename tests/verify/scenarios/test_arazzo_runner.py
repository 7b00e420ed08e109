"""The same scenarios played by another executor of Arazzo come to the same."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.verify.making import DOCUMENT, whole
from tests.verify.scenarios.making import played, text_of, workflow
from twingen.runtime.http import Request
from twingen.runtime.run import Run
from twingen.twin.yaml import load

runner = pytest.importorskip("arazzo_runner", reason="arazzo-runner is not installed")
requests = pytest.importorskip("requests", reason="requests is not installed")

_ADDRESS = "http://small.invalid"
STORY = """\
- stepId: make
  operationId: post_items
  requestBody: {contentType: application/json, payload: {name: $inputs.name, price: 3}}
  successCriteria:
  - condition: $statusCode == 200
  outputs: {id: $response.body#/id}
- stepId: read
  operationId: get_items_item
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
  successCriteria:
  - condition: $statusCode == READ
  - condition: $response.body#/name == $inputs.name
  outputs: {name: $response.body#/name}
- stepId: close
  operationId: post_items_item_close
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
  successCriteria:
  - condition: $statusCode == 200
- stepId: close-again
  operationId: post_items_item_close
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
  successCriteria:
  - condition: $statusCode == 409
- stepId: listed
  operationId: get_items
  parameters: [{name: name, in: query, value: $inputs.name}]
  successCriteria:
  - context: $response.body
    condition: $[?@.state == "STATE"]
    type: jsonpath
- stepId: delete
  operationId: delete_items_item
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
  successCriteria:
  - condition: $statusCode == 204
- stepId: gone
  operationId: get_items_item
  parameters: [{name: item, in: path, value: $steps.make.outputs.id}]
  successCriteria:
  - condition: $statusCode == 404
"""
INPUTS = "inputs: {type: object, properties: {name: {type: string, default: Lamp}}}\noutputs: {shown: $steps.read.outputs.name}\n"


def described() -> dict[str, Any]:
    """Return the service's OpenAPI document as the other executor wants it: with ids and a server."""
    ids = {(one.method.lower(), one.path): one.id for one in whole().contract.operations}
    paths = {
        path: {
            method: {**operation, "operationId": ids[method, path]} if (method, path) in ids else operation
            for method, operation in item.items()
        }
        for path, item in DOCUMENT["paths"].items()
    }
    return {**DOCUMENT, "paths": paths, "servers": [{"url": _ADDRESS}]}


def by_the_other(text: str) -> tuple[dict[str, bool], Any, list[str]]:
    """Return which steps succeed when arazzo-runner plays the story, its outputs, and what it sent.

    It goes on after a step that failed, where Arazzo says that it breaks: the rest is not asked for.
    """
    run = Run([whole()])
    sent: list[str] = []

    class Adapter:
        def send(self, prepared: Any, **options: Any) -> Any:
            path, _, query = prepared.path_url.partition("?")
            headers = {name.lower(): value for name, value in prepared.headers.items()}
            headers["authorization"] = run.apps[0].credential
            body = prepared.body or b""
            raw = body.encode() if isinstance(body, str) else body
            answer = run.handle(run.apps[0], Request(prepared.method, path, query, headers, raw))
            sent.append(f"{prepared.method} {answer.status}")
            response = requests.Response()
            response.status_code = answer.status
            response.headers.update(dict(answer.headers))
            response._content = answer.body
            response.url = prepared.url
            response.request = prepared
            return response

        def close(self) -> None:
            pass

    session = requests.Session()
    session.mount(_ADDRESS, Adapter())
    logging.getLogger("arazzo-runner").setLevel(logging.CRITICAL)
    playing = runner.ArazzoRunner(
        arazzo_doc=load(text, "story.yaml"), source_descriptions={"small": described()}, http_client=session
    )
    execution = playing.start_workflow("story", {"name": "Lamp"})
    steps: dict[str, bool] = {}
    while True:
        result = playing.execute_next_step(execution)
        if "step_id" not in result:
            return steps, result.get("outputs"), sent
        steps[result["step_id"]] = result["status"].value == "step_complete"
        if not steps[result["step_id"]]:
            return steps, None, sent


@pytest.mark.parametrize(
    ("read", "state", "satisfied"), [("200", "CLOSED", True), ("201", "CLOSED", False), ("200", "OPEN", False)]
)
def test_both_come_to_the_same(read: str, state: str, satisfied: bool) -> None:
    text = text_of(workflow(STORY.replace("READ", read).replace("STATE", state), INPUTS))
    ours = played(text)
    steps, outputs, sent = by_the_other(text)
    assert ours.satisfied is satisfied
    failed = ours.failure.step.id if ours.failure else None
    assert steps == {exchange.step: exchange.step != failed for exchange in ours.exchanges}
    assert sent == [f"{exchange.method} {exchange.status}" for exchange in ours.exchanges]
    if satisfied:
        assert outputs == {"shown": "Lamp"}
