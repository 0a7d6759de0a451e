"""`kit hub`: one command, three log-ins, and nothing left behind."""

from __future__ import annotations

import contextlib
import fcntl
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from kit.hub.trial_config import MARK
from tests.courses import write_course

pytestmark = pytest.mark.xdist_group("hub")
WAIT = 60
PATIENCE = 240.0
KIT = [sys.executable, "-m", "kit"]


@dataclass(frozen=True)
class Started:
    process: subprocess.Popen[str]
    said: str

    @property
    def url(self) -> str:
        return re.search(r"http://127\.0\.0\.1:\d+/", self.said)[0]

    @property
    def passwords(self) -> dict[str, str]:
        return dict(re.findall(r"(teacher|ada|ben)\s+│\s+(\S+)", self.said))

    def may_log_in(self, name: str) -> bool:
        session = requests.Session()
        session.get(f"{self.url}hub/login", timeout=WAIT)
        form = {"username": name, "password": self.passwords[name], "_xsrf": session.cookies["_xsrf"]}
        page = session.post(f"{self.url}hub/login", data=form, timeout=WAIT)
        return page.status_code == 200 and page.url == f"{self.url}services/mastery/"


@contextlib.contextmanager
def started(folder: Path, *options: str) -> Iterator[Started]:
    """`kit hub` as somebody at a terminal sees it, from the moment on when it says what to do."""
    with (folder / "said").open("w") as file:
        process = subprocess.Popen(
            [*KIT, "-C", str(folder / "course"), "hub", "--folder", str(folder / "trial"), "--port", "0", *options],
            stdout=file, stderr=file, text=True,
        )  # fmt: skip
    try:
        until = time.monotonic() + PATIENCE
        while "Ctrl-C ends it" not in (folder / "said").read_text():
            assert process.poll() is None, (folder / "said").read_text()
            assert time.monotonic() < until, (folder / "said").read_text()
            time.sleep(0.2)
        yield Started(process, (folder / "said").read_text())
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def left_over(folder: Path) -> list[str]:
    """Processes of the trial in *folder* that still run."""
    mark = (folder / "trial/hub/mark").read_text()
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark:
                found.append(" ".join(process.cmdline()))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trying")
    write_course(folder / "course", forms="ab", items=1, enrichment=False)
    return folder


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGINT, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, id="SIGTERM", marks=pytest.mark.thorough),
    ],
)
def test_everybody_it_names_may_log_in_and_after_the_end_nothing_runs(folder: Path, how: signal.Signals) -> None:
    """The second time it takes up what the first one left."""
    with started(folder) as trial:
        assert set(trial.passwords) == {"teacher", "ada", "ben"}
        for name in trial.passwords:
            assert trial.may_log_in(name)
        assert left_over(folder)
        trial.process.send_signal(how)
        assert trial.process.wait(PATIENCE) == 0
    assert left_over(folder) == []
    for lock in (folder / "trial").rglob("*lock"):
        with lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert not (folder / "course/gradebook").exists(), "the course itself was to stay as it is"


def test_a_second_one_in_the_same_folder_says_so(folder: Path) -> None:
    (folder / "trial/hub").mkdir(parents=True, exist_ok=True)
    (folder / "trial/.kit-hub").touch()
    with (folder / "trial/hub/lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for options in ([], ["--fresh"]):
            done = subprocess.run(
                [*KIT, "-C", str(folder / "course"), "hub", "--folder", str(folder / "trial"), *options],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 1
            assert "A trial hub is running in" in done.stderr


def test_a_folder_that_is_no_trial_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = subprocess.run([*KIT, "hub", "--folder", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is no earlier trial" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("command", [["hub"], ["hub-service"]], ids=" ".join)
def test_without_the_packages_the_pip_command_is_named(command: list[str], tmp_path: Path) -> None:
    root = write_course(tmp_path / "course")
    hide = (
        "import sys, importlib.abc\n"
        "class Hide(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'jupyterhub':\n"
        "            raise ModuleNotFoundError(name=name)\n"
        "sys.meta_path.insert(0, Hide())\n"
        "from kit.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hide, "-C", str(root), *command], capture_output=True, text=True, cwd=tmp_path,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert 'pip install "mastery-kit[hub]"' in done.stderr
