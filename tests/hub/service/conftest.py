"""A hub of its own for the service's tests: small limits, an identity that is believed for a second, more people."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pytest

from kit.course import Course, Limits, load_course
from kit.exchange.parcel import pack, unpack
from kit.hub.trial import Person, TrialHub
from tests.courses import answer, form_value, write_course
from tests.hub.conftest import SOON, built
from tests.hub.service.asking import PATIENCE, Answer, Asker

PUPILS = tuple(f"pupil{number}" for number in range(1, 9))
"""Learners who hand in, one test after the other: each may only do so a few times in a row."""
STAFF = tuple(f"staff{number}" for number in range(1, 5))
"""Instructors, for what one of them may not do so often."""
PEOPLE = (
    Person("ana", "ana's own password", ("learner", "section-red")),
    Person("ben", "ben's own password", ("learner",)),
    Person("cleo", "cleo's own password", ("learner",)),
    Person("removed", "the password of who left", ("learner",)),
    Person("teacher", "the teacher's password", ("instructor",)),
    Person("tutor", "the tutor's password", ("instructor", "section-blue")),
    Person("outsider", "nobody's password"),
    *(Person(name, f"{name}'s own password", ("instructor",)) for name in STAFF),
    Person("hasty", "hasty's own password", ("learner",)),
    Person("chief", "the hub admin's password"),
    *(Person(name, f"{name}'s own password", ("learner",)) for name in PUPILS),
)
COLLECTOR, STRANGER = secrets.token_hex(24), secrets.token_hex(24)
SERVICES = f"""
c.JupyterHub.services.append({{"name": "collector", "api_token": "{COLLECTOR}"}})
c.JupyterHub.services.append({{"name": "stranger", "api_token": "{STRANGER}"}})
c.JupyterHub.load_roles.append(
    {{"name": "collects", "scopes": ["access:services!service=mastery"], "services": ["collector"]}}
)
c.Authenticator.admin_users = {{"chief"}}
"""
LIMITS = Limits(submission_bytes=300_000, submission_files=5)
SETTINGS = """
[limits]
submission_bytes = 300_000
submission_files = 5

[hub]
identity_seconds = 1
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:  # of the whole suite, where others call something else a school
        if item.path.parent == Path(__file__).parent and "school" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("hub-service"))


@dataclass(slots=True)
class School:
    """The course, its hub, and everybody's way of asking."""

    hub: TrialHub
    course: Course
    folder: Path
    _askers: dict[str, Asker] = field(default_factory=dict)
    _pupils: Iterator[str] = field(default_factory=lambda: cycle(PUPILS))
    _staff: Iterator[str] = field(default_factory=lambda: cycle(STAFF))

    def next_pupil(self) -> str:
        return next(self._pupils)

    def next_of_staff(self) -> str:
        return next(self._staff)

    def asker(self, who: str) -> Asker:
        """As `ana`, `teacher` …, as the services `collector` and `stranger`, or as `anonymous`."""
        if who not in self._askers:
            known = {"anonymous": None, "collector": COLLECTOR, "stranger": STRANGER}
            token = known[who] if who in known else self.hub.token(who)
            self._askers[who] = Asker(self.hub.direct_url, token)
        return self._askers[who]

    def until(self, there: Callable[[], object], what: str) -> None:
        """Wait until *there* gives something."""
        end = time.monotonic() + PATIENCE
        while not there():
            assert time.monotonic() < end, f"{what} did not happen.\n{self.hub.log()[-3000:]}"
            time.sleep(0.25)  # not oftener than the service lets anybody ask

    def granted(self, who: str, assignment: str) -> bool:
        offers = self.asker(who).get("api/offers").json["offers"]
        return assignment in {offer["assignment"] for offer in offers}

    def parcel(self, who: str, assignment: str, right: int = 2) -> bytes:
        """What *who* would hand in for a form: *right* items of each objective done."""
        fetched = self.asker(who).get(f"api/assignments/{assignment}")
        assert fetched.status == 200
        folder = unpack(io.BytesIO(fetched.body), self.folder / secrets.token_hex(4), Limits())
        answer(folder, right, form_value(assignment))
        with pack(folder, Limits()) as packed:
            return packed.read()

    def hand_in(self, who: str, assignment: str, right: int) -> Answer:
        """Do it, and wait for the feedback."""
        answered = self.asker(who).hand_in(assignment, self.parcel(who, assignment, right), secrets.token_hex(8))
        assert answered.status == 201, answered.body
        self.until(lambda: self.feedback(who, assignment), f"Feedback for {who}")
        return answered

    def feedback(self, who: str, assignment: str) -> list[dict[str, str]]:
        """Which feedback there is for *who*, oldest first."""
        listed: list[dict[str, str]] = self.asker(who).get(f"api/assignments/{assignment}/feedback").json["feedback"]
        return listed


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    folder = tmp_path_factory.mktemp("school")
    root = write_course(folder / "course")
    with (root / "course.toml").open("a") as file:
        file.write(SETTINGS)
    built(root)
    with TrialHub(root, folder / "hub", PEOPLE, extra=SOON + SERVICES) as hub:
        school = School(hub, load_course(root), folder)
        for learner in ("ana", "ben", "cleo", *PUPILS):
            school.until(lambda learner=learner: school.granted(learner, "01-one.a"), f"A form for {learner}")
        yield school


@pytest.fixture
def pupil(school: School) -> str:
    """A learner to whom the first form is open, the next one for each test."""
    return school.next_pupil()
