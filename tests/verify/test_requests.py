"""Requests that laws make: published examples and samples, varied, always valid."""

from __future__ import annotations

from typing import Any

from tests.runtime.making import contract_of, document
from twingen.contract.model import Operation
from twingen.runtime.validation import Schemas
from twingen.verify.requests import bodies


def operation(schema: dict[str, Any], example: Any = None) -> Operation:
    media = {"schema": schema} if example is None else {"schema": schema, "example": example}
    more = {"POST /things": {"requestBody": {"content": {"application/json": media}}}}
    return contract_of(document("POST /things", more)).operations[0]


def values(schema: dict[str, Any], example: Any, number: int, *unique: str) -> list[Any]:
    documented = operation(schema, example)
    return [sent.value for sent in bodies(documented, Schemas({}), number, frozenset(unique))]


SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "email": {"type": "string", "format": "email"},
        "site": {"type": "string", "format": "uri"},
        "size": {"type": "integer", "maximum": 4},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "groupId": {"type": "string"},
    },
}


def test_free_fields_differ_from_one_number_to_the_next() -> None:
    example = {"name": "Lamp", "email": "a@b.example", "site": "https://x.example/", "kind": "a", "groupId": "g1"}
    assert values(SCHEMA, example, 1)[0] == {
        "name": "v1-Lamp", "email": "v1-a@b.example", "site": "https://x.example/v1", "kind": "a", "groupId": "g1",
    }  # fmt: skip
    assert values(SCHEMA, example, 2)[0]["name"] == "v2-Lamp"


def test_a_value_that_would_be_invalid_stays() -> None:
    assert values(SCHEMA, {"name": "Lamp", "size": 4}, 1)[0] == {"name": "v1-Lamp", "size": 4}
    assert values(SCHEMA, {"name": "A very long name"[:12]}, 1)[0] == {"name": "v1-A very lo"}


def test_where_nothing_is_free_a_choice_is_another_one() -> None:
    assert values(SCHEMA, {"kind": "a"}, 1)[0] == {"kind": "b"}


def test_what_must_be_unique_is_varied_whatever_it_looks_like() -> None:
    schema = {"type": "object", "properties": {"key": {"type": "string", "pattern": "^[A-Z]+$"}}}
    assert values(schema, {"key": "EX"}, 2, "key")[0] == {"key": "EXB"}


def test_the_example_as_published_is_tried_last() -> None:
    example = {"name": "Lamp"}
    assert values(SCHEMA, example, 1)[-1] == example
