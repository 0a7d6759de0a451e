"""How many learners it takes to tell something, and the sentences for when there are too few.

Intervals are 95 % intervals. Nothing is flagged before it is certain enough: a flag costs an instructor an evening.
"""

from __future__ import annotations

from math import atanh, ceil, sqrt, tanh

CONFIDENCE = 0.95
Z = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""

PRECISION = 0.10
"""A half-width of an interval of shares (0–1) with which one can begin to act: ten points of a hundred."""

TOLERANCE = 0.05
"""Forms that differ by less than this share of the points are called parallel; item lotteries do as much."""

FEWEST = 20
"""Below this neither a mean nor its standard error is given a judgement."""

FEWEST_FOR_MODEL = 30
"""Below this no variance, covariance or correlation is built upon; a correlation of 30 is known to ±0.36 at best."""

RARELY_FAILED = 0.05
"""An item that fewer than this share of learners fail tells next to nothing about anybody."""

RARELY_PASSED = 0.25
"""An item that fewer than this share of learners pass, after instruction, is more likely wrong than hard."""

WORTHWHILE = 0.15
"""What a corrective must add to the chance of a mere retest (share of learners) to be worth anybody's evening."""

UNSURE = 0.5
"""A decision less certain than this is more likely wrong than right."""


def needed_for_none(share: float) -> int:
    """How many in a row without one exception bound the share of exceptions below *share* (one-sided, 95 %).

    From (1 − share)ⁿ ≤ 0.05; Clopper and Pearson 1934 for zero successes.
    """
    from math import log

    return ceil(log(1 - CONFIDENCE) / log(1 - share))


def needed_for_width(n: int, half_width: float, precision: float = PRECISION) -> int:
    """How many like these *n* would bring an interval of *half_width* down to *precision* (widths go as 1/√n)."""
    return max(FEWEST, ceil(n * (half_width / precision) ** 2))


def needed_for_share(rate: float = 0.5, precision: float = WORTHWHILE) -> int:
    """How many learners bring the interval of a *rate* (0–1) down to ± *precision*; 0.5 is the worst case."""
    return max(FEWEST, ceil(rate * (1 - rate) * (Z / precision) ** 2))


def correlation_interval(r: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a correlation *r* of *n* pairs (Fisher 1921); NaNs below four pairs or for r = NaN, ±1."""
    if n < 4 or not -1 < r < 1:
        return float("nan"), float("nan")
    reach = Z / sqrt(n - 3)
    return tanh(atanh(r) - reach), tanh(atanh(r) + reach)


def too_few(n: int, needed: int, what: str = "learners") -> str:
    """The sentence that says so."""
    return f"Too few {what} to tell: {n} so far, about {needed} are needed."
