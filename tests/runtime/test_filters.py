"""What service.yaml can say about filter expressions, and templates that build objects."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.runtime.scim import FilterError, compile_filter
from twingen.twin.template import compile_template

NAMES = {"name": "name", "status": "status", "created": "created", "profile.*": "profile.*"}
OPERATORS = {"*": ["eq"], "created": ["gt", "le"], "name": ["eq", "sw"]}
ADA = {"name": "Ada", "status": "ACTIVE", "created": "2026-01-01T10:00:00.000Z", "profile": {"city": "Rome"}}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('name sw "A" and status eq "ACTIVE"', True),
        ('name eq "ada"', False),
        ('profile.city eq "Rome"', True),
        ('created gt "2026-01-01T10:30:00+01:00"', True),
        ('created le "2026-01-01T10:00:00Z"', True),
    ],
)
def test_names_take_their_own_operators(text: str, holds: bool) -> None:
    matches = compile_filter(text, NAMES, OPERATORS, times=["created"], exact=True)
    assert matches(ADA) is holds


@pytest.mark.parametrize(
    "text", ['status sw "A"', 'created eq "2026-01-01"', 'created gt "soon"', 'not (name eq "x")', 'age eq 1']
)
def test_other_operators_are_refused(text: str) -> None:
    with pytest.raises(FilterError):
        compile_filter(text, NAMES, OPERATORS, times=["created"])


class Names:
    """A scope with a few names."""

    def __init__(self, **names: Any):
        self.__dict__.update(names)

    def having(self, name: str, value: Any) -> Names:
        return Names(**{**self.__dict__, name: value})


def test_each_with_a_key_builds_an_object() -> None:
    template = {"$each": "ids", "as": "one", "key": "{one}", "when": "one != 'b'", "give": "<{one}>"}
    assert compile_template(template)(Names(ids=["a", "b", "c"])) == {"a": "<a>", "c": "<c>"}


def test_compact_leaves_out_what_is_null() -> None:
    assert compile_template("{compact(value)}")(Names(value={"a": 1, "b": None})) == {"a": 1}
