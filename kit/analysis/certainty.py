"""`certainties`: how sure each decision is, and `retests`: what coming again and again does to that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kit.analysis import columns, enough
from kit.analysis.levels import levels
from kit.psychometrics.binomial import after_retests, chance_to_pass
from kit.reports import CourseView
from kit.reports.columns import frame

if TYPE_CHECKING:
    import pandas as pd


def certainties(course: CourseView, unit: str | None = None) -> pd.DataFrame:
    """One row per decision on an objective: every verdict that something new was concluded from.

    name       dtype     unit    meaning
    ---------  --------  ------  -------------------------------------------------------------------------------------
    learner    string    –       the learner's account name
    unit       string    –       unit id
    revision   Int64     number  which build of the unit the form belongs to
    attempt    Int64     number  1 for the first form handed in in this unit, and so on
    form       string    –       a, b, c …
    objective  string    –       objective id
    state      category  –       mastered, gap or not-enough (one more form)
    share      Float64   0–1     of the points of the objective
    criterion  Float64   0–1     it was held against
    certainty  Float64   0–1     probability that the true level reaches the criterion; NA in older decisions

    The certainty is the one written down with the decision (`kit.decisions.rules.certainty`). For `mastered` it is how
    sure that is; for `gap`, 1 − certainty is.
    """
    if unit is not None:
        course.course.unit(unit)
    found = course.frames.objectives
    found = found[found["state"].isin(["mastered", "gap", "not-enough"])]
    if unit is not None:
        found = found[found["unit"] == unit]
    found = found[list(columns.CERTAINTIES)].reset_index(drop=True)
    return found.astype({"state": "string"}).astype(dict(columns.CERTAINTIES))


def retests(course: CourseView, unit: str | None = None) -> pd.DataFrame:
    """One row per objective and number of the attempt: how sure mastery is, the oftener one came.

    name       dtype    unit    meaning
    ---------  -------  ------  --------------------------------------------------------------------------------------
    unit       string   –       unit id
    objective  string   –       objective id
    attempt    Int64    number  1 for the first attempt, and so on
    tried      Int64    number  decisions on the objective at that attempt, for whom it was not shown before
    mastered   Int64    number  of these, the ones that found it shown
    rated      Int64    number  of these, the ones that say how sure they are
    certainty  Float64  0–1     their mean: about this share of them are masters; NA without any
    unsure     Int64    number  of these, the ones less sure than 0.5; NA without any
    by_chance  Float64  0–1     chance that somebody below the criterion by the course's margin has passed by now, had
                                they learned nothing: what retesting alone does (1 − (1 − P)ᵏ, Millman 1973)
    """
    found = certainties(course, unit)
    known = {(one.unit, one.objective): one for one in levels(course, unit).values()}
    margin = course.course.assessment.margin
    rows: list[tuple[Any, ...]] = []
    order = {one.id: place for place, one in enumerate(course.course.units)}
    found = found[found["unit"].isin(list(order))]
    groups: Any = found.groupby(["unit", "objective", "attempt"], sort=True)
    for (name, objective, attempt), mine in groups:
        passed = mine[mine["state"] == "mastered"]
        sure = passed["certainty"].dropna().to_numpy(dtype=float)
        model = known.get((name, objective))
        chance = float("nan")
        if model is not None:
            level = max(0.0, model.criterion - margin)
            chance = after_retests(chance_to_pass(model.items, model.cut, level), int(attempt))
        mean = float(np.mean(sure)) if len(sure) else float("nan")
        unsure = int((sure < enough.UNSURE).sum()) if len(sure) else None
        rows.append(columns.row(name, objective, attempt, len(mine), len(passed), len(sure), mean, unsure, chance))
    return frame(columns.RETESTS, sorted(rows, key=lambda row: (order[str(row[0])], row[1], row[2])))
