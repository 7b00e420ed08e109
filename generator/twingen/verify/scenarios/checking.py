"""Whether everything that a scenario file refers to is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from twingen.errors import FormatError
from twingen.verify.scenarios.criteria import check_criterion
from twingen.verify.scenarios.expression import TOKEN, Expression, expressions_in, parse
from twingen.verify.scenarios.inputs import properties
from twingen.verify.scenarios.model import Action, Criterion, Document, Place, Step, Workflow


def check_document(document: Document) -> None:
    """Raise FormatError for the first reference that leads nowhere and the first unreadable text."""
    for workflow in document.workflows.values():
        for id in workflow.after:
            if id not in document.workflows:
                raise _wrong(document, (*workflow.place, "dependsOn"), f"there is no workflow {id!r}", id, list(document.workflows))
        _Checker(document, workflow).check()
    _check_loops(document)


def _check_loops(document: Document) -> None:
    """Raise for workflows that wait for one another, or call one another without end."""

    def visit(id: str, path: tuple[str, ...]) -> None:
        workflow = document.workflows[id]
        if id in path:
            raise FormatError(
                f"the workflows {' → '.join((*path, id))} never begin", where=document.where(workflow.place)
            )
        for other in (*workflow.after, *(step.workflow for step in workflow.steps if step.workflow)):
            visit(other, (*path, id))

    for id in document.workflows:
        visit(id, ())


class _Checker:
    """Checks one workflow."""

    def __init__(self, document: Document, workflow: Workflow):
        self.document = document
        self.workflow = workflow
        self.steps = {step.id: step for step in workflow.steps}

    def check(self) -> None:
        for step in self.workflow.steps:
            self._step(step)
        for name, text in self.workflow.outputs.items():
            self._text(text, (*self.workflow.place, "outputs", name), whole=True)

    def _step(self, step: Step) -> None:
        if step.workflow:
            self._called(step)
        for parameter in step.parameters:
            self._value(parameter.value, (*parameter.place, "value"))
        if step.body is not None:
            self._value(step.body.payload, (*step.body.place, "payload"))
            for number, (_, value) in enumerate(step.body.replacements):
                self._value(value, (*step.body.place, "replacements", number))
        for criterion in step.criteria:
            self._criterion(criterion)
        for action in (*step.on_success, *step.on_failure):
            self._action(action, step)
        for name, text in step.outputs.items():
            self._text(text, (*step.place, "outputs", name), whole=True)
        for capture in step.captures:
            self._text(capture.context, (*capture.place, "context"), whole=True)
            if capture.name in step.outputs:
                raise self._wrong(capture.place, f"the output {capture.name!r} stands twice")
            try:
                groups = re.compile(capture.pattern).groups
            except re.error as error:
                raise self._wrong((*capture.place, "pattern"), f"{capture.pattern!r} is no regular expression: {error}") from None
            if not groups:
                raise self._wrong((*capture.place, "pattern"), f"{capture.pattern!r} has no group: nothing would be captured")
        if step.workflow and (step.faults or step.captures):
            key = "x-twingen-fault" if step.faults else "x-twingen-capture"
            raise self._wrong((*step.place, key), "a call of a workflow has no request of its own")

    def _called(self, step: Step) -> None:
        called = self.document.workflows.get(step.workflow)
        place: Place = (*step.place, "workflowId")
        if called is None:
            raise self._unknown(place, "workflow", step.workflow, list(self.document.workflows))
        known = properties(called.inputs)
        for parameter in step.parameters:
            if parameter.name not in known:
                raise self._unknown(parameter.place, f"input of {step.workflow}", parameter.name, list(known))
        given = {parameter.name for parameter in step.parameters} | set(called.values)
        lacking = [name for name in known if name not in given and name in called.inputs.get("required", ())]
        if lacking:
            raise self._wrong(place, f"the workflow {step.workflow!r} needs the input {lacking[0]!r}")

    def _criterion(self, criterion: Criterion) -> None:
        try:
            check_criterion(criterion)
        except ValueError as error:
            raise self._wrong((*criterion.place, "condition"), str(error)) from None
        if criterion.context:
            self._text(criterion.context, (*criterion.place, "context"), whole=True)
        texts = TOKEN.findall(_unquoted(criterion.condition)) if criterion.language == "simple" else []
        for text in (*texts, *(expressions_in(criterion.condition) if not texts else ())):
            self._text(text, (*criterion.place, "condition"), whole=True)

    def _action(self, action: Action, step: Step) -> None:
        if action.step and action.step not in self.steps:
            raise self._unknown(step.place, "step", action.step, list(self.steps))
        if action.workflow and action.workflow not in self.document.workflows:
            raise self._unknown(step.place, "workflow", action.workflow, list(self.document.workflows))
        for criterion in action.criteria:
            self._criterion(criterion)

    def _value(self, value: Any, place: Place) -> None:
        for text, inner in _texts(value, place):
            for one in expressions_in(text):
                self._text(one, inner)

    def _text(self, text: str, place: Place, *, whole: bool = False) -> None:
        """Check one expression; `whole` where nothing else may stand."""
        try:
            expression = parse(text)
        except ValueError as error:
            raise self._wrong(place, str(error)) from None
        self._known(expression, place)

    def _known(self, expression: Expression, place: Place) -> None:
        parts = expression.parts
        match expression.root:
            case "inputs":
                self._member(expression, parts, properties(self.workflow.inputs), "input", place)
            case "steps":
                step = self.steps.get(str(parts[0]))
                if step is None:
                    raise self._unknown(place, "step", str(parts[0]), list(self.steps))
                known = {**step.outputs, **{one.name: "" for one in step.captures}}
                if step.workflow:
                    known |= self.document.workflows[step.workflow].outputs
                self._member(expression, parts[2:], known, f"output of the step {step.id!r}", place)
            case "workflows":
                id = str(parts[0])
                other = self.document.workflows.get(id)
                if other is None:
                    raise self._unknown(place, "workflow", id, list(self.document.workflows))
                if id != self.workflow.id and id not in _before(self.document, self.workflow):
                    raise self._wrong(place, f"the workflow {id!r} has not run by then", f"dependsOn: [{id}]")
                there = properties(other.inputs) if parts[1] == "inputs" else other.outputs
                self._member(expression, parts[2:], there, f"{str(parts[1])[:-1]} of {id}", place)
            case "sourceDescriptions":
                if str(parts[0]) not in self.document.sources:
                    raise self._unknown(place, "source", str(parts[0]), list(self.document.sources))
            case "components":
                self._member(expression, parts[1:], self.document.parameters, "parameter of components", place)

    def _member(
        self, expression: Expression, parts: tuple[str | int, ...], known: Mapping[str, Any], what: str, place: Place
    ) -> None:
        spelt = (".".join(str(part) for part in parts[:size]) for size in range(len(parts), 0, -1))
        if not any(name in known for name in spelt):
            raise self._unknown(place, what, str(parts[0]), list(known))

    def _unknown(self, place: Place, what: str, name: str, known: list[str]) -> FormatError:
        return _wrong(self.document, place, f"there is no {what} {name!r}", name, known)

    def _wrong(self, place: Place, message: str, remedy: str | None = None) -> FormatError:
        return FormatError(message, where=self.document.where(place), remedy=remedy)


def _wrong(document: Document, place: Place, message: str, name: str, known: list[str]) -> FormatError:
    close = get_close_matches(name, known, 1, 0.5)
    remedy = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}" if known else None
    return FormatError(message, where=document.where(place), remedy=remedy)


def _before(document: Document, workflow: Workflow) -> set[str]:
    """Return the workflows that have run when a step of `workflow` runs, or may have."""
    found: set[str] = set()
    queue = [*workflow.after, *(step.workflow for step in workflow.steps if step.workflow)]
    while queue:
        id = queue.pop()
        if id not in found:
            found.add(id)
            queue += document.workflows[id].after
    return found


def _texts(value: Any, place: Place) -> Iterator[tuple[str, Place]]:
    if isinstance(value, str):
        yield value, place
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _texts(member, (*place, name))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _texts(member, (*place, number))


def _unquoted(condition: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", condition)
