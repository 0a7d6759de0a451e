"""The controller is kept running, knows no secret, and ends with the service however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.exchange import open_exchange
from kit.hub.controller import Controller, pause_after, token_free
from kit.lock import alone
from tests.courses import write_course
from tests.cycle.school import School
from tests.hub.learner import eventually

PATIENT = 90.0


def environment_of(pid: int) -> dict[str, str]:
    try:
        words = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    except OSError:  # it has just ended, or shows itself to nobody
        return {}
    return dict(word.split("=", 1) for word in words if "=" in word)


def children_of(pid: int) -> set[int]:
    """Every process below *pid*, however deep."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        if parent == pid:
            child = int(stat.parent.name)
            found |= {child} | children_of(child)
    return found


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    return School(write_course(tmp_path_factory.mktemp("life") / "course"), "ana", "ben")


@pytest.fixture
def controller(school: School, monkeypatch: pytest.MonkeyPatch) -> Iterator[Controller]:
    for name in ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "JUPYTERHUB_CLIENT_ID", "SOME_PASSWORD"):
        monkeypatch.setenv(name, "never-to-be-seen")
    kept = Controller(school.course)
    kept.start()
    yield kept
    kept.stop(PATIENT)
    assert not kept.alive


def is_watching(controller: Controller) -> bool:
    return any("Watching" in line for line in controller.last_lines)


def test_it_grades_knows_no_secret_and_is_begun_anew_when_killed(school: School, controller: Controller) -> None:
    receipt = school.submit("ana", "01-one.a", right=2)
    counter = open_exchange(school.course)
    eventually(lambda: counter.feedback("ana", "01-one.a"), "ana's feedback")
    assert [page.submission for page in counter.feedback("ana", "01-one.a")] == [receipt.submission]

    first = controller.pid
    assert first is not None
    family = {first, *children_of(first)}
    assert len(family) > 1, "the controller has warmed its grader up"
    environments = [environment_of(first), *map(environment_of, family - {first})]
    assert "PATH" in environments[0]
    for environment in environments:
        assert "never-to-be-seen" not in environment.values()
        assert not [name for name in environment if name.startswith(("JUPYTERHUB_", "JPY_API"))]

    os.kill(first, signal.SIGKILL)
    eventually(lambda: controller.alive and controller.pid != first, "a second controller")
    assert controller.restarts == 1
    school.submit("ben", "01-one.a", right={"adding": 2})
    eventually(lambda: counter.feedback("ben", "01-one.a"), "ben's feedback, by the second controller")


def test_it_waits_for_a_predecessor_that_has_not_ended_yet(school: School) -> None:
    kept = Controller(school.course)
    with alone(school.course):
        kept.start()
        time.sleep(1.0)  # the claim is that nothing is started meanwhile
        assert not kept.alive
        assert kept.restarts == 0
    try:
        eventually(lambda: is_watching(kept), "the controller at work")
        assert kept.restarts == 0
    finally:
        kept.stop(PATIENT)


SERVICE = """
import sys, time
from kit.course import load_course
from kit.hub.controller import Controller
controller = Controller(load_course(sys.argv[1]))
controller.start()
while not any("Watching" in line for line in controller.last_lines):
    time.sleep(0.05)
print(controller.pid, flush=True)
time.sleep(3600)
"""


def test_it_ends_with_a_service_that_was_killed_and_the_next_one_takes_over(school: School) -> None:
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(school.root)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert service.stdout is not None
    with service, service.stdout:
        pid = int(service.stdout.readline())
        service.kill()
    eventually(lambda: not Path(f"/proc/{pid}").exists(), "the end of the controller of a killed service")
    kept = Controller(school.course)
    kept.start()
    try:
        eventually(lambda: is_watching(kept), "the next service's controller at work")
    finally:
        kept.stop(PATIENT)


def test_one_that_cannot_run_is_tried_again_with_growing_pauses(school: School) -> None:
    kept = Controller(school.course, command=[sys.executable, "-c", "print('no good'); raise SystemExit(3)"])
    kept.start()
    try:
        eventually(lambda: kept.restarts >= 2, "a second try")
        assert "no good" in kept.last_lines
    finally:
        kept.stop(PATIENT)
    assert [pause_after(n) for n in (1, 2, 3, 7, 100)] == [1, 2, 4, 60, 60]


def test_of_the_environment_only_what_is_named_is_passed_on() -> None:
    given = {
        "PATH": "/usr/bin", "LC_ALL": "C.UTF-8", "PGHOST": "db", "JUPYTERHUB_API_TOKEN": "t", "JPY_API_TOKEN": "t",
        "JUPYTERHUB_SERVICE_URL": "u", "CONFIGPROXY_AUTH_TOKEN": "t", "AWS_SECRET_ACCESS_KEY": "t", "ANYTHING": "else",
    }  # fmt: skip
    kept = token_free(given)
    assert kept.pop("PATH").endswith(":/usr/bin")
    assert kept == {"LC_ALL": "C.UTF-8", "PGHOST": "db", "PYTHONUNBUFFERED": "1"}
