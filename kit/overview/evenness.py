"""How even it is: achievement at first and in the end, the time it took, and who was moved on without evidence.

Mastery learning is to trade one spread for another: levels come together, and time takes up the difference (Bloom 1968,
Block and Burns 1976). Intervals are 95 % intervals; where they come from bootstrap samples (Efron 1979, percentiles)
these are drawn with a fixed seed, so that the same history gives the same numbers. Below `enough.FEWEST` learners there
is no interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kit.analysis import enough
from kit.psychometrics.posterior import wilson_interval
from kit.reports import REPORTS
from kit.reports.columns import frame

if TYPE_CHECKING:
    from kit.reports import Frames

Floats = np.ndarray[Any, np.dtype[np.float64]]
NAN = float("nan")

SAMPLES = 500
"""Bootstrap samples."""
SLOW, FAST = 0.9, 0.1
"""Quantiles of the time to mastery whose ratio is told."""
FEWEST_TIMES = 10
"""Fewer times have no tenth and no nine tenths."""
LOCKSTEP = 0.05
"""A share of units advanced by override that lies above this with its whole interval is flagged."""
WHOLE = "all units"
"""What stands in the place of a unit for the whole course: each learner's mean over the units they were decided on."""

_GAP = {
    "unit": "string", "n": "Int64",
    **{f"{name}{end}": "Float64"
       for name in ("first_mean", "final_mean", "first_sd", "final_sd", "sd_ratio", "first_gap", "final_gap",
                    "correlation")
       for end in ("", "_low", "_high")},
}  # fmt: skip


def achievement_gap(frames: Frames) -> pd.DataFrame:
    """First attempts against levels as they stand: one row per unit with a decided attempt, and one for `WHOLE`.

    Columns: unit, n (learners), and each with its interval (`…_low`, `…_high`): first_mean, final_mean (share of the
    points, 0–1), first_sd, final_sd (population standard deviation), sd_ratio (final ÷ first: below 1 the levels came
    together), first_gap, final_gap (mean of the highest quarter of the learners less mean of the lowest, each by the
    levels in question: a gap by quarters of the first attempt would shrink by regression to the mean alone), and
    correlation (Pearson's, of first and final; interval by Fisher 1921).
    """
    levels = REPORTS["first-and-final"](frames)
    rows = [_gap_row(str(unit), mine) for unit, mine in levels.groupby("unit", observed=True)]
    if len(rows) > 1:
        means = levels.groupby("learner", observed=True)[["first", "final"]].mean()
        rows.append(_gap_row(WHOLE, means))
    return frame(_GAP, rows)


def _gap_row(unit: str, mine: pd.DataFrame) -> tuple[Any, ...]:
    pairs = mine[["first", "final"]].to_numpy(dtype=float)
    n = len(pairs)
    distinct, counts = np.unique(pairs, axis=0, return_counts=True)
    found = {name: float(measure(distinct, counts[None, :].astype(float))[0]) for name, measure in MEASURES.items()}
    ends: dict[str, tuple[float, float]] = dict.fromkeys(MEASURES, (NAN, NAN))
    if n >= enough.FEWEST:
        drawn = np.random.default_rng(1).multinomial(n, counts / n, size=SAMPLES).astype(float)
        ends = {name: _middle(measure(distinct, drawn)) for name, measure in MEASURES.items()}
        ends["correlation"] = enough.correlation_interval(found["correlation"], n)
    values = [value for name in MEASURES for value in (found[name], *ends[name])]
    return (unit, n, *(None if value != value else value for value in values))


def _middle(drawn: Floats) -> tuple[float, float]:
    """The 2.5th and the 97.5th percentile, of those that are numbers."""
    known = drawn[~np.isnan(drawn)]
    return tuple(map(float, np.percentile(known, (2.5, 97.5)))) if len(known) else (NAN, NAN)  # type: ignore[return-value]


def _mean(column: int) -> Callable[[Floats, Floats], Floats]:
    return lambda values, counts: counts @ values[:, column] / counts.sum(axis=1)


def _sd(column: int) -> Callable[[Floats, Floats], Floats]:
    def measure(values: Floats, counts: Floats) -> Floats:
        n = counts.sum(axis=1)
        mean = counts @ values[:, column] / n
        variance = counts @ values[:, column] ** 2 / n - mean**2
        return np.where(n > 1, np.sqrt(np.clip(variance, 0.0, None)), np.nan)

    return measure


def _sd_ratio(values: Floats, counts: Floats) -> Floats:
    first, final = _sd(0)(values, counts), _sd(1)(values, counts)
    return np.divide(final, first, out=np.full_like(final, np.nan), where=first > 1e-9)


def _quarters(column: int) -> Callable[[Floats, Floats], Floats]:
    """Mean of the highest quarter less mean of the lowest; a learner on the border belongs to it in part."""

    def measure(values: Floats, counts: Floats) -> Floats:
        order = np.argsort(values[:, column], kind="stable")
        level, held = values[order, column], counts[:, order].astype(float)
        quarter = held.sum(axis=1, keepdims=True) / 4
        upto = np.cumsum(held, axis=1)
        low = np.clip(quarter - (upto - held), 0.0, held)
        high = np.clip(upto - 3 * quarter, 0.0, held)
        gap = (high - low) @ level / quarter[:, 0]
        return np.where(quarter[:, 0] >= 1, gap, np.nan)

    return measure


def _correlation(values: Floats, counts: Floats) -> Floats:
    n = counts.sum(axis=1)
    first, final = (counts @ values[:, column] / n for column in (0, 1))
    together = counts @ (values[:, 0] * values[:, 1]) / n - first * final
    spread = _sd(0)(values, counts) * _sd(1)(values, counts)
    found = np.divide(together, spread, out=np.full_like(together, np.nan), where=spread > 1e-9)
    return np.where(n > 2, np.clip(found, -1.0, 1.0), np.nan)


MEASURES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "first_mean": _mean(0), "final_mean": _mean(1), "first_sd": _sd(0), "final_sd": _sd(1), "sd_ratio": _sd_ratio,
    "first_gap": _quarters(0), "final_gap": _quarters(1), "correlation": _correlation,
}  # fmt: skip
"""Of distinct pairs (first, final) and how often each occurs, a row of counts per sample."""


def time_ratio(frames: Frames) -> pd.DataFrame:
    """How much longer the slow take than the fast: one row per unit in the course's order.

    The 90th percentile of time to mastery over the 10th, of those who mastered the unit by evidence. Bloom expected it
    to fall from unit to unit; Arlin (1984, *Time variability in mastery learning*) found that it need not.
    Columns: unit, title, n, fast, slow (durations), ratio, ratio_low, ratio_high (bootstrap). NA below `FEWEST_TIMES`.
    """
    units = frames.units
    mine = units[(units["state"] == "mastered") & ~units["by_override"] & units["time_to_mastery"].notna()]
    titles = units.drop_duplicates("unit")
    rows = []
    for unit, title in zip(titles["unit"], titles["title"], strict=True):
        seconds = mine.loc[mine["unit"] == unit, "time_to_mastery"].dt.total_seconds().to_numpy()
        rows.append((unit, title, len(seconds), *_slow_and_fast(np.sort(seconds))))
    kinds = {"unit": "string", "title": "string", "n": "Int64", "fast": "timedelta64[us]", "slow": "timedelta64[us]",
             "ratio": "Float64", "ratio_low": "Float64", "ratio_high": "Float64"}  # fmt: skip
    return frame(kinds, rows)


def _slow_and_fast(seconds: Floats) -> tuple[Any, ...]:
    n = len(seconds)
    if n < FEWEST_TIMES:
        return (None,) * 5
    fast, slow = np.quantile(seconds, [FAST, SLOW], method="inverted_cdf")
    ratio = slow / fast if fast > 0 else None
    low = high = None
    if n >= enough.FEWEST and fast > 0:
        samples = max(100, min(SAMPLES, 500_000 // n))
        drawn = np.cumsum(np.random.default_rng(1).multinomial(n, np.full(n, 1 / n), size=samples), axis=1)
        ends = [seconds[np.argmax(drawn >= np.ceil(share * n), axis=1)] for share in (SLOW, FAST)]
        low, high = np.percentile(ends[0] / np.maximum(ends[1], 1e-9), (2.5, 97.5))
    return pd.Timedelta(seconds=fast), pd.Timedelta(seconds=slow), ratio, low, high


def lockstep(frames: Frames) -> pd.DataFrame:
    """Who was moved on rather than found to be there: one row per unit in the course's order, and one for `WHOLE`.

    Columns: unit, mastered (learners whose unit counts as mastered), by_override (of these, because an instructor said
    so), share, share_low, share_high (Wilson 1927), flag (bool: the whole interval lies above `LOCKSTEP`).
    """
    units = frames.units
    done = units.assign(mastered=units["state"] == "mastered")
    found = done.groupby("unit", sort=False, observed=True)[["mastered", "by_override"]].sum()
    counts = [(str(unit), int(row["mastered"]), int(row["by_override"])) for unit, row in found.iterrows()]
    if len(counts) > 1:
        counts.append((WHOLE, sum(row[1] for row in counts), sum(row[2] for row in counts)))
    kinds = {"unit": "string", "mastered": "Int64", "by_override": "Int64", "share": "Float64",
             "share_low": "Float64", "share_high": "Float64", "flag": "bool"}  # fmt: skip
    return frame(kinds, _shares(counts))


def _shares(counts: list[tuple[str, int, int]]) -> Iterator[tuple[Any, ...]]:
    for unit, mastered, moved in counts:
        low, high = wilson_interval(moved, mastered, enough.CONFIDENCE) if mastered else (None, None)
        yield unit, mastered, moved, moved / mastered if mastered else None, low, high, _moved_on(mastered, low)


def _moved_on(mastered: int, low: float | None) -> bool:
    return mastered >= enough.FEWEST and low is not None and low > LOCKSTEP
