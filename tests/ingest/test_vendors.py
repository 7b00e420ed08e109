"""The vendors' own documents, where they are at hand: nothing is lost and nothing takes long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.ingest.conftest import read
from twingen.contract.schemas import references


@pytest.mark.parametrize(
    ("service", "operations"),
    [
        ("okta", 816),
        ("slack", 174),
        ("jira", 690),
        ("google-docs", 3),
        ("google-drive", 64),
        ("google-sheets", 17),
    ],
)
def test_every_operation_is_read(reference: Path, service: str, operations: int) -> None:
    got = read(reference / "docs" / service)
    contract = got.contract
    assert len(contract.operations) == len(set(got.keys)) == operations
    assert len({o.id for o in contract.operations}) == operations
    assert [d for d in got.diagnostics if d.level == "error"] == []
    mentioned = set().union(*(references(s) for s in contract.schemas.values()))
    assert mentioned <= contract.schemas.keys()


def test_okta_from_the_cache(reference: Path, tmp_path: Path) -> None:
    docs = reference / "docs" / "okta"
    first = read(docs, cache=tmp_path)
    start = time.perf_counter()
    second = read(docs, cache=tmp_path)
    assert time.perf_counter() - start < 3  # 0.3 s on an idle machine
    assert second == first


def test_okta_token_and_hosts(reference: Path) -> None:
    contract = read(reference / "docs" / "okta").contract
    assert contract.security_schemes["apiToken"].prefix == "SSWS "
    assert {o.host for o in contract.operations} == {
        "", "drapp.yourorgsubdomain.okta.com", "drapp.youroktadomain.okta.com",
    }  # fmt: skip


def test_releases_of_okta(reference: Path) -> None:
    contract = read(reference / "docs" / "okta-previous").contract
    assert [d.version for d in contract.documents] == ["2026.03.0"]
