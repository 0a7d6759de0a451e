"""One submission, begun again without the cells that end its process, until everything that can be known of it is."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from kit.grading.executors.job import CellRun, Job, Run
from kit.grading.executors.judgement import Judgement
from kit.grading.executors.nursery import Nursery
from kit.grading.executors.sitting import Ended, Sitting


@dataclass
class Sittings:
    """A job under way: what is known of its cells, and which of them end their process."""

    job: Job
    nursery: Nursery
    done: dict[str, CellRun] = field(default_factory=dict)
    killers: set[str] = field(default_factory=set)
    """Cells that ended a process or had to be stopped with it: never run again."""
    restarts: int = 0
    seconds: float = 0.0
    """Used by the cells, not by the machinery around them."""
    cpu_seconds: float = 0.0
    """Processor time of all of it."""
    stopped: str = ""

    @property
    def starved(self) -> bool:
        """Whether something ran out of time without having had the processor for even half of it."""
        late = self.stopped == "time" or any(run.state == "timeout" for run in self.done.values())
        return late and self.cpu_seconds < self.seconds / 2

    def run(self) -> Run:
        """Sit as often as it takes: each time without the cells that ended the process before."""
        while self._interrupted():
            if self.restarts == self.job.limits.kernel_restarts:
                # What stands before the end of the road is judged all the same.
                undone = self._first_undone()
                if self._interrupted(until=undone) or undone < len(self.job.cells):
                    self.stopped = "restarts"
                break
            self.restarts += 1
        cells = tuple(self.done.get(cell.key) or CellRun(cell.key, "not-run") for cell in self.job.cells)
        return Run(cells, self.seconds, self.restarts, self.stopped)  # type: ignore[arg-type]

    def _interrupted(self, until: int | None = None) -> bool:
        """One sitting; whether a process ended before everything was done."""
        with ExitStack() as stack:
            try:
                sitting = Sitting(self, stack)
                sitting.run_cells(self.job.cells[:until])
                Judgement(sitting).carry_out()
            except Ended as ended:
                self.killers.add(ended.key)
                return True
        return False

    def _first_undone(self) -> int:
        places = (n for n, cell in enumerate(self.job.cells) if not cell.check and cell.key not in self.done)
        return next(places, len(self.job.cells))

    def note(self, run: CellRun) -> None:
        """Keep what became of a cell the first time; when it is run again for its effects, that says nothing new."""
        self.done.setdefault(run.key, run)
