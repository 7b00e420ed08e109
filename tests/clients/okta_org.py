"""The official Okta SDK and plain HTTP against one served twin, for the tests beside this file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

import httpx
from okta.client import Client

from tests.conftest import Served

PASSWORD = "Brisk-Otter-4412"
Call = Callable[[Client], Awaitable[tuple[Any, ...]]]
Refused = tuple[int, str, str, list[str]]


class Org:
    """An org with its default world, reached with the admin's token."""

    def __init__(self, server: Served):
        server.reset()
        self.url = server.url()
        self.credential = server.credential()
        self.token = server.token()

    def sdk(self, call: Call) -> tuple[Any, ...]:
        """Return what an SDK call returns: the data, the response, the error."""
        config = {
            "orgUrl": self.url,
            "token": self.token,
            "rateLimit": {"maxRetries": 0},
        }

        async def run() -> tuple[Any, ...]:
            async with Client(config) as client:
                return await call(client)

        # The SDK takes plain http only when its environment says that this is a test.
        with patch.dict(os.environ, {"OKTA_TESTING_TESTINGDISABLEHTTPSCHECK": "true"}):
            return asyncio.run(run())

    def ok(self, call: Call) -> Any:
        """Return the data of an SDK call that succeeds."""
        *data, error = self.sdk(call)
        assert error is None, error
        return data[0] if data else None

    def refused(self, call: Call) -> Refused:
        """Return status, code, summary and causes of the error that an SDK call meets."""
        error = self.sdk(call)[-1]
        assert error is not None, "the call succeeded"
        causes = [cause["errorSummary"] for cause in error.error_causes]
        return error.status, error.error_code, error.error_summary, causes

    def http(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request with the admin's token; headers in `options` come on top."""
        headers = {"authorization": self.credential, **options.pop("headers", {})}
        return httpx.request(method, self.url + path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Any:
        response = self.http("GET", path, **options)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, status: int = 200, **options: Any) -> Any:
        response = self.http("POST", path, **options)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    def user(
        self, name: str, *, password: str | None = None, question: bool = False, query: str = "",
        **profile: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Make a user and return it as answered."""
        login = f"{name.lower()}@example.com"
        body: dict[str, Any] = {
            "profile": {
                "firstName": name, "lastName": "Okafor", "email": login, "login": login, **profile,
            }
        }  # fmt: skip
        credentials: dict[str, Any] = {}
        if password:
            credentials["password"] = {"value": password}
        if question:
            credentials["recovery_question"] = {"question": "Which bridge?", "answer": "red one"}
        if credentials:
            body["credentials"] = credentials
        made: dict[str, Any] = self.post(f"/api/v1/users{query}", json=body)
        return made

    def group(self, name: str) -> str:
        """Make a group and return its id."""
        made = self.post("/api/v1/groups", json={"profile": {"name": name}})
        return str(made["id"])

    def status(self, user: str) -> str:
        return str(self.get(f"/api/v1/users/{user}")["status"])

    def members(self, group: str) -> set[str]:
        return {user["id"] for user in self.get(f"/api/v1/groups/{group}/users")}
