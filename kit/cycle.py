"""The cycle, on one page. A reader starts here.

    learner ──submit──▶ collect ──▶ grade ──▶ decide ──▶ grant ──▶ answer ──▶ learner
                                      │          │          │
                                   gradebook   ledger    exchange

It is a reconciler: what should be granted follows from the ledger, what is granted is read back from the exchange, and
the difference is done. It may be killed between any two steps and run again by anyone at any time: same end state,
nothing lost, nothing done twice.
"""

from __future__ import annotations

from kit.course import Course
from kit.errors import KitError
from kit.lock import alone, at_work
from kit.stages.answer import answer
from kit.stages.collect import collect
from kit.stages.decide import decide_graded
from kit.stages.grade import grade_waiting, read_manual_scores
from kit.stages.grant import grant_wanted
from kit.stages.opened import OpenCourse, Scope, Watch, open_course


def reconcile(opened: OpenCourse, *, retry_faults: bool = False, grant: bool = True) -> None:
    """One round of everything there is to do; afterwards a second round finds nothing.

    Without *grant* it stops before anything is opened or withdrawn, so that somebody can look first.
    KitError at the end tells what could not be granted or told to single learners; the others were served.
    """
    collect(opened)
    grade_waiting(opened, retry_faults=retry_faults)
    read_manual_scores(opened)
    decide_graded(opened)
    if grant:
        grant_wanted(opened)
        answer(opened)
    if opened.problems:
        raise KitError("\n".join(dict.fromkeys(opened.problems)))


def run(
    course: Course, *, scope: Scope | None = None, watch: Watch | None = None, retry_faults: bool = False,
    grant: bool = True,
) -> OpenCourse:  # fmt: skip
    """Open *course* alone, reconcile once, close it. Busy if another reconciler is at work.

    The returned OpenCourse is closed: its `records` can be read.
    """
    with alone(course), at_work(course), open_course(course, scope=scope, watch=watch) as opened:
        reconcile(opened, retry_faults=retry_faults, grant=grant)
    return opened
