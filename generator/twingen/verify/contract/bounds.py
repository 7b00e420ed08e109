"""Limits that keep one operation from taking the time of all others."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from schemathesis.engine.context import EngineContext
from schemathesis.engine.run.unit._case import BudgetExpired

# Without a limit for the whole: seconds and requests for one operation in one phase, seconds for
# following links. Okta's longest fifty operations stay below a tenth of these.
OPERATION_SECONDS = 8.0
OPERATION_REQUESTS = 3_000
STATEFUL_SECONDS = 120.0
# With one, an operation may take so many times its share, since most take less.
SHARE = "its share of the time was used up"
_GENEROUS = 4.0
_LEAST = 0.5
_TICK = 0.1
_GRACE = 1.0
_WORKER = "schemathesis_unit_tests"
STATEFUL = "stateful"

Where = tuple[str, str]


def allowance(seconds: float | None, operations: int) -> float:
    """Return how long one operation may take in one phase, of `seconds` for all of them."""
    if seconds is None:
        return OPERATION_SECONDS
    return min(OPERATION_SECONDS, max(_LEAST, _GENEROUS * seconds / max(1, operations)))


class Watch:
    """Ends the work on an operation that takes longer than its allowance.

    Between cases the engine asks whether an operation's share of the time is used up, and goes on
    with the next one where it is; this answers for the watch as well. One allowance is for making
    the cases and one for sending them: what is made when the first is over is sent. A single case
    that takes longer than both to make is interrupted. `cut` says so by label and phase. `clock`
    is what is measured: the time of the processor where nothing is waited for, so that a busy
    machine does not change what is tried.
    """

    def __init__(self, allowed: float, clock: Callable[[], float] = time.monotonic, why: str = ""):
        self.allowed = allowed
        self._why = why or f"{allowed:.3g} seconds are the limit for one operation"
        self.clock = clock
        self.cut: dict[Where, str] = {}
        self._now: Where | None = None
        self._since = 0.0
        self._sending = False
        self._late = False
        self._deadline = 0.0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="twingen_watch", daemon=True)

    def __enter__(self) -> Watch:
        global _watch
        _answer_for_watches()
        _watch = self
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _watch
        _watch = None
        self._over.set()
        self._thread.join()

    def begin(self, label: str, phase: str) -> None:
        """An operation's turn begins; what was sent of it already tells that this comes late."""
        with self._lock:
            if self._now != (label, phase):
                self._start((label, phase), sending=False)

    def sent(self, where: Where) -> None:
        """A case of an operation is about to be sent."""
        if self._now != where or not self._sending:
            with self._lock:
                self._start(where, sending=True)

    def end(self, label: str, phase: str) -> None:
        with self._lock:
            if self._now == (label, phase):
                self._now = None

    def is_over(self) -> bool:
        """Return whether the time of the present operation, for what it does now, is used up."""
        now = self._now
        if not self._late or now is None:
            return False
        self.cut.setdefault(now, self._why)
        return True

    def shared(self) -> None:
        """The engine ends the present operation by itself: its share of the whole time is used up."""
        if self._now is not None:
            self.cut.setdefault(self._now, SHARE)

    def _start(self, where: Where, *, sending: bool) -> None:
        self._now, self._sending, self._late = where, sending, False
        self._since = self.clock()
        self._deadline = self._since + 2 * self.allowed + _GRACE

    def _watch(self) -> None:
        while not self._over.wait(_TICK):
            with self._lock:
                now = self._now
                if now is None or now[1] == STATEFUL:
                    continue
                clock = self.clock()  # asked here, since the engine asks far more often than it ticks
                self._late = clock - self._since > self.allowed
                if clock < self._deadline:
                    continue
                # Again after a while: what swallows every exception swallows this one too.
                self._deadline = clock + _GRACE
                if _interrupt():
                    self.cut.setdefault(now, self._why)


_watch: Watch | None = None


def _answer_for_watches() -> None:
    """Let the engine's question after an operation's share be answered by the watch too; once a process."""
    asked: Any = EngineContext.is_operation_slice_expired
    if getattr(asked.fget, "asks_watch", False):
        return

    def expired(context: EngineContext) -> bool:
        watch = _watch
        if asked.fget(context):
            if watch is not None:
                watch.shared()
            return True
        return watch is not None and watch.is_over()

    expired.asks_watch = True  # type: ignore[attr-defined]
    EngineContext.is_operation_slice_expired = property(expired)  # type: ignore[method-assign,assignment]
    known = sys.unraisablehook

    def unraisable(unraised: Any) -> None:
        if not isinstance(unraised.exc_value, BudgetExpired):
            known(unraised)

    sys.unraisablehook = unraisable


def _interrupt() -> bool:
    """Raise BudgetExpired in the engine's worker; return whether there is one."""
    found = False
    for thread in threading.enumerate():
        if thread.name.startswith(_WORKER) and thread.ident is not None:
            error = ctypes.py_object(BudgetExpired)
            found = ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), error) == 1
    return found
