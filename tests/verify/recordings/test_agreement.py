"""Replay and the independent scorer of the reference data judge the same exchanges alike."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conftest import folder_of
from twingen.runtime.http import Request
from twingen.runtime.run import Run
from twingen.twin.load import load_twin
from twingen.verify.recordings import read_recordings
from twingen.verify.recordings.outcome import score
from twingen.verify.recordings.replaying import Replay

_SESSIONS = 60


def _scorer(reference: Path, run: Run) -> Any:
    """Return the scorer with a target that answers in this process."""
    file = reference / "tools" / "fidelity.py"
    if not file.exists():
        pytest.skip("the reference data has no scorer")
    spec = importlib.util.spec_from_file_location("fidelity", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Target:
        def __init__(self, base: str, auth: str):
            self.app = run.app(base)
            self.auth = auth

        def call(self, method: str, path: str, query: Any, media: str, body: Any) -> tuple[int, Any]:
            headers = {"accept": "application/json"}
            if self.auth:
                headers["authorization"] = self.auth
            data = b""
            if body not in (None, ""):
                headers["content-type"] = media or "application/json"
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            text = urlencode(query, doseq=True) if isinstance(query, dict) else query or ""
            response = run.handle(self.app, Request(method, path, text, headers, data))
            try:
                return response.status, json.loads(response.body) if response.body else None
            except ValueError:
                return response.status, response.body.decode("utf-8", "replace")

    module.__dict__["Target"] = Target
    return module


@pytest.fixture
def part(reference: Path, tmp_path: Path) -> Path:
    """A file of the first sessions of one service."""
    source = reference / "recordings" / "google_sheets.jsonl.gz"
    if not source.exists():
        pytest.skip("the reference data has no recordings")
    file = tmp_path / "part.jsonl"
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        file.write_text("".join(line for line, _ in zip(lines, range(_SESSIONS), strict=False)))
    return file


def test_the_figures_agree(
    reference: Path, part: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    run = Run([load_twin(folder_of(name)) for name in ("google-sheets", "google-drive")])
    scorer = _scorer(reference, run)
    mapped = ["sheets.googleapis.com=google-sheets", "www.googleapis.com=google-drive"]
    monkeypatch.setattr(
        sys, "argv",
        ["fidelity", str(part), "--map", mapped[0], "--map", mapped[1], "--reset", "/_twin/reset",
         "--auth", run.apps[0].credential],
    )  # fmt: skip
    with pytest.raises(SystemExit):
        scorer.main()
    theirs = float(capsys.readouterr().out.rsplit("MATCH ", 1)[1].rstrip().rstrip("%"))
    mine = score(Replay(run, read_recordings([part])).outcomes())
    assert mine.judged > 100
    record_property("figures", (mine.match, mine.judged, theirs))
    assert 100 * mine.match / mine.judged == pytest.approx(theirs, abs=1.0)
