"""`twingen parity` as a user runs it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

from tests.cli.calling import Twingen
from tests.conftest import Served, folder_of


def test_a_server_that_is_alike(twingen: Twingen, served: Callable[..., Served]) -> None:
    server = served("google-sheets", "google-drive")
    done = twingen("parity", "google-sheets", "--base-url", server.url("google-sheets"), "--times", "2")
    assert (done.code, done.out) == (0, "2 scenarios, 4 of 4 trajectories alike, 0 differences\n"), done.err


def test_a_server_that_differs(twingen: Twingen, served: Callable[..., Served]) -> None:
    """The twin says another word than the server, and answers a delete with another status."""
    server = served("google-sheets", "google-drive")
    shutil.copytree(folder_of("google-drive"), twingen.home / "google-drive")
    shutil.copytree(folder_of("google-sheets"), twingen.home / "google-sheets")
    file = twingen.home / "google-drive" / "service.yaml"
    text = file.read_text()
    assert "File not found" in text
    file.write_text(text.replace("File not found", "No such file"))
    bases = ("--base-url", server.url("google-drive"), "--base-url", f"google-sheets={server.url('google-sheets')}")
    done = twingen("parity", "./google-drive", *bases)
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0] == "drive.files.get"
    assert lines[1].startswith("  another value at error.")
    assert lines[2].startswith("    twin    No such file") and lines[3].startswith("    server  File not found")
    assert lines[-1].startswith("1 scenario, 0 of 1 trajectories alike, ")

    told = json.loads(twingen("parity", "./google-drive", *bases, "--json").out)
    assert (told["name"], told["alike"], told["trajectories"]) == ("google-drive", 0, 1)
    assert {one["id"] for one in told["differences"]} == {"drive.files.get"}
    assert told["differences"][0]["check"] == "values"


def test_wrong_use(twingen: Twingen) -> None:
    done = twingen("parity", "okta")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "twingen: no server is named\n"
        "  twingen parity okta --base-url URL (twingen scenarios okta needs none)\n"
    )
    elsewhere = twingen("parity", "okta", "--base-url", "slack=http://127.0.0.1:1", "-q")
    assert (elsewhere.code, elsewhere.out) == (2, "")
    assert "no scenario speaks to 'slack'" in elsewhere.err


def test_a_server_elsewhere_is_not_written_to(twingen: Twingen) -> None:
    done = twingen("parity", "google-sheets", "--base-url", "https://sandbox.example.invalid", "--seed", "1")
    assert done.code == 2
    assert "https://sandbox.example.invalid may only be read" in done.err
    assert "--destructive HOST allows writes to that host" in done.err
