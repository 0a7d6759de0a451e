"""The executor of an open course, opened when the first submission needs it.

Collecting, deciding and granting need no sandbox: a machine that has none (yet) loses nothing that comes in.
"""

from __future__ import annotations

import threading

from kit.course import Course
from kit.grading.executors import Executor, open_executor


class ExecutorOnDemand:
    """Stands for the executor that course.toml names; any number of threads may call it at the same time."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._executor: Executor | None = None
        self._lock = threading.Lock()

    def open(self) -> Executor:
        """The executor itself; KitError where it cannot be had, each time anew: what is missing may be installed."""
        with self._lock:
            if self._executor is None:
                self._executor = open_executor(self._course)
            return self._executor
