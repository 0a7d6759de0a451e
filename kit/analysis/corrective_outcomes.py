"""`correctives`: what became of each corrective, and whether it helps more than coming again would have.

Two comparisons, both fair as far as the records allow:

- *with a mere retest*. Somebody who has just failed often passes the next form by luck. How often, follows from the
  levels of the cohort (first attempts, Huynh 1976) and from every score this learner has had on the objective so far,
  if they learned nothing from them: the beta-binomial chance to reach the criterion on one more form. A corrective must
  beat that.
- *with the other approaches of the objective at the same place*. A second corrective is given to those whom the first
  did not help: its learners are other learners. So only those are compared for whom it was the first (second, …) on
  this objective alike. Where the order of approaches never changed, there are none, and it is said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from kit.analysis import columns, enough
from kit.analysis.comparison import comparisons, flag
from kit.analysis.outcomes import Key, Outcome, outcomes
from kit.psychometrics.posterior import wilson_interval
from kit.records.fold import collector_paused
from kit.reports import CourseView
from kit.reports.columns import frame

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


def correctives(course: CourseView, unit: str | None = None) -> pd.DataFrame:
    """One row per corrective (unit, objective, approach) that was given to somebody.

    name             dtype            unit      meaning
    ---------------  ---------------  --------  ----------------------------------------------------------------------
    unit             string           –         unit id
    objective        string           –         the gap it is for
    approach         string           –         how it goes about it
    given            Int64            number    learners it was opened for
    taken            Int64            number    of these, the ones who fetched it
    completed        Int64            number    of these, the ones who handed it in
    followed         Int64            number    of these, the ones whose next attempt was assessed on the objective
    success          Int64            number    of these, the ones who reached the criterion there
    rate             Float64          0–1       success ÷ followed
    rate_low         Float64          0–1       lower end of its 95 % interval (Wilson 1927)
    rate_high        Float64          0–1       upper end
    retest           Float64          0–1       the rate that coming again without learning would give; NA with too few
    gain             Float64          −1–1      rate − retest
    gain_low         Float64          −1–1      lower end of its 95 % interval (that of the rate)
    gain_high        Float64          −1–1      upper end
    others           Int64            number    learners of other approaches who can be compared (the same place)
    difference       Float64          −1–1      rate − the others' rate, place by place (Mantel and Haenszel 1959)
    difference_low   Float64          −1–1      lower end of its 95 % interval
    difference_high  Float64          −1–1      upper end
    work_time        timedelta64[us]  duration  median from fetching to handing it in, by the calendar
    until_next       timedelta64[us]  duration  median from handing it in to handing in the next attempt
    n_needed         Int64            number    about how many followed learners can tell
    flags            string           –         that it does not help, in words, where that is certain; NA otherwise
    told             string           –         what can be told, as a sentence

    Flagged is what adds less than 15 points of a hundred to a mere retest even at the upper end of its interval, and
    what lies below the other approaches with its whole interval; never with fewer than 20 learners. Success means the
    share of points at the next attempt against the criterion, whatever the rule made of it. Evidence from before an
    earlier corrective counts in full towards `retest`, as if that had taught nothing: so a later corrective looks
    rather better than it is, and none is flagged for the failure of the one before it. Learners are not assigned at
    random.
    """
    with collector_paused():
        found = outcomes(course, unit)
    harder = {
        (*one.sheet.key[::2], one.objective) for one in comparisons(course, unit) if "harder" in (flag(one) or "")
    }
    rows = (_row(key, mine, found, harder) for key, mine in found.items())
    return frame(columns.CORRECTIVES, rows)


def _row(key: Key, mine: Sequence[Outcome], everything: dict[Key, list[Outcome]], harder: set[Key]) -> tuple[Any, ...]:
    """*harder*: (unit, form, objective) of the forms that `kit.analysis.comparison` flags."""
    followed = [one for one in mine if one.completed and one.passed is not None]
    n, success = len(followed), sum(bool(one.passed) for one in followed)
    low, high = wilson_interval(success, n, enough.CONFIDENCE) if n else (NAN, NAN)
    rate = success / n if n else NAN
    retest = float(np.mean([one.retest for one in followed])) if n else NAN
    others = [
        one
        for other, theirs in everything.items()
        if other[:2] == key[:2] and other != key
        for one in theirs
        if one.completed and one.passed is not None
    ]
    compared, difference, reach = _against(followed, others)
    needs = enough.needed_for_share(retest if retest == retest else 0.5)
    flags, told = _words(n, rate, (low, high), retest, compared, (difference - reach, difference + reach), needs)
    on_harder = sorted({one.form for one in followed if (key[0], one.form, key[1]) in harder})
    if on_harder:
        told += f" Form {' and '.join(on_harder)} is harder on this objective (`kit forms`): mend that first."
    return columns.row(
        *key, len(mine), sum(one.taken for one in mine), sum(one.completed for one in mine), n, success, rate, low,
        high, retest, rate - retest, low - retest, high - retest, compared, difference, difference - reach,
        difference + reach, _median(one.work for one in mine), _median(one.until for one in mine), needs, flags, told,
    )  # fmt: skip


def _median(seconds: Iterator[float]) -> Any:
    return columns.middle([value for value in seconds if value == value])


def _against(mine: Sequence[Outcome], others: Sequence[Outcome]) -> tuple[int, float, float]:
    """(learners of the others compared, difference of the rates, half-width), over places both have.

    Weights of Mantel and Haenszel (1959); variances with one success and one failure added to each group (Agresti and
    Caffo 2000). NaN below 20 learners on either side.
    """
    pairs = []
    for place in sorted({one.place for one in mine} & {one.place for one in others}):
        x = [bool(one.passed) for one in mine if one.place == place]
        y = [bool(one.passed) for one in others if one.place == place]
        pairs.append((len(x), sum(x), len(y), sum(y)))
    compared = sum(pair[2] for pair in pairs)
    if min(compared, sum(pair[0] for pair in pairs)) < enough.FEWEST:
        return compared, NAN, NAN
    weights = [n * m / (n + m) for n, _, m, _ in pairs]
    total = sum(weights)
    difference = sum(w * (x / n - y / m) for w, (n, x, m, y) in zip(weights, pairs, strict=True)) / total
    variance = sum(w**2 * (_spread(x, n) + _spread(y, m)) for w, (n, x, m, y) in zip(weights, pairs, strict=True))
    return compared, difference, enough.Z * sqrt(variance) / total


def _spread(success: int, n: int) -> float:
    rate = (success + 1) / (n + 2)
    return rate * (1 - rate) / (n + 2)


def _words(
    n: int, rate: float, interval: tuple[float, float], retest: float, others: int, against: tuple[float, float],
    needs: int,
) -> tuple[str | None, str]:  # fmt: skip
    """(flags, told)."""
    if n < enough.FEWEST:
        return None, enough.too_few(n, needs, "learners with a next attempt")
    flags = []
    words = f"{100 * rate:.0f} % ({100 * interval[0]:.0f}–{100 * interval[1]:.0f} %) reach the criterion next"
    if retest != retest:
        words += "; what a mere retest gives cannot be told (too few first attempts)"
    else:
        words += f", a mere retest would give {100 * retest:.0f} %"
        if interval[1] - retest < enough.WORTHWHILE:
            flags.append("does not help: little or no more than a mere retest")
    if against[1] == against[1]:
        words += f"; against other approaches {100 * against[0]:+.0f} to {100 * against[1]:+.0f} points"
        if against[1] < 0:
            flags.append("helps less than the other approaches of this objective")
    elif others < enough.FEWEST:
        words += "; other approaches were not given at the same place often enough to compare"
    if not flags and interval[1] - interval[0] > 2 * enough.WORTHWHILE:
        words += f"; about {needs} learners would tell more"
    return "; ".join(flags) or None, f"{words}."
