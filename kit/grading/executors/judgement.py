"""The checks of one sitting, carried out once all of the learner's cells have run.

The order keeps secrets: first what learners may see of each check, then the hidden parts. From the first hidden line on
the learner's process knows values that it must not pass on: what ends after that is marked as `late`.
"""

from __future__ import annotations

import secrets
import socket
import time
from dataclasses import replace
from typing import Any

from kit.grading.executors.job import CellJob, CellRun, CellState, Trouble
from kit.grading.executors.nursery import Child
from kit.grading.executors.pieces import cell_outputs, trouble_from, value_from
from kit.grading.executors.sitting import STRAY_MESSAGES, Ended, Sitting
from kit.grading.inside.ready import packed
from kit.grading.inside.wire import Closed, Garbled
from kit.syntax import ONE_AT_A_TIME

SLACK_SECONDS = 5.0
"""What the judge may take beyond the time of the check it carries out: the machine may be busy."""


class Judgement:
    """The judge of a sitting, and what it has found so far."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting = sitting
        self.all = sitting.all
        self.job = sitting.job
        self.printed: dict[str, tuple[dict[str, Any], ...]] = {}
        self.late = False
        """Whether a hidden part has begun."""

    def carry_out(self) -> None:
        """Carry out the checks whose place was reached and that have not ended a process."""
        reached = [cell for cell in self.job.cells if cell.key in self.sitting.checks]
        reached = [cell for cell in reached if cell.key not in self.all.killers]
        apart = self._in_sequence([cell for cell in reached if cell.mode == "apart"])
        inside = [cell for cell in reached if cell.mode == "inside" and cell.key not in self.all.done]
        judge = self._begin() if apart else None
        remain = [cell for cell in apart if judge and self._in_time() and self._judged(judge, cell, "check")]
        # Those without a hidden part first: what they say can still be shown.
        for cell in sorted(inside, key=lambda cell: cell.hidden_from is not None):
            self.late |= cell.hidden_from is not None
            if self._in_time():
                self.all.note(self._inside(cell))
        self.late |= bool(remain)
        for cell in remain:
            if judge and self._in_time():
                self._judged(judge, cell, "finish")

    def _in_sequence(self, checks: list[CellJob]) -> list[CellJob]:
        """A check whose fork met hidden values before it comes after them, as a whole: it sees what they did there."""
        hidden = {check.key for check in checks if check.hidden_from is not None}
        ordered = []
        for check in checks:
            first = self.sitting.joined.get(check.key)
            family = {first, *(key for key, other in self.sitting.joined.items() if other == first)} if first else set()
            before = {other.key for other in checks[: checks.index(check)]} & family & hidden
            ordered.append(replace(check, hidden_from=1) if before else check)
        return ordered

    def _in_time(self) -> bool:
        """Whether there is time for another check: they have as much again as the cells."""
        if self.all.seconds < 2 * self.job.limits.notebook_seconds:
            return True
        self.all.stopped = "time"
        return False

    def _begin(self) -> Child:
        ground = self.job.ground
        files = {path: self.job.files[path] for path in self.job.given}
        ours, theirs = socket.socketpair()
        with ours, theirs:
            try:
                wire = self.sitting.learner.wire
                wire.send({"do": "answer"}, fds=[theirs.fileno()], until=time.monotonic() + 5.0)
            except (Closed, TimeoutError):
                raise Ended(self.sitting.before(self.job.cells[-1])) from None
            theirs.close()
            judge = self.sitting.fork("judge")
            begin = {
                "do": "begin", "modules": list(ground.modules), "imports": dict(ground.imports),
                "own_names": list(ground.own_names), "own_classes": list(ground.own_classes),
                "output_bytes": self.job.limits.output_bytes, "files": list(files),
            }  # fmt: skip
            self.sitting.ours(judge, begin, list(files.values()), [ours.fileno()])
        return judge

    def _judged(self, judge: Child, check: CellJob, do: str) -> bool:
        """Carry *check* out as far as asked; whether a part remains. `Ended` when others must be asked again."""
        began = time.monotonic()
        try:
            reply = self._asked(judge, check, do, began + self.job.limits.cell_seconds + SLACK_SECONDS)
        except (Closed, Garbled, TimeoutError) as error:
            # The answer of the learner's was more than even the judge could bear.
            state: CellState = "timeout" if isinstance(error, TimeoutError) else "died"
            self.all.note(CellRun(check.key, state, late=self.late))
            raise Ended(check.key) from None
        finally:
            self.all.seconds += time.monotonic() - began
        # What it prints before the hidden part begins; nothing after that is shown.
        printed = self.printed.setdefault(check.key, cell_outputs(reply, (), self.job.limits.output_bytes))
        if reply["state"] == "open":
            return True
        trouble, value = trouble_from(reply.get("trouble"), check.key), value_from(reply.get("value"))
        self.all.note(CellRun(check.key, reply["state"], printed, trouble, value, self.late))
        shared = check.key in self.sitting.joined or check.key in self.sitting.joined.values()
        if reply.get("lost") or (shared and reply["state"] in ("died", "timeout")):
            raise Ended(check.key)
        return False

    def _asked(self, judge: Child, check: CellJob, do: str, until: float) -> dict[str, Any]:
        own = self.sitting.checks[check.key]
        first = self.sitting.joined.get(check.key)
        request: dict[str, Any] = {"do": do, "key": check.key, "seconds": self.job.limits.cell_seconds}
        fds, code = [], None
        if do == "check":
            with ONE_AT_A_TIME:
                code = packed(check.source, f"<check {check.key}>", check.hidden_from, check.reads)
            fds = [own.fileno()] if own is not None and first is None else []
            request |= {
                "source": check.source, "hidden_from": check.hidden_from, "reads": list(check.reads),
                "shares": list(check.shares), "prelude": check.prelude, "own": bool(fds), "joined": first,
            }  # fmt: skip
        judge.wire.send(request, [code] if code else [], fds=fds, until=until)
        reply: dict[str, Any] = judge.wire.receive(until)[0]
        return reply

    def _inside(self, check: CellJob) -> CellRun:
        """Run *check* in the fork that was made for it; what it reports is believed as far as hardening goes."""
        wire, nonce = self.sitting.checks[check.key], secrets.token_hex(16)
        assert wire is not None  # `Sitting` made sure, whatever the learner's process said
        began = time.monotonic()
        until = began + self.job.limits.cell_seconds
        try:
            wire.send({"do": "inside", "source": check.source, "nonce": nonce}, until=until)
            reply = next(r for r in (wire.receive(until)[0] for _ in range(STRAY_MESSAGES)) if r.get("nonce") == nonce)
        except TimeoutError:
            return CellRun(check.key, "timeout", late=self.late)
        except (Closed, Garbled, StopIteration):
            return CellRun(check.key, "died", late=self.late)
        finally:
            self.all.seconds += time.monotonic() - began
        value = value_from(reply.get("value")) if reply.get("passed") is True else None
        if value is not None:
            return CellRun(check.key, "ran", value=value, late=self.late)
        trouble = trouble_from(reply.get("trouble"), check.key) or Trouble("Unreported", "")
        return CellRun(check.key, "failed", trouble=trouble, late=self.late)
