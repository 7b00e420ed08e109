"""The servers that commands are pointed at with --base-url, and what may be sent to them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from twingen.errors import UsageError

if TYPE_CHECKING:
    from twingen.twin.model import Twin
    from twingen.verify.remote import Remote

TOKEN = "TWINGEN_TOKEN"
# Off loopback, where the server is somebody else's.
RATE = 10.0
REQUESTS = 5_000


def servers(
    addresses: Sequence[str], twins: Sequence[Twin], destructive: Sequence[str], *,
    rate: float | None = None, ceiling: int | None = None,
) -> Mapping[str, Remote]:  # fmt: skip
    """Return the servers by the twin whose place they take. Each address is URL, or NAME=URL.

    A URL without a name goes to the first twin. `destructive` are the hosts that writes may be sent
    to; each must be the host of an address. `rate` and `ceiling` are asked for, or what is decent.
    """
    from twingen.verify.remote import Remote

    found: dict[str, Remote] = {}
    hosts: set[str] = set()
    known = {twin.name: twin for twin in twins}
    for text in addresses:
        name, url = _split(text, twins[0].name)
        if name not in known:
            raise UsageError(f"--base-url {text}: no scenario speaks to {name!r}", remedy=f"there are {', '.join(known)}")
        host = Remote(url).host
        hosts.add(host)
        found[name] = _server(known[name], url, writes=host in destructive, rate=rate, ceiling=ceiling)
    for host in destructive:
        if host not in hosts:
            raise UsageError(
                f"--destructive names {host!r}, and --base-url goes to {', '.join(sorted(hosts)) or 'nowhere'}",
                remedy=f"--destructive {sorted(hosts)[0]} sends writes there" if hosts else "add --base-url",
            )
    return found


def _split(text: str, default: str) -> tuple[str, str]:
    name, sign, url = text.partition("=")
    return (name, url) if sign and "/" not in name and ":" not in name else (default, text)


def _server(
    twin: Twin, url: str, *, writes: bool, rate: float | None, ceiling: int | None
) -> Remote:
    """Return the server with its credential: $TWINGEN_TOKEN, else on this machine the twin's own."""
    from twingen.runtime.auth import credential
    from twingen.runtime.engine import Engine
    from twingen.verify.remote import PLACEHOLDER, Remote, is_loopback

    token = os.environ.get(TOKEN, "")
    contract, service = twin.contract, twin.service
    given, shown = token, PLACEHOLDER
    if token and " " not in token:
        shown = credential(contract, service, PLACEHOLDER)
        if PLACEHOLDER not in shown:
            raise UsageError(
                f"{twin.name} takes Basic credentials", remedy=f"put the whole header into ${TOKEN}: Basic ..."
            )
        given = credential(contract, service, token)
    near = is_loopback(Remote(url).host)
    if not token and near:
        given = shown = credential(contract, service, Engine(twin).token)
    return Remote(
        url, credential=given, shown=shown, destructive=writes, rate=rate or (None if near else RATE),
        ceiling=ceiling or (None if near else REQUESTS),
    )  # fmt: skip
