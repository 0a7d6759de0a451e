"""`portfolio`: read from the ledger, the built revisions and the archive; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kit.build import load_catalogue
from kit.course import Course
from kit.errors import UnknownName
from kit.ledger import Ledger
from kit.portfolio.gathering import best_attempt, gather
from kit.portfolio.model import Notebook, Portfolio, UnitPart
from kit.portfolio.notebook import read_best
from kit.records import Catalogue, Event, LearnerRecord, fold_all


def portfolio(course: Course, learner: str, *, reasons: bool = False) -> Portfolio:
    """The portfolio of *learner* as things stand now; UnknownName if they are not enrolled.

    With *reasons* an instructor's reasons for deciding by hand are in it; they may be private. Only this learner's
    events are read, so it takes the same time in a cohort of ten and of ten thousand.
    """
    history = _events(course, learner)
    record = fold_all(history).get(learner)
    if record is None or record.enrolled_at is None:
        raise UnknownName(f"No learner {learner!r} is enrolled in {course.title}. `kit status` shows everyone who is.")
    catalogue = load_catalogue(course)
    found = gather(course, catalogue, record, history, reasons=reasons)
    units = tuple(replace(unit, notebook=_notebook(course, catalogue, record, unit)) for unit in found.units)
    return replace(found, units=units)


def enrolled(course: Course) -> list[str]:
    """Every enrolled learner, by name in alphabetical order."""
    records = fold_all(_events(course))
    return sorted(name for name, record in records.items() if record.enrolled_at is not None)


def _events(course: Course, *learners: str) -> list[Event]:
    file = course.ledger_url.removeprefix("sqlite:///")
    if file != course.ledger_url and not Path(file).is_file():
        return []  # nothing has happened yet; reading must not create a ledger
    with Ledger(course.ledger_url) as ledger:
        return ledger.events(*learners)


def _notebook(course: Course, catalogue: Catalogue, record: LearnerRecord, unit: UnitPart) -> Notebook | None:
    best = best_attempt(unit)
    if best is None:
        return None
    attempt = next(a for a in record.unit(unit.id).attempts if a.number == best.number)
    submission = attempt.submission
    if not catalogue.knows(submission.assignment):
        return None
    assignment = catalogue.assignment(submission.assignment)
    folder = course.gradebook_dir / "archive" / record.learner / submission.id
    release = course.release_dir / assignment.id / f"{assignment.notebook}.ipynb"
    return read_best(assignment, attempt.number, submission.items, folder, release, course.limits)
