"""Processor time of processes behind walls (in a process namespace of their own), most of what grading costs.

The system adds a process's time to whoever waits for it. Behind walls nobody does: everything there is killed with
them. So it is looked at every few milliseconds while it lives; what it uses after the last look is missing.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

EVERY_SECONDS = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")


class Walled:
    """Looks, from `start` to `stop`, at every descendant of this process that lives in another process namespace."""

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}
        self._looking = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._own = _namespace("self")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> tuple[float, float]:
        """Seconds the walled processes used, and the ones it took this process to look at them."""
        self._end.set()
        self._thread.join()
        return sum(self._seconds.values()), self._looking

    def _look(self) -> None:
        if self._own is None:  # not Linux: there are no walls
            return
        while not self._end.wait(EVERY_SECONDS):
            for pid in _descendants([os.getpid()]):
                with contextlib.suppress(OSError):  # it has ended since
                    if _namespace(str(pid)) not in (self._own, None):
                        self._seconds[pid] = _used(pid)
        self._looking = time.thread_time()


def _descendants(of: Iterable[int]) -> Iterator[int]:
    for pid in of:
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                children = [int(word) for word in path.read_text().split()]
                yield from children
                yield from _descendants(children)


def _namespace(pid: str) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def _used(pid: int) -> float:
    # After the command's name, which may hold blanks: fields 14 and 15 are user and system time (proc(5)).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
