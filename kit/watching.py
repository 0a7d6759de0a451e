"""`kit watch`: reconcile whenever something arrives, until told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from kit.course import Course, load_course
from kit.cycle import reconcile
from kit.errors import KitError
from kit.files import write_text
from kit.lock import alone, at_work
from kit.stages.opened import Scope, Step, Watch, open_course

NUDGE = ".nudge"
"""Touched in the exchange when something happened that no learner's folder shows: an override, a new build."""


class _Stopped(BaseException):
    """Ends a round between two steps; the next one takes up from there."""


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

    Busy if another reconciler is at work. An error that the kit knows is told by *report*, once, and the round tried
    again; the course is read anew each time.
    """
    wake = threading.Event()

    def told(step: Step) -> None:
        if watch is not None:
            watch(step)
        if stop.is_set():
            raise _Stopped

    with alone(course):
        nudge(course)
        listener = threading.Thread(target=_listen, args=(course.exchange_path, stop, wake), daemon=True)
        listener.start()
        pause = 1.0  # what arrived before the listener was ready is found by a second look
        trouble = ""
        while not stop.is_set():
            wake.clear()
            try:
                # Read anew each time: a unit may have been added or mended meanwhile.
                course = load_course(course.root)
                with at_work(course), open_course(course, scope=scope, watch=told) as opened:
                    reconcile(opened)
                trouble = ""
            except _Stopped:
                break
            except KitError as error:
                # One bad moment (a full disk, a unit being edited) must not end the course for everybody.
                if str(error) != trouble:
                    trouble = str(error)
                    report(trouble)
            _wait(wake, stop, pause)
            pause = every
        stop.set()
        listener.join()


def _wait(wake: threading.Event, stop: threading.Event, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not (stop.is_set() or wake.wait(0.1) or time.monotonic() > end):
        pass


def nudge(course: Course) -> None:
    """Make a running `kit watch` look now."""
    write_text(course.exchange_path / NUDGE, "")


def _listen(exchange: Path, stop: threading.Event, wake: threading.Event) -> None:
    from watchfiles import watch

    signs = watch(
        exchange, watch_filter=lambda _, path: _is_arrival(path), stop_event=stop, debounce=100, step=50,
        rust_timeout=500, raise_interrupt=False,
    )  # fmt: skip
    for _ in signs:
        wake.set()


def _is_arrival(path: str) -> bool:
    return path.endswith(NUDGE) or "/inbox/" in path or "/fetched/" in path
