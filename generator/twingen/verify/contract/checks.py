"""The checks, as they hold for one service.

All of schemathesis's checks run, each behind these rules, which are read from service.yaml and the
contract and never from what was found:

- Refusals. Negative data must be refused with a status that the service refuses with. Where its
  failures have the status of a success, the body must be its envelope of a failure: the transport
  gives such an answer the status that it means, and only the conformance of statuses looks at the
  one on the wire.
- 400 where undocumented. Checks that demand a refusal and the check that allows documented statuses
  only cannot both hold where a contract documents 400 here and not there. An error status that is
  a convention of the service counts as documented for every operation, with the schema that the
  others give it (specification.conventions).
- Valid data may be refused by a rule of the service that has an error case of its own (a conflict,
  a state, a policy), not as malformed or of the wrong type; as invalid only where an argument was
  sent that the twin's files give a grammar beyond its schema (a filter, a sort order, a page size).
- Data that was made to be bad, and is not once it is sent, may be taken in: see harmless.py.
- Where the verb does not choose the operation, GET and POST are one method.
- Bad data that is taken in is one finding: that the answer shows it again is not another, nor that
  later answers of a server do from which it cannot be taken back.
- A server error is one finding, and so is an answer that did not come whole: nothing else is asked
  of them. A 501 in which the twin says that it does not do this is no case at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jsonschema_rs
import schemathesis
from schemathesis.checks import CHECKS, CheckContext, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response as Answer
from schemathesis.generation.case import Case
from schemathesis.openapi.checks import AllowHeaderMismatch, JsonSchemaError
from schemathesis.specs.openapi.checks import negative_data_rejection

from twingen.contract.model import Contract, Operation
from twingen.runtime.violation import Validator, Violation, violations
from twingen.verify.contract.harmless import Harmless
from twingen.verify.contract.loosening import changed_schemas, differs
from twingen.verify.contract.meaning import Meaning
from twingen.verify.contract.shrinking import Shrinker
from twingen.verify.contract.transport import Heard
from twingen.verify.remote import Remote

PREFIX = "twingen_"
PUBLISHED = "published_schema"
WHOLE = "whole_answer"
_ERROR = "not_a_server_error"
_SCHEMA = "response_schema_conformance"
_URN = "urn:published"
_EITHER = frozenset({"GET", "POST"})
# Whether these fail depends on request and answer alone, so that the request can be made smaller.
_PLAIN = frozenset(
    {_ERROR, "status_code_conformance", "content_type_conformance",
     "response_headers_conformance", _SCHEMA}
)  # fmt: skip

AnyCase = Case[Any]
Check = Callable[[CheckContext, Answer, AnyCase], bool | None]


class NoWholeAnswer(Failure):
    """The server closed, sent less than it said, or took too long."""

    kind_title = "No whole answer"


class PublishedSchemaBroken(Failure):
    """An answer that the overlay allows and the published contract does not."""

    kind_title = "Response violates the published schema"

    __slots__ = ("violation",)

    def __init__(self, operation: str, violation: Violation):
        super().__init__(operation=operation, message=f"{violation.pointer or '/'}: {violation.message}")
        self.violation = violation

    @property
    def _unique_key(self) -> str:
        steps = ("*" if step.isdigit() else step for step in self.violation.pointer.split("/"))
        return f"{'/'.join(steps)} {self.violation.kind}"


class Rules:
    """What the checks must know of the service; the transport carries it to them.

    `keys` are the operations by label, `worded` the arguments of each whose values have a grammar,
    `methods` what is documented for a template.
    """

    def __init__(
        self, meaning: Meaning, keys: Mapping[str, str], published: Contract, overlay: Contract,
        shrinker: Shrinker | None = None, worded: Mapping[str, frozenset[str]] | None = None,
        methods: Mapping[str, frozenset[str]] | None = None,
    ):  # fmt: skip
        self.meaning = meaning
        self.keys = keys
        self.either = meaning.service.any_method
        self.shrinker = shrinker
        self.worded = worded or {}
        self.methods = methods or {}
        self.published = Published(published, overlay)
        self.harmless = Harmless(published, meaning.service)

    def documented(self, template: str) -> frozenset[str]:
        """Return the methods of a template, also of operations that are not tried now."""
        found = self.methods.get(template, frozenset())
        return found | _EITHER if self.either and found & _EITHER else found


class Published:
    """Validators of the published contract for operations whose answers the overlay loosens."""

    def __init__(self, published: Contract, overlay: Contract):
        changed = changed_schemas(published, overlay)
        self.operations: dict[str, Operation] = {
            operation.key: operation
            for operation in published.operations
            if differs(operation, changed, published, overlay)
        }
        self._schemas = published.schemas
        self._registry: Any = None
        self._known: dict[int, Validator] = {}

    def violations(self, key: str, status: int, content_type: str, body: Any) -> list[Violation]:
        operation = self.operations.get(key)
        if operation is None:
            return []
        statuses = {response.status: response for response in operation.responses}
        response = (
            statuses.get(str(status)) or statuses.get(f"{status // 100}XX") or statuses.get("default")
        )
        for media in response.content if response is not None else ():
            if media.schema is not None and media.type.partition(";")[0] == content_type:
                return violations(self._validator(media.schema), body, limit=5)
        return []

    def _validator(self, schema: Any) -> Validator:
        found = self._known.get(id(schema))
        if found is None:
            if self._registry is None:
                document = {"components": {"schemas": dict(self._schemas)}}
                self._registry = jsonschema_rs.Registry(
                    [(_URN, document)], draft=jsonschema_rs.Draft202012
                )
            try:
                found = jsonschema_rs.Draft202012Validator(
                    _absolute(schema), registry=self._registry, validate_formats=True
                )
            except ValueError:
                found = jsonschema_rs.Draft202012Validator({})
            self._known[id(schema)] = found
        return found


def register() -> tuple[str, ...]:
    """Register the checks behind our rules, once a process; return the names of schemathesis's own."""
    load_all_checks()
    stock = [name for name in CHECKS.get_all_names() if not name.startswith(PREFIX)]
    stock = [name for name in stock if name != "max_response_time"]
    if PREFIX + WHOLE not in CHECKS.get_all_names():
        for name in stock:
            schemathesis.check(_ruled(name, CHECKS.get_one(name)))  # type: ignore[arg-type]
        schemathesis.check(_whole)
        schemathesis.check(_published)
    return tuple(stock)


def configuration(stock: tuple[str, ...], refusals: frozenset[int], documented: frozenset[int]) -> dict[str, Any]:
    """Return the checks' part of schemathesis's configuration.

    Negative data may be refused with any error status that the service has: its error cases and
    what its documents name.
    """
    statuses = [str(status) for status in sorted(refusals | documented)]
    found: dict[str, Any] = {name: {"enabled": False} for name in stock}
    for name in ("negative_data_rejection", "missing_required_header"):
        found[name]["expected-statuses"] = statuses
    for name in (*stock, WHOLE, PUBLISHED):
        found[PREFIX + name] = {"enabled": True}
    return found


def _ruled(name: str, stock: Check) -> Check:
    rule = _RULES.get(name)

    def check(ctx: CheckContext, response: Answer, case: AnyCase) -> bool | None:
        assert isinstance(response, Heard)
        if response.trouble or response.unsupported:
            return None
        if response.status_code >= 500 and name != _ERROR:
            return None
        rules: Rules = case.operation.app.rules
        judged = stock if rule is None else _bound(rule, rules, stock)
        try:
            return judged(ctx, response, case)
        except (Failure, FailureGroup) as failure:
            if name == _SCHEMA and _took_in(ctx, response, case):
                return None
            if name in _PLAIN and rules.shrinker is not None:
                rules.shrinker.shrink(name, judged, ctx, response, case, failure)
            raise

    check.__name__ = PREFIX + name
    return check


def _bound(rule: Rule, rules: Rules, stock: Check) -> Check:
    def judged(ctx: CheckContext, response: Answer, case: AnyCase) -> bool | None:
        assert isinstance(response, Heard)
        return rule(rules, stock, ctx, response, case)

    return judged


def _took_in(ctx: CheckContext, response: Answer, case: AnyCase) -> bool:
    """Return whether an answer is to bad data that should have been refused."""
    if case.meta is None or not case.meta.generation.mode.is_negative:
        return False
    try:
        negative_data_rejection(ctx, response, case)
    except Failure:
        return True
    return False


def _schema(rules: Rules, stock: Check, ctx: CheckContext, response: Heard, case: AnyCase) -> bool | None:
    try:
        return stock(ctx, response, case)
    except (Failure, FailureGroup) as failure:
        found = failure.exceptions if isinstance(failure, FailureGroup) else (failure,)
        left = [one for one in found if not _shows_spoiled(one, case)]
        if len(left) == len(found):
            raise
    if left:
        raise FailureGroup(left)
    return None


def _shows_spoiled(failure: Failure, case: AnyCase) -> bool:
    """Return whether what breaks the schema is a value that the server took in although it is bad."""
    target = case.operation.app.transport.target
    if not isinstance(target, Remote) or not isinstance(failure, JsonSchemaError):
        return False
    return target.trail.is_spoiled(failure.instance_path, failure.instance)


def _status(rules: Rules, stock: Check, ctx: CheckContext, response: Heard, case: AnyCase) -> bool | None:
    with _as_sent(response):
        return stock(ctx, response, case)


@contextmanager
def _as_sent(response: Heard) -> Iterator[None]:
    meant = response.status_code
    response.status_code = response.sent_status
    try:
        yield
    finally:
        response.status_code = meant


def _accepted(rules: Rules, stock: Check, ctx: CheckContext, response: Heard, case: AnyCase) -> bool | None:
    try:
        return stock(ctx, response, case)
    except Failure:
        if rules.meaning.is_of_state(response.sent_status, response.refusal, response.content or b""):
            return None
        worded = rules.worded.get(rules.keys.get(case.operation.label, ""), frozenset())
        if response.refusal in {"", "invalid"} and not worded.isdisjoint(_sent(case)):
            return None
        raise


def _rejected(rules: Rules, stock: Check, ctx: CheckContext, response: Heard, case: AnyCase) -> bool | None:
    try:
        return stock(ctx, response, case)
    except Failure:
        if rules.harmless.is_harmless(rules.keys.get(case.operation.label, ""), case):
            return None
        raise


def _sent(case: AnyCase) -> set[str]:
    """Return the names of the arguments of a case."""
    names = set(case.query or ())
    return names | set(case.body) if isinstance(case.body, dict) else names


def _method(rules: Rules, stock: Check, ctx: CheckContext, response: Heard, case: AnyCase) -> bool | None:
    sent = str(response.request.method)
    if sent in rules.documented(case.operation.path):
        return None
    other = response.operation
    if other and other != rules.keys.get(case.operation.label) and other.split(" ")[-2:-1] == [sent]:
        return None  # what was drawn for the path is another operation's address
    return stock(ctx, response, case)


def _allow(rules: Rules, stock: Check, ctx: CheckContext, response: Heard, case: AnyCase) -> bool | None:
    try:
        return stock(ctx, response, case)
    except AllowHeaderMismatch as failure:
        others = set(failure.undocumented_methods) - rules.documented(case.operation.path)
        if not failure.missing_methods and not others:
            return None
        raise


Rule = Callable[[Rules, Check, CheckContext, Heard, AnyCase], bool | None]
_RULES: dict[str, Rule] = {
    "allow_header_conformance": _allow,
    "negative_data_rejection": _rejected,
    "positive_data_acceptance": _accepted,
    "response_schema_conformance": _schema,
    "status_code_conformance": _status,
    "unsupported_method": _method,
}


def _whole(ctx: CheckContext, response: Answer, case: AnyCase) -> bool | None:
    assert isinstance(response, Heard)
    if response.trouble:
        raise NoWholeAnswer(operation=case.operation.label, message=response.trouble)
    return None


def _published(ctx: CheckContext, response: Answer, case: AnyCase) -> bool | None:
    assert isinstance(response, Heard)
    rules: Rules = case.operation.app.rules
    key = rules.keys.get(case.operation.label, "")
    if response.trouble or response.unsupported or key not in rules.published.operations:
        return None
    content_type = (response.headers.get("content-type") or [""])[0].partition(";")[0].strip().lower()
    try:
        body = response.json()
    except ValueError:
        return None
    found = rules.published.violations(key, response.status_code, content_type, body)
    if not found or _took_in(ctx, response, case):
        return None
    try:
        case.operation.validate_response(response, case=case)
    except (Failure, FailureGroup):
        return None  # it breaks the overlay too: reported as that
    raise PublishedSchemaBroken(case.operation.label, found[0])


_whole.__name__ = PREFIX + WHOLE
_published.__name__ = PREFIX + PUBLISHED


def _absolute(schema: Any) -> Any:
    """Return a schema whose references lead into the published document."""
    if isinstance(schema, Mapping):
        return {
            name: _URN + value if name == "$ref" and isinstance(value, str) else _absolute(value)
            for name, value in schema.items()
        }
    return [_absolute(one) for one in schema] if isinstance(schema, (list, tuple)) else schema
