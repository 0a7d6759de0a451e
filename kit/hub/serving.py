"""From the environment that the hub gives a service to a service that listens, and from a signal to its orderly end."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets

from kit.course import Course
from kit.errors import KitError
from kit.hub.app import make_app, service_of
from kit.hub.logs import log_of
from kit.hub.service import ServiceSettings

NEEDED = (
    "JUPYTERHUB_API_TOKEN",
    "JUPYTERHUB_API_URL",
    "JUPYTERHUB_CLIENT_ID",
    "JUPYTERHUB_SERVICE_PREFIX",
    "JUPYTERHUB_SERVICE_URL",
)
"""What a service of a hub finds in its environment; given by hand to one that the hub does not start."""
_BODY = 1_000_000  # of everything but a submission: forms
_HEADERS = 64_000
_BODY_SECONDS = 30.0
_IDLE_SECONDS = 20.0  # also for the head of a request, after which a connection that says nothing is in the way
_OPEN_FILES = 16_384
_OWN_FILES = 150  # ledger, pool, hub, controller
_CLOSE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the service listens."""

    host: str
    port: int
    prefix: str
    """With both slashes."""


class Server(HTTPServer):
    """Takes no more connections than it has room for: one that accepts without end has no file left to open.

    Whoever comes when all is taken is sent away at once, and comes again, instead of waiting unheard.
    """

    most = 1_000

    def handle_stream(self, stream: IOStream, address: tuple[str, int]) -> None:
        """Serve one more connection, or close it."""
        if len(self._connections) >= max(1, self.most):
            stream.close()
            return
        super().handle_stream(stream, address)


def raise_open_files() -> int:
    """Allow this process as many open files as the system lets it have, within reason; the number it has now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return _OPEN_FILES if soft == resource.RLIM_INFINITY else soft


def place_of(environment: Mapping[str, str]) -> Place:
    """Where to listen, by *environment*; KitError where it is not that of a hub's service, with what is missing."""
    missing = [name for name in NEEDED if not environment.get(name)]
    if missing:
        raise KitError(
            f"This is started by a JupyterHub, or with the environment of one of its services. Missing: "
            f"{', '.join(missing)}. `kit hub-config` writes what the hub needs; `kit hub` tries it on this machine."
        )
    url = urlsplit(environment["JUPYTERHUB_SERVICE_URL"])
    try:
        port = url.port or {"http": 80}[url.scheme]
    except (ValueError, KeyError):
        port = 0
    if url.scheme != "http" or not url.hostname or not port:
        raise KitError(
            "JUPYTERHUB_SERVICE_URL has to be the address to listen on, like http://127.0.0.1:10101, "
            f"and is {environment['JUPYTERHUB_SERVICE_URL']!r}."
        )
    return Place(url.hostname, port, f"/{environment['JUPYTERHUB_SERVICE_PREFIX'].strip('/')}/".replace("//", "/"))


def serve(
    course: Course, settings: ServiceSettings | None = None, *, host: str | None = None, port: int | None = None,
    ready: Callable[[str], None] = lambda address: None,
) -> None:  # fmt: skip
    """Serve *course* until SIGTERM or SIGINT, then end in order. *ready* is told the address once it listens.

    *host* and *port* take the place of those in JUPYTERHUB_SERVICE_URL, for where a proxy stands between. KitError if
    the environment is not a service's, or the address is taken.
    """
    place = place_of(os.environ)
    place = replace(place, host=host or place.host, port=place.port if port is None else port)
    settings = replace(settings or ServiceSettings(), prefix=place.prefix)
    asyncio.run(_serve(course, settings, place, ready))


async def _serve(course: Course, settings: ServiceSettings, place: Place, ready: Callable[[str], None]) -> None:
    app = make_app(course, settings)
    service = service_of(app)
    # Behind the hub's proxy: the address and the scheme of the browser, not of the proxy.
    server = Server(
        app, xheaders=True, max_body_size=_BODY, max_header_size=_HEADERS, body_timeout=_BODY_SECONDS,
        idle_connection_timeout=_IDLE_SECONDS,
    )  # fmt: skip
    server.most = raise_open_files() - _OWN_FILES
    try:
        sockets = bind_sockets(place.port, place.host)
    except OSError as error:
        raise KitError(
            f"The service cannot listen on {place.host}:{place.port}: {error.strerror or error}. "
            "End what listens there, or give the service another address in the hub's configuration."
        ) from error
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await service.start()
    server.add_sockets(sockets)
    address = f"http://{place.host}:{sockets[0].getsockname()[1]}{place.prefix}"
    log_of("service").info("Serving %s at %s", course.title, address)
    ready(address)
    try:
        await ended.wait()
    finally:
        # Still listening meanwhile: who comes now is told to come again, not that nobody is here.
        await service.stop()
        server.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.close_all_connections(), _CLOSE_SECONDS)
        await _let_go_of_the_hub()
        log_of("service").info("Ended.")


async def _let_go_of_the_hub() -> None:
    """Close the connections by which the hub was asked, where JupyterHub keeps them open (from version 6 on)."""
    try:
        from jupyterhub.httpclient import JupyterHubHTTPClient
    except ImportError:
        return
    await JupyterHubHTTPClient.loop_instance().close()
