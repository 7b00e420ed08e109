"""The YAML of twins: core types only, what is dumped reads back, trouble with file and line."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from twingen.errors import DamagedTwinError
from twingen.twin.yaml import dump, line_of, load


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("12:30:45", "12:30:45"),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-0", 0),
        ("+3", 3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("=", "="),
    ],
)
def test_only_the_core_types(text: str, value: Any) -> None:
    found = load(f"x: {text}", "file")["x"]
    assert found == value
    assert type(found) is type(value)


def test_on_is_a_key() -> None:
    assert load("on: 1\nyes: 2", "file") == {"on": 1, "yes": 2}


def test_keys_are_texts() -> None:
    assert load("404: a\ntrue: b\n~: c\n1.5: d", "file") == {"404": "a", "true": "b", "~": "c", "1.5": "d"}


def test_merge_keys() -> None:
    assert load("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", "file")["b"] == {"x": 1, "y": 3}


_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"))
    | st.sampled_from(["1e5", "009", "+.5", "yes", "1:30", "{now}", "<<", "a: b", "- x", " ", "\n", "#", "'", '"'])
)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc1-e. {}'"), inner), max_leaves=12
)


@given(_values)
def test_what_is_dumped_reads_back(value: Any) -> None:
    assert load(dump({"x": value}), "file") == {"x": value}


@pytest.mark.parametrize(
    "text",
    ["1e5", "12e34", "009", "08", "+.5", "-.5", ".5", "0x1F", "yes", "=", "<<", "~", "null", "1_0", "1:2"],
)
def test_texts_that_look_like_something_else(text: str) -> None:
    assert load(dump([text, {text: text}]), "file") == [text, {text: text}]


def test_numbers_stay_numbers() -> None:
    found = load(dump({"a": 1e20, "b": 1.0, "c": -0.25}), "file")
    assert found == {"a": 1e20, "b": 1.0, "c": -0.25}
    assert math.isclose(found["a"], 1e20)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: 1\nb: [1, 2\nc: 3\n",
            "t.yaml:3: not valid YAML: did not find expected ',' or ']'\n    c: 3",
        ),
        ("a: b: c\n", "t.yaml:1: not valid YAML: mapping values are not allowed in this context\n    a: b: c"),
        (
            "a: 1\nb: 2\na: 3\n",
            "t.yaml:3: not valid YAML: the key 'a' is given twice\n    a: 3",
        ),
        ("a: *x\n", "t.yaml:1: not valid YAML: found undefined alias\n    a: *x"),
        (
            "a: !!python/object:os.system {}\n",
            "t.yaml:1: not valid YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object:os.system'\n    a: !!python/object:os.system {}",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "t.yaml:2: not valid YAML: but found another document\n    ---",
        ),
        ("? [a, b]\n: 1\n", "t.yaml:1: not valid YAML: a key that is no text\n    ? [a, b]"),
    ],
)
def test_bad_yaml(text: str, message: str) -> None:
    with pytest.raises(DamagedTwinError) as caught:
        load(text, "t.yaml")
    assert str(caught.value) == message


def test_deep_yaml_is_refused_rather_than_crashing() -> None:
    with pytest.raises(DamagedTwinError) as caught:
        load("[" * 20_000 + "]" * 20_000, "t.yaml")
    assert str(caught.value) == "t.yaml: not valid YAML: nested too deeply, or in itself"


def test_a_value_that_holds_itself_is_refused() -> None:
    with pytest.raises(DamagedTwinError) as caught:
        load("a: &x\n  b: *x\n", "t.yaml")
    assert str(caught.value) == "t.yaml: not valid YAML: nested too deeply, or in itself"


def test_lines() -> None:
    text = "a:\n  - b: 1\n  - b: 2\n    c: 3\nd: 4\n"
    assert line_of(text, ["a", 1, "c"]) == 4
    assert line_of(text, ["d"]) == 5
    assert line_of(text, ["a", 1]) == 3
    assert line_of(text, ["a", 9]) == 1
    assert line_of(text, []) == 1
    assert line_of("[", ["a"]) == 0
