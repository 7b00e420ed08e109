"""What tests of the agent share: a scripted model over the lending service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.agent import lending
from tests.agent.model_server import ModelServer, Reply, Script, call, calls, in_order
from twingen import agent
from twingen.agent.client import Client
from twingen.agent.events import Event, UnitFinished, Warned
from twingen.agent.ledger import Ledger
from twingen.workbench import Bench

KEY = "sk-test-0123456789abcdef"


@dataclass(slots=True)
class Build:
    """One run of the agent: what it came to, what it told, what the model was asked."""

    improved: agent.Improved
    events: list[Event]
    server: ModelServer

    @property
    def ended(self) -> UnitFinished:
        return next(event for event in self.events if isinstance(event, UnitFinished))

    @property
    def warnings(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Warned)]

    def results(self, number: int) -> list[str]:
        """Return what tools answered before the request `number` (from 1)."""
        blocks = self.server.requests[number - 1]["messages"][-1]["content"]
        return [block.get("content", block.get("text", "")) for block in blocks]


@dataclass(slots=True)
class Builder:
    """Runs the agent against a script, always with the same ledger."""

    ledger: Path
    stack: ExitStack = field(default_factory=ExitStack)

    def __call__(
        self, script: Script | Reply, *, work: agent.Work | None = None, bench: Bench | None = None,
        attempts: int = 4, **settings: object,
    ) -> Build:  # fmt: skip
        if isinstance(script, Reply):
            script = in_order(script)
        server = self.stack.enter_context(ModelServer(script))
        events: list[Event] = []
        client = Client(attempts=attempts, first_wait=0.01, api_key=KEY, base_url=server.url)
        improved = agent.improve(
            work or lending.work(),
            bench or Bench(seconds=3),
            agent.Settings(**{"only": (lending.UNIT,), "ledger": self.ledger, "jobs": 2, **settings}),  # type: ignore[arg-type]
            on_event=events.append,
            model=client,
        )
        return Build(improved, events, server)

    def opened(self) -> Ledger:
        ledger = Ledger(self.ledger)
        self.stack.callback(ledger.close)
        return ledger


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Builder]:
    builder = Builder(tmp_path / "ledger.sqlite")
    with builder.stack:
        yield builder


WRITE = calls(call("write_file", path="resources/lending.yaml", content=lending.YAML))
SUBMIT = calls(call("submit", summary="Lending sets the reader.", claims=lending.CLAIMS))


@pytest.fixture
def good() -> Script:
    """A model that writes the unit and hands it in."""
    return in_order(WRITE, SUBMIT)


Scripted = Callable[..., Build]
