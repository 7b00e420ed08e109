"""Handlers: Python beside a resource's YAML, for what data cannot say; guarded and metered (twin/guard.py).

A handler is a function of a `Scope`. It returns the body to answer, or a `Reply` with a status and
headers; `raise scope.fail("case", ...)` refuses in the vendor's words. Files under resources/ share
code by `from twin import NAME` or `from twin.NAME import function`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from twingen.errors import DamagedTwinError, FormatError
from twingen.twin import guard
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
    """The handlers of a twin, loaded when first asked for.

    Raises FormatError for a source that says what handlers may not. `begin` gives a request all
    that its handlers may take; who goes beyond it meets `guard.Exceeded`.
    """

    def __init__(self, twin: Twin):
        self._twin = twin
        self._modules: dict[str, ModuleType] = {}
        self._meter = guard.Meter()
        self._builtins = guard.safe_builtins(self._import)
        self.begin = self._meter.reset
        for resource, text in twin.handlers.items():
            for one in guard.violations(text, self._file(resource)):
                raise FormatError(
                    one.what, where=f"{one.file}:{one.line}",
                    remedy="docs/agent.md says under Safety what handlers may use",
                )  # fmt: skip

    def get(self, resource: str, name: str) -> Handler:
        """Return the function `name` of resources/RESOURCE.py; `other.name` is one of other.py."""
        if "." in name:
            resource, _, name = name.rpartition(".")
        found = getattr(self._module(resource), name, None)
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

    def _module(self, resource: str) -> ModuleType:
        return self._modules.get(resource) or self._load(resource)

    def _import(
        self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        """Import what handlers may use; `twin` and what is below it is looked for in resources/."""
        if name == "twin" and fromlist:
            found = ModuleType("twin")
            for member in fromlist:
                setattr(found, member, self._module(member))
            return found
        if name.startswith("twin.") and fromlist:
            return self._module(name.removeprefix("twin."))
        return guard.import_for_handlers(name, fromlist)

    def _load(self, resource: str) -> ModuleType:
        text = self._twin.handlers.get(resource)
        file = self._file(resource)
        if text is None:
            raise DamagedTwinError("the handlers' file is missing", where=file)
        code = guard.compiled(text, file)
        module = self._modules[resource] = ModuleType(f"twin.{resource}")
        vars(module).update({"__file__": file, "__builtins__": self._builtins, guard.METER: self._meter})
        try:
            exec(code, vars(module))  # noqa: S102 - a twin's own code, checked when it is built
        except (Exception, guard.Exceeded) as error:
            del self._modules[resource]
            raise DamagedTwinError(f"cannot be loaded: {error!r}", where=file) from error
        return module
