"""The trial hub's proxy: whatever goes through it arrives as it was sent, when it was sent, and where it was meant."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.web import Application, RequestHandler, stream_request_body
from tornado.websocket import WebSocketHandler, websocket_connect

from kit.hub.proxy import Head, Proxy, Routes, make_api

TOKEN = "the hub's secret"
WAIT = 60


class Told(RequestHandler):
    """What arrived, told again."""

    def get(self, name: str) -> None:
        headers = {key.lower(): value for key, value in self.request.headers.get_all()}
        self.write({"uri": self.request.uri, "headers": headers, "server": self.application.settings["named"]})


class Events(RequestHandler):
    """One event at once, the next when the test says so."""

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        for number in (1, 2):
            self.write(f"event: changed\ndata: {number}\n\n")
            await self.flush()
            await self.application.settings["go_on"].wait()

    def on_connection_close(self) -> None:
        self.application.settings["gone"].set()


@stream_request_body
class Swallow(RequestHandler):
    def prepare(self) -> None:
        self.digest, self.size = hashlib.sha256(), 0
        self.request.connection.set_max_body_size(10**9)

    def data_received(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)

    def post(self) -> None:
        self.write({"size": self.size, "digest": self.digest.hexdigest()})


@stream_request_body
class TooLarge(RequestHandler):
    """Answers before it has read anything, as a service does that sees at once that this is too much."""

    def prepare(self) -> None:
        self.set_status(413)
        self.finish("too much")


class Kernel(WebSocketHandler):
    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return subprotocols[-1] if subprotocols else None

    def on_message(self, message: str | bytes) -> None:
        self.write_message(message, binary=isinstance(message, bytes))


class HubError(RequestHandler):
    """As JupyterHub does: the page about an error, itself with status 200."""

    def get(self, status: str) -> None:
        self.write(f"The hub's page about {status} at {self.get_query_argument('url')}")


class Place:
    """A proxy with two servers behind it, all on this machine."""

    def __init__(self, routes: Routes, base: str, api: str, settings: dict[str, Any]) -> None:
        self.routes, self.base, self.api, self.settings = routes, base, api, settings

    async def get(self, path: str, **more: Any) -> Any:
        request = HTTPRequest(self.base + path, request_timeout=WAIT, **more)
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def raw(self, text: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.base.rsplit(":", 1)[1]))
        writer.write(text)
        answer = await asyncio.wait_for(reader.read(), WAIT)
        writer.close()
        return answer


def own_server(named: str, settings: dict[str, Any]) -> tuple[Any, str]:
    handlers = [
        (r"/.*/events", Events), (r"/.*/swallow", Swallow), (r"/.*/too-large", TooLarge), (r"/.*/kernel", Kernel),
        (r"/hub/error/(\d+)", HubError), (r"/(.*)", Told),
    ]  # fmt: skip
    server = Application(handlers, named=named, **settings).listen(0, "127.0.0.1", max_buffer_size=10**6)
    return server, f"http://127.0.0.1:{port_of(server)}"


def port_of(server: Any) -> int:
    return int(next(iter(server._sockets.values())).getsockname()[1])


@asynccontextmanager
async def place() -> AsyncIterator[Place]:
    settings = {"go_on": asyncio.Event(), "gone": asyncio.Event()}
    (hub, hub_url), (user, user_url) = own_server("hub", settings), own_server("user", settings)
    routes = Routes()
    routes.add("/", {"target": hub_url})
    routes.add("/user/ana/", {"target": user_url})
    server = await asyncio.start_server(Proxy(routes, f"{hub_url}/hub/error").serve, "127.0.0.1", 0, limit=65536)
    api = make_api(routes, TOKEN).listen(0, "127.0.0.1")
    try:
        port = server.sockets[0].getsockname()[1]
        yield Place(routes, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port_of(api)}/api/routes", settings)
    finally:
        settings["go_on"].set()
        server.close()
        for each in (api, hub, user):
            each.stop()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(each.close_all_connections(), 5)


def through(spec: Callable[[Place], Awaitable[None]]) -> Callable[[], None]:
    """A test of a place; run from first to last in a loop of its own."""

    async def all_of_it() -> None:
        async with place() as there:
            await spec(there)

    def test() -> None:
        asyncio.run(all_of_it())

    test.__name__, test.__doc__ = spec.__name__, spec.__doc__
    return test


@pytest.mark.parametrize(
    ("path", "server"),
    [
        pytest.param("/", "hub", id="the first page"),
        pytest.param("/hub/home", "hub", id="below the shortest route"),
        pytest.param("/user/ana", "user", id="a route without its last slash"),
        pytest.param("/user/ana/lab?x=1", "user", id="below a route"),
        pytest.param("/user/an%61/lab", "user", id="a quoted letter"),
        pytest.param("/user/anabel/lab", "hub", id="another name that begins the same"),
        pytest.param("/user/", "hub", id="above a route"),
    ],
)
def test_the_longest_route_wins_and_names_are_whole(path: str, server: str) -> None:
    routes = Routes()
    routes.add("/", {"target": "hub"})
    routes.add("/user/ana/", {"target": "user"})
    assert routes.find(path.partition("?")[0]) == server


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"GET / HTTP/1.1\r\nContent-Length : 5\r\n\r\n", id="a blank before the colon"),
        pytest.param(b"GET / HTTP/1.1\r\nX-A: 1\r\n folded: 2\r\n\r\n", id="a folded line"),
        pytest.param(b"GET / HTTP/1.1\r\nno colon\r\n\r\n", id="no header"),
        pytest.param(b"GET / HTTP/2\r\n\r\n", id="another version"),
        pytest.param(b"GET /a b HTTP/1.1\r\n\r\n", id="a blank in the path"),
        pytest.param(b"\r\n\r\n", id="nothing"),
    ],
)
def test_what_two_servers_could_read_differently_is_refused(raw: bytes) -> None:
    assert Head.read(raw) is None


@through
async def test_a_request_arrives_with_its_address_and_the_words_of_the_client_about_it_do_not(there: Place) -> None:
    claimed = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https", "X-Real-IP": "10.0.0.1", "X-Own": "kept"}
    answer = json.loads((await there.get("/user/ana/api?a=%20b", headers=claimed)).body)
    assert (answer["server"], answer["uri"]) == ("user", "/user/ana/api?a=%20b")
    headers = answer["headers"]
    assert (headers["x-forwarded-for"], headers["x-forwarded-proto"], headers["x-own"]) == ("127.0.0.1", "http", "kept")
    assert "x-real-ip" not in headers


@through
async def test_an_event_arrives_while_the_response_is_still_open(there: Place) -> None:
    arrived: asyncio.Queue[bytes] = asyncio.Queue()
    asking = asyncio.ensure_future(there.get("/user/ana/events", streaming_callback=arrived.put_nowait))
    assert b"data: 1" in await asyncio.wait_for(arrived.get(), WAIT)
    assert not asking.done()
    there.settings["go_on"].set()
    assert b"data: 2" in await asyncio.wait_for(arrived.get(), WAIT)
    assert (await asking).code == 200


@through
async def test_a_server_learns_that_its_listener_has_gone(there: Place) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(there.base.rsplit(":", 1)[1]))
    writer.write(b"GET /user/ana/events HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"data: 1"), WAIT)
    writer.close()
    await asyncio.wait_for(there.settings["gone"].wait(), WAIT)


@through
async def test_two_hundred_listeners_are_no_hindrance_to_somebody_who_asks(there: Place) -> None:
    heard = [asyncio.Event() for _ in range(200)]
    client = AsyncHTTPClient(force_instance=True, max_clients=300)
    requests = [
        client.fetch(
            HTTPRequest(f"{there.base}/user/ana/events", streaming_callback=lambda _, event=event: event.set(),
                        request_timeout=WAIT, connect_timeout=WAIT)
        )
        for event in heard
    ]  # fmt: skip
    await asyncio.wait_for(asyncio.gather(*(event.wait() for event in heard)), WAIT)
    assert (await there.get("/hub/home")).code == 200
    there.settings["go_on"].set()
    assert {answer.code for answer in await asyncio.gather(*requests)} == {200}


@through
async def test_a_large_upload_arrives_byte_for_byte(there: Place) -> None:
    piece = bytes(range(256)) * 4096  # 1 MiB
    count = 64

    async def body(write: Callable[[bytes], Awaitable[None]]) -> None:
        for _ in range(count):
            await write(piece)

    answer = await there.get("/user/ana/swallow", method="POST", body_producer=body)
    assert json.loads(answer.body) == {
        "size": count * len(piece), "digest": hashlib.sha256(piece * count).hexdigest(),
    }  # fmt: skip


@through
async def test_an_answer_that_comes_before_the_upload_has_ended_is_delivered(there: Place) -> None:
    head = b"POST /user/ana/too-large HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n"
    answer = await there.raw(head + b"x" * 200_000)
    assert answer.startswith(b"HTTP/1.1 413")
    assert answer.endswith(b"too much")


@through
async def test_a_websocket_keeps_the_subprotocol_that_both_agreed_on(there: Place) -> None:
    protocols = ["other", "v1.kernel.websocket.jupyter.org"]
    address = f"ws{there.base.removeprefix('http')}/user/ana/kernel"
    socket = await websocket_connect(address, subprotocols=protocols)
    assert socket.selected_subprotocol == "v1.kernel.websocket.jupyter.org"
    for message in ("words", b"\x00\x01" * 300_000):
        await socket.write_message(message, binary=isinstance(message, bytes))
        assert await asyncio.wait_for(socket.read_message(), WAIT) == message
    socket.close()


@pytest.mark.parametrize(("route", "status"), [(None, 404), ("http://127.0.0.1:1", 503)], ids=["no route", "no server"])
def test_what_leads_nowhere_gets_the_hubs_page_and_the_right_status(route: str | None, status: int) -> None:
    async def spec(there: Place) -> None:
        there.routes.remove("/")
        if route:
            there.routes.add("/user/ben", {"target": route})
        answer = await there.get("/user/ben/lab")
        assert (answer.code, answer.body.decode()) == (status, f"The hub's page about {status} at /user/ben/lab")

    through(spec)()


@through
async def test_a_second_request_on_the_same_connection_goes_nowhere(there: Place) -> None:
    """It could otherwise end at the server of the first one's route."""
    both = b"GET /user/ana/x HTTP/1.1\r\nHost: x\r\n\r\nGET /hub/secret HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await there.raw(both)
    assert answer.count(b"HTTP/1.1 200") == 1
    assert b"/hub/secret" not in answer


@through
async def test_a_head_without_an_end_is_refused(there: Place) -> None:
    assert (await there.raw(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)).startswith(b"HTTP/1.1 431")


@through
async def test_only_the_hub_sets_routes_and_it_reads_back_what_it_set(there: Place) -> None:
    client = AsyncHTTPClient()
    with pytest.raises(HTTPClientError, match="403"):
        await client.fetch(f"{there.api}/user/ben", method="POST", body='{"target": "http://127.0.0.1:9"}')
    headers = {"Authorization": f"token {TOKEN}"}
    made = json.dumps({"target": "http://127.0.0.1:9", "jupyterhub": True, "user": "ben"})
    await client.fetch(f"{there.api}/user/b%40n", method="POST", headers=headers, body=made)
    table = json.loads((await client.fetch(there.api, headers=headers)).body)
    assert table["/user/b@n"]["user"] == "ben"
    assert "last_activity" in table["/user/b@n"]
    await client.fetch(f"{there.api}/user/b%40n", method="DELETE", headers=headers)
    assert "/user/b@n" not in json.loads((await client.fetch(there.api, headers=headers)).body)
