"""Plays a scenario once: its steps one after another, until the last one or the first that fails."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twingen.errors import UsageError
from twingen.verify.outcome import brief
from twingen.verify.scenarios.binding import Call
from twingen.verify.scenarios.criteria import against, all_hold
from twingen.verify.scenarios.exchange import Exchange
from twingen.verify.scenarios.expression import (
    MISSING,
    Scope,
    Unresolved,
    evaluate,
    parse,
    rendered,
    written,
)
from twingen.verify.scenarios.model import Action, Document, Fault, Place, Step, Workflow
from twingen.verify.scenarios.sending import exchange_of
from twingen.verify.scenarios.stage import Stage

_MOST_STEPS = 1_000
_NEXT = Action(name="", does="goto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a trajectory is not satisfied. `place` is the criterion that does not hold, or the step."""

    workflow: str
    step: Step
    place: Place
    expected: str
    observed: str
    exchange: Exchange | None = None


@dataclass(slots=True, kw_only=True)
class Trajectory:
    """What was played: every request with its answer, and the failure if there was one."""

    exchanges: list[Exchange] = field(default_factory=list)
    failure: Failure | None = None

    @property
    def satisfied(self) -> bool:
        return self.failure is None


Playing = Generator[Exchange, None, Failure | None]


class Player:
    """Plays one trajectory on a stage. `calls` are what steps call, by workflow and step."""

    def __init__(self, document: Document, calls: Mapping[tuple[str, str], Call], stage: Stage):
        self.document = document
        self.calls = calls
        self.stage = stage
        self.workflows: dict[str, dict[str, Any]] = {}
        self.sources = {name: stage.targets[name].address for name in document.sources}
        self.steps = 0

    def play(self, workflow: Workflow, order: Sequence[Step] | None = None) -> Playing:
        """Yield each exchange when it is over; returns the failure, None where all criteria hold.

        Raises UsageError for a fault that cannot be planted here, and PermissionError where the
        server may not be sent a request.
        """
        return self._workflow(workflow, workflow.values, order)

    def whole(self, workflow: Workflow, order: Sequence[Step] | None = None) -> Trajectory:
        """Play to the end and return all of it."""
        playing = self.play(workflow, order)
        trajectory = Trajectory()
        while True:
            try:
                trajectory.exchanges.append(next(playing))
            except StopIteration as end:
                trajectory.failure = end.value
                return trajectory

    def _workflow(
        self, workflow: Workflow, inputs: Mapping[str, Any], order: Sequence[Step] | None = None
    ) -> Playing:
        for id in workflow.after:
            if id not in self.workflows:
                failure = yield from self._workflow(self.document.workflows[id], self.document.workflows[id].values)
                if failure is not None:
                    return failure
        told: dict[str, Any] = {"inputs": inputs, "outputs": {}}
        self.workflows[workflow.id] = told
        scope = Scope(
            inputs=inputs, workflows=self.workflows, sources=self.sources, parameters=self.document.parameters
        )
        steps = list(order or workflow.steps)
        position = 0
        while position < len(steps):
            step = steps[position]
            self.steps += 1
            if self.steps > _MOST_STEPS:
                return self._failure(workflow, step, step.place, "the scenario to come to an end", f"{_MOST_STEPS} steps were played")
            action = yield from self._step(workflow, step, scope)
            if isinstance(action, Failure):
                return action
            if action is _NEXT:
                position += 1
            elif action.does == "end":
                break
            elif action.step:
                position = next(number for number, one in enumerate(steps) if one.id == action.step)
            else:
                return (yield from self._elsewhere(action.workflow))
        for name, text in workflow.outputs.items():
            value = evaluate(parse(text), scope)
            told["outputs"][name] = value
        return None

    def _elsewhere(self, id: str) -> Playing:
        workflow = self.document.workflows[id]
        return self._workflow(workflow, workflow.values)

    def _step(
        self, workflow: Workflow, step: Step, scope: Scope
    ) -> Generator[Exchange, None, Action | Failure]:
        """Play a step with its retries; returns what follows, or why it failed."""
        call = self.calls.get((workflow.id, step.id))
        for fault in step.faults:
            self._plant(step, call, fault)
        tried: dict[str, int] = {}
        try:
            while True:
                failure = yield from self._attempt(workflow, step, call, scope)
                if failure is None:
                    return next((one for one in step.on_success if all_hold(one.criteria, scope)), _NEXT)
                action = self._remedy(step, scope, tried)
                if action is None or action.does == "end":
                    return failure
                if action.does == "goto":
                    return action
                again = yield from self._before_retry(workflow, action, scope)
                if again is not None:
                    return again
        finally:
            if call is not None:
                self.stage.targets[call.source].clear()

    def _remedy(self, step: Step, scope: Scope, tried: dict[str, int]) -> Action | None:
        """Return the first failure action whose criteria hold and whose retries are not used up."""
        for action in step.on_failure:
            if all_hold(action.criteria, scope):
                if action.does != "retry":
                    return action
                if tried.get(action.name, 0) < action.limit:
                    tried[action.name] = tried.get(action.name, 0) + 1
                    return action
        return None

    def _before_retry(
        self, workflow: Workflow, action: Action, scope: Scope
    ) -> Generator[Exchange, None, Failure | None]:
        """Wait as the action or the server says, and play what comes before another try."""
        seconds = action.after
        if scope.exchange is not None:
            told = scope.exchange.response_headers.get("retry-after", "")
            seconds = float(told) if re.fullmatch(r"\d+(\.\d+)?", told) else seconds
        if seconds:
            self.stage.wait(int(seconds * 1000))
        if action.workflow:
            return (yield from self._elsewhere(action.workflow))
        if action.step:
            other = workflow.steps[workflow.step(action.step)]
            return (yield from self._attempt(workflow, other, self.calls.get((workflow.id, other.id)), scope))
        return None

    def _attempt(self, workflow: Workflow, step: Step, call: Call | None, scope: Scope) -> Playing:
        """Call once; returns the first criterion that does not hold."""
        self.steps += 1
        try:
            if call is None:
                failure = yield from self._called(step, scope)
            else:
                failure = yield from self._sent(workflow, step, call, scope)
        except Unresolved as missing:
            return self._failure(workflow, step, step.place, "a request that can be made", str(missing))
        if failure is not None:
            return failure
        for criterion in step.criteria:
            why = against(criterion, scope)
            if why is not None:
                shown = self._shown(criterion.condition, criterion.context, scope)
                return self._failure(workflow, step, criterion.place, shown, self._observed(why, scope), scope.exchange)
        self._outputs(step, scope)
        return None

    def _called(self, step: Step, scope: Scope) -> Playing:
        called = self.document.workflows[step.workflow]
        given = {one.name: rendered(one.value, scope) for one in step.parameters}
        failure = yield from self._workflow(called, {**called.values, **given})
        scope.exchange = None
        if failure is None:
            scope.steps[step.id] = dict(self.workflows[called.id]["outputs"])
        return failure

    def _sent(self, workflow: Workflow, step: Step, call: Call, scope: Scope) -> Playing:
        target = self.stage.targets[call.source]
        exchange = exchange_of(step, call, scope, target)
        scope.exchange = exchange
        try:
            exchange.answered(target.send(exchange.request))
        except PermissionError:
            raise
        except OSError as trouble:
            exchange.trouble = str(trouble) or type(trouble).__name__
        yield exchange
        status = exchange.status
        if status is None:
            return self._failure(workflow, step, step.place, "an answer", exchange.trouble, exchange)
        if not step.criteria and not 200 <= status < 300:
            return self._failure(workflow, step, step.place, "a status of success", self._observed("", scope), exchange)
        return None

    def _outputs(self, step: Step, scope: Scope) -> None:
        """Note what later steps use; what is not there fails the request that needs it."""
        found = scope.steps.setdefault(step.id, {})
        for name, text in step.outputs.items():
            value = evaluate(parse(text), scope)
            found[name] = value
        for capture in step.captures:
            value = evaluate(parse(capture.context), scope)
            match = None if value is MISSING else re.search(capture.pattern, written(value))
            found[capture.name] = MISSING if match is None else match.group(1)

    def _plant(self, step: Step, call: Call | None, fault: Fault) -> None:
        try:
            match fault.does:
                case "advance":
                    self.stage.advance(fault.millis)
                case "reset":
                    self.stage.reset()
                case "fork":
                    self.stage.fork()
                case _:
                    assert call is not None
                    self.stage.targets[call.source].plant(fault)
        except UsageError as error:
            raise UsageError(error.message, where=self.document.where(fault.place), remedy=error.remedy) from None

    def _failure(
        self, workflow: Workflow, step: Step, place: Place, expected: str, observed: str,
        exchange: Exchange | None = None,
    ) -> Failure:  # fmt: skip
        return Failure(
            workflow=workflow.id, step=step, place=place, expected=expected, observed=observed, exchange=exchange
        )

    @staticmethod
    def _shown(condition: str, context: str, scope: Scope) -> str:
        try:
            filled = rendered(condition, scope) if "{$" in condition else condition
        except Unresolved:
            filled = condition
        return f"{context} to match {filled}" if context else str(filled)

    @staticmethod
    def _observed(why: str, scope: Scope) -> str:
        exchange = scope.exchange
        if exchange is None or exchange.response is None:
            return why
        body = exchange.response.body.decode("utf-8", "replace")
        answer = f"it answers {exchange.status} {brief(body)}".rstrip()
        return f"{why}; {answer}" if why else answer
