"""`standing`: where a learner stands, in words. The same function speaks to the learner and to the instructor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from kit.course import Unit
from kit.decisions.grants import next_steps
from kit.decisions.words import counted, listing
from kit.records import Assignment, Catalogue, LearnerRecord, Revision, Submission, UnitRecord

State = Literal["locked", "open", "working", "waiting", "corrective", "retry", "mastered", "attention"]
ObjectiveState = Literal["open", "shown", "not-yet"]

FAULTS_BEFORE_ATTENTION = 3
"""Our grader may fail this often on one submission before a person is asked to look."""


@dataclass(frozen=True, slots=True)
class ObjectiveStanding:
    """One objective of one unit, as it stands."""

    id: str
    title: str
    state: ObjectiveState
    criterion: float


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """One unit, as it stands for one learner."""

    unit: str
    title: str
    state: State
    sentence: str
    """What it means and what to do next; fit for the learner."""
    objectives: tuple[ObjectiveStanding, ...]
    todo: tuple[str, ...]
    """Assignment ids to be worked on now, in order."""
    attempts: int
    cycles: int
    correctives: int
    """How many correctives were handed in."""
    mastered_at: datetime | None
    by_override: bool
    attention: str
    """Why the instructor should look; empty where they need not."""
    enrichment: str | None
    """Assignment id of the optional work that is open."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One learner in the whole course."""

    learner: str
    name: str
    units: tuple[UnitStanding, ...]
    next: str
    """The one next step."""
    notices: tuple[str, ...]
    """Why something that was handed in does not count; the latest last."""

    @property
    def attention(self) -> list[tuple[str, str]]:
        """(unit, reason) for everything an instructor should look at."""
        return [(unit.unit, unit.attention) for unit in self.units if unit.attention]

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file; times as ISO 8601 in UTC."""
        values: dict[str, Any] = _plain(self)
        return values


def _plain(value: Any) -> Any:
    # Tuples become lists, so that the value equals the one read back from JSON. (`asdict` would copy every leaf.)
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    if isinstance(value, (ObjectiveStanding, UnitStanding, Standing)):
        return {name: _plain(getattr(value, name)) for name in value.__slots__}
    return value.isoformat() if isinstance(value, datetime) else value


def standing(record: LearnerRecord, catalogue: Catalogue) -> Standing:
    """Where *record*'s learner stands in every unit of *catalogue* that was built."""
    units = tuple(_unit(unit, record, catalogue) for unit in catalogue.units if catalogue.revisions.get(unit.id))
    return Standing(record.learner, record.name, units, _next_step(units), _notices(record))


def _notices(record: LearnerRecord) -> tuple[str, ...]:
    events = [*record.set_aside, *(event for unit in record.units.values() for event in unit.set_aside)]
    return tuple(event.data["reason"] for event in sorted(events, key=lambda event: event.at)[-3:])


_ORDER: Sequence[State] = ("working", "corrective", "retry", "open", "waiting", "attention")
"""What a learner should turn to first: finish what is begun, then gaps, then something new."""


def _next_step(units: Sequence[UnitStanding]) -> str:
    for state in _ORDER:
        for unit in units:
            if unit.state == state:
                return unit.sentence
    if units and all(unit.state == "mastered" for unit in units):
        return "You have mastered every unit of this course."
    return "Nothing is open for you yet. Your instructor can tell you when the course begins."


def _unit(unit: Unit, record: LearnerRecord, catalogue: Catalogue) -> UnitStanding:
    mine = record.unit(unit.id)
    revision = catalogue.revision(unit.id, mine.revision if mine.engaged_at else None)
    steps = [step.assignment for step in next_steps(record, unit, catalogue)]
    open_steps = [a for a in steps if not _handed_in(mine, a.id)]
    todo = sorted((a for a in open_steps if a.kind != "enrichment"), key=lambda a: a.kind != "corrective")
    missing = [name for name in unit.requires if name not in record.mastered_units]
    state, sentence = _state(mine, revision, todo, [_title(name, catalogue) for name in missing])
    return UnitStanding(
        unit=unit.id,
        title=revision.title,
        state=state,
        sentence=sentence,
        objectives=tuple(_objectives(mine, revision)),
        todo=tuple(a.id for a in todo),
        attempts=len(mine.counted),
        cycles=sum(1 for a in mine.counted if a.decision and a.decision.left_gap),
        correctives=sum(1 for work in mine.correctives if work.submission is not None),
        mastered_at=mine.mastered_at,
        by_override=mine.mastered_by == "override",
        attention=_attention(mine, todo),
        enrichment=next((a.id for a in open_steps if a.kind == "enrichment"), None),
    )


def _title(unit: str, catalogue: Catalogue) -> str:
    return catalogue.current(unit).title if catalogue.revisions.get(unit) else unit


def _handed_in(mine: UnitRecord, assignment: str) -> bool:
    submission = mine.submissions.get(assignment)
    return submission is not None and submission.state != "rejected"


def _objectives(mine: UnitRecord, revision: Revision) -> Iterator[ObjectiveStanding]:
    latest = mine.latest
    verdicts = {v.objective: v.state for v in latest.decision.verdicts} if latest and latest.decision else {}
    for objective in revision.objectives:
        criterion = mine.criteria.get(objective.id, objective.criterion)
        # An override says that the unit is done, not that this objective was shown.
        shown = objective.id in mine.mastered
        state: ObjectiveState = "shown" if shown else "not-yet" if verdicts.get(objective.id) == "gap" else "open"
        yield ObjectiveStanding(objective.id, objective.title, state, criterion)


def _state(
    mine: UnitRecord, revision: Revision, todo: Sequence[Assignment], missing: Sequence[str]
) -> tuple[State, str]:
    """The state, and the sentence for the learner."""
    title, latest = revision.title, mine.latest
    if mine.mastered_at is not None:
        if mine.mastered_by == "override":
            return "mastered", f"Your instructor has marked {title} as mastered."
        return "mastered", f"You have mastered {title}."
    if todo:
        rejected = next((mine.submissions[a.id] for a in todo if a.id in mine.submissions), None)
        return ("working", f"{title}: {rejected.reason}") if rejected else _todo(mine, revision, todo)
    if latest is not None and _stuck(latest.submission):
        return "attention", f"We could not check your work on {title}: the fault is ours, and your instructor knows."
    if latest is not None and latest.undecided:
        return "waiting", f"Your work on {title} is being looked at."
    if latest is not None and latest.decision is not None and latest.decision.outcome == "attention":
        return "attention", latest.decision.sentence
    if latest is not None and latest.submission.state == "waiting":
        return "waiting", f"Your work on {title} has been handed in and is being checked."
    if latest is not None and latest.decision is None:
        return "waiting", f"A person reads part of your work on {title}; you will hear as soon as that is done."
    if missing:
        return "locked", f"{title} opens when you have mastered {listing(missing)}."
    return "attention", f"There is no new form of {title} for you right now. Your instructor has been told."


def _attention(mine: UnitRecord, todo: Sequence[Assignment]) -> str:
    """Why an instructor should look; empty where they need not."""
    latest = mine.latest
    if mine.mastered_at is not None:
        return ""
    past = {attempt.submission.assignment for attempt in mine.attempts if attempt is not latest}
    for submission in mine.submissions.values():
        if _stuck(submission) and submission.assignment not in past:
            return f"The grader failed {submission.faults} times on {submission.assignment}: {submission.reason}"
    if todo:
        return ""
    if latest is None:
        return "There is no form left that this learner has not seen." if mine.attempts or mine.closed_forms else ""
    if latest.decision is not None and not latest.undecided:
        return latest.decision.reason if latest.decision.outcome == "attention" else ""
    if latest.submission.state == "graded" and not latest.submission.complete:
        by_hand = counted(sum(item.score is None for item in latest.submission.items), "answer")
        return f"{by_hand} of {latest.submission.assignment} to be graded by hand in formgrader."
    return ""


def _stuck(submission: Submission) -> bool:
    return submission.state == "waiting" and submission.faults >= FAULTS_BEFORE_ATTENTION


def _todo(mine: UnitRecord, revision: Revision, todo: Sequence[Assignment]) -> tuple[State, str]:
    first, title, latest = todo[0], revision.title, mine.latest
    fetched = (grant := mine.grants.get(first.id)) is not None and grant.fetched_at is not None
    verb = "Go on with" if fetched else "Fetch"
    if first.kind == "corrective":
        left = counted(sum(1 for a in todo if a.kind == "corrective"), "short notebook")
        decision = latest.decision.sentence if latest and latest.decision else ""
        return "corrective", f"{decision} ({left} left.) {verb} {first.id}.".strip()
    if latest is not None and latest.decision and latest.decision.outcome == "more" and not mine.form_opened:
        return "retry", f"{latest.decision.sentence} {verb} {first.id}."
    if mine.attempts or mine.form_opened:
        gaps = [f"“{o.title}”" for o in revision.objectives if o.id not in mine.mastered]
        only = f" Only what is not shown yet counts: {listing(gaps)}." if mine.mastered else ""
        return "retry", f"{title}: a new form of the checks is open for you. {verb} {first.id}.{only}"
    if fetched:
        return "working", f"You are working on {title}. When you are ready, hand in {first.id}."
    return "open", f"{title} is open for you. Fetch {first.id} and begin."
