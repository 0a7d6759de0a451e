"""Who may work on a course at the same time.

- `alone`: one reconciler for as long as it lives (`kit run`, `kit watch`): a second one leaves
- `at_work`: one piece of work at a time (a round of the reconciler, a build, a restore): the next one waits

The system lets go of both when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from kit.course import Course
from kit.errors import Busy
from kit.files import storing


@contextmanager
def alone(course: Course) -> Iterator[None]:
    """Be the course's only reconciler; Busy with the other one's process number if there is one."""
    with _lock_file(course, "reconciler.lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise Busy(
                f"Process {file.read().strip() or 'unknown'} already works on this course (kit run or kit watch). "
                "It does everything that is to be done; there is no need for a second one."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def at_work(course: Course) -> Iterator[None]:
    """Hold the course still: waits until the round, build or restore that is going on has ended."""
    with _lock_file(course, "work.lock") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _lock_file(course: Course, name: str) -> Iterator[TextIO]:
    path = course.gradebook_dir / name
    with storing(f"The lock {name}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    with file:
        yield file
