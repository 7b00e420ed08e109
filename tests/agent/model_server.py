"""A local Messages endpoint whose answers are scripted, streamed as the real one streams them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server does with one request.

    `status` other than 200 answers an error; `cut` ends the stream after so many events;
    `raw_input` is sent as a tool's input as it is; `pause` waits before the answer.
    """

    content: Sequence[Json] = ()
    stop: str = ""
    status: int = 200
    error: str = "overloaded_error"
    retry_after_ms: int | None = 5
    cut: int | None = None
    raw_input: str | None = None
    pause: float = 0.0
    stream_error: bool = False
    message: str = "scripted"


def text(words: str, **more: Any) -> Reply:
    return Reply(content=({"type": "text", "text": words},), **more)


def call(tool: str, /, **given: Any) -> Json:
    return {"type": "tool_use", "name": tool, "input": given}


def calls(*blocks: Json, **more: Any) -> Reply:
    return Reply(content=blocks, **more)


Script = Callable[[Json, int], Reply]


def in_order(*replies: Reply) -> Script:
    """Answer with these, one after another; the last one goes on."""
    return lambda request, number: replies[min(number, len(replies)) - 1]


@dataclass(slots=True)
class ModelServer:
    """`requests` are the bodies that came, `headers` theirs; `script` gets a body and its number."""

    script: Script
    requests: list[Json] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ids: int = 0

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ModelServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *trouble: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: Json, headers: Mapping[str, str]) -> tuple[Reply, int]:
        with self._lock:
            self.requests.append(body)
            self.headers.append({name.lower(): value for name, value in headers.items()})
            number = len(self.requests)
        return self.script(body, number), number

    def next_id(self) -> int:
        with self._lock:
            self._ids += 1
            return self._ids


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # else every event waits for a delayed acknowledgement

        def log_message(self, *_: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            reply, _ = server.take(body, dict(self.headers))
            if reply.pause:
                time.sleep(reply.pause)
            if reply.status != 200:
                self._error(reply)
                return
            message = _message(server, reply, body)
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            self.close_connection = True
            for number, (name, data) in enumerate(_events(message, reply)):
                if reply.cut is not None and number >= reply.cut:
                    if reply.stream_error:
                        self._send("error", {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}})
                    self.wfile.flush()
                    return
                self._send(name, data)
            self.wfile.flush()

        def _send(self, name: str, data: Json) -> None:
            self.wfile.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())

        def _error(self, reply: Reply) -> None:
            body = json.dumps({"type": "error", "error": {"type": reply.error, "message": reply.message}}).encode()
            self.send_response(reply.status)
            if reply.retry_after_ms is not None:
                self.send_header("retry-after-ms", str(reply.retry_after_ms))
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

    return Handler


def _message(server: ModelServer, reply: Reply, request: Json) -> Json:
    content = []
    for block in reply.content:
        block = dict(block)
        if block["type"] == "tool_use":
            block.setdefault("id", f"toolu_{server.next_id()}")
        content.append(block)
    uses = any(block["type"] == "tool_use" for block in content)
    size = len(json.dumps(request)) // 4
    return {
        "id": f"msg_{server.next_id()}", "type": "message", "role": "assistant", "model": request["model"],
        "content": content, "stop_reason": reply.stop or ("tool_use" if uses else "end_turn"),
        "stop_sequence": None,
        "usage": {
            "input_tokens": size, "output_tokens": len(json.dumps(content)) // 4,
            "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
        },
    }  # fmt: skip


def _events(message: Json, reply: Reply) -> list[tuple[str, Json]]:
    found: list[tuple[str, Json]] = [
        ("message_start", {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}),
        ("ping", {"type": "ping"}),
    ]
    for index, block in enumerate(message["content"]):
        if block["type"] == "tool_use":
            start: Json = {**block, "input": {}}
            whole = reply.raw_input if reply.raw_input is not None else json.dumps(block["input"])
            half = len(whole) // 2
            deltas: list[Json] = [{"type": "input_json_delta", "partial_json": part} for part in (whole[:half], whole[half:])]
        elif block["type"] == "thinking":
            start = {"type": "thinking", "thinking": "", "signature": ""}
            deltas = [
                {"type": "thinking_delta", "thinking": block["thinking"]},
                {"type": "signature_delta", "signature": block["signature"]},
            ]
        else:
            start = {"type": "text", "text": ""}
            deltas = [{"type": "text_delta", "text": block["text"]}]
        found.append(("content_block_start", {"type": "content_block_start", "index": index, "content_block": start}))
        for delta in deltas:
            found.append(("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}))
        found.append(("content_block_stop", {"type": "content_block_stop", "index": index}))
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    usage = {"output_tokens": message["usage"]["output_tokens"]}
    found.append(("message_delta", {"type": "message_delta", "delta": delta, "usage": usage}))
    found.append(("message_stop", {"type": "message_stop"}))
    return found
