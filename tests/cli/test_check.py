"""`twingen check` as its user meets it: exit codes, filters, reports, servers that misbehave."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from click.testing import CliRunner, Result

from tests.cli.calling import Twingen
from tests.shop import shop_twin
from twingen.cli.check import check
from twingen.report.model import Finding
from twingen.verify import provers as known
from twingen.verify.events import Ended, Event, Found, Tried
from twingen.verify.provers import Prover, Task

LIST = "GET /api/v1/items"


@pytest.fixture
def shop(twingen: Twingen) -> Path:
    return shop_twin(twingen.home / "shop")


# In process, over a prover of the test's own


class Fake:
    """A prover that tries every operation asked for, and finds what it was given."""

    def __init__(self, *found: Finding, raises: Exception | None = None, tries: bool = True):
        self.found = found
        self.raises = raises
        self.tries = tries
        self.tasks: list[Task] = []

    def __call__(self, task: Task) -> Iterator[Event]:
        self.tasks.append(task)
        if self.raises is not None:
            raise self.raises
        for operation in task.twin.contract.operations if self.tries else ():
            if task.operations is None or operation.key in task.operations:
                yield Tried(source="contract", operation=operation.key, cases=10)
        yield from (Found(finding=one) for one in self.found)
        yield Ended(source="contract")


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[..., Result]:
    """Return `run(prover, *options)` → what `twingen check` of the shop prints."""
    monkeypatch.setenv("TWINGEN_CACHE", str(tmp_path / "cache"))
    folder = shop_twin(tmp_path / "shop")

    def call(prover: Fake, *options: str) -> Result:
        made = (Prover(name="fake", source="contract", run=prover),)
        monkeypatch.setattr(known, "provers", lambda **more: made)
        runner = CliRunner()
        return runner.invoke(check, [str(folder), *options], catch_exceptions=False, standalone_mode=False)

    return call


def finding(number: int = 1, unit: str = "resources/item.yaml") -> Finding:
    return Finding(
        source="contract", check="not_a_server_error", operation=LIST, identity=str(number), unit=unit,
        title=f"500 came, case {number}", columns=("published", "overlay"), curl=(f"curl http://x/{number}",),
    )  # fmt: skip


def test_all_holds(run: Callable[..., Result]) -> None:
    done = run(Fake())
    assert done.return_value == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "shop  Shop  1.0"
    assert "  contract with overlay 5 of 5 operations pass every case" in lines
    assert "  contract cases        150 generated, median 30 an operation; none failed: fewer than 1.98% of such cases do (95%)" in lines
    assert lines[-1].startswith("converged: 3 rounds, the last three found nothing")
    assert [line for line in done.stderr.splitlines() if line.startswith("round 1: 50 cases, 0 new, 0 open")]


def test_findings_by_unit_with_the_worst_first(run: Callable[..., Result]) -> None:
    found = [finding(n) for n in range(30)] + [finding(99, "service.yaml")]
    done = run(Fake(*found))
    assert done.return_value == 1
    text = done.stdout
    assert "31 findings left\n  resources/item.yaml  30\n" in text
    assert f"    {LIST}  not_a_server_error: 500 came, case 0 (4 times)\n      curl http://x/0\n" in text
    assert "  … and 11 more: --report html --out DIR\n" in text
    assert text.endswith(
        "not converged: 31 findings left: 30 in resources/item.yaml, 1 in service.yaml\n"
    )


def test_a_prover_that_fails_and_one_that_tries_nothing(run: Callable[..., Result]) -> None:
    done = run(Fake(raises=RuntimeError("no engine")))
    assert done.return_value == 1
    assert "error: the prover 'fake' went wrong: RuntimeError: no engine" in done.stderr
    assert run(Fake(tries=False), "--seed", "1").return_value == 1


@pytest.mark.parametrize(
    ("pattern", "ids"),
    [
        ("^deleteItem$", ["deleteItem"]),
        (r"^GET /api/v1/items/\{itemId\}$", ["getItem"]),
        (r"\{\}", ["getItem", "replaceItem", "deleteItem"]),
    ],
)
def test_chosen_operations(run: Callable[..., Result], pattern: str, ids: list[str]) -> None:
    told = json.loads(run(Fake(), "--operations", pattern, "--json").stdout)
    assert [one["id"] for one in told["operations"]] == ids
    assert told["sums"]["overlay"] == {"held": len(ids), "of": len(ids)}
    assert [one["text"] for one in told["notes"]] == [
        f"{len(ids)} of 5 operations were chosen; scenarios were left out"
    ]


def test_reports_are_written(run: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(Fake(finding()), "--report", "html,json,md,junit", "--out", str(out), "--json", "-q")
    assert sorted(file.name for file in out.iterdir()) == ["CONFORMANCE.md", "junit.xml", "report.html", "report.json"]
    assert json.loads((out / "report.json").read_text()) == json.loads(done.stdout)
    assert Xml.parse(out / "junit.xml").getroot().get("failures") == "1"
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()][1:] == ["wrote"] * 4
    # Checking changes nothing of the twin.
    assert "<!-- proved -->" not in (tmp_path / "shop" / "CONFORMANCE.md").read_text()


def test_what_provers_are_given(run: Callable[..., Result]) -> None:
    fake = Fake()
    run(fake, "--seed", "5", "--jobs", "3", "--seconds", "50")
    task = fake.tasks[0]
    assert (task.seed, task.jobs, task.target, task.safe_only, task.operations) == (5, 3, None, False, None)
    assert len({task.seed for task in fake.tasks}) == 3


# As a command


WRONG = [
    (("./shop", "--operations", "["), "--operations '[' is no regular expression"),
    (("./shop", "--operations", "nothing"), "no operation of shop matches 'nothing'"),
    (("./shop", "--report", "pdf", "--out", "x"), "there is no report 'pdf'\n  --report html,json,md,junit"),
    (("./shop", "--report", "html"), "--report and --out go together"),
    (("./shop", "--destructive", "a.example"), "--destructive, --rate and --requests need a --base-url"),
    (
        ("./shop", "--base-url", "https://a.example", "--destructive", "b.example"),
        "--destructive names 'b.example', and --base-url goes to a",
    ),
    (("./shop", "--base-url", "a.example"), "'a.example' is no address of a server"),
    (("./shop", "--base-url", "http://127.0.0.1:1"), "http://127.0.0.1:1: nothing answers there: nothing listens there"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_use(twingen: Twingen, shop: Path, arguments: tuple[str, ...], message: str) -> None:
    done = twingen("check", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err.replace("'a.example'\n", "a.example\n")
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
    options = ("--seconds", "10", "--operations", "^listItems$", "--json")
    done = twingen("check", "./shop", "--base-url", broken, *options)
    told = json.loads(done.out)
    assert done.code == 1, done.err
    assert (told["address"], told["sums"]["open"] > 0) == (broken, True)
    assert "went wrong" not in done.err
    notes = {note["text"] for note in told["notes"]}
    assert "laws need a world of their own: they were not tried on this server" in notes


def test_the_ceiling_ends_a_check(twingen: Twingen, shop: Path, broken: str) -> None:
    begun = time.monotonic()
    done = twingen(
        "check", "./shop", "--base-url", broken, "--requests", "5", "--seconds", "90", "--operations", "^listItems$",
        "--json",
    )  # fmt: skip
    assert time.monotonic() - begun < 60
    told = json.loads(done.out)
    assert told["converged"] is False
    assert "at most 5 requests were to be sent" in {note["text"] for note in told["notes"]}


def test_ctrl_c_and_the_same_command_again(twingen: Twingen, shop: Path) -> None:
    command = ("check", "./shop", "--operations", "^getItem$", "--jobs", "1", "--seconds")
    process = twingen.start(*command, "20")
    assert process.stderr is not None
    while not process.stderr.readline().startswith("round 1: "):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert [line for line in err.splitlines() if line][-2:] == [
        "what was found is kept: the same command goes on from there", "twingen: interrupted",
    ]  # fmt: skip
    again = twingen(*command, "1")
    assert again.code in (0, 1)
    assert "goes on after round 1" in again.err
