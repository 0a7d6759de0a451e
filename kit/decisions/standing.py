"""`standing`: where a learner stands, in words. The same function speaks to the learner and to the instructor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from kit.course import Unit
from kit.decisions.grants import wanted
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
    open_now = wanted(record, catalogue)
    units = tuple(
        _unit(unit, record, catalogue, [w.assignment for w in open_now.values() if w.assignment.unit == unit.id])
        for unit in catalogue.units
        if catalogue.revisions.get(unit.id)
    )
    return Standing(record.learner, record.name, units, _next_step(units), _notices(record))


def _notices(record: LearnerRecord) -> tuple[str, ...]:
    events = (event for unit in record.units.values() for event in unit.set_aside)
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


def _unit(unit: Unit, record: LearnerRecord, catalogue: Catalogue, open_now: Sequence[Assignment]) -> UnitStanding:
    mine = record.unit(unit.id)
    revision = catalogue.revision(unit.id, mine.revision if mine.engaged_at else None)
    todo = [a for a in open_now if a.kind != "enrichment" and not _handed_in(mine, a.id)]
    todo = [a for a in todo if a.kind == "corrective" or a.form not in mine.spent_forms] if not mine.mastered_at else []
    todo.sort(key=lambda a: a.kind != "corrective")
    state, sentence, attention = _state(unit, mine, record, revision, todo)
    return UnitStanding(
        unit=unit.id,
        title=revision.title,
        state=state,
        sentence=sentence,
        objectives=tuple(_objectives(mine, revision)),
        todo=tuple(a.id for a in todo),
        attempts=len(mine.counted),
        cycles=sum(1 for a in mine.counted if a.decision and a.decision.outcome in ("gaps", "attention")),
        correctives=sum(1 for work in mine.correctives if work.submission is not None),
        mastered_at=mine.mastered_at,
        by_override=mine.mastered_by == "override",
        attention=attention,
        enrichment=next((a.id for a in open_now if a.kind == "enrichment"), None),
    )


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
    unit: Unit, mine: UnitRecord, record: LearnerRecord, revision: Revision, todo: Sequence[Assignment]
) -> tuple[State, str, str]:
    """(state, sentence for the learner, reason for the instructor)."""
    title = revision.title
    if mine.mastered_at is not None:
        if mine.mastered_by == "override":
            return "mastered", f"Your instructor has marked {title} as mastered.", ""
        return "mastered", f"You have mastered {title}.", ""
    stuck = next((s for s in mine.submissions.values() if _stuck(s)), None)
    if stuck is not None:
        sentence = f"We could not check your work on {title}; the fault is ours. Your instructor has been told."
        return "attention", sentence, f"The grader failed {stuck.faults} times on {stuck.assignment}: {stuck.reason}"
    rejected = next((s for s in mine.submissions.values() if s.state == "rejected"), None)
    if rejected is not None:
        return "working", f"{title}: {rejected.reason}", ""
    latest = mine.latest
    if todo:
        return (*_todo(mine, title, todo), "")
    if latest is not None and latest.undecided:
        return "waiting", f"Your work on {title} is being looked at.", ""
    if latest is not None and latest.decision is not None and latest.decision.outcome == "attention":
        return "attention", latest.decision.sentence, latest.decision.reason
    if latest is not None and latest.decision is None:
        if latest.submission.state == "graded":
            by_hand = counted(sum(item.score is None for item in latest.submission.items), "answer")
            sentence = f"A person reads part of your work on {title}; you will hear as soon as that is done."
            return (
                "waiting",
                sentence,
                f"{by_hand} of {latest.submission.assignment} to be graded by hand in formgrader.",
            )
        return "waiting", f"Your work on {title} has been handed in and is being checked.", ""
    missing = [name for name in unit.requires if name not in record.mastered_units]
    if missing:
        return "locked", f"{title} opens when you have mastered {listing(missing)}.", ""
    if mine.attempts:
        return "attention", _no_form(title), "There is no form left that this learner has not seen."
    return "waiting", f"{title} is being made ready for you.", ""


def _no_form(title: str) -> str:
    return f"There is no new form of {title} for you right now. Your instructor has been told."


def _stuck(submission: Submission) -> bool:
    return submission.state == "waiting" and submission.faults >= FAULTS_BEFORE_ATTENTION


def _todo(mine: UnitRecord, title: str, todo: Sequence[Assignment]) -> tuple[State, str]:
    first = todo[0]
    fetched = (grant := mine.grants.get(first.id)) is not None and grant.fetched_at is not None
    latest = mine.latest
    if first.kind == "corrective":
        left = counted(sum(1 for a in todo if a.kind == "corrective"), "short notebook")
        decision = latest.decision.sentence if latest and latest.decision else ""
        verb = "Go on with" if fetched else "Fetch"
        return "corrective", f"{decision} ({left} left.) {verb} {first.id}.".strip()
    if latest is not None or mine.attempts:
        verb = "Go on with" if fetched else "Fetch"
        gaps = _not_shown(mine)
        only = f" Only what is not shown yet counts: {listing(gaps)}." if gaps and mine.mastered else ""
        return "retry", f"{title}: a new form of the checks is open for you. {verb} {first.id}.{only}"
    if fetched:
        return "working", f"You are working on {title}. When you are ready, hand in {first.id}."
    return "open", f"{title} is open for you. Fetch {first.id} and begin."


def _not_shown(mine: UnitRecord) -> list[str]:
    verdicts = mine.latest.decision.verdicts if mine.latest and mine.latest.decision else ()
    return [f"“{v.objective}”" for v in verdicts if v.objective not in mine.mastered]
