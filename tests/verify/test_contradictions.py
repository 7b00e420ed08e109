"""Deviations that the documents show themselves: published answers that break published schemas."""

from __future__ import annotations

from typing import Any

from twingen.contract.model import Contract, Example, MediaType, Operation, Response
from twingen.verify.contradictions import Contradictions

DOG = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "born": {"type": "string", "format": "date-time"},
        "kind": {"enum": ["big", "small"]},
        "url": {"type": "string", "format": "uri"},
    },
    "required": ["id"],
    "additionalProperties": False,
}


def contract(**shown: Any) -> Contract:
    """Return an API of which GET /dogs/{id} has the published example `shown`."""
    schema = {"$ref": "#/components/schemas/Dog"}
    example = Example(name="rex", value=shown)
    one = MediaType(type="application/json", schema=schema, examples=(example,))
    many = MediaType(type="application/json", schema={"type": "array", "items": schema})
    return Contract(
        title="Kennel",
        schemas={"Dog": DOG},
        operations=(
            Operation(key="GET /dogs", id="list", method="GET", path="/dogs",
                      responses=(Response(status="200", content=(many,)),)),
            Operation(key="GET /dogs/{}", id="get", method="GET", path="/dogs/{id}",
                      responses=(Response(status="200", content=(one,)),)),
        ),
    )  # fmt: skip


def explained(shown: dict[str, Any], *answered: dict[str, Any]) -> list[str]:
    found = Contradictions(contract(**shown)).explain("GET /dogs", 200, "application/json", list(answered))
    return [one.evidence for one in found]


def test_what_an_example_shows_is_explained_wherever_the_schema_is_used() -> None:
    shown = {"id": "d1", "born": "2026-01-02T03:04:05.000+0000"}
    assert explained(shown, {"id": "d2", "born": "2027-01-02T03:04:05.000+0000"}) == [
        "contract.json#/paths/~1dogs~1{id}/get/responses/200/content/application~1json/examples/rex/value/born"
    ]


def test_anything_else_that_is_wrong_leaves_it_open() -> None:
    shown = {"id": "d1", "born": "2026-01-02T03:04:05.000+0000"}
    assert explained(shown, {"id": 2, "born": "2027-01-02T03:04:05.000+0000"}) == []
    assert explained(shown, {"id": "d2"}) == []


def test_a_value_or_a_name_is_explained_by_the_same_one_only() -> None:
    assert explained({"id": "d1", "kind": "huge"}, {"id": "d2", "kind": "huge"})
    assert not explained({"id": "d1", "kind": "huge"}, {"id": "d2", "kind": "tiny"})
    assert explained({"id": "d1", "tail": 1}, {"id": "d2", "tail": 2})
    assert not explained({"id": "d1", "tail": 1}, {"id": "d2", "ears": 2})
    assert explained({"id": None}, {"id": None})
    assert not explained({"id": None}, {"id": 5})


def test_placeholders_are_no_evidence() -> None:
    assert not explained({"id": "d1", "born": "{when}"}, {"id": "d2", "born": "{when}"})
    assert not explained({"id": "d1", "url": "https://{yourDomain}/x y"}, {"id": "d2", "url": "https://{yourDomain}/x y"})
