"""The default world that is inferred can be planted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.making import contract_of, document
from twingen.infer import infer

USER = {"type": "object", "properties": {"id": {"type": ["integer", "string"]}, "n": {"type": "integer"}}}


def listing(*records: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "array", "items": USER}, "example": list(records)}}
    return {"responses": {"200": {"description": "x", "content": content}}}


@pytest.mark.parametrize(
    ("published", "seeded"),
    [
        ([{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}], [0, 1, 2]),
        ([{"id": "a"}, {"id": "a"}, {"id": "c"}], [0, 2]),
        ([{"id": 1}, {"id": "1"}, {"id": 3}], [0, 2]),
        ([], []),
    ],
)
def test_records_that_share_an_id_are_seeded_once(
    published: list[dict[str, Any]], seeded: list[int]
) -> None:
    one = {"200": {"description": "x", "content": {"application/json": {"schema": USER}}}}
    shape = document(
        "GET /users\nGET /users/{id}",
        {"GET /users": listing(*published), "GET /users/{id}": {"responses": one}},
    )
    found = infer(contract_of(shape), "t").resources["user"]
    assert [seed.sample for seed in found.seeds] == [f"GET /users 200 #example @[{n}]" for n in seeded]
