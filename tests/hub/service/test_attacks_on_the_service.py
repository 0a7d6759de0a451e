"""What somebody who means harm tries at a service that everybody else goes on using meanwhile."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import resource
import secrets
import shutil
import socket
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from kit.exchange import Feedback, open_exchange
from kit.exchange.names import new_submission
from kit.hub.service import ServiceSettings
from kit.hub.serving import Server
from kit.ledger import Ledger
from tests.hub.service.asking import PATIENCE, Asker
from tests.hub.service.conftest import School

FORM = "01-one.a"
OVERRIDE = "api/learners/ben/units/01-one/override"
HOSTILE = b"""<!doctype html><title>quiet</title><p id=here>Read me</p><svg onload="document.title='ran'"></svg>
<img src=x onerror="document.title='ran'"><meta http-equiv="refresh" content="0;url=/hub/logout">
<script>document.title='ran'; try { parent.document.title = 'ran' } catch (e) {} top.location = '/hub/logout'</script>
<form action="/services/mastery/learners/ben/override" method=post target=_top><input autofocus onfocus="form.submit()">
</form><a id=out href="/hub/logout" target=_top>Out</a>"""


@contextmanager
def published(school: School, learner: str, html: bytes) -> Iterator[str]:
    """A submission of *learner*'s, with *html* for feedback as long as it lasts: others wait for feedback too."""
    submission = new_submission(datetime.now(UTC))
    open_exchange(school.course).publish_feedback(learner, Feedback(FORM, submission, html))
    yield submission
    (school.course.exchange_path / learner / "feedback" / FORM / f"{submission}.html").unlink()


def decisions(school: School, learner: str) -> int:
    with Ledger(school.course.ledger_url) as ledger:
        return sum(event.kind == "overridden" for event in ledger.events(learner))


@contextmanager
def wire(school: School, request: str) -> Iterator[socket.socket]:
    """A connection on which *request* was sent, to be read or not; it holds little of what it is sent."""
    url = urlsplit(school.hub.direct_url)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE)
        connection.connect((url.hostname, url.port))
        connection.sendall(request.encode("latin-1"))
        yield connection


# Parcels.


def extended(content: bytes) -> bytes:
    """A header that says more about the member after it."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, len(content)
    return header.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)


@pytest.mark.parametrize(
    "parcel",
    [
        pytest.param(extended(b"1" * 290_000), id="a header that takes the square of its length to read"),
        pytest.param(extended(b"") * 3_000, id="headers without end"),
        pytest.param(tarfile.TarInfo("__pycache__/x").tobuf() * 3_000, id="more than is taken of what is never taken"),
    ],
)
def test_a_parcel_that_would_keep_everybody_waiting_is_refused(parcel: bytes, school: School, pupil: str) -> None:
    answered = school.asker(pupil).hand_in(FORM, gzip.compress(parcel), secrets.token_hex(8))
    assert answered.status in (413, 422), answered.body


# More than anybody needs.


def test_who_asks_and_never_reads_the_answers_is_stopped_and_nobody_else_is(school: School, pupil: str) -> None:
    most = ServiceSettings().requests_each
    with ExitStack() as held:
        submission = held.enter_context(published(school, pupil, os.urandom(4_000_000).hex().encode()))
        path = f"{urlsplit(school.hub.direct_url).path}api/assignments/{FORM}/feedback/{submission}"
        asked = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: token {school.asker(pupil).token}\r\n\r\n"
        for _ in range(most):
            assert held.enter_context(wire(school, asked)).recv(12) == b"HTTP/1.1 200"
        stopped = school.asker(pupil).get("api/offers")
        assert (stopped.status, stopped.code) == (429, "too-many")
        assert int(stopped.headers["Retry-After"]) >= 1
        assert school.asker("ana").get("api/offers").status == 200
    school.until(lambda: school.asker(pupil).get("api/offers").status == 200, "Places given back")


def test_a_service_with_all_the_connections_it_has_room_for_sends_further_ones_away_and_lives() -> None:
    class Hello(RequestHandler):
        def get(self) -> None:
            self.finish("hello")

    async def answer(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def crowded() -> None:
        held, port = bind_unused_port()
        server = Server(Application([("/", Hello)], log_function=lambda handler: None))
        server.most = 8
        server.add_socket(held)
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(server.most)]
        assert await answer(port) == b""
        for _, writer in idle:
            writer.close()
        while not (said := await answer(port)):
            pass
        assert said.endswith(b"hello")
        server.stop()
        await server.close_all_connections()

    assert issubclass(Server, HTTPServer)
    asyncio.run(asyncio.wait_for(crowded(), PATIENCE))


def test_it_allows_itself_as_many_open_files_as_the_system_does() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard <= 256:
        pytest.skip("The system allows no more than 256 files here")
    program = (
        "import resource as r; from kit.hub.serving import raise_open_files as raised;"
        f"r.setrlimit(r.RLIMIT_NOFILE, (256, {hard})); print(raised(), r.getrlimit(r.RLIMIT_NOFILE)[0])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    now, limit = map(int, said.split())
    assert now == limit > 256


def test_methods_that_somebody_makes_up_do_not_make_the_figures_grow(school: School) -> None:
    made_up = [f"{secrets.token_hex(4).upper()}X" for _ in range(5)]
    for method in made_up:
        assert school.asker("anonymous").ask(method, "health").status == 405
    figures = school.asker("collector").get("metrics").body.decode()
    assert not any(method in figures for method in made_up)
    assert 'method="(other)"' in figures


def test_the_figures_name_nobody(school: School) -> None:
    school.asker("ana").get("api/course")
    figures = school.asker("collector").get("metrics").body.decode()
    assert not any(f'"{name}"' in figures or f"/{name}" in figures for name in ("ana", "ben", "teacher", FORM))


# Decisions.

UNREADABLE = {
    "no end of brackets": b"[" * 500_000,
    "objects within objects": b'{"why":' * 100_000,
    "half a sign": b'{"action": "another-form", "why": "\\ud800"}',
    "a zero": b'{"action": "another-form", "why": "a\\u0000b"}',
    "no text": b"\xff\xfe",
    "a number": b'{"action": "another-form", "why": 1}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_decision_that_cannot_be_read_is_refused_in_words(body: bytes, school: School) -> None:
    before = decisions(school, "ben")
    answered = school.asker(school.next_of_staff()).ask("POST", OVERRIDE, body, Content_Type="application/json")
    assert (answered.status, answered.code) == (422, "refused"), answered.body
    assert decisions(school, "ben") == before


def test_another_site_decides_nothing_in_the_name_of_who_is_logged_in(school: School) -> None:
    staff = school.next_of_staff()
    session, other = school.hub.session(staff), school.hub.session("ana")
    for one in (session, other):
        assert one.get(school.hub.service_url).status_code == 200
    of_other = next(c.value for c in other.cookies if c.name == "_xsrf" and "services" in c.path)
    before = decisions(school, "ben")
    wish = {"unit": "01-one", "action": "another-form", "why": "Because", "confirmed": "1"}
    form, text = f"{school.hub.service_url}learners/ben/override", json.dumps(wish)
    for forged in ({}, {"_xsrf": ""}, {"_xsrf": "guessed"}, {"_xsrf": of_other}):
        for site in ("cross-site", "same-site", "same-origin", "none"):
            headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": site, "Origin": "https://elsewhere.test"}
            assert session.post(form, data={**wish, **forged}, headers=headers).status_code == 403
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": kind, "Origin": "https://elsewhere.test"}
        assert session.post(f"{school.hub.service_url}{OVERRIDE}", data=text, headers=headers).status_code == 401
    assert decisions(school, "ben") == before


# Addresses.


def test_a_token_in_an_address_opens_nothing_and_is_not_written_down(school: School) -> None:
    token = school.asker("ana").token
    assert school.asker("anonymous").get(f"api/course?token={token}").status == 401
    page = school.asker("anonymous").get(f"?token={token}", Sec_Fetch_Mode="navigate")
    assert page.status == 302
    assert not any("oauth-state" not in cookie for cookie in page.headers.get_all("Set-Cookie", []))
    assert str(token) not in "\n".join(line for line in school.hub.log().splitlines() if line.startswith("{"))


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("http://elsewhere.test{prefix}", id="a whole address"),
        pytest.param("//elsewhere.test{prefix}", id="an address without a scheme"),
        pytest.param("{prefix}?next=https://elsewhere.test/", id="a way on"),
        pytest.param("{prefix}open/https:%2f%2felsewhere.test", id="an assignment that is an address"),
        pytest.param("{prefix}oauth_callback?code=x&state=https://elsewhere.test", id="a log-in that nobody began"),
    ],
)
def test_nobody_is_sent_to_another_site(target: str, school: School) -> None:
    path = target.format(prefix=urlsplit(school.hub.direct_url).path)
    lines = (
        f"GET {path} HTTP/1.1\r\nHost: elsewhere.test\r\nX-Forwarded-Host: elsewhere.test\r\nConnection: close\r\n\r\n"
    )
    with wire(school, lines) as connection:
        head = connection.makefile("rb").read().partition(b"\r\n\r\n")[0].decode("latin-1")
    where = [line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("location:")]
    assert all(address.startswith("/hub/") for address in where)
    assert where or head.split()[1] in ("302", "403", "404")


@pytest.mark.parametrize(
    "lengths",
    [
        pytest.param("Content-Length: 5\r\nContent-Length: 6", id="two lengths"),
        pytest.param("Content-Length: 5\r\nTransfer-Encoding: chunked", id="a length and pieces"),
        pytest.param("Content-Length: -5", id="a length below zero"),
        pytest.param("Content-Length: 1_0", id="a length that only Python reads"),
    ],
)
def test_a_body_whose_length_two_servers_would_read_differently_is_not_read(lengths: str, school: School) -> None:
    path = f"{urlsplit(school.hub.direct_url).path}api/assignments/{FORM}/submissions"
    token = school.asker("ben").token
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: token {token}\r\nIdempotency-Key: of-two-minds\r\n{lengths}"
    )
    with wire(school, f"{head}\r\n\r\n0\r\n\r\nGET {path} HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        said = connection.makefile("rb").read()
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 1


# What a learner wrote, in a browser.


@pytest.fixture(scope="module")
def anas_browser(school: School) -> Iterator[Any]:
    """A browser in which ana is logged in."""
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    session = school.hub.session("ana")
    assert session.get(school.hub.service_url).status_code == 200
    cookies = [
        {"name": c.name, "value": c.value, "path": c.path, "domain": "127.0.0.1", "httpOnly": True}
        for c in session.cookies
    ]
    switches = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                "--disable-background-networking", "--disable-component-update"]  # fmt: skip
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=switches)
        context = browser.new_context()
        context.set_default_timeout(PATIENCE * 1000)
        context.add_cookies(cookies)
        yield context
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("address", ["api/assignments/{}/feedback/{}", "feedback/{}/{}"], ids=["alone", "in its frame"])
def test_what_a_learner_wrote_into_their_notebook_never_runs(address: str, school: School, anas_browser: Any) -> None:
    with published(school, "ana", HOSTILE) as submission:
        where = f"{school.hub.service_url}{address.format(FORM, submission)}"
        page = anas_browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(where)
        inner = page if address.startswith("api/") else page.wait_for_selector("iframe.feedback").content_frame()
        inner.wait_for_selector("#here")
        page.wait_for_load_state("networkidle")
        assert inner.evaluate("window.origin") == "null"
        assert inner.title() == "quiet"
        assert page.title() != "ran"
        if inner is not page:  # alone it is a page like any other, on which somebody may choose a link
            inner.click("#out")
            page.wait_for_load_state("networkidle")
        assert page.url == where
        assert not [url for url in asked if "logout" in url or "override" in url]
        page.close()


def test_nothing_of_all_this_was_a_fault(school: School) -> None:
    assert Asker(school.hub.direct_url).get("health").json["status"] == "ok"
    faults = [line for line in school.hub.log().splitlines() if '"A request failed."' in line]
    assert faults == []
