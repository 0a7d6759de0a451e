"""One real JupyterHub with two courses for the tests of the panel, each test with a learner of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from kit.hub.trial import Person, TrialHub
from tests.courses import write_course
from tests.hub.conftest import SOON, built

PEOPLE = (
    Person("ada", "ada's own password", ("learner",)),
    Person("bob", "bob's own password", ("learner",)),
    Person("teacher", "the teacher's password", ("instructor",)),
)
PATIENCE = 90


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever shares the hub runs in one worker, so that there is one hub."""
    for item in items:
        if "campus" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("lab"))


@dataclass(frozen=True)
class Campus:
    """The hub, and the servers of its learners."""

    hub: TrialHub

    def home(self, name: str) -> Path:
        return self.hub.folder / "homes" / name

    def url(self, name: str, path: str = "") -> str:
        return f"{self.hub.url}user/{name}/{path}"

    def door(self, name: str) -> requests.Session:
        """Requests to *name*'s own server as *name*'s browser would make them, without its XSRF cookie."""
        session = requests.Session()
        session.headers["Authorization"] = f"token {self.hub.token(name, [f'access:servers!user={name}'])}"
        return session

    def at_the_service(self, name: str, path: str) -> Any:
        """What the course's service itself says to *name*."""
        headers = {"Authorization": f"token {self.hub.token(name)}"}
        answer = requests.get(f"{self.hub.service_url}{path}", headers=headers, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="session")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    """The courses "numbers" (service `mastery`) and "letters" (service `second`); ada and bob have servers."""
    folder = tmp_path_factory.mktemp("campus")
    root = built(write_course(folder / "course", {"01-one": (), "02-two": ("01-one",)}))
    other = write_course(folder / "other")
    settings = other / "course.toml"
    settings.write_text(settings.read_text().replace("Numbers", "Letters").replace("numbers", "letters"))
    with TrialHub(root, folder / "hub", PEOPLE, also={"second": built(other)}, extra=SOON) as hub:
        hub.start_servers("ada", "bob")
        yield Campus(hub)
