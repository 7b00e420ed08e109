"""Paging is proven by following what answers tell, in every style that a twin may have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.verify.making import whole
from twingen.twin.model import Paging, Twin
from twingen.verify.prove import prove


def paged(**style: Any) -> Twin:
    twin = whole()
    cursor = Paging(name="cursor", default_limit=20, **style)
    return replace(twin, service=replace(twin.service, paging={"cursor": cursor}))


@pytest.mark.parametrize(
    "style",
    [
        {"limit": "limit", "cursor": "after", "link_header": True},
        {"limit": "limit", "cursor": "after", "body": {"items": "{page.items}", "next": "{page.next}"}},
        {"limit": "limit", "cursor": "after", "body": {"items": "{page.items}", "next": "{page.next_url}"}},
        {"limit": "limit", "offset": "after", "body": {"items": "{page.items}", "total": "{page.total}"}},
        {"limit": "limit", "number": "after", "body": {"items": "{page.items}", "isLast": "{page.last}"}},
        {"cursor": "after", "link_header": True},
    ],
)
def test_every_style_is_followed(style: dict[str, Any]) -> None:
    verdict = prove(paged(**style))["GET /items"]
    against = [reason for reason in verdict.against if "paging" in reason]
    assert (against, [one for one in verdict.doubts if "paging" in one or "pages" in one]) == ([], [])


def test_a_next_page_that_is_not_told_fails() -> None:
    verdict = prove(paged(limit="limit", cursor="after"))["GET /items"]
    assert verdict.against == [
        "law paging fails: expected a next page to be told; none is, after 2 of 5 records"
    ]
