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
from kit.ledger import Entry, Ledger, journal_path
from kit.records import Catalogue, Event, LearnerRecord, fold_all

# Who only reads and writes the ledger (the hub's service) needs neither nbgrader nor a grader in memory.
if TYPE_CHECKING:
    from pathlib import Path

    from kit.gradebook import Gradebook
    from kit.stages.executing import ExecutorOnDemand


# All have solutions, forms nobody has seen, or somebody's work in them.
_PRIVATE = ("archive", "autograded", "feedback", "revisions", "source", "submitted")
MANY = 100
"""Learners with news from which on the whole ledger is read again: it takes less than so many histories do."""


@dataclass(frozen=True, slots=True)
class Step:
    """A boundary between two steps: everything up to here is durable. Progress bars and tests watch these."""

    stage: str
    what: str
    done: int = 0
    of: int = 0
    outcome: str = ""
    """What became of a submission: graded, rejected or fault."""


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
    executor: ExecutorOnDemand
    records: dict[str, LearnerRecord]
    scope: Scope = field(default_factory=Scope)
    watch: Watch = lambda step: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    seen: Entry | None = None
    """The last event of the ledger up to which the records know all of them."""
    own: set[str] = field(default_factory=set)
    """Keys of the events that were recorded here since."""
    problems: list[str] = field(default_factory=list)
    """What could not be done for one learner, while the others were served."""

    def record(self, *events: Event) -> None:
        """Write *events* to the ledger in one transaction, and fold them into the records."""
        new = self.ledger.append(events)
        fold_all(new, self.records)
        self.own.update(event.key for event in new)

    def refresh(self) -> None:
        """Take in what others wrote meanwhile (an override, an enrolment), in the ledger's own order.

        Whoever it is about is read anew, all the others stay as they are.
        """
        news = self.ledger.news(self.seen.seq if self.seen else 0)
        if self.seen and self.seen not in news[:1]:  # another ledger has taken its place
            self._read_all()
            return
        strange = {entry.learner for entry in news[bool(self.seen) :] if entry.key not in self.own}
        if len(strange) > MANY:
            self._read_all()
            return
        if strange:
            for learner in strange:
                self.records.pop(learner, None)
            fold_all(self.ledger.events(*sorted(strange)), self.records)
        self._know(news[-1] if news else None)

    def _read_all(self) -> None:
        # Asked first: what is written meanwhile is then taken in at the next look.
        self._know(self.ledger.last())
        self.records = fold_all(self.ledger.events())

    def _know(self, last: Entry | None) -> None:
        self.seen = last
        self.own.clear()

    def learners(self) -> Iterator[LearnerRecord]:
        """The enrolled learners of the scope, by name."""
        for name in sorted(self.records):
            if self.records[name].enrolled_at is not None and self.scope.has(name):
                yield self.records[name]

    def folder(self, kind: str, learner: str, assignment: str) -> Path:
        """nbgrader's folder for a submission: *kind* is submitted, autograded or feedback."""
        return self.course.gradebook_dir / kind / learner / assignment


@contextmanager
def open_course(
    course: Course, *, scope: Scope | None = None, watch: Watch | None = None, before: OpenCourse | None = None
) -> Iterator[OpenCourse]:
    """Open everything *course* consists of; NotBuilt before the first build, KitError if a part cannot be used.

    *before* is the same course as it was open earlier in this process, not to be used any more: its records and its
    executor are carried on, so that only what the ledger has got since is read, and what is warm stays warm.
    """
    from kit.gradebook import Gradebook
    from kit.stages.executing import ExecutorOnDemand

    catalogue = load_catalogue(course)
    if not catalogue.revisions:
        raise NotBuilt(f"Nothing of “{course.title}” has been built yet. Run `kit build`.")
    with open_ledger(course) as ledger, Gradebook(course) as gradebook:
        opened = OpenCourse(
            course=course,
            catalogue=catalogue,
            ledger=ledger,
            gradebook=gradebook,
            exchange=open_exchange(course),
            executor=before.executor if before and _runs_alike(before.course, course) else ExecutorOnDemand(course),
            records=before.records if before else {},
            seen=before.seen if before else None,
            own=before.own if before else set(),
            scope=scope or Scope(),
            watch=watch or (lambda step: None),
        )
        if before is None:
            opened._read_all()
        else:
            opened.refresh()
        yield opened


def _runs_alike(one: Course, other: Course) -> bool:
    names = ("executor", "sandbox", "preload", "dask")
    return all(getattr(one, name) == getattr(other, name) for name in names)


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
