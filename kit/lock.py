"""One reconciler at a time on one course."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from kit.course import Course
from kit.errors import Busy
from kit.files import storing


@contextmanager
def alone(course: Course) -> Iterator[None]:
    """Hold the course's lock; the system lets go of it when this process ends, however it ends."""
    path = course.gradebook_dir / "reconciler.lock"
    with storing("The reconciler's lock"):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    with file:
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
