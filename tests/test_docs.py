"""The guides are true: their YAML is in the format, their commands and options exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twingen.twin.format import check
from twingen.twin.yaml import load

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```yaml (\w+)\n(.*?)^```", re.S | re.M)
BLOCKS = [
    (page.name, kind, text)
    for page in sorted((ROOT / "docs").glob("*.md"))
    for kind, text in BLOCK.findall(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("page", "kind", "text"), BLOCKS)
def test_yaml_in_the_guides_is_in_the_format(page: str, kind: str, text: str) -> None:
    check(load(text, page), kind, file=page, text=text)


def test_the_format_guide_has_examples_of_each_kind() -> None:
    assert {kind for _, kind, _ in BLOCKS} >= {"resource", "service", "seed"}
