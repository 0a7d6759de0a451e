"""The cohort without names, for showing it to others: pseudonyms, and no words that somebody wrote about somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kit.decisions import Standing
from kit.overview.names import pseudonyms
from kit.pages.present import Present
from kit.records import Event, ItemScore, LearnerRecord, Submission, UnitRecord

WITHHELD = "(hidden with the names)"
"""Stands where people or programs said something that may name somebody."""


def hidden(present: Present) -> tuple[Present, dict[str, str]]:
    """*present* with pseudonyms for learners; and pseudonym → account, for whoever holds the course's folder."""
    known = pseudonyms(present.course, present.records)
    records = {known[name]: replace(record, learner=known[name], name="") for name, record in present.records.items()}
    standings = {known[name]: _standing(one, known[name]) for name, one in present.standings.items()}
    accounts = {known[name]: name for name in sorted(known, key=known.__getitem__)}
    in_order = {name: records[name] for name in accounts}
    return replace(present, records=in_order, standings=standings), accounts


def hidden_history(present: Present, pseudonym: str, events: Iterable[Event]) -> tuple[Present, list[Event]]:
    """*present*, already without names, and the *events* of one learner in it, also without what was said in these."""
    record = _record(present.records[pseudonym], pseudonym)
    return replace(present, records={pseudonym: record}), [_event(event, pseudonym) for event in events]


def _standing(one: Standing, name: str) -> Standing:
    # What the grader said comes after a colon, and may be the learner's own words.
    units = tuple(
        replace(now, attention=now.attention.partition(":")[0], sentence=now.sentence.partition(":")[0])
        for now in one.units
    )
    refused = any(work.state == "not-counted" for now in one.units for work in now.work)
    said = WITHHELD if refused or one.next_action == "ask" else one.next
    return replace(one, learner=name, name="", units=units, notices=(), next=said)


def _record(record: LearnerRecord, name: str) -> LearnerRecord:
    units = {unit: _unit(mine, name) for unit, mine in record.units.items()}
    return replace(
        record, learner=name, name="", units=units, set_aside=[_event(event, name) for event in record.set_aside]
    )


def _unit(mine: UnitRecord, name: str) -> UnitRecord:
    attempts = [replace(attempt, submission=_submission(attempt.submission)) for attempt in mine.attempts]
    return replace(
        mine,
        attempts=attempts,
        overrides=[_event(event, name) for event in mine.overrides],
        set_aside=[_event(event, name) for event in mine.set_aside],
    )


def _submission(submission: Submission) -> Submission:
    items = tuple(_item(item) for item in submission.items)
    return replace(submission, items=items, reason=WITHHELD if submission.reason else "")


def _item(item: ItemScore) -> ItemScore:
    return replace(item, note=WITHHELD) if item.note else item


def _event(event: Event, name: str) -> Event:
    who = name if event.who == event.learner else event.who
    data: Mapping[str, object] = event.data
    if "reason" in data:
        data = {**data, "reason": WITHHELD}
    return replace(event, learner=name, who=who, data=data, why=WITHHELD if event.why else "")
