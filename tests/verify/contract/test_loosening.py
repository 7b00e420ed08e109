"""Two columns: what evidence loosens, and that nothing is loosened without it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.runtime.making import contract_of, twin_of
from tests.verify.contract.making import (
    ERROR,
    ITEM,
    ITEMS,
    SERVICE,
    Spoilt,
    body,
    check,
    openapi,
    refusals,
)
from twingen.contract.model import Repair
from twingen.runtime.http import Request, Response
from twingen.verify.contract.loosening import UnfoundedLooseningError, overlaid, shown


def _documents(*values: Any) -> dict[str, Any]:
    """Return documents whose examples of reading an item have these values of `count`."""
    examples = {f"e{n}": {"id": f"i{n}", "name": "Lamp", "count": value} for n, value in enumerate(values)}
    responses = {"200": body({"$ref": "#/components/schemas/Item"}, **examples), **refusals("401", "404")}
    document = openapi(read={"responses": responses})
    document["components"]["schemas"] = {"Item": ITEM}
    return document


def _null_count(request: Request, response: Response) -> None:
    if request.method == "GET" and response.status == 200 and request.path != "/items":
        response.body = b'{"id": "i", "name": "Lamp", "count": null}'


def test_null_in_two_independent_examples_loosens_the_answer_and_only_one_column_breaks() -> None:
    contract = contract_of(_documents(None, None))
    (repair,) = shown(contract)
    assert (repair.kind, repair.target, repair.update) == (
        "loosened-null", "$.components.schemas.Item.properties.count", {"type": ["integer", "null"]},
    )  # fmt: skip
    assert repair.evidence == "example GET /items/{} 200 #e0; example GET /items/{} 200 #e1"
    twin = twin_of(_documents(None, None), ITEMS, service=SERVICE)
    heard = check(twin, target=Spoilt(twin, _null_count))
    assert [(f.check, f.columns) for f in heard.findings] == [
        ("response_schema_conformance", ("published",))
    ]
    published, overlay = heard.tallies("published"), heard.tallies("overlay")
    assert published["GET /items/{}"][1] > overlay["GET /items/{}"][1] == 0
    assert published["GET /items/{}"][0] == overlay["GET /items/{}"][0]


@pytest.mark.parametrize("values", [(), (None,), (None, 3), ("many", "some")])
def test_one_example_or_another_kind_of_contradiction_loosens_nothing(values: tuple[Any, ...]) -> None:
    contract = contract_of(_documents(*values))
    assert shown(contract) == ()
    assert overlaid(contract) is contract


def test_the_same_example_twice_is_one() -> None:
    document = _documents(None)
    examples = document["paths"]["/items/{item}"]["get"]["responses"]["200"]["content"]["application/json"]["examples"]
    examples["again"] = examples["e0"]
    assert shown(contract_of(document)) == ()


def test_what_fuzzing_shows_breaks_both_columns() -> None:
    twin = twin_of(_documents(None), ITEMS, service=SERVICE)
    heard = check(twin, target=Spoilt(twin, _null_count))
    assert [(f.check, f.columns) for f in heard.findings] == [
        ("response_schema_conformance", ("published", "overlay"))
    ]


_REPAIR = Repair(
    kind="loosened-null", target="$.components.schemas.Item.properties.name", reason="null was seen",
    evidence="", update={"type": ["string", "null"]},
)  # fmt: skip


@pytest.mark.parametrize(
    "evidence",
    [
        "",
        "found by fuzzing with seed 7",
        "example GET /items/{} 200 #e0",
        "example GET /items/{} 200 #e0; example GET /items/{} 200 #e0",
        "example GET /items/{} 200 #missing; example GET /items/{} 200 #absent",
    ],
)
def test_loosening_without_evidence_that_resolves_is_refused(evidence: str) -> None:
    contract = contract_of(_documents(1, 2))
    repair = replace(_REPAIR, evidence=evidence)
    with pytest.raises(UnfoundedLooseningError) as refused:
        overlaid(replace(contract, repairs=(repair,)))
    assert str(refused.value) == (
        "overlay.yaml: the overlay loosens $.components.schemas.Item.properties.name without evidence: "
        f"{evidence or 'none is given'}\n"
        "  name two published examples or a recording that show it, or take the action out"
    )


def test_a_check_refuses_such_an_overlay() -> None:
    twin = twin_of(_documents(1, 2), ITEMS, service=SERVICE)
    spoilt = replace(twin, contract=replace(twin.contract, repairs=(_REPAIR,)))
    with pytest.raises(UnfoundedLooseningError):
        check(spoilt)


def test_repairs_of_what_could_not_be_read_need_none_and_change_nothing() -> None:
    contract = contract_of(_documents(1))
    repair = replace(_REPAIR, kind="dangling-ref")
    contract = replace(contract, repairs=(repair,))
    assert overlaid(contract) is contract


def test_an_enum_takes_what_two_examples_have() -> None:
    document = _documents(1, 2)
    document["components"]["schemas"]["Item"] = {
        **ITEM, "properties": {**ITEM["properties"], "count": {"enum": [3]}},
    }  # fmt: skip
    assert shown(contract_of(document)) == ()  # each value once
    error = {"type": "object", "properties": {"error": {"type": "string", "enum": ["a"]}}}
    document = openapi(read={"responses": {"200": body(ERROR), "404": body(error, x={"error": "b", "n": 1}, y={"error": "b", "n": 2})}})
    (repair,) = shown(contract_of(document))
    assert repair.update == {"enum": ["a", "b"]}
