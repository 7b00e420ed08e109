"""What was sent, found in what is shown."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.verify.shown import is_of, records_in, times_listed, unlike


def differs(sent: Any, shown: Any) -> tuple[str, str, str] | None:
    return unlike(sent, shown, lambda path: path == ("secret",))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"name": "a"}, {"name": "a", "more": 1}),
        ({"name": "a"}, {"thing": {"name": "a"}}),
        ({"size": 3}, {"size": "3"}),
        ({"secret": "x", "name": None}, {}),
        ({"tags": [{"k": 1}]}, {"tags": [{"k": 1, "v": 2}]}),
        ({"on": False, "list": []}, {}),
    ],
)
def test_all_of_it_is_shown(sent: Any, shown: Any) -> None:
    assert differs(sent, shown) is None


@pytest.mark.parametrize(
    ("sent", "shown", "found"),
    [
        ({"name": "a"}, {"name": "b"}, ("name", "a", "b")),
        ({"name": "a"}, {}, ("name", "a", "nothing")),
        ({"deep": {"er": 1}}, {"deep": {"er": 2}, "er": 1}, ("deep.er", "1", "2")),
        ({"tags": ["x"]}, {"tags": ["x", "y"]}, ("tags", "['x']", "['x', 'y']")),
        ({"on": False}, {"on": True}, ("on", "False", "True")),
    ],
)
def test_the_first_that_is_not_shown_is_told(sent: Any, shown: Any, found: Any) -> None:
    assert differs(sent, shown) == found


def test_members_stand_for_records_by_identifier() -> None:
    assert is_of("u1", "u1", ("id",))
    assert is_of({"id": 7}, "7", ("id",))
    assert is_of({"user": {"id": "u1"}}, "u1", ("id",))
    assert not is_of({"id": "u2", "friend": "u1"}, "u1", ("id",))


def test_lists_are_found_inside_envelopes() -> None:
    body = {"page": {"values": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}, "notes": ["x"]}
    assert times_listed(body, "a", ("id",)) == 2
    assert [one["id"] for one in records_in(body, ("id",))] == ["a", "b", "a"]
