"""Handlers: Python beside a resource's YAML, for what data cannot say.

A handler is a function of a `Scope`. It returns the body to answer, or a `Reply` with a status and
headers; `raise scope.fail("case", ...)` refuses in the vendor's words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

from twingen.errors import DamagedTwinError, FormatError
from twingen.twin.model import Twin

Handler = Callable[[Any], Any]


class Reply:
    """An answer with a status, headers or content type of its own."""

    __slots__ = ("body", "content_type", "headers", "status")

    def __init__(
        self, body: Any = None, *, status: int | None = None,
        headers: Mapping[str, str] | None = None, content_type: str | None = None,
    ):  # fmt: skip
        self.body = body
        self.status = status
        self.headers = dict(headers or {})
        self.content_type = content_type


class Handlers:
    """The handlers of a twin, loaded when first asked for."""

    def __init__(self, twin: Twin):
        self._twin = twin
        self._modules: dict[str, dict[str, Any]] = {}

    def get(self, resource: str, name: str) -> Handler:
        """Return the function `name` of resources/RESOURCE.py."""
        module = self._modules.get(resource)
        if module is None:
            module = self._modules[resource] = self._load(resource)
        found = module.get(name)
        if not callable(found):
            raise FormatError(
                f"there is no function {name!r}",
                where=self._file(resource),
                remedy="define it, or correct the handler's name in the resource's YAML",
            )
        handler: Handler = found
        return handler

    def _file(self, resource: str) -> str:
        name = f"resources/{resource}.py"
        return str(self._twin.path / name) if self._twin.path else name

    def _load(self, resource: str) -> dict[str, Any]:
        text = self._twin.handlers.get(resource)
        file = self._file(resource)
        if text is None:
            raise DamagedTwinError("the handlers' file is missing", where=file)
        try:
            code: CodeType = compile(text, file, "exec")
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            raise DamagedTwinError(
                f"not valid Python: {error}", where=f"{file}:{line}" if line else file
            ) from None
        module: dict[str, Any] = {"__name__": f"twin.{self._twin.name}.{resource}", "__file__": file}
        try:
            exec(code, module)  # noqa: S102 - a twin's own code, checked when it is built
        except Exception as error:
            raise DamagedTwinError(f"cannot be loaded: {error!r}", where=file) from error
        return module
