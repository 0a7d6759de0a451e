"""The judge: runs the tests of one submission, with stand-ins for the learner's functions and values.

    begin     modules, imports, own names and classes, files; the socket to the learner's process
    check     run what the learner may see of a check
    finish    run the rest of it

Its code and the tests are trusted; what comes from the learner's process is data (see `links`, `values`, `mirrors`).
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from typing import Any

from .judging import Bench
from .links import OverTime, Stopped
from .reporting import trouble_of, value_of
from .wire import Closed, Wire

AGAIN_SECONDS = 0.5
"""A check that caught the first alarm gets another, and so on."""


def serve(grader, folder):
    """Do what the grader says until it closes its end; files of the course are written below *folder*."""
    Judge(grader, folder).serve()


class Judge:
    """The messages of the grader, one method each."""

    def __init__(self, grader, folder):
        self.grader = grader
        self.folder = folder
        self.loop: Any = None
        self.bench: Any = None
        self.late = None
        """The alarm that went off during the check."""
        self.open = {}
        """Checks of which a hidden part remains, by key."""

    def serve(self):
        """Until the grader is gone."""
        requests = {"begin": self.begin, "check": self.check, "finish": self.finish}
        while True:
            try:
                message, blobs, fds = self.grader.receive()
            except Closed:
                return
            self.grader.send({"did": message["do"], **requests[message["do"]](message, blobs, fds)})

    def begin(self, message, blobs, fds):
        """Lay out the files and get ready."""
        for path, content in zip(message["files"], blobs, strict=True):
            place = os.path.join(self.folder, *path.split("/"))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content)
        os.chdir(self.folder)
        signal.signal(signal.SIGALRM, self._alarm)
        shared = Wire(socket.socket(fileno=fds[0])) if fds else None
        self.bench = Bench(message, shared, self._run)
        return {}

    def check(self, message, blobs, fds):
        """Run the visible part of a check."""
        own = Wire(socket.socket(fileno=fds[0])) if message["own"] else None
        if "loop" in message["source"]:
            self._looping()
        check = self.bench.check(message, own, blobs[0] if blobs else None)
        report = self._timed(check, message["seconds"], check.begin)
        if report["state"] == "ran" and check.remains:
            self.open[check.key] = check
            return {**report, "state": "open", "value": None}
        return report

    def finish(self, message, blobs, fds):
        """Run the hidden part."""
        check = self.open.pop(message["key"])
        report = self._timed(check, message["seconds"], check.finish)
        return {**report, "output": ""}

    def _timed(self, check, seconds, run):
        self.bench.allow(time.monotonic() + seconds)
        lost = check.link.lost
        state, trouble, value, self.late = "ran", None, None, None
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds + 0.1, AGAIN_SECONDS)
            try:
                value = value_of(run())
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except Stopped as error:
            state = "timeout" if isinstance(error, OverTime) else "died"
        except BaseException as error:
            state, trouble = "failed", trouble_of(error, check.filename)
            trouble["theirs"] = any(error is one for one in check.theirs)
        # The test may have caught it.
        stopped = self.late or (check.link.lost if check.link.lost is not lost else None)
        if stopped is not None:
            state, trouble = "timeout" if isinstance(stopped, OverTime) else "died", None
        report = {"key": check.key, "state": state, "value": value if state == "ran" else None, "trouble": trouble}
        return {**report, "output": check.printed(), "lost": self.bench.is_lost()}

    def _run(self, awaitable):
        return self._looping().run_until_complete(awaitable)

    def _looping(self):
        """The event loop, made when the first test needs it: most need none."""
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
        return self.loop

    def _alarm(self, *_):
        self.late = OverTime("the test itself took too long")
        raise self.late
