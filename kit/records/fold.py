"""The fold: events in, mastery records out. Batching does not matter: fold(a + b) is fold(b) onto fold(a)."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from kit.course import Settings
from kit.records.events import Event, EventKind
from kit.records.record import (
    Attempt,
    CorrectiveWork,
    Decision,
    GrantState,
    ItemScore,
    LearnerRecord,
    Submission,
    UnitRecord,
)


def fold_all(events: Iterable[Event], onto: dict[str, LearnerRecord] | None = None) -> dict[str, LearnerRecord]:
    """Records of all learners named in *events* (in ledger order), added to *onto*, which is changed and returned."""
    records = {} if onto is None else onto
    with collector_paused():
        for event in events:
            record = records.get(event.learner)
            if record is None:
                record = records[event.learner] = LearnerRecord(event.learner)
            _apply(record, event)
    return records


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep Python's cycle collector from looking, again and again, at many new values that will all stay.

    Half of the time of reading a large ledger went there; nothing that is made meanwhile has cycles.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def fold(learner: str, events: Iterable[Event]) -> LearnerRecord:
    """The record of one learner; events of others are left out."""
    mine = (event for event in events if event.learner == learner)
    return fold_all(mine).get(learner) or LearnerRecord(learner)


def _apply(record: LearnerRecord, event: Event) -> None:
    if event.kind == "enrolled":
        record.enrolled_at = record.enrolled_at or event.at
        record.name = event.data.get("name") or record.name
        record.section = event.data.get("section", record.section)
        return
    if event.kind == "received":
        record.received.append(event)
        return
    if event.unit is None:
        if event.kind == "set-aside":
            record.set_aside.append(event)
        return
    unit = record.units.get(event.unit)
    if unit is None:
        unit = record.units[event.unit] = UnitRecord(event.unit)
    APPLY[event.kind](unit, event)


def _granted(unit: UnitRecord, event: Event) -> None:
    assert event.assignment is not None
    known = unit.grants.get(event.assignment)
    if known is not None:
        known.withdrawn_at = None
        return
    kind, revision = event.data["kind"], event.data["revision"]
    unit.grants[event.assignment] = GrantState(event.assignment, kind, event.at, revision, form=event.data.get("form"))
    if unit.revision is None or unit.engaged_at is None:
        unit.revision = revision
    if kind == "corrective":
        work = CorrectiveWork(event.assignment, event.data["objective"], event.data["approach"], event.at)
        unit.correctives.append(work)


def _withdrawn(unit: UnitRecord, event: Event) -> None:
    grant = unit.grants.get(event.assignment or "")
    if grant is not None:
        grant.withdrawn_at = event.at
        grant.withdrawals += 1


def _fetched(unit: UnitRecord, event: Event) -> None:
    grant = unit.grants.get(event.assignment or "")
    if grant is not None and grant.fetched_at is None:
        grant.fetched_at = event.at


def _engaged(unit: UnitRecord, event: Event) -> None:
    unit.engaged_at = event.at
    unit.revision = event.data["revision"]
    unit.criteria = dict(event.data["criteria"])
    unit.rule = event.data["rule"]
    unit.settings = Settings.from_json(event.data.get("settings"))
    unit.max_cycles = event.data["max_cycles"]


def _submitted(unit: UnitRecord, event: Event) -> None:
    assert event.assignment is not None
    grant = unit.grants[event.assignment]
    known = unit.submissions.get(event.assignment)
    if known is not None and known.state == "graded":
        return  # collected twice by two hands; the first graded one counts
    submission = Submission(event.data["submission"], event.assignment, event.at)
    unit.submissions[event.assignment] = submission
    if grant.kind == "corrective":
        for work in unit.correctives:
            if work.assignment == event.assignment:
                work.submission = submission
    elif grant.kind == "form":
        assert grant.form is not None
        if grant.form not in unit.closed_forms:
            unit.form_opened = False
        unit.attempts = [a for a in unit.attempts if a.submission.assignment != event.assignment]
        unit.attempts.append(Attempt(0, grant.form, submission))
        _renumber(unit)


def _renumber(unit: UnitRecord) -> None:
    # The order is that of the submissions, whatever order they were collected or graded in.
    unit.attempts.sort(key=lambda attempt: (attempt.submission.at, attempt.submission.id))
    for number, attempt in enumerate(unit.attempts, start=1):
        attempt.number = number


def _set_aside(unit: UnitRecord, event: Event) -> None:
    unit.set_aside.append(event)


def _submission(unit: UnitRecord, event: Event) -> Submission | None:
    submission = unit.submissions.get(event.assignment or "")
    return submission if submission is not None and submission.id == event.data["submission"] else None


def _rejected(unit: UnitRecord, event: Event) -> None:
    submission = _submission(unit, event)
    if submission is None:
        return
    submission.state, submission.reason = "rejected", event.data["reason"]
    # It was not an attempt: the same form stays open and may be handed in again.
    unit.attempts = [attempt for attempt in unit.attempts if attempt.submission is not submission]
    _renumber(unit)


def _graded(unit: UnitRecord, event: Event) -> None:
    submission = _submission(unit, event)
    if submission is None:
        return
    submission.state = "graded"
    submission.version = event.data.get("version", 1)
    submission.items = tuple(
        item
        if isinstance(item, ItemScore)
        else _score(item["item"], item["objective"], item["score"], item["max"], item.get("note", ""))
        for item in event.data["items"]
    )


# Typed, so that 1 and 1.0 stay what they were.
@lru_cache(maxsize=65_536, typed=True)
def _score(item: str, objective: str, score: float | None, maximum: float, note: str) -> ItemScore:
    """One value for all learners with the same score on the same item: a cohort has few that differ."""
    return ItemScore(item, objective, score, maximum, note)


def _fault(unit: UnitRecord, event: Event) -> None:
    submission = _submission(unit, event)
    if submission is not None:
        submission.faults += 1
        submission.reason = event.data["what"]


def _decided(unit: UnitRecord, event: Event) -> None:
    decision = Decision.from_data(event.data["decision"])
    for attempt in unit.attempts:
        if attempt.submission.id == event.data["submission"]:
            attempt.decision = decision
            attempt.decided_version = event.data.get("version", 1)
            if attempt.before_reset:
                return  # an instructor began the unit anew meanwhile: it no longer counts
    for verdict in decision.verdicts:
        if verdict.state == "mastered":
            unit.mastered.setdefault(verdict.objective, event.at)
    if decision.outcome == "mastered" and unit.mastered_at is None:
        unit.mastered_at, unit.mastered_by = event.at, "evidence"


def _overridden(unit: UnitRecord, event: Event) -> None:
    unit.overrides.append(event)
    action = event.data["action"]
    if action == "mastered":
        if unit.mastered_at is None:
            unit.mastered_at, unit.mastered_by = event.at, "override"
        return
    unit.revision = event.data["revision"]
    for grant in unit.grants.values():
        if grant.kind == "form" and grant.form is not None and grant.fetched_at is not None:
            unit.closed_forms.add(grant.form)
    if action == "another-form":
        unit.form_opened = True
        return
    for attempt in unit.attempts:
        attempt.before_reset = True
    unit.mastered.clear()
    unit.mastered_at, unit.mastered_by = None, ""
    unit.engaged_at, unit.criteria = None, {}
    unit.form_opened = False
    unit.reset_at = event.at


APPLY: dict[str, Callable[[UnitRecord, Event], None]] = {
    "granted": _granted,
    "withdrawn": _withdrawn,
    "fetched": _fetched,
    "engaged": _engaged,
    "submitted": _submitted,
    "set-aside": _set_aside,
    "rejected": _rejected,
    "graded": _graded,
    "fault": _fault,
    "decided": _decided,
    "overridden": _overridden,
}
"""What each event kind does to a unit's record (`enrolled` and `received` concern the learner)."""

KEPT_WHOLE: tuple[EventKind, ...] = ("received", "set-aside", "overridden")
"""The kinds whose events a record keeps as they are; of the others it takes what they say."""
