"""Filter expressions: what they select, and what is refused."""

from __future__ import annotations

import pytest

from twingen.runtime.scim import FilterError, compile_filter

ANN = {
    "id": "1", "status": "ACTIVE", "age": 30, "ok": True, "tags": ["red", "Blue"],
    "profile": {"lastName": "Smith", "note": 'say "hi"'}, "created": "2026-01-02T00:00:00.000Z",
    "empty": "", "none": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "selects"),
    [
        ('status eq "ACTIVE"', True),
        ('status eq "active"', True),
        ('STATUS eq "ACTIVE"', False),
        ('status ne "ACTIVE"', False),
        ('absent ne "x"', True),
        ('absent eq "x"', False),
        ("absent eq null", True),
        ("status EQ \"ACTIVE\"", True),
        ('profile.lastName sw "smi"', True),
        ('profile.lastName ew "TH"', True),
        ('profile.lastName co "mit"', True),
        ('profile.lastName co "x"', False),
        ('profile.note eq "say \\"hi\\""', True),
        ('profile.lastName eq "\\u0053mith"', True),
        ("age gt 29", True),
        ("age gt 30", False),
        ("age ge 30", True),
        ("age lt 30.5", True),
        ("age le 29", False),
        ('age gt "29"', False),
        ("ok eq true", True),
        ("ok eq 1", False),
        ("ok gt 0", False),
        ('tags eq "blue"', True),
        ('tags eq "green"', False),
        ("status pr", True),
        ("empty pr", False),
        ("none pr", False),
        ('created gt "2026-01-01"', True),
        ('not (status eq "ACTIVE")', False),
        ('not (status eq "X") and ok eq true', True),
        ('status eq "X" or status eq "ACTIVE" and age eq 30', True),
        ('(status eq "X" or status eq "ACTIVE") and age eq 1', False),
        ('status eq "X" and age eq 30 or ok eq true', True),
        ('status eq "X" OR ok eq true', True),
    ],
)
def test_what_a_filter_selects(text: str, selects: bool) -> None:
    assert compile_filter(text)(ANN) is selects


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression is empty"),
        ("   ", "the expression is empty"),
        ("status", "the expression ends too early"),
        ("status eq", "the expression ends too early"),
        ("status eq ACTIVE", "the value ACTIVE is not quoted"),
        ('status is "A"', "'is' is no operator of 'status'"),
        ('"a" eq "b"', 'an attribute is expected, not "a"'),
        ('status eq "A" status', "unexpected 'status'"),
        ('status eq "A" and', "the expression ends too early"),
        ('(status eq "A"', "the expression ends too early"),
        ('status eq "A")', "unexpected ')'"),
        ('status eq "A', "unexpected '\"' at character 11"),
        ("(" * 60 + "a pr" + ")" * 60, "the expression is nested too deeply"),
        ("x" * 20_001, "the expression is too long"),
        ('a eq "b"]', "unexpected ']'"),
    ],
)
def test_what_is_no_filter(text: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter(text)
    assert str(caught.value) == message


def test_nested_negations_end() -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter("not (" * 3_000 + "a pr" + ")" * 3_000)
    assert str(caught.value) == "the expression is nested too deeply"


def test_names_that_may_be_filtered_by() -> None:
    names = {"lastName": "profile.lastName", "profile.*": "profile.*"}
    assert compile_filter('LASTNAME eq "smith"', names)(ANN)
    assert compile_filter('profile.lastName eq "smith"', names)(ANN)
    with pytest.raises(FilterError) as caught:
        compile_filter('status eq "x"', names)
    assert str(caught.value) == "'status' cannot be filtered by"


def test_operators_that_a_name_takes() -> None:
    operators = {"status": ["eq"], "*": ["eq", "sw"]}
    assert compile_filter('status eq "active"', None, operators)(ANN)
    with pytest.raises(FilterError) as caught:
        compile_filter('status sw "a"', None, operators)
    assert str(caught.value) == "'sw' is no operator of 'status'"


def test_times_and_case() -> None:
    assert compile_filter('created eq "2026-01-02T01:00:00+01:00"', times=["created"])(ANN)
    assert not compile_filter('status eq "active"', exact=True)(ANN)
    with pytest.raises(FilterError) as caught:
        compile_filter('created gt "soon"', times=["created"])
    assert str(caught.value) == "'soon' is not a time"
