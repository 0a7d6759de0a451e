"""`form_comparison`: is a later form as hard as the one before it, objective by objective, and where is its cut?

Forms are given in one order: b is taken by those who left a gap in a. Two ways remain to compare them fairly.

- *first attempts*: some learners began with b, because an instructor had closed a for them (`kit override
  --another-form`). They are compared with everybody who began with a.
- *shown before*: who left a gap in one objective does the others again as well, without a corrective for these. Their
  scores are compared with what they would have on a form parallel to the first (`kit.analysis.expected`).

For an objective that had a corrective in between, a better score is learning or an easier form: that cannot be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kit.analysis import columns, enough
from kit.analysis.expected import Comparison, compare_groups, compare_selected
from kit.analysis.sheets import Floats, Sheet, sheets
from kit.psychometrics.equating import linear_equating, mean_equating
from kit.reports import CourseView
from kit.reports.columns import frame

if TYPE_CHECKING:
    import pandas as pd

LEARNERS_PER_PREDICTOR = 10
"""A regression on so many learners per score is stable enough; with fewer, only the score itself and the rest enter."""


class Compared(NamedTuple):
    """One objective on one form against the form before it."""

    sheet: Sheet
    before: Sheet
    objective: str
    basis: str | None
    n_reference: int
    n: int
    found: Comparison | None
    """None with too few learners, or where it cannot be told."""
    why: str
    """Why there is no comparison; empty where there is."""


def form_comparison(course: CourseView, unit: str | None = None) -> pd.DataFrame:
    """One row per objective of every form after the first that somebody has taken, against the form before it.

    name             dtype     unit    meaning
    ---------------  --------  ------  -------------------------------------------------------------------------------
    unit             string    –       unit id
    revision         Int64     number  which build of the unit
    form             string    –       the form in question: b, c …
    objective        string    –       objective id
    reference        string    –       the form it is compared with: the one before it
    basis            category  –       what they are compared on: first attempts or shown before (see the module)
    n_reference      Int64     number  learners of the reference form that the comparison rests on
    n                Int64     number  learners of this form who can be compared
    n_needed         Int64     number  about how many can tell (± 10 points of a hundred)
    expected         Float64   0–1     mean share they would have, were the forms parallel; NA with too few
    observed         Float64   0–1     mean share they have
    difference       Float64   0–1     observed − expected: below 0 this form is harder
    difference_low   Float64   0–1     lower end of its 95 % interval (jackknife; Welch for first attempts)
    difference_high  Float64   0–1     upper end
    cut              Float64   points  from which the objective is mastered, on both forms
    mean_cut         Float64   points  what on this form is worth the cut of the reference, by mean equating
    linear_cut       Float64   points  the same by linear equating
    flags            string    –       harder or easier, in words, where that is certain; NA otherwise
    told             string    –       what can be told, as a sentence

    A flag means: even the near end of the interval is more than 5 points of a hundred away. “Shown before” has one
    weakness that no arithmetic removes: learners know that these objectives no longer count for them, and may take less
    care. If *all* objectives seem harder on a form, think of that first, and of forgetting.
    """
    return frame(columns.COMPARISON, (_row(one, course) for one in comparisons(course, unit)))


def comparisons(course: CourseView, unit: str | None = None) -> Iterator[Compared]:
    """The rows of `form_comparison` as values."""
    found = sheets(course, unit)
    by_form = {sheet.key: sheet for sheet in found}
    for sheet in found:
        revision = course.catalogue.revisions.get(sheet.unit, {}).get(sheet.revision)
        order = [form.form or "" for form in revision.forms] if revision else []
        if sheet.form not in order[1:]:
            continue
        earlier = [by_form.get((*sheet.key[:2], form)) for form in order[: order.index(sheet.form)]]
        if earlier[-1] is not None:
            taken = [one for one in earlier if one is not None]
            shared = [objective for objective in sheet.topics if objective in earlier[-1].topics]
            yield from (_compare(course, taken, sheet, objective) for objective in shared)


def _compare(course: CourseView, earlier: Sequence[Sheet], sheet: Sheet, objective: str) -> Compared:
    before = earlier[-1]
    fresh = [one.share(objective)[one.firsts] for one in (before, sheet)]
    x, y = (values[~np.isnan(values)] for values in fresh)
    if min(len(x), len(y)) >= enough.FEWEST:
        return Compared(sheet, before, objective, "first attempts", len(x), len(y), compare_groups(x, y), "")
    return _shown_before(course, earlier, sheet, objective)


def _shown_before(course: CourseView, earlier: Sequence[Sheet], sheet: Sheet, objective: str) -> Compared:
    before = earlier[-1]
    scores, own = _known(earlier, objective)
    again = _aligned(sheet, before, objective)
    whole = ~np.isnan(scores).any(axis=1)
    taught = _taught(course, sheet, before, objective)
    untaught = np.array([name not in taught for name in before.learners], dtype=bool)
    chosen = ~np.isnan(again) & untaught & whole
    n, of = int(chosen.sum()), int(whole.sum())
    result = Compared(sheet, before, objective, "shown before", of, n, None, "")
    if own.shape[1] < 2:
        return result._replace(why="One item alone does not tell luck from level: write more items.")
    if of < enough.FEWEST_FOR_MODEL:
        return result._replace(why=enough.too_few(of, enough.FEWEST_FOR_MODEL, f"learners with form {before.form}"))
    if n < enough.FEWEST:
        return result._replace(why=enough.too_few(n, enough.FEWEST, "learners who can be compared"))
    return result._replace(found=compare_selected(scores[whole], own[whole], again[whole], chosen[whole]))


def _known(earlier: Sequence[Sheet], objective: str) -> tuple[Floats, Floats]:
    """What selects for the next form, shares per learner with *objective* first; and *objective*'s items."""
    before = earlier[-1]
    own = before.points[:, before.columns(objective)] / before.maximum(objective)
    mine = before.share(objective)
    others = [before.share(name) for name in before.topics if name != objective]
    for one in earlier[:-1]:
        place = {name: number for number, name in enumerate(one.learners)}
        rows = [place.get(name, -1) for name in before.learners]
        for topic in one.topics:
            others.append(np.append(one.share(topic), np.nan)[rows])
    if len(others) > 1 and len(mine) < LEARNERS_PER_PREDICTOR * (1 + len(others)):
        others = [np.mean(others, axis=0)]
    return np.column_stack([mine, *others]), own


def _aligned(sheet: Sheet, before: Sheet, objective: str) -> Floats:
    """The share on *sheet* of every learner of *before*; NaN where they did not take it next."""
    place = {name: number for number, name in enumerate(sheet.learners)}
    # One past the last stands for those who are not there.
    there = np.array([place.get(name, len(place)) for name in before.learners], dtype=np.int64)
    shares = np.append(sheet.share(objective), np.nan)[there]
    following = np.append(np.array(sheet.attempts, dtype=np.int64), 0)[there] == np.array(before.attempts) + 1
    return np.where(following, shares, np.nan)


def _taught(course: CourseView, sheet: Sheet, before: Sheet, objective: str) -> set[str]:
    """Who fetched or handed in a corrective for *objective* between the two forms."""
    work = course.frames.correctives
    work = work[((work["unit"] == sheet.unit) & (work["objective"] == objective)).to_numpy()]
    since, until = (_numbers(one.submitted_at.reindex(work["learner"])) for one in (before, sheet))
    taught = np.zeros(len(work), dtype=bool)
    for moment in ("fetched_at", "submitted_at"):
        at = _numbers(work[moment])
        taught |= (at > since) & (at <= until)
    return set(work["learner"][taught])


def _numbers(moments: pd.Series) -> np.ndarray[Any, Any]:
    """As NumPy's times: pandas' own are objects, and slow to compare. NaT is neither before nor after anything."""
    return moments.dt.tz_convert(None).to_numpy()


def _row(one: Compared, course: CourseView) -> tuple[Any, ...]:
    sheet, found = one.sheet, one.found
    criterion = course.catalogue.revision(sheet.unit, sheet.revision)
    cut_share = next((o.criterion for o in criterion.objectives if o.id == one.objective), float("nan"))
    low, high = found.interval if found else (float("nan"),) * 2
    expected, observed, difference = (
        (found.expected, found.observed, found.difference) if found else (float("nan"),) * 3
    )
    mean_cut, linear_cut = _cuts(found, cut_share) if found else (float("nan"),) * 2
    maximum = sheet.maximum(one.objective)
    return columns.row(
        sheet.unit, sheet.revision, sheet.form, one.objective, one.before.form, one.basis, one.n_reference, one.n,
        needed(one), expected, observed, difference, low, high, cut_share * one.before.maximum(one.objective),
        mean_cut * maximum, linear_cut * maximum, flag(one), told(one),
    )  # fmt: skip


def _cuts(found: Comparison, cut: float) -> tuple[float, float]:
    """The share on this form that is worth *cut* on the reference: by mean and by linear equating."""
    by_mean = mean_equating(found.expected, found.observed)
    by_line = linear_equating(found.expected, found.expected_sd, found.observed, found.observed_sd)
    return by_mean(cut), by_line(cut)


def needed(one: Compared) -> int:
    """About how many learners who can be compared it takes."""
    if one.found is None:
        return enough.FEWEST
    return enough.needed_for_width(one.n, enough.Z * one.found.se)


def flag(one: Compared) -> str | None:
    """Harder or easier, where even the near end of the interval says so."""
    if one.found is None:
        return None
    low, high = one.found.interval
    points = f"{abs(100 * one.found.difference):.0f} points of a hundred"
    if high < -enough.TOLERANCE:
        return f"{one.objective} is harder than on form {one.before.form} by {points}"
    return f"{one.objective} is easier than on form {one.before.form} by {points}" if low > enough.TOLERANCE else None


def told(one: Compared) -> str:
    """What can be told, as a sentence."""
    if one.found is None:
        return one.why
    low, high = (100 * end for end in one.found.interval)
    words = f"{100 * one.found.difference:+.0f} points of a hundred (95 %: {low:+.0f} to {high:+.0f})"
    if found := flag(one):
        caution = ", or taken less seriously: it had been shown" if "harder" in found else ""
        return (
            f"{'Harder' if 'harder' in found else 'Easier'}{caution if one.basis == 'shown before' else ''}: {words}."
        )
    if max(abs(low), abs(high)) <= 100 * enough.PRECISION:
        return f"As hard as form {one.before.form}, as far as matters: {words}."
    if high - low <= 200 * enough.PRECISION:
        return f"If anything, a little {'easier' if high > -low else 'harder'} than form {one.before.form}: {words}."
    return (
        f"Cannot be told yet: {words}; about {needed(one)} learners who can be compared are needed, there are {one.n}."
    )
