"""Submissions on a dask cluster: the job travels as data, the run comes back as data.

A worker starts a warm parent of its own, as a process beside it (a worker has threads, from which forking is unsafe),
and holds nothing of the course but the job it is at. It needs the package ``mastery-kit`` and a working bubblewrap
(unless ``sandbox = "none"``). A job whose worker is lost is given to another one; its key is new for each
submission, so that exactly one result comes back.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from typing import Any

from kit.course import Dask
from kit.errors import GraderFault, KitError
from kit.grading.executors.job import Job, Run

RETRIES = 2
"""After the first try, on other workers, when one is lost or its graders fail."""
CONNECT_SECONDS = 30


class DaskExecutor:
    """Runs jobs on the cluster that *where* names; any number of threads may call `run` at the same time.

    sandbox, preload: as in course.toml, for the workers.
    """

    def __init__(self, where: Dask, sandbox: str, preload: Sequence[str] = ()) -> None:
        self._where = where
        self._sandbox = sandbox
        self._preload = tuple(preload)
        self._opened: Any = None
        self._lock = threading.Lock()
        place = where.address or where.gateway
        walls = "bubblewrap" if sandbox != "none" else 'none: sandbox = "none" in course.toml'
        self.isolation = f"{walls}, on each worker of the dask cluster at {place}"

    def run(self, job: Job) -> Run:
        """Run every cell of *job* on one worker; GraderFault when it is not the learner's code that failed."""
        from distributed import CancelledError, KilledWorker

        future = self._client().submit(
            run_on_worker, job, self._sandbox, self._preload,
            key=f"kit-{uuid.uuid4().hex}", retries=RETRIES, pure=False,
        )  # fmt: skip
        try:
            run: Run = future.result()
            return run
        except KitError:
            raise
        except (KilledWorker, CancelledError, OSError, TimeoutError) as error:
            raise GraderFault(
                f"The dask cluster lost the submission ({type(error).__name__}). It waits and is graded again; "
                "look at the cluster's dashboard if that goes on."
            ) from error
        finally:
            future.release()

    def warm_up(self) -> None:
        """Connect to the cluster."""
        self._client()

    def _client(self) -> Any:
        with self._lock:
            if self._opened is None or self._opened.status != "running":
                self._opened = _connect(self._where)
            return self._opened

    def close(self) -> None:
        """Let go of the cluster, which goes on running."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None


def run_on_worker(job: Job, sandbox: str, preload: tuple[str, ...]) -> Run:
    """What a worker does: as `local` does it there."""
    from kit.grading.executors.local import shared_executor

    return shared_executor(sandbox, preload).run(job)


def _connect(where: Dask) -> Any:
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise KitError('executor = "dask" needs the package distributed: pip install "mastery-kit[dask]".') from None
    # A submission travels within its task, so that another worker can take it over; dask warns of tasks of this size.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"})
    try:
        if where.address is not None:
            return Client(where.address, timeout=CONNECT_SECONDS, set_as_default=False)
        return _at_the_gateway(where).get_client(set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise GraderFault(
            f"The dask cluster at {where.address or where.gateway} does not answer ({error}). Is its scheduler "
            "running, and is [dask] in course.toml right?"
        ) from error


def _at_the_gateway(where: Dask) -> Any:
    try:
        from dask_gateway import Gateway
    except ImportError:
        raise KitError(
            'gateway in course.toml needs the package dask-gateway: pip install "mastery-kit[dask]".'
        ) from None
    gateway = Gateway(where.gateway)
    names = [report.name for report in gateway.list_clusters()]
    chosen = where.cluster or (names[0] if len(names) == 1 else None)
    if chosen not in names:
        raise KitError(
            f"At {where.gateway} these clusters run: {', '.join(names) or 'none'}. Start one, and write its name into "
            "course.toml: [dask] cluster = …"
        )
    return gateway.connect(chosen)
