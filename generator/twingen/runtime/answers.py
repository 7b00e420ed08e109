"""What is answered: status, projection, envelope and headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from twingen.contract.model import Operation as Documented
from twingen.errors import ExpressionError
from twingen.runtime import paths
from twingen.runtime.engine import Engine
from twingen.runtime.handlers import Reply
from twingen.runtime.masks import Mask, MaskError, masked, parse_mask, stray
from twingen.runtime.paging import Page
from twingen.runtime.refusal import Refusal
from twingen.runtime.store import Row
from twingen.twin.expression import Evaluate
from twingen.twin.functions import NOTHING
from twingen.twin.model import Answer, Operation, Treatment
from twingen.twin.template import compile_template, volatile

_RECORD = frozenset({"record"})
_REMEMBERED = 1_024
_WRITES = frozenset({"create", "upsert", "update", "replace", "delete", "transition", "link", "unlink"})


class Outcome:
    """The answer of an operation before it is put into bytes; `value` NOTHING is no body.

    Records in `value` are shown by `show` when it is put into bytes; `raw` is it in bytes already.
    """

    __slots__ = ("content_type", "headers", "raw", "show", "status", "value")

    def __init__(
        self, status: int, value: Any, headers: list[tuple[str, str]], content_type: str | None = None,
        show: Callable[[Row], Any] | None = None,
    ):  # fmt: skip
        self.show = show
        self.raw: bytes | None = None
        self.status = status
        self.value = value
        self.headers = headers
        self.content_type = content_type


def success_status(documented: Documented | None, *, writes: bool) -> tuple[int, bool]:
    """Return the success that an operation answers with, and whether it carries a body.

    The lowest documented 2xx; where a write documents 204 as well, 204.
    """
    found: dict[int, bool] = {}
    others = False
    for response in documented.responses if documented else ():
        if response.status.isdigit() and 200 <= int(response.status) < 300:
            found[int(response.status)] = bool(response.content)
        elif response.status.upper() in {"2XX", "DEFAULT"} and response.content:
            others = True
    if others and not found:
        # What is not listed by its status: failures, where a success is.
        found[200] = True
    if not found:
        return 200, documented is None or not documented.responses
    if writes and 204 in found:
        return 204, False
    status = min(found)
    return status, found[status] and status != 204


def _success_schema(documented: Documented | None) -> Any:
    for response in documented.responses if documented else ():
        if response.status.startswith("2"):
            for media in response.content:
                if "json" in media.type and media.schema is not None:
                    return media.schema
    return None


def _joined(rows: list[Any], token: Any, show: Callable[[Row], Any]) -> bytes | None:
    """Return a list of records as JSON, where each of them is remembered as that; else None."""
    raws = []
    for row in rows:
        if not isinstance(row, Row):
            return None
        shown = row.shown
        if shown is None or shown[0] != token:
            if not isinstance(show(row), orjson.Fragment):
                return None
            shown = row.shown
            assert shown is not None
        raws.append(shown[1])
    return b"[" + b",".join(raws) + b"]"


class _Remembered:
    """The value of a header for the records that were answered last, as they are."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[int, tuple[Row, str, Any]] = {}

    def get(self, evaluate: Evaluate, scope: Any) -> Any:
        row = scope.record
        if not isinstance(row, Row):
            return evaluate(scope)
        # The record is kept with the value, so that no other one can have its identity.
        found = self._values.get(id(row))
        if found is not None and found[1] == scope.base:
            return found[2]
        value = evaluate(scope)
        if len(self._values) >= _REMEMBERED:
            self._values.clear()
        self._values[id(row)] = (row, scope.base, value)
        return value


def _of_record(template: Any) -> bool:
    """Return whether a template says the same of a record as long as nobody changes it."""
    try:
        compile_template(template, _RECORD)
    except ExpressionError:
        return False
    return not volatile(template)


class Answers:
    """Builds the outcome of one operation (or of its first step)."""

    def __init__(
        self, engine: Engine, operation: Operation, documented: Documented | None, answer: Answer
    ):
        self.engine = engine
        self.operation = operation
        self.answer = answer
        self.schema = _success_schema(documented)
        self.parsed: dict[str, Mask] = {}
        status, carries = success_status(documented, writes=operation.effect in _WRITES)
        self.status = answer.status or status
        # An upsert that made something says so, where that is documented.
        self.made = (
            201 if operation.effect == "upsert" and answer.status is None and status != 201
            and any(response.status == "201" for response in (documented.responses if documented else ()))
            else None
        )  # fmt: skip
        self.carries = self.status != 204 and not answer.empty and (
            answer.body is not None or (carries if answer.status in (None, status) else True)
        )
        self.body = None if answer.body is None else compile_template(answer.body)
        self.wrap = None if engine.service.wrap is None else compile_template(engine.service.wrap)
        self.headers = [
            (name.lower(), compile_template(value), _Remembered() if _of_record(value) else None)
            for name, value in answer.headers.items()
        ]
        self.drop = tuple(paths.split(path) for path in answer.drop)
        self.only = tuple(paths.split(path) for path in answer.only)
        treatments = {**engine.service.parameters, **operation.parameters}
        self.expands = [(n, t.options.get("values", {})) for n, t in treatments.items() if t.use == "expand"]
        # What is left out unless it is asked for: parameter → (path, its name), and the word for all.
        self.hidden = {
            name: (tuple((paths.split(path), path) for path in t.fields), t.options.get("everything"))
            for name, t in treatments.items() if t.use == "expand" and t.fields
        }  # fmt: skip
        hidden = tuple(sorted(path for shown, _ in self.hidden.values() for _, path in shown))
        self.projection = (answer.links, answer.only, answer.drop, hidden)
        self.masks = [(n, t) for n, t in treatments.items() if t.use == "fields"]
        self.compiled_expands = [
            (name, {value: {p: compile_template(x) for p, x in fields.items()} for value, fields in values.items()})
            for name, values in self.expands
        ]

    def outcome(
        self, scope: Any, result: Any, arguments: dict[str, Any], *, given: bool = False
    ) -> Outcome:
        """Return the answer for `result`; `given` says that a handler already made the body."""
        headers: list[tuple[str, str]] = []
        page = result if isinstance(result, Page) else None
        if page is not None:
            headers = page.pager.headers(page)
        if not self.carries and not given:
            value: Any = NOTHING
        else:
            value = self._value(scope, result, page, arguments, given=given)
        for name, evaluate, remembered in self.headers:
            header = evaluate(scope) if remembered is None else remembered.get(evaluate, scope)
            if header is not NOTHING and header is not None:
                headers.append((name, str(header)))
        if value is not NOTHING and self.wrap is not None:
            value = self.wrap(scope.having("body", value))
        if value is not NOTHING and self.masks:
            value = self._masked(scope, value, arguments)
        show = self._show(scope, arguments)
        outcome = Outcome(self.status, value, headers, self.answer.content_type, show)
        if page is not None and value is page.items and not self._expanding(arguments):
            outcome.raw = _joined(value, (self.projection, scope.base), show)
        return outcome

    def _expanding(self, arguments: dict[str, Any]) -> bool:
        return any(name in arguments for name, _ in self.expands)

    def _show(self, scope: Any, arguments: dict[str, Any]) -> Callable[[Row], Any]:
        """Return how records are shown: from their cache where the request makes no difference."""
        kinds = self.engine.kinds
        token = (self.projection, scope.base)
        expanding = self._expanding(arguments)

        def show(row: Row) -> Any:
            cached = row.shown
            if cached is not None and cached[0] == token and not expanding:
                return orjson.Fragment(cached[1])
            shown = self.record(scope, row, arguments)
            if expanding or not kinds[row.kind].steady:
                return shown
            raw = orjson.dumps(shown)
            row.shown = (token, raw)
            return orjson.Fragment(raw)

        return show

    def reply(self, scope: Any, reply: Reply, arguments: dict[str, Any]) -> Outcome:
        headers = [(name.lower(), value) for name, value in reply.headers.items()]
        value = NOTHING if reply.body is None else reply.body
        if value is not NOTHING and not isinstance(value, (bytes, str)):
            value = self._shown(scope, value, arguments)
            if self.masks:
                value = self._masked(scope, value, arguments)
        return Outcome(
            reply.status or self.status, value, headers, reply.content_type or self.answer.content_type
        )

    def _value(
        self, scope: Any, result: Any, page: Page | None, arguments: dict[str, Any], *, given: bool
    ) -> Any:
        if page is not None:
            template = self.body or page.pager.body
            return page.items if template is None else template(scope.having("page", page))
        if self.body is not None:
            return self.body(scope.having("result", result) if given else scope)
        return {} if result is None else result

    def resolved(self, scope: Any, value: Any, arguments: dict[str, Any]) -> Any:
        """Return an answer's value with the records in it as this operation shows them."""
        return self._shown(scope, value, arguments)

    def _shown(self, scope: Any, value: Any, arguments: dict[str, Any]) -> Any:
        """Return a value with the records in it as clients see them."""
        if isinstance(value, Row):
            return self.record(scope, value, arguments)
        if isinstance(value, dict):
            if any(isinstance(member, (Row, dict, list)) for member in value.values()):
                return {name: self._shown(scope, member, arguments) for name, member in value.items()}
            return value
        if isinstance(value, list) and any(isinstance(item, (Row, dict, list)) for item in value):
            return [self._shown(scope, item, arguments) for item in value]
        return value

    def record(self, scope: Any, row: Any, arguments: dict[str, Any]) -> Any:
        if not isinstance(row, Row):
            return row
        data = self.engine.render(scope, row, self.answer.links)
        for name, values in self.compiled_expands:
            asked = arguments.get(name)
            if isinstance(asked, bool):
                asked = "true" if asked else "false"
            names = asked if isinstance(asked, list) else [] if asked is None else str(asked).split(",")
            if name in self.hidden:
                data = self._without(data, name, names)
            for wanted in names:
                for path, evaluate in values.get(str(wanted).strip(), {}).items():
                    inside = scope.with_names({"record": row, row.kind.replace("-", "_"): row})
                    value = evaluate(inside)
                    if value is not NOTHING:
                        # What is expanded is not expanded again.
                        data = paths.put(data, paths.split(path), inside.do_render(value))
        if self.only:
            data = paths.picked(data, self.only)
        for path in self.drop:
            data = paths.without(data, path)
        return data

    def _without(self, data: dict[str, Any], name: str, asked: list[Any]) -> dict[str, Any]:
        """Return a record without what the parameter `name` was not asked to show."""
        shown, everything = self.hidden[name]
        wanted = {str(one).strip() for one in asked}
        if everything in wanted:
            return data
        for path, text in shown:
            if text not in wanted:
                data = paths.without(data, path)
        return data

    def _mask(self, name: str, asked: str, treatment: Treatment) -> Mask:
        found = self.parsed.get(asked)
        if found is not None:
            return found
        error = treatment.options.get("error", "invalid")
        try:
            mask = parse_mask(asked)
        except MaskError as trouble:
            raise Refusal(error, field=name, value=asked, reason=str(trouble)) from None
        unknown = None if self.schema is None else stray(mask, self.schema, self.engine.twin.contract.schemas)
        if unknown is not None:
            raise Refusal(treatment.options.get("unknown", error), field=name, value=unknown)
        if len(self.parsed) < 256:
            self.parsed[asked] = mask
        return mask

    def _masked(self, scope: Any, value: Any, arguments: dict[str, Any]) -> Any:
        for name, treatment in self.masks:
            asked = arguments.get(name) or treatment.options.get("default")
            if not asked:
                continue
            mask = self._mask(name, str(asked), treatment)
            value = masked(self._shown(scope, value, {}), mask)
        return value
