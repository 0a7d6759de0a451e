"""Gathering: learner by learner, from events through the record and the standing to columns.

Only one learner's record is in memory at a time, and learners are shared out among processes where they are many. Where
a learner stands is what `kit.decisions.standing` says of the record that `kit.records.fold` makes; nothing is worked
out a second time.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kit.decisions import standing
from kit.errors import KitError
from kit.ledger import Ledger, Stretch
from kit.records import Catalogue, Event, LearnerRecord, fold
from kit.records.fold import collector_paused
from kit.reports import rows
from kit.reports.decoding import Decoder
from kit.reports.gathered import Done, Leaves, Runs, Table, joined, joined_runs

PER_PROCESS = 60_000
"""Fewer events than that are not worth a process of their own, which has its imports to pay first."""
MOST_PROCESSES = 8
_BATCH = 50
"""Learners whose rows are put into columns at once."""

LEARNERS = {
    "learner": "category", "name": "text", "section": "category", "enrolled_at": "time", "last_active_at": "time",
    "units": "int", "mastered": "int",
}  # fmt: skip
ATTEMPTS = {
    "learner": "category", "unit": "category", "revision": "int", "attempt": "int", "form": "category",
    "assignment": "category", "submission": "category", "fetched_at": "time", "submitted_at": "time", "graded": "bool",
    "score": "float", "max": "float", "share": "float", "outcome": "category", "cycle": "int", "rule": "category",
    "sentence": "category", "before_reset": "bool",
}  # fmt: skip
UNITS = {
    "learner": "category", "name": "category", "unit": "category", "title": "category", "state": "category",
    "attempts": "int", "cycles": "int", "correctives": "int", "objectives": "int", "objectives_shown": "int",
    "engaged_at": "time", "mastered_at": "time", "time_to_mastery": "duration", "by_override": "bool",
    "sentence": "category", "attention": "category", "attention_next": "category",
}  # fmt: skip
CORRECTIVES = {
    "learner": "category", "unit": "category", "revision": "int", "objective": "category", "approach": "category",
    "assignment": "category", "granted_at": "time", "fetched_at": "time", "withdrawn_at": "time",
    "submitted_at": "time", "score": "float", "max": "float", "share": "float", "next_attempt": "int",
    "followed_by": "category",
}  # fmt: skip
"""Columns by table, with the kind of each (`kit.reports.gathered.Column`), in the order of the rows."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A cohort as columns."""

    learners: dict[str, Done]
    attempts: dict[str, Done]
    units: dict[str, Done]
    correctives: dict[str, Done]
    items: Runs
    """Per attempt its item scores."""
    verdicts: Runs
    """Per attempt the verdicts of its decision."""
    objectives: Runs
    """Per learner and unit its objectives, as they stand."""


class Gatherer:
    """Takes records one after the other."""

    def __init__(self, catalogue: Catalogue, section: str | None = None) -> None:
        self._catalogue = catalogue
        self._section = section
        self._tables = {name: Table(kinds) for name, kinds in _TABLES.items()}
        self._rows: dict[str, list[rows.Row]] = {name: [] for name in _TABLES}
        self._items, self._verdicts, self._objectives = Leaves(), Leaves(), Leaves()

    def add(self, record: LearnerRecord) -> None:
        """Put *record* into the columns; who is not enrolled, or not in the section, is left out."""
        if record.enrolled_at is None or (self._section is not None and rows.section_of(record) != self._section):
            return
        now = standing(record, self._catalogue)
        self._rows["learners"].append(rows.learner_row(record, now))
        self._rows["attempts"].extend(rows.attempt_rows(record))
        self._rows["units"].extend(rows.unit_rows(record, now, self._catalogue))
        self._rows["correctives"].extend(rows.corrective_rows(record))
        for unit in record.units.values():
            for attempt in unit.attempts:
                self._items.add(attempt.submission.items)
                self._verdicts.add(attempt.decision.verdicts if attempt.decision else ())
        for one in now.units:
            self._objectives.add(one.objectives)
        if len(self._rows["learners"]) >= _BATCH:
            self._flush()

    def done(self) -> Gathered:
        """Everything that was added."""
        self._flush()
        tables: dict[str, Any] = {name: table.done() for name, table in self._tables.items()}
        return Gathered(
            **tables, items=self._items.done(), verdicts=self._verdicts.done(), objectives=self._objectives.done()
        )

    def _flush(self) -> None:
        for name, found in self._rows.items():
            if found:
                self._tables[name].extend(found)
                found.clear()


_TABLES = {"learners": LEARNERS, "attempts": ATTEMPTS, "units": UNITS, "correctives": CORRECTIVES}


def gather(histories: Iterable[tuple[str, list[Event]]], catalogue: Catalogue, section: str | None = None) -> Gathered:
    """The columns of the learners in *histories*, each with all their events in order."""
    gatherer = Gatherer(catalogue, section)
    with collector_paused():
        for learner, events in histories:
            gatherer.add(fold(learner, events))
    return gatherer.done()


def by_learner(events: Iterable[Event]) -> Iterator[tuple[str, list[Event]]]:
    """The events of each learner, learners by name."""
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.learner, []).append(event)
    yield from sorted(found.items())


@dataclass(frozen=True, slots=True)
class Job:
    """A part of a ledger to be gathered."""

    url: str
    stretch: Stretch
    catalogue: Catalogue
    section: str | None

    def carry_out(self) -> Gathered:
        """In this process."""
        with Ledger(self.url) as ledger:
            return gather(ledger.histories(self.stretch, Decoder().event), self.catalogue, self.section)


def gather_ledger(url: str, until: int, catalogue: Catalogue, section: str | None = None) -> Gathered:
    """The columns of the ledger at *url*, up to its event number *until*, in as many processes as are worth it."""
    # Fewer events than their number says there may be, never more: numbers are not given twice.
    processes = min(_cores(), MOST_PROCESSES, until // PER_PROCESS + 1)
    with Ledger(url) as ledger:
        stretches = ledger.stretches(until, processes)
    jobs = [Job(url, stretch, catalogue, section) for stretch in stretches]
    helpers = [(job, _start(job)) for job in jobs[1:]]
    try:
        parts = [jobs[0].carry_out()]
        parts += [_finished(job, helper) for job, helper in helpers]
    finally:
        for _, helper in helpers:
            if helper is not None and helper.poll() is None:
                helper.kill()
                helper.wait()
    return _together(parts)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(job: Job) -> subprocess.Popen[bytes] | None:
    """A process that carries out *job*; None where none can be started.

    Not multiprocessing: that would run a notebook's or a script's own text again, or fork a process with threads.
    """
    command = [sys.executable, "-m", "kit.reports.gathering"]
    try:
        helper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert helper.stdin is not None
        with helper.stdin as pipe:
            pickle.dump(job, pipe, protocol=5)
    except OSError:
        return None
    return helper


def _finished(job: Job, helper: subprocess.Popen[bytes] | None) -> Gathered:
    """What *helper* made of *job*; where it failed, the job is done here, and tells by itself what is wrong."""
    if helper is not None:
        assert helper.stdout is not None
        with helper.stdout as pipe:
            answer = pipe.read()
        if helper.wait() == 0:
            found: Gathered = pickle.loads(answer)
            return found
    return job.carry_out()


def _together(parts: Sequence[Gathered]) -> Gathered:
    tables: dict[str, Any] = {
        name: {column: joined([getattr(part, name)[column] for part in parts]) for column in kinds}
        for name, kinds in _TABLES.items()
    }
    return Gathered(
        **tables,
        items=joined_runs([part.items for part in parts]),
        verdicts=joined_runs([part.verdicts for part in parts]),
        objectives=joined_runs([part.objectives for part in parts]),
    )


def _help() -> None:
    """Carry out the job on standard input; the columns go to standard output."""
    from kit.reports import gathering  # the same classes as its caller has, not those of `__main__`

    job: Job = pickle.load(sys.stdin.buffer)
    try:
        found = gathering.Job.carry_out(job)
    except KitError:
        raise SystemExit(1) from None
    pickle.dump(found, sys.stdout.buffer, protocol=5)


if __name__ == "__main__":
    _help()
