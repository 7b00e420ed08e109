from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from twingen.render import swap as module
from twingen.render.swap import staging_folder, swap


def filled(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "file").write_text(text)
    return folder


@pytest.fixture
def dead() -> int:
    """The id of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("exchange", [True, False])
def test_the_new_folder_takes_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    out = filled(tmp_path / "twin", "old")
    staging = staging_folder(out)
    swap(filled(staging / "new", "new"), out, staging / "old")
    assert (out / "file").read_text() == "new"


def test_nothing_is_there_yet(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "twin"
    staging = staging_folder(out)
    swap(filled(staging / "new", "new"), out, staging / "old")
    assert (out / "file").read_text() == "new"


def test_an_interrupted_rename_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    out = filled(tmp_path / "twin", "old")
    staging = staging_folder(out)
    with pytest.raises(FileNotFoundError):
        swap(staging / "missing", out, staging / "old")
    assert (out / "file").read_text() == "old"


def test_what_dead_builds_left_is_cleared(tmp_path: Path, dead: int) -> None:
    out = filled(tmp_path / "twin", "old")
    filled(tmp_path / f".twin.{dead}.abc" / "new", "half")
    other = filled(tmp_path / f".twine.{dead}.abc", "of another twin")
    alive = staging_folder(out)
    staging_folder(out)
    names = {folder.name for folder in tmp_path.iterdir()}
    assert f".twin.{dead}.abc" not in names
    assert {"twin", other.name, alive.name} <= names


def test_a_build_that_died_between_two_renames(tmp_path: Path, dead: int) -> None:
    filled(tmp_path / f".twin.{dead}.abc" / "old", "old")
    staging_folder(tmp_path / "twin")
    assert (tmp_path / "twin" / "file").read_text() == "old"
