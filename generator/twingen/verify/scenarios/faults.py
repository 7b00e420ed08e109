"""A target between a scenario and its service, where faults are planted."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from twingen.runtime.http import Request, Response
from twingen.verify.scenarios.model import Fault
from twingen.verify.target import Target


class Faulty:
    """Passes requests on, and lets planted faults meet the next ones, in order.

    `wait` lets time pass. What the client sees of a broken connection is a ConnectionError, whether
    the request arrived or not.
    """

    def __init__(self, target: Target, wait: Callable[[int], None]):
        self.target = target
        self.remote = target.remote
        self._wait = wait
        self._faults: list[tuple[Fault, int]] = []

    @property
    def address(self) -> str:
        return self.target.address

    @property
    def credential(self) -> str:
        return self.target.credential

    def plant(self, fault: Fault) -> None:
        self._faults.append((fault, fault.times))

    def clear(self) -> None:
        self._faults.clear()

    def send(self, request: Request) -> Response:
        fault = self._next()
        if fault is None:
            return self.target.send(request)
        match fault.does:
            case "status":
                return _refusal(fault)
            case "drop" if fault.drop == "request":
                raise ConnectionError("the connection broke before the request arrived (planted)")
            case "drop":
                self.target.send(request)
                raise ConnectionError("the connection broke before the answer arrived (planted)")
            case _:
                self._wait(fault.millis)
                return self.send(request)

    def reset(self) -> None:
        self.target.reset()

    def _next(self) -> Fault | None:
        if not self._faults:
            return None
        fault, left = self._faults.pop(0)
        if left > 1:
            self._faults.insert(0, (fault, left - 1))
        return fault


def _refusal(fault: Fault) -> Response:
    headers = [(name.lower(), value) for name, value in fault.headers.items()]
    if fault.body is None:
        return Response(fault.status, b"", headers)
    if isinstance(fault.body, str):
        return Response(fault.status, fault.body.encode(), headers)
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return Response(fault.status, orjson.dumps(fault.body), headers)
