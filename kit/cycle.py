"""The cycle, on one page. A reader starts here.

    learner ──submit──▶ collect ──▶ grade ──▶ decide ──▶ grant ──▶ answer ──▶ learner
                                      │          │          │
                                   gradebook   ledger    exchange

It is a reconciler: what should be granted follows from the ledger, what is granted is read back from the exchange, and the
difference is done. It may be killed between any two steps and run again by anyone at any time: same end state, nothing
lost, nothing done twice.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from kit.course import Course
from kit.errors import Busy
from kit.files import storing
from kit.stages.answer import answer
from kit.stages.collect import collect
from kit.stages.decide import decide_graded
from kit.stages.grade import grade_waiting, read_manual_scores
from kit.stages.grant import grant_wanted
from kit.stages.opened import OpenCourse, Scope, Watch, open_course


def reconcile(opened: OpenCourse, *, retry_faults: bool = False) -> None:
    """One round of everything there is to do; afterwards a second round finds nothing."""
    collect(opened)
    grade_waiting(opened, retry_faults=retry_faults)
    read_manual_scores(opened)
    decide_graded(opened)
    grant_wanted(opened)
    answer(opened)


def run(
    course: Course, *, scope: Scope | None = None, watch: Watch | None = None, retry_faults: bool = False
) -> OpenCourse:
    """Open *course* alone, reconcile once, close it. Busy if another reconciler is at work.

    The returned OpenCourse is closed: its `records` can be read.
    """
    with alone(course), open_course(course, scope=scope, watch=watch) as opened:
        reconcile(opened, retry_faults=retry_faults)
    return opened


@contextmanager
def alone(course: Course) -> Iterator[None]:
    """Hold the course's lock; the system lets go of it when this process ends, however it ends."""
    path = course.gradebook_dir / "reconciler.lock"
    with storing("The reconciler's lock"):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise Busy(
                f"Process {file.read().strip() or 'unknown'} already works on this course (kit run or kit watch). "
                "It does everything that is to be done; there is no need for a second one."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
