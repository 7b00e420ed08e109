from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.calling import Twingen


@pytest.fixture
def twingen(tmp_path: Path) -> Twingen:
    """`twingen` in an empty folder."""
    home = tmp_path / "home"
    home.mkdir()
    return Twingen(home)
