"""What rules guess is tried: a right guess is proven, and the same guess gone wrong loses its tier."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infer.making import drafted, openapi_of
from tests.runtime.making import _ENVELOPE as ENVELOPE, twin_of
from twingen.infer import PASSES
from twingen.pipeline import _whole
from twingen.standing import standings
from twingen.twin.model import Answer, Treatment, Twin
from twingen.twin.record import Standing
from twingen.twin.write import dump_resource, dump_service
from twingen.verify.prove import prove

FIXTURES = Path(__file__).parents[1] / "infer" / "fixtures"
SERVICES = FIXTURES.parent / "services"


@cache
def guessed(name: str) -> Twin:
    """Return the twin that all passes make of a fixture's contract."""
    return made_of(yaml.safe_load((FIXTURES / f"{name}.before.yaml").read_text(encoding="utf-8")))


def made_of(short: dict[str, Any]) -> Twin:
    draft = drafted(short)
    for run in PASSES:
        draft = run(draft)
    resources = [dump_resource(one, "small") for one in _whole(draft.resources, draft.operations)]
    paging = yaml.safe_load(dump_service(draft.service)).get("paging", {})
    return twin_of(openapi_of(short), *resources, service=f"{ENVELOPE}\npaging: {json.dumps(paging)}\n")


def wrong(twin: Twin, key: str, **changes: Any) -> Twin:
    resources = tuple(
        replace(
            resource,
            operations=tuple(replace(op, **changes) if op.key == key else op for op in resource.operations),
        )
        for resource in twin.resources
    )
    return replace(twin, resources=resources)


def stands(twin: Twin, key: str) -> Standing:
    return standings(twin, {}, prove(twin))[key]


@pytest.mark.parametrize(
    ("fixture", "key"),
    [
        ("bulk", "POST /crates/bulk"),
        ("bulk", "PUT /crates"),
        ("bulk", "POST /crates/list"),
        ("bulk", "DELETE /crates"),
        ("bulk", "POST /signals/bulk"),
        ("chosen", "PUT /moods/default"),
        ("collections", "POST /racks"),
        ("collections", "GET /racks/{}"),
        ("collections", "PUT /racks/{}/notes/{}"),
        ("collections", "GET /racks/{}/notes"),
        ("copies", "POST /plans/{}/duplicate"),
        ("edges", "GET /clubs/{}/people"),
        ("expansions", "GET /mills/{}"),
        ("expansions", "GET /farms/{}"),
        ("keyed", "GET /badge"),
        ("keyed", "PUT /badge/notes/{}"),
        ("keyed", "GET /tastes"),
        ("keyed", "PUT /tastes"),
        ("lifecycles", "POST /doors/{}/close"),
        ("nested", "POST /walls/{}/scribbles"),
        ("nested", "GET /walls/{}/scribbles"),
        ("parts", "POST /reports/{}/archive"),
        ("parts", "DELETE /reports/{}/starred"),
        ("parts", "PUT /reports/{}/owner"),
        ("singletons", "PUT /theatre/lights"),
        ("views", "GET /plays/search"),
        ("views", "GET /plays/favourite"),
        ("views", "GET /houses/{}/plays"),
    ],
)
def test_a_right_guess_is_proven(fixture: str, key: str) -> None:
    assert stands(guessed(fixture), key) == Standing(tier="semantic", proof=stands(guessed(fixture), key).proof)


def test_what_filters_are_guessed_is_honoured_but_for_the_unknown() -> None:
    assert stands(guessed("filters"), "GET /parcels").reasons == (
        "the parameter 'rank' is ignored",
        "the parameter 'size' is ignored",
    )


@pytest.mark.parametrize(
    ("name", "treatment", "reason"),
    [
        (
            "weight", Treatment(use="equals", fields=("weight",)),
            "no law reaches the parameter 'weight': it is refused",
        ),
        (
            "sentAfter", Treatment(use="range", fields=("sentAt",), options={"bound": "lt"}),
            "law parameters (sentAfter) fails: expected sentAfter to be an end of the kind that its name says",
        ),
        ("state", Treatment(use="equals", fields=("label",)), "no law reaches the parameter 'state'"),
        ("onlyFragile", Treatment(use="ignored"), "the parameter 'onlyFragile' is ignored"),
        ("q", Treatment(use="value"), "no law reaches the parameter 'q'"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_a_shape(name: str, treatment: Treatment, reason: str) -> None:
    twin = guessed("filters")
    known = next(op for one in twin.resources for op in one.operations if op.key == "GET /parcels").parameters
    found = stands(wrong(twin, "GET /parcels", parameters={**known, name: treatment}), "GET /parcels")
    assert found.tier == "shape"
    assert any(reason in one for one in found.reasons), found.reasons


@pytest.mark.parametrize(
    ("fixture", "key", "changes", "reason"),
    [
        ("parts", "POST /reports/{}/archive", {"set": {}}, "no law reaches it"),
        ("parts", "PUT /reports/{}/owner", {"only": ("nothing",), "effect": "none"}, "no law reaches it"),
        ("views", "GET /houses/{}/plays", {"where": {}}, "law lists"),
        ("collections", "PATCH /racks/{}", {"input": {}}, "no law reaches it"),
        ("collections", "POST /racks", {"only": ("nothing",)}, "law read-your-writes fails"),
        ("expansions", "GET /mills/{}", {"parameters": {"expand": Treatment(use="expand")}}, "no law reaches"),
        ("keyed", "GET /badge", {"find": ()}, ""),
        ("keyed", "GET /tastes", {"answer": Answer(body="{record.key}")}, "law read-what-is fails"),
        ("bulk", "POST /crates/bulk", {"each": "[first(body.crates)]"}, "no law reaches it"),
        ("bulk", "PUT /crates", {"input": {}}, "law each fails"),
        ("bulk", "POST /crates/list", {"each": "[first(body.ids)]"}, "law each fails"),
        ("bulk", "DELETE /crates", {"effect": "none"}, "law each fails"),
        ("copies", "POST /plans/{}/duplicate", {"input": "{merge(body)}"}, "law copies fails"),
        ("chosen", "PUT /moods/default", {"change": ()}, "law sets fails"),
    ],
)  # fmt: skip
def test_a_wrong_guess_is_a_shape(fixture: str, key: str, changes: dict[str, Any], reason: str) -> None:
    found = stands(wrong(guessed(fixture), key, **changes), key)
    assert found.tier == "shape"
    assert any(reason in one for one in found.reasons), found.reasons


def test_another_name_that_leads_nowhere_is_a_shape() -> None:
    twin = guessed("collections")
    rack = next(one for one in twin.resources if one.name == "rack")
    lame = replace(rack, identity=replace(rack.identity, also=("room",)))
    others = tuple(lame if one is rack else one for one in twin.resources)
    found = stands(replace(twin, resources=others), "GET /racks/{}")
    assert found.tier == "semantic"  # a room is as good a name as long as no two are alike
    lame = replace(rack, identity=replace(rack.identity, also=("shelf",)))
    others = tuple(lame if one is rack else one for one in twin.resources)
    found = stands(replace(twin, resources=others), "GET /racks/{}")
    assert found.reasons == ("law read-what-is fails: expected shelf to name the record; it has none",)


def test_a_list_of_chosen_records_proves_that_it_chooses() -> None:
    proof = stands(guessed("views"), "GET /plays/favourite").proof
    assert proof is not None
    assert proof.by == "lists (mutant: list-omits, list-doubles, list-unchosen)"


@pytest.mark.parametrize("name", sorted(file.stem for file in SERVICES.glob("*.yaml")))
def test_a_service_of_a_style_of_its_own_is_semantic(name: str) -> None:
    short = yaml.safe_load((SERVICES / f"{name}.yaml").read_text(encoding="utf-8"))
    twin = made_of(short)
    found = standings(twin, {}, prove(twin))
    assert {key: one.reasons for key, one in found.items() if one.tier != "semantic"} == {
        key: (reason,) for key, reason in short["all_but"].items()
    }
