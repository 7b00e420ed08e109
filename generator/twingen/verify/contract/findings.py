"""What schemathesis found → findings: once each, the smallest case, and what the documents say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import orjson
from schemathesis.core.failures import Failure
from schemathesis.engine.recorder import ScenarioRecorder

from twingen.contract.model import Operation
from twingen.report.model import Column, Finding, Passage
from twingen.runtime.http import Request
from twingen.twin.model import Twin
from twingen.verify.contract.checks import PREFIX, PUBLISHED
from twingen.verify.contract.repeating import commands
from twingen.verify.contract.shrinking import identity
from twingen.verify.contract.specification import COPY
from twingen.verify.contract.transport import Heard
from twingen.verify.contradictions import Contradictions
from twingen.verify.trail import Trail

_SHOWN = 300
_QUOTED = 400
_COMPONENT = "Invalid component:"
_NO_BODY = "Missing request body"
_NAMED = re.compile(r"^Schema at (/components/\S+):$", re.MULTILINE)
BOTH: tuple[Column, ...] = ("published", "overlay")


class Findings:
    """Turns the failures of scenarios into findings of one twin.

    `smallest` are requests that were made smaller, by the identity of the failure (shrinking.py);
    `trail` is what was asked of a server whose ids are others each time.
    """

    def __init__(
        self, twin: Twin, keys: Mapping[str, str], address: str,
        smallest: Mapping[tuple[str, str, str, str], Request], trail: Trail | None = None,
    ):  # fmt: skip
        self.twin = twin
        self.keys = keys
        self.address = address
        self.smallest = smallest
        self.trail = trail
        self._operations = {operation.key: operation for operation in twin.contract.operations}
        self._units = {
            operation.key: f"resources/{resource.name}.yaml"
            for resource in twin.resources
            for operation in resource.operations
        }
        self._deviations = {(one.operation, one.check): one.reason for one in twin.deviations}
        self._contradictions = Contradictions(twin.contract)

    def of(self, recorder: ScenarioRecorder) -> list[Finding]:
        """Return the findings of a scenario; `count` is how many of its cases show one."""
        seen: dict[tuple[str, str, str, str], list[tuple[str, Failure]]] = {}
        for case_id, nodes in recorder.checks.items():
            for node in nodes:
                if node.failure_info is None:
                    continue
                failure = node.failure_info.failure
                label = recorder.cases[case_id].value.operation.label
                name = node.name.removeprefix(PREFIX)
                seen.setdefault(identity(label, name, failure), []).append((case_id, failure))
        return [self._finding(recorder, key, cases) for key, cases in seen.items()]

    def _finding(
        self, recorder: ScenarioRecorder, key: tuple[str, str, str, str], cases: list[tuple[str, Failure]]
    ) -> Finding:
        label, name, kind, unique = key
        case_id, failure = min(cases, key=lambda case: self._size(recorder, *case))
        operation = self._operations.get(self.keys.get(label, ""))
        operation_key = operation.key if operation is not None else ""
        check = "response_schema_conformance" if name == PUBLISHED else name
        response = recorder.find_response(case_id=case_id)
        deviation, evidence = self._deviations.get((operation_key, check), ""), ""
        if check == "response_schema_conformance" and not deviation:
            deviation, evidence = self._shown(operation_key, response)
        digest = sha256(" ".join((operation_key, name, kind, unique)).encode()).hexdigest()[:16]
        return Finding(
            source="contract",
            check=check,
            operation=operation_key,
            identity=f"contract:{digest}",
            title=_title(failure, operation_key or label),
            unit=self._units.get(operation_key, "service.yaml"),
            cause=kind,
            expected=_expected(check, failure, operation, response),
            observed=_observed(response),
            columns=("published",) if name == PUBLISHED else BOTH,
            curl=self._curl(recorder, case_id, failure, key),
            passages=_passages(operation, check, failure),
            deviation=deviation,
            evidence=evidence,
            count=len(cases),
        )

    def _shown(self, key: str, response: Any) -> tuple[str, str]:
        """Return why an answer that breaks its schema is what the documents themselves show, and where."""
        if response is None or (isinstance(response, Heard) and response.trouble):
            return "", ""
        status = response.sent_status if isinstance(response, Heard) else response.status_code
        content_type = (response.headers.get("content-type") or [""])[0].partition(";")[0].strip().lower()
        try:
            body = orjson.loads(response.content or b"")
        except ValueError:
            return "", ""
        found = self._contradictions.explain(key, status, content_type, body)
        return "; ".join(one.reason for one in found[:3]), "; ".join(one.evidence for one in found[:3])

    def _curl(
        self, recorder: ScenarioRecorder, case_id: str, failure: Failure, key: tuple[str, str, str, str]
    ) -> tuple[str, ...]:
        smaller = self.smallest.get(key)
        if smaller is not None:
            return commands([smaller], self.address)
        response = recorder.find_response(case_id=case_id)
        body = (response.content or b"") if response is not None else b""
        return commands(_chain(recorder, case_id, failure), self.address, self.trail, body)

    def _size(self, recorder: ScenarioRecorder, case_id: str, failure: Failure) -> tuple[int, int, int]:
        """Rank a case: few steps before it, little to make first, a short request."""
        steps, parent = 0, recorder.cases[case_id].parent_id
        while parent is not None:
            steps, parent = steps + 1, recorder.cases[parent].parent_id
        chain = _chain(recorder, case_id, failure)[-1:]
        before = 0 if self.trail is None else sum(_length(one.request) for one in self.trail.before(chain, b""))
        return steps, before, sum(map(_length, chain))


def _chain(recorder: ScenarioRecorder, case_id: str, failure: Failure) -> list[Request]:
    """Return the requests of a case, those before it first."""
    found = []
    for case in recorder.iter_chain_cases(case_id=case_id, related_case_ids=failure.related_case_ids()):
        interaction = recorder.interactions.get(case.id)
        if interaction is None:
            continue
        sent = interaction.request
        parts = urlsplit(sent.uri)
        headers = {name: values[0] for name, values in sent.headers.items() if values}
        found.append(Request(sent.method, parts.path, parts.query, headers, sent.body or b""))
    return found


def _length(request: Request) -> int:
    return len(request.body) + len(request.path) + len(request.query)


def tally(recorder: ScenarioRecorder, labels: Iterable[str]) -> dict[str, tuple[int, int, int]]:
    """Return cases, and those that failed as published and with the overlay, by label."""
    found = dict.fromkeys(labels, (0, 0, 0))
    for case_id, nodes in recorder.checks.items():
        response = recorder.find_response(case_id=case_id)
        if isinstance(response, Heard) and response.unsupported:
            continue
        label = recorder.cases[case_id].value.operation.label
        failed = {node.name for node in nodes if node.failure_info is not None}
        cases, published, overlay = found.get(label, (0, 0, 0))
        found[label] = (
            cases + 1, published + bool(failed), overlay + bool(failed - {PREFIX + PUBLISHED})
        )  # fmt: skip
    return found


def _title(failure: Failure, where: str) -> str:
    lines = [line.strip() for line in failure.message.splitlines() if line.strip()]
    first = next((line for line in lines if line.startswith(_COMPONENT)), lines[0] if lines else "")
    text = f"{failure.title}: {first}" if first and first not in failure.title else failure.title
    return f"{where}: {_short(text, 200)}"


def _expected(check: str, failure: Failure, operation: Operation | None, response: Any) -> str:
    documented = ", ".join(r.status for r in operation.responses) if operation is not None else ""
    match check:
        case "status_code_conformance":
            return f"one of the documented statuses: {documented or 'none'}"
        case "negative_data_rejection" | "missing_required_header":
            return _short(failure.message.replace("\n", "; "), _SHOWN)
        case "positive_data_acceptance":
            return "valid data is accepted"
        case "unsupported_method":
            return "405 with an Allow header for a method that is not documented"
        case "allow_header_conformance":
            return "an Allow header with the documented methods"
        case "ignored_auth":
            return "401 or 403 without a valid credential"
        case "not_a_server_error":
            return "no server error"
        case "response_schema_conformance" | "response_headers_conformance":
            return _short("the documented schema: " + failure.message.replace("\n", " "), _SHOWN)
        case _:
            return _short(failure.kind_title, _SHOWN)


def _observed(response: Any) -> str:
    if response is None:
        return "no answer"
    if isinstance(response, Heard) and response.trouble:
        return response.trouble
    status = response.sent_status if isinstance(response, Heard) else response.status_code
    body = (response.content or b"").decode("utf-8", "replace")
    allow = response.headers.get("allow")
    shown = f"{status} Allow: {', '.join(allow)} " if allow else f"{status} "
    return _short(shown + body, _SHOWN)


def _passages(operation: Operation | None, check: str, failure: Failure) -> tuple[Passage, ...]:
    """Return where the operation is documented, with the words that do not hold."""
    if operation is None or operation.origin is None:
        return ()
    quote = _quote(operation, check, failure)
    origin = operation.origin
    return (Passage(document=origin.document, pointer=origin.pointer, line=origin.line, quote=quote),)


def _quote(operation: Operation, check: str, failure: Failure) -> str:
    schema = getattr(failure, "_schema", None)
    if check == "response_schema_conformance":
        path = getattr(failure, "schema_path", None)
        violation = getattr(failure, "violation", None)
        if violation is not None:
            return _short(f"{violation.pointer}: {violation.kind} {violation.expected}", _QUOTED)
        str(failure)  # the excerpt of the schema is made with the message
        schema = getattr(failure, "_schema", None)
        named = _NAMED.search(failure.message)
        keyword = (path or ("",))[-1]
        if named and keyword == "not" and schema == {"not": {}}:
            return f"{named.group(1)}/writeOnly: true"  # what schemathesis reads so in an answer
        if named and isinstance(schema, Mapping) and keyword in schema:
            return _short(f"{named.group(1)}/{keyword}: {_json(schema[keyword])}", _QUOTED)
        if schema:
            return _short(f"{'/'.join(map(str, path or ()))}: {_json(schema)}", _QUOTED)
    if check in {"unsupported_method", "allow_header_conformance"}:
        return f"{operation.method} {operation.path}"
    if check == "ignored_auth":
        ways = [list(way) for way in operation.security or ()]
        return f"security: {_json(ways)}"
    if check == "negative_data_rejection" and operation.body is not None and _NO_BODY in failure.message:
        types = ", ".join(media.type for media in operation.body.content)
        return f"requestBody: {'required' if operation.body.required else 'optional'}, {types}"
    if check == "negative_data_rejection" and operation.parameters:
        blamed = [p for p in operation.parameters if f"parameter `{p.name}` in {p.location}" in failure.message]
        names = ", ".join(f"{p.name} ({_json(dict(p.schema))})" for p in blamed or operation.parameters)
        return _short(f"parameters: {names}", _QUOTED)
    statuses = ", ".join(f"{r.status} {r.description}".strip() for r in operation.responses)
    return _short(f"responses: {statuses}", _QUOTED)


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return str(value)


def _short(text: str, most: int) -> str:
    text = " ".join(text.replace(COPY, "").split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
