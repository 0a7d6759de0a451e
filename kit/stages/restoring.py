"""The ways back: the ledger from its journal, nbgrader's gradebook from the ledger and the built sources.

The journal is brought up to date at the end of a round, so one that broke off is missing from it. What learners did
then is still there: the exchange has their grants and receipts, the archive their work. It is written down again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from kit.build import load_catalogue
from kit.build.convert import generate
from kit.course import Course
from kit.exchange import Submitted
from kit.gradebook import Gradebook
from kit.ledger import journal_path, restore
from kit.lock import alone, at_work
from kit.records import SYSTEM, Event, LearnerRecord, fold_all
from kit.stages.collect import take_in
from kit.stages.opened import OpenCourse, open_course, open_ledger


@dataclass(frozen=True, slots=True)
class Restored:
    """What `restore_ledger` brought back."""

    events: int
    """From the journal."""
    until: datetime | None
    """When the last of them was (UTC); None if there were none."""
    grants: int
    """Granted in the exchange and missing in the journal."""
    submissions: int
    """Kept in the archive and missing in the journal."""


def restore_ledger(course: Course) -> Restored:
    """Write the ledger again from its journal, and what the journal lacks from the exchange and the archive.

    LedgerError if a ledger with events is there or the journal cannot be used; Busy if a reconciler is at work. Where
    the second part fails (the gradebook is damaged too, say) it is done by the next `restore_gradebook`.
    """
    with alone(course), at_work(course):
        count = restore(course.ledger_url, journal_path(course))
        with open_ledger(course) as ledger:
            until = max((event.at for event in ledger.events()), default=None)
        if not load_catalogue(course).revisions:
            return Restored(count, until, 0, 0)
        with open_course(course) as opened:
            return Restored(count, until, *_take_up(opened))


def restore_gradebook(course: Course) -> tuple[int, int]:
    """Describe every assignment ever built and write every score the ledger has; return how many of each.

    May be run on a gradebook that is there: the same comes out. Busy if a reconciler is at work.
    """
    catalogue = load_catalogue(course)
    with alone(course), at_work(course):
        with open_ledger(course) as ledger, Gradebook(course) as gradebook:
            assignments = [
                a for numbered in catalogue.revisions.values() for r in numbered.values() for a in r.assignments
            ]
            for assignment in assignments:
                generate(course, gradebook, assignment.id)
            count = 0
            for record in fold_all(ledger.events()).values():
                for unit in record.units.values():
                    for submission in unit.submissions.values():
                        if submission.state == "graded":
                            assignment = catalogue.assignment(submission.assignment)
                            gradebook.write_scores(record.learner, assignment, submission.at, submission.items)
                            count += 1
        if assignments:
            with open_course(course) as opened:
                _take_up(opened)
    return len(assignments), count


def _take_up(opened: OpenCourse) -> tuple[int, int]:
    """Write down the grants and submissions that the ledger does not know; return how many. Again does nothing."""
    grants = list(_unknown_grants(opened))
    opened.record(*grants)
    submissions = sorted(_unknown_submissions(opened), key=lambda found: (found.receipt.at, found.receipt.submission))
    for submission in submissions:
        take_in(opened, submission)
    return len(grants), len(submissions)


def _unknown_grants(opened: OpenCourse) -> Iterator[Event]:
    """A grant is written down before the exchange has it: one that only the exchange has was lost."""
    latest: dict[str, datetime] = {}
    for event in opened.ledger.events():
        latest[event.learner] = max(event.at, latest.get(event.learner, event.at))
    for learner, names in opened.exchange.granted().items():
        record = opened.records.get(learner, LearnerRecord(learner))
        for assignment in (opened.catalogue.assignment(name) for name in sorted(names) if opened.catalogue.knows(name)):
            if assignment.id in record.unit(assignment.unit).grants:
                continue
            # It came after all that is known of this learner, and before what they did with it, which is to count.
            at = latest.get(learner) or max(latest.values(), default=datetime.now(UTC))
            yield Event(
                f"granted:{learner}:{assignment.id}:0", "granted", learner, at, SYSTEM, assignment.unit, assignment.id,
                assignment.grant_data(), "it was open in the exchange when the ledger was restored",
            )  # fmt: skip


def _unknown_submissions(opened: OpenCourse) -> Iterator[Submitted]:
    known = {event.data["submission"] for event in opened.ledger.events() if "submission" in event.data}
    for learner in opened.exchange.granted():
        for offer in opened.exchange.offers(learner):
            for receipt in offer.submissions:
                folder = opened.course.gradebook_dir / "archive" / learner / receipt.submission
                if receipt.submission not in known and folder.is_dir():
                    yield Submitted(receipt, folder)
