"""Limits of memory and processes that the kernel itself keeps, where this account may make control groups.

Version 2 where its controllers are handed down to us, else version 1. Where neither can be had, the warm parent's own
look at the processes (`inside/tally.py`) and the limits of each process remain.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import time
from dataclasses import dataclass
from pathlib import Path

from kit.course import Limits

ROOT = Path("/sys/fs/cgroup")
_NUMBERS = itertools.count()
_FILES = {
    # version, controller → the file that holds the limit
    (2, "memory"): "memory.max",
    (2, "pids"): "pids.max",
    (1, "memory"): "memory.limit_in_bytes",
    (1, "pids"): "pids.max",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Where groups can be made."""

    version: int
    folders: tuple[tuple[str, Path], ...]
    """(controller, folder); the same folder for both in version 2."""


class Group:
    """The control group of one submission, from its first process on; `close` once all of them have ended."""

    def __init__(self, ground: Ground, pid: int, limits: Limits) -> None:
        name = f"kit-{os.getpid()}-{next(_NUMBERS)}"
        self._folders = {folder / name for _, folder in ground.folders}
        for folder in self._folders:
            folder.mkdir()
        wanted = {"memory": limits.memory_bytes + 2 * limits.scratch_bytes, "pids": limits.processes}
        for controller, folder in ground.folders:
            (folder / name / _FILES[ground.version, controller]).write_text(str(wanted[controller]))
        for folder in self._folders:
            with contextlib.suppress(FileNotFoundError):  # version 2 alone can end them together
                (folder / "memory.oom.group").open("r+").write("1")
            (folder / "cgroup.procs").write_text(str(pid))

    def close(self) -> None:
        """Remove the group; a process that is just ending gets a moment."""
        for folder in self._folders:
            for _ in range(50):
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)


def group_for(pid: int, limits: Limits) -> Group | None:
    """A group with *limits* that holds the process *pid*; None where that cannot be had."""
    ground = find_ground()
    if ground is None:
        return None
    try:
        return Group(ground, pid, limits)
    except OSError:
        return None


@functools.cache
def find_ground() -> Ground | None:
    """Where this account may make groups, tried once per process."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    own = {names: path.lstrip("/") for _, names, path in (line.split(":", 2) for line in lines)}
    return _version_2(own.get("")) or _version_1(own)


def _version_2(path: str | None) -> Ground | None:
    for root in (ROOT, ROOT / "unified"):
        if path is None or not (root / "cgroup.controllers").is_file():
            continue
        # A group that holds processes hands nothing down: ours may, or the one we were put into beside others.
        for folder in (root / path, (root / path).parent):
            if folder.is_relative_to(root) and {"memory", "pids"} <= _handed_down(folder) and _may_make(folder):
                return Ground(2, (("memory", folder), ("pids", folder)))
    return None


def _handed_down(folder: Path) -> set[str]:
    try:
        return set((folder / "cgroup.subtree_control").read_text(encoding="ascii").split())
    except OSError:
        return set()


def _version_1(own: dict[str, str]) -> Ground | None:
    found = []
    for names, path in own.items():
        for controller in {"memory", "pids"} & set(names.split(",")):
            folder = ROOT / names / path
            if (folder / _FILES[1, controller]).parent.is_dir() and _may_make(folder):
                found.append((controller, folder))
    return Ground(1, tuple(found)) if len(found) == 2 else None


def _may_make(folder: Path) -> bool:
    trial = folder / f"kit-{os.getpid()}-trial"
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError:
        return False
    return True
