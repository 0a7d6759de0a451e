"""`items`: how each item of each form behaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from kit.analysis import columns, enough
from kit.analysis.sheets import Floats, Sheet, sheets
from kit.psychometrics.items import alpha_if_deleted, difficulty, discrimination
from kit.psychometrics.matrices import complete
from kit.psychometrics.posterior import wilson_interval
from kit.psychometrics.reliability import alpha
from kit.reports import CourseView
from kit.reports.columns import frame

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


def items(course: CourseView, unit: str | None = None, form: str | None = None) -> pd.DataFrame:
    """One row per item of every form somebody has taken, in the order of the form's cells.

    name                 dtype            unit      meaning
    -------------------  ---------------  --------  ------------------------------------------------------------------
    unit                 string           –         unit id
    revision             Int64            number    which build of the unit the form belongs to, from 1
    form                 string           –         a, b, c …
    item                 string           –         the test cell's grade_id
    objective            string           –         the objective it belongs to
    n                    Int64            number    learners whose answer to it was assessed
    not_assessed         Int64            number    learners whose answer to it was not (NULL: it waits for a person)
    max                  Float64          points    there are on it
    difficulty           Float64          0–1       mean share of its points that was reached: high is easy
    difficulty_low       Float64          0–1       lower end of its 95 % interval (Wilson 1927)
    difficulty_high      Float64          0–1       upper end
    discrimination       Float64          −1–1      correlation with the rest of its objective on this form
    discrimination_low   Float64          −1–1      lower end of its 95 % interval (Fisher 1921)
    discrimination_high  Float64          −1–1      upper end
    discrimination_form  Float64          −1–1      correlation with the rest of the whole form
    alpha                Float64          ≤ 1       Cronbach's alpha of its objective's items on this form
    alpha_without        Float64          ≤ 1       the same without this item
    form_time            timedelta64[us]  duration  median from fetching the form to handing it in, by the calendar
    flags                string           –         what is wrong with it, in words; NA where nothing was found

    Forms after the first are taken by those who left a gap: their items look harder, and discriminate less, than they
    would with everybody. Compare items within one form. `discrimination` is corrected (the item is not part of its own
    rest) and NA where it cannot be told: one item in the objective, no variance, fewer than three learners. Learners
    with an item that is not assessed are left out of correlations and alphas. The ledger holds no time per item;
    `form_time` is the form's, nights included, and says how long an attempt lies open, not how long one works.
    """
    times = _times(course)
    rows = (row for sheet in sheets(course, unit, form) for row in _rows(sheet, times))
    return frame(columns.ITEMS, rows)


def _rows(sheet: Sheet, times: dict[tuple[str, str, int], list[float]]) -> Iterator[tuple[Any, ...]]:
    shares = sheet.points / sheet.maxima
    levels = difficulty(shares)
    whole = discrimination(sheet.points)
    took = columns.middle(times.get((sheet.unit, sheet.form, sheet.revision), []))
    within: dict[int, tuple[float, int, float, float]] = {}
    for objective in sheet.topics:
        places = sheet.columns(objective)
        points = sheet.points[:, places]
        pairs, together = len(complete(points)), alpha(points)
        parts = zip(places, discrimination(points), alpha_if_deleted(points), strict=True)
        within |= {place: (float(r), pairs, together, float(without)) for place, r, without in parts}
    for place, item in enumerate(sheet.items):
        answers = shares[:, place]
        n = int((~np.isnan(answers)).sum())
        low, high = wilson_interval(min(n, float(np.nansum(answers))), n, enough.CONFIDENCE) if n else (NAN, NAN)
        r, pairs, together, without = within[place]
        r_low, r_high = enough.correlation_interval(r, pairs)
        yield columns.row(
            sheet.unit, sheet.revision, sheet.form, item, sheet.objectives[place], n, len(answers) - n,
            float(sheet.maxima[place]), float(levels[place]), low, high, r, r_low, r_high, float(whole[place]),
            together, without, took, _flags(answers[~np.isnan(answers)], r_high, pairs),
        )  # fmt: skip


def _complete(points: Floats) -> Floats:
    return points[~np.isnan(points).any(axis=1)]


def _flags(answers: Floats, r_high: float, pairs: int) -> str | None:
    """What is wrong with an item, in words: only what is certain enough (`kit.analysis.enough`)."""
    n = len(answers)
    passed = int((answers >= 1 - 1e-9).sum())
    found = []
    if n and passed == n and n >= enough.needed_for_none(enough.RARELY_FAILED):
        found.append(f"nobody of {n} fails it")
    if n and passed == 0 and n >= enough.needed_for_none(enough.RARELY_PASSED):
        found.append(f"nobody of {n} passes it")
    if pairs >= enough.FEWEST_FOR_MODEL and r_high < 0:
        found.append("negative discrimination: who does the rest right, does this wrong")
    return "; ".join(found) or None


def _times(course: CourseView) -> dict[tuple[str, str, int], list[float]]:
    """Per (unit, form, revision) the seconds from fetching to handing in, of everybody who did both."""
    seen = course.frames.attempts
    seconds = (seen["submitted_at"] - seen["fetched_at"]).dt.total_seconds()
    seen = seen.assign(seconds=seconds)[seconds >= 0]
    groups: Any = seen.groupby(["unit", "form", "revision"], observed=True)["seconds"]
    return {key: list(took) for key, took in groups}
