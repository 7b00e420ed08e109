"""What tests share: reference data, twins served over HTTP, and twins in process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

import orjson
import pytest

from twingen.runtime.app import TwinApp
from twingen.runtime.http import Request, Response
from twingen.runtime.run import Run
from twingen.twin.load import load_twin

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 60


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data (vendors' documents, recordings); skips where it is absent."""
    folder = Path(os.environ.get("TWINGEN_REFERENCE") or ROOT.parent / "shared")
    if not (folder / "docs").is_dir():
        pytest.skip("no reference data: set TWINGEN_REFERENCE to its folder")
    return folder


@dataclass(slots=True)
class Called:
    """A response of a twin in process: status, headers (lower-case names), body."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def headers(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in self.response.headers:
            key = name.lower()
            found[key] = f"{found[key]}, {value}" if key in found else value
        return found

    @property
    def body(self) -> bytes:
        return self.response.body

    def json(self) -> Any:
        return self.response.json()


class TwinRun:
    """Twins in process with a fresh world; the same calls give the same bytes."""

    def __init__(self, run: Run):
        self.run = run

    @property
    def app(self) -> TwinApp:
        """The first twin."""
        return self.run.apps[0]

    def reset(self) -> None:
        self.run.reset()

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        body: bytes = b"",
        query: Mapping[str, Any] | str = "",
        headers: Mapping[str, str] | None = None,
        authorized: bool = True,
        twin: str | None = None,
    ) -> Called:
        """Send a request to `twin` (the first one); `path` may carry the query itself."""
        app = self.app if twin is None else self.run.app(twin)
        path, _, inline = path.partition("?")
        text = query if isinstance(query, str) else urlencode(query, doseq=True)
        sent: dict[str, str] = {"host": "127.0.0.1"}
        if authorized:
            sent["authorization"] = app.credential
        if json is not None:
            body = orjson.dumps(json)
            sent["content-type"] = "application/json"
        elif form is not None:
            body = urlencode(form, doseq=True).encode()
            sent["content-type"] = "application/x-www-form-urlencoded"
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        request = Request(method, path, text or inline, sent, body)
        return Called(self.run.handle(app, request))


def folder_of(twin: str | Path) -> Path:
    """Return the folder of a committed twin by its name, or the path as it is; skips without it."""
    folder = ROOT / "generated" / twin if isinstance(twin, str) and "/" not in twin else Path(twin)
    if not (folder / "twin.toml").exists():
        pytest.skip(f"the twin {twin} is not built here")
    return folder


@pytest.fixture
def twin_run() -> Callable[..., TwinRun]:
    """Return `twin_run("okta", ..., strict=False, clock="ticking")` → TwinRun with fresh worlds."""

    def start(*twins: str | Path, **options: Any) -> TwinRun:
        return TwinRun(Run([load_twin(folder_of(twin)) for twin in twins], **options))

    return start


@dataclass(slots=True)
class Served:
    """Twins that a `twingen run` in another process serves."""

    process: subprocess.Popen[str]
    twins: dict[str, dict[str, Any]]
    ca: str | None
    errors: IO[str]
    options: tuple[str, ...] = field(default=())

    def url(self, name: str | None = None) -> str:
        return str(self._twin(name)["url"])

    def credential(self, name: str | None = None) -> str:
        """Return the Authorization header that opens every operation."""
        return str(self._twin(name)["credential"])

    def token(self, name: str | None = None) -> str:
        return str(self._twin(name)["token"])

    def reset(self) -> None:
        """Return the default world to its start, in every twin."""
        request = urllib.request.Request(self.url() + "/_twin/reset", method="POST")
        with urllib.request.urlopen(request) as response:
            assert response.status == 204

    def log(self) -> str:
        """Return what the server wrote to stderr so far."""
        self.errors.seek(0)
        return self.errors.read()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End the server and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.errors.close()
        return code

    def _twin(self, name: str | None) -> dict[str, Any]:
        return next(iter(self.twins.values())) if name is None else self.twins[name]


def environment(**more: str) -> dict[str, str]:
    """Return an environment for `python -m twingen` that runs the checkout's sources."""
    paths = [str(ROOT / "generator"), os.environ.get("PYTHONPATH", "")]
    joined = os.pathsep.join(path for path in paths if path)
    return {**os.environ, "PYTHONPATH": joined, "PYTHONWARNINGS": "error", **more}


def free_ports(count: int) -> int:
    """Return the first of `count` consecutive ports that are free now."""
    while True:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            first = int(trial.getsockname()[1])
        if first + count <= 65_000 and all(_free(first + n) for n in range(count)):
            return first


def _free(port: int) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def start(twins: Sequence[str | Path], options: Sequence[str] = ()) -> Served:
    """Start `twingen run` over twins by name (committed ones) or folder, and wait until ready."""
    folders = [str(folder_of(twin)) for twin in twins]
    errors = tempfile.TemporaryFile("w+")
    process = subprocess.Popen(
        [
            sys.executable, "-m", "twingen", "run", *folders, "--json",
            "--port", str(free_ports(len(twins))), *options,
        ],
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env=environment(),
    )  # fmt: skip
    late = threading.Timer(_START_SECONDS, process.kill)
    late.start()
    assert process.stdout is not None
    line = process.stdout.readline()
    late.cancel()
    if not line:
        process.wait()
        errors.seek(0)
        raise AssertionError(f"twingen run ended with {process.returncode}: {errors.read()}")
    told = json.loads(line)
    served = Served(
        process=process, twins={one["name"]: one for one in told["twins"]}, ca=told["ca"],
        errors=errors, options=tuple(options),
    )  # fmt: skip
    if not told["ca"] and "--control-token" not in options:
        with urllib.request.urlopen(served.url() + "/_twin/health") as response:
            assert json.load(response) == {"status": "ok"}
    return served


@pytest.fixture(scope="session")
def served() -> Iterator[Callable[..., Served]]:
    """Return `served("okta", "slack", options=["--strict"])` → Served; the same call, the same server.

    Call `.reset()` at the start of a test that counts on the default world.
    """
    running: dict[tuple[tuple[str, ...], tuple[str, ...]], Served] = {}

    def get(*twins: str | Path, options: Sequence[str] = ()) -> Served:
        key = (tuple(str(twin) for twin in twins), tuple(options))
        if key not in running or running[key].process.poll() is not None:
            running[key] = start(twins, options)
        return running[key]

    yield get
    for one in running.values():
        one.stop()
