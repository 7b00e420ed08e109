"""Failures in the vendor's words: error cases, the envelope around them, and plain JSON without one."""

from __future__ import annotations

from typing import Any

import orjson

from twingen.runtime.engine import dumps
from twingen.runtime.http import Response
from twingen.runtime.refusal import Refusal
from twingen.runtime.violation import Violation
from twingen.twin.expression import Evaluate, compile_expression
from twingen.twin.model import ErrorCase, Service
from twingen.twin.template import compile_template

# Where a service names no case for it, a failure has this status (and a plain body).
STATUS = {
    "unauthenticated": 401,
    "forbidden": 403,
    "unknown_route": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "precondition_failed": 412,
    "illegal_move": 409,
    "patch_failed": 409,
    "too_large": 413,
    "unsupported_media_type": 415,
    "malformed": 400,
    "missing_body": 400,
    "invalid": 400,
    "bad_filter": 400,
    "bad_cursor": 400,
    "rate_limited": 429,
    "unsupported": 501,
    "internal": 500,
}
# A case that a service does not name is answered as this other one, if it names that.
INSTEAD = {
    "missing_body": "malformed",
    "bad_filter": "invalid",
    "bad_cursor": "invalid",
    "conflict": "invalid",
    "illegal_move": "invalid",
    "patch_failed": "invalid",
    "unknown_route": "not_found",
    "unsupported_media_type": "malformed",
    "too_large": "malformed",
}


class _Compiled:
    __slots__ = ("body", "content_type", "fields", "headers", "instead", "status")

    def __init__(self, case: ErrorCase, envelope: Evaluate | None):
        self.status = case.status
        self.fields = [(name, compile_template(value)) for name, value in case.fields.items()]
        self.headers = [(name, compile_template(value)) for name, value in case.headers.items()]
        self.body = compile_template(case.body) if case.body is not None else envelope
        self.content_type = case.content_type
        self.instead = [(compile_expression(when), other) for when, other in case.instead]


class Failures:
    """Renders the refusals of one service."""

    def __init__(self, service: Service):
        self.service = service
        self.content_type = service.errors.content_type
        envelope = None if service.errors.body is None else compile_template(service.errors.body)
        self.cases = {name: _Compiled(case, envelope) for name, case in service.errors.cases.items()}
        self.headers = [(n, compile_template(v)) for n, v in service.errors.headers.items()]
        self.messages = {
            kind: compile_template(value) for kind, value in service.errors.messages.items()
        }

    def respond(self, scope: Any, refusal: Refusal) -> Response:
        """Return the vendor's answer for `refusal`, or a plain one where the documents show none."""
        name = refusal.case
        case = self.cases.get(name)
        while case is None and name in INSTEAD:
            name = INSTEAD[name]
            case = self.cases.get(name)
        if case is None and refusal.case not in STATUS:
            case = self.cases.get("default")
        if case is None or case.body is None:
            status = case.status if case is not None else STATUS.get(refusal.case, 400)
            return plain(status, refusal.case, _message(refusal))
        names = {"case": refusal.case, "status": case.status, **refusal.give}
        if "violations" in names:
            names["violations"] = [self._violation(scope, v) for v in names["violations"]]
            first = names["violations"][0] if names["violations"] else {}
            for key in ("field", "message"):
                names.setdefault(key, first.get(key))
        inside = scope.with_names(names)
        for when, other in case.instead:
            if when(inside):
                return self.respond(scope, Refusal(other, **refusal.give))
        for field, evaluate in case.fields:
            value = evaluate(inside)
            names[field] = value
        headers = [("content-type", case.content_type or self.content_type)]
        headers += [(n, str(evaluate(inside))) for n, evaluate in (*self.headers, *case.headers)]
        body = case.body(inside)
        text = isinstance(body, str) and "json" not in (case.content_type or self.content_type)
        return Response(case.status, body.encode() if text else dumps(body, scope), headers)

    def _violation(self, scope: Any, violation: Violation) -> dict[str, Any]:
        field = violation.name or violation.pointer.strip("/").replace("/", ".")
        entry = {
            "field": field,
            "path": violation.pointer.strip("/").replace("/", "."),
            "kind": violation.kind,
            "message": violation.message,
            "expected": violation.expected,
            "where": violation.location,
        }
        words = self.messages.get(violation.kind) or self.messages.get("default")
        if words is not None:
            entry["message"] = words(scope.with_names(dict(entry)))
        return entry


def plain(status: int, case: str, message: str) -> Response:
    """Return a JSON error that claims no vendor's words."""
    body = orjson.dumps({"error": {"status": status, "code": case, "message": message}})
    return Response(status, body, [("content-type", "application/json")])


def _message(refusal: Refusal) -> str:
    parts = [refusal.case.replace("_", " ")]
    for name, value in refusal.give.items():
        if name == "violations":
            parts += [f"{v.name or v.pointer or 'body'}: {v.message}" for v in value]
        elif isinstance(value, (str, int, float)):
            parts.append(f"{name}={value}")
    return "; ".join(parts)
