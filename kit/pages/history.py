"""One learner's record as values: everything that happened in each unit, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kit.decisions import Standing, UnitStanding
from kit.pages.present import Present
from kit.records import (
    Attempt,
    CorrectiveWork,
    Event,
    GrantState,
    ItemScore,
    LearnerRecord,
    Submission,
    UnitRecord,
    Verdict,
)
from kit.reports.next_step import Help, help_for
from kit.reports.rows import handed_in_at, last_active, points, what_followed


@dataclass(frozen=True, slots=True)
class AttemptEntry:
    """One attempt, with its level and how long it was in the learner's hands."""

    attempt: Attempt
    score: float | None
    max: float | None
    took: timedelta | None
    items: tuple[ItemScore, ...]


@dataclass(frozen=True, slots=True)
class CorrectiveEntry:
    """One corrective, and the verdict of the attempt after it."""

    work: CorrectiveWork
    handed_in: datetime | None
    share: float | None
    """Of its practice points, 0–1; never held against anyone."""
    next_attempt: int | None
    followed_by: Verdict | None


@dataclass(frozen=True, slots=True)
class GivenEntry:
    """A form that is still out, or enrichment."""

    grant: GrantState
    submission: Submission | None


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """An override, or what became of a submission that does not count or was graded again."""

    kind: Literal["overridden", "set-aside", "rejected", "regraded"]
    event: Event


Entry = AttemptEntry | CorrectiveEntry | GivenEntry | NoteEntry


@dataclass(frozen=True, slots=True)
class UnitHistory:
    """One unit of the record."""

    now: UnitStanding
    mine: UnitRecord
    help: Help | None
    took: timedelta | None
    """From the first form taken to mastery, by the calendar; None until then."""
    entries: tuple[tuple[datetime, Entry], ...]

    @property
    def shown(self) -> int:
        """How many objectives are shown."""
        return sum(objective.state == "shown" for objective in self.now.objectives)

    def certainty(self, objective: str) -> Verdict | None:
        """The verdict that showed *objective*, or the last one on it."""
        found = [
            verdict
            for attempt in self.mine.counted
            if attempt.decision
            for verdict in attempt.decision.verdicts
            if verdict.objective == objective and verdict.state != "not-assessed"
        ]
        return next((v for v in found if v.state == "mastered"), found[-1] if found else None)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Everything one learner's record shows."""

    standing: Standing
    record: LearnerRecord
    section: str
    last_sign: datetime | None
    units: tuple[UnitHistory, ...]
    left_over: tuple[tuple[str, tuple[tuple[datetime, Entry], ...]], ...]
    """Units that have left the course, with what happened in them."""
    strays: tuple[Event, ...]
    """Submissions that belong to no unit."""
    events: tuple[Event, ...]
    """The ledger's own words, in the order in which they were written."""


def record_page(present: Present, learner: str, events: Sequence[Event]) -> RecordPage:
    """The record of *learner*, who is one of *present*; *events* are theirs."""
    record, standing = present.records[learner], present.standings[learner]
    units = tuple(_unit(present, record, now, events) for now in standing.units)
    gone = sorted(record.units.keys() - {now.unit for now in standing.units})
    left_over = tuple((name, _entries(record.units[name], events)) for name in gone)
    strays = tuple(event for event in events if event.kind == "set-aside" and event.unit is None)
    return RecordPage(
        standing, record, record.section, last_active(record), units, left_over, strays, tuple(events)
    )  # fmt: skip


def _unit(present: Present, record: LearnerRecord, now: UnitStanding, events: Sequence[Event]) -> UnitHistory:
    mine = record.unit(now.unit)
    took = now.mastered_at - now.begun_at if now.mastered_at and now.begun_at else None
    return UnitHistory(now, mine, help_for(record, now, present.catalogue), took, _entries(mine, events))


def _entries(mine: UnitRecord, events: Sequence[Event]) -> tuple[tuple[datetime, Entry], ...]:
    found: list[tuple[datetime, Entry]] = [(a.submission.at, _attempt(mine, a)) for a in mine.attempts]
    found += [(work.granted_at, _corrective(mine, work)) for work in mine.correctives]
    found += [(event.at, NoteEntry("overridden", event)) for event in mine.overrides]
    found += [(event.at, NoteEntry("set-aside", event)) for event in mine.set_aside]
    for event in events:
        if event.unit == mine.unit and event.kind == "rejected":
            found.append((event.at, NoteEntry("rejected", event)))
        elif event.unit == mine.unit and event.data.get("regraded"):
            found.append((event.at, NoteEntry("regraded", event)))
    found += [(grant.granted_at, given) for grant in mine.grants.values() if (given := _given(mine, grant))]
    return tuple(sorted(found, key=lambda entry: entry[0]))


def _attempt(mine: UnitRecord, attempt: Attempt) -> AttemptEntry:
    score, maximum, _ = points(attempt.submission)
    grant = mine.grants.get(attempt.submission.assignment)
    took = attempt.submission.at - grant.fetched_at if grant and grant.fetched_at else None
    return AttemptEntry(attempt, score, maximum, took, attempt.submission.items)


def _corrective(mine: UnitRecord, work: CorrectiveWork) -> CorrectiveEntry:
    handed_in = handed_in_at(work)
    share = points(work.submission)[2] if handed_in and work.submission else None
    attempt, verdict = what_followed(mine, work)
    return CorrectiveEntry(work, handed_in, share, attempt.number if attempt else None, verdict)


def _given(mine: UnitRecord, grant: GrantState) -> GivenEntry | None:
    """Attempts and correctives tell their own story; what is left are forms still out, and enrichment."""
    submission = mine.submissions.get(grant.assignment)
    handed_in = any(attempt.submission.assignment == grant.assignment for attempt in mine.attempts)
    told = grant.kind == "corrective" or (grant.kind == "form" and handed_in)
    return None if told else GivenEntry(grant, submission)
