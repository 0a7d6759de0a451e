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
    kept = course.frames.kept
    if "sheets" not in kept:
        kept["sheets"] = _all_sheets(course)
    every: list[Sheet] = kept["sheets"]
    return [one for one in every if unit in (None, one.unit) and form in (None, one.form)]


def _all_sheets(course: CourseView) -> list[Sheet]:
    found = course.frames.items
    found = found[found["max"] > 0]
    order = {one.id: place for place, one in enumerate(course.course.units)}
    groups: Any = found.groupby(["unit", "revision", "form"], observed=True)
    keys = [key for key in groups.indices if key[0] in order]
    keys.sort(key=lambda key: (order[key[0]], *key[1:]))
    return [_sheet(key, found.iloc[groups.indices[key]]) for key in keys]


def _sheet(key: Any, rows: pd.DataFrame) -> Sheet:
    unit, revision, form = key
    items = rows.drop_duplicates("item")
    # One attempt of a learner at a form counts; a reset never gives a form a second time.
    people = rows.drop_duplicates("learner")
    return Sheet(
        unit=str(unit),
        revision=int(revision),
        form=str(form),
        learners=tuple(people["learner"].tolist()),
        attempts=tuple(people["attempt"].tolist()),
        submitted_at=people.set_index("learner")["submitted_at"],
        items=tuple(items["item"].tolist()),
        objectives=tuple(items["objective"].tolist()),
        maxima=items["max"].to_numpy(dtype=float),
        points=_points(rows, people, items),
    )


def _points(rows: pd.DataFrame, people: pd.DataFrame, items: pd.DataFrame) -> Floats:
    """Learners × items, in the order in which they first stand in *rows*; the first score counts."""
    scores = rows["score"].to_numpy(dtype=float, na_value=np.nan)
    across = _places(rows["item"], items["item"])
    down = _places(rows["learner"], people["learner"])
    points = np.full((len(people), len(items)), np.nan)
    # Backwards, so that the first of several stays.
    points[down[::-1], across[::-1]] = scores[::-1]
    return points


def _places(values: pd.Series, order: pd.Series) -> np.ndarray[Any, Any]:
    """Where each of *values* stands in *order*, both with the same categories."""
    place = np.zeros(len(values.cat.categories), dtype=np.int64)
    place[order.cat.codes.to_numpy()] = np.arange(len(order))
    return place[values.cat.codes.to_numpy()]
