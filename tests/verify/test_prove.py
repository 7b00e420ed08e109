"""Laws hold for a sound twin, and a planted wrong guess loses its tier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.verify.making import operation_of, whole, with_defect
from twingen.standing import standings
from twingen.twin.model import FirstStep, Treatment
from twingen.verify import prove as proving
from twingen.verify.mutants import lost
from twingen.verify.prove import prove
from twingen.verify.trial import Law, Trial

PROOFS = {
    "GET /items": "lists (mutant: list-omits, list-doubles)",
    "POST /items": "read-your-writes (mutant: lost-create)",
    "GET /items/{}": "read-what-is (mutant: wrong-record)",
    "PATCH /items/{}": "read-your-writes (mutant: lost-update)",
    "DELETE /items/{}": "deleted-is-gone (mutant: lost-delete)",
    "POST /items/{}/close": "moves (mutant: lost-move, dropped-guard)",
    "POST /items/{}/open": "moves (mutant: lost-move, dropped-guard)",
    "GET /tags": "lists (mutant: list-omits, list-doubles)",
    "POST /tags": "read-your-writes (mutant: lost-create)",
    "GET /items/{}/tags": "lists (mutant: list-omits, list-doubles, any-parent)",
    "PUT /items/{}/tags/{}": "tied-is-listed (mutant: lost-link)",
    "DELETE /items/{}/tags/{}": "tied-is-listed (mutant: lost-unlink)",
    "GET /limits": "read-what-was-written (mutant: stale-read)",
    "PUT /limits": "read-what-was-written (mutant: lost-replace)",
}


def test_a_sound_twin_is_semantic_throughout() -> None:
    verdicts = prove(whole())
    assert {key: (one.against, one.open) for key, one in verdicts.items()} == dict.fromkeys(PROOFS, ([], []))
    assert {key: "; ".join(one.proven) for key, one in verdicts.items()} == PROOFS
    standing = standings(whole(), {}, verdicts)
    assert {one.tier for one in standing.values()} == {"semantic"}
    assert {one.proof.kind for one in standing.values() if one.proof} == {"law"}


def test_the_same_twin_gets_the_same_verdicts() -> None:
    assert prove(whole()) == prove(whole())


@pytest.mark.parametrize(
    ("key", "changes", "reason"),
    [
        (
            "POST /items", {"only": ("name",)},
            "law read-your-writes fails: expected price = 6 as sent; nothing is shown",
        ),
        (
            "PATCH /items/{}", {"only": ("price",)},
            "law read-your-writes fails: expected name = v8-Lamp as sent; v1-Lamp is shown",
        ),
        (
            "DELETE /items/{}", {"first": (FirstStep(when="True"),)},
            "law deleted-is-gone fails: expected the record to be gone; it is still shown",
        ),
        (
            "GET /items/{}/tags", {"through": None},
            "law lists fails: expected the tag",
        ),
        (
            "POST /items/{}/close", {"move": "open"},
            "no law reaches it",
        ),
    ],
)  # fmt: skip
def test_a_wrong_operation_is_a_shape(key: str, changes: dict[str, Any], reason: str) -> None:
    twin = with_defect(key, **changes)
    standing = standings(twin, {}, prove(twin))[key]
    assert standing.tier == "shape"
    assert any(reason in one for one in standing.reasons), standing.reasons


def test_a_filter_that_shows_everything_is_a_shape() -> None:
    treatments = operation_of(whole(), "GET /items").parameters
    twin = with_defect("GET /items", parameters={**treatments, "name": Treatment(use="value")})
    standing = standings(twin, {}, prove(twin))["GET /items"]
    assert standing.tier == "shape"
    assert standing.reasons == (
        "no law reaches the parameter 'name': no value that makes a difference is known",
    )


def test_a_filter_on_the_wrong_field_fails() -> None:
    treatments = operation_of(whole(), "GET /items").parameters
    wrong = Treatment(use="equals", fields=("title",))
    twin = with_defect("GET /items", parameters={**treatments, "name": wrong})
    standing = standings(twin, {}, prove(twin))["GET /items"]
    assert standing.reasons == (
        "no law reaches the parameter 'name': no two records can be made that it tells apart",
    )


def test_a_singleton_that_is_really_a_collection_fails() -> None:
    twin = whole()
    operations = tuple(
        replace(
            one,
            responses=tuple(
                replace(
                    response,
                    content=tuple(replace(m, schema={"type": "array", "items": {}}) for m in response.content),
                )
                for response in one.responses
            ),
        )
        if one.key == "GET /limits"
        else one
        for one in twin.contract.operations
    )
    twin = replace(twin, contract=replace(twin.contract, operations=operations))
    standing = standings(twin, {}, prove(twin))["GET /limits"]
    assert standing.tier == "shape"
    assert standing.reasons == ("law answers fails: expected an answer of type array; it is an object",)


def test_a_law_that_notices_nothing_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    blind = Law(
        name="blind",
        cases=lambda trial: [""],
        check=lambda trial, case: None,
        mutants=lambda trial, case: [lost("anything")],
        proves=True,
    )
    monkeypatch.setattr(proving, "LAWS", (blind,))
    verdict = prove(whole())["POST /items"]
    assert verdict.proof is None
    assert verdict.open == ["law blind does not notice the defect lost-anything"]


def test_trouble_in_a_law_is_a_reason_and_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(trial: Trial, case: str) -> None:
        raise ValueError("over its own feet")

    law = Law(name="clumsy", cases=lambda trial: [""], check=stumble, mutants=lambda trial, case: ())
    monkeypatch.setattr(proving, "LAWS", (law,))
    verdict = prove(whole())["POST /items"]
    assert verdict.against == ["law clumsy went wrong: ValueError: over its own feet"]


def test_what_was_tested_by_hand_keeps_its_proof_and_hears_of_failing_laws() -> None:
    twin = with_defect("POST /items", only=("name",), tested="tests/x.py::test_y")
    standing = standings(twin, {}, prove(twin))["POST /items"]
    assert standing.tier == "shape"
    assert standing.proof is not None and standing.proof.kind == "test"
    twin = with_defect("POST /items", tested="tests/x.py::test_y")
    assert standings(twin, {}, prove(twin))["POST /items"].tier == "semantic"
