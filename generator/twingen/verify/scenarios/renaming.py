"""What may be renamed in a scenario: its free texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from twingen.contract.model import Schema
from twingen.contract.schemas import properties, resolve
from twingen.runtime.validation import Schemas
from twingen.runtime.violation import fits
from twingen.verify.scenarios import inputs as given
from twingen.verify.scenarios.binding import Call, Scenario
from twingen.verify.scenarios.expression import is_expression, parse
from twingen.verify.scenarios.model import Body, Document, Step, Workflow
from twingen.verify.scenarios.naming import (
    QUOTED,
    WORD,
    Rename,
    renamed_document,
    renamer,
    words_apart,
)

_EMAIL = re.compile(r"([^@\s]+)@([A-Za-z0-9.-]+)")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]+")
# A name or a sentence: it has a capital or a blank, small letters, and no sign of a notation.
_PROSE = re.compile(r"(?=.*[a-z])(?=.*[A-Z ])[\w .,'’!?&-]+")
_PLAIN_FORMATS = frozenset({"", "string", "email", "password"})


@dataclass(slots=True)
class _Texts:
    """The texts of a scenario: `free` ones with tests that a renamed one must pass, and words that stay."""

    free: dict[str, list[Callable[[str], bool]]] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)

    def leave(self, text: str) -> None:
        self.fixed.update(word.lower() for word in WORD.findall(text))


class Renaming:
    """What may be renamed in a scenario, found once; `of` gives a renaming for each seed."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.texts = _Texts()
        self._schemas = {name: Schemas(twin.contract.schemas) for name, twin in scenario.twins.items()}
        self._reached = list(_reached(scenario.document, scenario.workflow))
        self._gather()

    @property
    def words(self) -> list[str]:
        """Return the words that are renamed."""
        found = {word.lower() for text in self.texts.free for word in _renamable(text)}
        return sorted(found - self.texts.fixed)

    def of(self, seed: str) -> Document:
        """Return the scenario's file with its words renamed; the same seed, the same names."""
        return renamed_document(self.scenario.document, self._rename(seed))

    def _rename(self, seed: str) -> Rename:
        """Return a renaming of words under which every free text still passes its tests."""
        kept = set(self.texts.fixed)
        while True:
            names = words_apart([word for word in self.words if word not in kept], seed, self.texts.fixed)
            rename = renamer(names)
            broken = {
                word.lower()
                for text, tests in self.texts.free.items()
                for word in _renamable(text)
                if rename(text) != text and not all(test(rename(text)) for test in tests)
            }
            if not broken - kept:
                return rename
            kept |= broken

    # Gathering

    def _gather(self) -> None:
        texts = self.texts
        for twin in self.scenario.twins.values():
            for text in _strings([[seed.data, seed.refs, seed.id] for seed in twin.seeds]):
                texts.leave(text)
            for resource in twin.resources:
                for text in _strings([[seed.data, seed.id] for seed in resource.seeds]):
                    texts.leave(text)
        for workflow in self._reached:
            for text in workflow.fixed:
                texts.leave(text)
            for name, schema in given.properties(workflow.inputs).items():
                self._input(schema if isinstance(schema, Mapping) else {}, workflow.values.get(name))
            for step in workflow.steps:
                self._step(workflow, step, self.scenario.calls.get((workflow.id, step.id)))
        for value in self.scenario.document.parameters.values():
            for text in _strings(value):
                texts.leave(text)
        self._leave_compared()

    def _leave_compared(self) -> None:
        """Leave words alone that answers are compared with and no request has as its data."""
        free = {text.casefold() for text in self.texts.free}
        for workflow in self._reached:
            for step in workflow.steps:
                actions = (*step.on_success, *step.on_failure)
                for criterion in (*step.criteria, *(one for action in actions for one in action.criteria)):
                    if criterion.language != "regex":
                        for _, text in QUOTED.findall(criterion.condition):
                            if text.casefold() not in free:
                                for literal in _literals(text):
                                    self.texts.leave(literal)

    def _input(self, schema: Mapping[str, Any], value: Any) -> None:
        """Take an input's texts for data, but for choices and patterns that no other text would fit."""
        for text in _strings(value):
            if text == value:
                self._free(text, lambda new, schema=schema: given.unfit({"properties": {"x": schema}}, {"x": new}) is None)  # type: ignore[misc]
            else:
                self._free(text)

    def _free(self, text: str, test: Callable[[str], bool] | None = None) -> None:
        tests = self.texts.free.setdefault(text, [])
        if test is not None:
            tests.append(test)
        for found in _EMAIL.finditer(text):
            self.texts.leave(found.group(2))
        for url in _URL.findall(text):
            self.texts.leave(url)

    def _step(self, workflow: Workflow, step: Step, call: Call | None) -> None:
        called = self.scenario.document.workflows.get(step.workflow)
        for parameter in step.parameters:
            if called is not None and not any("$" in text for text in _strings(parameter.value)):
                self._input(given.properties(called.inputs)[parameter.name], parameter.value)
                continue
            self._sent_input(workflow, parameter.value, self._parameter(call, parameter.name, parameter.location))
            for text in _literals(parameter.value):
                self.texts.leave(text)
        if step.body is not None:
            schema = self._body(call, step.body)
            self._payload(workflow, step.body.payload, schema, call)
            for _, value in step.body.replacements:
                self._payload(workflow, value, None, call)
        actions = (*step.on_success, *step.on_failure)
        for criterion in (*step.criteria, *(one for action in actions for one in action.criteria)):
            if criterion.language == "regex":
                for text in _literals(criterion.condition):
                    self.texts.leave(text)
        for capture in step.captures:
            self.texts.leave(capture.pattern)

    def _payload(self, workflow: Workflow, value: Any, schema: Schema | None, call: Call | None) -> None:
        """Take a payload's texts for data where the contract lets them be any, and they read as prose."""
        if isinstance(value, dict):
            known = properties(schema, self._of(call).schemas) if schema is not None and call else {}
            for name, member in value.items():
                self._payload(workflow, member, known.get(name), call)
        elif isinstance(value, list):
            items = resolve(schema, self._of(call).schemas).get("items") if schema is not None and call else None
            for member in value:
                self._payload(workflow, member, items if isinstance(items, Mapping) else None, call)
        elif isinstance(value, str):
            self._sent_input(workflow, value, (call, schema) if schema is not None else None)
            plain = schema is not None and call is not None and self._takes_any(schema, call)
            prose = _PROSE.fullmatch(value) or _EMAIL.fullmatch(value)
            if plain and prose and not is_expression(value):
                assert schema is not None
                self._free(value, self._test(call, schema))
            else:
                for text in _literals(value):
                    self.texts.leave(text)

    def _sent_input(self, workflow: Workflow, value: Any, place: tuple[Call | None, Schema] | None) -> None:
        """Note that an input goes out where a schema is to hold."""
        if place is None or not isinstance(value, str) or not is_expression(value):
            return
        expression = parse(value)
        if expression.root == "inputs" and len(expression.parts) == 1 and expression.pointer is None:
            text = workflow.values.get(str(expression.parts[0]))
            if isinstance(text, str) and text in self.texts.free:
                self._free(text, self._test(*place))

    def _test(self, call: Call | None, schema: Schema) -> Callable[[str], bool]:
        validator = self._of(call).request_validator(schema, lenient=True)
        return lambda text: fits(validator, text)

    def _of(self, call: Call | None) -> Schemas:
        assert call is not None
        return self._schemas[call.source]

    def _takes_any(self, schema: Schema, call: Call) -> bool:
        plain = resolve(schema, self._of(call).schemas)
        kinds = plain.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        return (
            "string" in kinds
            and not {"enum", "const", "pattern"} & set(plain)
            and plain.get("format", "") in _PLAIN_FORMATS
        )

    def _parameter(self, call: Call | None, name: str, location: str) -> tuple[Call, Schema] | None:
        if call is None:
            return None
        found = [one for one in call.operation.parameters if (one.name, one.location) == (name, location)]
        return (call, found[0].schema) if found else None

    def _body(self, call: Call | None, body: Body) -> Schema | None:
        content = call.operation.body.content if call and call.operation.body else ()
        wanted = (body.content_type or "").partition(";")[0]
        fitting = [media for media in content if not wanted or media.type.partition(";")[0] == wanted]
        return next((media.schema for media in fitting if media.schema is not None), None)


def _reached(document: Document, workflow: Workflow) -> Iterator[Workflow]:
    """Yield a workflow and all that it may lead to."""
    queue, seen = [workflow.id], set[str]()
    while queue:
        id = queue.pop()
        if id not in seen:
            seen.add(id)
            one = document.workflows[id]
            yield one
            queue += one.after
            for step in one.steps:
                queue += [n for n in (step.workflow, *(a.workflow for a in (*step.on_success, *step.on_failure))) if n]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, (list, tuple)):
        for member in value:
            yield from _strings(member)


def _literals(value: Any) -> Iterator[str]:
    """Yield what stands in a value's texts beside expressions."""
    for text in _strings(value):
        if not is_expression(text):
            yield re.sub(r"\{\$[^{}]*\}", " ", text)


def _renamable(text: str) -> list[str]:
    """Return the words of a free text that are its own: not those of a host."""
    bare = _URL.sub(" ", _EMAIL.sub(lambda found: found.group(1), text))
    return WORD.findall(bare)
