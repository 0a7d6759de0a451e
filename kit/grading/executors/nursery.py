"""The grader's end of the warm parent: asks for children, and is told when they end."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal

from kit.course import Limits
from kit.errors import GraderFault, KitError
from kit.grading.executors.cgroups import Group, find_ground, group_for
from kit.grading.executors.leftovers import end_leftovers, new_folder, remove_folder
from kit.grading.executors.sandbox import INSIDE, Walls, enclose_parent, environment
from kit.grading.inside.wire import Closed, Garbled, Wire

START_SECONDS = 180.0
"""A warm parent that has not answered by then is our fault; generous, as graders are busy machines."""
OF_THE_PARENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # One heap of large pages instead of many small ones: a fork copies the table of pages, and ends with it.
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""The warm parent's environment, besides what learner code gets."""
END_SECONDS = 120.0
"""A child that is not gone by then takes the warm parent with it; generous, as above."""
Role = Literal["learner", "judge"]


@functools.cache
def _starter(pid: int) -> ThreadPoolExecutor:
    """The thread of this process that starts warm parents.

    Bubblewrap dies with the *thread* that started it (PR_SET_PDEATHSIG); a worker's ends with its round, this one's
    never.
    """
    return ThreadPoolExecutor(1, thread_name_prefix="kit-nursery-starter")


@dataclass
class Child:
    """A process that the warm parent forked for one submission."""

    id: int
    wire: Wire
    nursery: Nursery
    home: Path | None
    """Its folder where there are no walls: removed with it."""
    mark: str
    """By which what it started is found there."""
    gone: threading.Event = field(default_factory=threading.Event)
    tidied: threading.Event = field(default_factory=threading.Event)
    group: Group | None = None
    """Its control group, where there are any."""
    why: str = ""
    """Why the warm parent ended it: "memory", "processes", or "" if it did not."""
    cpu_seconds: float = 0.0
    """Processor time it used, once it is gone; without that of forks it did not wait for."""

    def pen(self, limits: Limits, until: float) -> None:
        """Put it into a control group of its own, before anything of a learner's runs in it.

        To be called once, when its first message is expected: with that the kernel tells its number as we see it.
        """
        if find_ground() is None:
            return
        sock = self.wire.sock
        sock.settimeout(max(0.1, until - time.monotonic()))
        _, notes, _, _ = sock.recvmsg(1, socket.CMSG_SPACE(12), socket.MSG_PEEK)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        for level, kind, data in notes:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                self.group = group_for(struct.unpack("3i", data)[0], limits)

    def interrupt(self) -> None:
        """Ask the code that runs in it to stop (SIGINT)."""
        self.nursery.tell({"do": "interrupt", "id": self.id})

    def keep(self, pid: int) -> None:
        """Tell which of its forks, by the number they have there, is ours: it answers for a check."""
        self.nursery.tell({"do": "keep", "id": self.id, "pid": pid})

    def tidy(self, seconds: float) -> None:
        """End what its code left running, apart from those; waits for it, at most so many seconds."""
        self.tidied.clear()
        self.nursery.tell({"do": "tidy", "id": self.id})
        self.tidied.wait(seconds)

    def end(self) -> None:
        """End it with everything it started; returns when nothing of it is left."""
        if not self.gone.is_set():
            self.nursery.tell({"do": "end", "id": self.id})
            if not self.gone.wait(END_SECONDS):
                self.nursery.close()
        self.wire.close()
        if self.group is not None:
            self.group.close()
        if self.home is not None:
            end_leftovers(self.mark, self.home)
            remove_folder(self.home.parent)


class Nursery:
    """One warm parent, started when it is first needed. Several threads may ask it for children."""

    def __init__(
        self, walls: Walls, preload: Sequence[str], hidden: Sequence[Path] = (), interpreter: str = sys.executable
    ) -> None:
        self._walls = walls
        self._numbers = count()
        self._children: dict[int, Child] = {}
        self._lock = threading.Lock()
        outer = enclose_parent(walls, interpreter, [INSIDE], hidden)
        ours, theirs = socket.socketpair()
        self._control = Wire(ours)
        self._control.takes_fds = False
        self._folder = new_folder()
        argv = [interpreter, "-s", str(INSIDE / "__main__.py"), str(theirs.fileno()), str(int(walls.bwrap is not None))]
        env = environment(walls, self._folder / "home", interpreter)
        with (self._folder / "stderr").open("wb") as stderr:
            self._process = _starter(os.getpid()).submit(
                subprocess.Popen,
                [*outer, *argv, *preload],
                env={**env, **OF_THE_PARENT},
                cwd="/" if walls.account else self._folder,  # which another account could not even name
                stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            ).result()  # fmt: skip
        theirs.close()
        self._wait_for_it()
        self._over = False
        self._reader = threading.Thread(target=self._listen, name="kit-nursery", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        """Whether it can be asked for children."""
        return not self._over

    def _wait_for_it(self) -> None:
        try:
            message, _, _ = self._control.receive(time.monotonic() + START_SECONDS)
        except (Closed, Garbled, TimeoutError) as error:
            said = (self._folder / "stderr").read_text(errors="replace").strip()[-2000:]
            self.close()
            raise GraderFault(f"The warm parent did not start ({error or type(error).__name__}): {said}") from None
        if message["missing"]:
            self.close()
            raise KitError(
                f"course.toml: preload names what cannot be had where submissions run: {'; '.join(message['missing'])}."
                " Install it into the environment that grades, or take it out of `preload`."
            )

    def fork(self, role: Role, limits: Limits, descriptors: Sequence[int] = ()) -> Child:
        """A new child; *descriptors*: what a learner's process gets as standard output and error.

        GraderFault when the warm parent is gone.
        """
        ours, theirs = socket.socketpair()
        if role == "learner" and find_ground() is not None:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        home = None
        if role == "learner" and self._walls.bwrap is None:
            home = new_folder() / "home"
            home.mkdir()
        wire = Wire(ours)
        wire.takes_fds = False
        child = Child(next(self._numbers), wire, self, home, secrets.token_hex(16) if home else "")
        with self._lock:
            over = self._over
            self._children[child.id] = child
        if over:
            theirs.close()
            child.gone.set()
            child.end()
            raise GraderFault("The warm parent of the graders has ended. The next round starts it again.")
        message = {
            "do": "fork", "id": child.id, "role": role, "home": str(home) if home else None, "mark": child.mark,
            "memory_bytes": limits.memory_bytes, "processes": limits.processes,
            "scratch_bytes": limits.scratch_bytes, "seconds": 2 * limits.notebook_seconds,
        }  # fmt: skip
        try:
            self.tell(message, [theirs.fileno(), *descriptors])
        finally:
            theirs.close()
        return child

    def tell(self, message: dict[str, object], descriptors: Sequence[int] = ()) -> None:
        """Send *message*; nothing happens where the warm parent is gone, which everybody who waits is told anyway."""
        with contextlib.suppress(Closed), self._lock:
            self._control.send(message, fds=descriptors)

    def _listen(self) -> None:
        try:
            while True:
                message, _, _ = self._control.receive()
                if message["did"] == "tidy":
                    with self._lock:
                        tidied = self._children.get(message["id"])
                    if tidied is not None:
                        tidied.tidied.set()
                    continue
                with self._lock:
                    child = self._children.pop(message["id"], None)
                if child is not None:
                    self._bury(child, message["why"], message["cpu"])
        except (Closed, Garbled, OSError):
            with self._lock:
                self._over = True
                children, self._children = list(self._children.values()), {}
            for child in children:
                self._bury(child, "", 0.0)

    @staticmethod
    def _bury(child: Child, why: str, cpu_seconds: float) -> None:
        child.why, child.cpu_seconds = why, cpu_seconds
        child.gone.set()
        child.tidied.set()
        with contextlib.suppress(OSError):  # whoever waits for its answer sees that it is gone
            child.wire.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the warm parent and every child of it."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._control.sock.shutdown(socket.SHUT_RDWR)
        if hasattr(self, "_reader") and self._reader is not threading.current_thread():
            self._reader.join()
        self._control.close()
        remove_folder(self._folder)
