"""Languages other than Python: one fresh Jupyter kernel for each submission; outputs are kept as nbclient keeps them.

Checks run in plain mode: a cell is `failed` when the kernel says so, and `score` reads its first result, as nbgrader
does.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from kit.grading.executors.job import CellJob, CellRun, Job, Run
from kit.grading.executors.kernel import Ended, Kernel, start_kernel
from kit.grading.executors.leftovers import sweep
from kit.grading.executors.sandbox import Walls


class NbclientExecutor:
    """Runs each job in its own kernel, within *walls*."""

    def __init__(self, walls: Walls) -> None:
        sweep()
        self.walls = walls
        self.isolation = walls.isolation

    def run(self, job: Job) -> Run:
        """Run every cell of *job*; GraderFault when no kernel can be started."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(self._run(job))
        with ThreadPoolExecutor(1) as outside:  # called from a notebook, whose loop is busy calling us
            return outside.submit(asyncio.run, self._run(job)).result()

    async def _run(self, job: Job) -> Run:
        attempt = _Attempt(job, self.walls)
        try:
            await attempt.run()
        finally:
            await attempt.stop()
        return attempt.result()


@dataclass
class _Attempt:
    """The state of one job under way."""

    job: Job
    walls: Walls
    kernel: Kernel | None = None
    done: dict[str, CellRun] = field(default_factory=dict)
    killers: set[str] = field(default_factory=set)
    """Cells that ended the kernel or had to be stopped with it: never run again."""
    restarts: int = 0
    seconds: float = 0.0
    """Used by cells; the time kernels take to start is ours, not the learner's."""
    stopped: str = ""

    async def run(self) -> None:
        self.kernel = await start_kernel(self.job, self.walls)
        for cell in self.job.cells:
            while not self.stopped and cell.key not in self.done:
                await self._step(cell)
            if self.stopped:
                return

    async def _step(self, cell: CellJob) -> None:
        """Run *cell*, and leave a kernel behind in which the cells after it can run."""
        if self.seconds >= self.job.limits.notebook_seconds:
            self.stopped = "time"
            return
        run, ended = await self._execute(cell)
        if ended is Ended.BEFORE:  # a cell before this one left something that ended the kernel
            self.killers.update(list(self.done)[-1:])
        else:
            self.done[cell.key] = run
        if ended is not Ended.NOT:
            self.killers.update({cell.key} if ended is Ended.DURING else ())
            await self._restart()

    async def _execute(self, cell: CellJob) -> tuple[CellRun, Ended]:
        assert self.kernel is not None
        allowed = min(self.job.limits.cell_seconds, max(0.5, self.job.limits.notebook_seconds - self.seconds))
        began = time.monotonic()
        try:
            return await self.kernel.execute(cell, allowed)
        finally:
            self.seconds += time.monotonic() - began

    async def _restart(self) -> None:
        """A new kernel, brought to where the learner's cells had brought the old one, without the cells that end it."""
        while self.restarts < self.job.limits.kernel_restarts:
            self.restarts += 1
            await self.stop()
            self.kernel = await start_kernel(self.job, self.walls)
            if await self._again():
                return
        self.stopped = self.stopped or "restarts"

    async def _again(self) -> bool:
        """Run what had run before; False when a cell ended the kernel this time."""
        for cell in self.job.cells:
            earlier = self.done.get(cell.key)
            if earlier is None or cell.key in self.killers or earlier.state == "timeout":
                continue
            if self.seconds >= self.job.limits.notebook_seconds:
                self.stopped = "time"
                return True
            run, ended = await self._execute(cell)
            if run.state == "timeout" or ended is not Ended.NOT:
                self.killers.add(cell.key)
            if ended is not Ended.NOT:
                return False
        return True

    async def stop(self) -> None:
        if self.kernel is not None:
            kernel, self.kernel = self.kernel, None
            await kernel.stop()

    def result(self) -> Run:
        cells = tuple(self.done.get(cell.key) or CellRun(cell.key, "not-run") for cell in self.job.cells)
        return Run(cells, self.seconds, self.restarts, self.stopped, reported=False)  # type: ignore[arg-type]
