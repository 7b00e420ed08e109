"""One streamed call: what passes is waited for, what was paid for is counted, the key stays hidden."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.agent.model_server import ModelServer, Reply, call, calls, in_order, text
from twingen.agent.client import MALFORMED, Answer, Client, ModelError, Prompt
from twingen.errors import Interrupted

KEY = "sk-test-0123456789abcdef"
PROMPT = Prompt(
    model="claude-sonnet-5-5", system=[{"type": "text", "text": "You help."}], tools=[],
    messages=[{"role": "user", "content": [{"type": "text", "text": "Hello"}]}], max_tokens=100,
)  # fmt: skip


def ask(*replies: Reply, attempts: int = 5, **more: Any) -> tuple[Answer, list[str], ModelServer]:
    waits: list[str] = []
    with ModelServer(in_order(*replies)) as server:
        client = Client(attempts=attempts, first_wait=0.01, api_key=KEY, base_url=server.url, **more)
        answer = client.ask(PROMPT, lambda why, seconds, attempt: waits.append(why))
    return answer, waits, server


def test_streams_text_tools_and_thinking() -> None:
    thinking = {"type": "thinking", "thinking": "hm", "signature": "sig"}
    answer, waits, server = ask(
        Reply(content=(thinking, {"type": "text", "text": "I look."}, call("look", at={"x": [1, "ü"]})))
    )
    assert answer.content[0] == thinking
    assert answer.content[1] == {"type": "text", "text": "I look."}
    assert answer.content[2]["input"] == {"at": {"x": [1, "ü"]}}
    assert answer.stop == "tool_use"
    assert answer.usage.input > 0 and answer.usage.output > 0 and answer.usage.calls == 1
    assert waits == []
    assert server.requests[0]["stream"] is True
    assert not {"temperature", "top_p", "tool_choice", "thinking"} & set(server.requests[0])


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(status=529), Reply(status=429, error="rate_limit_error"), Reply(status=500, error="api_error"),
        Reply(status=503, error="api_error", retry_after_ms=None), text("half", cut=3), text("half", cut=0),
        text("half", cut=3, stream_error=True), text("no end", cut=6),
    ],
    ids=["overloaded", "limited", "broken", "away", "cut", "nothing", "error-inside", "no-last-event"],
)  # fmt: skip
def test_trouble_that_passes_is_waited_for(trouble: Reply) -> None:
    answer, waits, server = ask(trouble, trouble, text("whole"))
    assert answer.content == [{"type": "text", "text": "whole"}]
    assert len(waits) == 2 and len(server.requests) == 3


def test_an_answer_that_broke_off_was_paid_for() -> None:
    answer, _, _ = ask(text("half", cut=4), text("whole"))
    assert answer.lost.calls == 1 and answer.lost.input == answer.usage.input


def test_it_gives_up_in_the_end() -> None:
    with pytest.raises(ModelError) as caught:
        ask(Reply(status=529, message="too busy"), attempts=3)
    assert str(caught.value) == (
        "the model's service did not answer in 3 attempts; the last: 529: too busy\n"
        "  start the build again later: what was paid for is kept"
    )


def test_a_refused_request_is_not_repeated_and_hides_the_key() -> None:
    with ModelServer(in_order(Reply(status=401, error="authentication_error", message=f"bad key {KEY}"))) as server:
        client = Client(api_key=KEY, base_url=server.url)
        with pytest.raises(ModelError) as caught:
            client.ask(PROMPT, lambda *_: None)
    assert str(caught.value) == (
        "the model's service refuses the request (401): bad key ***\n  check ANTHROPIC_API_KEY"
    )
    assert len(server.requests) == 1


def test_no_connection() -> None:
    client = Client(attempts=2, first_wait=0.01, api_key=KEY, base_url="http://127.0.0.1:9")
    with pytest.raises(ModelError, match="in 2 attempts; the last: no connection"):
        client.ask(PROMPT, lambda *_: None)


def test_malformed_input_of_a_tool_is_kept_as_text() -> None:
    answer, _, _ = ask(calls(call("look"), raw_input='{"at": [1, '))
    assert answer.content[0]["input"] == {MALFORMED: '{"at": [1, '}


def test_waiting_ends_when_it_is_to_stop() -> None:
    stop = threading.Event()
    with ModelServer(in_order(Reply(status=529, retry_after_ms=60_000))) as server:
        client = Client(api_key=KEY, base_url=server.url, stop=stop)
        with pytest.raises(Interrupted):
            client.ask(PROMPT, lambda *_: stop.set())


def test_the_address_of_the_environment_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(in_order(text("here"))) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        answer = Client().ask(PROMPT, lambda *_: None)
    assert answer.content[0]["text"] == "here"
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
