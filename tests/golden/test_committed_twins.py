"""The committed twins are what a build makes of api_docs/ and of what was written by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twingen.pipeline import build
from twingen.runtime.run import Run
from twingen.twin.load import load_twin

ROOT = Path(__file__).parents[2]
NAMES = sorted(folder.name for folder in (ROOT / "generated").iterdir() if (folder / "twin.toml").exists())


def content(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_build_makes_the_committed_twin(name: str, tmp_path: Path) -> None:
    committed = ROOT / "generated" / name
    built = build(name, ROOT / "api_docs" / name, tmp_path / name, adopt_from=committed)
    assert built.left_out == ()
    made, kept = content(tmp_path / name), content(committed)
    assert sorted(made) == sorted(kept)
    assert [file for file in made if made[file] != kept[file]] == [], "run `make regen`"


@pytest.mark.parametrize("name", NAMES)
def test_every_named_test_exists(name: str) -> None:
    twin = load_twin(ROOT / "generated" / name)
    named = {op.tested for resource in twin.resources for op in resource.operations if op.tested}
    missing = []
    for test in sorted(named):
        file, _, function = test.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).exists() else ""
        if not re.search(rf"^(async )?def {re.escape(function)}\(", text, re.M):
            missing.append(test)
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_every_citation_leads_to_a_page(name: str) -> None:
    from twingen.ingest.prose import read_pages

    pages = {page.path: {heading.anchor for heading in page.headings} for page in read_pages(ROOT / "api_docs" / name)}
    twin = load_twin(ROOT / "generated" / name)
    cited = {
        cite
        for resource in twin.resources
        for place in (resource.cite, *(op.cite for op in resource.operations))
        for cite in place
    }
    wrong = []
    for cite in sorted(cited):
        path, _, anchor = cite.partition("#")
        anchor = anchor.replace(".", "")  # anchors have no dots
        if path.endswith(".md") and (path not in pages or (anchor and anchor not in pages[path])):
            wrong.append(cite)
    assert wrong == []


def test_handlers_are_behind_few_operations() -> None:
    operations = [
        operation
        for other in NAMES
        for resource in load_twin(ROOT / "generated" / other).resources
        for operation in resource.operations
    ]
    handled = [operation for operation in operations if operation.handler]
    assert len(handled) * 4 <= len(operations)


@pytest.mark.parametrize("name", NAMES)
def test_every_behaviour_compiles(name: str) -> None:
    run = Run([load_twin(ROOT / "generated" / name)])
    assert all(route.behaviour is not None for route in run.apps[0].routes.values() if route.tier == "semantic")
