"""The service's hand in the ledger: who was enrolled by the hub, and what was received, before anybody is told so.

The ledger stays open between requests. When another file has taken its place (`kit restore`), it is opened anew, so
that no event ever goes into a ledger that was moved aside.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.course import Course
from kit.exchange import Receipt
from kit.hub.roster import BY
from kit.ledger import Ledger
from kit.records import Event
from kit.stages.opened import open_ledger
from kit.stages.people import enrol


class Book:
    """The ledger of *course*, open while it is needed; many threads may write."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._ledger: Ledger | None = None
        self._file: tuple[int, int] | None = None
        self._users = 0
        self._lock = threading.Condition()
        self._writing = threading.Lock()

    def enrol(self, learner: str, section: str = "") -> bool:
        """Enrol *learner*, into *section* if one is named, if the ledger does not have them; whether it had not."""
        with self._open() as ledger:
            if any(event.kind == "enrolled" for event in ledger.events(learner)):
                return False
        sections = {learner: section} if section else {}
        return enrol(self._course, {learner: ""}, by=BY, sections=sections).added > 0

    def received(self, receipt: Receipt, *, sha256: str, size: int, door: str) -> bool:
        """Write down that a submission is in the exchange; False where that stands there already.

        *sha256* and *size* (bytes) are those of the parcel as it came. LedgerError if it cannot be written.
        """
        data = {"submission": receipt.submission, "sha256": sha256, "bytes": size, "door": door}
        event = Event(
            f"received:{receipt.learner}:{receipt.submission}", "received", receipt.learner, receipt.at,
            receipt.learner, None, receipt.assignment, data,
        )  # fmt: skip
        # One after the other: threads that find SQLite taken sleep for longer than a commit takes.
        with self._open() as ledger, self._writing:
            return bool(ledger.append([event]))

    def close(self) -> None:
        """Let go of the ledger; its journal is brought up to date."""
        with self._lock:
            self._let_go()

    @contextmanager
    def _open(self) -> Iterator[Ledger]:
        with self._lock:
            while self._ledger is not None and self._identity() != self._file and self._users:
                self._lock.wait()
            if self._ledger is not None and self._identity() != self._file:
                # Its journal is the new ledger's now: nothing of the old one belongs there.
                self._ledger.abandon()
                self._ledger = None
            if self._ledger is None:
                self._ledger = open_ledger(self._course)
                self._file = self._identity()
            ledger = self._ledger
            self._users += 1
        try:
            yield ledger
        finally:
            with self._lock:
                self._users -= 1
                self._lock.notify_all()

    def _let_go(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _identity(self) -> tuple[int, int] | None:
        """Which file the ledger is; None for one that is no file."""
        url = self._course.ledger_url
        if not url.startswith("sqlite:///"):
            return None
        try:
            about = os.stat(Path(url.removeprefix("sqlite:///")))
        except OSError:
            return (0, 0)
        return about.st_dev, about.st_ino
