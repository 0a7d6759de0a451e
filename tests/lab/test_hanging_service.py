"""A service that accepts and never answers: the learner's own server goes on, says so, and stops when it is told to."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

PATIENCE = 90


@dataclass(frozen=True)
class Server:
    url: str
    token: str
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.url}{path}", headers={"Authorization": f"token {self.token}"}, timeout=PATIENCE)

    def submit(self, course: str, key: str) -> requests.Response:
        headers = {"Authorization": f"token {self.token}", "Idempotency-Key": key}
        asked = {"course": course, "assignment": "01-one.a"}
        return requests.post(f"{self.url}mastery/submit", json=asked, headers=headers, timeout=PATIENCE)


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of a service whose connections are taken and never answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/services/hanging/"


@pytest.fixture
def server(hanging: str, tmp_path: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {
        **os.environ,
        "KIT_SERVICES": hanging,
        "JUPYTERHUB_API_TOKEN": secrets.token_hex(16),
        **{f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")},
    }
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={token}"]
    options += ["--ServerApp.jpserver_extensions={'kit.lab': True}", f"--ServerApp.root_dir={tmp_path}"]
    options += ["--allow-root"] if os.geteuid() == 0 else []
    with ExitStack() as stack:
        log = stack.enter_context(open(tmp_path / "server.log", "wb"))
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *options],
            env=environment, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        stack.callback(process.wait)
        stack.callback(process.kill)
        running = Server(f"http://127.0.0.1:{port}/", token, process)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            try:
                running.get("api")
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield running


def test_the_server_answers_while_the_service_hangs_and_the_panel_is_told(server: Server) -> None:
    with ThreadPoolExecutor(32) as tabs:
        stuck = [tabs.submit(server.get, "mastery/standing") for _ in range(12)]
        stuck += [tabs.submit(server.get, "mastery/changes?since=hanging:0") for _ in range(12)]
        stuck += [tabs.submit(server.submit, "numbers", f"one-click-{n}") for n in range(4)]
        meanwhile = []
        while not meanwhile or not all(asked.done() for asked in stuck[:12]):
            meanwhile.append(server.get("api/status").status_code)
        told = [asked.result().json() for asked in stuck[:12]]
        assert set(meanwhile) == {200}
        assert len(meanwhile) > 12, "it was asked again and again, and never waited for the service"
        assert {entry["error"]["code"] for (entry,) in told} == {"away"}
        assert all("does not answer" in entry["error"]["message"] for (entry,) in told)
        # Most of the polls still hang in their threads: the server ends all the same.
        server.process.terminate()
        assert server.process.wait(timeout=PATIENCE) == 0
        for asked in stuck[12:]:
            asked.exception()
