"""The trial hub's proxy: what JupyterHub calls configurable-http-proxy, in Python alone.

JupyterHub starts it as `c.ConfigurableHTTPProxy.command` and tells it over ``/api/routes`` which path leads where. It
reads the head of a request, finds the longest route that the path begins with, and from then on carries bytes both
ways as they come: so websockets keep their subprotocol, events arrive when they are sent, and an upload of any size
takes no memory. Each connection carries one request (``Connection: close``), so nobody's second request can end at
somebody else's server.

Why not the package configurable-http-proxy of PyPI (0.4.0, Python too): it keeps a response until it is whole, so
that server-sent events never arrive and end with 503 after 20 seconds; it has at most ten requests under way, so that
the eleventh waits for a long poll to end; it drops the subprotocol that JupyterLab agrees on with a kernel; and it
takes no more than 100 MB. On a public hub use the one of npm, or traefik: this one knows no TLS.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlsplit

HEAD_BYTES = 64 * 1024
"""A request's line and headers together; more is answered with 431."""
PIECE = 64 * 1024
_LINGER = 2.0
_HEAD_SECONDS = 60.0
_OURS = frozenset({
    b"connection", b"keep-alive", b"proxy-connection", b"x-real-ip", b"x-forwarded-for", b"x-forwarded-proto",
    b"x-forwarded-port", b"x-forwarded-host", b"x-forwarded-scheme", b"forwarded",
})  # fmt: skip


@dataclass(slots=True)
class Routes:
    """Which path leads to which server: the longest route wins, and a route ends where a name in the path ends."""

    table: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Path without its last slash → what JupyterHub said of it, `target` among it."""

    def add(self, path: str, data: Mapping[str, Any]) -> None:
        """Lead *path* and everything below it to ``data["target"]``."""
        self.table[_trimmed(path)] = {**data, "last_activity": _now()}

    def remove(self, path: str) -> bool:
        """Whether there was such a route to forget."""
        return self.table.pop(_trimmed(path), None) is not None

    def find(self, path: str) -> str | None:
        """The server for *path* (still quoted), which counts as active now; None where no route leads."""
        place = _trimmed(unquote(path))
        while place not in self.table:
            if place in ("", "/"):
                return None
            place = place.rpartition("/")[0] or "/"
        self.table[place]["last_activity"] = _now()
        return str(self.table[place]["target"])


def _trimmed(path: str) -> str:
    return "/" + path.strip("/")


def _now() -> str:
    return datetime.now(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of a request."""

    method: bytes
    path: str
    """With the query, as it came."""
    headers: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def read(cls, raw: bytes) -> Head | None:
        """None where *raw* is no request line with headers after it."""
        first, *rest = raw.rstrip(b"\r\n").split(b"\r\n")
        words = first.split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            return None
        headers = []
        for line in rest:
            name, colon, value = line.partition(b":")
            # Names that end in blanks and folded lines are how one server is made to read what another does not.
            if not colon or not name or name.strip() != name:
                return None
            headers.append((name, value.strip()))
        target = words[1].decode("latin-1")
        if not target.startswith("/"):
            parts = urlsplit(target)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(words[0], target, tuple(headers))

    def value(self, name: bytes) -> bytes:
        """The first header *name* (in small letters), or nothing."""
        return next((value for found, value in self.headers if found.lower() == name), b"")

    def forwarded(self, client: str) -> bytes:
        """What the server gets: this head, from *client*, for one request only."""
        host = self.value(b"host")
        kept = [(name, value) for name, value in self.headers if name.lower() not in _OURS]
        upgrade = self.value(b"upgrade").lower() == b"websocket"
        own = [
            (b"Connection", b"Upgrade" if upgrade else b"close"),
            (b"X-Forwarded-For", client.encode()), (b"X-Forwarded-Proto", b"http"), (b"X-Forwarded-Host", host),
            (b"X-Forwarded-Port", host.rpartition(b":")[2] if b":" in host else b"80"),
        ]  # fmt: skip
        first = b"%s %s HTTP/1.1" % (self.method, self.path.encode("latin-1"))
        return b"\r\n".join((first, *(b"%s: %s" % pair for pair in kept + own), b"", b""))


@dataclass(slots=True)
class Proxy:
    """Carries requests to where `routes` lead; what leads nowhere is answered by the hub's own error pages."""

    routes: Routes
    error_target: str

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client: one request."""
        try:
            raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _HEAD_SECONDS)
            head = Head.read(raw)
            if head is None:
                await _refuse(writer, 400)
            else:
                await self._carry(head, reader, writer)
        except asyncio.LimitOverrunError:
            await _refuse(writer, 431)
        except (asyncio.IncompleteReadError, TimeoutError, ConnectionError, OSError):
            pass  # the client is gone
        finally:
            writer.close()

    async def _carry(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = head.path.partition("?")[0]
        target = self.routes.find(path)
        server = await _connected(target) if target else None
        if server is None:
            await self._explain(503 if target else 404, head, path, writer)
            return
        theirs_in, theirs_out = server
        client = (writer.get_extra_info("peername") or ("127.0.0.1",))[0]
        try:
            theirs_out.write(head.forwarded(str(client)))
            await _both_ways(reader, writer, theirs_in, theirs_out)
        finally:
            theirs_out.close()

    async def _explain(self, status: int, head: Head, path: str, writer: asyncio.StreamWriter) -> None:
        """The hub's page about *status*, under that status; a bare line where the hub is away too."""
        server = await _connected(self.error_target)
        if server is None:
            await _refuse(writer, 503)
            return
        theirs_in, theirs_out = server
        place = f"{urlsplit(self.error_target).path.rstrip('/')}/{status}?url={quote(path)}"
        asked = Head(b"GET", place, ((b"Host", head.value(b"host")), (b"Accept", head.value(b"accept") or b"*/*")))
        try:
            theirs_out.write(asked.forwarded("127.0.0.1"))
            await theirs_in.readline()  # it says 200
            writer.write(_status_line(status))
            await _answer(theirs_in, writer)
        finally:
            theirs_out.close()


async def _connected(target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    parts = urlsplit(target)
    try:
        return await asyncio.open_connection(parts.hostname, parts.port or 80)
    except OSError:
        return None


async def _both_ways(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
    theirs_in: asyncio.StreamReader, theirs_out: asyncio.StreamWriter,
) -> None:  # fmt: skip
    """Until the server has answered or the client is gone."""
    asking = asyncio.ensure_future(_ask(reader, theirs_out))
    answering = asyncio.ensure_future(_answer(theirs_in, writer))
    try:
        await asyncio.wait((asking, answering), return_when=asyncio.FIRST_COMPLETED)
        if answering.done() and not asking.done():
            # A server may answer before it has read everything. Closing now would take the answer back from a client
            # that is still sending.
            await asyncio.wait((asking,), timeout=_LINGER)
    finally:
        for task in (asking, answering):
            task.cancel()
        await asyncio.gather(asking, answering, return_exceptions=True)


async def _ask(reader: asyncio.StreamReader, theirs_out: asyncio.StreamWriter) -> None:
    heard = True
    while piece := await reader.read(PIECE):
        if heard:
            try:
                theirs_out.write(piece)
                await theirs_out.drain()
            except ConnectionError:
                heard = False  # its answer may still be on the way


async def _answer(theirs_in: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await theirs_in.read(PIECE):
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def _refuse(writer: asyncio.StreamWriter, status: int) -> None:
    head = b"Content-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    body = f"{status} {HTTPStatus(status).phrase}\n".encode()
    writer.write(_status_line(status) + head % len(body) + body)
    await writer.drain()


def _status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()


def make_api(routes: Routes, token: str) -> Any:
    """The tornado application through which the hub sets *routes*; whoever has not *token* gets 403."""
    from tornado.web import Application, HTTPError, RequestHandler

    class RoutesHandler(RequestHandler):
        def prepare(self) -> None:
            if not hmac.compare_digest(self.request.headers.get("Authorization", ""), f"token {token}"):
                raise HTTPError(403)

        def get(self, path: str) -> None:
            self.write(routes.table)

        def post(self, path: str) -> None:
            try:
                data = json.loads(self.request.body)
                routes.add(unquote(path), {**data, "target": str(data["target"])})
            except (ValueError, KeyError, TypeError):
                raise HTTPError(400) from None
            self.set_status(201)

        def delete(self, path: str) -> None:
            self.set_status(204 if routes.remove(unquote(path)) else 404)

    return Application([(r"/api/routes(.*)", RoutesHandler)])


async def run(ip: str, port: int, api_ip: str, api_port: int, error_target: str, token: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    routes = Routes()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    api = make_api(routes, token).listen(api_port, api_ip)
    server = await asyncio.start_server(Proxy(routes, error_target).serve, ip, port, limit=HEAD_BYTES, backlog=512)
    await stop.wait()
    api.stop()
    server.close()


def main() -> None:
    """The options JupyterHub gives; those for TLS are not there, so a hub that asks for it does not start."""
    parser = argparse.ArgumentParser(prog="python -m kit.hub.proxy", allow_abbrev=False)
    for name in ("ip", "api-ip", "error-target"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("port", "api-port"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--log-level")
    given = parser.parse_args()
    token = os.environ.get("CONFIGPROXY_AUTH_TOKEN", "")
    if not token:
        parser.error("CONFIGPROXY_AUTH_TOKEN is not set: JupyterHub sets it, and nobody else should set routes.")
    asyncio.run(run(given.ip or "127.0.0.1", given.port, given.api_ip, given.api_port, given.error_target, token))


if __name__ == "__main__":
    main()
