"""Cases straight to a target: no sockets, no sessions, and no answer that can stop the engine."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
import schemathesis.transport
from requests.structures import CaseInsensitiveDict
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response as Answer
from schemathesis.engine.run.unit._case import BudgetExpired
from schemathesis.generation.case import Case
from schemathesis.generation.overrides import Override
from schemathesis.transport.requests import REQUESTS_TRANSPORT, RequestsTransport
from schemathesis.transport.serialization import Binary

from twingen.runtime.failures import plain
from twingen.runtime.http import Request, Response
from twingen.verify.contract.meaning import Meaning
from twingen.verify.remote import Refused, Remote
from twingen.verify.target import InProcess, Target

# So many answers that did not come in time end the cases of an operation in a phase: each costs a wait.
_PATIENCE = 3
_BEFORE = "before"
_HOST = "http://twin.invalid"

Where = tuple[str, str]


class Heard(Answer):
    """An answer as the checks see it.

    `status_code` is what the answer means: where a service tells its failures with the status of a
    success, that of the failure. `sent_status` is the one on the wire, `refusal` the error case and
    `operation` the key of what answered, as far as they are known. `trouble` is why no whole answer
    came, `unsupported` whether the twin said that it does not do what was asked.
    """

    __slots__ = ("operation", "refusal", "sent_status", "trouble", "unsupported")

    operation: str
    refusal: str
    sent_status: int
    trouble: str
    unsupported: bool

    def truncated(self, limit: int) -> Answer:
        short = Heard(
            status_code=self.status_code, headers=self.headers, content=self.content[:limit],
            request=self.request, elapsed=self.elapsed, verify=self.verify, message=self.message,
            content_size=self.content_size, encoding=self.encoding, _override=self._override,
        )  # fmt: skip
        for name in Heard.__slots__:
            setattr(short, name, getattr(self, name))
        return short


class Straight(RequestsTransport):
    """Sends cases to a target.

    `limit` is how many requests an operation may send in one phase; `stopped` is asked before each,
    and `sending` is told. What a twin in this process takes in although it breaks the contract is
    taken back, lest the same defect shows in the answers of all others; of a server it is remembered
    in the trail. `cut` says why an
    operation's requests ended early, `refused` why some were not sent at all, `spent` that no more may be.
    """

    def __init__(
        self, target: Target, *, meaning: Meaning, limit: int, stopped: Callable[[], bool] = lambda: False
    ):
        super().__init__()
        self._copy_serializers_from(REQUESTS_TRANSPORT)
        self.target = target
        self.meaning = meaning
        self.limit = limit
        self.stopped = stopped
        self.sent: Counter[Where] = Counter()
        self.late: Counter[Where] = Counter()
        self.cut: dict[Where, str] = {}
        self.refused = ""
        self.spent = False
        self.sending: Callable[[Where], None] | None = None

    def serialise(self, media_types: Iterable[str]) -> None:
        """Let bodies of types that schemathesis does not know be sent: text and bytes as they are, else as JSON."""
        for media_type in media_types:
            if "*" not in media_type and self.get_first_matching_media_type(media_type) is None:
                schemathesis.serializer(media_type)(_plainly)
        self._copy_serializers_from(REQUESTS_TRANSPORT)

    def send(self, case: Case[Any], *, session: Any = None, **kwargs: Any) -> Answer:
        where = (case.operation.label, _phase(case))
        self._count(where)
        if session is not None and session.headers:
            kwargs["headers"] = {**session.headers, **(kwargs.get("headers") or {})}
        target = self.target
        if not isinstance(target, InProcess) or not _may_spoil(case):
            answer, request = self.deliver(case, target, where, kwargs)
            if isinstance(target, Remote) and answer.status_code < 400 and _has_bad_body(case):
                target.trail.spoil(request.body)
            return answer
        target.run.fork(_BEFORE, target.world)
        heard = self.deliver(case, target, where, kwargs)[0]
        if heard.status_code < 400:
            target.run.fork(target.world, _BEFORE)
        return heard

    def deliver(
        self, case: Case[Any], target: Target, where: Where | None, kwargs: dict[str, Any]
    ) -> tuple[Heard, Request]:
        """Send a case to `target`; return the answer and what was sent."""
        kwargs.pop("app", None)
        kwargs["base_url"] = _HOST
        data = self.serialize_case(case, **kwargs)
        prepared = requests.Request(
            method=data["method"], url=data["url"], headers=data["headers"], params=data["params"],
            cookies=data["cookies"], data=data.get("data"), json=data.get("json"),
            files=data.get("files"), auth=data.get("auth"),
        ).prepare()  # fmt: skip
        request = _request(prepared, target)
        sent = Request(
            request.method, request.path, request.query, dict(request.headers), request.body, request.base
        )
        started = time.perf_counter()
        trouble = ""
        try:
            response = target.send(request)
        except TimeoutError as error:
            response, trouble = Response(503), f"no answer in time: {error}".rstrip(": ")
            if where is not None:
                self.late[where] += 1
        except OSError as error:
            response, trouble = Response(503), f"no whole answer: {error}".rstrip(": ")
        except Refused as why:
            self.refused = str(why)
            if getattr(target, "spent", False):
                self.spent = True
                raise KeyboardInterrupt from None
            response = plain(501, "not_implemented", str(why))
        return self._heard(response, prepared, time.perf_counter() - started, kwargs, trouble), sent

    def _count(self, where: Where) -> None:
        """Count a request, or end the operation's cases in this phase."""
        if self.sending is not None:
            self.sending(where)
        if self.stopped() or self.spent:
            raise KeyboardInterrupt
        if self.late[where] >= _PATIENCE:
            self.cut.setdefault(where, f"{_PATIENCE} answers did not come in time")
            raise BudgetExpired
        if self.sent[where] >= self.limit and where[1] != "stateful":
            self.cut.setdefault(where, f"{self.limit:,} requests are the limit for one operation")
            raise BudgetExpired
        self.sent[where] += 1

    def _heard(
        self, response: Response, prepared: requests.PreparedRequest, elapsed: float,
        kwargs: dict[str, Any], trouble: str,
    ) -> Heard:  # fmt: skip
        headers: dict[str, list[str]] = {}
        for name, value in response.headers:
            headers.setdefault(name.lower(), []).append(value)
        bodiless = prepared.method == "HEAD" or response.status in (204, 304)
        status, unsupported = self.meaning.of(response)
        heard = Heard(
            status_code=status, headers=headers, content=b"" if bodiless else response.body,
            request=prepared, elapsed=elapsed, verify=False, encoding="utf-8",
            _override=Override.from_send_kwargs(kwargs),
        )  # fmt: skip
        heard.operation, heard.refusal = response.operation, response.refusal
        heard.sent_status, heard.trouble, heard.unsupported = response.status, trouble, unsupported
        return heard


class Straightened:
    """What schemathesis takes for the application: asked through its own transport, judged by its rules."""

    def __init__(self, transport: Straight, rules: Any):
        self.transport = transport
        self.rules = rules


def install() -> None:
    """Let schemathesis find the transport of a `Straightened` application; once a process."""
    known = schemathesis.transport.get
    if getattr(known, "knows_straight", False):
        return

    def get(app: object) -> Any:
        return app.transport if isinstance(app, Straightened) else known(app)

    get.knows_straight = True  # type: ignore[attr-defined]
    schemathesis.transport.get = get


def _plainly(context: Any, value: Any) -> bytes | None:
    if isinstance(value, Binary):
        return value.data
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return json.dumps(value).encode()


def _may_spoil(case: Case[Any]) -> bool:
    """Return whether a case might leave something in the world that the contract forbids."""
    meta = case.meta
    if meta is None or meta.phase.name.value == "stateful" or case.method.upper() in {"GET", "HEAD", "OPTIONS"}:
        return False
    return bool(meta.generation.mode.is_negative)


def _has_bad_body(case: Case[Any]) -> bool:
    return case.meta is not None and case.meta.is_negative_at(ParameterLocation.BODY)


def _phase(case: Case[Any]) -> str:
    return str(case.meta.phase.name.value) if case.meta is not None else ""


def _request(prepared: requests.PreparedRequest, target: Target) -> Request:
    # Not urlsplit: it takes what follows a doubled slash for a host.
    path, _, query = str(prepared.path_url).partition("?")
    body = prepared.body or b""
    if isinstance(body, str):
        body = body.encode()
    headers = CaseInsensitiveDict(prepared.headers)
    sent = {str(name).lower(): _text(value) for name, value in headers.items()}
    sent.setdefault("host", urlsplit(target.address).netloc)
    return Request(str(prepared.method), path or "/", query, sent, bytes(body), target.address)  # type: ignore[arg-type]


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
