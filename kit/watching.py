"""`kit watch`: reconcile whenever something arrives, until told to stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kit.course import Course, load_course
from kit.errors import KitError
from kit.files import write_text
from kit.lock import alone, at_work

if TYPE_CHECKING:
    from kit.stages.opened import OpenCourse, Scope, Step, Watch

NUDGE = ".nudge"
"""Touched in the exchange when something happened that no learner's folder shows: an override, a new build."""


AT_ONCE = 8
"""Learners a round is about at most: when a class hands in at once, the first do not wait until the last are graded."""


class _Stopped(BaseException):
    """Ends a round between two steps; the next one takes up from there."""


class _Bell:
    """Rung when something arrives; says whom the next round is about, in the order of arrival."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._learners: dict[str, None] = {}
        self._everybody = False

    def ring(self, learners: set[str], everybody: bool) -> None:
        """Something came from *learners*, or something that may concern *everybody*."""
        with self._lock:
            self._learners.update(dict.fromkeys(sorted(learners)))
            self._everybody |= everybody
            self._rung.set()

    def wait(self, seconds: float) -> bool:
        """Whether it rang within so many *seconds*."""
        return self._rung.wait(seconds)

    def take(self) -> frozenset[str] | None:
        """Whom the next round is about: the first `AT_ONCE` learners; None for everybody, also where no sign came."""
        with self._lock:
            everybody = self._everybody or not self._learners
            first = frozenset(islice(self._learners, None if everybody else AT_ONCE))
            self._learners = {name: None for name in self._learners if name not in first}
            self._everybody = False
            if not self._learners:
                self._rung.clear()
        return None if everybody else first


def watch_course(
    course: Course,
    stop: threading.Event,
    *,
    scope: Scope | None = None,
    watch: Watch | None = None,
    report: Callable[[str], None] = lambda words: None,
    every: float = 20.0,
) -> None:
    """Reconcile whenever something arrives (or *every* so many seconds), until *stop* is set.

    A round that a learner's arrival began is about this learner; the others are for everybody. What rounds need stays
    in memory: the records, to which only new events are added, and whatever the executor keeps warm.

    Busy if another reconciler is at work. An error that the kit knows is told by *report*, once, and the round tried
    again; the course is read anew each time.
    """
    # Not above: who only nudges needs no grader in memory.
    from kit.cycle import reconcile
    from kit.stages.opened import Scope, open_course

    bell = _Bell()

    def told(step: Step) -> None:
        if watch is not None:
            watch(step)
        if stop.is_set():
            raise _Stopped

    with alone(course):
        nudge(course)
        listener = threading.Thread(target=_listen, args=(course.exchange_path, stop, bell), daemon=True)
        listener.start()
        pause = 1.0  # what arrived before the listener was ready is found by a second look
        trouble = ""
        before: OpenCourse | None = None
        threading.Thread(target=_warm_up, args=(course,), daemon=True).start()
        while not stop.is_set():
            arrived = bell.take()
            about = _narrowed(scope or Scope(), arrived)
            try:
                # Read anew each time: a unit may have been added or mended meanwhile.
                course = load_course(course.root)
                with at_work(course), open_course(course, scope=about, watch=told, before=before) as opened:
                    before = opened
                    reconcile(opened)
                if arrived is None:  # a round about somebody else says nothing about what went wrong
                    trouble = ""
            except _Stopped:
                break
            except KitError as error:
                # One bad moment (a full disk, a unit being edited) must not end the course for everybody.
                if str(error) != trouble:
                    trouble = str(error)
                    report(trouble)
            _wait(bell, stop, pause)
            pause = every
        stop.set()
        listener.join()


def _warm_up(course: Course) -> None:
    """Get ready for the first submission, while nobody waits for it; if that fails, its round will say so."""
    from kit.grading.executors import open_executor

    with suppress(KitError):
        open_executor(course).warm_up()


def _narrowed(scope: Scope, arrived: frozenset[str] | None) -> Scope:
    """*scope* with those of its learners alone who have *arrived* (None: all of them)."""
    if arrived is None:
        return scope
    return replace(scope, learners=arrived if scope.learners is None else arrived & scope.learners)


def _wait(bell: _Bell, stop: threading.Event, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not (stop.is_set() or bell.wait(0.1) or time.monotonic() > end):
        pass


def nudge(course: Course) -> None:
    """Make a running `kit watch` look now, for everybody."""
    write_text(course.exchange_path / NUDGE, "")


def stop_at_end_of_input(stop: threading.Event, grace: float = 10.0) -> None:
    """Set *stop* when standard input ends, which it does when whoever started this process is gone, however that was.

    What is then not between two steps within *grace* seconds is killed where it stands: a successor waits for the
    course, and takes up from there.
    """

    def read() -> None:
        with suppress(OSError, ValueError):
            while os.read(0, 4096):
                pass
        stop.set()
        time.sleep(grace)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=read, name="kit-end-of-input", daemon=True).start()


def _listen(exchange: Path, stop: threading.Event, bell: _Bell) -> None:
    from watchfiles import Change, watch

    # Handed in, fetched, nudged: everything appears by a rename or as an empty file, whole at once, so there is nothing
    # to wait for. (A longer `step` is that much added to every answer.)
    signs = watch(
        exchange, watch_filter=lambda change, path: change != Change.deleted and _sign(path) is not None,
        stop_event=stop, debounce=30, step=10, rust_timeout=500, raise_interrupt=False,
    )  # fmt: skip
    for changes in signs:
        names = {_sign(path) for _, path in changes} - {None}
        bell.ring({name for name in names if name}, "" in names)


def _sign(path: str) -> str | None:
    """The learner whose arrival is at *path*, "" for a nudge; None for what is no sign, or not finished yet."""
    if path.endswith(f"/{NUDGE}"):
        return ""
    parts = path.split("/")
    arrived = len(parts) > 3 and parts[-2] in ("inbox", "fetched") and not parts[-1].startswith(".")
    return parts[-3] if arrived else None
