"""One simulated learner in one unit of a real course, decided on by the very function that decides in the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from kit.decisions import decide
from kit.decisions.decide import unseen_form
from kit.forecast.blueprint import PlannedUnit
from kit.forecast.learning import Learning
from kit.records import Assignment, Attempt, CorrectiveWork, Decision, GrantState, ItemScore, Submission, UnitRecord

if TYPE_CHECKING:
    import numpy as np

Why = Literal["", "cycles", "forms", "approaches"]
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Only the order of times counts here."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long work takes, as parts of the author's `minutes` of a unit (its instruction and first form)."""

    form: float = 0.25
    """A further form, with every objective still open; in proportion where some are shown."""
    corrective: float = 0.5
    """All of a unit's correctives of one approach together; one takes its objective's part of it."""


@dataclass(slots=True)
class Passage:
    """One learner's way through one unit."""

    unit: str
    started: Mapping[str, float]
    """Level after the instruction, 0–1, by objective."""
    levels: dict[str, float]
    """Level now, by objective."""
    record: UnitRecord
    minutes: float
    mastered: dict[str, float]
    """Objectives shown: the level at that time."""
    certainty: dict[str, float]
    """What the rule said about it then: posterior probability that the level reaches the criterion."""
    why: Why = ""
    """Why the instructor is needed; empty where the unit was mastered."""

    @property
    def forms(self) -> int:
        """How many forms were taken."""
        return len(self.record.attempts)

    @property
    def correctives(self) -> int:
        """How many correctives were worked through."""
        return len(self.record.correctives)


def pass_through(
    unit: PlannedUnit, levels: Mapping[str, float], learning: Learning, pace: Pace, rng: np.random.Generator
) -> Passage:
    """Take a learner with *levels* (0–1 by objective, after the instruction) through *unit* until it is decided.

    Every item of an objective is taken as equally hard; every corrective of the course is by an approach that is new to
    the learner (`decide` sees to that) and closes a share of what is missing.
    """
    passage = Passage(unit.revision.unit, dict(levels), dict(levels), UnitRecord(unit.revision.unit), 0.0, {}, {})
    passage.minutes += unit.minutes
    form = unseen_form(unit.revision, passage.record)
    while form is not None:
        decision = _attempt(unit, passage, form, rng)
        if decision.outcome == "mastered":
            return passage
        if decision.outcome == "attention":
            passage.why = _why(unit, passage, decision)
            return passage
        _work(unit, passage, decision, learning, pace, rng)
        form = unseen_form(unit.revision, passage.record)
        still = len(unit.revision.objectives) - len(passage.mastered)
        passage.minutes += unit.minutes * pace.form * still / len(unit.revision.objectives)
    passage.why = "forms"  # a unit without any form
    return passage


def _attempt(unit: PlannedUnit, passage: Passage, form: Assignment, rng: np.random.Generator) -> Decision:
    record = passage.record
    draws = rng.random(len(form.items)).tolist()
    items = tuple(
        ItemScore(item.id, item.objective, item.points if draw < passage.levels.get(item.objective, 0.0) else 0.0,
                  item.points)
        for item, draw in zip(form.items, draws, strict=True)
    )  # fmt: skip
    at = _now(passage)
    attempt = Attempt(len(record.attempts) + 1, form.form or "", Submission(form.id, form.id, at, "graded", items))
    record.attempts.append(attempt)
    attempt.decision = decision = decide(unit.revision, record, attempt)
    for verdict in decision.verdicts:
        if verdict.state == "mastered":
            record.mastered[verdict.objective] = at
            passage.mastered[verdict.objective] = passage.levels[verdict.objective]
            passage.certainty[verdict.objective] = verdict.certainty if verdict.certainty is not None else float("nan")
    return decision


def _work(
    unit: PlannedUnit, passage: Passage, decision: Decision, learning: Learning, pace: Pace, rng: np.random.Generator
) -> None:
    record = passage.record
    chosen = {corrective.id: corrective for corrective in unit.revision.correctives}
    for name in decision.correctives:
        corrective, at = chosen[name], _now(passage)
        objective, approach = corrective.objective or "", corrective.approach or ""
        record.grants[name] = GrantState(name, "corrective", at, unit.revision.number, fetched_at=at)
        record.correctives.append(CorrectiveWork(name, objective, approach, at, Submission(name, name, at, "graded")))
        learn(passage, objective, learning, rng)
        passage.minutes += unit.minutes * pace.corrective / len(unit.revision.objectives)


def learn(passage: Passage, objective: str, learning: Learning, rng: np.random.Generator) -> None:
    """Close a share of what is missing on *objective*."""
    level = passage.levels[objective]
    passage.levels[objective] = level + float(learning.gains(1, rng)[0]) * (1 - level)


def _now(passage: Passage) -> datetime:
    # Later than everything before it.
    return _BEGINNING + timedelta(hours=len(passage.record.attempts) + len(passage.record.correctives))


def _why(unit: PlannedUnit, passage: Passage, decision: Decision) -> Why:
    gaps = any(verdict.state == "gap" for verdict in decision.verdicts)
    if gaps and decision.cycle > unit.revision.max_cycles:
        return "cycles"
    return "forms" if unseen_form(unit.revision, passage.record) is None else "approaches"
