"""How much memory a child and everything it started use, and how many processes they are.

A limit per process does not hold against four processes that each stay below it: what counts is the sum. Looked at from
the warm parent, whose ``/proc`` shows every process of every child.
"""

from __future__ import annotations

import os
import time

_NO_LIMIT = 1 << 22
_PAGE = os.sysconf("SC_PAGESIZE")


class Tally:
    """The limits of one child: *memory_bytes* and *processes* for the whole tree below *pid*."""

    def __init__(self, pid, memory_bytes, processes):
        self.pid = pid
        self.memory_bytes = memory_bytes
        self.processes = processes
        self._not_before = 0.0

    def over(self):
        """ "memory" or "processes" where the tree is over its limit, else ""."""
        tree = self._tree(self.processes)
        if len(tree) > self.processes:
            return "processes"
        # Cheap first: pages that processes share after a fork are counted for each of them here.
        if sum(_resident(pid) for pid in tree) <= self.memory_bytes:
            return ""
        began = time.monotonic()
        if began < self._not_before:
            return ""
        used = sum(_proportional(pid) for pid in tree)
        # The exact sum takes long where processes are many; looking at it must not become the work.
        self._not_before = began + 10 * (time.monotonic() - began)
        return "memory" if used > self.memory_bytes else ""

    def others(self, kept):
        """Processes of the tree but the first one and those *kept* (numbers of its own namespace)."""
        return [pid for pid in self._tree(_NO_LIMIT) if pid != self.pid and _inner(pid) not in kept]

    def _tree(self, most):
        try:
            first = _children(self.pid)
        except OSError:
            return [self.pid]
        found, waiting = [self.pid], first
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            try:
                waiting.extend(_children(pid))
            except OSError:
                continue
            if len(found) > most:
                break
        return found


def _children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
            found += [int(word) for word in file.read().split()]
    return found


def _inner(pid):
    """The number of a process in its own namespace; 0 where it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return next((int(line.split()[-1]) for line in file if line.startswith("NSpid:")), 0)
    except OSError:
        return 0


def _resident(pid):
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid):
    """A page that n processes share counts 1/n for each; all of what is resident where the kernel does not say."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
    except OSError:
        return _resident(pid)
