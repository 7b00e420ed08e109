"""The servers that are compared, each a process of its own on a free port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EMULATE = "emulate@0.12.2"
NODE = "node@24"
USERS = 30
ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 60


class BenchError(Exception):
    """The comparison cannot be made; the message says why."""


@dataclass(kw_only=True)
class Contender:
    """A server under load. `credential` is an Authorization header, see records.lua."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    credential: str = ""
    resource: str = "users"
    record: str = ""
    list_query: str = "limit=20"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request(self, case: str) -> tuple[str, str]:
        """Return the method and path of a case."""
        match case:
            case "get":
                return "GET", f"/api/v1/{self.resource}/{self.record}"
            case "list":
                return "GET", f"/api/v1/{self.resource}?{self.list_query}"
            case _:
                return "POST", f"/api/v1/{self.resource}"

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Make one request outside the measurement."""
        headers = {"Authorization": self.credential.replace("*", "setup")}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def expect(self, method: str, path: str, body: Any = None) -> bytes:
        """Return the body of a request that must succeed."""
        status, content = self.call(method, path, body)
        if not 200 <= status < 300:
            raise BenchError(f"{self.name}: {method} {path} answered {status}: {content[:200]!r}")
        return content

    def populate(self) -> None:
        """Make the records that are listed; one of them is the one that `get` asks for."""
        for number in range(USERS):
            body = {"profile": profile(self.resource, number)}
            self.record = json.loads(self.expect(*self.request("create"), body))["id"]


def profile(resource: str, number: int) -> dict[str, str]:
    """Return what a user or a group is made with, as records.lua does."""
    if resource == "groups":
        return {"name": f"group {number:03d}", "description": "made by a load test"}
    login = f"grace.hopper.{number:03d}@example.com"
    return {"firstName": "Grace", "lastName": "Hopper", "email": login, "login": login}


@contextlib.contextmanager
def twin(folder: Path) -> Iterator[Contender]:
    """Serve the twin in `folder` with `twingen run`."""
    port = free_port()
    with running(twingen("run", str(folder), "--port", str(port), "--json")) as process:
        described = _first_line(process)["twins"][0]
        yield Contender(
            name="twin", port=port, process=process, credential=described["credential"]
        )


@contextlib.contextmanager
def constant(folder: Path) -> Iterator[Contender]:
    """Serve the answers in `folder` (get.json, list.json, create.json), whatever is asked."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("constant.py")), str(port), str(folder)]
    with running(command) as process:
        found = Contender(name="constant", port=port, process=process, credential="none", record="-")
        _wait(found)
        yield found


@contextlib.contextmanager
def emulate(installed: Path, port: int = 0) -> Iterator[Contender]:
    """Serve the Okta emulator of vercel-labs/emulate, installed by `install_emulate`."""
    port = port or free_port()
    modules = installed / "node_modules"
    command = [
        str(modules / ".bin" / "node"), str(modules / "emulate" / "dist" / "index.js"),
        "start", "--service", "okta", "--port", str(port),
    ]  # fmt: skip
    with running(command, folder=installed) as process:
        # Any credential opens it, and each is good for 5,000 requests an hour. Lists have another
        # parameter than Okta's.
        found = Contender(
            name="emulate", port=port, process=process, credential="SSWS bench-*",
            list_query="per_page=20",
        )  # fmt: skip
        _wait(found)
        yield found


def install_emulate(folder: Path) -> None:
    """Install emulate, and the Node.js that it needs, in `folder` unless they are there."""
    wanted = f"{NODE} {EMULATE}"
    mark = folder / "installed"
    if mark.is_file() and mark.read_text() == wanted:
        return
    if shutil.which("npm") is None:
        raise BenchError("npm is missing, so that emulate cannot be installed (--without-emulate)")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}\n')
    command = ["npm", "install", "--no-audit", "--no-fund", NODE, EMULATE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not (folder / "node_modules" / ".bin" / "node").exists():
        raise BenchError(f"npm could not install {wanted} (--without-emulate):\n{done.stderr}")
    mark.write_text(wanted)


def twingen(*arguments: str) -> list[str]:
    """Return a command line of twingen, to be run in `environment()`."""
    return [sys.executable, "-m", "twingen", *arguments]


def environment() -> dict[str, str]:
    """Return this process's environment, with the twingen of this source tree to be found."""
    paths = [str(ROOT / "generator"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def build_okta(out: Path) -> None:
    """Build the Okta twin from api_docs/okta, with what generated/okta knows."""
    command = twingen(
        "build", "okta", "--docs", str(ROOT / "api_docs" / "okta"), "--out", str(out),
        "--adopt", str(ROOT / "generated" / "okta"), "--agent", "off", "--no-verify", "--quiet",
    )  # fmt: skip
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"the twin was not built:\n{done.stderr}")


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    command: Sequence[str], *, folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _first_line(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise BenchError(f"the server ended with {process.wait()} before it was ready")
    found: dict[str, Any] = json.loads(line)
    return found


def _wait(contender: Contender) -> None:
    limit = time.monotonic() + _START_SECONDS
    while True:
        try:
            contender.call("GET", "/api/v1/users")
        except OSError:
            if contender.process.poll() is not None:
                raise BenchError(f"{contender.name} ended before it was ready") from None
            if time.monotonic() > limit:
                raise BenchError(f"{contender.name} did not come up") from None
            time.sleep(0.05)
        else:
            return
