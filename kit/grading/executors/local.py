"""Python submissions on this machine: two forks of a warm parent each, the learner's process and the judge.

Every cell of the learner's runs before any test. Then the judge carries out what learners may see of every check, and
only then the hidden parts: nothing that a learner's code says once it may have met a hidden test is shown to anybody.
Other languages run in a Jupyter kernel each.
"""

from __future__ import annotations

import atexit
import functools
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from kit.errors import GraderFault
from kit.grading.executors.company import Company
from kit.grading.executors.job import Job, Run
from kit.grading.executors.nbclient import NbclientExecutor
from kit.grading.executors.nursery import Nursery
from kit.grading.executors.sandbox import Walls, walls_for
from kit.grading.executors.sittings import Sittings

TRIES = 2
"""A job whose warm parent ended under it is begun again so often before it is a fault."""


class LocalExecutor:
    """Runs jobs on this machine; any number of threads may call `run` at the same time.

    sandbox, preload: as in course.toml. hidden: folders that learner code must not see, wherever they lie. KitError
    where the sandbox asked for cannot be had.
    """

    def __init__(self, sandbox: str, preload: Sequence[str] = (), hidden: Sequence[Path] = ()) -> None:
        self.walls: Walls = walls_for(sandbox)
        self.isolation = self.walls.isolation
        self._preload = tuple(preload)
        self._hidden = tuple(hidden)
        self._kernels = NbclientExecutor(self.walls)
        self._nursery: Nursery | None = None
        self._lock = threading.Lock()
        self._company = Company()

    def run(self, job: Job) -> Run:
        """Run every cell of *job*; GraderFault when it is not the learner's code that failed."""
        if job.language != "python":
            return self._kernels.run(job)
        for left in reversed(range(TRIES)):
            nursery = self._open()
            try:
                return self._run(job, nursery)
            except GraderFault:
                if nursery.alive or not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def _run(self, job: Job, nursery: Nursery) -> Run:
        sittings = Sittings(job, nursery)
        with self._company.together() as visit:
            run = sittings.run()
        if not (visit.met_somebody and sittings.starved):
            return run
        # Limits are of wall time, and another submission may have kept the processors busy: once more, alone.
        with self._company.alone():
            return Sittings(job, nursery).run()

    def warm_up(self) -> None:
        """Start the warm parent."""
        self._open()

    def _open(self) -> Nursery:
        with self._lock:
            if self._nursery is None or not self._nursery.alive:
                if self._nursery is not None:
                    self._nursery.close()
                self._nursery = Nursery(self.walls, self._preload, self._hidden)
            return self._nursery

    def close(self) -> None:
        """End the warm parent; the next job starts another."""
        with self._lock:
            if self._nursery is not None:
                self._nursery.close()
                self._nursery = None


def shared_executor(sandbox: str, preload: Sequence[str] = (), hidden: Sequence[Path] = ()) -> LocalExecutor:
    """The one executor of this process for these settings: a warm parent takes a second to start."""
    with _SHARING:  # two threads that ask at once get the same one
        return _shared(sandbox, tuple(preload), tuple(hidden), os.getpid())


_SHARING = threading.Lock()


@functools.cache
def _shared(sandbox: str, preload: tuple[str, ...], hidden: tuple[Path, ...], pid: int) -> LocalExecutor:
    executor = LocalExecutor(sandbox, preload, hidden)
    atexit.register(executor.close)
    return executor
