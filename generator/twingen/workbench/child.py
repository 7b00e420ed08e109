"""The twin's side of the workbench: a process that is asked by lines of JSON and can do little else.

It has no keys, writes no files, opens no sockets where the system lets it say so, and ends when it
takes too much memory or processor time.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

_CPU_SECONDS = 1800
_PLACE = re.compile(r"\{(\d{1,2})\.([A-Za-z0-9_.\[\]-]+)\}")
_STEP = re.compile(r"[^.\[\]]+")
_CONTRACT = "contract.json"


class Child:
    """Answers the requests of a bench over one twin."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.contract: Any = None
        self.contract_text = b""
        self.twin: Any = None
        self.run: Any = None

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        handlers: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "load": self.load, "call": self.call, "check": self.check, "mutate": self.mutate,
            "play": self.play,
        }  # fmt: skip
        return handlers[request["do"]](request)

    def load(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Take changed files and say why they are no twin that runs."""
        from twingen.contract.document import load as load_contract
        from twingen.errors import TwingenError
        from twingen.runtime.run import Run
        from twingen.twin.guard import violations
        from twingen.twin.load import load_files

        self.files |= {name: text.encode() for name, text in request["files"].items()}
        for name in request["gone"]:
            self.files.pop(name, None)
        self.twin = self.run = None
        refused = [
            {"where": f"{one.file}:{one.line}", "message": one.what}
            for name, raw in self.files.items() if name.endswith(".py") and name.startswith("resources/")
            for one in violations(raw.decode(), name)
        ]  # fmt: skip
        if refused:
            return {"problems": refused[:20]}
        try:
            if self.contract_text != self.files[_CONTRACT]:
                self.contract_text = self.files[_CONTRACT]
                self.contract = load_contract(orjson.loads(self.contract_text))
            self.twin = load_files(self.files, self.contract)
            self.run = Run([self.twin])
            self._compile()
        except TwingenError as error:
            self.twin = self.run = None
            return {"problems": [_problem(error)]}
        except Exception as error:  # what a handler's module does when it is loaded
            self.twin = self.run = None
            return {"problems": [{"where": "", "message": f"{type(error).__name__}: {error}"[:500]}]}
        return {"problems": []}

    def _compile(self) -> None:
        """Compile every behaviour, so that a wrong expression or a missing handler is known now."""
        for route in self.run.apps[0].routes.values():
            _ = route.behaviour

    def call(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from twingen.runtime.http import Request

        run, app = self.run, self.run.apps[0]
        if request["fresh"]:
            run.reset()
        answers: list[dict[str, Any]] = []
        bodies: list[Any] = []
        for one in request["requests"]:
            one = _filled(one, bodies)
            headers = {"host": "twin.invalid", **{k.lower(): v for k, v in (one.get("headers") or {}).items()}}
            headers.setdefault("authorization", app.credential)
            body = b""
            if one.get("form") is not None:
                body = urlencode(one["form"], doseq=True).encode()
                headers.setdefault("content-type", "application/x-www-form-urlencoded")
            elif "json" in one:
                body = orjson.dumps(one["json"])
                headers.setdefault("content-type", "application/json")
            path, _, query = one["path"].partition("?")
            response = run.handle(app, Request(one["method"], path, query, headers, body))
            route = app.routes.get(response.operation)
            shape = route is not None and route.behaviour is None
            try:
                bodies.append(orjson.loads(response.body) if response.body else None)
            except ValueError:
                bodies.append(None)
            answers.append(
                {
                    "status": response.status, "text": response.body.decode("utf-8", "replace")[:200_000],
                    "headers": {k: v for k, v in response.headers if k != "x-twin-tier"},
                    "operation": response.operation, "tier": "shape" if shape else "",
                }
            )  # fmt: skip
        return {"answers": answers}

    def check(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Hold the laws on some operations, and the contract's examples where time is given for it."""
        from twingen.standing import standings
        from twingen.verify.prove import prove

        keys = set(request["keys"])
        verdicts = prove(self.twin, keys)
        found = standings(self.twin, {}, verdicts)
        standing: dict[str, dict[str, Any]] = {
            key: {
                "tier": found[key].tier, "reasons": list(found[key].reasons),
                "proof": f"{one.kind}: {one.by}" if (one := found[key].proof) is not None else "",
            }
            for key in sorted(keys) if key in found
        }  # fmt: skip
        if request["contract"]:
            for key, text in self._contract(keys, float(request["contract"])):
                if key in standing:
                    standing[key]["reasons"].append(text)
        return {"standing": standing}

    def _contract(self, keys: set[str], seconds: float) -> list[tuple[str, str]]:
        from twingen.verify.contract import check_contract
        from twingen.verify.events import Found

        found = []
        for event in check_contract(
            self.twin, target=None, seed=1, seconds=seconds, jobs=1, phases=("examples", "coverage"),
            operations=keys, safe_only=False, cancelled=lambda: False, cache=None,
        ):  # fmt: skip
            if isinstance(event, Found) and event.finding.open:
                one = event.finding
                found.append((one.operation, f"contract: {one.title}; expected {one.expected}; {one.observed}"[:600]))
        return found

    def mutate(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from twingen.workbench.defects import defects_of

        return {"defects": defects_of(self.twin, request["key"])}

    def play(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from twingen.workbench.playing import play

        played = play(
            self.twin, request["files"], request["seed"], request.get("key", ""), request.get("defect", "")
        )
        return {"played": played}


def _problem(error: Any) -> dict[str, str]:
    return {"where": error.where or "", "message": error.message, "remedy": error.remedy or ""}


def _filled(one: Any, bodies: list[Any]) -> Any:
    """Return a request with places such as {1.id} filled in from earlier answers."""
    if isinstance(one, str):
        whole = _PLACE.fullmatch(one)
        if whole is not None:
            return _looked_up(whole, bodies)
        return _PLACE.sub(lambda found: str(_looked_up(found, bodies)), one)
    if isinstance(one, dict):
        return {name: _filled(value, bodies) for name, value in one.items()}
    return [_filled(value, bodies) for value in one] if isinstance(one, list) else one


def _looked_up(found: re.Match[str], bodies: list[Any]) -> Any:
    number = int(found.group(1))
    value = bodies[number - 1] if 0 < number <= len(bodies) else None
    for step in _STEP.findall(found.group(2)):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise LookupError(f"{found.group()} is not in the answer {number}")
    return value


def _confine(memory: int) -> None:
    """Give up what a twin does not need: memory beyond a limit, files, processes, the network."""
    try:
        import resource

        for limit, number in (
            (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, _CPU_SECONDS), (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64),
        ):  # fmt: skip
            hard = resource.getrlimit(limit)[1]
            number = number if hard == resource.RLIM_INFINITY else min(number, hard)
            resource.setrlimit(limit, (number, number))
    except (ImportError, ValueError, OSError):
        pass  # a system without such limits: the guard, the meter and the clock remain
    if sys.platform == "linux":
        import ctypes

        new_user, new_net = 0x10000000, 0x40000000
        # Without the right to it this fails, and the guard alone keeps handlers from the network.
        ctypes.CDLL(None).unshare(new_user | new_net)


def main() -> None:
    """Answer until the pipe closes."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _confine(int(sys.argv[1]))
    child = Child()
    for line in sys.stdin.buffer:
        try:
            answer = child.answer(orjson.loads(line))
        except MemoryError:
            answer = {"trouble": "it takes more memory than it may"}
        except Exception as error:
            answer = {"trouble": f"{type(error).__name__}: {error}"[:1000]}
        out.write(orjson.dumps(answer, option=orjson.OPT_NON_STR_KEYS) + b"\n")
        out.flush()


if __name__ == "__main__":
    main()
