"""A portfolio's values from one learner's mastery record. Pure; nothing is decided here.

States come from `kit.decisions.standing`, verdicts and sentences from the decisions the ledger has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from kit.course import Course
from kit.decisions import ObjectiveStanding, UnitStanding, standing
from kit.portfolio.model import (
    AttemptPart,
    CorrectivePart,
    EnrichmentPart,
    ObjectivePart,
    OverridePart,
    Portfolio,
    UnitPart,
    VerdictPart,
)
from kit.records import Attempt, Catalogue, CorrectiveWork, Event, LearnerRecord, UnitRecord, Verdict
from kit.reports.rows import handed_in_at, points, what_followed

_SHOWS = ("mastered", "mastered-before")


def gather(
    course: Course, catalogue: Catalogue, record: LearnerRecord, history: Iterable[Event], *, reasons: bool = False
) -> Portfolio:
    """The portfolio of *record*'s learner without notebooks; *history* are this learner's events.

    With *reasons* an instructor's reasons for deciding by hand are told; they may be private.
    """
    now = standing(record, catalogue)
    return Portfolio(
        course=course.id,
        title=course.title,
        learner=record.learner,
        name=record.name,
        enrolled_at=record.enrolled_at,
        as_of=max((event.at for event in history), default=None),
        units=tuple(_unit(record.unit(unit.unit), unit, catalogue, reasons) for unit in now.units),
    )


def best_attempt(unit: UnitPart) -> AttemptPart | None:
    """The attempt that shows most: the one that mastered the unit, else the highest share, the later of two equals."""
    decided = [a for a in unit.attempts if a.score is not None and a.max]
    if unit.deciding is not None or not decided:
        return unit.deciding
    return max(decided, key=lambda a: ((a.score or 0.0) / (a.max or 1.0), a.number))


def _unit(mine: UnitRecord, now: UnitStanding, catalogue: Catalogue, reasons: bool) -> UnitPart:
    revision = catalogue.revision(now.unit, mine.revision if mine.engaged_at else None)
    return UnitPart(
        id=now.unit,
        title=now.title,
        state=now.state,
        revision=revision.number,
        approach=revision.approach,
        rule=mine.rule or revision.rule,
        objectives=tuple(_objective(mine, objective) for objective in now.objectives),
        attempts=tuple(_attempt(mine, attempt) for attempt in mine.attempts),
        correctives=tuple(_correctives(mine)),
        overrides=tuple(
            OverridePart(event.data["action"], event.at, event.why if reasons else "") for event in mine.overrides
        ),
        enrichment=_enrichment(mine),
        cycles=now.cycles,
        begun_at=_begun(mine),
        mastered_at=mine.mastered_at,
        mastered_by=mine.mastered_by,
    )


def _begun(mine: UnitRecord) -> datetime | None:
    """When the first form was taken: a reset takes the engagement back, not the way that was gone before it."""
    taken = [grant.fetched_at for grant in mine.grants.values() if grant.kind == "form" and grant.fetched_at]
    handed_in = [attempt.submission.at for attempt in mine.attempts]
    return min([*taken, *handed_in, *([mine.engaged_at] if mine.engaged_at else [])], default=None)


def _objective(mine: UnitRecord, now: ObjectiveStanding) -> ObjectivePart:
    attempt, verdict = _showing(mine, now.id) if now.state == "shown" else (None, None)
    return ObjectivePart(
        id=now.id,
        title=now.title,
        state=now.state,
        criterion=now.criterion,
        form=attempt.form if attempt else None,
        attempt=attempt.number if attempt else None,
        items=_items(attempt, now.id) if attempt else None,
        share=verdict.share if verdict else None,
        certainty=verdict.certainty if verdict else None,
        correctives=sum(1 for w in mine.correctives if w.objective == now.id and handed_in_at(w) is not None),
    )


def _showing(mine: UnitRecord, objective: str) -> tuple[Attempt | None, Verdict | None]:
    """The first counted attempt that showed *objective*, and its verdict."""
    for attempt in mine.counted:
        for verdict in attempt.decision.verdicts if attempt.decision else ():
            if verdict.objective == objective and verdict.state in _SHOWS:
                return attempt, verdict
    return None, None


def _items(attempt: Attempt, objective: str) -> int:
    return sum(item.objective == objective for item in attempt.submission.items)


def _attempt(mine: UnitRecord, attempt: Attempt) -> AttemptPart:
    score, maximum, _ = points(attempt.submission)
    grant = mine.grants.get(attempt.submission.assignment)
    decision = attempt.decision
    return AttemptPart(
        number=attempt.number,
        form=attempt.form,
        at=attempt.submission.at,
        fetched_at=grant.fetched_at if grant else None,
        score=score,
        max=maximum,
        outcome=decision.outcome if decision else None,
        rule=decision.rule if decision else "",
        sentence=decision.sentence if decision else "",
        verdicts=tuple(
            VerdictPart(
                v.objective, v.state, v.score, v.max, v.criterion, v.certainty, _items(attempt, v.objective)
            )
            for v in (decision.verdicts if decision else ())
        ),
        before_reset=attempt.before_reset,
    )  # fmt: skip


def _correctives(mine: UnitRecord) -> Iterator[CorrectivePart]:
    """Those that were taken or handed in: what was only offered was no instruction."""
    for work in mine.correctives:
        grant = mine.grants.get(work.assignment)
        handed_in = handed_in_at(work)
        if handed_in is None and (grant is None or grant.fetched_at is None):
            continue
        _, verdict = what_followed(mine, work)
        yield CorrectivePart(
            objective=work.objective,
            approach=work.approach,
            opened_at=work.granted_at,
            handed_in_at=handed_in,
            after=_before(mine, work),
            then=verdict.state if verdict else None,
        )


def _before(mine: UnitRecord, work: CorrectiveWork) -> int:
    """Number of the last attempt that asked for *work*; 0 where none did."""
    asked = (
        a.number for a in mine.attempts if a.decision is not None and work.assignment in a.decision.correctives
    )  # fmt: skip
    return max(asked, default=0)


def _enrichment(mine: UnitRecord) -> EnrichmentPart | None:
    grant = next((grant for grant in mine.grants.values() if grant.kind == "enrichment" and grant.fetched_at), None)
    if grant is None:
        return None
    submission = mine.submissions.get(grant.assignment)
    handed_in = submission is not None and submission.state != "rejected"
    return EnrichmentPart(grant.granted_at, submission.at if submission is not None and handed_in else None)
