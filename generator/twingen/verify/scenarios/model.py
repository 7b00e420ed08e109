"""A scenario file as data: the part of Arazzo 1.0 that format.schema.json describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from twingen.twin.yaml import line_of

# Where something stands in a file: the keys and positions that lead there.
Place = tuple[str | int, ...]
Language = Literal["simple", "regex", "jsonpath"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A condition; `context` is what a regex or a JSONPath is applied to."""

    condition: str
    language: Language = "simple"
    context: str = ""
    place: Place = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`location` is path, query, header or cookie; "" for what a called workflow gets as an input."""

    name: str
    location: str
    value: Any
    place: Place = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """`replacements` are (JSON pointer, value) pairs laid into the payload."""

    payload: Any = None
    content_type: str | None = None
    replacements: tuple[tuple[str, Any], ...] = ()
    place: Place = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What follows a step: the end, another step or workflow, or the same step again.

    `after` is in seconds; `limit` is how often a step is tried again.
    """

    name: str
    does: Literal["end", "goto", "retry"]
    step: str = ""
    workflow: str = ""
    after: float = 0
    limit: int = 1
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """An output that is the first group of a pattern in a text."""

    name: str
    context: str
    pattern: str
    place: Place = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong before a step: exactly one of `does`. Times are in milliseconds."""

    does: Literal["delay", "status", "drop", "advance", "reset", "fork"]
    millis: int = 0
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    drop: Literal["request", "response"] = "request"
    times: int = 1
    place: Place = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A call of an operation (by id or by path) or of a workflow; exactly one of the three is set."""

    id: str
    description: str = ""
    operation: str = ""
    path: str = ""
    workflow: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    criteria: tuple[Criterion, ...] = ()
    on_success: tuple[Action, ...] = ()
    on_failure: tuple[Action, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    captures: tuple[Capture, ...] = ()
    faults: tuple[Fault, ...] = ()
    place: Place = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """`inputs` is a JSON Schema whose references are resolved; `values` what it says they are."""

    id: str
    summary: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    independent: tuple[frozenset[str], ...] = ()
    fixed: frozenset[str] = frozenset()
    place: Place = ()

    def step(self, id: str) -> int:
        """Return the position of a step; raises KeyError."""
        for position, step in enumerate(self.steps):
            if step.id == id:
                return position
        raise KeyError(id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A scenario file. `sources` maps a source's name to its URL; `text` is the file as read."""

    file: str
    text: str = field(repr=False)
    title: str
    sources: Mapping[str, str]
    workflows: Mapping[str, Workflow]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def where(self, place: Place) -> str:
        line = line_of(self.text, place)
        return f"{self.file}:{line}" if line else self.file

    def line(self, place: Place) -> int:
        return line_of(self.text, place)

    def parts(self) -> frozenset[str]:
        """Return the workflows that others call or go to: they are no scenarios of their own."""
        return frozenset(
            id
            for workflow in self.workflows.values()
            for step in workflow.steps
            for id in (step.workflow, *(a.workflow for a in (*step.on_success, *step.on_failure)))
            if id
        )
