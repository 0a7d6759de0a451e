"""A real JupyterHub that says who asks, and real services of courses before the exchange on disk."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from kit.course import Course
from kit.exchange import Exchange, Feedback, Offer, Receipt, open_exchange
from kit.exchange.hub import HubCounter, Waits
from kit.hub.app import make_app, service_of
from kit.hub.configuring import HubCourse, lines
from kit.hub.identity import Hubs
from kit.hub.roster import RosterKeeper
from kit.hub.service import ServiceSettings
from kit.hub.trial import Person, TrialHub

NAME = "contract"
PREFIX = f"/services/{NAME}/"
PEOPLE = tuple(Person(name, f"the password of {name}", ("learner",)) for name in ("ada", "bob", "zoe"))
PATIENT = Waits(connect=10, answer=60, transfer=60)
"""No test is judged by the clock."""


class Front:
    """A trial hub on which the services that a test starts are known as the service `contract`."""

    def __init__(self, hub: TrialHub, service_token: str, port: int) -> None:
        self.hub = hub
        self.port = port
        """Where the single-user servers of the hub look for the service."""
        self._tokens: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="services", daemon=True)
        self._thread.start()
        self._hubs = Hubs(
            believed_seconds=300, api_token=service_token, api_url=f"{hub.url}hub/api", hub_host="", base_url="/",
            hub_prefix="/hub/", oauth_client_id=f"service-{NAME}", access_scopes={f"access:services!service={NAME}"},
        )  # fmt: skip

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def home(self, person: str) -> Path:
        """The folder that the single-user server of *person* works in."""
        return self.hub.folder / "homes" / person

    def token(self, person: str) -> str:
        """A token as the single-user server of *person* has one."""
        if person not in self._tokens:
            self._tokens[person] = self.hub.token(person, [f"access:services!service={NAME}"])
        return self._tokens[person]

    @contextmanager
    def serving(self, course: Course, port: int = 0) -> Iterator[str]:
        """The address of a service for *course*, without a controller beside it."""
        server, address = self._do(self._start(course, port))
        try:
            yield address
        finally:
            self._do(self._stop(server))

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _start(self, course: Course, port: int) -> tuple[HTTPServer, str]:
        app = make_app(course, ServiceSettings(prefix=PREFIX, watch=False), self._hubs)
        await asyncio.to_thread(self._enrol_everybody, course, service_of(app).roster)
        await service_of(app).start()
        server = HTTPServer(app)
        sockets = bind_sockets(port, "127.0.0.1")
        server.add_sockets(sockets)
        return server, f"http://127.0.0.1:{sockets[0].getsockname()[1]}{PREFIX}"

    def _enrol_everybody(self, course: Course, roster: RosterKeeper) -> None:
        """Now, once: in a course that is not built, people are told so when they are enrolled, whenever that is."""
        with requests.Session() as session:
            session.headers["Authorization"] = f"token {self._hubs.api_token}"
            roster.look(session)
        for person in PEOPLE:
            (course.exchange_path / person.name / "progress.json").unlink()

    async def _stop(self, server: HTTPServer) -> None:
        app: Any = server.request_callback
        await service_of(app).stop()
        server.stop()
        await server.close_all_connections()


class ThroughTheHub:
    """Both sides of an exchange: each learner through the service, the desk on the course's own disk."""

    def __init__(self, front: Front, url: str, desk: Exchange) -> None:
        self._front, self._url, self._desk = front, url, desk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def _as(self, learner: str) -> HubCounter:
        # Whoever has no account here is asked for by somebody who has one.
        known = learner if learner in {person.name for person in PEOPLE} else "bob"
        return HubCounter(self._url, self._front.token(known), PATIENT)

    def offers(self, learner: str) -> list[Offer]:
        return self._as(learner).offers(learner)

    def fetch(self, learner: str, assignment: str, into: Path) -> Path:
        return self._as(learner).fetch(learner, assignment, into)

    def submit(self, learner: str, assignment: str, folder: Path, key: str | None = None) -> Receipt:
        return self._as(learner).submit(learner, assignment, folder, key)

    def feedback(self, learner: str, assignment: str) -> list[Feedback]:
        return self._as(learner).feedback(learner, assignment)

    def feedback_digests(self, learner: str, assignment: str) -> Any:
        return self._as(learner).feedback_digests(learner, assignment)

    def feedback_page(self, learner: str, assignment: str, submission: str) -> bytes:
        return self._as(learner).feedback_page(learner, assignment, submission)

    def progress(self, learner: str) -> Any:
        return self._as(learner).progress(learner)


@contextmanager
def front_of(course_root: Path, folder: Path) -> Iterator[Front]:
    """A running hub with the course in *course_root* as the service `mastery`, and `contract` for tests to serve."""
    token = secrets.token_hex(24)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    known = HubCourse(name=NAME, title="Contract", url=url, settings=str(folder / "settings" / NAME), landing=False)
    os.environ[known.token_variable] = token
    try:
        with TrialHub(course_root, folder, PEOPLE, extra=lines(known)) as hub:
            front = Front(hub, token, port)
            try:
                yield front
            finally:
                front.close()
    finally:
        del os.environ[known.token_variable]


def through(front: Front, url: str, course: Course) -> Any:
    """The exchange of *course* as its learners reach it at *url*."""
    return ThroughTheHub(front, url, open_exchange(course))
