"""Submissions side by side, or one alone: what another one does to the machine must cost nobody their time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Company:
    """Lets any number in together, or one alone."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._present = 0
        self._alone = False
        self._entered = 0
        """How often anybody has come in so far."""

    @contextmanager
    def together(self) -> Iterator[Visit]:
        """Come in as soon as nobody has to be alone."""
        with self._change:
            self._change.wait_for(lambda: not self._alone)
            self._present += 1
            self._entered += 1
            visit = Visit(self._present > 1, self._entered)
        try:
            yield visit
        finally:
            with self._change:
                visit.met_somebody |= self._entered > visit.entered
                self._present -= 1
                self._change.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until all have gone, and keep out who comes meanwhile."""
        with self._change:
            self._change.wait_for(lambda: not self._alone)
            self._alone = True
            self._change.wait_for(lambda: self._present == 0)
        try:
            yield
        finally:
            with self._change:
                self._alone = False
                self._change.notify_all()


class Visit:
    """One submission's time in company; `met_somebody` is right when it is over."""

    def __init__(self, met_somebody: bool, entered: int) -> None:
        self.met_somebody = met_somebody
        self.entered = entered
