"""One invented conversation with the shop, written as each recorder writes it."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from typing import Any

import yaml

SECRET = "shpat-5f1e0c9d8b7a6f5e"
HOST = "https://shop.example/api/v1"
LAMP = "it7Qw2Zx9LpK"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    status: int
    answer: Any = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    host: str = HOST

    @property
    def url(self) -> str:
        return self.host + self.path

    @property
    def sent(self) -> dict[str, str]:
        given = {"Content-Type": _JSON} if self.body is not None else {}
        return {"Authorization": f"Bearer {SECRET}", **given, **self.headers}

    @property
    def received(self) -> dict[str, str]:
        given = {"Content-Type": _JSON} if self.answer is not None else {}
        return {**given, **self.answered}

    @property
    def body_text(self) -> str:
        return "" if self.body is None else json.dumps(self.body)

    @property
    def answer_text(self) -> str:
        return "" if self.answer is None else json.dumps(self.answer)


def lamp(**changes: Any) -> dict[str, Any]:
    return {"id": LAMP, "name": "Lamp", "price": 12.5, "created": "2024-03-01T10:00:00.000Z", **changes}


def visit() -> list[Call]:
    """Make a lamp, read it, change it, list it, delete it, and look for it in vain."""
    location = {"Location": f"{HOST}/items/{LAMP}"}
    sent = {"name": "Lamp", "price": 12.5}
    return [
        Call("POST", "/items", 201, lamp(), sent, answered=location),
        Call("GET", f"/items/{LAMP}", 200, lamp()),
        Call("PUT", f"/items/{LAMP}", 200, lamp(name="Lantern"), {"name": "Lantern", "price": 12.5}),
        Call("GET", "/items?limit=5", 200, [lamp(name="Lantern")]),
        Call("DELETE", f"/items/{LAMP}", 204),
    ]


def har(calls: list[Call], *, shuffled: bool = False) -> str:
    entries = []
    for number, call in enumerate(calls):
        request: dict[str, Any] = {
            "method": call.method,
            "url": call.url,
            "headers": [{"name": name, "value": value} for name, value in call.sent.items()],
            "bodySize": len(call.body_text),
        }
        if call.body is not None:
            request["postData"] = {"mimeType": _JSON, "text": call.body_text}
        text = base64.b64encode(call.answer_text.encode()).decode()
        entries.append(
            {
                "pageref": f"page_{number % 2}",
                "startedDateTime": f"2024-03-01T10:00:{number:02d}.000Z",
                "request": request,
                "response": {
                    "status": call.status,
                    "headers": [{"name": name, "value": value} for name, value in call.received.items()],
                    "content": {"mimeType": _JSON, "text": text, "encoding": "base64"},
                },
            }
        )
    if shuffled:
        entries = entries[::2] + entries[1::2]
    pages = [{"id": "page_0"}, {"id": "page_1"}]
    return json.dumps({"log": {"version": "1.2", "pages": pages, "entries": entries}}, indent=2)


def ruby(calls: list[Call], *, packed: bool = False, as_json: bool = False) -> str:
    interactions = []
    for call in calls:
        body: dict[str, Any] = {"encoding": "UTF-8", "string": call.answer_text}
        headers = {name: [value] for name, value in call.received.items()}
        if packed and call.answer is not None:
            raw = gzip.compress(call.answer_text.encode(), mtime=0)
            body = {"encoding": "ASCII-8BIT", "base64_string": base64.b64encode(raw).decode()}
            headers["Content-Encoding"] = ["gzip"]
        interactions.append(
            {
                "request": {
                    "method": call.method.lower(),
                    "uri": call.url,
                    "body": {"encoding": "UTF-8", "string": call.body_text},
                    "headers": {name: [value] for name, value in call.sent.items()},
                },
                "response": {
                    "status": {"code": call.status, "message": "Done"},
                    "headers": headers,
                    "body": body,
                },
                "recorded_at": "Fri, 01 Mar 2024 10:00:00 GMT",
            }
        )
    value = {"http_interactions": interactions, "recorded_with": "VCR 6.2.0"}
    return json.dumps(value) if as_json else yaml.safe_dump(value, sort_keys=False)


def python(calls: list[Call], *, packed: bool = False, as_json: bool = False) -> str:
    interactions = []
    for call in calls:
        content: str | bytes = call.answer_text
        headers = {name: [value] for name, value in call.received.items()}
        if packed and call.answer is not None:
            content = gzip.compress(call.answer_text.encode(), mtime=0)
            headers["Content-Encoding"] = ["gzip"]
        interactions.append(
            {
                "request": {
                    "body": call.body_text or None,
                    "headers": {name: [value] for name, value in call.sent.items()},
                    "method": call.method,
                    "uri": call.url,
                },
                "response": {
                    "body": {"string": content},
                    "headers": headers,
                    "status": {"code": call.status, "message": "Done"},
                },
            }
        )
    value = {"interactions": interactions, "version": 1}
    return json.dumps(value) if as_json else yaml.safe_dump(value)


def go(calls: list[Call], *, version: int = 2) -> str:
    interactions = []
    for call in calls:
        response: dict[str, Any] = {
            "body": call.answer_text,
            "headers": {name: [value] for name, value in call.received.items()},
            "status": f"{call.status} Done",
            "code": call.status,
            "duration": "120ms",
        }
        if version == 3:
            response["content_length"] = len(call.answer_text)
        interactions.append(
            {
                "request": {
                    "body": call.body_text,
                    "form": {},
                    "headers": {name: [value] for name, value in call.sent.items()},
                    "url": call.url,
                    "method": call.method,
                },
                "response": response,
            }
        )
    return "---\n" + yaml.safe_dump({"version": version, "interactions": interactions})


def sessions(*of: list[Call], **marks: Any) -> str:
    lines = []
    for number, calls in enumerate(of):
        interactions = []
        for call in calls:
            path, _, query = ("/api/v1" + call.path).partition("?")
            interactions.append(
                {
                    "op": f"{call.method} {path}",
                    **marks,
                    "request": {
                        "method": call.method,
                        "url": call.url,
                        "path": path,
                        "query": dict(pair.split("=") for pair in query.split("&") if pair),
                        "headers": {"content-type": _JSON} if call.body is not None else {},
                        "body": call.body,
                    },
                    "response": {"status": call.status, "headers": {}, "body": call.answer},
                }
            )
        session = {"service": "shop", "session": f"visit {number}", "format": "har", "interactions": interactions}
        lines.append(json.dumps(session))
    return "\n".join(lines) + "\n"
