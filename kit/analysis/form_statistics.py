"""`forms`: the forms of a unit side by side, and `form_drift`: whether a form changes with time."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from kit.analysis import columns, enough
from kit.analysis.comparison import Compared, comparisons, flag, told
from kit.analysis.expected import compare_groups
from kit.analysis.sheets import Floats, Sheet, sheets
from kit.psychometrics.matrices import complete
from kit.psychometrics.reliability import alpha, kr21
from kit.reports import CourseView
from kit.reports.columns import frame

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


def forms(course: CourseView, unit: str | None = None) -> pd.DataFrame:
    """One row per form somebody has taken.

    name             dtype     unit     meaning
    ---------------  --------  -------  ------------------------------------------------------------------------------
    unit             string    –        unit id
    revision         Int64     number   which build of the unit
    form             string    –        a, b, c …
    items            Int64     number   items with points
    max              Float64   points   there are
    n                Int64     number   attempts at it that are fully assessed (one per learner)
    first_attempts   Int64     number   of these, the first attempt at the unit
    mean             Float64   points   of these n
    variance         Float64   points²  of these n (population variance); NA without any
    mean_se          Float64   points   standard error of the mean; NA below two attempts
    kr20             Float64   ≤ 1      Cronbach's alpha, for items of 0 and 1 point the same as KR-20
    kr21             Float64   ≤ 1      KR-21, as if all items were equally hard; NA where items have different points
    difference       Float64   0–1      how much easier than the unit's first form (NA for that); see below
    difference_low   Float64   0–1      lower end of its 95 % interval
    difference_high  Float64   0–1      upper end
    flags            string    –        what is certain enough to act on, in words; NA otherwise
    told             string    –        what can be told, as a sentence

    **Means of two forms must not be compared as they stand**: the first form is taken by everybody, the others by those
    who left a gap and worked on it since. `difference` compares only what can be compared, objective by objective and
    form by form (`form_comparison` has the parts), weighted by points and added up to the first form. Its standard
    error adds those of the parts as if they all went together: the interval is rather too wide than too narrow.
    """
    parts = list(comparisons(course, unit))
    return frame(columns.FORMS, (_form(sheet, course, parts) for sheet in sheets(course, unit)))


def _form(sheet: Sheet, course: CourseView, parts: Sequence[Compared]) -> tuple[Any, ...]:
    points = complete(sheet.points)
    total = points.sum(axis=1)
    n, firsts = len(total), int((sheet.firsts & ~np.isnan(sheet.points).any(axis=1)).sum())
    mean, variance = (float(total.mean()), float(total.var())) if n else (NAN, NAN)
    se = sqrt(float(total.var(ddof=1)) / n) if n > 1 else NAN
    alike = n > 0 and bool((sheet.maxima == sheet.maxima[0]).all())
    worth = float(sheet.maxima[0])
    # Points such as 0.1 do not add up exactly: the mean of items right is never above their number.
    right = min(mean / worth, len(sheet.items)) if alike else NAN
    r21 = kr21(right, variance / worth**2, len(sheet.items)) if alike else NAN
    mine = [one for one in parts if one.sheet.key == sheet.key]
    difference, half, why = _to_first(sheet, course, parts)
    flags = "; ".join(found for one in mine if (found := flag(one))) or None
    return columns.row(
        sheet.unit, sheet.revision, sheet.form, len(sheet.items), float(sheet.maxima.sum()), n, firsts, mean, variance,
        se, alpha(sheet.points), r21, difference, difference - half, difference + half, flags,
        why or _summary(mine),
    )  # fmt: skip


def _to_first(sheet: Sheet, course: CourseView, parts: Sequence[Compared]) -> tuple[float, float, str]:
    """(difference to the first form, half-width of its interval, why it cannot be told)."""
    revision = course.catalogue.revisions.get(sheet.unit, {}).get(sheet.revision)
    order = [form.form or "" for form in revision.forms] if revision else []
    if sheet.form not in order:
        return NAN, NAN, "The revision it was built from is gone."
    if sheet.form == order[0]:
        return NAN, NAN, "The form the others are compared with."
    difference, half = 0.0, 0.0
    for step in order[1 : order.index(sheet.form) + 1]:
        key = (sheet.unit, sheet.revision, step)
        steps = [one for one in parts if one.sheet.key == key]
        known = [one for one in steps if one.found is not None]
        if not known:
            return NAN, NAN, _why_not(steps, step)
        weight = sum(one.sheet.maximum(one.objective) for one in known)
        for one in known:
            assert one.found is not None
            share = one.sheet.maximum(one.objective) / weight
            difference += share * one.found.difference
            half += share * enough.Z * one.found.se
    return difference, half, ""


def _why_not(steps: Sequence[Compared], step: str) -> str:
    if not steps:
        return f"Nobody has taken both form {step} and the one before it."
    return f"Form {step}: {max(steps, key=lambda one: one.n).why}"


def _summary(mine: Sequence[Compared]) -> str:
    return " ".join(f"{one.objective}: {told(one)}" for one in mine)


def form_drift(course: CourseView, unit: str | None = None) -> pd.DataFrame:
    """One row per form: those who handed it in early against those who handed it in late, half and half.

    name             dtype     unit    meaning
    ---------------  --------  ------  -------------------------------------------------------------------------------
    unit             string    –       unit id
    revision         Int64     number  which build of the unit
    form             string    –       a, b, c …
    n_early          Int64     number  learners in the first half, by the time of handing in
    n_late           Int64     number  learners in the second half
    n_needed         Int64     number  about how many in each half can tell (± 10 points of a hundred)
    early            Float64   0–1     mean share of the points in the first half; NA with too few
    late             Float64   0–1     in the second half
    difference       Float64   0–1     late − early
    difference_low   Float64   0–1     lower end of its 95 % interval (Welch)
    difference_high  Float64   0–1     upper end
    flags            string    –       that it drifts, in words, where that is certain; NA otherwise
    told             string    –       what can be told, as a sentence

    Only learners at the same attempt count: the one at which most took the form. A form may become easier because
    answers get round, or because the teaching got better; or quick learners come first. The ledger cannot tell these
    apart; the instructor may.
    """
    return frame(columns.DRIFT, (_drift(sheet) for sheet in sheets(course, unit)))


def _drift(sheet: Sheet) -> tuple[Any, ...]:
    early, late = _halves(sheet)
    key = (sheet.unit, sheet.revision, sheet.form, len(early), len(late))
    if min(len(early), len(late)) < enough.FEWEST:
        why = enough.too_few(len(early) + len(late), 2 * enough.FEWEST)
        return columns.row(*key, enough.FEWEST, NAN, NAN, NAN, NAN, NAN, None, why)
    found = compare_groups(early, late)
    low, high = found.interval
    needs = enough.needed_for_width(len(late), enough.Z * found.se)
    words = f"{100 * found.difference:+.0f} points of a hundred (95 %: {100 * low:+.0f} to {100 * high:+.0f})"
    flags = None
    if low > enough.TOLERANCE or high < -enough.TOLERANCE:
        flags = f"who came later scores {'higher' if low > 0 else 'lower'} by {words.split(' (')[0].lstrip('+-')}"
    sentence = (
        f"It drifts: {words}." if flags
        else f"Steady, as far as matters: {words}." if max(abs(low), abs(high)) <= enough.PRECISION
        else f"If anything, a little drift: {words}." if high - low <= 2 * enough.PRECISION
        else f"Cannot be told yet: {words}; about {2 * needs} learners are needed."
    )  # fmt: skip
    return columns.row(
        *key, needs, float(early.mean()), float(late.mean()), found.difference, low, high, flags, sentence
    )


def _halves(sheet: Sheet) -> tuple[Floats, Floats]:
    """Shares of the points on the whole form, in the order of handing in, cut in the middle."""
    share, attempts = sheet.share(), np.array(sheet.attempts, dtype=int)
    counted = ~np.isnan(share) & (attempts == np.bincount(attempts).argmax())
    order = np.argsort(sheet.submitted_at.to_numpy()[counted], kind="stable")
    values = share[counted][order]
    return values[: len(values) // 2], values[len(values) // 2 :]
