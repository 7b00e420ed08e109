"""A scenario file → Document. Whatever is not understood is an error with its line, never left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import orjson

from twingen.errors import DamagedTwinError, ExpressionError, FormatError
from twingen.runtime.clock import delay_of
from twingen.twin.format import check
from twingen.twin.yaml import line_of, load
from twingen.verify.scenarios import inputs as given
from twingen.verify.scenarios.checking import check_document
from twingen.verify.scenarios.expression import is_expression, unescaped
from twingen.verify.scenarios.model import (
    Action,
    Body,
    Capture,
    Criterion,
    Document,
    Fault,
    Parameter,
    Place,
    Step,
    Workflow,
)

SUFFIXES = (".yaml", ".yml", ".json")
_FAULTS = ("delay", "status", "drop", "advance", "reset", "fork")


def read_scenarios(path: Path, shown: str = "") -> Document:
    """Read a scenario file; `shown` is what messages call it.

    Raises DamagedTwinError when it cannot be read, FormatError for the first thing in it that is
    not in the subset.
    """
    file = shown or str(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise DamagedTwinError(f"cannot be read: {error.strerror}", where=file) from None
    except UnicodeDecodeError as error:
        raise DamagedTwinError(f"not UTF-8: {error.reason}", where=file) from None
    return parse_scenarios(text, file)


def parse_scenarios(text: str, file: str) -> Document:
    """Return the scenarios that a text describes; raises as `read_scenarios` does."""
    data = _json(text, file) if file.endswith(".json") else load(text, file)
    check(data, "arazzo", file=file, text=text, package="twingen.verify.scenarios")
    document = _Reader(data, text, file).document()
    check_document(document)
    return document


def _json(text: str, file: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DamagedTwinError(f"not valid JSON: {error.msg}", where=f"{file}:{error.lineno}") from None


class _Reader:
    """Builds the records of one file."""

    def __init__(self, data: Mapping[str, Any], text: str, file: str):
        self.data = data
        self.text = text
        self.file = file
        self.components: Mapping[str, Any] = data.get("components") or {}

    def wrong(self, place: Place, message: str, remedy: str | None = None) -> FormatError:
        line = line_of(self.text, place)
        return FormatError(message, where=f"{self.file}:{line}" if line else self.file, remedy=remedy)

    def document(self) -> Document:
        sources: dict[str, str] = {}
        for position, one in enumerate(self.data["sourceDescriptions"]):
            if one["name"] in sources:
                raise self.wrong(("sourceDescriptions", position, "name"), f"the source {one['name']!r} stands twice")
            sources[one["name"]] = one["url"]
        workflows: dict[str, Workflow] = {}
        for position, one in enumerate(self.data["workflows"]):
            place: Place = ("workflows", position)
            if one["workflowId"] in workflows:
                raise self.wrong((*place, "workflowId"), f"the workflow {one['workflowId']!r} stands twice")
            workflows[one["workflowId"]] = self.workflow(one, place)
        parameters = self.components.get("parameters") or {}
        document = Document(
            file=self.file, text=self.text, title=self.data["info"]["title"], sources=sources, workflows=workflows,
            parameters={name: one["value"] for name, one in parameters.items()},
        )  # fmt: skip
        self._need_values(document)
        return document

    def _need_values(self, document: Document) -> None:
        """Raise for an input without a value, unless the workflow is called, and so is given them."""
        parts = document.parts()
        for workflow in document.workflows.values():
            _, missing = given.values_of(workflow.inputs)
            if missing and workflow.id not in parts:
                raise self.wrong(
                    (*workflow.place, "inputs", "properties", missing[0]),
                    f"the input {missing[0]!r} has no value",
                    "give it a default or an example",
                )

    def workflow(self, data: Mapping[str, Any], place: Place) -> Workflow:
        schema, values = self.inputs(data.get("inputs") or {}, (*place, "inputs"))
        common = list(self.parameters(data, place))
        success = list(self.actions(data, "successActions", place))
        failure = list(self.actions(data, "failureActions", place))
        steps: list[Step] = []
        for position, one in enumerate(data["steps"]):
            step = self.step(one, (*place, "steps", position), common, success, failure)
            if any(step.id == other.id for other in steps):
                raise self.wrong((*step.place, "stepId"), f"the step {step.id!r} stands twice")
            steps.append(step)
        independent = data.get("x-twingen-independent") or ()
        for number, group in enumerate(independent):
            for at, id in enumerate(group):
                if id not in {step.id for step in steps}:
                    where: Place = (*place, "x-twingen-independent", number, at)
                    raise self.wrong(where, f"there is no step {id!r}", nearest(id, [s.id for s in steps]))
        return Workflow(
            id=data["workflowId"], summary=data.get("summary", ""), inputs=schema, values=values,
            after=tuple(data.get("dependsOn") or ()), steps=tuple(steps), outputs=data.get("outputs") or {},
            independent=tuple(frozenset(group) for group in independent),
            fixed=frozenset(data.get("x-twingen-fixed") or ()), place=place,
        )  # fmt: skip

    def inputs(self, schema: Mapping[str, Any], place: Place) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        try:
            whole = given.resolved(schema, self.components.get("inputs") or {})
            given.check_schema(whole)
        except ValueError as error:
            raise self.wrong(place, str(error)) from None
        values, _ = given.values_of(whole)
        unfit = given.unfit(whole, values)
        if unfit is not None:
            raise self.wrong(
                (*place, "properties", unfit[0]), f"the input {unfit[0]!r} is not what its schema allows: {unfit[1]}"
            )
        return whole, values

    def step(
        self, data: Mapping[str, Any], place: Place, common: list[Parameter], success: list[Action],
        failure: list[Action],
    ) -> Step:  # fmt: skip
        calls = [name for name in ("operationId", "operationPath", "workflowId") if name in data]
        if len(calls) != 1:
            said = f"{' and '.join(calls)} stand together" if calls else "it calls nothing"
            raise self.wrong(place, f"the step {data['stepId']!r}: {said}", "a step has one of operationId, operationPath, workflowId")
        calls_workflow = calls == ["workflowId"]
        own = list(self.parameters(data, place, workflow=calls_workflow))
        if calls_workflow:
            common = []
            if "requestBody" in data:
                raise self.wrong((*place, "requestBody"), "a workflow takes no request body", "its inputs are `parameters`")
        named = {(one.name, one.location) for one in own}
        parameters = [*(one for one in common if (one.name, one.location) not in named), *own]
        return Step(
            id=data["stepId"], description=data.get("description", ""), operation=data.get("operationId", ""),
            path=data.get("operationPath", ""), workflow=data.get("workflowId", ""), parameters=tuple(parameters),
            body=self.body(data.get("requestBody"), (*place, "requestBody")),
            criteria=tuple(self.criteria(data, "successCriteria", place)),
            on_success=_over(success, list(self.actions(data, "onSuccess", place))),
            on_failure=_over(failure, list(self.actions(data, "onFailure", place))),
            outputs=data.get("outputs") or {},
            captures=tuple(
                Capture(name=name, context=one["context"], pattern=one["pattern"], place=(*place, "x-twingen-capture", name))
                for name, one in (data.get("x-twingen-capture") or {}).items()
            ),
            faults=tuple(
                self.fault(one, (*place, "x-twingen-fault", number))
                for number, one in enumerate(data.get("x-twingen-fault") or ())
            ),
            place=place,
        )  # fmt: skip

    def parameters(
        self, data: Mapping[str, Any], place: Place, *, workflow: bool = False
    ) -> Iterator[Parameter]:
        seen: set[tuple[str, str]] = set()
        for position, one in enumerate(data.get("parameters") or ()):
            at: Place = (*place, "parameters", position)
            whole = self.reused(one, "parameters", at)
            location = "" if workflow else whole.get("in", "")
            if not workflow and not location:
                raise self.wrong(at, f"the parameter {whole['name']!r} lacks `in`", "in: path, query, header or cookie")
            if (whole["name"], location) in seen:
                raise self.wrong(at, f"the parameter {whole['name']!r} stands twice")
            seen.add((whole["name"], location))
            yield Parameter(name=whole["name"], location=location, value=whole["value"], place=at)

    def actions(self, data: Mapping[str, Any], key: str, place: Place) -> Iterator[Action]:
        component = "failureActions" if key in {"onFailure", "failureActions"} else "successActions"
        for position, one in enumerate(data.get(key) or ()):
            at: Place = (*place, key, position)
            whole = self.reused(one, component, at)
            name, does = whole["name"], whole["type"]
            target = [field for field in ("stepId", "workflowId") if field in whole]
            if len(target) > 1 or (does == "goto" and not target) or (does == "end" and target):
                remedy = {"goto": "goto has one of stepId, workflowId", "end": "end goes nowhere"}
                raise self.wrong(at, f"the action {name!r} says {' and '.join(target) or 'not where'}", remedy.get(does, "retry has one of stepId, workflowId, or neither"))
            if does != "retry" and (extra := [f for f in ("retryAfter", "retryLimit") if f in whole]):
                raise self.wrong(at, f"the action {name!r} has {extra[0]}, and retries nothing", "type: retry")
            yield Action(
                name=name, does=does, step=whole.get("stepId", ""), workflow=whole.get("workflowId", ""),
                after=whole.get("retryAfter", 0), limit=whole.get("retryLimit", 1),
                criteria=tuple(self.criteria(whole, "criteria", at)),
            )  # fmt: skip

    def reused(self, data: Mapping[str, Any], component: str, place: Place) -> Mapping[str, Any]:
        """Return what a `reference` leads to, or the object itself."""
        reference = data.get("reference")
        if reference is None:
            return data
        known = self.components.get(component) or {}
        name = reference.removeprefix(f"$components.{component}.")
        if name == reference or name not in known:
            there = [f"$components.{component}.{one}" for one in known]
            raise self.wrong((*place, "reference"), f"{reference!r} leads to nothing", nearest(reference, there))
        if "value" not in data:
            return dict(known[name])
        if component != "parameters":
            raise self.wrong((*place, "value"), "only a parameter's `value` can be set where it is referred to")
        return {**known[name], "value": data["value"]}

    def criteria(self, data: Mapping[str, Any], key: str, place: Place) -> Iterator[Criterion]:
        for position, one in enumerate(data.get(key) or ()):
            yield Criterion(
                condition=one["condition"], language=one.get("type", "simple"), context=one.get("context", ""),
                place=(*place, key, position),
            )  # fmt: skip

    def body(self, data: Mapping[str, Any] | None, place: Place) -> Body | None:
        if data is None:
            return None
        replacements = []
        for number, one in enumerate(data.get("replacements") or ()):
            if one["target"] and not one["target"].startswith("/"):
                raise self.wrong((*place, "replacements", number), f"{one['target']!r} is no JSON pointer", "such as /profile/email")
            replacements.append((one["target"], one["value"]))
        if replacements and not isinstance(data.get("payload"), (dict, list)) and not (
            isinstance(data.get("payload"), str) and is_expression(data["payload"])
        ):  # fmt: skip
            raise self.wrong((*place, "replacements"), "there is no payload to replace anything in")
        return Body(
            payload=data.get("payload"), content_type=data.get("contentType"), replacements=tuple(replacements),
            place=place,
        )  # fmt: skip

    def fault(self, data: Mapping[str, Any], place: Place) -> Fault:
        kinds = [name for name in _FAULTS if name in data]
        if len(kinds) != 1:
            said = " and ".join(kinds) or "nothing"
            raise self.wrong(place, f"a fault is one thing, and this says {said}", f"one of {', '.join(_FAULTS)}")
        does = kinds[0]
        beside = {"status": {"headers", "body", "times"}, "drop": {"times"}, "delay": {"times"}}.get(does, set())
        extra = sorted(set(data) - beside - {does})
        if extra:
            raise self.wrong((*place, extra[0]), f"{extra[0]!r} means nothing beside {does!r}")
        try:
            millis = delay_of(data[does]) if does in {"delay", "advance"} else 0
        except ValueError as error:
            raise self.wrong((*place, does), str(error), "such as 500ms, 2s, 1h30m") from None
        return Fault(
            does=does, millis=millis, status=data.get("status", 0), headers=data.get("headers") or {},  # type: ignore[arg-type]
            body=data.get("body"), drop=data.get("drop", "request"), times=data.get("times", 1), place=place,
        )  # fmt: skip


def _over(common: list[Action], own: list[Action]) -> tuple[Action, ...]:
    """Return a step's actions: its own first, then those of its workflow that it does not replace."""
    names = {one.name for one in own}
    return (*own, *(one for one in common if one.name not in names))


def nearest(word: str, known: list[str]) -> str | None:
    """Return what to do about a name that is not known."""
    close = get_close_matches(word, known, 1, 0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there are {', '.join(known)}" if known else None


def split_pointer(pointer: str) -> tuple[str, ...]:
    return tuple(unescaped(step) for step in pointer.split("/")[1:])


__all__ = ["SUFFIXES", "ExpressionError", "nearest", "parse_scenarios", "read_scenarios", "split_pointer"]
