"""The cells of one submission, run in order; begun again without the cells that end its process."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kit.errors import GraderFault
from kit.grading.executors.job import CellJob, CellRun, CellState
from kit.grading.executors.nursery import Child, Role
from kit.grading.executors.pieces import cell_outputs, trouble_from
from kit.grading.executors.spill import Spill
from kit.grading.inside.wire import Closed, Garbled, Wire

if TYPE_CHECKING:
    from kit.grading.executors.sittings import Sittings

GRACE_SECONDS = 2.0
"""From the interrupt of a cell that ran too long to the end of its process."""
VIEW_SECONDS = 10.0
"""To keep the names at the place of a check; a thousandth of it is usual."""
TIDY_SECONDS = 5.0
STRAY_MESSAGES = 16
"""More than so many that nobody asked for are no accident."""


class Ended(Exception):
    """A process ended, or had to be ended; *key*: the cell it ran."""

    def __init__(self, key: str) -> None:
        self.key = key


class Sitting:
    """One pair of processes."""

    def __init__(self, sittings: Sittings, stack: ExitStack) -> None:
        self.all = sittings
        self.job = sittings.job
        self.stack = stack
        # Each check may need a fork of the learner's process, besides what they start themselves.
        checks = sum(cell.check for cell in self.job.cells)
        self.limits = replace(self.job.limits, processes=self.job.limits.processes + checks)
        self.spill = stack.enter_context(Spill(self.job.limits.output_bytes))
        self.learner = self.fork("learner")
        self.learner.wire.takes_at_most = self._longest()
        self.asked = 0
        self.checks: dict[str, Wire | None] = {}
        """Checks whose place was reached → the wire to a fork of their own, if they have one."""
        self.joined: dict[str, str] = {}
        """Checks that are answered for by the fork of an earlier one: no cell stands between them."""
        self._begin_learner()

    def fork(self, role: Role) -> Child:
        """A child that ends with this sitting."""
        given = self.spill.ends if role == "learner" else ()
        child = self.all.nursery.fork(role, self.limits, given)
        self.stack.callback(self._end, child)
        return child

    def _end(self, child: Child) -> None:
        child.end()
        self.all.cpu_seconds += child.cpu_seconds

    # --- the learner's cells ------------------------------------------------------------------------------------------

    def _begin_learner(self) -> None:
        ground = self.job.ground
        inside = any(cell.check and cell.mode == "inside" for cell in self.job.cells)
        hardened = {
            "modules": list(ground.modules), "imports": dict(ground.imports),
            "own_names": list(ground.own_names), "own_classes": list(ground.own_classes),
        }  # fmt: skip
        begin = {
            "do": "begin", "files": list(self.job.files), "output_bytes": self.job.limits.output_bytes,
            "hardened": hardened if inside else None,
        }  # fmt: skip
        self.ours(self.learner, begin, blobs=list(self.job.files.values()))

    def run_cells(self, cells: tuple[CellJob, ...]) -> None:
        """Every cell of the learner's, in order; at the place of a check its view of the names is taken."""
        for cell in cells:
            if self.all.seconds >= self.job.limits.notebook_seconds:
                self.all.stopped = "time"
                return
            if cell.check:
                self._view(cell)
                if cell.released and cell.key not in self.all.killers:
                    self._cell(replace(cell, source=cell.released))
            elif cell.key not in self.all.killers and not self._timed_out(cell.key):
                self.all.note(self._cell(cell))

    def _timed_out(self, key: str) -> bool:
        return key in self.all.done and self.all.done[key].state == "timeout"

    def _cell(self, cell: CellJob) -> CellRun:
        """Run one cell; `Ended` when its process is gone afterwards."""
        request = {"do": "cell", "key": cell.key, "source": cell.source}
        reply, late = None, False
        with self._clock() as allowed:
            try:
                reply = self._asked(request, allowed)
            except TimeoutError:
                late = True
                self.learner.interrupt()
                reply = self._answer_within(GRACE_SECONDS)
        outputs = cell_outputs(reply, self.spill.take(), self.job.limits.output_bytes)
        trouble = trouble_from(reply.get("trouble")) if reply is not None else None
        state: CellState = "timeout" if late else "died" if reply is None else "failed" if trouble else "ran"
        run = CellRun(cell.key, state, outputs, trouble)
        if reply is None:
            if not cell.check:
                self.all.note(run)
            raise Ended(cell.key)
        return run

    def _view(self, check: CellJob) -> None:
        """Have the names kept as they are at the place of *check*, in a fork of its own where that is needed."""
        with self._clock():
            reply = self._viewed(check, again=False)
        if reply is not None and "full" in reply:  # no room for the fork: what cells left running is in its way
            self.learner.tidy(TIDY_SECONDS)
            reply = self._viewed(check, again=True)
        if reply is None or "full" in reply:
            raise Ended(self.before(check))

    def _viewed(self, check: CellJob, again: bool) -> dict[str, Any] | None:
        ours, theirs = socket.socketpair()
        request = {
            "do": "view", "key": check.key, "reads": list(check.reads), "inside": check.mode == "inside",
            "seconds": self.job.limits.cell_seconds, "again": again,
        }  # fmt: skip
        wire = Wire(ours, self._longest())
        wire.takes_fds = False
        self.stack.callback(wire.close)
        try:
            reply = self._asked(request, VIEW_SECONDS, [theirs.fileno()])
        except TimeoutError:
            return None
        finally:
            theirs.close()
        if reply is None:
            return None
        if type(reply.get("pid")) is int and reply["pid"] > 0:
            self.learner.keep(reply["pid"])
        joined = reply.get("joined")
        if check.mode == "apart" and type(joined) is str and self.checks.get(joined) is not None:
            self.joined[check.key] = joined
            self.checks[check.key] = self.checks[joined]
        else:
            # A test that runs inside has a fork of its own, whatever is said about it.
            self.checks[check.key] = wire if reply.get("own") is True or check.mode == "inside" else None
        return reply

    def _longest(self) -> int:
        """The longest message taken from the learner's process: what a cell shows, escaped, and its error."""
        return 12 * self.job.limits.output_bytes + 2_000_000

    def before(self, check: CellJob) -> str:
        """The last cell of the learner's that ran before *check*: what it left running ended the process."""
        ran = [cell.key for cell in self.job.cells[: self.job.cells.index(check)] if cell.key in self.all.done]
        return next((key for key in reversed(ran) if key not in self.all.killers), check.key)

    @contextmanager
    def _clock(self) -> Iterator[float]:
        """The seconds allowed; what was used is added up."""
        limits, began = self.job.limits, time.monotonic()
        try:
            yield min(limits.cell_seconds, max(0.5, limits.notebook_seconds - self.all.seconds))
        finally:
            self.all.seconds += time.monotonic() - began

    # --- asking -------------------------------------------------------------------------------------------------------

    def _asked(self, request: dict[str, Any], seconds: float, fds: Any = ()) -> dict[str, Any] | None:
        """The learner's process's reply; None when it is gone, TimeoutError when it takes longer than *seconds*."""
        until = time.monotonic() + seconds
        self.asked += 1
        try:
            self.learner.wire.send({**request, "number": self.asked}, fds=fds, until=until)
            return self._answer(until)
        except (Closed, Garbled):
            return None

    def _answer_within(self, seconds: float) -> dict[str, Any] | None:
        try:
            return self._answer(time.monotonic() + seconds)
        except (Closed, Garbled, TimeoutError):
            return None

    def _answer(self, until: float) -> dict[str, Any]:
        wire = self.learner.wire
        stray = 0
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            ready, _, _ = select.select([wire.fileno(), *self.spill.reads], [], [], left)
            if wire.fileno() in ready:
                reply = wire.receive(max(until, time.monotonic() + 1.0))[0]
                if reply.get("number") == self.asked:
                    return reply
                stray += 1  # a cell wrote on this wire itself
                if stray > STRAY_MESSAGES:
                    raise Garbled("messages nobody asked for")
            self.spill.drain()

    def ours(self, child: Child, message: dict[str, Any], blobs: Any = (), fds: Any = ()) -> dict[str, Any]:
        """A request to which only we ourselves can fail to answer: GraderFault."""
        try:
            until = time.monotonic() + 60.0
            child.wire.send(message, blobs, fds, until)
            if child is self.learner:
                child.pen(self.limits, until)
            reply: dict[str, Any] = child.wire.receive(until)[0]
            return reply
        except (Closed, Garbled, OSError) as error:
            said = "".join(text for _, text in self.spill.take())[-1000:]
            raise GraderFault(
                f"A process of the graders did not begin ({type(error).__name__}, {child.why or 'no reason'}). {said}"
            ) from None
