"""Where learner code runs. The seam is `Executor.run(Job) -> Run`; both are plain data (see `job`).

To add an executor: a module here with a class that has `isolation` and `run`, and one line in `EXECUTORS`. It must pass
the contract in ``tests/grading/test_executors.py``, which is parametrised over this table.
"""

from __future__ import annotations

from collections.abc import Callable

from kit.course import Course
from kit.errors import KitError
from kit.grading.executors.job import CellJob, CellRun, CellState, Executor, Ground, Job, Run, Trouble, Value


def _nbclient(course: Course) -> Executor:
    from kit.grading.executors.nbclient import NbclientExecutor

    return NbclientExecutor()


EXECUTORS: dict[str, Callable[[Course], Executor]] = {
    "nbclient": _nbclient,  # one Jupyter kernel for each submission; sandboxed where bubblewrap is installed
}


def open_executor(course: Course) -> Executor:
    """The executor that course.toml names; KitError lists the known ones."""
    if course.executor not in EXECUTORS:
        raise KitError(
            f"course.toml: executor = {course.executor!r} is not known. Write one of: {', '.join(sorted(EXECUTORS))}."
        )
    return EXECUTORS[course.executor](course)


__all__ = [
    "EXECUTORS",
    "CellJob",
    "CellRun",
    "CellState",
    "Executor",
    "Ground",
    "Job",
    "Run",
    "Trouble",
    "Value",
    "open_executor",
]
