"""Repairs about examples that contradict their own schemas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.runtime.making import document, twin_of
from twingen.contract.model import Contract
from twingen.report.model import Finding
from twingen.runtime.http import Request
from twingen.runtime.run import Run
from twingen.twin.model import Twin
from twingen.twin.record import Lock, Unit
from twingen.verify.repairs import repair

_LAMP = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "price": {"type": "number"}},
}
_EXAMPLES = {
    "broken": {"value": {"id": "l1", "price": "12 euros"}},
    "right": {"value": {"id": "l2", "price": 12}},
}


def _answer(examples: dict[str, Any]) -> dict[str, Any]:
    media = {"schema": _LAMP, "examples": examples}
    return {"responses": {"200": {"description": "Done.", "content": {"application/json": media}}}}


def twin(examples: dict[str, Any] | None = None) -> Twin:
    shown = _answer(_EXAMPLES if examples is None else examples)
    described = document("GET /lamps/{id}\nPOST /lamps\nGET /price\n", {
        "GET /lamps/{id}": shown, "POST /lamps": shown, "GET /price": shown,
    })  # fmt: skip
    one = twin_of(described, """\
        resource: lamp
        samples: ["GET /lamps/{} 200 #broken", "GET /lamps/{} 200 #right"]
        operations:
          GET /lamps/{}: {does: read, find: {lamp: "path[0]"}}
          POST /lamps: {does: create}
        """)
    unit = Unit(file="resources/lamp.yaml", origin="inferred", digest="")
    return replace(one, lock=Lock(units={unit.file: unit}))


def finding(key: str, check: str = "response_schema_conformance") -> Finding:
    return Finding(source="contract", check=check, operation=key, identity=key, title="price is no number")


def examples_of(contract: Contract, key: str) -> list[str]:
    (operation,) = [one for one in contract.operations if one.key == key]
    return [one.name for r in operation.responses for media in r.content for one in media.examples]


def test_no_record_starts_from_an_example_that_contradicts_its_schema() -> None:
    (done,) = repair(twin(), [finding("GET /lamps/{}"), finding("POST /lamps")])
    (lamp,) = done.twin.resources
    assert lamp.samples == ("GET /lamps/{} 200 #right",)
    assert done.operations == ("GET /lamps/{}", "POST /lamps")
    assert done.excuse.what == "resources/lamp.yaml: no record starts from GET /lamps/{} 200 #broken"
    assert examples_of(done.twin.contract, "GET /lamps/{}") == ["broken", "right"]  # the contract stays


def test_an_operation_without_behaviour_no_longer_answers_with_it() -> None:
    only = {"broken": _EXAMPLES["broken"]}
    (done,) = repair(twin(only), [finding("GET /price")])
    assert examples_of(done.twin.contract, "GET /price") == []
    (entry,) = done.twin.contract.repairs
    assert (entry.kind, entry.remove, entry.evidence[:10]) == ("example-contradicts", True, "200 broken")
    run = Run([done.twin])
    answer = run.handle(run.apps[0], Request("GET", "/price", "", {"authorization": run.apps[0].credential}))
    assert isinstance(answer.json()["id"], str) and not isinstance(answer.json().get("price"), str)


@pytest.mark.parametrize(
    "bad", [finding("GET /price", "status_code_conformance"), finding("GET /nowhere"), finding("")]
)
def test_findings_that_lead_to_no_example(bad: Finding) -> None:
    assert repair(twin(), [bad]) == []


def test_by_hand_stays() -> None:
    one = twin()
    unit = replace(one.lock.units["resources/lamp.yaml"], origin="hand")
    assert repair(replace(one, lock=Lock(units={unit.file: unit})), [finding("GET /lamps/{}")]) == []
