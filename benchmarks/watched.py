"""A `kit watch` that runs, and how long it takes from a submission to what follows from it."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType

from benchmarks.measure import Cost
from benchmarks.start import program
from benchmarks.tree import seconds_below, seconds_of
from kit.course import Course
from kit.exchange import Receipt, open_exchange

SECONDS = 180.0
"""When a decision is given up; generous."""
PAUSE = 0.5
"""Between the end of one and the next: a reconciler at rest is what is measured."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Seconds from the end of `submit`, by the clock."""

    decided: float
    """To the decision in the ledger."""
    out: float
    """To the feedback, the next notebook and the standing being there for the learner."""


class Watched:
    """`kit watch` in *course* from the beginning of the block to its end."""

    def __init__(self, course: Course) -> None:
        self.course = course
        command = [program("kit"), "-C", str(course.root), "watch"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self) -> Watched:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def hand_in(self, learner: str, folder: Path) -> Answered:
        """Hand *folder* in and wait until all that follows is there; TimeoutError if it does not come."""
        exchange = open_exchange(self.course)
        before = self._standing(learner)
        receipt = exchange.submit(learner, folder.name, folder)
        handed_in = time.time()
        decided = self._wait_for(receipt)
        while self._standing(learner) == before:
            self._still_there(handed_in)
        return Answered(decided - handed_in, self._standing(learner) - handed_in)

    def hand_in_all(self, folders: Sequence[tuple[str, Path]]) -> Cost:
        """One after the other; the first one, which finds a cold executor, does not count. Medians of one submission.

        Its processor time is that of `kit watch` and of everything it started.
        """
        self.hand_in(*folders[0])
        time.sleep(PAUSE)
        used, found = self._used(), []
        for learner, folder in folders[1:]:
            found.append(self.hand_in(learner, folder).decided)
            time.sleep(PAUSE)
        return Cost(statistics.median(found), (self._used() - used) / len(found))

    def _used(self) -> float:
        return seconds_of(self._process.pid) + seconds_below(self._process.pid)

    def _wait_for(self, receipt: Receipt) -> float:
        """When the decision on it was written, in seconds since 1970."""
        key = f"decided:{receipt.learner}:{receipt.submission}:1"
        begin = time.time()
        with closing(sqlite3.connect(self.course.ledger_url.removeprefix("sqlite:///"))) as ledger:
            while True:
                row = ledger.execute("SELECT recorded_at FROM event WHERE key = ?", (key,)).fetchone()
                if row:
                    return datetime.fromisoformat(row[0]).timestamp()
                self._still_there(begin)

    def _standing(self, learner: str) -> float:
        """When the learner's standing was last written: the last thing a round does for them."""
        path = self.course.exchange_path / learner / "progress.json"
        return path.stat().st_mtime if path.exists() else 0.0

    def _still_there(self, begin: float) -> None:
        time.sleep(0.02)
        if self._process.poll() is not None or time.time() > begin + SECONDS:
            raise TimeoutError("kit watch has ended, or did not answer")
