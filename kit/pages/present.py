"""The course as it is now, kept in memory between two looks: only what is new in the ledger is read."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kit.build import load_catalogue
from kit.course import Course, load_course
from kit.decisions import Standing, standing
from kit.errors import CourseError
from kit.ledger import Entry, Ledger
from kit.records import Catalogue, Event, LearnerRecord, fold_all

MANY = 100
"""Learners with news from which on the whole ledger is read again: it takes less than so many histories do."""

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Present:
    """One course at one moment. Its values are shared between requests: to be read, never changed."""

    course: Course
    catalogue: Catalogue
    number: int
    """Of the last event of the ledger that is in it."""
    records: Mapping[str, LearnerRecord]
    """Of every enrolled learner, by name in alphabetical order."""
    standings: Mapping[str, Standing]


class Presence:
    """Keeps the `Present` of the course in *root*; many threads may ask."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._sources: _Stamp | None = None
        self._ledger_file: tuple[int, int] | None = None
        self._catalogue = Catalogue(course.units, {})
        self._ledger: Ledger | None = None
        self._close: Callable[[], object] = lambda: None
        self._seen: Entry | None = None
        self._present = Present(course, self._catalogue, 0, {}, {})
        self._lock = threading.Lock()

    def now(self) -> Present:
        """The course with everything that stands in its ledger at this moment.

        LedgerError if that cannot be read. A course file that is being edited and wrong at the moment leaves the course
        as it was: learners must not find the door shut meanwhile.
        """
        with self._lock:
            rebuilt = self._read_sources()
            changed = self._read_ledger()
            if rebuilt or changed is None or changed:
                self._stand(None if rebuilt else changed)
            return self._present

    def events(self, learner: str) -> list[Event]:
        """Everything that stands in the ledger about *learner*, in the order in which it was written."""
        if _identity(self._course.ledger_url) is None:
            return []
        with Ledger(self._course.ledger_url) as ledger:
            return ledger.events(learner)

    def _read_sources(self) -> bool:
        """Take in a course or a unit that was edited, or built; whether anything of it changed."""
        stamp = _stamp(self._course)
        if stamp == self._sources:
            return False
        try:
            course = load_course(self._course.root)
            catalogue = load_catalogue(course)
        except CourseError:
            if self._sources is None:
                raise
            return False
        self._course, self._catalogue, self._sources = course, catalogue, stamp
        return True

    def _read_ledger(self) -> set[str] | None:
        """The learners whose records are new; None for everybody."""
        identity = _identity(self._course.ledger_url)
        if identity is None:  # nothing has happened yet; reading must not create a ledger
            return set()
        if identity != self._ledger_file or self._ledger is None:
            self._close()
            self._seen, self._ledger_file = None, identity
            # Without the journal: bringing that up to date is the controller's business.
            self._ledger = Ledger(self._course.ledger_url)
            self._close = weakref.finalize(self, self._ledger.close)
        return self._read_news(self._ledger)

    def _read_news(self, ledger: Ledger) -> set[str] | None:
        if self._seen is None:
            self._read_all(ledger)
            return None
        if ledger.last() == self._seen:
            return set()
        news = ledger.news(self._seen.seq)
        changed = {entry.learner for entry in news[1:]}
        if news[:1] != [self._seen] or len(changed) > MANY:  # another ledger has taken its place, or much has happened
            self._read_all(ledger)
            return None
        fresh = fold_all(ledger.events(*sorted(changed)))
        self._seen = news[-1]
        self._keep({**self._present.records, **fresh})
        return changed

    def _read_all(self, ledger: Ledger) -> None:
        # Asked first: what is written meanwhile is then taken in at the next look.
        self._seen = ledger.last()
        self._keep(fold_all(ledger.events()))

    def _keep(self, records: Mapping[str, LearnerRecord]) -> None:
        enrolled = {name: records[name] for name in sorted(records) if records[name].enrolled_at is not None}
        before, number = self._present, self._seen.seq if self._seen else 0
        self._present = Present(before.course, before.catalogue, number, enrolled, before.standings)

    def _stand(self, changed: Iterable[str] | None) -> None:
        """Work out anew where *changed* (None: everybody) stand."""
        now = self._present
        anew = set(now.records if changed is None else changed)
        standings = {
            name: standing(record, self._catalogue) if name in anew else now.standings[name]
            for name, record in now.records.items()
        }
        self._present = Present(self._course, self._catalogue, now.number, now.records, standings)


def _stamp(course: Course) -> _Stamp:
    """What changes when the course is edited or built: its tables and revisions, with time and size."""
    folders = (course.units_dir.glob("*/unit.toml"), (course.gradebook_dir / "revisions").glob("*.json"))
    files = [course.root / "course.toml", *(path for found in folders for path in sorted(found))]
    return tuple((str(path), found.st_mtime_ns, found.st_size) for path in files if (found := _stat(path)))


def _identity(url: str) -> tuple[int, int] | None:
    """Which file the ledger at *url* is, so that a restored one is noticed; None if there is none yet."""
    if not url.startswith("sqlite:///"):
        return (0, 0)
    found = _stat(Path(url.removeprefix("sqlite:///")))
    return (found.st_dev, found.st_ino) if found else None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
