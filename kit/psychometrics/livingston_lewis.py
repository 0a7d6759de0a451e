"""Decisions of a test whose items differ in points or in kind (Livingston & Lewis 1995).

Such a test is as reliable as one of ñ equal items scored right or wrong, ñ being its effective test length. The levels
have a beta distribution between a lowest and a highest level (four parameters; Lord 1965).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from kit.psychometrics.arguments import Floats, criterion_share, items_and_cut, number, whole
from kit.psychometrics.binomial import cut_for
from kit.psychometrics.decision_table import DecisionTable, table

NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)
NEAR_THE_ENDS = 10.0 ** np.arange(-12, -1)
"""Where a beta density with a parameter below 1 is steep."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels lower + (upper − lower)·Beta(alpha, beta) of a group; all four NaN where none could be fitted."""

    lower: float
    upper: float
    alpha: float
    beta: float


UNKNOWN = DecisionTable(*[math.nan] * 7)
"""The table of data that cannot tell."""


def livingston_lewis(
    scores: ArrayLike, cut: float, reliability: float, minimum: float, maximum: float
) -> DecisionTable:
    """The table of a test from its *scores*, one a learner (NaN is left out), *minimum* to *maximum*; pass from *cut*.

    The criterion is the cut's share of the range; *reliability* is alpha, or the correlation of parallel forms. The
    scores are put on a test of the effective length, the levels fitted to their moments, and both decisions computed
    (Livingston & Lewis 1995). `UNKNOWN` for fewer than two learners, scores without variance, a reliability outside 0
    to below 1, or scores that vary no more than chance makes them.
    """
    low, high = number("minimum", minimum), number("maximum", maximum)
    raw = np.asarray(scores, dtype=float).ravel()
    found = raw[~np.isnan(raw)]
    if np.any((found < low) | (found > high)):
        raise ValueError(f"scores must be from {low:g} to {high:g}; one is not.")
    needed = number("cut", cut, low, high)
    if needed == low:
        raise ValueError(f"cut must be above the minimum, {low:g}: everybody would pass.")
    if found.size < 2:
        return UNKNOWN
    length = effective_test_length(float(found.mean()), float(found.var()), reliability, low, high)
    if math.isnan(length):
        return UNKNOWN
    items, criterion = max(1, round(length)), (needed - low) / (high - low)
    levels = fit_levels(items * (found - low) / (high - low), items)
    if math.isnan(levels.alpha):
        return UNKNOWN
    return four_parameter(
        levels.lower, levels.upper, levels.alpha, levels.beta, items, cut_for(items, criterion), criterion
    )


def fit_levels(scores: ArrayLike, items: int) -> Levels:
    """The levels of a group from its *scores* on *items* (0 to *items*, fractions allowed), by moments.

    Four parameters by Lord's (1965) factorial moments and Hanson's (1991) solution; where that gives no levels between
    0 and 1, two parameters with the levels from 0 to 1. NaN where the scores vary no more than chance makes them.
    """
    length, found = whole("items", items, 1), np.asarray(scores, dtype=float)
    mean, variance, skewness, kurtosis = _level_moments(found, length)
    if not 0.0 < variance < mean * (1.0 - mean):
        return Levels(math.nan, math.nan, math.nan, math.nan)
    four = _four(mean, variance, skewness, kurtosis)
    if four is not None and four.lower >= 0.0 and four.upper <= 1.0:
        return four
    size = mean * (1.0 - mean) / variance - 1.0
    return Levels(0.0, 1.0, mean * size, (1.0 - mean) * size)


def effective_test_length(mean: float, variance: float, reliability: float, minimum: float, maximum: float) -> float:
    """ñ = [(μ−min)(max−μ) − rσ²] / [σ²(1−r)] (Livingston & Lewis 1995, eq. 8); round it to use it as a number of items.

    *mean* and *variance* (population) are of scores that may go from *minimum* to *maximum*. NaN for scores without
    variance or a reliability outside 0 to below 1: no number of items is as reliable as that.
    """
    low, high = number("minimum", minimum), number("maximum", maximum)
    if low >= high:
        raise ValueError(f"minimum must be less than maximum; they are {low:g} and {high:g}.")
    middle, spread = number("mean", mean, low, high), number("variance", variance, 0.0)
    most = (middle - low) * (high - middle)
    if spread > most + 1e-9 * (high - low) ** 2:
        raise ValueError(f"variance must be at most {most:g} for a mean of {middle:g} from {low:g} to {high:g}.")
    if spread == 0.0 or not 0.0 <= reliability < 1.0:
        return math.nan
    return (most - reliability * spread) / (spread * (1.0 - reliability))


def four_parameter(
    lower: float, upper: float, alpha: float, beta: float, items: int, cut: int, criterion: float
) -> DecisionTable:
    """The table for levels lower + (upper − lower)·Beta(*alpha*, *beta*) and *items* effective items (Hanson 1991).

    *cut* is in effective items, *criterion* a level. ValueError: 0 ≤ lower < upper ≤ 1 does not hold, or as in
    `beta_binomial`, which (0, 1) agrees with.
    """
    low, high = number("lower", lower, 0.0, 1.0), number("upper", upper, 0.0, 1.0)
    if low >= high:
        raise ValueError(f"lower must be less than upper; they are {low:g} and {high:g}.")
    a, b = number("alpha", alpha, above=0.0), number("beta", beta, above=0.0)
    length, needed = items_and_cut(items, cut)
    bar = min(1.0, max(0.0, (criterion_share(criterion) - low) / (high - low)))
    below = float(special.betainc(a, b, bar))
    if needed == 0:
        return table(1.0 - below, 1.0, 1.0 - below, 1.0)
    places, widths = _nodes(a, b, bar)
    levels = low + (high - low) * places
    passing = special.betainc(needed, length - needed + 1, levels)
    density = np.exp(
        (needed - 1) * np.log(levels)
        + special.xlog1py(length - needed, -levels)
        - special.betaln(needed, length - needed + 1)
    )
    # By parts, E[g] = g(1) − ∫ F g′: smooth where the beta density itself may be infinite.
    left = widths * (high - low) * density * special.betainc(a, b, places)
    top = float(special.betainc(needed, length - needed + 1, high))
    at_bar = float(special.betainc(needed, length - needed + 1, low + (high - low) * bar))
    passes = top - float(left.sum())
    master_passes = top - at_bar * below - float(left[places > bar].sum())
    return table(1.0 - below, passes, master_passes, top**2 - 2.0 * float((left * passing).sum()))


def _nodes(alpha: float, beta: float, bar: float) -> tuple[Floats, Floats]:
    """Gauss–Legendre places and widths on 0–1, in panels that meet at *bar* and are fine where the levels lie."""
    middle = alpha / (alpha + beta)
    spread = math.sqrt(middle * (1.0 - middle) / (alpha + beta + 1.0))
    fine = middle + spread * np.array([-8.0, -4.0, -2.0, 0.0, 2.0, 4.0, 8.0])
    ends = np.unique(np.clip([*NEAR_THE_ENDS, *(1.0 - NEAR_THE_ENDS), *np.linspace(0.0, 1.0, 9), bar, *fine], 0.0, 1.0))
    half = np.diff(ends)[:, None] / 2
    return (ends[:-1, None] + half * (NODES + 1.0)).ravel(), (half * WEIGHTS).ravel()


def _level_moments(scores: Floats, items: int) -> tuple[float, float, float, float]:
    """Mean, variance, skewness and kurtosis of the levels: E[πᵏ] = E[x(x−1)…(x−k+1)] / [n(n−1)…(n−k+1)] (Lord 1965).

    What takes more items than there are is NaN.
    """
    raw, falling, of = [], np.ones_like(scores), 1.0
    for order in range(4):
        falling, of = falling * (scores - order), of * (items - order)
        raw.append(float(falling.mean()) / of if of > 0 else math.nan)
    first, second, third, fourth = raw
    variance = second - first**2
    if not variance > 0.0:
        return first, variance, math.nan, math.nan
    skewness = (third - 3 * first * second + 2 * first**3) / variance**1.5
    kurtosis = (fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4) / variance**2
    return first, variance, skewness, kurtosis


def _four(mean: float, variance: float, skewness: float, kurtosis: float) -> Levels | None:
    """The beta distribution with these four moments (Hanson 1991), or None where there is none."""
    squared = skewness**2
    below = 6.0 + 3.0 * squared - 2.0 * kurtosis
    size = 6.0 * (kurtosis - squared - 1.0) / below if below > 0.0 else math.nan
    if not size > 0.0:
        return None
    apart = (size + 2.0) * math.sqrt(squared / ((size + 2.0) ** 2 * squared + 16.0 * (size + 1.0)))
    larger, smaller = size / 2.0 * (1.0 + apart), size / 2.0 * (1.0 - apart)
    alpha, beta = (larger, smaller) if skewness < 0.0 else (smaller, larger)
    if not smaller > 0.0:
        return None
    width = math.sqrt(variance * (size + 1.0) / (alpha * beta)) * size
    lower = mean - width * alpha / size
    return Levels(lower, lower + width, alpha, beta)
