"""Temporary folders of submissions, and the processes a submission left behind: none outlives its grading.

Inside bubblewrap the end of the pid namespace does it. Without, a process that called ``setsid`` and outlived its
parent is found again by what it inherited: a mark in its environment, or its working folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

MARK = "KIT_SUBMISSION"
_PREFIX = "kit-run-"
_OWNER = "owner"


def new_folder() -> Path:
    """A new temporary folder that says whose it is, in case its grader is killed."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_temporary()))
    (folder / _OWNER).write_text(_owner(os.getpid()))
    return folder


def remove_folder(folder: Path) -> None:
    """Remove *folder*, also where the learner's code took the rights to it away."""
    for root, folders, _ in os.walk(folder):
        for name in folders:
            with contextlib.suppress(OSError):
                if not os.path.islink(os.path.join(root, name)):
                    os.chmod(os.path.join(root, name), 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of graders that were killed. Those of living ones, and of other accounts, are left alone."""
    for folder in Path(_temporary()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError, ValueError):
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            said = (folder / _OWNER).read_text()
            pid = int(said.split()[0])
            if said == _owner(pid) and not said.endswith("unknown") and not Path(f"/proc/{pid}").exists():
                remove_folder(folder)


def _owner(pid: int) -> str:
    # A pid means something in its own pid namespace only: containers may share /tmp.
    try:
        return f"{pid} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return f"{pid} unknown"


def _temporary() -> str:
    """Where temporary folders go; a socket's path may have 107 letters only."""
    usual = tempfile.gettempdir()
    return usual if len(usual) <= 60 else "/tmp"


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
