"""One mastery record as rows: a function per frame, each row in the order of its columns in `kit.reports.columns`.

Nothing is decided here: outcomes come from the ledger's decisions, states from `kit.decisions.standing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from kit.decisions import Standing
from kit.records import Attempt, Catalogue, CorrectiveWork, Event, LearnerRecord, Submission, UnitRecord, Verdict
from kit.reports.next_step import next_for_instructor

Row = tuple[Any, ...]


def learner_row(record: LearnerRecord, now: Standing) -> Row:
    """The learner, as they stand."""
    return (
        record.learner, record.name or record.learner, section_of(record), record.enrolled_at, last_active(record),
        len(now.units), sum(unit.state == "mastered" for unit in now.units),
    )  # fmt: skip


def attempt_rows(record: LearnerRecord) -> Iterator[Row]:
    """One row per attempt."""
    for unit in record.units.values():
        for attempt in unit.attempts:
            score, maximum, share = points(attempt.submission)
            decision = attempt.decision
            grant = unit.grants.get(attempt.submission.assignment)
            yield (
                record.learner, unit.unit, revision_of(unit, attempt), attempt.number, attempt.form,
                attempt.submission.assignment, attempt.submission.id, grant.fetched_at if grant else None,
                attempt.submission.at, attempt.submission.state == "graded", score, maximum, share,
                decision.outcome if decision else None, decision.cycle if decision else None,
                decision.rule if decision else None, decision.sentence if decision else None, attempt.before_reset,
            )  # fmt: skip


def unit_rows(record: LearnerRecord, standing: Standing, catalogue: Catalogue) -> Iterator[Row]:
    """One row per unit, as it stands."""
    for now in standing.units:
        mine = record.unit(now.unit)
        took = now.mastered_at - mine.engaged_at if now.mastered_at and mine.engaged_at else None
        yield (
            record.learner, record.name or record.learner, now.unit, now.title, now.state, now.attempts, now.cycles,
            now.correctives, len(now.objectives), sum(o.state == "shown" for o in now.objectives),
            mine.engaged_at, now.mastered_at, took, now.by_override, now.sentence,
            now.attention or None, next_for_instructor(record, now, catalogue) or None,
        )  # fmt: skip


def corrective_rows(record: LearnerRecord) -> Iterator[Row]:
    """One row per corrective that was ever opened for the learner."""
    for unit in record.units.values():
        for work in unit.correctives:
            handed_in = handed_in_at(work)
            grant = unit.grants[work.assignment]
            score, maximum, share = points(work.submission) if handed_in and work.submission else (None, None, None)
            attempt, verdict = what_followed(unit, work)
            yield (
                record.learner, unit.unit, grant.revision, work.objective, work.approach, work.assignment,
                work.granted_at, grant.fetched_at, grant.withdrawn_at, handed_in, score, maximum, share,
                attempt.number if attempt else None, verdict.state if verdict else None,
            )  # fmt: skip


def event_rows(events: Iterable[Event]) -> Iterator[Row]:
    """One row per event, in the ledger's order."""
    for e in events:
        data = json.dumps(dict(e.data), ensure_ascii=False, sort_keys=True)
        yield e.key, e.kind, e.learner, e.at, e.who, e.unit, e.assignment, data, e.why


def last_active(record: LearnerRecord) -> datetime | None:
    """When the learner last fetched something or handed something in; None if they never did."""
    done = [
        at
        for unit in record.units.values()
        for at in (
            *(grant.fetched_at for grant in unit.grants.values()),
            *(submission.at for submission in unit.submissions.values()),
        )
        if at is not None
    ]
    return max(done, default=None)


def section_of(record: LearnerRecord) -> str | None:
    """The section the learner belongs to; None where there are none."""
    return record.section or None


def points(submission: Submission) -> tuple[float | None, float | None, float | None]:
    """(score, max, share 0–1) of all items; score and share None while one is not assessed, all None before grading."""
    if submission.state != "graded" or not submission.items:
        return None, None, None
    maximum = sum(item.max for item in submission.items)
    if not submission.complete:
        return None, maximum, None
    score = sum(item.score or 0.0 for item in submission.items)
    return score, maximum, score / maximum if maximum > 0 else None


def handed_in_at(work: CorrectiveWork) -> datetime | None:
    """When the corrective was handed in; None if it was not, or if what came could not be read."""
    return work.submission.at if work.submission is not None and work.submission.state != "rejected" else None


def what_followed(unit: UnitRecord, work: CorrectiveWork) -> tuple[Attempt | None, Verdict | None]:
    """The first attempt handed in after the corrective, and its verdict on that objective (None while undecided)."""
    since = handed_in_at(work)
    after = [attempt for attempt in unit.attempts if since is not None and attempt.submission.at >= since]
    if not after:
        return None, None
    verdicts = after[0].decision.verdicts if after[0].decision else ()
    return after[0], next((v for v in verdicts if v.objective == work.objective), None)


def revision_of(unit: UnitRecord, attempt: Attempt) -> int | None:
    """The revision the attempt's form was built from."""
    grant = unit.grants.get(attempt.submission.assignment)
    return grant.revision if grant else unit.revision
