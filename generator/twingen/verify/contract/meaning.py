"""What a service's answers mean: which are refusals, and of what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from twingen.runtime.failures import INSTEAD, STATUS
from twingen.runtime.http import Response
from twingen.twin.model import ErrorCase, Service, Twin
from twingen.verify.subject import Marks, refuses

# Refusals of the request itself, whatever the state of the service: valid data must not meet them.
OF_DATA = frozenset({"invalid", "malformed", "missing_body", "too_large", "unsupported_media_type"})
# Not about what was asked: a check that expects a refusal is not content with these.
_NOT_REFUSALS = frozenset({"internal", "unsupported"})

_GRAMMARS = frozenset({"expand", "fields", "filter", "order", "range", "refused", "search", "sort"})


class Meaning:
    """How one service tells its failures, as service.yaml has it.

    `marks` tell a refusal that has the status of a success; `unauthenticated` is the body of the
    answer without a credential.
    """

    def __init__(self, service: Service, marks: Marks, unauthenticated: bytes = b""):
        self.service = service
        self.marks = marks
        self.unauthenticated = unauthenticated
        self._of_auth = {service.auth.missing, service.auth.refused, "unauthenticated"}
        self._known = [
            (case.status, tuple(_texts(case.fields)), name) for name, case in service.errors.cases.items()
        ]

    def of(self, response: Response) -> tuple[int, bool]:
        """Return the status that an answer means, and whether it says that the twin does not do this."""
        status = response.status
        if status != 501 and not self.marks:
            return status, False
        try:
            body = orjson.loads(response.body)
        except ValueError:
            return status, False
        if status == 501:
            error = body.get("error") if isinstance(body, dict) else None
            return status, isinstance(error, dict) and error.get("code") == "not_implemented"
        if not refuses(self.marks, status, body):
            return status, False
        if response.refusal in self._of_auth or response.body == self.unauthenticated:
            return 401, False
        return STATUS.get(response.refusal, 400), False

    @property
    def refusals(self) -> frozenset[int]:
        """The statuses with which this service refuses a request."""
        cases = self.service.errors.cases
        found = {case.status for case in cases.values()}
        for name, status in STATUS.items():
            if name not in _NOT_REFUSALS:
                case = _named(name, cases)
                found.add(case.status if case is not None else status)
        if self.marks:
            found |= set(STATUS.values())
        return frozenset(status for status in found if 400 <= status < 500)

    def is_of_state(self, status: int, refusal: str, body: bytes) -> bool:
        """Return whether a refusal is one of the service's own rules, and not of the data as such.

        A twin says which error case it is; of another server's answer the status and the fixed
        words of the cases tell, and in doubt it is of the data.
        """
        if refusal:
            return refusal not in OF_DATA
        names = [
            name
            for known, texts, name in self._known
            if known == status and texts and all(text in body for text in texts)
        ]
        return bool(names) and OF_DATA.isdisjoint(names)


def worded(twin: Twin) -> dict[str, frozenset[str]]:
    """Return the arguments of each operation whose values have a grammar beyond their schemas.

    These are the ones that its twin filters, sorts, pages or selects by, and those of which it
    takes some values only.
    """
    found = {}
    for resource in twin.resources:
        for operation in resource.operations:
            treatments = {**twin.service.parameters, **operation.parameters}
            names = {
                name
                for name, treatment in treatments.items()
                if treatment.use in _GRAMMARS or "allowed" in treatment.options
            }
            style = twin.service.paging.get(operation.page or "")
            if style is not None:
                names |= {n for n in (style.limit, style.cursor, style.offset, style.number) if n}
            found[operation.key] = frozenset(names)
    return found


def _named(name: str, cases: Mapping[str, ErrorCase]) -> ErrorCase | None:
    while name not in cases and name in INSTEAD:
        name = INSTEAD[name]
    return cases.get(name)


def _texts(value: Any) -> list[bytes]:
    """Return the fixed words inside an error case, as JSON writes them."""
    if isinstance(value, str):
        return [] if "{" in value or not value else [orjson.dumps(value)]
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else []
