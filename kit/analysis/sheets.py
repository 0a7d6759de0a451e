"""Score sheets: who reached how many points on which item of one form, as a matrix.

A learner takes a form at most once, so the rows of a sheet are learners; NaN is what was not assessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kit.reports import CourseView

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class Sheet:
    """One form of one revision of a unit, with all graded attempts at it."""

    unit: str
    revision: int
    form: str
    learners: tuple[str, ...]
    attempts: tuple[int, ...]
    """Per learner which attempt at the unit it was, from 1."""
    submitted_at: pd.Series
    """Per learner when it was handed in (UTC)."""
    items: tuple[str, ...]
    """In the order of the form's cells."""
    objectives: tuple[str, ...]
    """Per item, the objective it belongs to."""
    maxima: Floats
    """Per item, points there are."""
    points: Floats
    """Learners × items, points reached; NaN = not assessed."""

    @property
    def key(self) -> tuple[str, int, str]:
        """(unit, revision, form)."""
        return self.unit, self.revision, self.form

    @property
    def firsts(self) -> Bools:
        """Per learner, whether this was the first attempt at the unit."""
        return np.array(self.attempts, dtype=int) == 1

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The objectives of the form, each once, in the order of its cells."""
        return tuple(dict.fromkeys(self.objectives))

    def columns(self, objective: str) -> list[int]:
        """Where the items of *objective* stand in `points`."""
        return [place for place, name in enumerate(self.objectives) if name == objective]

    def share(self, objective: str | None = None) -> Floats:
        """Per learner the share (0–1) of the points of *objective*, or of all; NaN where an item is not assessed."""
        chosen = list(range(len(self.items))) if objective is None else self.columns(objective)
        return self.points[:, chosen].sum(axis=1) / self.maxima[chosen].sum()

    def maximum(self, objective: str) -> float:
        """Points there are on the items of *objective*."""
        return float(self.maxima[self.columns(objective)].sum())


def sheets(course: CourseView, unit: str | None = None, form: str | None = None) -> list[Sheet]:
    """The sheets of every form somebody has taken, in the order of the course, revision and form.

    Items without points are left out. UnknownName for a unit that the course does not have.
    """
    if unit is not None:
        course.course.unit(unit)
    found = course.items
    found = found[found["max"] > 0]
    if unit is not None:
        found = found[found["unit"] == unit]
    if form is not None:
        found = found[found["form"] == form]
    order = {one.id: place for place, one in enumerate(course.course.units)}
    groups: list[Any] = [(key, rows) for key, rows in found.groupby(["unit", "revision", "form"]) if key[0] in order]
    return [_sheet(key, rows) for key, rows in sorted(groups, key=lambda group: (order[group[0][0]], *group[0][1:]))]


def _sheet(key: Any, rows: pd.DataFrame) -> Sheet:
    unit, revision, form = key
    items = rows.drop_duplicates("item")
    # One attempt of a learner at a form counts; a reset never gives a form a second time.
    people = rows.drop_duplicates("learner").set_index("learner")
    wide = rows.drop_duplicates(["learner", "item"]).pivot(index="learner", columns="item", values="score")
    wide = wide.reindex(index=people.index, columns=items["item"])
    return Sheet(
        unit=str(unit),
        revision=int(revision),
        form=str(form),
        learners=tuple(people.index),
        attempts=tuple(int(number) for number in people["attempt"]),
        submitted_at=people["submitted_at"],
        items=tuple(items["item"]),
        objectives=tuple(items["objective"]),
        maxima=items["max"].to_numpy(dtype=float),
        points=wide.to_numpy(dtype=float, na_value=np.nan),
    )
