"""Garbage collection in the breaks: making cases allocates so much that collecting costs a fifth of it."""

from __future__ import annotations

import gc
import time
from types import TracebackType

_GAP = 2.0


class Garbage:
    """Within it nothing is collected but by `collect`, at most every few seconds of the processor."""

    def __init__(self) -> None:
        self._enabled = gc.isenabled()
        self._last = 0.0

    def __enter__(self) -> Garbage:
        gc.collect()
        gc.freeze()
        gc.disable()
        self._last = time.process_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        gc.unfreeze()
        if self._enabled:
            gc.enable()

    def collect(self) -> None:
        now = time.process_time()
        if now - self._last > _GAP:
            gc.collect()
            self._last = time.process_time()
