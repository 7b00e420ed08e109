"""Bad bodies that are not bad once they are sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.making import twin_of
from tests.verify.contract.making import ITEM, ITEMS, SERVICE, body, check, openapi, refusals
from twingen.twin.model import Twin

MAKE = ("POST /items", "negative_data_rejection")


def taking_nulls(service: str) -> Twin:
    return twin_of(openapi(), ITEMS, service=SERVICE.replace("validation: {bodies: strict,", service))


@pytest.mark.parametrize(
    ("service", "found"),
    [
        ("cite: [pages.md#null]\n    validation: {nulls: missing, bodies: lenient,", set()),
        # Without a page that says so, or where null is merely let through, it breaks the contract.
        ("validation: {nulls: missing, bodies: lenient,", {MAKE}),
        ("cite: [pages.md#null]\n    validation: {bodies: lenient,", {MAKE}),
    ],
)
def test_null_for_a_missing_member_is_harmless_where_the_pages_say_so(service: str, found: set[Any]) -> None:
    assert check(taking_nulls(service), operations=["POST /items"]).named == found


def test_what_is_bad_without_its_nulls_is_bad() -> None:
    """The name is required: null for it is no name at all."""
    loose = SERVICE.replace("validation: {bodies: strict,", "cite: [pages.md#null]\n    validation: {nulls: missing, bodies: 'off',")
    assert MAKE in check(twin_of(openapi(), ITEMS, service=loose), operations=["POST /items"]).named


def test_any_bytes_are_fine_where_any_are_documented() -> None:
    content = {
        "application/json": body(ITEM)["content"]["application/json"],
        "*/*": {"schema": {"type": "string", "format": "binary"}},
    }
    make = {"requestBody": {"content": content}, "responses": {"201": body({}), **refusals("400", "401", "415")}}
    items = "resource: item\noperations:\n  POST /items: {does: create, answer: {status: 201}}\n"
    heard = check(twin_of(openapi(make=make), items, service=SERVICE), operations=["POST /items"])
    assert {cause for cause in heard.named if cause[1] == "negative_data_rejection"} == set()
    assert heard.tallies("overlay")["POST /items"][0] > 20
