"""One course opened for reading: the standings of its learners, and frames for notebooks and reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kit.course import Course, load_course
from kit.decisions import Standing, standing
from kit.errors import UnknownName
from kit.ledger import Ledger, journal_path
from kit.records import Catalogue, Event, LearnerRecord, fold_all
from kit.reports.rows import section_of

if TYPE_CHECKING:
    from kit.reports.frames import Frames
    from kit.reports.gathering import Gathered


class Source(Protocol):
    """Where the events of a view come from; they stay the same as long as it lives."""

    def events(self) -> Sequence[Event]:
        """All of them in the order in which they were written."""

    def gather(self, catalogue: Catalogue, section: str | None) -> Gathered:
        """The learners' histories as columns; of those in *section* alone, if it is named."""


@dataclass(frozen=True, slots=True)
class Written:
    """Events at hand."""

    all: tuple[Event, ...] = ()

    def events(self) -> Sequence[Event]:
        """As they are."""
        return self.all

    def gather(self, catalogue: Catalogue, section: str | None) -> Gathered:
        """In this process."""
        from kit.reports.gathering import by_learner, gather

        return gather(by_learner(self.all), catalogue, section)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The ledger at `url` up to its event number `until`: what is written later is not seen."""

    url: str
    until: int

    def events(self) -> Sequence[Event]:
        """One query. LedgerError if the ledger cannot be read."""
        # Without the journal: bringing that up to date is the reconciler's business.
        with Ledger(self.url) as ledger:
            return ledger.events(until=self.until)

    def gather(self, catalogue: Catalogue, section: str | None) -> Gathered:
        """Learner by learner, in several processes where there are many events."""
        from kit.reports.gathering import gather_ledger

        return gather_ledger(self.url, self.until, catalogue, section)


@dataclass(frozen=True)
class CourseView:
    """A course as it stands now, read-only; what happens later needs another `load`."""

    course: Course
    catalogue: Catalogue
    source: Source
    section: str | None = None
    """Only learners of this section; None for everybody."""

    @cached_property
    def frames(self) -> Frames:
        """What happened and how it stands as pandas frames; `help(kit.reports.Frames)` tells their columns."""
        from kit.reports.frames import Frames  # pandas takes a moment; the terminal pages do without

        return Frames(self.source.gather(self.catalogue, self.section), self.catalogue, lambda: self.history)

    @cached_property
    def history(self) -> tuple[Event, ...]:
        """Every event of the ledger, in the order in which they were written."""
        return tuple(self.source.events())

    @cached_property
    def records(self) -> dict[str, LearnerRecord]:
        """The mastery record of every enrolled learner, by name in alphabetical order."""
        records = fold_all(self.history)
        return {name: records[name] for name in sorted(records) if self._belongs(records[name])}

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Where every enrolled learner stands, from the function that also answers the learners."""
        return {name: standing(record, self.catalogue) for name, record in self.records.items()}

    def record(self, learner: str) -> LearnerRecord:
        """The record of *learner*; UnknownName if they are not enrolled, with names that look alike."""
        if learner in self.records:
            return self.records[learner]
        raise UnknownName(f"No learner {learner!r} is enrolled in {self.course.title}. {_hint(learner, self.records)}")

    def only(self, section: str) -> CourseView:
        """The same course with the learners of *section* alone; UnknownName if nobody is in it."""
        found = replace(self, section=section)
        if found.frames.learners.empty:
            sections = list(self.frames.learners["section"].cat.categories)
            there = f"There are: {', '.join(sections)}." if sections else "No learner of this course is in a section."
            raise UnknownName(f"Nobody is in a section {section!r}. {there}")
        return found

    def _belongs(self, record: LearnerRecord) -> bool:
        return record.enrolled_at is not None and self.section in (None, section_of(record))


def _hint(learner: str, known: Iterable[str]) -> str:
    import difflib

    alike = difflib.get_close_matches(learner, list(known), n=3)
    return f"Did you mean {' or '.join(alike)}?" if alike else "`kit status` shows everyone who is."


def load(path: Path | str = ".") -> CourseView:
    """Read the course in *path*, with everything that has happened in it; nothing is written.

    CourseError if the course cannot be used, LedgerError if its ledger cannot be read.
    """
    # Building notebooks pulls nbgrader in, which takes seconds: only where a course is really opened.
    from kit.build import load_catalogue

    course = load_course(path)
    return CourseView(course, load_catalogue(course), _source(course))


def _source(course: Course) -> Source:
    file = course.ledger_url.removeprefix("sqlite:///")
    if file != course.ledger_url and not Path(file).is_file():
        if not journal_path(course).is_file():
            return Written()  # nothing has happened yet; reading must not create a ledger
        Ledger(course.ledger_url, journal_path(course))  # says that the ledger is missing, and the way back
    with Ledger(course.ledger_url) as ledger:
        last = ledger.last()
    return Snapshot(course.ledger_url, last.seq) if last else Written()
