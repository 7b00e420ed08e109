"""Deviations are refused without evidence that leads somewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shop import shop_twin, write_docs
from twingen.errors import FormatError
from twingen.pipeline import build
from twingen.twin.load import load_twin

KEY = "PUT /api/v1/items/{}"
ENTRY = """\
deviations:
- operation: {operation}
  check: status_code_conformance
  reason: It answers 202 at times.
  evidence: '{evidence}'
"""


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Path]:
    """Return `shop(evidence)` → the folder of a twin with one deviation."""

    def make(evidence: str, operation: str = KEY) -> Path:
        folder = shop_twin(tmp_path / "shop")
        text = ENTRY.format(operation=operation, evidence=evidence)
        (folder / "deviations.yaml").write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.mark.parametrize(
    "evidence",
    [
        "contract.json#/paths/~1api~1v1~1items~1{itemId}/put/responses/200",
        'contract.json#/paths/~1api~1v1~1items~1{itemId}/put/responses/200: "Changed."',
        'shop.yaml:40: "None of that id."',
        'items.md#changing: "A change may be accepted for later"',
        "recording shop.jsonl.gz:12 PUT /api/v1/items/i1?x=1 -> 202",
    ],
)
def test_evidence_that_resolves(shop: Callable[..., Path], evidence: str) -> None:
    (deviation,) = load_twin(shop(evidence)).deviations
    assert (deviation.operation, deviation.evidence) == (KEY, evidence)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ("contract.json#/paths/nowhere", "contract.json has nothing at /paths/nowhere"),
        (
            'contract.json#/paths/~1api~1v1~1items~1{itemId}/put/responses/200: "Accepted for later"',
            "what stands at /paths/~1api~1v1~1items~1{itemId}/put/responses/200 does not say 'Accepted for later'",
        ),
        ('shop.yaml:3: "Accepted for later"', "the contract does not say 'Accepted for later'"),
        ('items.md: "202"', "'202' is too short to be a quotation"),
        (
            "recording shop.jsonl.gz:12 POST /api/v1/items -> 202",
            "the recording is of POST /api/v1/items, not of PUT /api/v1/items/{itemId}",
        ),
        (
            "fuzzing found it",
            'evidence is contract.json#/POINTER, PAGE.md#anchor: "QUOTATION", or '
            "recording FILE:LINE METHOD PATH -> STATUS",
        ),
    ],
)
def test_evidence_that_does_not(shop: Callable[..., Path], evidence: str, why: str) -> None:
    folder = shop(evidence)
    with pytest.raises(FormatError) as caught:
        load_twin(folder)
    assert str(caught.value) == (
        f"{folder}/deviations.yaml:5: the evidence does not resolve: {why}\n"
        "  a deviation without evidence excuses nothing: mend the entry, or drop it"
    )


def test_an_operation_that_is_not_there(shop: Callable[..., Path]) -> None:
    folder = shop("recording a:1 GET /x -> 200", "GET /x")
    with pytest.raises(FormatError, match=r"deviations.yaml:2: there is no operation 'GET /x'"):
        load_twin(folder)


def test_a_build_reads_the_pages_and_leaves_out_what_they_do_not_say(tmp_path: Path) -> None:
    docs = write_docs(tmp_path / "docs")
    (docs / "items.md").write_text("# Items\n\nA change may be\naccepted for later.\n")
    folder = shop_twin(tmp_path / "shop")
    good = ENTRY.format(operation=KEY, evidence='items.md#items: "A change may be accepted for later."')
    bad = ENTRY.format(operation=KEY, evidence='items.md#items: "A change is never accepted."')
    text = good + bad.replace("deviations:\n", "")
    (folder / "deviations.yaml").write_text(text, encoding="utf-8")
    built = build("shop", docs, folder, adopt_from=folder)
    assert built.left_out == (
        f"deviations.yaml: {KEY}: items.md does not say 'A change is never accepted.'",
    )
    assert [one.evidence for one in built.twin.deviations] == [
        'items.md#items: "A change may be accepted for later."'
    ]
