"""A thin client of the Messages API: one streamed call, tried again while trouble passes.

The anthropic SDK is used as it is and imported at the first call; `ANTHROPIC_BASE_URL` is honoured.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from twingen.agent.usage import Usage
from twingen.errors import Interrupted, TwingenError

_PASSING = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_LONGEST_WAIT = 60.0
_SILENCE = 300.0  # seconds without a byte after which a connection counts as lost
MALFORMED = "_malformed"  # the member of a tool's input that holds JSON which does not parse


class ModelError(TwingenError):
    """The model's service refuses the request, or cannot be reached for long.

    `lost` is what was paid for answers that broke off on the way.
    """

    def __init__(self, message: str, *, remedy: str | None = None, lost: Usage | None = None):
        super().__init__(message, remedy=remedy)
        self.lost = lost or Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is asked: everything that a request says."""

    model: str
    system: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]
    max_tokens: int


@dataclass(slots=True, kw_only=True)
class Answer:
    """What came: content blocks as they are sent back, why it stopped, and what it used.

    `lost` is what was paid for answers that broke off and were asked for again.
    """

    content: list[dict[str, Any]] = field(default_factory=list)
    stop: str = ""
    usage: Usage = field(default_factory=Usage)
    lost: Usage = field(default_factory=Usage)
    model: str = ""


class Model(Protocol):
    """Who answers prompts. `wait` is told (why, seconds, attempt) before each further attempt."""

    def ask(self, prompt: Prompt, wait: Callable[[str, float, int], None]) -> Answer: ...


class Client:
    """The Messages API behind the SDK. The key is read by the SDK and never shown."""

    def __init__(
        self, *, attempts: int = 8, first_wait: float = 1.0, stop: threading.Event | None = None,
        api_key: str | None = None, base_url: str | None = None,
    ):  # fmt: skip
        self._attempts = attempts
        self._first_wait = first_wait
        self._stop = stop or threading.Event()
        self._api_key = api_key
        self._base_url = base_url
        self._sdk: Any = None
        self._lock = threading.Lock()

    def ask(self, prompt: Prompt, wait: Callable[[str, float, int], None]) -> Answer:
        """Return the answer to `prompt`; raises ModelError for what waiting does not mend."""
        import anthropic

        lost = Usage()
        attempt = 0
        while True:
            if self._stop.is_set():
                raise Interrupted("interrupted")
            attempt += 1
            answer = Answer()
            pause: float | None = None
            try:
                self._stream(prompt, answer)
                if answer.stop:
                    answer.lost = lost
                    return answer
                why = "the answer broke off"
            except anthropic.APIStatusError as error:
                if error.status_code not in _PASSING and not _overloaded(error):
                    raise ModelError(
                        f"the model's service refuses the request ({error.status_code}): {self._clean(_said(error))}",
                        remedy=_remedy(error.status_code), lost=lost,
                    ) from None
                why = f"{error.status_code}: {_said(error)}"
                pause = _asked(error)
            except anthropic.APIConnectionError as error:
                why = f"no connection: {error}"
            except anthropic.APIError as error:  # an error event inside a stream
                why = f"the answer broke off: {_said(error)}"
            except anthropic.AnthropicError as error:
                raise ModelError(f"the SDK refuses: {self._clean(str(error))}", remedy="set ANTHROPIC_API_KEY") from None
            except (ValueError, KeyError, TypeError, OSError) as error:
                why = f"the answer is damaged: {type(error).__name__}"
            except Exception as error:
                # httpx2 raises its own errors while a stream is read; the SDK lets them through.
                if type(error).__module__.partition(".")[0] not in {"httpx", "httpx2", "httpcore", "httpcore2"}:
                    raise
                why = f"connection lost: {type(error).__name__}"
            lost += answer.usage
            why = self._clean(why)
            if attempt >= self._attempts:
                raise ModelError(
                    f"the model's service did not answer in {attempt} attempts; the last: {why}",
                    remedy="start the build again later: what was paid for is kept", lost=lost,
                )
            seconds = pause if pause is not None else self._pause(attempt)
            wait(why, seconds, attempt)
            if self._stop.wait(seconds):
                raise Interrupted("interrupted")

    def _clean(self, text: str) -> str:
        """Return a message without the key, should a service or a proxy repeat it."""
        for secret in {getattr(self._sdk, "api_key", None), getattr(self._sdk, "auth_token", None)}:
            if secret:
                text = text.replace(secret, "***")
        return text

    def _pause(self, attempt: int) -> float:
        spread: float = random.uniform(0.75, 1.25)
        return float(min(_LONGEST_WAIT, self._first_wait * 2 ** (attempt - 1))) * spread

    def _client(self) -> Any:
        with self._lock:
            if self._sdk is None:
                import anthropic

                self._sdk = anthropic.Anthropic(
                    api_key=self._api_key, base_url=self._base_url, max_retries=0, timeout=_SILENCE,
                    open_telemetry=False,
                )
            return self._sdk

    def _stream(self, prompt: Prompt, answer: Answer) -> None:
        """Fill `answer` as it comes, so that what was paid for is known if it breaks off."""
        with self._client().messages.create(
            model=prompt.model, system=list(prompt.system), tools=list(prompt.tools),
            messages=list(prompt.messages), max_tokens=prompt.max_tokens, stream=True,
        ) as stream:  # fmt: skip
            parts: dict[int, list[str]] = {}
            ended = False
            for event in stream:
                if self._stop.is_set():
                    raise Interrupted("interrupted")
                match event.type:
                    case "message_start":
                        answer.usage = _usage(event.message.usage, 1)
                        answer.model = event.message.model
                    case "content_block_start":
                        block = event.content_block.to_dict()
                        answer.content.append(block)
                        parts[event.index] = []
                    case "content_block_delta":
                        _extend(answer.content[event.index], parts[event.index], event.delta)
                    case "content_block_stop":
                        block = answer.content[event.index]
                        if block["type"] == "tool_use" and parts[event.index]:
                            block["input"] = _parsed("".join(parts[event.index]))
                    case "message_delta":
                        answer.stop = event.delta.stop_reason or ""
                        answer.usage = _later(answer.usage, event.usage)
                    case "message_stop":
                        ended = True
            if not ended:
                answer.stop = ""
            for index, block in enumerate(answer.content):
                if block["type"] == "tool_use" and not isinstance(block.get("input"), dict):
                    block["input"] = {MALFORMED: str(block.get("input"))}
                    parts[index] = []


def _extend(block: dict[str, Any], parts: list[str], delta: Any) -> None:
    match delta.type:
        case "text_delta":
            block["text"] = block.get("text", "") + delta.text
        case "input_json_delta":
            parts.append(delta.partial_json)
        case "thinking_delta":
            block["thinking"] = block.get("thinking", "") + delta.thinking
        case "signature_delta":
            block["signature"] = delta.signature
        case _:
            pass


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text or "{}")
    except ValueError:
        return {MALFORMED: text}
    return value if isinstance(value, dict) else {MALFORMED: text}


def _usage(raw: Any, calls: int) -> Usage:
    written = int(raw.cache_creation_input_tokens or 0)
    detail = getattr(raw, "cache_creation", None)
    hour = int(getattr(detail, "ephemeral_1h_input_tokens", 0) or 0) if detail is not None else 0
    return Usage(
        input=int(raw.input_tokens or 0), output=int(raw.output_tokens or 0),
        cache_read=int(raw.cache_read_input_tokens or 0), cache_write=max(0, written - hour),
        cache_write_hour=hour, calls=calls,
    )  # fmt: skip


def _later(first: Usage, raw: Any) -> Usage:
    """Return the usage at an answer's end: its output, the rest as told at the beginning."""
    return Usage(
        input=first.input, output=int(raw.output_tokens or 0), cache_read=first.cache_read,
        cache_write=first.cache_write, cache_write_hour=first.cache_write_hour, calls=first.calls,
    )  # fmt: skip


def _overloaded(error: Any) -> bool:
    return getattr(error, "type", None) in {"overloaded_error", "rate_limit_error", "api_error"}


def _said(error: Any) -> str:
    body = getattr(error, "body", None)
    inner = body.get("error") if isinstance(body, Mapping) else None
    text = inner.get("message") if isinstance(inner, Mapping) else None
    return " ".join(str(text or getattr(error, "message", error)).split())[:300]


def _asked(error: Any) -> float | None:
    """Return how long the service asks us to wait, where it does."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return float(min(_LONGEST_WAIT, max(0.0, float(headers[name]) * unit)))
        except (KeyError, ValueError):
            continue
    return None


def _remedy(status: int) -> str:
    match status:
        case 401 | 403:
            return "check ANTHROPIC_API_KEY"
        case 404:
            return "check --model and ANTHROPIC_BASE_URL"
        case 402:
            return "check the account's credit"
        case _:
            return "--debug shows the whole trace; --agent off builds without a model"
