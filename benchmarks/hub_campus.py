"""A real hub with a course and many learners, for a benchmark: its people, their tokens, and its processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.measure import Tell
from benchmarks.tree import seconds_below, seconds_of
from kit.course import Course
from kit.hub.trial import Person, TrialHub

TEACHER = Person("teacher", "the teacher's password", ("instructor",))
_AT_ONCE = 200
PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class Campus:
    """The hub, and the course whose service it runs."""

    hub: TrialHub
    course: Course

    @property
    def api(self) -> str:
        """Where the service's interface is, by way of the hub's proxy; ends with a slash."""
        return f"{self.hub.service_url}api/"

    def tokens(self, learners: Sequence[str], tell: Tell) -> dict[str, str]:
        """A token for each of *learners*, like the one their server has."""
        found = {}
        for done, name in enumerate(learners):
            tell("a token for every learner", done, len(learners))
            found[name] = self.hub.token(name)
        return found

    def processes(self) -> dict[str, psutil.Process]:
        """By name: the service's web process, the controller, the hub, the proxy."""
        web = psutil.Process(self.hub.service_pid())
        hub = web.parent()
        if hub is None:
            raise RuntimeError("the service is no child of the hub")
        return {
            "service": web,
            "controller": _with_argument(web, "watch"),
            "hub": hub,
            "proxy": _with_argument(hub, "kit.hub.proxy"),
        }

    def seconds_used(self) -> dict[str, float]:
        """Processor time so far; the controller's with that of the graders it started."""
        found = self.processes()
        used = {name: seconds_of(process.pid) for name, process in found.items()}
        return used | {"controller": used["controller"] + seconds_below(found["controller"].pid)}


@contextmanager
def campus(
    course: Course, folder: Path, learners: Sequence[str], people: Sequence[Person] = (), *, tell: Tell
) -> Iterator[Campus]:
    """A hub in the new *folder* that has *learners* in the group of learners; they cannot log in, unlike *people*."""
    with TrialHub(course.root, folder, (TEACHER, *people), say=lambda words: tell(words, 0, 1)) as hub:
        for first in range(0, len(learners), _AT_ONCE):
            tell("accounts on the hub", first, len(learners))
            names = list(learners[first : first + _AT_ONCE])
            hub.api("POST", "users", json={"usernames": names})
            hub.api("POST", f"groups/{course.hub.learners}/users", json={"users": names})
        yield Campus(hub, course)


def between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What was used from *before* to *after*."""
    return {name: after[name] - before[name] for name in before}


def _with_argument(parent: psutil.Process, argument: str) -> psutil.Process:
    return next(child for child in parent.children() if argument in child.cmdline())
