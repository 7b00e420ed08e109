"""Which twins a scenario speaks to, and which documented operation each of its steps calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from twingen.contract.model import Operation
from twingen.errors import FormatError, UsageError
from twingen.twin.model import Twin
from twingen.verify.scenarios.expression import unescaped
from twingen.verify.scenarios.model import Document, Place, Step, Workflow
from twingen.verify.scenarios.reading import nearest

# Returns the twin of a name, None when there is none.
Finder = Callable[[str], Twin | None]
_QUALIFIED = re.compile(r"\$sourceDescriptions\.([A-Za-z0-9_-]+)\.(.+)")
_PATH = re.compile(r"\{\$sourceDescriptions\.([A-Za-z0-9_-]+)\.url\}#(/.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation of a twin. `source` is the name by which the scenario knows the twin."""

    source: str
    twin: Twin
    operation: Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A workflow with all that it needs: `calls` are by workflow and step."""

    document: Document
    workflow: Workflow
    twins: Mapping[str, Twin]
    calls: Mapping[tuple[str, str], Call]

    @property
    def id(self) -> str:
        return self.workflow.id

    @property
    def file(self) -> str:
        return self.document.file


def bind(document: Document, find: Finder, fallback: Twin | None = None) -> list[Scenario]:
    """Return the scenarios of a file, with their twins.

    `fallback` is taken for a source that is named after no twin, when it is the only source: the
    twin that the file belongs to may go by another name. Raises UsageError for a source without a
    twin, FormatError for a step that calls what its twin does not document.
    """
    twins: dict[str, Twin] = {}
    for position, name in enumerate(document.sources):
        twin = find(name) or (fallback if len(document.sources) == 1 else None)
        if twin is None:
            raise UsageError(
                f"there is no twin for the source {name!r}",
                where=document.where(("sourceDescriptions", position, "name")),
                remedy="a source is named after its twin; build it, or name its folder beside the other one's",
            )
        twins[name] = twin
    calls = {
        (workflow.id, step.id): _call(document, step, twins)
        for workflow in document.workflows.values()
        for step in workflow.steps
        if not step.workflow
    }
    for workflow in document.workflows.values():
        for step in workflow.steps:
            if not step.workflow:
                _check_parameters(document, step, calls[workflow.id, step.id])
    parts = document.parts()
    return [
        Scenario(document=document, workflow=workflow, twins=twins, calls=calls)
        for workflow in document.workflows.values()
        if workflow.id not in parts
    ]


def _call(document: Document, step: Step, twins: Mapping[str, Twin]) -> Call:
    if step.path:
        return _by_path(document, step, twins)
    place: Place = (*step.place, "operationId")
    qualified = _QUALIFIED.fullmatch(step.operation)
    if qualified is not None:
        name, id = qualified.groups()
    elif len(twins) == 1:
        name, id = next(iter(twins)), step.operation
    else:
        raise FormatError(
            f"{step.operation!r} could be in any of {', '.join(twins)}", where=document.where(place),
            remedy=f"$sourceDescriptions.{next(iter(twins))}.{step.operation}",
        )  # fmt: skip
    if name not in twins:
        raise FormatError(
            f"there is no source {name!r}", where=document.where(place), remedy=nearest(name, list(twins))
        )
    operations = twins[name].contract.operations
    for operation in operations:
        if operation.id == id:
            return Call(source=name, twin=twins[name], operation=operation)
    known = [operation.id for operation in operations if operation.id]
    remedy = nearest(id, known) if len(known) <= 12 else _close(id, known, twins[name].name)
    raise FormatError(f"{name} documents no operation {id!r}", where=document.where(place), remedy=remedy)


def _close(id: str, known: list[str], name: str) -> str:
    remedy = nearest(id, known)
    return remedy if remedy and remedy.startswith("did") else f"twingen show {name} lists them"


def _by_path(document: Document, step: Step, twins: Mapping[str, Twin]) -> Call:
    place: Place = (*step.place, "operationPath")
    found = _PATH.fullmatch(step.path)
    steps = [unescaped(part) for part in found.group(2).split("/")[1:]] if found else []
    if found is None or len(steps) != 3 or steps[0] != "paths":
        raise FormatError(
            f"{step.path!r} names no operation", where=document.where(place),
            remedy="such as '{$sourceDescriptions.NAME.url}#/paths/~1users~1{id}/get'",
        )  # fmt: skip
    name, (_, path, method) = found.group(1), steps
    if name not in twins:
        raise FormatError(
            f"there is no source {name!r}", where=document.where(place), remedy=nearest(name, list(twins))
        )
    for operation in twins[name].contract.operations:
        paths = {operation.path, operation.path.removeprefix(operation.base_path.rstrip("/"))}
        if operation.method == method.upper() and path in paths:
            return Call(source=name, twin=twins[name], operation=operation)
    raise FormatError(
        f"{name} documents no {method.upper()} {path}", where=document.where(place),
        remedy=f"twingen show {twins[name].name} lists what it documents",
    )  # fmt: skip


def _check_parameters(document: Document, step: Step, call: Call) -> None:
    """Raise for a path or query parameter that is not documented, and a path's that is not given."""
    for location in ("path", "query"):
        known = [one.name for one in call.operation.parameters if one.location == location]
        given = [one for one in step.parameters if one.location == location]
        for one in given:
            if one.name not in known:
                raise FormatError(
                    f"{call.operation.id or call.operation.key} has no {location} parameter {one.name!r}",
                    where=document.where((*one.place, "name")), remedy=nearest(one.name, known),
                )  # fmt: skip
        lacking = set(known) - {one.name for one in given}
        if location == "path" and lacking:
            raise FormatError(
                f"{call.operation.id or call.operation.key} wants the path parameter {sorted(lacking)[0]!r}",
                where=document.where(step.place),
            )
    if step.body is not None and call.operation.body is None:
        raise FormatError(
            f"{call.operation.id or call.operation.key} takes no body",
            where=document.where(step.body.place), remedy="leave out requestBody",
        )  # fmt: skip
