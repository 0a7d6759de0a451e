"""`kit hub-service` as a process: before the course is built, while the hub is away, and to its orderly end."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.courses import write_course

PATIENCE = 90.0
PREFIX = "/services/mastery/"


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def until(there: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while not (found := there()):
        assert time.monotonic() < end, what
        time.sleep(0.1)
    return found


@dataclass(slots=True)
class Running:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(self, path: str, **headers: str) -> tuple[int, dict[str, Any], http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", PREFIX + path, headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()), answer.headers
        finally:
            connection.close()

    def up(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.ask("health")[1]["status"] == "ok"
        except OSError:
            return False

    def said(self, words: str) -> bool:
        return words in self.log.read_text()


@contextmanager
def service(root: Path, port: int, *options: str) -> Iterator[Running]:
    """The service of a hub that cannot be reached."""
    environment = {
        **os.environ, "JUPYTERHUB_API_TOKEN": "0123456789abcdef", "JUPYTERHUB_CLIENT_ID": "service-mastery",
        "JUPYTERHUB_API_URL": f"http://127.0.0.1:{free_port()}/hub/api", "JUPYTERHUB_SERVICE_NAME": "mastery",
        "JUPYTERHUB_SERVICE_PREFIX": PREFIX, "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    log = root.parent / f"log-{port}"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "kit", "-C", str(root), "hub-service", *options],
            env=environment, stdout=written, stderr=written,
        )  # fmt: skip
    try:
        yield Running(process, port, log)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course that was not built."""
    return write_course(tmp_path / "course")


def test_before_the_course_is_built_and_while_the_hub_is_away_it_says_so(root: Path) -> None:
    with service(root, free_port()) as running:
        until(running.up, "It is up")
        assert running.ask("health")[1] == {"status": "ok", "built": False}
        status, said, _ = running.ask("api/course")
        assert (status, said["error"]["code"]) == (401, "no-identity")
        status, said, headers = running.ask("api/course", Authorization="token abcdefghijkl")
        assert (status, said["error"]["code"]) == (503, "hub-away")
        assert int(headers["Retry-After"]) >= 1
        assert "try again" in said["error"]["message"]
        until(lambda: running.said("Run `kit build`"), "Its log says what to do")
        assert not running.said("abcdefghijkl")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_told_to_end_it_finishes_what_is_under_way_and_ends(sign: signal.Signals, root: Path) -> None:
    with service(root, free_port(), "--drain", "60") as running:
        until(running.up, "It is up")
        with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE) as wire:
            head = f"POST {PREFIX}api/assignments/01-one.a/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: 10"
            wire.sendall(f"{head}\r\n\r\n12345".encode())
            until(lambda: running.ask("health")[0] == 200, "It takes the next request")
            running.process.send_signal(sign)
            until(lambda: running.ask("health")[1] == {"status": "draining"}, "It says that it is ending")
            status, said, headers = running.ask("api/course")
            assert (status, said["error"]["code"]) == (503, "draining")
            assert int(headers["Retry-After"]) >= 1
            assert running.process.poll() is None
            wire.sendall(b"67890")
            assert b" 401 " in wire.makefile("rb").readline()
        assert running.process.wait(PATIENCE) == 0
        assert running.said('"Ended."')
        # The controller it kept has ended with it: nobody holds the course any more.
        from kit.course import load_course
        from kit.lock import alone

        with alone(load_course(root)):
            pass


def test_an_address_that_is_taken_is_named(root: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with service(root, port) as running:
            assert running.process.wait(PATIENCE) == 1
            assert running.said(f"The service cannot listen on 127.0.0.1:{port}")
            assert not running.said("Traceback")


def test_outside_of_a_hub_it_says_what_is_missing(root: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTERHUB_")}
    done = subprocess.run(
        [sys.executable, "-m", "kit", "-C", str(root), "hub-service"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "JUPYTERHUB_SERVICE_URL" in done.stderr
    assert "kit hub-config" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_unit_does_not_keep_the_service_from_starting(root: Path) -> None:
    (root / "units" / "01-one" / "unit.toml").write_text("title = [")
    with service(root, free_port(), "--no-watch") as running:
        until(running.up, "It is up")
        assert running.ask("health")[0] == 200
