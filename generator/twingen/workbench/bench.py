"""The caller's side of the workbench: starts a process a trial, asks it, and ends one that hangs.

What crosses the pipe is JSON, one line each way: a process that runs what a model wrote is trusted
with nothing, and its environment holds no keys.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from twingen.agent.workbench import TrialError

_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "PYTHONHASHSEED")
_LONGEST_ANSWER = 64_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    message: str
    where: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    tier: str
    proof: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    operation: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    file: str
    name: str
    passed: bool
    detail: str = ""


class Bench:
    """Makes trials. `seconds` is how long one request to a twin may take, `check_seconds` a check,
    `memory` how many bytes the process may have.
    """

    def __init__(
        self, *, seconds: float = 10.0, check_seconds: float = 180.0, memory: int = 2 << 30,
        contract_seconds: float = 0.0,
    ):  # fmt: skip
        self.seconds = seconds
        self.check_seconds = check_seconds
        self.memory = memory
        self.contract_seconds = contract_seconds

    def try_unit(self) -> BenchTrial:
        return BenchTrial(self)


class BenchTrial:
    """One twin in one process, started at the first call and again after it had to be ended."""

    def __init__(self, bench: Bench):
        self._bench = bench
        self._process: subprocess.Popen[bytes] | None = None
        self._sent: dict[str, bytes] = {}
        self._files: dict[str, bytes] = {}

    def load(self, files: Mapping[str, bytes]) -> Sequence[Problem]:
        self._files = dict(files)
        return [Problem(**one) for one in self._load()["problems"]]

    def _load(self) -> dict[str, Any]:
        if self._process is None:
            self._sent = {}
        changed = {
            name: raw.decode("utf-8", "replace") for name, raw in self._files.items()
            if self._sent.get(name) != raw and name != "twin.lock"
        }  # fmt: skip
        gone = [name for name in self._sent if name not in self._files]
        answer = self._ask({"do": "load", "files": changed, "gone": gone}, self._bench.check_seconds)
        self._sent = dict(self._files)
        return answer

    def call(self, requests: Sequence[Mapping[str, Any]], *, fresh: bool) -> Sequence[Answered]:
        seconds = self._bench.seconds * (1 + len(requests) / 4)
        answer = self._tried({"do": "call", "requests": list(requests), "fresh": fresh}, seconds)
        return [Answered(**one) for one in answer["answers"]]

    def check(self, keys: Collection[str]) -> Mapping[str, Checked]:
        request = {"do": "check", "keys": sorted(keys), "contract": self._bench.contract_seconds}
        answer = self._tried(request, self._bench.check_seconds + 2 * self._bench.contract_seconds)
        return {
            key: Checked(tier=one["tier"], proof=one["proof"], reasons=tuple(one["reasons"]))
            for key, one in answer["standing"].items()
        }

    def play(self, scenarios: Mapping[str, str], seed: int) -> Sequence[Played]:
        return self._play(scenarios, {"do": "play", "seed": seed})

    def mutate(self, key: str) -> Sequence[str]:
        return [str(name) for name in self._tried({"do": "mutate", "key": key}, self._bench.seconds)["defects"]]

    def play_mutated(
        self, scenarios: Mapping[str, str], key: str, defect: str, seed: int
    ) -> Sequence[Played]:
        return self._play(scenarios, {"do": "play", "seed": seed, "key": key, "defect": defect})

    def _play(self, scenarios: Mapping[str, str], request: dict[str, Any]) -> Sequence[Played]:
        with tempfile.TemporaryDirectory(prefix="twingen-scenarios-") as folder:
            paths = []
            for name, text in sorted(scenarios.items()):
                path = Path(folder) / Path(name).name
                path.write_text(text, encoding="utf-8")
                paths.append(str(path))
            answer = self._tried({**request, "files": paths}, self._bench.check_seconds)
        return [Played(**one) for one in answer["played"]]

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _tried(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Ask about the loaded twin; one whose process had to be ended is loaded again first."""
        if self._process is None:
            problems = self._load()["problems"]
            if problems:
                raise TrialError(f"the twin does not load: {problems[0]['message']}")
        answer = self._ask(request, seconds)
        if "trouble" in answer:
            raise TrialError(str(answer["trouble"]))
        return answer

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(orjson.dumps(request) + b"\n")
            process.stdin.flush()
            line = self._line(process, seconds)
        except BrokenPipeError:
            line = b""
        if line is None:
            self.close()
            raise TrialError(f"it took more than {seconds:.0f} s and was ended: does a loop never end?")
        if not line:
            code = process.wait()
            self.close()
            raise TrialError(f"its process ended ({code}): too much memory, or a call that is not allowed")
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        source = str(Path(__file__).resolve().parents[2])
        env = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        env["PYTHONPATH"] = source
        self._process = subprocess.Popen(
            [sys.executable, "-m", "twingen.workbench.child", str(self._bench.memory)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env,
            start_new_session=True,  # Ctrl-C is the parent's to handle
        )  # fmt: skip
        self._sent = {}
        return self._process

    @staticmethod
    def _line(process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """Return the process's next line, b"" at its end, None when it takes too long."""
        assert process.stdout is not None
        number = process.stdout.fileno()
        found = bytearray()
        until = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(number, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                left = until - time.monotonic()
                if left <= 0 or not selector.select(left):
                    return None
                piece = os.read(number, 1 << 20)
                if not piece or len(found) > _LONGEST_ANSWER:
                    return b""
                found += piece
        return bytes(found)
