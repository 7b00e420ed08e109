"""Ctrl-C and sudden death in the middle of a build: the old twin stays as it was."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.cli.calling import Twingen
from tests.shop import OPENAPI, shop_twin, write_docs


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def large_docs(folder: Path) -> Path:
    """Write documents that take a while: many schemas beside the shop's own."""
    more = "".join(
        f"    Extra{n}:\n      type: object\n      properties:\n"
        + "".join(f"        field{m}: {{type: string, description: Number {m}.}}\n" for m in range(12))
        for n in range(150)
    )
    return write_docs(folder, OPENAPI + more)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("delay", [0.05, 0.4, 0.9])
def test_the_old_twin_stays(twingen: Twingen, tmp_path: Path, number: int, delay: float) -> None:
    twingen = Twingen(twingen.home, tmp_path / "cold")
    large_docs(twingen.home / "docs")
    twin = shop_twin(twingen.home / "generated" / "shop")
    before = content(twin)
    process = twingen.start("build", "shop", "--docs", "docs", "--no-verify", "-v")
    assert process.stdout is not None
    process.stdout.readline()  # it has begun
    time.sleep(delay)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.skip("the build was done before the signal")
    assert content(twin) == before
    if number == signal.SIGINT:
        assert process.returncode == 130, err
        assert err.strip() == "twingen: interrupted"
        assert [file.name for file in (twingen.home / "generated").iterdir()] == ["shop"]
    # Whatever was left behind does not stand in the way of the next build.
    done = twingen("build", "shop", "--docs", "docs", "--no-verify", "-q")
    assert done.code == 0, done.err
    assert [file.name for file in (twingen.home / "generated").iterdir()] == ["shop"]


def test_ctrl_c_ends_run(twingen: Twingen) -> None:
    from tests.conftest import free_ports

    shop_twin(twingen.home / "shop")
    process = twingen.start("run", "./shop", "--port", str(free_ports(1)))
    assert process.stdout is not None
    assert process.stdout.readline().startswith("shop  http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_sigterm_ends_run_cleanly(twingen: Twingen) -> None:
    from tests.conftest import free_ports

    shop_twin(twingen.home / "shop")
    process = twingen.start("run", "./shop", "--port", str(free_ports(1)))
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
