"""The learner's page as values: the one next step, the map of units, and what happened in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kit.decisions import Standing, UnitStanding, Work
from kit.decisions.standing import NextAction, ObjectiveState, State
from kit.exchange import Offer
from kit.records import Attempt, LearnerRecord, UnitRecord
from kit.records.record import Action
from kit.reports.signs import SIGNS, VERDICTS

STATES: Mapping[State, str] = {
    **{state: sign.word for state, sign in SIGNS.items()},
    "waiting": "being checked",
    "working": "begun",
    "attention": "with your instructor",
}
"""The word for each state as it is said to learners."""

OBJECTIVE_WORDS: Mapping[ObjectiveState, str] = {"shown": "shown", "not-yet": "not yet", "open": "open"}

VERDICT_WORDS = {state: sign.word for state, sign in VERDICTS.items()} | {"not-enough": "one more form to be sure"}

WORK_WORDS = {
    "open": "open for you",
    "begun": "begun",
    "handed-in": "handed in, being checked",
    "checked": "checked",
    "not-counted": "could not be taken: hand it in again",
}

OVERRIDES: Mapping[Action, str] = {
    "mastered": "Your instructor has marked this unit as mastered.",
    "another-form": "Your instructor has opened another form for you.",
    "reset": "Your instructor has begun this unit anew with you. What came before is kept and no longer counts.",
}

HEADS: Mapping[NextAction, str] = {
    "open": "What is next",
    "go-on": "What is next",
    "wait": "Nothing to do just now",
    "ask": "Your instructor is with you on this",
    "done": "The whole course is yours",
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do now."""

    head: str
    sentence: str
    action: NextAction
    unit: str | None
    assignment: str | None
    """What the button opens; None where there is no button."""
    label: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """A unit that has to be mastered first."""

    unit: str
    title: str
    state: State


@dataclass(frozen=True, slots=True)
class Happened:
    """Something in the history of a unit: a notebook with what became of it, or what an instructor did."""

    at: datetime | None
    work: Work | None
    attempt: Attempt | None
    said: str
    """For what an instructor did."""


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One unit of the map."""

    now: UnitStanding
    state: State
    """As `now` has it, or `waiting` while what was handed in has not been looked at."""
    requires: tuple[Requirement, ...]
    happened: tuple[Happened, ...]
    is_next: bool

    @property
    def titles(self) -> dict[str, str]:
        """What each objective is called."""
        return {objective.id: objective.title for objective in self.now.objectives}

    @property
    def shown(self) -> int:
        """How many objectives are shown."""
        return sum(objective.state == "shown" for objective in self.now.objectives)


@dataclass(frozen=True, slots=True)
class LearnerPage:
    """Everything the learner's page shows."""

    standing: Standing
    step: NextStep
    levels: tuple[tuple[UnitCard, ...], ...]
    """Units that need nothing first, then those that need these, and so on: side by side, one row below the other."""
    notices: tuple[str, ...]
    waiting: Mapping[str, datetime]
    """What was handed in and nobody has looked at yet, with the time of handing in."""

    @property
    def mastered(self) -> int:
        """How many units are mastered."""
        return sum(unit.state == "mastered" for unit in self.standing.units)


def learner_page(standing: Standing, record: LearnerRecord, waiting: Mapping[str, datetime]) -> LearnerPage:
    """What the page of *standing*'s learner shows; *waiting* comes from `not_looked_at`."""
    by_id = {now.unit: now for now in standing.units}
    step = next_step(standing, waiting)
    cards = [_card(now, record.unit(now.unit), by_id, waiting, step) for now in standing.units]
    return LearnerPage(standing, step, _levels(cards), standing.notices, waiting)


def not_looked_at(offers: Iterable[Offer], record: LearnerRecord) -> dict[str, datetime]:
    """When each assignment of *offers* was last handed in, as far as the record does not know of that yet."""
    units = record.units.values()
    known = {submission.id for unit in units for submission in unit.submissions.values()}
    known |= {str(event.data["submission"]) for unit in units for event in unit.set_aside}
    known |= {str(event.data["submission"]) for event in record.set_aside}
    last = {offer.assignment: offer.submissions[-1] for offer in offers if offer.submissions}
    return {name: receipt.at for name, receipt in last.items() if receipt.submission not in known}


def next_step(standing: Standing, waiting: Mapping[str, datetime]) -> NextStep:
    """The next step as `standing` says it, unless the learner has handed in just that meanwhile."""
    if standing.next_assignment is None or standing.next_assignment not in waiting:
        label = "Go on with" if standing.next_action == "go-on" else "Open"
        return NextStep(
            HEADS[standing.next_action], standing.next, standing.next_action, standing.next_unit,
            standing.next_assignment, label,
        )  # fmt: skip
    for now in standing.units:
        for name in now.todo:
            if name not in waiting:
                return NextStep(HEADS["open"], f"Meanwhile you can go on with {name}.", "open", now.unit, name, "Open")
    said = "Your work has been handed in and is being checked. The answer appears here by itself."
    return NextStep(HEADS["wait"], said, "wait", standing.next_unit, None, "")


def _card(
    now: UnitStanding, mine: UnitRecord, by_id: Mapping[str, UnitStanding], waiting: Mapping[str, datetime],
    step: NextStep,
) -> UnitCard:  # fmt: skip
    needs = tuple(Requirement(name, by_id[name].title, by_id[name].state) for name in now.requires if name in by_id)
    handed_in = bool(now.todo) and set(now.todo) <= set(waiting)
    return UnitCard(now, "waiting" if handed_in else now.state, needs, _happened(now, mine), step.unit == now.unit)


_BEFORE = datetime.min.replace(tzinfo=UTC)


def _happened(now: UnitStanding, mine: UnitRecord) -> tuple[Happened, ...]:
    attempts = {attempt.submission.id: attempt for attempt in mine.attempts}
    opened = {grant.assignment: grant.granted_at for grant in mine.grants.values()}
    # Who has only what the exchange tells has no grants, and the work in the order in which it was opened.
    told = [
        (opened.get(work.assignment, _BEFORE), Happened(work.at, work, attempts.get(work.submission or ""), ""))
        for work in now.work
    ]
    told += [(event.at, Happened(event.at, None, None, OVERRIDES[event.data["action"]])) for event in mine.overrides]
    return tuple(happened for _, happened in sorted(told, key=lambda entry: entry[0]))


def _levels(cards: Sequence[UnitCard]) -> tuple[tuple[UnitCard, ...], ...]:
    level: dict[str, int] = {}
    for card in cards:  # in the course's order, which has requirements first
        level[card.now.unit] = 1 + max((level[need.unit] for need in card.requires if need.unit in level), default=-1)
    rows = range(max(level.values(), default=-1) + 1)
    return tuple(tuple(card for card in cards if level[card.now.unit] == row) for row in rows)
