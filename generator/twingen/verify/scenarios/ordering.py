"""In which other order the steps of a scenario may come."""

from __future__ import annotations

from random import Random

from twingen.twin.model import Operation
from twingen.verify.scenarios.binding import Call, Scenario
from twingen.verify.scenarios.expression import expressions_in, parse
from twingen.verify.scenarios.model import Step, Workflow

_READS = frozenset({"GET", "HEAD"})


def reordered(scenario: Scenario, workflow: Workflow, random: Random) -> tuple[Step, ...]:
    """Return the steps in an order that must come to the same: steps that commute change places.

    A workflow that jumps (goto, end, another workflow) is left as it is.
    """
    steps = workflow.steps
    if any(_jumps(step) for step in steps):
        return steps
    before = {
        later: {earlier for earlier in range(later) if not _commute(scenario, workflow, earlier, later)}
        for later in range(len(steps))
    }
    order: list[int] = []
    while len(order) < len(steps):
        ready = [n for n in range(len(steps)) if n not in order and before[n] <= set(order)]
        order.append(random.choice(ready))
    return tuple(steps[number] for number in order)


def _jumps(step: Step) -> bool:
    return any(action.does != "retry" or action.step or action.workflow for action in (*step.on_success, *step.on_failure))


def _commute(scenario: Scenario, workflow: Workflow, earlier: int, later: int) -> bool:
    """Return whether two steps may change places: neither uses the other, and both say so or show it."""
    one, other = workflow.steps[earlier], workflow.steps[later]
    if one.id in _used(other) or one.faults or other.faults:
        return False
    if any({one.id, other.id} <= group for group in workflow.independent):
        return True
    first = scenario.calls.get((workflow.id, one.id))
    second = scenario.calls.get((workflow.id, other.id))
    if first is None or second is None:
        return False
    if first.twin.world != second.twin.world:
        return True
    if first.operation.method in _READS and second.operation.method in _READS:
        return _effect(first) in {None, "none"} and _effect(second) in {None, "none"}
    return _only_creates(first) and _only_creates(second) and _resource(first) != _resource(second)


def _used(step: Step) -> set[str]:
    """Return the steps whose outputs a step uses, in its request or its criteria."""
    values = [one.value for one in step.parameters]
    if step.body is not None:
        values += [step.body.payload, *(value for _, value in step.body.replacements)]
    texts = [text for value in values for text in expressions_in(value)]
    found = {str(one.parts[0]) for one in map(parse, texts) if one.root == "steps"}
    conditions = [*step.criteria, *(c for a in (*step.on_success, *step.on_failure) for c in a.criteria)]
    for criterion in conditions:
        for word in (criterion.condition, criterion.context):
            found |= {part.split(".")[1] for part in word.split("$") if part.startswith("steps.")}
    for text in (*step.outputs.values(), *(one.context for one in step.captures)):
        expression = parse(text)
        if expression.root == "steps":
            found.add(str(expression.parts[0]))
    return found


def _behaviour(call: Call) -> Operation | None:
    for resource in call.twin.resources:
        for operation in resource.operations:
            if operation.key == call.operation.key:
                return operation
    return None


def _effect(call: Call) -> str | None:
    behaviour = _behaviour(call)
    return behaviour.effect if behaviour is not None else None


def _resource(call: Call) -> str | None:
    behaviour = _behaviour(call)
    return behaviour.resource if behaviour is not None else None


def _only_creates(call: Call) -> bool:
    """Return whether an operation makes one record and nothing else that is on record."""
    behaviour = _behaviour(call)
    if behaviour is None or behaviour.effect != "create" or behaviour.handler or behaviour.dispatch:
        return False
    if behaviour.spawn or behaviour.change or behaviour.first or behaviour.event:
        return False
    resource = next(one for one in call.twin.resources if one.name == behaviour.resource)
    return not resource.spawn and not resource.reactions and not resource.variants
