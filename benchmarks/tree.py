"""Processor time of this process and of everything it started, whether it has ended or goes on living.

A warm parent, a pool of kernels and `kit watch` outlive what is measured: nobody has waited for them, so the system has
not yet added their time to ours. Their own time is read from /proc, with that of the children they have waited for.
Two looks at it, before and after, tell what was used in between, to one hundredth of a second for each living process;
what a process did that ended is not lost as long as its parent waits for it, which kernels, bubblewrap and the warm
parent do, also where a process namespace is killed with everything in it.
"""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds_used() -> float:
    """User and system time so far, of this process and all it started. Linux; elsewhere without what still lives."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used) + seconds_below(os.getpid())


def seconds_below(pid: int) -> float:
    """The same of every living descendant of the process *pid*, without its own."""
    return sum(seconds_of(child) + seconds_below(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """The living children of the process *pid*; none where there is no /proc."""
    found: list[int] = []
    with contextlib.suppress(OSError):  # the process, or one of its threads, has ended since
        for thread in os.listdir(f"/proc/{pid}/task"):
            found += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split())
    return found


def seconds_of(pid: int) -> float:
    """User and system time of a process and of the children it has waited for; 0 if it is gone."""
    with contextlib.suppress(OSError):
        # After the command's name, which may hold blanks: fields 14 to 17 (proc(5)).
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15]) / _TICKS
    return 0.0
