"""A course opened for work: its parts, its records, and the one way to add to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kit.build import load_catalogue
from kit.course import Course
from kit.errors import NotBuilt
from kit.exchange import Exchange, open_exchange
from kit.files import close_to_others
from kit.gradebook import Gradebook
from kit.grading.executors import Executor, open_executor
from kit.ledger import Ledger, journal_path
from kit.records import Catalogue, Event, LearnerRecord, fold_all

if TYPE_CHECKING:
    from pathlib import Path


# All have solutions, forms nobody has seen, or somebody's work in them.
_PRIVATE = ("archive", "autograded", "feedback", "revisions", "source", "submitted")


@dataclass(frozen=True, slots=True)
class Step:
    """A boundary between two steps: everything up to here is durable. Progress bars and tests watch these."""

    stage: str
    what: str
    done: int = 0
    of: int = 0


Watch = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the cohort to work on; None means everybody, or every unit."""

    learners: frozenset[str] | None = None
    units: frozenset[str] | None = None

    def has(self, learner: str, unit: str | None = None) -> bool:
        """Whether *learner* (in *unit*) belongs to it."""
        return (self.learners is None or learner in self.learners) and (
            self.units is None or unit is None or unit in self.units
        )


@dataclass(slots=True)
class OpenCourse:
    """The parts of one course, open, with everyone's record as the ledger has it."""

    course: Course
    catalogue: Catalogue
    ledger: Ledger
    gradebook: Gradebook
    exchange: Exchange
    executor: Executor
    records: dict[str, LearnerRecord]
    scope: Scope = field(default_factory=Scope)
    watch: Watch = lambda step: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    seen: int = 0
    """How many events of the ledger the records know."""
    problems: list[str] = field(default_factory=list)
    """What could not be done for one learner, while the others were served."""

    def record(self, *events: Event) -> None:
        """Write *events* to the ledger in one transaction, and fold them into the records."""
        new = self.ledger.append(events)
        self.seen += len(new)
        fold_all(new, self.records)

    def refresh(self) -> None:
        """Take in what others wrote meanwhile (an override, an enrolment), in the ledger's own order."""
        if self.ledger.count() != self.seen:
            events = self.ledger.events()
            self.records, self.seen = fold_all(events), len(events)

    def learners(self) -> Iterator[LearnerRecord]:
        """The enrolled learners of the scope, by name."""
        for name in sorted(self.records):
            if self.records[name].enrolled_at is not None and self.scope.has(name):
                yield self.records[name]

    def folder(self, kind: str, learner: str, assignment: str) -> Path:
        """nbgrader's folder for a submission: *kind* is submitted, autograded or feedback."""
        return self.course.gradebook_dir / kind / learner / assignment


@contextmanager
def open_course(course: Course, *, scope: Scope | None = None, watch: Watch | None = None) -> Iterator[OpenCourse]:
    """Open everything *course* consists of; NotBuilt before the first build, KitError if a part cannot be used."""
    catalogue = load_catalogue(course)
    if not catalogue.revisions:
        raise NotBuilt(f"Nothing of “{course.title}” has been built yet. Run `kit build`.")
    with open_ledger(course) as ledger, Gradebook(course) as gradebook:
        events = ledger.events()
        yield OpenCourse(
            course=course,
            catalogue=catalogue,
            ledger=ledger,
            gradebook=gradebook,
            exchange=open_exchange(course),
            executor=open_executor(course),
            records=fold_all(events),
            seen=len(events),
            scope=scope or Scope(),
            watch=watch or (lambda step: None),
        )


def open_ledger(course: Course) -> Ledger:
    """The ledger of *course*, with its journal where it lies in the course folder.

    Everything in gradebook/ but the exchange is closed to other accounts. LedgerError if the ledger is damaged, or if
    events are missing that the journal has.
    """
    private = (course.gradebook_dir / name for name in _PRIVATE)
    close_to_others(course.gradebook_dir, *private, course.release_dir)
    return Ledger(course.ledger_url, journal_path(course))


def in_use(events: Iterable[Event]) -> set[tuple[str, int]]:
    """The (unit, revision) of which somebody was ever given something: those are never rebuilt."""
    return {(e.unit, e.data["revision"]) for e in events if e.kind == "granted" and e.unit is not None}
