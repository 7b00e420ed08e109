"""What should be refused and is not, or is in the wrong words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from twingen.runtime.http import Request, Response
from twingen.runtime.world import World
from twingen.twin.model import ErrorCase, Guard, Operation, Twin
from twingen.verify.defects.planting import Defect, Operator, operations, with_operation, without
from twingen.verify.machines.server import Handle


def guard_dropped(twin: Twin) -> Iterator[Defect]:
    for _, operation in operations(twin):
        for place in range(len(operation.guards)):
            found = with_operation(twin, operation, guards=without(operation.guards, place))
            yield replace(found, place=f"{operation.key} {operation.guards[place].error}")


def guard_inverted(twin: Twin) -> Iterator[Defect]:
    for _, operation in operations(twin):
        for place, guard in enumerate(operation.guards):
            other = replace(guard, when=guard.unless, unless=guard.when)
            yield _with_guard(twin, operation, place, other)


def guard_wrong_case(twin: Twin) -> Iterator[Defect]:
    names = sorted(twin.service.errors.cases)
    for _, operation in operations(twin):
        for place, guard in enumerate(operation.guards):
            if guard.error in names and len(names) > 1:
                other = names[(names.index(guard.error) + 1) % len(names)]
                yield _with_guard(twin, operation, place, replace(guard, error=other))


def _with_guard(twin: Twin, operation: Operation, place: int, guard: Guard) -> Defect:
    guards = list(operation.guards)
    guards[place] = guard
    found = with_operation(twin, operation, guards=tuple(guards))
    return replace(found, place=f"{operation.key} {guard.error}")


_USUAL = ("unauthenticated", "not_found", "invalid", "conflict", "illegal_move", "malformed", "bad_cursor", "bad_filter")


def wrong_status(twin: Twin) -> Iterator[Defect]:
    cases = twin.service.errors.cases
    for name in _USUAL:
        if name in cases:
            changed = {**cases, name: replace(cases[name], status=418 if cases[name].status >= 300 else 203)}
            yield _with_cases(twin, name, changed)


def wrong_envelope(twin: Twin) -> Iterator[Defect]:
    cases = twin.service.errors.cases
    for name in _USUAL:
        if name in cases and twin.service.errors.body is not None:
            changed = {**cases, name: replace(cases[name], body={"trouble": "yes"})}
            yield _with_cases(twin, name, changed)


def not_found_is_empty(twin: Twin) -> Iterator[Defect]:
    """Unknown records are answered as if they were there and empty."""
    cases = twin.service.errors.cases
    if "not_found" in cases:
        yield _with_cases(twin, "not_found", {**cases, "not_found": replace(cases["not_found"], status=200, body={})})


def _with_cases(twin: Twin, name: str, cases: dict[str, ErrorCase]) -> Defect:
    errors = replace(twin.service.errors, cases=cases)
    return Defect(place=f"case {name}", twin=replace(twin, service=replace(twin.service, errors=errors)))


def find_optional(twin: Twin) -> Iterator[Defect]:
    """An operation goes on where the record that it needs is unknown."""
    for _, operation in operations(twin):
        for place, find in enumerate(operation.find):
            if not find.optional:
                finds = list(operation.find)
                finds[place] = replace(find, optional=True)
                yield with_operation(twin, operation, find=tuple(finds))


def public(twin: Twin) -> Iterator[Defect]:
    for _, operation in operations(twin):
        if not operation.public:
            yield with_operation(twin, operation, public=True)


def any_credential(twin: Twin) -> Iterator[Defect]:
    """Whatever is sent as a credential opens."""

    def around(handle: Handle) -> Handle:
        known: list[str] = []

        def open_to_all(world: World, request: Request) -> Response:
            given = request.headers.get("authorization")
            response = handle(world.fork(), request) if given and given not in known else None
            if response is not None and response.status < 300 and given is not None:
                known.append(given)
            elif known and given is not None and given not in known:
                request.headers = {**request.headers, "authorization": known[0]}
            return handle(world, request)

        return open_to_all

    yield Defect(place="credentials", twin=twin, around=around)


def validation_off(twin: Twin) -> Iterator[Defect]:
    validation = twin.service.validation
    for part, changed in (
        ("bodies", replace(validation, bodies="off")),
        ("parameters", replace(validation, parameters="off")),
    ):
        if changed != validation:
            yield Defect(place=f"validation of {part}", twin=replace(twin, service=replace(twin.service, validation=changed)))


OPERATORS: tuple[Operator, ...] = (
    Operator(name="guard-dropped", plant=guard_dropped),
    Operator(name="guard-inverted", plant=guard_inverted),
    Operator(name="guard-wrong-case", plant=guard_wrong_case),
    Operator(name="wrong-error-status", plant=wrong_status),
    Operator(name="wrong-error-envelope", plant=wrong_envelope),
    Operator(name="not-found-is-empty", plant=not_found_is_empty),
    Operator(name="find-optional", plant=find_optional),
    Operator(name="credential-not-needed", plant=public),
    Operator(name="any-credential", plant=any_credential),
    Operator(name="validation-off", plant=validation_off),
)
