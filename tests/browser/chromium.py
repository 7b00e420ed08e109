"""A headless Chromium, driven over the DevTools protocol: just what the tests of the UI need."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb",
    "--remote-debugging-port=0",
)  # fmt: skip
_PATIENCE = 20.0
# Keys that are no characters.
_KEYS = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), "Backspace": (8, "")}


def find_chromium() -> str | None:
    """Return the browser to use: $CHROMIUM, else the first on the PATH."""
    chosen = os.environ.get("CHROMIUM")
    return chosen or next((found for name in _NAMES if (found := shutil.which(name))), None)


class Chromium:
    """The browser's process; every page has a profile of its own."""

    def __init__(self, program: str, home: Path):
        self._process = subprocess.Popen(
            [program, *_OPTIONS, f"--user-data-dir={home}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        told = home / "DevToolsActivePort"
        limit = time.monotonic() + _PATIENCE
        while not (told.exists() and len(told.read_text().split()) == 2):
            if self._process.poll() is not None or time.monotonic() > limit:
                self._process.kill()
                raise AssertionError(f"{program} did not start")
            time.sleep(0.05)
        port, path = told.read_text().split()
        self._url = f"ws://127.0.0.1:{port}{path}"

    def page(self, url: str, *, width: int = 1280, height: int = 800, dark: bool = False) -> Page:
        page = Page(self._url)
        page.start(width, height, dark=dark)
        page.open(url)
        return page

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Page:
    """One page. `errors` collects exceptions and console errors, refused content included."""

    def __init__(self, url: str):
        self._open = ExitStack()
        self._socket = self._open.enter_context(connect(url, max_size=None, proxy=None))
        self._number = 0
        self._session: str | None = None
        self.errors: list[str] = []

    def start(self, width: int, height: int, *, dark: bool) -> None:
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.resize(width, height)
        self.prefer("dark" if dark else "light")

    def call(self, method: str, **params: Any) -> Any:
        """Send a command of the protocol and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            told = json.loads(self._socket.recv(_PATIENCE))
            self._note(told)
            if told.get("id") == self._number:
                if "error" in told:
                    raise AssertionError(f"{method}: {told['error']}")
                return told["result"]

    def _note(self, told: dict[str, Any]) -> None:
        params = told.get("params", {})
        if told.get("method") == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif told.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            # Answers that the page deals with itself are logged as errors of the network.
            if params["entry"]["source"] != "network":
                self.errors.append(params["entry"]["text"])

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip

    def prefer(self, scheme: str) -> None:
        self.call(
            "Emulation.setEmulatedMedia",
            features=[
                {"name": "prefers-color-scheme", "value": scheme},
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ],
        )

    def run(self, script: str) -> Any:
        """Return what an expression comes to, promises awaited."""
        done = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in done:
            raise AssertionError(f"{script}: {done['exceptionDetails']}")
        return done["result"].get("value")

    def until(self, script: str) -> Any:
        """Wait until an expression holds, and return its value."""
        return self.wait(lambda: self.run(f"Boolean({script})"), script)

    def wait(self, test: Callable[[], Any], what: str) -> Any:
        limit = time.monotonic() + _PATIENCE
        while True:
            found = test()
            if found:
                return found
            if time.monotonic() > limit:
                raise AssertionError(f"in vain: {what}\n{self.run('document.body.innerText')}\n{self.errors}")
            time.sleep(0.05)

    def text(self, selector: str = "body") -> str:
        return str(self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def sees(self, text: str, selector: str = "body") -> None:
        """Wait until `text` is visible inside `selector`."""
        self.wait(lambda: text in self.text(selector), f"{text!r} in {selector}")

    def click(self, selector: str, text: str | None = None) -> None:
        """Click the first element that matches and, with `text`, that begins with it."""
        wanted = f"one.innerText.trim().startsWith({json.dumps(text)})" if text else "true"
        self.until(
            f"(() => {{ const found = [...document.querySelectorAll({json.dumps(selector)})]"
            f".find((one) => {wanted} && one.getClientRects().length && !one.disabled);"
            " found?.click(); return Boolean(found); })()"
        )

    def fill(self, selector: str, text: str) -> None:
        name = json.dumps(selector)
        self.until(f"Boolean(document.querySelector({name}))")
        self.run(f"document.querySelector({name}).focus(); document.querySelector({name}).select?.()")
        self.call("Input.insertText", text=text)

    def choose(self, selector: str, value: str) -> None:
        self.run(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)});"
            f" one.value = {json.dumps(value)};"
            " one.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )

    def press(self, key: str) -> None:
        """Press and release a key."""
        code, text = _KEYS[key] if key in _KEYS else (ord(key.upper()), key)
        for kind in ("keyDown", "keyUp"):
            typed = {"text": text} if kind == "keyDown" and text else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **typed)

    def screenshot(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        self._open.close()
