"""One submission, from its first cell to its last check; begun again without the cells that end its process."""

from __future__ import annotations

import secrets
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from kit.errors import GraderFault
from kit.grading.executors.job import CellJob, CellRun, CellState, Job, Run, Trouble
from kit.grading.executors.nursery import Child, Nursery
from kit.grading.executors.pieces import cell_outputs, trouble_from, value_from
from kit.grading.executors.spill import Spill
from kit.grading.inside.wire import Closed, Garbled, Wire

GRACE_SECONDS = 2.0
"""From the interrupt of a cell that ran too long to the end of its process."""
SLACK_SECONDS = 5.0
"""What the judge may take beyond the time of the check it carries out: the machine may be busy."""


@dataclass
class Sittings:
    """A job under way: what is known of its cells, and which of them end their process."""

    job: Job
    nursery: Nursery
    done: dict[str, CellRun] = field(default_factory=dict)
    killers: set[str] = field(default_factory=set)
    """Cells that ended a process or had to be stopped with it: never run again."""
    restarts: int = 0
    seconds: float = 0.0
    """Used by the cells, not by the machinery around them."""
    stopped: str = ""

    def run(self) -> Run:
        """Sit as often as it takes: each time without the cells that ended the process before."""
        while self._interrupted():
            if self.restarts == self.job.limits.kernel_restarts:
                # What stands before the end of the road is judged all the same.
                undone = self._first_undone()
                if self._interrupted(until=undone) or undone < len(self.job.cells):
                    self.stopped = "restarts"
                break
            self.restarts += 1
        cells = tuple(self.done.get(cell.key) or CellRun(cell.key, "not-run") for cell in self.job.cells)
        return Run(cells, self.seconds, self.restarts, self.stopped)  # type: ignore[arg-type]

    def _interrupted(self, until: int | None = None) -> bool:
        """One sitting; whether a process ended before everything was done."""
        with ExitStack() as stack:
            try:
                sitting = _Sitting(self, stack)
                sitting.run_cells(self.job.cells[:until])
                sitting.judge()
            except _Ended as ended:
                self.killers.add(ended.key)
                return True
        return False

    def _first_undone(self) -> int:
        places = (n for n, cell in enumerate(self.job.cells) if not cell.check and cell.key not in self.done)
        return next(places, len(self.job.cells))

    def note(self, run: CellRun) -> None:
        """Keep what became of a cell the first time; when it is run again for its effects, that says nothing new."""
        self.done.setdefault(run.key, run)


class _Ended(Exception):
    """A process ended, or had to be ended; *key*: the cell it ran."""

    def __init__(self, key: str) -> None:
        self.key = key


class _Sitting:
    """One pair of processes."""

    def __init__(self, sittings: Sittings, stack: ExitStack) -> None:
        self.all = sittings
        self.job = sittings.job
        self.stack = stack
        # Each check may need a fork of the learner's process, besides what they start themselves.
        checks = sum(cell.check for cell in self.job.cells)
        self.limits = replace(self.job.limits, processes=self.job.limits.processes + checks)
        self.spill = stack.enter_context(Spill(self.job.limits.output_bytes))
        self.learner = self._fork("learner")
        self.asked = 0
        self.checks: dict[str, Wire | None] = {}
        """Checks whose place was reached → the wire to a fork of their own, if they have one."""
        self.printed: dict[str, tuple[dict[str, Any], ...]] = {}
        self._begin_learner()

    def _fork(self, role: Any) -> Child:
        given = self.spill.ends if role == "learner" else ()
        child = self.all.nursery.fork(role, self.limits, given)
        self.stack.callback(child.end)
        return child

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
        self._ours(self.learner, begin, blobs=list(self.job.files.values()))

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
        """Run one cell; `_Ended` when its process is gone afterwards."""
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
            raise _Ended(cell.key)
        return run

    def _view(self, check: CellJob) -> None:
        """Have the names kept as they are at the place of *check*, in a fork of its own where that is needed."""
        reply = self._viewed(check, again=False)
        if reply is not None and "full" in reply:  # no room for the fork: what cells left running is in its way
            self.learner.tidy(SLACK_SECONDS)
            reply = self._viewed(check, again=True)
        if reply is None or "full" in reply:
            raise _Ended(self._before(check))

    def _viewed(self, check: CellJob, again: bool) -> dict[str, Any] | None:
        ours, theirs = socket.socketpair()
        request = {
            "do": "view", "key": check.key, "reads": list(check.reads), "inside": check.mode == "inside",
            "seconds": self.job.limits.cell_seconds, "again": again,
        }  # fmt: skip
        wire = Wire(ours)
        self.stack.callback(wire.close)
        try:
            reply = self._asked(request, self.job.limits.cell_seconds, [theirs.fileno()])
        except TimeoutError:
            return None
        finally:
            theirs.close()
        own = reply is not None and reply.get("own") is True
        if own and reply is not None and type(reply.get("pid")) is int:
            self.learner.keep(reply["pid"])
        self.checks[check.key] = wire if own else None
        return reply

    def _before(self, check: CellJob) -> str:
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
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            ready, _, _ = select.select([wire.fileno(), *self.spill.reads], [], [], left)
            if wire.fileno() in ready:
                reply = wire.receive(max(until, time.monotonic() + 1.0))[0]
                if reply.get("number") == self.asked:  # not what a cell wrote on this wire itself
                    return reply
            self.spill.drain()

    def _ours(self, child: Child, message: dict[str, Any], blobs: Any = (), fds: Any = ()) -> dict[str, Any]:
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

    # --- the checks ---------------------------------------------------------------------------------------------------

    def judge(self) -> None:
        """Carry out the checks whose place was reached: first what learners may see of each, then what is hidden."""
        reached = [cell for cell in self.job.cells if cell.key in self.checks and cell.key not in self.all.killers]
        apart = [cell for cell in reached if cell.mode == "apart"]
        if apart:
            judge = self._begin_judge()
            remain = [cell for cell in apart if self._in_time() and self._judged(judge, cell, "check")]
            for cell in remain:
                if self._in_time():
                    self._judged(judge, cell, "finish")
        for cell in reached:
            if cell.mode == "inside" and cell.key not in self.all.done and self._in_time():
                self.all.note(self._inside(cell))

    def _in_time(self) -> bool:
        """Whether there is time for another check: they have as much again as the cells."""
        if self.all.seconds < 2 * self.job.limits.notebook_seconds:
            return True
        self.all.stopped = "time"
        return False

    def _begin_judge(self) -> Child:
        ground = self.job.ground
        files = {path: self.job.files[path] for path in self.job.given}
        ours, theirs = socket.socketpair()
        try:
            self.learner.wire.send({"do": "answer"}, fds=[theirs.fileno()], until=time.monotonic() + 5.0)
        except (Closed, TimeoutError):
            raise _Ended(self._before(self.job.cells[-1])) from None
        finally:
            theirs.close()
        judge = self._fork("judge")
        begin = {
            "do": "begin", "modules": list(ground.modules), "imports": dict(ground.imports),
            "own_names": list(ground.own_names), "own_classes": list(ground.own_classes),
            "output_bytes": self.job.limits.output_bytes, "files": list(files),
        }  # fmt: skip
        with ours:
            self._ours(judge, begin, list(files.values()), [ours.fileno()])
        return judge

    def _judged(self, judge: Child, check: CellJob, do: str) -> bool:
        """Carry *check* out as far as asked; whether a part remains. `_Ended` when others must be asked again."""
        own = self.checks[check.key]
        request: dict[str, Any] = {"do": do, "key": check.key, "seconds": self.job.limits.cell_seconds}
        if do == "check":
            request |= {
                "source": check.source, "hidden_from": check.hidden_from, "reads": list(check.reads),
                "shares": list(check.shares), "own": own is not None,
            }  # fmt: skip
        fds = [own.fileno()] if own is not None and do == "check" else []
        began = time.monotonic()
        try:
            until = began + self.job.limits.cell_seconds + SLACK_SECONDS
            judge.wire.send(request, fds=fds, until=until)
            reply = judge.wire.receive(until)[0]
        except (Closed, Garbled, TimeoutError) as error:
            # The answer of the learner's was more than even the judge could bear.
            state: CellState = "timeout" if isinstance(error, TimeoutError) else "died"
            self.all.note(CellRun(check.key, state))
            raise _Ended(check.key) from None
        finally:
            self.all.seconds += time.monotonic() - began
        # What it prints before the hidden part begins; nothing after that is shown.
        printed = self.printed.setdefault(check.key, cell_outputs(reply, (), self.job.limits.output_bytes))
        if reply["state"] == "open":
            return True
        self.all.note(
            CellRun(
                check.key,
                reply["state"],
                printed,
                trouble_from(reply.get("trouble"), check.key),
                value_from(reply.get("value")),
            )
        )
        if reply.get("lost"):
            raise _Ended(check.key)
        return False

    def _inside(self, check: CellJob) -> CellRun:
        """Run *check* in the fork that was made for it; what it reports is believed as far as hardening goes."""
        wire, nonce = self.checks[check.key], secrets.token_hex(16)
        assert wire is not None
        began = time.monotonic()
        until = began + self.job.limits.cell_seconds
        try:
            wire.send({"do": "inside", "source": check.source, "nonce": nonce}, until=until)
            while (reply := wire.receive(until)[0]).get("nonce") != nonce:
                continue
        except TimeoutError:
            return CellRun(check.key, "timeout")
        except (Closed, Garbled):
            return CellRun(check.key, "died")
        finally:
            self.all.seconds += time.monotonic() - began
        value = value_from(reply.get("value")) if reply.get("passed") is True else None
        if value is not None:
            return CellRun(check.key, "ran", value=value)
        trouble = trouble_from(reply.get("trouble"), check.key) or Trouble("Unreported", "")
        return CellRun(check.key, "failed", trouble=trouble)
