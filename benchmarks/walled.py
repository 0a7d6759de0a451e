"""Processor time of processes behind walls (in a process namespace of their own), most of what grading costs.

The system adds a process's time to whoever waits for it. When walls come down, everything behind them is killed and
nobody waits. So it is looked at every few milliseconds while it lives; what it uses after the last look is missing.
Walls that still stand at the end are counted by `benchmarks.tree`, exactly.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

from benchmarks.tree import children, seconds_below, seconds_of

EVERY_SECONDS = 0.02


class Walled:
    """Looks, from `start` to `stop`, at every descendant of this process that lives in another process namespace."""

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}
        """By the outermost process behind each of the walls: its time and that of everything below it."""
        self._before: dict[int, float] = {}
        self._looking = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._own = _namespace("self")

    def start(self) -> None:
        """Begin to look."""
        self._look_once()
        self._before = dict(self._seconds)
        self._thread.start()

    def stop(self) -> tuple[float, float, float]:
        """Seconds used behind walls; of these the ones behind walls that are gone; seconds it took to look."""
        self._end.set()
        self._thread.join()
        standing = self._look_once()
        used = {pid: seconds - self._before.get(pid, 0.0) for pid, seconds in self._seconds.items()}
        lost = sum(seconds for pid, seconds in self._seconds.items() if pid not in standing)
        return sum(used.values()), lost, self._looking

    def _look(self) -> None:
        if self._own is None:  # not Linux: there are no walls
            return
        while not self._end.wait(EVERY_SECONDS):
            self._look_once()
        self._looking = time.thread_time()

    def _look_once(self) -> set[int]:
        standing = set(self._walled(os.getpid()))
        for pid in standing:
            # The outer process first: a child that ends meanwhile is then missing in this look, but never there twice.
            now = seconds_of(pid) + seconds_below(pid)
            self._seconds[pid] = max(now, self._seconds.get(pid, 0.0))
        return standing

    def _walled(self, pid: int) -> Iterator[int]:
        for child in children(pid):
            if _namespace(str(child)) not in (self._own, None):
                yield child
            else:
                yield from self._walled(child)


def _namespace(pid: str) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None
