"""Serve the twins of a run over HTTP: consecutive ports, one process, one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import ipaddress
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twingen.errors import UsageError
from twingen.runtime.asgi import asgi_app
from twingen.runtime.run import Run

if TYPE_CHECKING:
    from granian.server.embed import Server

    from twingen.runtime.tls import Certificate

DEFAULT_PORT = 9000
# Seconds that requests under way get to finish once the server is told to stop.
_GRACE = 5.0
_READY = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where one twin is served."""

    twin: str
    host: str
    port: int
    secure: bool = False

    @property
    def url(self) -> str:
        """The base URL that clients use; a wildcard host is shown as localhost."""
        host = self.host
        if host in {"0.0.0.0", "::", ""}:
            host = "localhost"
        elif ":" in host:
            host = f"[{host}]"
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def addresses(
    names: Sequence[str], host: str, port: int, *, secure: bool = False
) -> list[Address]:
    """Return one address a twin, from `port` upwards. Raises UsageError unless all are free."""
    found = [
        Address(twin=name, host=host, port=port + index, secure=secure)
        for index, name in enumerate(names)
    ]
    for address in found:
        _check_free(address)
    return found


def _check_free(address: Address) -> None:
    if not 1 <= address.port <= 65_535:
        raise UsageError(
            f"there is no port {address.port}", remedy="choose a --port from 1 to 65535"
        )
    try:
        infos = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError):
        raise UsageError(
            f"the host {address.host!r} is not known here",
            remedy="choose another --host; 127.0.0.1 is the default",
        ) from None
    family, kind, protocol, _, place = infos[0]
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(place)
            # A listener of ours shares its port, so that only listening tells whether it is taken.
            trial.listen(1)
        except OSError as error:
            raise _refused(address, error) from None


def _refused(address: Address, error: OSError) -> UsageError:
    match error.errno:
        case errno.EADDRINUSE:
            return UsageError(
                f"port {address.port} on {address.host} is in use ({address.twin} was to be there)",
                remedy="stop what is running there, or choose another --port",
            )
        case errno.EACCES:
            return UsageError(
                f"no permission to serve on port {address.port}",
                remedy="choose a --port above 1023",
            )
        case _:
            return UsageError(
                f"cannot serve on {address.host} port {address.port}: {error.strerror}",
                remedy="choose another --host or --port",
            )


def serve(
    run: Run,
    places: Sequence[Address],
    *,
    certificate: Certificate | None = None,
    on_ready: Callable[[], None] = lambda: None,
) -> int:
    """Serve every twin of `run` until SIGINT or SIGTERM; return the exit code (130 or 0).

    `places` come from `addresses`, in the order of the run's twins. `on_ready` is called once all
    of them accept connections.
    """
    # Twins are loaded once and live as long as the process: the collector need not look at them.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return asyncio.run(_serve(run, places, certificate, on_ready))


async def _serve(
    run: Run,
    places: Sequence[Address],
    certificate: Certificate | None,
    on_ready: Callable[[], None],
) -> int:
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()

    def stop(code: int) -> None:
        if not stopped.done():
            stopped.set_result(code)

    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 0)):
        with contextlib.suppress(NotImplementedError, RuntimeError):  # not on every platform
            loop.add_signal_handler(number, stop, code)
    servers = [
        _server(run, index, place, certificate) for index, place in enumerate(places)
    ]
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    ready = asyncio.create_task(_ready(places, on_ready))
    waiting: set[asyncio.Future[Any]] = {stopped, *tasks}
    done, _ = await asyncio.wait({*waiting, ready}, return_when=asyncio.FIRST_COMPLETED)
    if done == {ready} and ready.exception() is None:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    run.recorder.close()
    for server in servers:
        server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait(tasks, timeout=_GRACE)
    for task in (*tasks, ready):
        if task.done() and not task.cancelled():
            failure = task.exception()
            if failure is not None:
                raise failure
        task.cancel()
    return stopped.result() if stopped.done() else 2


def _server(run: Run, index: int, place: Address, certificate: Certificate | None) -> Server:
    from granian.constants import HTTPModes, Interfaces, SSLProtocols
    from granian.server.embed import Server

    return Server(
        asgi_app(run, run.apps[index]),
        address=place.host,
        port=place.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.auto,
        websockets=False,
        backlog=1024,
        log_enabled=False,
        ssl_cert=None if certificate is None else certificate.chain,
        ssl_key=None if certificate is None else certificate.key,
        ssl_protocol_min=SSLProtocols.tls12,
    )


async def _ready(places: Sequence[Address], on_ready: Callable[[], None]) -> None:
    """Wait until every address accepts connections, then tell."""
    loop = asyncio.get_running_loop()
    limit = loop.time() + _READY
    for place in places:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(place.host, place.host)
        while True:
            try:
                _, writer = await asyncio.open_connection(host, place.port)
            except OSError:
                if loop.time() > limit:
                    raise UsageError(f"{place.twin} did not come up on port {place.port}") from None
                await asyncio.sleep(0.01)
            else:
                writer.close()
                break
    on_ready()


__all__ = ["DEFAULT_PORT", "Address", "addresses", "is_loopback", "serve"]
