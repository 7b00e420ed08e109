"""Masks: what one leaves of an answer, and what one changes of a record."""

from __future__ import annotations

from typing import Any

import pytest

from twingen.runtime.masks import Mask, MaskError, laid_over, masked, parse_mask, stray


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("a", {"a": {}}),
        ("a,b", {"a": {}, "b": {}}),
        ("a/b/c", {"a": {"b": {"c": {}}}}),
        ("a.b", {"a": {"b": {}}}),
        ("a(b,c/d),e", {"a": {"b": {}, "c": {"d": {}}}, "e": {}}),
        ("a/b(c)", {"a": {"b": {"c": {}}}}),
        ("a/b,a/c", {"a": {"b": {}, "c": {}}}),
        ("a,a/b", {"a": {}}),
        ("a/b,a", {"a": {}}),
        ("*", {"*": {}}),
        ("items/*/id", {"items": {"*": {"id": {}}}}),
        (" a , b ", {"a": {}, "b": {}}),
    ],
)
def test_masks(text: str, mask: Mask) -> None:
    assert parse_mask(text) == mask


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a name is missing at character 1 of fields=''"),
        ("a,", "a name is missing at character 3 of fields='a,'"),
        ("a//b", "a name is missing at character 3 of fields='a//b'"),
        ("a(b", "a bracket is never closed in fields='a(b'"),
        ("a)", "unexpected ')' at character 2 of fields='a)'"),
        ("a(b)c", "unexpected 'c' at character 5 of fields='a(b)c'"),
        ("a()", "a name is missing at character 3 of fields='a()'"),
    ],
)
def test_what_is_no_mask(text: str, message: str) -> None:
    with pytest.raises(MaskError) as caught:
        parse_mask(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["a(" * 20_000, "a/" * 20_000 + "a"])
def test_deep_masks_are_refused(text: str) -> None:
    with pytest.raises(MaskError):
        parse_mask(text)


@pytest.mark.parametrize(
    ("mask", "shown"),
    [
        ("id", {"id": 1}),
        ("files/id", {"files": [{"id": 1}, {"id": 2}]}),
        ("files(id,name)", {"files": [{"id": 1, "name": "a"}, {"id": 2}]}),
        ("*/id", {"id": 1, "files": [{"id": 1}, {"id": 2}]}),
        ("absent", {}),
    ],
)
def test_what_a_mask_leaves(mask: str, shown: Any) -> None:
    value = {"id": 1, "files": [{"id": 1, "name": "a"}, {"id": 2, "size": 3}]}
    assert masked(value, parse_mask(mask)) == shown


def test_names_that_the_schema_lacks() -> None:
    schemas = {"File": {"type": "object", "properties": {"id": {}, "owner": {"$ref": "#/components/schemas/Who"}}},
               "Who": {"type": "object", "properties": {"name": {}}}}
    schema = {"type": "object", "properties": {
        "files": {"type": "array", "items": {"$ref": "#/components/schemas/File"}}}}
    assert stray(parse_mask("files(id,owner/name)"), schema, schemas) is None
    assert stray(parse_mask("files/owner/age"), schema, schemas) == "age"
    assert stray(parse_mask("nothing"), schema, schemas) == "nothing"
    assert stray(parse_mask("*"), schema, schemas) is None


@pytest.mark.parametrize(
    ("mask", "change", "result"),
    [
        ("a", {"a": 9, "b": 9}, {"a": 9, "b": {"c": 2, "d": 3}}),
        ("b/c", {"b": {"c": 9}}, {"a": 1, "b": {"c": 9, "d": 3}}),
        ("b/c", {}, {"a": 1, "b": {"d": 3}}),
        ("a", {}, {"b": {"c": 2, "d": 3}}),
        ("b", {"b": {"x": 1}}, {"a": 1, "b": {"x": 1}}),
        ("*", {"a": 5}, {"a": 5}),
        ("new/deep", {"new": {"deep": 1}}, {"a": 1, "b": {"c": 2, "d": 3}, "new": {"deep": 1}}),
        ("new/deep", {}, {"a": 1, "b": {"c": 2, "d": 3}}),
    ],
)
def test_what_a_mask_changes(mask: str, change: Any, result: Any) -> None:
    base = {"a": 1, "b": {"c": 2, "d": 3}}
    assert laid_over(base, change, parse_mask(mask)) == result
    assert base == {"a": 1, "b": {"c": 2, "d": 3}}
