"""The levels of a cohort on one objective, as a beta distribution fitted to everybody's first attempt.

First attempts at the first form are the only ones that nobody was selected for: later forms are taken by those who left
a gap. Scores on an objective are numbers of items right; where items have different points, the share of the points
times the number of items, which then need not be whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kit.analysis import enough
from kit.analysis.sheets import Floats, Sheet, sheets
from kit.psychometrics.binomial import cut_for
from kit.psychometrics.decision_table import DecisionTable, beta_binomial, fit_beta_binomial
from kit.psychometrics.reliability import kr21
from kit.reports import CourseView

_EQUAL = 1e6
"""α + β of a distribution of levels as good as a point: nobody's score moves it."""


@dataclass(frozen=True)
class Levels:
    """What first attempts tell about the levels on one objective."""

    unit: str
    revision: int
    objective: str
    items: int
    criterion: float
    right: Floats
    """Items right at the first attempt, of every learner assessed on this objective."""
    learners: tuple[str, ...]
    """Whose they are."""

    @property
    def n(self) -> int:
        """Learners."""
        return len(self.right)

    @property
    def cut(self) -> int:
        """Smallest number of items right that reaches the criterion."""
        return cut_for(self.items, self.criterion)

    @cached_property
    def mean(self) -> float:
        """Mean number of items right; NaN without learners."""
        return float(self.right.mean()) if self.n else float("nan")

    @cached_property
    def kr21(self) -> float:
        """KR-21 of the items right; NaN where it cannot be told (fewer than two learners or items, no variance)."""
        variance = float(self.right.var()) if self.n else 0.0
        if self.n < 2 or self.items < 2 or variance <= 1e-12 or not 0 < self.mean < self.items:
            return float("nan")
        return float(kr21(self.mean, variance, self.items))

    @property
    def fault(self) -> str:
        """Why no distribution of levels can be built on these scores, as a sentence; empty where it can."""
        if self.n < enough.FEWEST_FOR_MODEL:
            return enough.too_few(self.n, enough.FEWEST_FOR_MODEL)
        if self.items < 2:
            return "One item alone does not tell luck from level: write more items."
        if np.isnan(self.kr21):
            return "All first attempts came out alike: nothing tells one learner from another."
        if self.kr21 <= 0:
            return (
                f"First attempts differ no more than luck alone makes them differ (KR-21 {self.kr21:.2f}): "
                "who passed and who did not, these items cannot tell."
            )
        if self.kr21 >= 1:
            return "Every first attempt has all or nothing right: no distribution of levels can be fitted."
        return ""

    @cached_property
    def shape(self) -> tuple[float, float] | None:
        """α and β of the distribution of levels; None below `enough.FEWEST_FOR_MODEL` learners or with one item.

        Without more variance than chance gives (KR-21 ≤ 0) everybody is taken to have the mean level.
        """
        if self.n < enough.FEWEST_FOR_MODEL or self.items < 2:
            return None
        if self.fault:
            # Half an item on both sides keeps a level of exactly 0 or 1, which no finite sample shows, out of it.
            level = (self.n * self.mean + 0.5) / (self.n * self.items + 1)
            return _EQUAL * level, _EQUAL * (1 - level)
        fitted = fit_beta_binomial(self.mean, float(self.right.var()), self.items)
        return float(fitted[0]), float(fitted[1])

    @cached_property
    def table(self) -> DecisionTable | None:
        """Decisions by one form as this cohort meets them (Huynh 1976); None where `fault` says why not."""
        if self.fault or self.shape is None:
            return None
        return beta_binomial(*self.shape, self.items, self.cut, self.criterion)

    def after(self, right: float, of: float) -> DecisionTable | None:
        """Decisions by one more form for somebody who had *right* of *of* items so far and learned nothing since."""
        if self.shape is None:
            return None
        key = (round(right, 6), round(of, 6))
        if key not in self._afters:
            alpha, beta = self.shape
            self._afters[key] = beta_binomial(alpha + right, beta + of - right, self.items, self.cut, self.criterion)
        return self._afters[key]

    @cached_property
    def _afters(self) -> dict[tuple[float, float], DecisionTable]:
        return {}


def levels(course: CourseView, unit: str | None = None) -> dict[tuple[str, int, str], Levels]:
    """By (unit, revision, objective), in the course's order: for every revision whose first form somebody has taken."""
    found = {}
    for sheet in sheets(course, unit):
        revision = course.catalogue.revisions.get(sheet.unit, {}).get(sheet.revision)
        if revision is None or not revision.forms or sheet.form != revision.forms[0].form:
            continue
        for objective in revision.objectives:
            if objective.id in sheet.topics:
                made = _levels(sheet, objective.id, objective.criterion)
                found[sheet.unit, sheet.revision, objective.id] = made
    return found


def _levels(sheet: Sheet, objective: str, criterion: float) -> Levels:
    share = sheet.share(objective)
    mine = sheet.firsts & ~np.isnan(share)
    count = len(sheet.columns(objective))
    learners = tuple(name for name, taken in zip(sheet.learners, mine, strict=True) if taken)
    return Levels(sheet.unit, sheet.revision, objective, count, criterion, share[mine] * count, learners)
