"""One real JupyterHub for all tests that need one: a small built course, two learners, a teacher, and somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.build import build
from kit.course import load_course
from kit.gradebook import Gradebook
from kit.hub.trial import Person, TrialHub
from tests.courses import write_course

PEOPLE = (
    Person("ana", "ana's own password", ("learner",)),
    Person("ben", "ben's own password", ("learner",)),
    Person("teacher", "the teacher's password", ("instructor",)),
    Person("outsider", "nobody's password"),
    Person("mia", "mia's own password", ("learner",)),
    Person("noa", "noa's own password", ("learner",)),
)

SOON = """
# JupyterHub looks every 30 seconds whether a service that ended is to be started again; a test need not wait for that.
from jupyterhub.services.service import _ServiceSpawner


class Soon(_ServiceSpawner):
    def start_polling(self):
        self.poll_interval = 1
        return super().start_polling()

import jupyterhub.services.service
jupyterhub.services.service._ServiceSpawner = Soon
"""

QUICK = """
[hub]
identity_seconds = 1
roster_seconds = 1
"""
"""Who leaves a group, or loses a token, is out after a second: a test need not wait for a minute."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever shares the hub runs in one worker, so that there is one hub."""
    for item in items:
        if "hub" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("hub"))


def built(root: Path) -> Path:
    """The course in *root*, with its releases made."""
    course = load_course(root)
    with Gradebook(course) as gradebook:
        build(course, gradebook, set())
    return root


def server_pid(hub: TrialHub, name: str) -> int:
    """The process of the single-user server of *name*."""
    return int(hub.api("GET", f"users/{name}").json()["servers"][""]["state"]["pid"])


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialHub]:
    """The course "numbers" with the units 01-one and 02-two (which requires 01-one), as the service `mastery`."""
    folder = tmp_path_factory.mktemp("hub")
    root = write_course(folder / "course", {"01-one": (), "02-two": ("01-one",)})
    with (root / "course.toml").open("a") as settings:
        settings.write(QUICK)
    built(root)
    with TrialHub(root, folder / "hub", PEOPLE, extra=SOON) as running:
        yield running
