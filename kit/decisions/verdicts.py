"""What one attempt says about each objective: the evidence that counts, put before the rule that is frozen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kit.course import Objective
from kit.decisions.rules import RULES, Evidence, State
from kit.records import Attempt, CorrectiveWork, Revision, UnitRecord, Verdict, VerdictState

DIGITS = 6
"""Of a certainty as it is written down: more of them may differ from machine to machine."""

_STATES: dict[State, VerdictState] = {"mastered": "mastered", "more": "not-enough", "gap": "gap"}


def verdict(objective: Objective, record: UnitRecord, revision: Revision, history: Sequence[Attempt]) -> Verdict:
    """What the last attempt of *history*, with those before it, says about *objective*."""
    criterion = record.criteria.get(objective.id, objective.criterion)
    submission = history[-1].submission
    items = [item for item in submission.items if item.objective == objective.id]
    maximum = sum(item.max for item in items)
    assessed = all(item.score is not None for item in items)
    score = sum(item.score or 0.0 for item in items) if assessed else None
    earlier = record.mastered.get(objective.id)
    if earlier is not None and earlier < submission.at:
        # A later form asks for it again, but learners are told that it no longer counts: nor does it for the certainty.
        return Verdict(objective.id, "mastered-before", score, maximum, criterion, _when_shown(objective.id, history))
    if score is None:
        return Verdict(objective.id, "not-assessed", None, maximum, criterion)
    rule = RULES[record.rule or revision.rule]
    evidence = list(evidence_on(objective.id, record, history))
    finding = rule.judge(evidence, criterion, record.settings or revision.settings)
    # An earlier version of this same evidence may have shown it: a corrected test takes nothing away from anybody.
    once = finding.state != "mastered" and earlier is not None and earlier <= submission.at
    state = "mastered-before" if once else _STATES[finding.state]
    return Verdict(objective.id, state, score, maximum, criterion, round(finding.certainty, DIGITS))


def evidence_on(objective: str, record: UnitRecord, history: Sequence[Attempt]) -> Iterator[Evidence]:
    """What each attempt of *history* tells about *objective*, oldest first; without those not assessed."""
    before: datetime | None = None
    for number, attempt in enumerate(history, start=1):
        submission = attempt.submission
        items = [item for item in submission.items if item.objective == objective]
        if items and all(item.score is not None for item in items):
            taught = before is not None and _taught(objective, record, before, submission.at)
            yield Evidence.scored(number, items, after_corrective=taught)
            before = submission.at


def worked_on(record: UnitRecord, work: CorrectiveWork) -> bool:
    """Whether the learner took it: what was only offered was not had."""
    return bool(list(_times(record, work)))


def _taught(objective: str, record: UnitRecord, since: datetime, until: datetime) -> bool:
    """Whether a corrective for *objective* was taken or handed in between two attempts."""
    mine = (work for work in record.correctives if work.objective == objective)
    return any(since <= at <= until for work in mine for at in _times(record, work))


def _times(record: UnitRecord, work: CorrectiveWork) -> Iterator[datetime]:
    fetched = record.grants[work.assignment].fetched_at
    if fetched is not None:
        yield fetched
    if work.submission is not None:
        yield work.submission.at


def _when_shown(objective: str, history: Sequence[Attempt]) -> float | None:
    """How sure it was when it was shown; None where that was not written down."""
    decided = (attempt.decision for attempt in history if attempt.decision is not None)
    shown = (v for decision in decided for v in decision.verdicts if v.objective == objective)
    return next((v.certainty for v in shown if v.state == "mastered"), None)
