"""A real JupyterLab whose kernels know a course and a learner, with notebooks of one cell."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import kit
from kit.course import Course
from kit.exchange.lab import lab_environment

PATIENCE = 90
"""Seconds."""


@dataclass(frozen=True)
class Lab:
    """A running server."""

    home: Path
    url: str
    token: str

    def address(self, notebook: str) -> str:
        """The notebook alone in a workspace of its own."""
        return f"{self.url}/lab/workspaces/{Path(notebook).stem}/tree/{notebook}?reset&token={self.token}"

    def theme(self, name: str) -> None:
        """What the next page that is loaded looks like."""
        folder = self.home / ".kit/config/lab/user-settings/@jupyterlab/apputils-extension"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "themes.jupyterlab-settings").write_text(json.dumps({"theme": name}))


@contextmanager
def lab(course: Course, learner: str, home: Path, cells: Mapping[str, str]) -> Iterator[Lab]:
    """JupyterLab of *learner* in *home* with a notebook for each of *cells* (name → code)."""
    home.mkdir(parents=True, exist_ok=True)
    for name, code in cells.items():
        cell = {"cell_type": "code", "id": "c1", "metadata": {}, "source": code, "outputs": [], "execution_count": None}
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        book = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        (home / name).write_text(json.dumps(book))
    argv, environment = lab_environment(course, learner, home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={token}"]
    log = home / ".kit" / "server.log"
    with open(log, "wb") as file:
        process = subprocess.Popen(
            [*argv, *options], cwd=home, stdout=file, stderr=subprocess.STDOUT,
            # Found also where the kit is not installed but only checked out.
            env={**environment, "PYTHONPATH": str(Path(kit.__path__[0]).parent)},
        )  # fmt: skip
    try:
        running = Lab(home, f"http://127.0.0.1:{port}", token)
        _wait(running, process, log)
        yield running
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(running: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{running.url}/api?token={running.token}", timeout=10):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())
