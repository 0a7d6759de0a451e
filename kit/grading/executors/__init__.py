"""Where learner code runs. The seam is `Executor.run(Job) -> Run`; both are plain data (see `job`).

To add an executor: a module here with a class that has `isolation` and `run`, and one line in `EXECUTORS`. It must pass
the contract in ``tests/grading/test_executors.py``, which is parametrised over this table.
"""

from __future__ import annotations

from collections.abc import Callable

from kit.course import Course
from kit.errors import KitError
from kit.grading.executors.job import CellJob, CellRun, CellState, Executor, Ground, Job, Mode, Run, Trouble, Value


def _local(course: Course) -> Executor:
    from kit.grading.executors.local import shared_executor
    from kit.grading.executors.sandbox import lies_in_sight

    # Only a course that lies where the system or the interpreter does could be seen; the others share a warm parent.
    hidden = [course.root.resolve()] if lies_in_sight(course.root.resolve()) else []
    return shared_executor(course.sandbox, course.preload, hidden)


def _dask(course: Course) -> Executor:
    from kit.grading.executors.dask import DaskExecutor

    assert course.dask is not None  # read_course made sure
    return DaskExecutor(course.dask, course.sandbox, course.preload)


EXECUTORS: dict[str, Callable[[Course], Executor]] = {
    "local": _local,  # this machine: Python by forks of a warm parent, other languages by a Jupyter kernel each
    "dask": _dask,  # the same on the workers of a cluster that is there
}


def open_executor(course: Course) -> Executor:
    """The executor that course.toml names; KitError lists the known ones, or says why there is no sandbox."""
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
    "Mode",
    "Run",
    "Trouble",
    "Value",
    "open_executor",
]
