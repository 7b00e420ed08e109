"""Which twin and which operation a recorded request is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from twingen.runtime.app import Route, TwinApp
from twingen.verify.recordings.model import Exchange


@dataclass(frozen=True, slots=True)
class Routed:
    """An exchange's twin, and its operation with the path's parameters if one is documented."""

    app: TwinApp
    route: Route | None
    params: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.route.documented.key if self.route is not None else ""


class Routing:
    """Tells exchanges apart by the hosts and routes of several twins."""

    def __init__(self, apps: Sequence[TwinApp]):
        self.apps = apps
        self._hosts = {app.twin.name: _hosts(app) for app in apps}
        self._ours: set[str] = set()

    def learn(self, exchanges: Iterable[Exchange]) -> None:
        """Take note of the hosts under which documented operations were called.

        A service may answer at a host of its owner's, which no document names; a host none of whose
        paths is documented, and that no document names, is another service.
        """
        for exchange in exchanges:
            host = urlsplit(exchange.url).hostname or ""
            if host not in self._ours and any(self._match(app, exchange) for app in self.apps):
                self._ours.add(host)

    def of(self, exchange: Exchange) -> Routed | None:
        """Return where an exchange belongs, None when it is another service's."""
        host = (urlsplit(exchange.url).hostname or "").lower()
        named = [app for app in self.apps if self._names(app, host)]
        for app in named or self.apps:
            found = self._match(app, exchange)
            if found is not None:
                return found
        if named:
            return Routed(named[0], None)
        for app in self.apps:
            found = self._match(app, exchange)
            if found is not None:
                return found
        return Routed(self.apps[0], None) if host in self._ours or not host else None

    def _names(self, app: TwinApp, host: str) -> bool:
        return any(pattern.fullmatch(host) for pattern in self._hosts[app.twin.name])

    @staticmethod
    def _match(app: TwinApp, exchange: Exchange) -> Routed | None:
        found = app.router.match(exchange.method, urlsplit(exchange.url).path or "/")
        if found is None or not found.values:
            return None
        return Routed(app, found.value, found.params)


def _hosts(app: TwinApp) -> list[re.Pattern[str]]:
    """Return the hosts that the documents name; a host that is all variable names none."""
    patterns = []
    for server in app.twin.contract.servers:
        host = (urlsplit(server.url).hostname or "") if "{" not in server.url else _host(server.url)
        fixed = re.sub(r"\{[^{}]*\}", "", host)
        if len(fixed.strip(".-")) > 3:
            parts = re.split(r"\{[^{}]*\}", host.lower())
            patterns.append(re.compile(r"[^/]+".join(map(re.escape, parts))))
    return patterns


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition(":")[0]
