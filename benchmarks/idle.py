"""idle: a reconciler that finds nothing to do, for a cohort at the end of its course.

Every learner has two attempts and a corrective in each unit. Measured are `kit.cycle.reconcile` alone, on an open
course; `kit.cycle.run`, which reads the ledger first; and `kit run` as a whole process. The peer is the same thing for
the smaller cohort: it shows how the cost grows. nbgrader has nothing that could be held against it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.ground import Ground
from benchmarks.measure import Contender, Row, Work, measure, simply
from benchmarks.start import program
from kit import cycle
from kit.course import Course
from kit.stages.opened import open_course


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    few, many = ground.size.learners, ground.size.many
    contenders = _contenders(ground.peopled(few), few) | _contenders(ground.peopled(many), many)
    costs = measure(contenders, ground.size.rounds, ground.tell)
    rows = [Row(name, found) for name, found in costs.items()]
    half = len(rows) // 2
    return rows[:half] + [Row(row.what, row.costs, peer) for row, peer in zip(rows[half:], rows[:half], strict=True)]


def _contenders(course: Course, learners: int) -> dict[str, Contender]:
    @contextmanager
    def reconcile(number: int) -> Iterator[Work]:
        with open_course(course) as opened:
            yield lambda: cycle.reconcile(opened)

    whole = [program("kit"), "-C", str(course.root), "run"]
    return {
        f"reconcile, {learners:,} learners": reconcile,
        f"cycle.run (reads the ledger first), {learners:,} learners": simply(lambda: cycle.run(course)),
        f"kit run (whole process), {learners:,} learners": simply(lambda: _said_nothing_to_do(whole)),
    }


def _said_nothing_to_do(command: list[str]) -> None:
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Nothing to do" not in said:
        raise RuntimeError(f"kit run was to be idle; it said: {said}")
