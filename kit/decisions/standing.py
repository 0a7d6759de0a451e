"""`standing`: where a learner stands, in words. The same function speaks to the learner and to the instructor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from kit.course import Unit
from kit.decisions.grants import next_steps
from kit.decisions.words import counted, listing
from kit.decisions.work import Work, work_of
from kit.records import Assignment, Catalogue, LearnerRecord, Revision, Submission, UnitRecord

State = Literal["locked", "open", "working", "waiting", "corrective", "retry", "mastered", "attention"]
ObjectiveState = Literal["open", "shown", "not-yet"]
NextAction = Literal["open", "go-on", "wait", "ask", "done"]

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
    requires: tuple[str, ...]
    """Unit ids that are to be mastered before this one opens, as the course says today."""
    begun_at: datetime | None
    """When the first form was taken (since the last reset)."""
    work: tuple[Work, ...]
    """Everything that was opened for the learner, in that order."""

    @property
    def next_work(self) -> str | None:
        """The assignment that `sentence` speaks of: what could not be taken, else the first of `todo`."""
        refused = {work.assignment for work in self.work if work.state == "not-counted"}
        return next((name for name in self.todo if name in refused), self.todo[0] if self.todo else None)


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
    next_unit: str | None
    """The unit that `next` speaks of, if it speaks of one."""
    next_assignment: str | None
    """What to open or go on with; None where there is nothing to be opened."""
    next_action: NextAction
    """`next` as one word: open it, go on with it, wait for an answer, ask the instructor, or all is done."""

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
    if isinstance(value, (ObjectiveStanding, UnitStanding, Standing, Work)):
        return {name: _plain(getattr(value, name)) for name in value.__slots__}
    return value.isoformat() if isinstance(value, datetime) else value


def standing(record: LearnerRecord, catalogue: Catalogue) -> Standing:
    """Where *record*'s learner stands in every unit of *catalogue* that was built."""
    units = tuple(_unit(unit, record, catalogue) for unit in catalogue.units if catalogue.revisions.get(unit.id))
    sentence, unit = _next_step(units)
    return Standing(
        learner=record.learner,
        name=record.name,
        units=units,
        next=sentence,
        notices=_notices(record),
        next_unit=unit.unit if unit else None,
        next_assignment=unit.next_work if unit else None,
        next_action=_action(units, unit),
    )


def _notices(record: LearnerRecord) -> tuple[str, ...]:
    events = [*record.set_aside, *(event for unit in record.units.values() for event in unit.set_aside)]
    return tuple(event.data["reason"] for event in sorted(events, key=lambda event: event.at)[-3:])


_ORDER: Sequence[State] = ("working", "corrective", "retry", "open", "waiting", "attention")
"""What a learner should turn to first: finish what is begun, then gaps, then something new."""


def _next_step(units: Sequence[UnitStanding]) -> tuple[str, UnitStanding | None]:
    """The sentence, and the unit it is about."""
    for state in _ORDER:
        for unit in units:
            if unit.state == state:
                return unit.sentence, unit
    if _all_mastered(units):
        return "You have mastered every unit of this course.", None
    return "Nothing is open for you yet. Your instructor can tell you when the course begins.", None


def _all_mastered(units: Sequence[UnitStanding]) -> bool:
    return bool(units) and all(unit.state == "mastered" for unit in units)


def _action(units: Sequence[UnitStanding], unit: UnitStanding | None) -> NextAction:
    if unit is None:
        return "done" if _all_mastered(units) else "wait"
    if unit.next_work is None:
        return "ask" if unit.state == "attention" else "wait"
    taken = any(w.assignment == unit.next_work and w.state != "open" for w in unit.work)
    return "go-on" if taken else "open"


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
        requires=unit.requires,
        begun_at=mine.engaged_at,
        work=tuple(work_of(mine, catalogue)),
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
    verb = "Go on with" if fetched else "Open"
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
    return "open", f"{title} is open for you. Open {first.id} and begin."
