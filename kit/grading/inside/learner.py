"""The learner's process: runs their cells one by one, and keeps for each check what the names meant at its place.

    begin    lay out the files                          before anything of theirs runs
    cell     run one cell
    view     a check stands here: keep the names; fork where later cells could change what they lead to
    answer   answer the judge's questions, once all cells have run

Nothing of this process is trusted, and nothing in it is secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import socket
import sys
import time
from typing import Any

from . import answers, views
from .shell import Shown, take_over, trouble
from .wire import Closed, Wire

FORK_TRIES = 100


def serve(wire, shell, home):
    """Do what comes over *wire* until it is closed."""
    Learner(wire, shell, home).serve()


class Learner:
    """The state of the process: its shell, its loop, and the views taken so far."""

    def __init__(self, wire, shell, home):
        self.wire = wire
        self.shell = shell
        self.home = home
        self.loop = asyncio.new_event_loop()
        self.views = {}
        self.names = {}
        """File name under which IPython compiled a cell → the cell's key."""
        self.key = ""
        self.forked = ""
        """The check that the last fork answers for, if no cell has run since."""
        self.hardened: Any = None
        self._name_of = shell.compile.get_code_name
        shell.compile.get_code_name = self._named
        asyncio.set_event_loop(self.loop)

    def serve(self):
        """Answer requests in their order."""
        requests = {"begin": self.begin, "cell": self.cell, "view": self.view, "answer": self.answer}
        while True:
            try:
                message, blobs, fds = self.wire.receive()
            except Closed:
                return
            except KeyboardInterrupt:  # meant for a cell that had just ended
                continue
            reply = requests[message["do"]](message, blobs, fds)
            self.wire.send({"did": message["do"], "number": message.get("number"), **reply})

    def begin(self, message, blobs, fds):
        """Lay out the files; take what hardened checks start from, if there will be any."""
        for path, content in zip(message["files"], blobs, strict=True):
            place = os.path.join(self.home, *path.split("/"))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content)
        os.chdir(self.home)
        self.shown = Shown(message["output_bytes"])
        take_over(self.shell, self.shown)
        _new_chances()
        if message["hardened"] is not None:
            from .hardened import Hardened

            self.hardened = Hardened(message["hardened"])
        # Only now, and after the standard library: never the learner's own numpy.py instead of the real one.
        sys.path.append("")
        return {}

    def cell(self, message, blobs, fds):
        """Run a cell; its outputs, and the exception that ended it."""
        self.key, self.forked = message["key"], ""
        self.shown.begin()
        try:
            error = self.shell.run(message["source"], self.loop)
        except BaseException as escaped:  # an interrupt between two steps of IPython's own
            error = escaped
        said = trouble(error, self.names) if error is not None else None
        return {"trouble": said, "outputs": self.shown.take()}

    def view(self, message, blobs, fds):
        """Keep what the names mean here; *own*: a fork of its own will answer for this check."""
        key, inside = message["key"], message["inside"]
        view = views.take(self.shell.user_ns, message["reads"])
        pid = 0
        if view.moving and not inside and self.forked:  # no cell since that fork: it answers for this check, too
            os.close(fds[0])
            return {"own": True, "pid": 0, "joined": self.forked}
        if inside or view.moving:
            try:
                pid = _fork(message["again"])
            except OSError as error:  # what the learner's code left running has used up the processes there may be
                os.close(fds[0])
                return {"own": False, "full": str(error)}
            if pid == 0:
                self._stand_in(Wire(socket.socket(fileno=fds[0])), key, view, message)
        else:
            self.views[key] = view
        if pid and not inside:
            self.forked = key
        os.close(fds[0])
        return {"own": pid != 0, "pid": pid}

    def answer(self, message, blobs, fds):
        """Answer the judge until it closes its end."""
        judge = Wire(socket.socket(fileno=fds[0]))
        answers.serve(judge, self.shell.user_ns, self.views, run=self.loop.run_until_complete)
        judge.close()
        return {}

    # --- a fork for one check -----------------------------------------------------------------------------------------

    def _stand_in(self, wire, key, view, message):
        """The rest of a fork's life: answer for one check, or run it here; then end."""
        try:
            self.wire.sock.close()
            _be_quiet()
            # The grader stops waiting; this stops the processor too, unless the learner's code is out to prevent it.
            _limit_cpu(message["seconds"])
            if message["inside"]:
                self._run_inside(wire, key)
            else:
                answers.serve(wire, self.shell.user_ns, {key: view}, run=self.loop.run_until_complete)
        finally:
            os._exit(0)

    def _run_inside(self, wire, key):
        """Run the check that is sent once all cells have run."""
        message, _, _ = wire.receive()
        self.shown.begin()
        report = self.hardened.run(message["source"], key, self.shell, self.loop)
        wire.send({"did": "inside", "nonce": message["nonce"], **report})

    def _named(self, *arguments, **named):
        name = self._name_of(*arguments, **named)
        self.names[name] = self.key
        return name


def _fork(again):
    """`os.fork`; again: what was in its way has been ended, and goes off the list as it is waited for."""
    for left in reversed(range(FORK_TRIES if again else 1)):
        try:
            return os.fork()
        except OSError:
            if not left:
                raise
            _take_off_the_list()
            time.sleep(0.02)
    raise AssertionError("the last try returns or raises")


def _take_off_the_list():
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


def _be_quiet():
    """Nothing a fork prints reaches anybody but the judge."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _limit_cpu(seconds):
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime + seconds) + 2
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (min(allowed, hard) if hard > 0 else allowed, hard))


def _new_chances():
    """Every child of the warm parent has the same random state: give this one its own."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
