"""A twin ready to answer: `handle(world, request) -> response`, synchronous and free of I/O."""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property
from typing import Any

from twingen.contract.model import Operation as Documented
from twingen.errors import TwinError
from twingen.runtime.answers import Outcome, success_status
from twingen.runtime.auth import Authenticator, credential
from twingen.runtime.behaviour import Behaviour
from twingen.runtime.bodies import LIMIT, BodyFailure, decode_body, without_nulls
from twingen.runtime.engine import Engine, dumps
from twingen.runtime.failures import Failures, plain
from twingen.runtime.headers import compile_header, of_any
from twingen.runtime.http import Request, Response
from twingen.runtime.kinds import CompiledGuard
from twingen.runtime.memory import Remembered
from twingen.runtime.pairs import TooManyPairsError, encoded_pairs
from twingen.runtime.planting import plant
from twingen.runtime.refusal import Refusal, Unwritten
from twingen.runtime.route import Route
from twingen.runtime.router import Match, Router
from twingen.runtime.sample import sample_response
from twingen.runtime.savepoint import Savepoint
from twingen.runtime.scope import Scope
from twingen.runtime.shapes import echoed
from twingen.runtime.validation import Schemas, marks_null
from twingen.runtime.violation import Violation, violations
from twingen.runtime.world import World
from twingen.twin.functions import NOTHING
from twingen.twin.guard import Exceeded
from twingen.twin.model import Twin

_JSON = "application/json"
_STRUCTURES = frozenset({"array", "object"})
_ENTRY = 500  # bytes of a remembered answer beside its body
_FAILURES = {
    "malformed": "malformed",
    "unsupported": "unsupported_media_type",
    "missing": "missing_body",
    "too-large": "too_large",
}


class TwinApp:
    """One twin over any world. Nothing here waits, reads files or opens sockets."""

    def __init__(
        self, twin: Twin, *, strict: bool = False, body_limit: int = LIMIT, needs_bodies: bool = False
    ):
        self.twin = twin
        self.strict = strict
        self.needs_bodies = needs_bodies
        self.body_limit = body_limit
        self.engine = Engine(twin)
        self.handlers = self.engine.handlers
        self.failures = Failures(twin.service)
        self.schemas = Schemas(twin.contract.schemas)
        self.token = self.engine.token
        self.credential = credential(twin.contract, twin.service, self.token)
        self.authenticator = Authenticator(twin.contract, twin.service, self.token)
        templates = {name.lower(): value for name, value in twin.service.headers.items()}
        self.fixed_headers = [
            (name, str(value)) for name, value in templates.items() if "{" not in str(value)
        ]
        self.headers = [
            (name, compile_header(value)) for name, value in templates.items() if "{" in str(value)
        ]
        # Answers are remembered without these headers, so that they may not depend on the answer.
        self.remembers = all(of_any(value) for value in templates.values())
        self.preconditions = tuple(CompiledGuard(guard) for guard in twin.service.preconditions)
        self.router: Router[Route] = Router()
        self.routes: dict[str, Route] = {}
        self._mount()

    @cached_property
    def marks_nulls(self) -> bool:
        """Whether the contract says of anything that it may be null, so that the rest may not."""
        contract = self.twin.contract
        return any(map(marks_null, contract.schemas.values())) or any(
            marks_null(media.schema)
            for operation in contract.operations
            for part in (*operation.responses, *([operation.body] if operation.body else ()))
            for media in part.content
        )

    def _mount(self) -> None:
        behaviours = {
            operation.key: operation
            for resource in self.twin.resources
            for operation in resource.operations
        }
        standing = self.twin.lock.standing
        for documented in self.twin.contract.operations:
            key = documented.key
            route = Route(self, documented, behaviours.get(key), standing.get(key), documented.path)
            self.routes[key] = route
            for template in (documented.path, *documented.aliases):
                self._add(documented, route, template)
        if self.twin.service.any_method:
            self._mount_other_methods()

    def _mount_other_methods(self) -> None:
        """Let what is documented for one of GET and POST answer the other as well."""
        routes = list(self.routes.values())
        taken = {(route.documented.method, route.template) for route in routes}
        for route in routes:
            for method in {"GET": ("POST",), "POST": ("GET",)}.get(route.documented.method, ()):
                if (method, route.template) not in taken:
                    for path in self._paths(route.template):
                        self.router.add(method, path, route)

    def _paths(self, template: str) -> list[str]:
        """Return the paths under which a template is served."""
        found = [template]
        for alias, base in self.twin.base_aliases.items():
            if template.startswith(base):
                found.append(alias + template[len(base) :])
        for server in self.twin.contract.servers:
            base = "/" + server.url.partition("://")[2].partition("/")[2].strip("/")
            base = base.rstrip("/")
            if template.startswith(f"{base}/"):
                found += [head + template[len(base) :] for head in self.twin.service.prefixes]
        return list(dict.fromkeys(found))

    def _add(self, documented: Documented, route: Route, template: str) -> None:
        if template != route.template:
            route = Route(
                self, documented, route.operation, self.twin.lock.standing.get(documented.key), template
            )
        for path in self._paths(template):
            self.router.add(documented.method, path, route)

    def plant(self, world: World) -> None:
        """Make the default world's records."""
        self.handlers.begin()
        plant(self.engine, world)

    def handle(self, world: World, request: Request) -> Response:
        """Answer one request in `world`; what goes wrong inside is a 500 that names the place."""
        world.tick()
        self.handlers.begin()
        if world.timers and world.timers[0].due <= world.millis():
            try:
                self.engine.run_timers(world)
            except (Exception, Exceeded) as error:
                return plain(500, "twin", f"a timer failed: {error}")
        method = request.method
        key = None
        if method == "GET" and self.remembers and not request.body:
            key = self, request.path, request.query, request.base
            known = world.memory.answers.get(key)
            if known is not None and (known.public or self.authenticator.header_allows(request)):
                return self._again(world, request, known)
            changes = world.memory.changes
        match = self.router.match(method, request.path)
        if match is None or not match.values:
            return self._unrouted(world, request, match)
        route = match.values[0]
        scope = Scope(self.engine, world, request, match.params)
        try:
            if len(match.values) > 1:
                route = self._told_apart(match, request)
            response = self._answer(route, scope, request)
        except Refusal as refusal:
            response = self._refused(scope, refusal)
            response.tier = route.tier
        except Unwritten as missing:
            response = plain(501, "not_implemented", str(missing))
            response.tier = "unsupported"
        except RecursionError:
            response = self._refused(scope, Refusal("malformed", reason="nested too deeply"))
        except TwinError as error:
            response = plain(500, "twin", str(error))
        except Exceeded as error:
            response = plain(500, "twin", f"{route.documented.key}: {error}")
        except Exception as error:
            response = plain(500, "twin", _fault(route, error))
        if scope.unsent and response.status < 300:
            response.tier = "shape"
        response.operation = route.documented.key
        if response.tier and response.tier != "semantic":
            response.headers.append(("x-twin-tier", response.tier))
        if (
            key is not None
            and response.status < 300
            and scope.steady
            and len(match.values) == 1
            and changes == world.memory.changes
            and route.looks
            and (route.public or self.authenticator.header_allows(request))
        ):
            headers = tuple(response.headers)
            world.memory.keep(
                key,
                Remembered(response.status, response.body, headers, response.operation, response.tier, route.public),
                len(response.body) + len(request.path) + len(request.query) + _ENTRY,
            )
        self._head(scope, response)
        if method == "HEAD" and route.documented.method != "HEAD":
            response.body = b""
        return response

    def _again(self, world: World, request: Request, known: Remembered) -> Response:
        response = Response(
            known.status, known.body, [*known.headers], operation=known.operation, tier=known.tier
        )
        self._head(Scope(self.engine, world, request), response)
        return response

    def _unrouted(
        self, world: World, request: Request, match: Match[Route] | None
    ) -> Response:
        scope = Scope(self.engine, world, request)
        if match is None:
            give = {"path": request.path, "method": request.method}
            response = self._refused(scope, Refusal("unknown_route", **give))
            self._head(scope, response)
            return response
        allow = ", ".join(match.allow)
        if request.method == "OPTIONS":
            return Response(204, b"", [("allow", allow)])
        response = self._refused(scope, Refusal("method_not_allowed", method=request.method, allow=allow))
        response.headers.append(("allow", allow))
        self._head(scope, response)
        return response

    def _head(self, scope: Scope, response: Response) -> None:
        """Add the headers that every answer of the service has."""
        response.headers += self.fixed_headers
        for name, evaluate in self.headers:
            response.headers.append((name, str(evaluate(scope))))

    def _told_apart(self, match: Match[Route], request: Request) -> Route:
        """Choose among operations that share a route: the fragment's words that the request has."""
        wanted = f"{request.query}&{request.headers.get('content-type', '')}&".encode() + request.body[:4096]
        for route, fragment in zip(match.values, match.discriminators, strict=True):
            words = [word for word in fragment.replace("=", " ").replace("&", " ").split() if word]
            if words and all(word.encode() in wanted for word in words):
                return route
        return match.values[0]

    def _answer(self, route: Route, scope: Scope, request: Request) -> Response:
        """Authenticate, decode, check and run one request; raises Refusal and Unwritten."""
        lets_in = route.public or self.authenticator.header_allows(request)
        if not lets_in and not self.authenticator.forms:
            self.authenticator.check(request, {})
            lets_in = True
        found = route.parameters.decode(scope.path, request.query, request.headers)
        arguments = found.query
        if found.undocumented:
            arguments = {**found.undocumented, **arguments}
        if route.defaults:
            arguments = {**route.defaults, **arguments}
            found.violations[:] = [v for v in found.violations if not route.excuses(v)]
        scope.query = arguments
        validation = self.twin.service.validation
        broken: list[Violation] = []
        unread: Refusal | None = None
        if request.body or route.documented.body is not None:
            try:
                broken = self._decode_body(route, scope, request)
            except Refusal as refusal:
                unread = refusal
        if self.twin.service.arguments:
            scope.args = {**arguments, **scope.body} if isinstance(scope.body, dict) else arguments
            arguments = scope.args
        if self.preconditions:
            scope.names["sent"] = _sent(request)
            self.engine.guard(scope, self.preconditions)
        if not lets_in:
            json = "json" in request.headers.get("content-type", "").lower()
            form = {} if json or not isinstance(scope.body, dict) else scope.body
            self.authenticator.check(request, form)
        if unread is not None:
            raise unread
        if validation.parameters != "off" and found.violations:
            own = {name for name in route.paged if found.query.get(name) != ""}
            broken = [*_checked(validation.parameters, found.violations, own), *broken]
        if broken:
            raise Refusal("invalid", violations=broken)
        if self.strict and route.tier == "shape":
            raise Unwritten(f"{route.documented.key} has a shape only (--strict)")
        behaviour = route.behaviour
        if behaviour is None:
            return self._shape(route, scope)
        if behaviour.atomic:
            outcome = self._atomically(behaviour, scope, arguments)
        else:
            outcome = behaviour.run(scope, arguments)
        return self._respond(route, scope, outcome)

    def _decode_body(self, route: Route, scope: Scope, request: Request) -> list[Violation]:
        decoded = decode_body(
            request.headers.get("content-type"), request.body, route.body, limit=self.body_limit
        )
        if isinstance(decoded, BodyFailure):
            if decoded.reason == "missing" and self._takes_none():
                scope.unsent = not self.twin.service.arguments
                return []
            raise Refusal(_FAILURES[decoded.reason], reason=decoded.message, offset=decoded.offset)
        validation = self.twin.service.validation
        if validation.nulls == "missing":
            decoded.value = without_nulls(decoded.value)
        scope.body, scope.media = decoded.value, decoded.media
        media = decoded.documented
        if validation.bodies == "off" or media is None or media.schema is None:
            return []
        if decoded.kind == "none":
            return []
        return _checked(validation.bodies, violations(route.validator(media), decoded.checkable))

    def _takes_none(self) -> bool:
        """Return whether a required body may be missing: arguments may come elsewhere, or leniently.

        Recorders lose bodies, so a lenient service answers all the same, in shape only and marked
        as that; --strict and `needs_bodies` refuse as the vendor does.
        """
        service = self.twin.service
        if service.arguments:
            return True
        return service.validation.bodies != "strict" and not (self.strict or self.needs_bodies)

    def _atomically(self, behaviour: Behaviour, scope: Scope, arguments: dict[str, Any]) -> Outcome:
        """Run so that what was written is taken back unless the operation succeeds."""
        engine = self.engine
        savepoint = engine.savepoint = Savepoint(scope.world)
        try:
            outcome = behaviour.run(scope, arguments)
            if _lazy(outcome.value):
                outcome.raw = dumps(outcome.value, scope, outcome.show)
        except BaseException:
            savepoint.restore()
            raise
        finally:
            engine.savepoint = None
        return outcome

    def _respond(self, route: Route, scope: Scope, outcome: Outcome) -> Response:
        headers = outcome.headers
        value = outcome.value
        if value is NOTHING:
            body = b""
        elif isinstance(value, bytes):
            body = value
            headers = [("content-type", outcome.content_type or "application/octet-stream"), *headers]
        elif isinstance(value, str) and outcome.content_type and "json" not in outcome.content_type:
            body = value.encode()
            headers = [("content-type", outcome.content_type), *headers]
        else:
            body = outcome.raw if outcome.raw is not None else dumps(value, scope, outcome.show)
            headers = [("content-type", outcome.content_type or route.media_type), *headers]
        return Response(outcome.status, body, headers, tier=route.tier)

    def _shape(self, route: Route, scope: Scope) -> Response:
        """Answer in the documented shape, without semantics."""
        if route.tier == "unsupported":
            raise Unwritten(f"{route.documented.key} is not supported by this twin")
        for find in route.finds:
            scope.names[find.name] = find.run(self.engine, scope)
        if route.shaped is None:
            status, _ = success_status(route.documented, writes=route.documented.method != "GET")
            route.shaped = sample_response(route.documented, status, self.schemas)
        found = route.shaped
        if found.source == "none":
            if found.status >= 300 or not route.documents_success:
                raise Unwritten(f"{route.documented.key} documents no success")
            return Response(found.status, b"", tier="shape")
        headers = [("content-type", found.media.type if found.media else _JSON)]
        if isinstance(found.value, str) and "json" not in headers[0][1]:
            return Response(found.status, found.value.encode(), headers, tier="shape")
        sent = {**scope.query, **scope.body} if isinstance(scope.body, dict) else scope.query
        return Response(found.status, dumps(echoed(found.value, sent, route.optional), scope), headers, tier="shape")

    def _refused(self, scope: Scope, refusal: Refusal) -> Response:
        try:
            response = self.failures.respond(scope, refusal)
        except TwinError as error:
            return plain(500, "twin", str(error))
        response.refusal = refusal.case
        return response


def _sent(request: Request) -> list[str]:
    """Return the names of a request's arguments as they are written in its query and its form."""
    raws: list[str | bytes] = [request.query]
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raws.append(request.body)
    try:
        return [name for raw in raws if raw for name, _ in encoded_pairs(raw)]
    except TooManyPairsError:
        return []


def _checked(
    mode: str, found: list[Violation], refused_later: Set[str] = frozenset()
) -> list[Violation]:
    """Return the violations that a request is refused for.

    With `types` these are scalars of another type: structures may come as JSON in a text, and the
    rest the operation refuses itself.
    """
    if mode != "types":
        return found
    return [
        one for one in found
        if one.kind == "type" and one.name not in refused_later and _STRUCTURES.isdisjoint(_names(one.expected))
    ]  # fmt: skip


def _names(expected: Any) -> list[str]:
    return expected if isinstance(expected, list) else [str(expected)]


def _fault(route: Route, error: Exception) -> str:
    """Return what a handler's own exception says: its kind, message and the line it came from."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    return f"{route.documented.key}: {type(error).__name__}: {error}{place}"


def _lazy(value: Any) -> bool:
    return value is not NOTHING and not isinstance(value, (bytes, str))


__all__ = ["Route", "TwinApp"]
