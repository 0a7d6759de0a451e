"""Ends every process a submission left behind, however it hid from its parent.

Inside bubblewrap the end of the pid namespace does it. Without, a process that called ``setsid`` and outlived its
parent is found again by what it inherited: a mark in its environment, or its working folder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

MARK = "KIT_SUBMISSION"


def end_leftovers(mark: str, folder: Path, *, rounds: int = 20) -> None:
    """Kill every process that carries *mark* in its environment or works in *folder*, until none is left.

    A process that forks faster than it is found gets several rounds; what then remains is stopped by the host's limits.
    """
    for _ in range(rounds):
        found = [pid for pid in _pids() if _belongs(pid, mark, folder)]
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _pids() -> list[int]:
    own = os.getpid()
    try:
        return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) != own]
    except FileNotFoundError:  # no /proc (macOS): the process group was all that could be ended
        return []


def _belongs(pid: int, mark: str, folder: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        if f"{MARK}={mark}".encode() in (process / "environ").read_bytes().split(b"\0"):
            return b"State:\tZ" not in (process / "status").read_bytes()
        return Path(os.readlink(process / "cwd")).is_relative_to(folder)
    except OSError:
        return False
