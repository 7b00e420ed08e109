"""Laws held by hypothesis state machines that are generated from a twin."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from twingen.report.model import Note
from twingen.twin.model import Twin
from twingen.verify.events import Began, Ended, Event, Noted
from twingen.verify.machines.hold import hold
from twingen.verify.machines.plan import Plan
from twingen.verify.machines.server import Server
from twingen.verify.outcome import brief


def check_laws(
    twin: Twin, *, seed: int = 0, seconds: float | None = None,
    operations: Collection[str] | None = None, cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:  # fmt: skip
    """Hold every law on every operation that it reaches, in rounds until `seconds` are over.

    Without `seconds` one round is run, and equal seeds tell the same. `operations` are keys.
    """
    try:
        server = Server(twin)
        plan = Plan(server, operations)
    except Exception as trouble:
        yield Began(source="law")
        text = f"the twin cannot be tried: {type(trouble).__name__}: {brief(str(trouble))}"
        yield Noted(note=Note(level="error", text=text))
        yield Ended(source="law", reason="trouble")
        return
    yield from hold(plan, server, seed=seed, seconds=seconds, cancelled=cancelled)


__all__ = ["check_laws"]
