"""A published example as the start of another record."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.runtime.samples import personal

HOST = "https://api.example"


@pytest.mark.parametrize(
    ("sample", "new", "expected"),
    [
        # A telling id is changed wherever it occurs, and stays a number where it is one.
        ({"id": "ab12", "ref": {"of": "x-ab12"}}, "zz9", {"id": "zz9", "ref": {"of": "x-zz9"}}),
        ({"id": 4711, "tag": {"on": 4711}}, "5000", {"id": 5000, "tag": {"on": 5000}}),
        # A short one only in its own place and as a step of the record's own addresses.
        (
            {"id": 1, "size": 1, "owner": {"id": 1, "url": f"{HOST}/users/1"}, "url": f"{HOST}/keys/1/x"},
            "10012",
            {"id": 10012, "size": 1, "owner": {"id": 1, "url": "B/users/1"}, "url": "B/keys/10012/x"},
        ),
        (
            {"id": "7", "title": "7", "_links": {"self": {"href": f"{HOST}/k/7"}}, "html": "https://else/7"},
            "8",
            {"id": "8", "title": "7", "_links": {"self": {"href": "B/k/8"}}, "html": "https://else/7"},
        ),
        ({"title": "no id", "n": True}, "8", {"title": "no id", "n": True}),
    ],
)
def test_its_id_becomes_that_of_the_record(sample: Any, new: str, expected: Any) -> None:
    assert personal(sample, ("id",), new, "B", frozenset({HOST})) == expected
