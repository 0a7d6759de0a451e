"""A *door*: one course as it is reached from this process, by its folder or by its service on the hub.

A process on the machine of the course has the course's folder (KIT_COURSE) and so one door. A single-user server of a
hub has the addresses of services (KIT_SERVICES), one for each course, and no folder.

nbgrader asks inside the loop of the learner's own server: what hangs here freezes it. So all doors of a hub are asked
side by side and none longer than a few seconds, and one that was silent is not asked again for a little while.
"""

from __future__ import annotations

import os
import pwd
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol, TypeVar

from kit.course import Course, read_course
from kit.errors import CourseError, KitError
from kit.exchange import Exchange, open_exchange
from kit.exchange.base import Counter
from kit.exchange.hub import HubCounter, ServiceAway, Waits, services

T = TypeVar("T")
_NOT_ASKED_AGAIN = 10.0
_SILENT_SECONDS = 0.8  # what failed sooner costs nobody anything


@dataclass(frozen=True, slots=True)
class Page:
    """Feedback on one submission, where it is now."""

    submission: str
    read: Callable[[], bytes]
    digest: str | None
    """SHA-256 (hex) of the page; None where that is not known before it is read."""

    def is_in(self, file: Path) -> bool:
        """Whether *file*, which exists, is this page as it is now, as far as that is known."""
        return self.digest is None or sha256(file.read_bytes()).hexdigest() == self.digest


class Door(Protocol):
    """One course, and who asks there. Every method may raise a KitError."""

    @property
    def name(self) -> str:
        """What the door is called before anybody has answered."""

    @property
    def counter(self) -> Counter:
        """The learner's side of its exchange."""

    def course(self) -> str:
        """The id of its course."""

    def learner(self) -> str:
        """Who asks, as the course knows them."""

    def pages(self, assignment: str) -> list[Page]:
        """The feedback there is on this learner's submissions of *assignment*, oldest first."""

    def released(self) -> set[str]:
        """Assignments that at least one learner may fetch, as far as who asks may know."""


@dataclass(frozen=True, slots=True)
class FolderDoor:
    """The course in a folder of this machine."""

    name: str
    opened: Course
    counter: Exchange

    def course(self) -> str:
        """The id of the course."""
        return self.opened.id

    def learner(self) -> str:
        """The account this process runs under, or KIT_LEARNER."""
        named = os.environ.get("KIT_LEARNER")
        if named:
            return named
        try:
            return pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            raise KitError(
                "This process runs under an account without a name. Set KIT_LEARNER to your name in the course."
            ) from None

    def pages(self, assignment: str) -> list[Page]:
        """The feedback there is on this learner's submissions of *assignment*, oldest first."""
        found = self.counter.feedback(self.learner(), assignment)
        return [Page(f.submission, partial(bytes, f.html), sha256(f.html).hexdigest()) for f in found]

    def released(self) -> set[str]:
        """Assignments that at least one learner may fetch."""
        return {name for names in self.counter.granted().values() for name in names}


@dataclass(frozen=True, slots=True)
class HubDoor:
    """The course behind a service of the hub."""

    counter: HubCounter

    @property
    def name(self) -> str:
        """The address of the service."""
        return self.counter.url

    def course(self) -> str:
        """The id of the course, as the service says."""
        return self.counter.course()["course"]

    def learner(self) -> str:
        """Who asks, as the hub says."""
        return self.counter.course()["learner"]

    def pages(self, assignment: str) -> list[Page]:
        """The feedback there is on this learner's submissions of *assignment*, oldest first; read when it is needed."""
        learner = self.learner()
        digests = self.counter.feedback_digests(learner, assignment)
        read = partial(self.counter.feedback_page, learner)
        return [Page(name, partial(read, assignment, name), digests[name]) for name in sorted(digests)]

    def released(self) -> set[str]:
        """What is open to who asks: a hub's service tells nobody about others."""
        return {offer.assignment for offer in self.counter.offers(self.learner())}


def open_doors(course_root: Path | str, waits: Waits | None = None) -> list[Door]:
    """The course in *course_root*, or where that is empty the services of this hub; nothing is asked of them yet.

    CourseError where the course cannot be used, KitError where there is no door at all.
    """
    if course_root:
        course = read_settings(course_root)
        return [FolderDoor(str(course.root), course, open_exchange(course))]
    doors: list[Door] = [HubDoor(counter) for counter in services(waits)]
    if not doors:
        raise KitError(
            "No course is named. Set the environment variable KIT_COURSE to the course's folder; on a JupyterHub, "
            "KIT_SERVICES to the addresses of the courses' services."
        )
    return doors


def read_settings(root: Path | str) -> Course:
    """The course in *root* as far as it can be read; CourseError where course.toml itself cannot be used."""
    course, faults = read_course(root)
    if course is None:
        raise CourseError(faults)
    return course


@dataclass(slots=True)
class Silence:
    """Which doors did not answer lately: they are not asked again until a little later."""

    _until: dict[str, float] = field(default_factory=dict)

    def of(self, door: Door) -> bool:
        """Whether *door* is to be left alone for now."""
        return self._until.get(door.name, 0.0) > time.monotonic()

    def note(self, door: Door) -> None:
        """*door* has just not answered in time."""
        self._until[door.name] = time.monotonic() + _NOT_ASKED_AGAIN


SILENCE = Silence()
"""Of this process."""


def ask_all(doors: Sequence[Door], ask: Callable[[Door], T], seconds: float) -> tuple[list[T], list[KitError]]:
    """What *ask* gives at each of *doors*, and the errors of the others; all at once, within *seconds* together.

    A single folder is asked directly: it does not hang.
    """
    if len(doors) == 1 and isinstance(doors[0], FolderDoor):
        try:
            return [ask(doors[0])], []
        except KitError as error:
            return [], [error]
    answers: SimpleQueue[tuple[int, T | KitError]] = SimpleQueue()
    awaited = {number: door for number, door in enumerate(doors) if not SILENCE.of(door)}
    outcome: dict[int, T | KitError] = {n: _silent(seconds) for n in range(len(doors)) if n not in awaited}
    for number, door in awaited.items():
        # Daemons: a thread that hangs must not keep the process from ending.
        threading.Thread(target=_answer, args=(answers, number, door, ask), daemon=True).start()
    begun = time.monotonic()
    end = begun + seconds
    while len(outcome) < len(doors):
        try:
            number, answer = answers.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            break
        outcome[number] = answer
        if isinstance(answer, ServiceAway) and time.monotonic() - begun > _SILENT_SECONDS:
            SILENCE.note(doors[number])
    for number in awaited.keys() - outcome.keys():
        SILENCE.note(doors[number])
        outcome[number] = _silent(seconds)
    told = [outcome[number] for number in range(len(doors))]
    return [a for a in told if not isinstance(a, KitError)], [a for a in told if isinstance(a, KitError)]


def _answer(answers: SimpleQueue[tuple[int, T | KitError]], number: int, door: Door, ask: Callable[[Door], T]) -> None:
    try:
        answers.put((number, ask(door)))
    except KitError as error:
        answers.put((number, error))
    except BaseException as error:
        answers.put((number, KitError(f"{door.name} could not be asked: {error!r}. Please tell your instructor.")))


def _silent(seconds: float) -> ServiceAway:
    return ServiceAway(
        f"The course's service does not answer just now (no answer within {seconds:g} s). Your work is safe in your "
        "folder; try again in a minute, and tell your instructor if it stays so."
    )
