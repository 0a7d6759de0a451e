"""The warm parent: has imported once what every submission needs, and forks a child for each.

    fork        a child with a wire of its own: a learner's process or a judge
    interrupt   SIGINT for a child
    keep        a fork of a child that answers for a check
    tidy        end what a child has started, apart from those
    end         kill a child and everything it started

Every child's end is told, with the reason where the parent had to end it. The parent runs no code of a course: what it
has in memory can be read in every child.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

from . import walls
from .tally import Tally
from .wire import Closed, Wire

ALWAYS = ("numpy", "numpy.testing", "pandas", "matplotlib.pyplot")
"""Imported besides IPython, where they are installed."""
DRAWING = ("matplotlib_inline.backend_inline",)
"""Imported once the shell is there, which it looks for."""
MARK = "KIT_SUBMISSION"
TIDYINGS = 40
_LARGE = 2 * 1024**2
_COLLAPSE = 25
"""Since Linux 6.1; before, nothing happens."""
LOOK_SECONDS = 0.05
"""Between two looks at how much memory the children use."""


@dataclass
class Child:
    """A child that was not waited for yet."""

    id: int
    pid: int
    tally: Tally
    folder: str | None
    """A judge's, to be removed with it."""
    kept: set[int] = field(default_factory=set)
    """Forks that answer for a check, by their number in its own namespace."""
    spared: bool = False
    """Whether it was over its limits once, and only what it left running was ended."""
    why: str = ""
    """Why the parent ended it."""


def start(control, preload, walled):
    """Import everything, say what could not be, and serve until the grader closes its end of *control*."""
    missing = _import_all((*ALWAYS, *preload), preload)
    from .shell import make_shell

    shell = make_shell()
    _import_all(DRAWING)
    from . import answers, judge, learner, privileges, seccomp, views  # noqa: F401  # loaded once, for every child

    for name in ("PYTHONMALLOC", "GLIBC_TUNABLES"):
        os.environ.pop(name, None)  # of this process only, not of programs that learner code starts
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page
    _gather()
    if threading.active_count() != 1:
        missing.append(f"threads are running: {[thread.name for thread in threading.enumerate()]}")
    control.send({"did": "start", "missing": missing, "python": sys.version.split()[0]})
    Parent(control, shell, walled).serve()


def _gather():
    """Put what is in memory into large pages: a fork copies the table of pages, and ends with it."""
    libc = ctypes.CDLL(None, use_errno=True)
    with contextlib.suppress(OSError), open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        for line in maps.read().splitlines():
            place, rights, _, _, inode, *name = line.split(maxsplit=5)
            start, end = (int(edge, 16) for edge in place.split("-"))
            start, end = -(-start // _LARGE) * _LARGE, end // _LARGE * _LARGE
            if rights == "rw-p" and inode == "0" and name in ([], ["[heap]"]) and start < end:
                libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _COLLAPSE)


def _import_all(names, required=()):
    missing = []
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:
            if name in required:
                missing.append(f"{name} ({type(error).__name__}: {error})")
    return missing


def _needed():
    """Folders that imports in a child may still read, none inside another."""
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.path.abspath(__file__))}
    return sorted(folder for folder in folders if not any(folder.startswith(other + "/") for other in folders))


def _tidy(child):
    """End what it has started; first all of it is stopped, for the living could start others in place of the dead."""
    stopped: set[int] = set()
    for _ in range(TIDYINGS):
        others = set(child.tally.others(child.kept))
        if others <= stopped:
            break
        for pid in others - stopped:
            _signal(pid, signal.SIGSTOP)
        stopped |= others
    for pid in stopped:
        _signal(pid, signal.SIGKILL)


def _signal(pid, number):
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


class Parent:
    """The loop of the warm parent."""

    def __init__(self, control, shell, walled):
        self.control = control
        self.shell = shell
        self.walled = walled
        self.account = os.getuid(), os.getgid()  # a child in a new namespace no longer knows it
        self.children = {}
        """By pid."""
        self.woken, waker = os.pipe()
        for end in (self.woken, waker):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the grader's terminal is the grader's business
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)

    def serve(self):
        """Until the grader is gone."""
        look = 0.0
        with contextlib.suppress(Closed):
            while True:
                patience = LOOK_SECONDS if self.children else None
                ready, _, _ = select.select([self.control, self.woken], [], [], patience)
                if self.woken in ready:
                    os.read(self.woken, 4096)
                self._bury()
                if self.control in ready:
                    self._do(*self.control.receive())
                if self.children and time.monotonic() - look > LOOK_SECONDS:
                    look = time.monotonic()
                    self._watch()
        for child in self.children.values():
            self._kill(child)

    def _do(self, message, _, fds):
        if message["do"] == "fork":
            self._fork(message, fds)
            return
        child = next((child for child in self.children.values() if child.id == message["id"]), None)
        if child is None:
            return
        if message["do"] == "interrupt":
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGINT)
        elif message["do"] == "keep":
            child.kept.add(message["pid"])
        elif message["do"] == "tidy":
            _tidy(child)
            self.control.send({"did": "tidy", "id": child.id})
        else:
            self._kill(child)

    def _fork(self, message, fds):
        judging = message["role"] == "judge"
        folder = tempfile.mkdtemp(prefix="judge-") if judging else None
        pid = walls.fork(self.walled and not judging)
        if pid == 0:
            status = 1
            try:
                self._be_child(message, fds, folder)
                status = 0
            except BaseException:  # the grader sees that its wire is closed
                import traceback

                with contextlib.suppress(Exception):
                    os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(status)
        self.children[pid] = Child(
            message["id"], pid, Tally(pid, message["memory_bytes"], message["processes"]), folder
        )
        for descriptor in fds:
            os.close(descriptor)

    def _be_child(self, message, fds, folder):
        from .privileges import drop

        judging = folder is not None
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        home = folder or message["home"] or walls.HOME
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        if not judging:
            os.dup2(fds[1], 1)
            os.dup2(fds[2], 2)
        walls.keep_only(fds[:1])
        with contextlib.suppress(OSError):  # it already leads a session where it has namespaces of its own
            os.setsid()
        if self.walled and not judging:
            walls.map_user(*self.account)
        walls.limit(message["memory_bytes"], message["processes"], message["seconds"])
        if not judging:
            walls.step_back()
        if self.walled and not judging:
            walls.furnish(message["scratch_bytes"], _needed())
        if self.walled:
            drop(dumpable=not judging)  # the parent looks at how much memory a learner's process shares with its forks
            from .seccomp import install

            install()
        os.environ["HOME"] = home
        if message["mark"]:
            os.environ[MARK] = message["mark"]  # by which programs it starts are found, where no walls hold them
        wire = Wire(socket.socket(fileno=fds[0]))
        if judging:
            from .judge import serve as judge

            judge(wire, folder)
        else:
            from .learner import serve

            serve(wire, self.shell, home)

    # --- ends ---------------------------------------------------------------------------------------------------------

    def _watch(self):
        for child in self.children.values():
            why = child.tally.over()
            if why and not child.spared and self.walled:
                child.spared = True  # what earlier cells left running must not cost the one that runs now
                _tidy(child)
            elif why and not child.why:
                child.why = why
                self._kill(child)

    def _kill(self, child):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)  # its pid namespace ends with it
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)

    def _bury(self):
        while self.children:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self.children.pop(pid, None)
            if child is None:
                continue
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            if child.folder is not None:
                shutil.rmtree(child.folder, ignore_errors=True)
            cpu = used.ru_utime + used.ru_stime
            self.control.send({"did": "end", "id": child.id, "status": status, "why": child.why, "cpu": cpu})
