"""The mastery record: one learner's history as values. Built by `fold`, read by everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kit.course import Settings
from kit.records.assignment import Kind
from kit.records.events import Event

VerdictState = Literal["mastered", "mastered-before", "gap", "not-enough", "not-assessed"]
Outcome = Literal["mastered", "gaps", "more", "attention", "waiting"]
Action = Literal["mastered", "reset", "another-form"]


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One item of one attempt. `score` None means not assessed: never the same as zero."""

    item: str
    objective: str
    score: float | None
    max: float
    note: str = ""
    """Why it came out so, in words a learner may read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one attempt says about one objective."""

    objective: str
    state: VerdictState
    score: float | None
    """Points reached; None when an item of it waits for a person."""
    max: float
    criterion: float
    certainty: float | None = None
    """Posterior probability, 0–1, that the true level reaches the criterion; None when not assessed or not known."""

    @property
    def share(self) -> float | None:
        """Points reached as a share of the points there are, 0–1; None when not assessed."""
        return None if self.score is None or self.max <= 0 else self.score / self.max


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from an attempt: the outcome, the rule that spoke, and one sentence a learner can read."""

    outcome: Outcome
    verdicts: tuple[Verdict, ...]
    rule: str
    sentence: str
    cycle: int
    """How many attempts since the start (or the last reset) left a gap, this one included."""
    correctives: tuple[str, ...] = ()
    """Assignment ids to be worked through before the next form opens."""
    next_form: str | None = None
    """Assignment id of the next unseen form, opened when the correctives are handed in; at once for `more`."""
    reason: str = ""
    """For `attention`: what the instructor should know."""

    @property
    def left_gap(self) -> bool:
        """Whether an objective was below its criterion, so that a cycle of corrective and new form follows."""
        return self.outcome in ("gaps", "attention") and any(verdict.state == "gap" for verdict in self.verdicts)

    def to_data(self) -> dict[str, Any]:
        """Plain values for an event."""
        return {
            "outcome": self.outcome,
            "verdicts": [
                {
                    "objective": v.objective,
                    "state": v.state,
                    "score": v.score,
                    "max": v.max,
                    "criterion": v.criterion,
                    "certainty": v.certainty,
                }
                for v in self.verdicts
            ],
            "rule": self.rule,
            "sentence": self.sentence,
            "cycle": self.cycle,
            "correctives": list(self.correctives),
            "next_form": self.next_form,
            "reason": self.reason,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Decision:
        """The inverse of `to_data`; also of what was written before decisions said how sure they are."""
        return cls(
            outcome=data["outcome"],
            verdicts=tuple(v if isinstance(v, Verdict) else Verdict(**v) for v in data["verdicts"]),
            rule=data["rule"],
            sentence=data["sentence"],
            cycle=data["cycle"],
            correctives=tuple(data["correctives"]),
            next_form=data["next_form"],
            reason=data["reason"],
        )


@dataclass(slots=True)
class GrantState:
    """One assignment this learner was given, and what became of it."""

    assignment: str
    kind: Kind
    granted_at: datetime
    revision: int
    form: str | None = None
    fetched_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawals: int = 0


@dataclass(slots=True)
class Submission:
    """One thing handed in that counts (the latest before grading began)."""

    id: str
    assignment: str
    at: datetime
    state: Literal["waiting", "graded", "rejected"] = "waiting"
    items: tuple[ItemScore, ...] = ()
    reason: str = ""
    """For `rejected`: the sentence the learner reads."""
    faults: int = 0
    """How often our grader failed on it."""
    version: int = 0
    """Grows when a person's score arrives later."""

    @property
    def complete(self) -> bool:
        """Graded, and no item waits for a person."""
        return self.state == "graded" and all(item.score is not None for item in self.items)


@dataclass(slots=True)
class Attempt:
    """A submission of a form, with what was decided on it."""

    number: int
    form: str
    submission: Submission
    decision: Decision | None = None
    decided_version: int = 0
    """The version of the evidence that was decided on."""
    before_reset: bool = False
    """An instructor's reset put this attempt behind the learner: it no longer counts as evidence."""

    @property
    def undecided(self) -> bool:
        """All of it is assessed, and nothing was decided on this evidence yet."""
        return self.submission.complete and self.decided_version != self.submission.version


@dataclass(slots=True)
class CorrectiveWork:
    """A corrective given to the learner, and whether it was handed in."""

    assignment: str
    objective: str
    approach: str
    granted_at: datetime
    submission: Submission | None = None


@dataclass(slots=True)
class UnitRecord:
    """One learner in one unit."""

    unit: str
    revision: int | None = None
    """Of the first thing granted; frozen at engagement."""
    engaged_at: datetime | None = None
    criteria: dict[str, float] = field(default_factory=dict)
    """Per objective, frozen at engagement."""
    rule: str = ""
    settings: Settings | None = None
    """Of the rule, frozen at engagement."""
    max_cycles: int = 0
    grants: dict[str, GrantState] = field(default_factory=dict)
    submissions: dict[str, Submission] = field(default_factory=dict)
    """Per assignment, the one that counts."""
    attempts: list[Attempt] = field(default_factory=list)
    """In order of submission time."""
    correctives: list[CorrectiveWork] = field(default_factory=list)
    mastered: dict[str, datetime] = field(default_factory=dict)
    """Objectives mastered, with the submission time that showed it."""
    mastered_at: datetime | None = None
    mastered_by: Literal["evidence", "override", ""] = ""
    closed_forms: set[str] = field(default_factory=set)
    """Forms the learner had begun when an instructor opened another one, or began the unit anew."""
    form_opened: bool = False
    """An instructor opened another form, and no attempt has used it up yet."""
    reset_at: datetime | None = None
    overrides: list[Event] = field(default_factory=list)
    set_aside: list[Event] = field(default_factory=list)
    """Submissions that were kept but do not count."""

    @property
    def counted(self) -> list[Attempt]:
        """The attempts that count as evidence: those since the last reset."""
        return [attempt for attempt in self.attempts if not attempt.before_reset]

    @property
    def spent_forms(self) -> set[str]:
        """Forms this learner has seen and never gets again."""
        return self.closed_forms | {attempt.form for attempt in self.attempts}

    @property
    def latest(self) -> Attempt | None:
        """The last attempt that still counts."""
        counted = self.counted
        return counted[-1] if counted else None


@dataclass(slots=True)
class LearnerRecord:
    """Everything that happened to one learner."""

    learner: str
    enrolled_at: datetime | None = None
    name: str = ""
    section: str = ""
    """The group of learners they are in, as the hub or a class list names it; "" for none."""
    units: dict[str, UnitRecord] = field(default_factory=dict)
    set_aside: list[Event] = field(default_factory=list)
    """Submissions of something that was never theirs: kept, not counted."""
    received: list[Event] = field(default_factory=list)
    """Proof of what the hub's service took in, in the order in which it did; nothing else follows from it."""

    def unit(self, name: str) -> UnitRecord:
        """The record of unit *name*, empty if nothing happened there yet."""
        return self.units.get(name) or UnitRecord(name)

    @property
    def mastered_units(self) -> set[str]:
        """Units mastered, by evidence or by an instructor's override."""
        return {name for name, unit in self.units.items() if unit.mastered_at is not None}
