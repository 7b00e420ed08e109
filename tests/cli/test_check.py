"""`twingen check` as its user meets it: exit codes, filters, reports, servers that misbehave."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.cli.calling import Twingen
from tests.shop import shop_twin


@pytest.fixture
def shop(twingen: Twingen) -> Path:
    return shop_twin(twingen.home / "shop")


def test_one_operation_with_every_report(twingen: Twingen, shop: Path) -> None:
    done = twingen(
        "check", "./shop", "--operations", "^deleteItem$", "--seconds", "4", "--jobs", "1",
        "--report", "html,json,md,junit", "--out", "out", "--json",
    )  # fmt: skip
    told = json.loads(done.out)
    assert [one["id"] for one in told["operations"]] == ["deleteItem"]
    assert told["sums"]["documented"] == 1
    assert told["sums"]["cases"]["cases"] > 0
    assert done.code == (1 if told["sums"]["open"] else 0), done.err
    assert {one["text"] for one in told["notes"]} >= {"1 of 5 operations were chosen; scenarios were left out"}
    names = ["CONFORMANCE.md", "junit.xml", "report.html", "report.json"]
    assert sorted(file.name for file in (twingen.home / "out").iterdir()) == names
    assert json.loads((twingen.home / "out" / "report.json").read_text()) == told
    assert Xml.parse(twingen.home / "out" / "junit.xml").getroot().get("failures") is not None
    assert [line for line in done.err.splitlines() if line.startswith("round 1: ")]
    # Nothing of the twin has changed.
    assert not (shop / "CONFORMANCE.md").read_text().count("proved -->")


WRONG = [
    (("./shop", "--operations", "["), "--operations '[' is no regular expression"),
    (("./shop", "--operations", "nothing"), "no operation of shop matches 'nothing'"),
    (("./shop", "--report", "pdf", "--out", "x"), "there is no report 'pdf'\n  --report html,json,md,junit"),
    (("./shop", "--report", "html"), "--report and --out go together"),
    (("./shop", "--out", "x"), "--report and --out go together"),
    (("./shop", "--destructive", "a.example"), "--destructive, --rate and --requests need a --base-url"),
    (
        ("./shop", "--base-url", "https://a.example", "--destructive", "b.example"),
        "--destructive names 'b.example', and --base-url goes to a.example",
    ),
    (("./shop", "--base-url", "a.example"), "'a.example' is no address of a server"),
    (("nowhere",), "there is no twin 'nowhere'"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_use(twingen: Twingen, shop: Path, arguments: tuple[str, ...], message: str) -> None:
    done = twingen("check", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


@pytest.fixture
def broken() -> Iterator[str]:
    """A server that answers 500, closes, lies about its length and says nonsense, in turn."""
    answers = [
        b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}", b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{", b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\": [1]",
    ]  # fmt: skip
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        turn = 0
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(1)
                connection.recv(65536)
                connection.sendall(answers[turn % len(answers)])
                turn += 1

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_a_broken_server_does_not_stop_a_check(twingen: Twingen, shop: Path, broken: str) -> None:
    done = twingen("check", "./shop", "--base-url", broken, "--seconds", "4", "--operations", "^GET ", "--json")
    told = json.loads(done.out)
    assert done.code == 1, done.err
    assert told["address"] == broken
    assert told["sums"]["open"] > 0
    assert "went wrong" not in done.err
    assert "laws need a world of their own: they were not tried on this server" in {n["text"] for n in told["notes"]}


def test_a_server_that_is_not_there(twingen: Twingen, shop: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = twingen("check", "./shop", "--base-url", url, "--seconds", "2", "--operations", "listItems")
    assert done.code == 1
    assert "nothing listens there" in done.out + done.err


def test_the_ceiling_ends_a_check(twingen: Twingen, shop: Path, broken: str) -> None:
    begun = time.monotonic()
    done = twingen(
        "check", "./shop", "--base-url", broken, "--requests", "5", "--seconds", "60", "--operations", "^GET ", "--json",
    )  # fmt: skip
    assert time.monotonic() - begun < 40
    told = json.loads(done.out)
    assert told["converged"] is False
    assert "at most 5 requests were to be sent" in {note["text"] for note in told["notes"]}


def test_ctrl_c_and_the_same_command_again(twingen: Twingen, shop: Path) -> None:
    command = ("check", "./shop", "--operations", "getItem", "--jobs", "1", "--seconds", "40")
    process = twingen.start(*command)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("round 1: "):
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.splitlines()[-2:] == [
        "what was found is kept: the same command goes on from there", "twingen: interrupted",
    ]  # fmt: skip
    again = twingen(*command)
    assert again.code in (0, 1)
    assert "goes on after round 1" in again.err
