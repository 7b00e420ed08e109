from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import Twingen


@pytest.fixture
def twingen(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Twingen:
    """`twingen` in an empty folder; what one test's builds cached, the next one's find."""
    home = tmp_path / "home"
    home.mkdir()
    return Twingen(home, tmp_path_factory.getbasetemp() / "twingen-cache")
