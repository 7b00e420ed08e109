"""One request of a scenario and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from twingen.runtime.http import Request, Response


@dataclass(slots=True, kw_only=True)
class Exchange:
    """`operation` is the key of what was called and `source` the twin; `path`, `query` and `payload`
    are what was sent before it was written down; `trouble` says why no answer came.
    """

    step: str
    source: str
    operation: str
    request: Request
    address: str
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    payload: Any = None
    response: Response | None = None
    answer: Any = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def url(self) -> str:
        query = f"?{self.request.query}" if self.request.query else ""
        return f"{self.address}{self.request.path}{query}"

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def headers(self) -> Mapping[str, str]:
        return self.request.headers

    @property
    def status(self) -> int | None:
        return None if self.response is None else self.response.status

    def answered(self, response: Response) -> None:
        """Take the response: its body parsed where it is JSON, repeated headers joined by commas."""
        self.response = response
        headers: dict[str, str] = {}
        for name, value in response.headers:
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        self.response_headers = headers
        self.answer = read_body(response.body, headers.get("content-type", ""))


def read_body(raw: bytes, content_type: str) -> Any:
    """Return a body as data: JSON parsed, anything else as text, None when it is empty."""
    if not raw:
        return None
    if not content_type or "json" in content_type:
        try:
            return orjson.loads(raw)
        except ValueError:
            pass
    return raw.decode("utf-8", "replace")
