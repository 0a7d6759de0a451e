"""The way back when nbgrader's gradebook is lost: it is written again from the built sources and the ledger."""

from __future__ import annotations

from kit.build import load_catalogue
from kit.build.convert import generate
from kit.course import Course
from kit.gradebook import Gradebook
from kit.lock import alone
from kit.records import fold_all
from kit.stages.opened import open_ledger


def restore_gradebook(course: Course) -> tuple[int, int]:
    """Describe every assignment ever built and write every score the ledger has; return how many of each.

    May be run on a gradebook that is there: the same comes out. Busy if a reconciler is at work.
    """
    catalogue = load_catalogue(course)
    with alone(course), open_ledger(course) as ledger, Gradebook(course) as gradebook:
        assignments = [a for numbered in catalogue.revisions.values() for r in numbered.values() for a in r.assignments]
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
    return len(assignments), count
