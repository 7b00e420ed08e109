"""What is committed about the twins is true: each CONFORMANCE.md, and the table in README.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from twingen.cli.list import list_twins
from twingen.render.report.markdown import digest_in, is_proof
from twingen.report.digest import REPORT, digest_of_folder

ROOT = Path(__file__).parents[2]
NAMES = sorted(folder.parent.name for folder in (ROOT / "generated").glob("*/twin.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_the_proof_is_of_the_twin_as_it_is(name: str) -> None:
    folder = ROOT / "generated" / name
    text = (folder / REPORT).read_text(encoding="utf-8") if (folder / REPORT).exists() else ""
    assert is_proof(text), "run `make conformance`"
    assert digest_in(text) == digest_of_folder(folder), "the twin has changed since: run `make conformance`"


def test_the_table_in_the_readme_is_what_the_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    printed = CliRunner().invoke(list_twins, ["--markdown"])
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.partition("<!-- twins -->\n")[2].partition("<!-- end of twins -->")[0]
    assert table == printed.output, "run `make table`"
