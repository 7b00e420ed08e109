"""What the wheel holds, and that it works where nothing else of the checkout is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from sysconfig import get_path

import pytest

from tests.conftest import ROOT, free_ports
from tests.shop import write_docs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; what it depends on comes from the one that tests run in."""
    home = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True)
    site = Path(told.stdout.strip())
    subprocess.run(
        [sys.executable, "-m", "pip", "-q", "install", "--no-deps", "--no-index", "--target", str(site),
         str(wheel)],
        check=True,
    )  # fmt: skip
    (site / "dependencies.pth").write_text(get_path("purelib") + "\n")
    return python


def test_contents(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    held = set(names)
    assert {"twingen/__main__.py", "twingen/twin/format.schema.json", "twingen/templates/README.md"} <= held
    for settings in (ROOT / "generated").glob("*/twin.toml"):
        assert f"twingen/generated/{settings.parent.name}/twin.toml" in held
        assert f"twingen/generated/{settings.parent.name}/contract.json" in held
    sources = {
        str(file.relative_to(ROOT / "generator")) for file in (ROOT / "generator").rglob("*.py")
    }
    assert sources <= held
    wrong = [
        name for name in names
        if "__pycache__" in name or name.startswith(("tests/", "api_docs/", "generator/"))
    ]  # fmt: skip
    assert wrong == []
    metadata = next(name for name in names if name.endswith("METADATA"))
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    assert "Requires-Python: >=3.11" in text
    assert "License-Expression: Apache-2.0" in text


def test_build_and_run_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    inherited = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "ANTHROPIC_API_KEY"}}
    env = {**inherited, "TWINGEN_CACHE": str(tmp_path / "cache"), "TWINGEN_STATE": str(tmp_path / "state")}

    def twingen(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(installed), "-m", "twingen", *arguments], cwd=tmp_path, env=env,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    where = subprocess.run(
        [str(installed), "-c", "import twingen; print(twingen.__file__)"],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(installed.parent.parent) in where.stdout

    write_docs(tmp_path / "docs")
    built = twingen("build", "shop", "--docs", "docs", "--no-verify", "-q")
    assert built.returncode == 0, built.stderr
    listed = {row["name"]: row["source"] for row in json.loads(twingen("list", "--json").stdout)}
    assert listed["shop"] == "here"
    assert all(source == "shipped" for name, source in listed.items() if name != "shop")

    process = subprocess.Popen(
        [str(installed), "-m", "twingen", "run", "shop", "--json", "--port", str(free_ports(1))],
        cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())["twins"][0]
        request = urllib.request.Request(
            told["url"] + "/api/v1/items", headers={"authorization": told["credential"]}
        )
        with urllib.request.urlopen(request) as response:
            assert response.status == 200
    finally:
        process.terminate()
        process.communicate(timeout=20)
