"""An operation as it is served; all that it needs is compiled when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twingen.contract.model import Operation as Documented
from twingen.contract.schemas import properties, required
from twingen.runtime import json_patch
from twingen.runtime.behaviour import Behaviour, CompiledFind
from twingen.runtime.bodies import BodyDecoder, compile_body
from twingen.runtime.parameters import ParameterDecoder, compile_parameters
from twingen.runtime.sample import SampledResponse
from twingen.runtime.validation import Schemas
from twingen.runtime.violation import Validator, Violation
from twingen.twin.model import Operation
from twingen.twin.record import Standing

if TYPE_CHECKING:
    from twingen.runtime.app import TwinApp

_JSON = "application/json"


class Route:
    """An operation as it is served: what is documented, what it does, and its tier."""

    __slots__ = (
        "_behaviour", "_body", "_finds", "_optional", "_parameters", "_validators", "app", "defaults", "documented",
        "media_type", "operation", "public", "shaped", "template", "tier",
    )  # fmt: skip

    def __init__(
        self, app: TwinApp, documented: Documented, operation: Operation | None, standing: Standing | None,
        template: str,
    ):  # fmt: skip
        self.app = app
        self.documented = documented
        self.operation = operation
        self.template = template
        self.public = documented.security == () or bool(operation and operation.public)
        if operation is not None and operation.does == "unsupported":
            self.tier = "unsupported"
        elif operation is None or operation.does == "shape" or standing is None:
            self.tier = "shape"
        else:
            self.tier = standing.tier
        self.media_type = _media_type(documented)
        treatments = operation.parameters.items() if operation is not None else ()
        self.defaults = {n: t.options["default"] for n, t in treatments if "default" in t.options}
        self.shaped: SampledResponse | None = None
        self._behaviour: Behaviour | None = None
        self._parameters: ParameterDecoder | None = None
        self._body: BodyDecoder | None = None
        self._finds: tuple[CompiledFind, ...] | None = None
        self._optional: frozenset[str] | None = None
        self._validators: dict[int, Validator] = {}

    @property
    def documents_success(self) -> bool:
        """Whether a success is documented, or nothing at all is."""
        responses = self.documented.responses
        return not responses or any(r.status[0] == "2" or r.status == "default" for r in responses)

    def excuses(self, violation: Violation) -> bool:
        """Return whether a missing parameter has a default here."""
        return violation.kind == "required" and violation.name in self.defaults

    @property
    def behaviour(self) -> Behaviour | None:
        if self._behaviour is None and self.operation is not None:
            if self.operation.does not in {"shape", "unsupported"}:
                app = self.app
                self._behaviour = Behaviour(app.engine, app.handlers, self.operation, self.documented)
        return self._behaviour

    @property
    def looks(self) -> bool:
        """Whether its answer may be remembered, if the request was all that it looked at."""
        if self.parameters.reads_headers:
            return False
        return self.behaviour is None or self.behaviour.looks

    @property
    def optional(self) -> frozenset[str]:
        """The arguments of a write that need not be sent."""
        if self._optional is None:
            self._optional = _optional(self.documented, self.app.schemas)
        return self._optional

    @property
    def finds(self) -> tuple[CompiledFind, ...]:
        """What a shape looks up before it answers, so that unknown records are refused."""
        if self._finds is None:
            found = self.operation.find if self.operation is not None else ()
            self._finds = tuple(CompiledFind(find) for find in found)
        return self._finds

    @property
    def parameters(self) -> ParameterDecoder:
        if self._parameters is None:
            self._parameters = compile_parameters(
                self.documented, self.app.schemas, template=self.template, lenient=True
            )
        return self._parameters

    @property
    def body(self) -> BodyDecoder:
        if self._body is None:
            self._body = compile_body(
                self.documented, self.app.schemas, uploads="/upload/" in self.template, lenient=True
            )
        return self._body

    @property
    def paged(self) -> frozenset[str]:
        """The parameters that its paging reads, and refuses in its own words."""
        style = self.app.twin.service.paging.get((self.operation and self.operation.page) or "")
        if style is None:
            return frozenset()
        return frozenset(name for name in (style.limit, style.cursor, style.offset, style.number) if name)

    def validator(self, media: Any) -> Validator:
        found = self._validators.get(id(media))
        if found is None:
            validation = self.app.twin.service.validation
            strict = validation.bodies == "strict"
            nulls = not strict and (validation.nulls == "missing" or not self.app.marks_nulls)
            schema = json_patch.SCHEMA if media.type == json_patch.MEDIA else media.schema
            found = self.app.schemas.request_validator(schema, lenient=not strict, nulls=nulls)
            self._validators[id(media)] = found
        return found


def _optional(documented: Documented, schemas: Schemas) -> frozenset[str]:
    if documented.method == "GET":
        return frozenset()
    names = {p.name for p in documented.parameters if not p.required and p.location == "query"}
    for media in documented.body.content if documented.body else ():
        if media.schema is not None:
            found = properties(media.schema, schemas.schemas)
            names |= set(found) - required(media.schema, schemas.schemas)
    return frozenset(names)


def _media_type(documented: Documented) -> str:
    for response in documented.responses:
        if response.status.startswith("2"):
            for media in response.content:
                if "json" in media.type:
                    return media.type if "*" not in media.type else _JSON
    return _JSON
